/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/find.h"
#include "source/module.h"
#include "source/read.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* A machine's folders below one of our own. @ stands for it in the texts below. */
struct tree {
	char root[64];
	VEC(char *) texts; /* freed at the end */
};

static const char *expand(struct tree *t, const char *text)
{
	struct buf b = BUF_INIT;
	char *p;

	for (; *text; text++) {
		if (*text == '@' && (text[1] == '/' || text[1] == ':' || !text[1]))
			buf_add_str(&b, str_of(t->root));
		else
			buf_add_char(&b, *text);
	}
	p = buf_detach(&b, NULL);
	cr_assert(p && vec_push(&t->texts, p));
	return p;
}

static void tree_init(struct tree *t)
{
	*t = (struct tree){ .root = "/tmp/assay-source-XXXXXX" };
	cr_assert(mkdtemp(t->root));
}

static void tree_write(struct tree *t, const char *path, const char *text, size_t len)
{
	char *full = strdup(expand(t, path));
	FILE *f;

	for (char *p = full + strlen(t->root) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(full, 0700);
	}
	f = fopen(full, "w");
	cr_assert(f, "%s", full);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	fclose(f);
	free(full);
}

static void tree_add(struct tree *t, const char *path)
{
	tree_write(t, path, "text\n", 5);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void tree_release(struct tree *t)
{
	nftw(t->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < t->texts.n; i++)
		free(t->texts.items[i]);
	vec_release(&t->texts);
}

/* What is looked for and how; NULL is "". */
struct query {
	const char *path, *trim_path, *source_path;
	const char *goroot, *gopath, *gomodcache;
};

static struct source_options options_of(struct tree *t, const struct query *q)
{
#define FIELD(name) str_of(expand(t, q->name ? q->name : ""))
	return (struct source_options){
		.trim_path = FIELD(trim_path),
		.source_path = FIELD(source_path),
		.env = {
			.goroot = FIELD(goroot),
			.gopath = FIELD(gopath),
			.gomodcache = FIELD(gomodcache),
			.home = str_of(expand(t, "@/home")),
			.cwd = str_of(expand(t, "@/cwd")),
			.system = str_of(expand(t, "@/system")),
		},
	};
#undef FIELD
}

/* Where it was found, or what the failure says. With a ? in front when only the name spoke for it. */
static const char *find(struct tree *t, const struct query *q)
{
	struct source_options o = options_of(t, q);
	struct source_found found;
	struct source_tried tried;
	struct assay_diag diag;
	struct buf b = BUF_INIT;
	char *text;

	if (source_find(&found, &tried, &o, str_of(expand(t, q->path)), &diag) == 0) {
		buf_addf(&b, "%s%s", found.by_name_alone ? "?" : "", found.path);
		source_found_release(&found);
	} else {
		buf_add_str(&b, str_of(diag.text));
	}
	source_tried_release(&tried);
	text = buf_detach(&b, NULL);
	cr_assert(vec_push(&t->texts, text));
	return text;
}

static void expect_found(struct tree *t, const struct query *q, const char *expected)
{
	const char *actual = find(t, q);

	expected = expand(t, expected);
	cr_expect_str_eq(actual, expected, "%s: got '%s', want '%s'", q->path, actual, expected);
}

Test(source, the_rules_of_the_reference_come_first)
{
	static const struct {
		struct query q;
		const char *expected;
	} cases[] = {
		{ { "@/abs/x.c" }, "@/abs/x.c" },
		{ { "@/abs/none.c" }, "open @/abs/none.c: no such file or directory" },
		{ { "@/abs" }, "open @/abs: is a directory" },
		{ { "@/abs/fifo" }, "open @/abs/fifo: not a regular file" },
		{ { "in_cwd.c" }, "@/cwd/in_cwd.c" },
		{ { "abs/x.c" }, "@/abs/x.c" }, /* from a folder above */
		{ { "none.c" }, "could not find file none.c on path @/cwd" },
		{ { "none.c", NULL, "@/a:@/b" }, "could not find file none.c on path @/a:@/b" },
		{ { "in_b.c", NULL, "@/a:@/b" }, "@/b/in_b.c" },
		{ { "in_cwd.c", NULL, "@/a" }, "could not find file in_cwd.c on path @/a" },
		{ { "/build/b/in_b.c", NULL, "@/b" }, "@/b/in_b.c" }, /* what stands behind a folder's name */
		{ { "/build/cwd/in_cwd.c" }, "@/cwd/in_cwd.c" },
		{ { "/build/in_b.c", "/build", "@/b" }, "@/b/in_b.c" },
		{ { "/build/none.c" }, "open /build/none.c: no such file or directory" },
		{ { "/proc/self/cwd/in_cwd.c" }, "@/cwd/in_cwd.c" },
	};
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/abs/x.c");
	tree_add(&t, "@/cwd/in_cwd.c");
	tree_add(&t, "@/a/in_a.c");
	tree_add(&t, "@/b/in_b.c");
	cr_assert_eq(mkfifo(expand(&t, "@/abs/fifo"), 0600), 0);
	for (size_t i = 0; i < N(cases); i++)
		expect_found(&t, &cases[i].q, cases[i].expected);
	tree_release(&t);
}

Test(source, the_standard_library_is_in_goroot_or_where_it_is_usually_installed)
{
	static const struct {
		struct query q;
		const char *expected;
	} cases[] = {
		{ { "runtime/proc.go", .goroot = "@/goroot" }, "@/goroot/src/runtime/proc.go" },
		{ { "/usr/local/go/src/runtime/proc.go", .goroot = "@/goroot" }, "@/goroot/src/runtime/proc.go" },
		{ { "/opt/go/1.20.1/x64/src/runtime/proc.go", .goroot = "@/goroot" }, "@/goroot/src/runtime/proc.go" },
		{ { "/usr/lib/go-1.22/src/runtime/proc.go", .goroot = "@/goroot" }, "@/goroot/src/runtime/proc.go" },
		{ { "GOROOT/src/runtime/proc.go", .goroot = "@/goroot" }, "@/goroot/src/runtime/proc.go" },
		{ { "/m/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.0.linux-amd64/src/runtime/proc.go",
			  .goroot = "@/goroot" },
			"@/goroot/src/runtime/proc.go" },
		/* The newest; by number, not by letter. */
		{ { "runtime/proc.go" }, "@/system/usr/share/go-1.19/src/runtime/proc.go" },
		{ { "sort/sort.go" }, "@/system/usr/local/go/src/sort/sort.go" },
		/* A GOROOT that is set is the only one. */
		{ { "sort/sort.go", .goroot = "@/goroot" }, "could not find file sort/sort.go on path @/cwd" },
		/* Somebody's own package of that name. */
		{ { "/home/me/src/sort/sort.go" }, "open /home/me/src/sort/sort.go: no such file or directory" },
		{ { "../sort/sort.go" }, "could not find file ../sort/sort.go on path @/cwd" },
	};
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/goroot/src/runtime/proc.go");
	tree_add(&t, "@/system/usr/share/go-1.9/src/runtime/proc.go");
	tree_add(&t, "@/system/usr/share/go-1.19/src/runtime/proc.go");
	tree_add(&t, "@/system/usr/local/go/src/sort/sort.go");
	for (size_t i = 0; i < N(cases); i++)
		expect_found(&t, &cases[i].q, cases[i].expected);
	tree_release(&t);
}

Test(source, modules_are_in_the_cache_and_in_vendor)
{
	static const struct {
		struct query q;
		const char *expected;
	} cases[] = {
		{ { "example.com/Mod@v1.2.3-RC1/Big/X.go", .gomodcache = "@/cache" },
			"@/cache/example.com/!mod@v1.2.3-!r!c1/Big/X.go" },
		{ { "/other/go/pkg/mod/example.com/!mod@v1.2.3-!r!c1/Big/X.go", .gomodcache = "@/cache" },
			"@/cache/example.com/!mod@v1.2.3-!r!c1/Big/X.go" },
		{ { "/cache/of/ci/example.com/!mod@v1.2.3-!r!c1/Big/X.go", .gomodcache = "@/cache" },
			"@/cache/example.com/!mod@v1.2.3-!r!c1/Big/X.go" },
		{ { "example.com/two@v2.0.0/x.go", .gopath = "@/first:@/second" },
			"@/second/pkg/mod/example.com/two@v2.0.0/x.go" },
		{ { "example.com/at/home@v0.1.0/x.go" }, "@/home/go/pkg/mod/example.com/at/home@v0.1.0/x.go" },
		{ { "example.com/Dep@v1.0.0/d.go" }, "@/cwd/vendor/example.com/Dep/d.go" },
		{ { "/ci/go/pkg/mod/example.com/!dep@v1.0.0/d.go" }, "@/cwd/vendor/example.com/Dep/d.go" },
		{ { "example.com/Dep/d.go" }, "@/cwd/vendor/example.com/Dep/d.go" },
		{ { "/ci/build/vendor/example.com/Dep/d.go" }, "@/cwd/vendor/example.com/Dep/d.go" },
		{ { "example.com/old/o.go", .gopath = "@/first" }, "@/first/src/example.com/old/o.go" },
		{ { "/ci/go/src/example.com/old/o.go", .gopath = "@/first" }, "@/first/src/example.com/old/o.go" },
		/* A cache that was named, and the vendor/ of the module that the working directory is a part of. */
		{ { "example.com/Mod@v1.2.3-RC1/Big/X.go", .source_path = "@/cache" },
			"@/cache/example.com/!mod@v1.2.3-!r!c1/Big/X.go" },
		{ { "example.com/Dep@v1.0.0/d.go", .source_path = "@/cwd/cmd/x" }, "@/cwd/vendor/example.com/Dep/d.go" },
		{ { "example.com/Dep/d.go", .source_path = "@/cwd/cmd/x" }, "@/cwd/vendor/example.com/Dep/d.go" },
		/* The file of another version is another file, and main.go of the working directory still another. */
		{ { "example.com/two@v2.0.1/main.go", .gopath = "@/second" },
			"could not find file example.com/two@v2.0.1/main.go on path @/cwd" },
	};
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/cache/example.com/!mod@v1.2.3-!r!c1/Big/X.go");
	tree_add(&t, "@/second/pkg/mod/example.com/two@v2.0.0/x.go");
	tree_add(&t, "@/home/go/pkg/mod/example.com/at/home@v0.1.0/x.go");
	tree_add(&t, "@/cwd/vendor/example.com/Dep/d.go");
	tree_write(&t, "@/cwd/go.mod", "module example.com/app\n", 23);
	tree_add(&t, "@/first/src/example.com/old/o.go");
	tree_add(&t, "@/cwd/main.go");
	for (size_t i = 0; i < N(cases); i++)
		expect_found(&t, &cases[i].q, cases[i].expected);
	tree_release(&t);
}

Test(source, a_trimmed_main_module_is_found_by_the_end_of_its_path)
{
	static const struct {
		struct query q;
		const char *expected;
	} cases[] = {
		{ { "example.com/app/cmd/x/x.go" }, "@/cwd/cmd/x/x.go" },
		{ { "example.com/app/x/x.go" }, "@/cwd/x/x.go" },
		{ { "example.com/app/cmd/x/x.go", NULL, "@/empty:@/cwd" }, "@/cwd/cmd/x/x.go" },
		{ { "example.com/app/cmd/x/x.go", NULL, "@/empty" },
			"could not find file example.com/app/cmd/x/x.go on path @/empty" },
		/* A folder that is named like the module, one that declares it, and one that says nothing of it. */
		{ { "example.com/app/main.go", NULL, "@/my/app" }, "@/my/app/main.go" },
		{ { "example.com/app/main.go", NULL, "@/declared" }, "@/declared/main.go" },
		{ { "command-line-arguments/main.go", NULL, "@/declared" }, "@/declared/main.go" },
		{ { "example.com/app/main.go" }, "?@/cwd/main.go" },
		/* From a folder of the module. */
		{ { "example.com/app/main.go", NULL, "@/declared/cmd/y" }, "@/declared/main.go" },
		{ { "example.com/app/x/z.go", NULL, "@/declared/cmd/y/" }, "@/declared/x/z.go" },
		{ { "example.com/apple/x/z.go", NULL, "@/declared/cmd/y" },
			"could not find file example.com/apple/x/z.go on path @/declared/cmd/y" },
		/* It declares another. */
		{ { "example.com/other/main.go", NULL, "@/declared" },
			"could not find file example.com/other/main.go on path @/declared" },
		/* A path that says where it is is taken at its word. */
		{ { "/src/app/cmd/x/x.go" }, "open /src/app/cmd/x/x.go: no such file or directory" },
	};
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/cwd/cmd/x/x.go");
	tree_add(&t, "@/cwd/x/x.go");
	tree_add(&t, "@/cwd/main.go");
	tree_add(&t, "@/my/app/main.go");
	tree_add(&t, "@/declared/main.go");
	tree_add(&t, "@/declared/cmd/y/y.go");
	tree_add(&t, "@/declared/x/z.go");
	tree_write(&t, "@/declared/go.mod", "// mine\nmodule \"example.com/app\" // it\n", 38);
	tree_add(&t, "@/empty/file");
	for (size_t i = 0; i < N(cases); i++)
		expect_found(&t, &cases[i].q, cases[i].expected);
	tree_release(&t);
}

Test(source, what_was_tried_is_told_once_each_and_not_without_end)
{
	struct query q = { "example.com/app/a/b.go", .source_path = "@/cwd:@/cwd", .goroot = "@/goroot" };
	struct source_found found;
	struct source_tried tried;
	struct source_options o;
	struct buf b = BUF_INIT, path = BUF_INIT;
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/cwd/file");
	tree_add(&t, "@/cwd/a/b.go/file");
	o = options_of(&t, &q);
	cr_assert_eq(source_find(&found, &tried, &o, str_of(q.path), NULL), ASSAY_ERR_IO);
	source_tried_add(&b, &tried);
	cr_expect_str_eq(b.data,
		expand(&t, "@/cwd/example.com/app/a/b.go, @/example.com/app/a/b.go, /tmp/example.com/app/a/b.go, "
			   "/example.com/app/a/b.go, @/home/go/src/example.com/app/a/b.go, "
			   "@/cwd/vendor/example.com/app/a/b.go, @/cwd/app/a/b.go, @/cwd/a/b.go (is a directory), "
			   "@/cwd/b.go"),
		"%s", b.data);
	source_tried_release(&tried);

	for (size_t i = 0; i < 50; i++)
		buf_add_str(&path, STR("x/"));
	buf_add_str(&path, STR("x.go"));
	cr_assert_eq(source_find(&found, &tried, &o, buf_str(&path), NULL), ASSAY_ERR_IO);
	cr_expect_eq(tried.n, SOURCE_TRIED_MAX);
	cr_expect_gt(tried.n_more, 30);
	source_tried_release(&tried);
	buf_release(&path);
	buf_release(&b);
	tree_release(&t);
}

Test(source, paths_that_no_file_can_have_are_not_there)
{
	struct query q = { "x" };
	struct source_found found;
	struct source_tried tried;
	struct assay_diag diag;
	struct source_options o;
	struct buf path = BUF_INIT;
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/cwd/x.go");
	o = options_of(&t, &q);
	cr_expect_eq(source_find(&found, &tried, &o, STR("x.go\0y"), &diag), ASSAY_ERR_IO);
	source_tried_release(&tried);
	for (size_t i = 0; i < 500000; i++)
		buf_add_str(&path, STR("x/"));
	buf_add_str(&path, STR("x.go"));
	cr_expect_eq(source_find(&found, &tried, &o, buf_str(&path), &diag), ASSAY_ERR_IO);
	source_tried_release(&tried);
	buf_release(&path);
	tree_release(&t);
}

static void reader_init(struct source_reader *r, struct tree *t)
{
	struct query q = { NULL };
	struct source_options o = options_of(t, &q);

	cr_assert_eq(source_reader_init(r, &o), 0);
}

Test(source, lines_end_at_newlines_with_or_without_a_carriage_return)
{
	static const struct {
		const char *text;
		size_t n;
		const char *lines[3];
	} cases[] = {
		{ "", 0, { NULL } }, { "\n", 1, { "" } }, { "a", 1, { "a" } }, { "a\n", 1, { "a" } },
		{ "a\r\n\r\nb\r", 3, { "a", "", "b" } }, { "a\r\r\n\tb\n\nc", 4, { "a\r", "\tb", "" } },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct source_reader r;
		struct source_file *f;
		struct tree t;

		tree_init(&t);
		tree_write(&t, "@/cwd/x.c", cases[i].text, strlen(cases[i].text));
		reader_init(&r, &t);
		cr_assert_eq(source_read(&r, STR("x.c"), &f), 0);
		cr_expect_eq(f->n, cases[i].n, "case %zu: %zu", i, f->n);
		cr_expect_eq(f->error.code, 0);
		for (size_t k = 0; k < f->n && k < 3; k++)
			cr_expect(str_equal(f->lines[k], str_of(cases[i].lines[k])), "case %zu, line %zu", i, k);
		source_reader_release(&r);
		tree_release(&t);
	}
}

Test(source, a_line_of_64_kib_ends_the_file)
{
	struct source_reader r;
	struct source_file *f;
	struct buf text = BUF_INIT;
	struct tree t;

	tree_init(&t);
	buf_add_fill(&text, 'x', SOURCE_MAX_LINE - 1);
	buf_add_str(&text, STR("\nb\n"));
	tree_write(&t, "@/cwd/fits.c", text.data, text.len);
	buf_reset(&text);
	buf_add_str(&text, STR("a\n"));
	buf_add_fill(&text, 'x', SOURCE_MAX_LINE);
	buf_add_str(&text, STR("\nb\n"));
	tree_write(&t, "@/cwd/long.c", text.data, text.len);
	reader_init(&r, &t);
	cr_assert_eq(source_read(&r, STR("fits.c"), &f), 0);
	cr_expect_eq(f->n, 2);
	cr_expect_not(f->cut);
	cr_assert_eq(source_read(&r, STR("long.c"), &f), 0);
	cr_expect_eq(f->n, 1);
	cr_expect(f->cut);
	source_reader_release(&r);
	buf_release(&text);
	tree_release(&t);
}

Test(source, a_reader_remembers_what_it_read_and_what_it_could_not)
{
	const struct str *lines;
	struct source_reader r;
	struct source_file *f;
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/cwd/a.c");
	reader_init(&r, &t);
	cr_assert_eq(source_read(&r, STR("a.c"), &f), 0);
	lines = f->lines;
	cr_assert_eq(source_read(&r, STR("b.c"), &f), 0);
	cr_expect_eq(f->error.code, ASSAY_ERR_IO);
	cr_expect_null(f->path);
	f->told = true;
	tree_add(&t, "@/cwd/b.c");
	cr_assert_eq(source_read(&r, STR("b.c"), &f), 0);
	cr_expect_str_eq(f->error.text, expand(&t, "could not find file b.c on path @/cwd"));
	cr_expect(f->told);
	cr_assert_eq(source_read(&r, STR("a.c"), &f), 0);
	cr_expect_eq(f->lines, lines);
	cr_expect_not(f->told);
	source_reader_release(&r);
	tree_release(&t);
}

Test(source, files_of_unknown_length_are_read_and_large_ones_are_not)
{
	struct source_reader r;
	struct source_file *f;
	struct tree t;

	tree_init(&t);
	tree_add(&t, "@/cwd/large.c");
	cr_assert_eq(truncate(expand(&t, "@/cwd/large.c"), (off_t)SOURCE_MAX_SIZE + 1), 0);
	reader_init(&r, &t);
	cr_assert_eq(source_read(&r, str_of(expand(&t, "@/cwd/large.c")), &f), 0);
	cr_expect_eq(f->error.code, ASSAY_ERR_IO);
	cr_assert_eq(source_read(&r, STR("/proc/self/status"), &f), 0);
	cr_expect_eq(f->error.code, 0);
	cr_expect_gt(f->n, 5);
	source_reader_release(&r);
	tree_release(&t);
}

Test(module, names_go_to_the_cache_and_back)
{
	static const char *const cases[][2] = {
		{ "github.com/BurntSushi/toml", "github.com/!burnt!sushi/toml" }, { "a.b/c", "a.b/c" }, { "", "" },
		{ "v1.0.0-RC1", "v1.0.0-!r!c1" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct buf b = BUF_INIT, back = BUF_INIT;

		module_escape(&b, str_of(cases[i][0]));
		cr_expect(str_equal(buf_str(&b), str_of(cases[i][1])), "%s", cases[i][0]);
		module_unescape(&back, buf_str(&b));
		cr_expect(str_equal(buf_str(&back), str_of(cases[i][0])), "%s", cases[i][0]);
		buf_release(&b);
		buf_release(&back);
	}
}

Test(module, a_go_mod_declares_its_name)
{
	static const char *const cases[][2] = {
		{ "module a.b/c\n", "a.b/c" }, { "module a.b/c", "a.b/c" }, { "go 1.19\n\nmodule  `a`\r\n", "a" },
		{ "// module x\nmodule y//z\n", "y" }, { "modules x\n", NULL }, { "module\n", NULL }, { "", NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct str name;
		bool is = module_declared(str_of(cases[i][0]), &name);

		cr_expect_eq(is, cases[i][1] != NULL, "case %zu", i);
		cr_expect(!is || str_equal(name, str_of(cases[i][1])), "case %zu", i);
	}
}
