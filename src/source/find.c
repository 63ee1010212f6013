/* SPDX-License-Identifier: Apache-2.0 */
#include "source/find.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/path.h"
#include "source/module.h"

/* What errno has no word for. */
#define NOT_REGULAR ENOTSUP

/* More of a go.mod is not looked at; its first line is mostly the one. */
#define GO_MOD_SHOWN 4096

struct search {
	const struct source_options *options;
	struct str roots; /* the folders that the person named: source_path, or the working directory */
	struct source_found *found;
	struct source_tried *tried;
	struct buf joined, candidate;
	int error; /* errno of the last candidate */
	bool failed; /* out of memory */
};

static bool next_item(struct str *rest, char separator, struct str *item)
{
	const char *at;

	if (!rest->p)
		return false;
	at = rest->len ? memchr(rest->p, separator, rest->len) : NULL;
	*item = (struct str){ rest->p, at ? (size_t)(at - rest->p) : rest->len };
	*rest = at ? str_skip(*rest, item->len + 1) : (struct str){ NULL, 0 };
	return true;
}

/* The folders of a ':' list. An empty list has none, which next_item() alone does not see. */
static struct str list_of(struct str text)
{
	return text.len ? text : (struct str){ NULL, 0 };
}

static bool find_text(struct str in, struct str what, size_t *at)
{
	const char *p = in.len ? memmem(in.p, in.len, what.p, what.len) : NULL;

	if (p)
		*at = (size_t)(p - in.p);
	return p != NULL;
}

/* What stands behind the last occurrence of what. */
static bool behind_last(struct str path, struct str what, struct str *rest)
{
	bool found = false;
	size_t at;

	while (find_text(path, what, &at)) {
		path = *rest = str_skip(path, at + what.len);
		found = true;
	}
	return found;
}

static const char *why_not(int error, char *to, size_t size)
{
	return error == NOT_REGULAR ? "not a regular file" : diag_errno(error, to, size);
}

/* O_NONBLOCK, because a FIFO under this name would otherwise be waited for before it can be seen to be one. */
static int open_regular(const char *path, uint64_t *size, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	*error = 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		*error = errno == ENXIO ? NOT_REGULAR : errno;
	else if (S_ISDIR(st.st_mode))
		*error = EISDIR;
	else if (!S_ISREG(st.st_mode))
		*error = NOT_REGULAR;
	else if (st.st_size < 0 || (uint64_t)st.st_size > SOURCE_MAX_SIZE)
		*error = EFBIG;
	else
		*size = (uint64_t)st.st_size;
	if (*error && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool is_tried(const struct source_tried *t, struct str text)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_equal(str_of(t->paths[i]), text))
			return true;
	return false;
}

static void remember(struct search *s)
{
	struct source_tried *t = s->tried;
	char why[128];

	if (s->error != ENOENT && s->error != ENOTDIR)
		buf_addf(&s->candidate, " (%s)", why_not(s->error, why, sizeof(why)));
	if (s->candidate.failed) {
		s->failed = true;
	} else if (!is_tried(t, buf_str(&s->candidate))) {
		if (t->n == SOURCE_TRIED_MAX)
			t->n_more++;
		else if (!(t->paths[t->n] = strdup(s->candidate.data)))
			s->failed = true;
		else
			t->n++;
	}
}

/* Takes dir/path if it can be read. Also ends the search when memory has run out; the caller of all asks which it was. */
static bool try_path(struct search *s, struct str dir, struct str path)
{
	int fd;

	s->error = ENAMETOOLONG;
	if (s->failed || dir.len > PATH_MAX || path.len > PATH_MAX)
		return s->failed;
	buf_reset(&s->joined);
	buf_reset(&s->candidate);
	buf_add_str(&s->joined, dir);
	if (dir.len)
		buf_add_char(&s->joined, '/');
	buf_add_str(&s->joined, path);
	path_clean(&s->candidate, buf_str(&s->joined));
	if (s->joined.failed || s->candidate.failed)
		return s->failed = true;
	s->error = EINVAL;
	if (memchr(s->candidate.data, '\0', s->candidate.len))
		return false;
	fd = open_regular(s->candidate.data, &s->found->size, &s->error);
	if (fd < 0) {
		remember(s);
		return s->failed;
	}
	s->found->fd = fd;
	s->found->path = buf_detach(&s->candidate, NULL);
	s->failed = !s->found->path;
	if (s->failed)
		close(fd);
	return true;
}

