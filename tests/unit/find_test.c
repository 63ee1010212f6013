/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/find.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void make_root(void)
{
	strcpy(root, "/tmp/assay-find-XXXXXX");
	cr_assert(mkdtemp(root));
}

static void remove_root(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

static const char *below(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void make_file(const char *name, const char *text, size_t len)
{
	char command[400];
	FILE *f;

	snprintf(command, sizeof(command), "mkdir -p \"$(dirname %s)\"", below(name));
	cr_assert_eq(system(command), 0);
	f = fopen(below(name), "w");
	cr_assert(f);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* Paths as they are visited, a line each, without the root. */
static int note(void *data, const char *path, enum find_place place)
{
	struct buf *b = data;

	buf_add_str(b, str_of(strncmp(path, root, strlen(root)) == 0 ? path + strlen(root) + 1 : path));
	buf_add_str(b, place == FIND_RECORDED ? STR(" recorded\n") : place == FIND_DEBUG ? STR(" debug\n") : STR("\n"));
	return 0;
}

static void expect_binary(const char *file, const char *id, const char *expected)
{
	const struct find_options o = { .symbol_path = str_of(root), .debug_root = STR("/dbg") };
	struct buf b = BUF_INIT;

	cr_assert_eq(find_binary(&o, str_of(file), str_of(id), &(struct find_visitor){ note, &b }), 0);
	buf_add(&b, "", 0);
	cr_expect_str_eq(b.data, expected, "got\n%s", b.data);
	buf_release(&b);
}

Test(find, goes_through_the_layouts_in_order, .init = make_root, .fini = remove_root)
{
	make_file("c0ffee/b", "", 0);
	make_file("c0ffee/a", "", 0);
	expect_binary("/opt/x/prog", "c0ffee",
		"c0ffee/prog\nc0ffee/a\nc0ffee/b\nopt/x/prog/c0ffee\nc0/ffee.debug\n.build-id/c0/ffee.debug\n"
		"prog\nopt/x/prog\nopt/x/prog.debug\nopt/x/.debug/prog.debug\nusr/lib/debug/opt/x/prog.debug\n"
		"/opt/x/prog recorded\n/dbg/.build-id/c0/ffee.debug debug\n/dbg/opt/x/prog.debug debug\n");
	expect_binary("/opt/x/prog", "",
		"prog\nopt/x/prog\nopt/x/prog.debug\nopt/x/.debug/prog.debug\nusr/lib/debug/opt/x/prog.debug\n"
		"/opt/x/prog recorded\n/dbg/opt/x/prog.debug debug\n");
	expect_binary("", "c0ffee", "c0ffee/a\nc0ffee/b\nc0/ffee.debug\n.build-id/c0/ffee.debug\n");
	expect_binary("", "", "");
}

Test(find, names_do_not_climb_out_of_a_folder, .init = make_root, .fini = remove_root)
{
	expect_binary("/../../etc/passwd", "../..",
		"passwd\netc/passwd\netc/passwd.debug\netc/.debug/passwd.debug\nusr/lib/debug/etc/passwd.debug\n"
		"/../../etc/passwd recorded\n/dbg/etc/passwd.debug debug\n");
	expect_binary(
		"x", "..", "x\nx\nx.debug\n.debug/x.debug\nusr/lib/debug/x.debug\nx recorded\n/dbg/x.debug debug\n");
}

Test(find, a_name_of_no_file_is_only_searched_for, .init = make_root, .fini = remove_root)
{
	expect_binary("[vdso]", "", "[vdso]\n[vdso]\n[vdso].debug\n.debug/[vdso].debug\nusr/lib/debug/[vdso].debug\n");
	cr_expect(find_is_unsymbolizable(STR("[kernel.kallsyms]_stext")));
	cr_expect(find_is_unsymbolizable(STR("/x/linux-vdso.so.1")));
	cr_expect(find_is_unsymbolizable(STR("/dev/dri/card0")));
	cr_expect(find_is_unsymbolizable(STR("/memfd:jit (deleted)")));
	cr_expect(find_is_unsymbolizable(STR("//anon")));
	cr_expect_not(find_is_unsymbolizable(STR("/usr/bin/ls")));
	cr_expect_not(find_is_unsymbolizable(STR("")));
}

Test(find, a_folder_that_is_not_there_is_told_once, .init = make_root, .fini = remove_root)
{
	const struct find_options o = { .symbol_path = STR("/no/such/folder::/nor/this"), .debug_root = STR("/dbg") };
	struct buf b = BUF_INIT;

	find_binary(&o, STR("/bin/x"), STR(""), &(struct find_visitor){ note, &b });
	cr_expect_str_eq(b.data, "/no/such/folder\n/nor/this\n/bin/x recorded\n/dbg/bin/x.debug debug\n", "%s", b.data);
	buf_release(&b);
}

static void expect_needed(const struct object_need *need, const char *expected)
{
	const struct find_options o = { .symbol_path = STR("/sym"), .debug_root = STR("/dbg") };
	struct buf b = BUF_INIT;

	cr_assert_eq(find_needed(&o, "/opt/x/prog", need, &(struct find_visitor){ note, &b }), 0);
	buf_add(&b, "", 0);
	cr_expect_str_eq(b.data, expected, "got\n%s", b.data);
	buf_release(&b);
}

Test(find, what_a_binary_refers_to_lies_near_it_or_among_debug_information)
{
	strcpy(root, "/none");
	expect_needed(&(struct object_need){ OBJECT_NEED_DEBUGLINK, STR("prog.debug"), STR(""), STR(""), 0 },
		"/opt/x/prog.debug debug\n/opt/x/.debug/prog.debug debug\n/dbg/opt/x/prog.debug debug\n");
	expect_needed(&(struct object_need){ OBJECT_NEED_DEBUGLINK, STR("../../etc/passwd"), STR(""), STR(""), 0 }, "");
	expect_needed(&(struct object_need){ OBJECT_NEED_BUILD_ID, STR(""), STR(""), STR("c0ffee"), 0 },
		"/dbg/.build-id/c0/ffee.debug debug\n/sym/.build-id/c0/ffee.debug debug\n/sym/c0/ffee.debug debug\n");
	expect_needed(&(struct object_need){ OBJECT_NEED_DWO, STR("out/a.dwo"), STR("/build"), STR(""), 1 },
		"/build/out/a.dwo debug\n/opt/x/out/a.dwo debug\n/opt/x/a.dwo debug\n");
	expect_needed(&(struct object_need){ OBJECT_NEED_DWP, STR(""), STR(""), STR(""), 0 },
		"/opt/x/prog.dwp debug\n/dbg/opt/x/prog.dwp debug\n");
	expect_needed(&(struct object_need){ OBJECT_NEED_ALT, STR("../dwz/common"), STR(""), STR("c0ffee"), 0 },
		"/opt/x/../dwz/common debug\n/dbg/.build-id/c0/ffee.debug debug\n/sym/.build-id/c0/ffee.debug debug\n"
		"/sym/c0/ffee.debug debug\n");
}

static void expect_refused(const char *before, const char *path, const char *after)
{
	struct assay_diag diag = { .text = "" };
	struct find_file f;
	char expected[400];
	int fd = -1;

	snprintf(expected, sizeof(expected), "%s%s%s", before, path, after);
	cr_expect_neq(find_open(&fd, &f, path, &diag), 0, "%s", path);
	cr_expect_str_eq(diag.text, expected, "%s", diag.text);
	cr_expect_eq(fd, -1);
}

Test(find, only_regular_files_that_start_like_elf_are_opened, .init = make_root, .fini = remove_root)
{
	struct assay_diag diag;
	struct find_file f;
	int fd = -1;

	make_file("empty", "", 0);
	make_file("short", "\177EL", 3);
	make_file("text", "#!/bin/sh\n", 10);
	make_file("elf", "\177ELF", 4);
	cr_assert_eq(mkfifo(below("fifo"), 0600), 0);
	expect_refused("stat ", below("nothing"), ": no such file or directory");
	expect_refused("error reading magic number from ", below("empty"), ": EOF");
	expect_refused("error reading magic number from ", below("short"), ": unexpected EOF");
	expect_refused("unrecognized binary format: ", below("text"), "");
	expect_refused("", below("fifo"), " is no regular file");
	expect_refused("", root, " is a directory");
	expect_refused("", "/dev/zero", " is no regular file");
	cr_assert_eq(find_open(&fd, &f, below("elf"), &diag), 0, "%s", diag.text);
	cr_expect(f.modified > 0);
	close(fd);
	/* Larger than anything anybody links, and nothing but a hole. */
	cr_assert_eq(truncate(below("elf"), ((off_t)1 << 40)), 0);
	expect_refused("", below("elf"), " is too large");
}
