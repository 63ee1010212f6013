/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/path.h"

struct search {
	const struct find_options *options;
	const struct find_visitor *visitor;
	enum find_place place;
	struct buf path;
};

static bool is_clean_name(struct str name)
{
	return name.len && !memchr(name.p, '/', name.len) && !memchr(name.p, '\0', name.len) &&
	       !str_equal(name, STR(".")) && !str_equal(name, STR(".."));
}

static int visit(struct search *s)
{
	if (s->path.failed)
		return ASSAY_ERR_NOMEM;
	/* A name with a NUL in it would be the name of another file. */
	if (memchr(s->path.data, '\0', s->path.len))
		return 0;
	return s->visitor->visit(s->visitor->data, s->path.data, s->place);
}

static void join(struct search *s, const struct str *parts, size_t n)
{
	buf_reset(&s->path);
	for (size_t i = 0; i < n; i++) {
		if (!parts[i].len)
			continue;
		if (s->path.len && s->path.data[s->path.len - 1] != '/' && parts[i].p[0] != '/')
			buf_add_char(&s->path, '/');
		buf_add_str(&s->path, parts[i]);
	}
	buf_add(&s->path, "", 0);
}

static int try_parts(struct search *s, const struct str *parts, size_t n)
{
	join(s, parts, n);
	return visit(s);
}

#define TRY(s, ...)                                       \
	try_parts(s, (const struct str[]){ __VA_ARGS__ }, \
		sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str))

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Everything in a folder, in the order of its names. */
static int list_folder(const char *folder, char ***names, size_t *n)
{
	DIR *d = opendir(folder);
	VEC(char *) found = { 0 };
	struct dirent *e;
	int err = 0;

	while (d && !err && found.n < FIND_MAX_ENTRIES && (e = readdir(d)) != NULL) {
		char *copy;

		if (e->d_name[0] == '.')
			continue;
		copy = strdup(e->d_name);
		if (!copy || !vec_push(&found, copy)) {
			free(copy);
			err = ASSAY_ERR_NOMEM;
		}
	}
	if (d)
		closedir(d);
	if (found.n)
		qsort(found.items, found.n, sizeof(*found.items), compare_names);
	*names = found.items;
	*n = found.n;
	return err;
}

static int try_folder(struct search *s, struct str root, struct str name)
{
	char **names = NULL;
	size_t n = 0;
	int err;

	join(s, (const struct str[]){ root, name }, 2);
	err = s->path.failed ? ASSAY_ERR_NOMEM : list_folder(s->path.data, &names, &n);
	for (size_t i = 0; i < n; i++) {
		if (!err)
			err = TRY(s, root, name, str_of(names[i]));
		free(names[i]);
	}
	free(names);
	return err;
}

/* root/ab/cdef.debug, after a folder that may be "". */
static int try_build_id(struct search *s, struct str root, struct str folder, struct str id)
{
	char name[256];

	if (id.len < 3 || id.len > 128)
		return 0;
	snprintf(name, sizeof(name), "%.2s/%.*s.debug", id.p, (int)id.len - 2, id.p + 2);
	return TRY(s, root, folder, str_of(name));
}

/* The folder that a path names, "" without one; a path of the root alone has the root. */
static struct str folder_of(struct str path)
{
	const char *slash = memrchr(path.p, '/', path.len);

	if (!slash)
		return STR("");
	return (struct str){ path.p, slash == path.p ? 1 : (size_t)(slash - path.p) };
}

/* What is found by the build id, which is a name among others. */
static int try_by_id(struct search *s, struct str root, struct str file, struct str base, struct str id)
{
	int err = file.len ? TRY(s, root, id, base) : 0;

	if (!err)
		err = try_folder(s, root, id);
	if (!err && file.len)
		err = TRY(s, root, file, id);
	if (!err)
		err = try_build_id(s, root, STR(""), id);
	return err ? err : try_build_id(s, root, STR(".build-id"), id);
}

static int try_by_name(struct search *s, struct str root, struct str file, struct str base)
{
	struct str folder = folder_of(file);
	struct buf debug = BUF_INIT, full = BUF_INIT;
	int err;

	buf_add_str(&debug, base);
	buf_add_str(&debug, STR(".debug"));
	buf_add_str(&full, file);
	buf_add_str(&full, STR(".debug"));
	if (debug.failed || full.failed) {
		buf_release(&debug);
		buf_release(&full);
		return ASSAY_ERR_NOMEM;
	}
	err = TRY(s, root, base);
	if (!err)
		err = TRY(s, root, file);
	if (!err)
		err = TRY(s, root, buf_str(&full));
	if (!err)
		err = TRY(s, root, folder, STR(".debug"), buf_str(&debug));
	if (!err)
		err = TRY(s, root, STR("usr/lib/debug"), folder, buf_str(&debug));
	buf_release(&debug);
	buf_release(&full);
	return err;
}