/* The folder above: "/" and "." are above themselves. */
static struct str parent(struct str dir)
{
	while (dir.len && dir.p[dir.len - 1] != '/')
		dir.len--;
	while (dir.len > 1 && dir.p[dir.len - 1] == '/')
		dir.len--;
	return dir.len ? dir : STR(".");
}

static bool try_upwards(struct search *s, struct str dir, struct str path)
{
	for (;;) {
		struct str above = parent(dir);

		if (try_path(s, dir, path))
			return true;
		if (str_equal(above, dir))
			return false;
		dir = above;
	}
}

/* The rules of the reference. On failure diag has its words. */
static bool try_recorded(struct search *s, struct str recorded, struct assay_diag *diag)
{
	struct str path = path_trim(recorded, s->options->trim_path, s->roots);
	struct str rest = list_of(s->roots), dir;
	char why[128];

	if (path.len && path.p[0] == '/') {
		if (try_path(s, STR(""), path))
			return true;
		diag_set(diag, ASSAY_ERR_IO, "open %.*s: %s", (int)path.len, path.p,
			why_not(s->error, why, sizeof(why)));
		return false;
	}
	while (next_item(&rest, ':', &dir))
		if (try_upwards(s, dir, path))
			return true;
	diag_set(diag, ASSAY_ERR_IO, "could not find file %.*s on path %.*s", (int)path.len, path.p, (int)s->roots.len,
		s->roots.p);
	return false;
}

/* Tries dir/below/path. */
static bool try_below(struct search *s, struct str dir, struct str below, struct str path)
{
	struct buf b = BUF_INIT;
	bool done;

	buf_add_str(&b, dir);
	buf_add_char(&b, '/');
	buf_add_str(&b, below);
	s->failed |= b.failed;
	done = try_path(s, buf_str(&b), path);
	buf_release(&b);
	return done;
}

static bool try_vendor(struct search *s, struct str path)
{
	struct str rest = list_of(s->roots), dir;

	while (next_item(&rest, ':', &dir))
		if (try_below(s, dir, STR("vendor"), path))
			return true;
	return false;
}

/* Below each folder of GOPATH, which is ~/go where it is not set. */
static bool try_gopath(struct search *s, struct str below, struct str path)
{
	const struct source_env *env = &s->options->env;
	struct str rest = list_of(env->gopath), dir;
	struct buf home = BUF_INIT;
	bool done;

	while (next_item(&rest, ':', &dir))
		if (dir.len && try_below(s, dir, below, path))
			return true;
	if (env->gopath.len || !env->home.len)
		return false;
	buf_add_str(&home, env->home);
	buf_add_str(&home, STR("/go"));
	done = try_below(s, buf_str(&home), below, path);
	s->failed |= home.failed;
	buf_release(&home);
	return done || s->failed;
}

static int newest_first(const void *a, const void *b)
{
	return strverscmp(*(char *const *)b, *(char *const *)a);
}

/* Installations that have their version in the name, as Debian's have. */
static bool try_versions(struct search *s, const char *pattern, struct str path)
{
	struct buf b = BUF_INIT;
	glob_t all = { 0 };
	bool done = false;

	buf_add_str(&b, s->options->env.system);
	buf_add_str(&b, str_of(pattern));
	if (b.failed || glob(b.data, GLOB_NOSORT, NULL, &all) == GLOB_NOSPACE)
		s->failed = true;
	if (all.gl_pathc)
		qsort(all.gl_pathv, all.gl_pathc, sizeof(*all.gl_pathv), newest_first);
	for (size_t i = 0; i < all.gl_pathc && !done; i++)
		done = try_below(s, str_of(all.gl_pathv[i]), STR("src"), path);
	globfree(&all);
	buf_release(&b);
	return done || s->failed;
}

static bool try_goroot(struct search *s, struct str path)
{
	static const char *const usual[] = { "/usr/lib/go/src", "/usr/local/go/src", "/usr/lib/golang/src" };
	const struct source_env *env = &s->options->env;

	if (env->goroot.len)
		return try_below(s, env->goroot, STR("src"), path);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (try_below(s, env->system, str_skip(str_of(usual[i]), 1), path))
			return true;
	return try_versions(s, "/usr/share/go-[0-9]*", path) || try_versions(s, "/usr/lib/go-[0-9]*", path);
}

/* Where a module cache starts is not always said: a module's name starts with a host, and that has a dot. */
static struct str module_start(struct str path)
{
	struct str rest = path, item, behind;

	if (!path.len || path.p[0] != '/')
		return path;
	if (behind_last(path, STR("/pkg/mod/"), &behind))
		return behind;
	while (next_item(&rest, '/', &item))
		if (item.len && item.p[0] != '.' && memchr(item.p, '.', item.len))
			return str_skip(path, (size_t)(item.p - path.p));
	return path;
}

static bool try_module(struct search *s, const struct module_path *m)
{
	struct buf name = BUF_INIT, version = BUF_INIT, path = BUF_INIT;
	bool done;

	/* The path may be one of a cache already; file names within a module are the same in both. */
	module_unescape(&name, m->module);
	module_unescape(&version, m->version);
	module_escape(&path, buf_str(&name));
	buf_add_char(&path, '@');
	module_escape(&path, buf_str(&version));
	buf_add_char(&path, '/');
	buf_add_str(&path, m->file);
	s->failed |= name.failed || version.failed || path.failed;
	done = s->options->env.gomodcache.len && try_path(s, s->options->env.gomodcache, buf_str(&path));
	done = done || try_gopath(s, STR("pkg/mod"), buf_str(&path));
	buf_add_char(&name, '/');
	buf_add_str(&name, m->file);
	s->failed |= name.failed;
	done = done || try_vendor(s, buf_str(&name));
	buf_release(&name);
	buf_release(&version);
	buf_release(&path);
	return done || s->failed;
}

/* "go", "go1.20", "go-1.19", "go_sdk", GOROOT; and the folder of a toolchain that was fetched as a module. */
static bool is_go_folder(struct str name)
{
	if (str_starts(name, STR("toolchain@")) || str_equal(name, STR("GOROOT")))
		return true;
	if (!str_starts(name, STR("go")))
		return false;
	return name.len == 2 || (name.p[2] >= '0' && name.p[2] <= '9') || name.p[2] == '-' || name.p[2] == '_';
}

/* What stands behind the src/ of a Go installation or workspace: /opt/go/1.20/x64/src/runtime/proc.go. */
static bool behind_go_src(struct str path, struct str *rest)
{
	struct str left = path, item;
	bool in_go = false;

	while (next_item(&left, '/', &item)) {
		if (in_go && left.p && str_equal(item, STR("src"))) {
			*rest = left;
			return left.len > 0;
		}
		in_go |= is_go_folder(item);
	}
	return false;
}

/* Packages of the standard library have no host in front. */
static bool has_host(struct str path)
{
	struct str first;

	return next_item(&path, '/', &first) && first.len && memchr(first.p, '.', first.len);
}

static bool try_packages(struct search *s, struct str path)
{
	return (!has_host(path) && try_goroot(s, path)) || try_gopath(s, STR("src"), path);
}

/* The go.mod of a folder into b, and the module that it declares. */
static bool declared_in(struct str dir, struct buf *b, struct str *module)
{
	uint64_t size;
	ssize_t got;
	int fd, error;

	buf_add_str(b, dir.len ? dir : STR("."));
	buf_add_str(b, STR("/go.mod"));
	if (b->failed || memchr(b->data, '\0', b->len))
		return false;
	fd = open_regular(b->data, &size, &error);
	buf_reset(b);
	if (fd < 0)
		return false;
	buf_add_fill(b, '\n', GO_MOD_SHOWN);
	got = b->failed ? -1 : read(fd, b->data, b->len);
	close(fd);
	return got > 0 && module_declared((struct str){ b->data, (size_t)got }, module);
}