/* file is clean and starts with '/', so that it stays below the root. */
static int try_root(struct search *s, struct str root, struct str file, struct str id)
{
	struct str base = file.len ? path_base(file) : STR("");
	struct stat st;
	int err = 0;

	/* One line says it as well as ten. */
	join(s, &root, 1);
	if (!s->path.failed && stat(s->path.data, &st) < 0)
		return visit(s);
	if (is_clean_name(id))
		err = try_by_id(s, root, file, base, id);
	return err || !file.len ? err : try_by_name(s, root, file, base);
}

static int try_roots(struct search *s, struct str roots, struct str file, struct str id)
{
	int err = 0;

	while (!err && roots.len) {
		const char *colon = memchr(roots.p, ':', roots.len);
		struct str root = { roots.p, colon ? (size_t)(colon - roots.p) : roots.len };

		roots = str_skip(roots, root.len + (colon != NULL));
		if (root.len)
			err = try_root(s, root, file, id);
	}
	return err;
}

/* "/a/../../b" and "b" are both "/b". */
static bool clean_below_root(struct buf *out, struct str file)
{
	struct buf rooted = BUF_INIT;

	buf_add_char(&rooted, '/');
	buf_add_str(&rooted, file);
	path_clean(out, buf_str(&rooted));
	out->failed |= rooted.failed;
	buf_release(&rooted);
	return !out->failed;
}

/* Only what has the whole path is taken: /usr/lib/debug holds the debug information of other programs, too. */
static int try_debug_root(struct search *s, struct str file, struct str id)
{
	struct buf name = BUF_INIT;
	int err;

	s->place = FIND_DEBUG;
	err = is_clean_name(id) ? try_build_id(s, s->options->debug_root, STR(".build-id"), id) : 0;
	if (!err && file.len) {
		buf_add_str(&name, file);
		buf_add_str(&name, STR(".debug"));
		err = name.failed ? ASSAY_ERR_NOMEM : TRY(s, s->options->debug_root, buf_str(&name));
	}
	buf_release(&name);
	return err;
}

int find_binary(const struct find_options *o, struct str file, struct str build_id, const struct find_visitor *v)
{
	struct search s = { .options = o, .visitor = v, .place = FIND_SEARCHED };
	struct buf clean = BUF_INIT;
	bool named = file.len && !find_is_unsymbolizable(file);
	int err = 0;

	if (file.len && !clean_below_root(&clean, file))
		err = ASSAY_ERR_NOMEM;
	if (!err)
		err = try_roots(&s, o->symbol_path, buf_str(&clean), build_id);
	if (!err)
		err = try_roots(&s, o->binary_path, buf_str(&clean), build_id);
	s.place = FIND_RECORDED;
	if (!err && named)
		err = TRY(&s, file);
	if (!err && named)
		err = try_debug_root(&s, buf_str(&clean), build_id);
	buf_release(&s.path);
	buf_release(&clean);
	return err;
}

/* As binutils and gdb look: beside the binary, in .debug beside it, and below the root of debug information. */
static int try_debuglink(struct search *s, struct str folder, struct str name)
{
	int err;

	if (!is_clean_name(name))
		return 0;
	err = TRY(s, folder, name);
	if (!err)
		err = TRY(s, folder, STR(".debug"), name);
	return err ? err : TRY(s, s->options->debug_root, folder, name);
}

static int try_id_below_roots(struct search *s, struct str id)
{
	struct str roots = s->options->symbol_path;
	int err;

	if (!is_clean_name(id))
		return 0;
	err = try_build_id(s, s->options->debug_root, STR(".build-id"), id);
	while (!err && roots.len) {
		const char *colon = memchr(roots.p, ':', roots.len);
		struct str root = { roots.p, colon ? (size_t)(colon - roots.p) : roots.len };

		roots = str_skip(roots, root.len + (colon != NULL));
		err = try_build_id(s, root, STR(".build-id"), id);
		if (!err)
			err = try_build_id(s, root, STR(""), id);
	}
	return err;
}

/* Split DWARF names its files where the compiler wrote them; people move both, and then they lie side by side. */
static int try_dwo(struct search *s, struct str folder, struct str name, struct str directory)
{
	struct str base;
	int err;

	if (!name.len)
		return 0;
	base = path_base(name);
	if (name.p[0] == '/')
		err = TRY(s, name);
	else
		err = TRY(s, directory, name);
	if (!err && name.p[0] != '/')
		err = TRY(s, folder, name);
	if (!err && is_clean_name(base))
		err = TRY(s, folder, base);
	return err;
}