/*
 * A file whose folder was cut off entirely: main.go for example.com/app/main.go. The folder's go.mod says whether it is
 * that module; where there is none, a folder named app is as good.
 */
static bool try_name_alone(struct search *s, struct str dir, struct str path)
{
	struct str name = path_base(path), above = { path.p, path.len - name.len }, module;
	struct str here = dir.len && dir.p[0] == '/' ? dir : s->options->env.cwd;
	struct buf b = BUF_INIT;
	bool done = false;

	above.len -= above.len > 0;
	if (!declared_in(dir, &b, &module)) {
		s->found->by_name_alone = !str_equal(path_base(above), path_base(here));
		done = try_path(s, dir, name);
	} else if (str_equal(above, module) || str_equal(above, STR("command-line-arguments"))) {
		s->found->by_name_alone = false;
		done = try_path(s, dir, name);
	}
	s->failed |= b.failed;
	buf_release(&b);
	return done || s->failed;
}

/* A main module's files, recorded below the module's path: the more folders agree, the sooner it is tried. */
static bool try_suffixes(struct search *s, struct str path)
{
	const char *slash = path.len ? memchr(path.p, '/', path.len) : NULL;
	struct str rest, dir, left = path;

	/* Each turn below reads what is left of the path, so that one of a megabyte must not get here. */
	if (!slash || path.len > PATH_MAX)
		return false;
	for (; slash; slash = memchr(left.p, '/', left.len)) {
		left = str_skip(left, (size_t)(slash - left.p) + 1);
		if (!left.len || !memchr(left.p, '/', left.len))
			break;
		for (rest = list_of(s->roots); next_item(&rest, ':', &dir);)
			if (try_path(s, dir, left))
				return true;
	}
	for (rest = list_of(s->roots); left.len && next_item(&rest, ':', &dir);)
		if (try_name_alone(s, dir, path))
			return true;
	return false;
}

static bool leaves_its_folder(struct str path)
{
	struct str item;

	while (next_item(&path, '/', &item))
		if (str_equal(item, STR("..")))
			return true;
	return false;
}

static bool try_go(struct search *s, struct str path)
{
	struct module_path m;
	struct str rest;

	if (!path.len || leaves_its_folder(path))
		return false;
	if (behind_go_src(path, &rest) && try_packages(s, rest))
		return true;
	if (module_split(&m, module_start(path)))
		return try_module(s, &m);
	if (behind_last(path, STR("/vendor/"), &rest) && try_vendor(s, rest))
		return true;
	if (path.p[0] == '/')
		return false;
	return try_packages(s, path) || try_vendor(s, path) || try_suffixes(s, path);
}

int source_find(struct source_found *found, struct source_tried *tried, const struct source_options *options,
	struct str path, struct assay_diag *diag)
{
	struct source_found f = { .fd = -1 };
	struct search s = { .options = options, .found = &f, .tried = tried };
	bool done;

	*tried = (struct source_tried){ 0 };
	s.roots = options->source_path.len ? options->source_path : options->env.cwd;
	done = try_recorded(&s, path, diag) || try_go(&s, path);
	buf_release(&s.joined);
	buf_release(&s.candidate);
	if (s.failed)
		return diag_nomem(diag, "a path");
	if (!done)
		return ASSAY_ERR_IO;
	*found = f;
	return 0;
}

void source_found_release(struct source_found *found)
{
	close(found->fd);
	free(found->path);
}

void source_tried_release(struct source_tried *tried)
{
	for (size_t i = 0; i < tried->n; i++)
		free(tried->paths[i]);
	*tried = (struct source_tried){ 0 };
}

void source_tried_add(struct buf *out, const struct source_tried *tried)
{
	for (size_t i = 0; i < tried->n; i++) {
		if (i)
			buf_add_str(out, STR(", "));
		buf_add_str(out, str_of(tried->paths[i]));
	}
	if (tried->n_more)
		buf_addf(out, " and %zu more", tried->n_more);
}