static int try_dwp(struct search *s, struct str path, struct str name)
{
	struct buf package = BUF_INIT;
	int err;

	buf_add_str(&package, path);
	buf_add_str(&package, STR(".dwp"));
	err = package.failed ? ASSAY_ERR_NOMEM : TRY(s, buf_str(&package));
	if (!err && is_clean_name(name))
		err = TRY(s, folder_of(path), name);
	if (!err && !package.failed)
		err = TRY(s, s->options->debug_root, buf_str(&package));
	buf_release(&package);
	return err;
}

static int try_alternate(struct search *s, struct str folder, struct str name, struct str id)
{
	int err = 0;

	if (name.len)
		err = name.p[0] == '/' ? TRY(s, name) : TRY(s, folder, name);
	return err ? err : try_id_below_roots(s, id);
}

int find_needed(
	const struct find_options *o, const char *path, const struct object_need *need, const struct find_visitor *v)
{
	struct search s = { .options = o, .visitor = v, .place = FIND_DEBUG };
	struct str folder = folder_of(str_of(path));
	int err = 0;

	if (!folder.len)
		folder = STR(".");
	switch (need->kind) {
	case OBJECT_NEED_DEBUGLINK:
		err = try_debuglink(&s, folder, need->name);
		break;
	case OBJECT_NEED_BUILD_ID:
		err = try_id_below_roots(&s, need->build_id);
		break;
	case OBJECT_NEED_DWO:
		err = try_dwo(&s, folder, need->name, need->directory);
		break;
	case OBJECT_NEED_DWP:
		err = try_dwp(&s, str_of(path), need->name);
		break;
	case OBJECT_NEED_ALT:
		err = try_alternate(&s, folder, need->name, need->build_id);
		break;
	}
	buf_release(&s.path);
	return err;
}

bool find_is_unsymbolizable(struct str file)
{
	struct str base = file.len ? path_base(file) : STR("");

	return str_starts(base, STR("[")) || str_starts(base, STR("linux-vdso")) ||
	       str_starts(file, STR("/dev/dri/")) || str_starts(file, STR("/memfd:")) || str_equal(file, STR("//anon"));
}

static int no_file(const char *path, int error, struct assay_diag *diag)
{
	char why[128];

	return diag_set(diag, ASSAY_ERR_IO, "%s %s: %s", error == ENOENT || error == ENOTDIR ? "stat" : "open", path,
		diag_errno(error, why, sizeof(why)));
}

static int check_file(const struct stat *st, const char *path, off_t max, struct assay_diag *diag)
{
	if (S_ISDIR(st->st_mode))
		return diag_set(diag, ASSAY_ERR_FORMAT, "%s is a directory", path);
	if (!S_ISREG(st->st_mode))
		return diag_set(diag, ASSAY_ERR_FORMAT, "%s is no regular file", path);
	if (st->st_size > max)
		return diag_set(diag, ASSAY_ERR_TOO_BIG, "%s is too large", path);
	return 0;
}

int find_open_regular(int *fd, struct find_file *file, const char *path, off_t max, struct assay_diag *diag)
{
	/* A FIFO would wait for its other end, a terminal might become ours. */
	int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err;
	struct stat st;

	if (opened < 0)
		return no_file(path, errno, diag);
	err = fstat(opened, &st) < 0 ? no_file(path, errno, diag) : check_file(&st, path, max, diag);
	if (err) {
		close(opened);
		return err;
	}
	*file = (struct find_file){ st.st_dev, st.st_ino,
		(int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec };
	*fd = opened;
	return 0;
}

static int check_magic(int fd, const char *path, struct assay_diag *diag)
{
	char magic[4];
	ssize_t n = pread(fd, magic, sizeof(magic), 0);
	char why[128];

	if (n < 0)
		return diag_set(diag, ASSAY_ERR_IO, "read %s: %s", path, diag_errno(errno, why, sizeof(why)));
	if (n < 4)
		return diag_set(diag, ASSAY_ERR_FORMAT, "error reading magic number from %s: %sEOF", path,
			n ? "unexpected " : "");
	if (memcmp(magic, "\177ELF", 4) != 0)
		return diag_set(diag, ASSAY_ERR_FORMAT, "unrecognized binary format: %s", path);
	return 0;
}

int find_open(int *fd, struct find_file *file, const char *path, struct assay_diag *diag)
{
	int opened, err = find_open_regular(&opened, file, path, FIND_MAX_SIZE, diag);

	if (err)
		return err;
	err = check_magic(opened, path, diag);
	if (err) {
		close(opened);
		return err;
	}
	*fd = opened;
	return 0;
}
