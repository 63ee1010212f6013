/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "source/module.h"
#include "source/search.h"

/* Recorded paths with more folders than people make are not taken apart. */
#define FOLDERS_MAX 64

/* More of a go.mod is not looked at; its first line is mostly the one. */
#define GO_MOD_SHOWN 4096

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

/* Tries dir/below/path. */
static bool try_below(struct search *s, struct str dir, struct str below, struct str path)
{
	struct buf b = BUF_INIT;
	bool done;

	buf_add_str(&b, dir);
	buf_add_char(&b, '/');
	buf_add_str(&b, below);
	s->failed |= b.failed;
	done = search_try(s, buf_str(&b), path);
	buf_release(&b);
	return done;
}

/* The go.mod of a folder into b, and the module that it declares. */
static bool declared_in(struct str dir, struct buf *b, struct str *module)
{
	uint64_t size;
	ssize_t got;
	int fd, error;

	buf_reset(b);
	buf_add_str(b, dir.len ? dir : STR("."));
	buf_add_str(b, STR("/go.mod"));
	if (b->failed || memchr(b->data, '\0', b->len))
		return false;
	fd = search_open(b->data, &size, &error);
	buf_reset(b);
	if (fd < 0)
		return false;
	buf_add_fill(b, '\n', GO_MOD_SHOWN);
	got = b->failed ? -1 : read(fd, b->data, b->len);
	close(fd);
	return got > 0 && module_declared((struct str){ b->data, (size_t)got }, module);
}

/* From a folder to that of the module which it is a part of, the nearest above that has a go.mod. */
static bool go_to_module(struct str *dir, struct buf *b, struct str *module)
{
	for (size_t i = 0; i < FOLDERS_MAX; i++) {
		struct str above = search_parent(*dir);

		if (declared_in(*dir, b, module))
			return true;
		if (str_equal(above, *dir))
			break;
		*dir = above;
	}
	return false;
}

/* Whoever is in a folder of a module is in the module: its own files by their place in it, others in its vendor/. */
static bool try_modules_above(struct search *s, struct str path)
{
	struct str rest = list_of(s->roots), dir, module;
	struct buf b = BUF_INIT;
	bool done = false;

	while (!done && next_item(&rest, ':', &dir)) {
		if (!go_to_module(&dir, &b, &module))
			continue;
		if (str_starts(path, module) && path.len > module.len && path.p[module.len] == '/')
			done = search_try(s, dir, str_skip(path, module.len + 1));
		done = done || try_below(s, dir, STR("vendor"), path);
	}
	s->failed |= b.failed;
	buf_release(&b);
	return done || s->failed;
}

static bool try_vendor(struct search *s, struct str path)
{
	struct str rest = list_of(s->roots), dir;

	while (next_item(&rest, ':', &dir))
		if (try_below(s, dir, STR("vendor"), path))
			return true;
	return try_modules_above(s, path);
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

/* As it is, in the folders that the person named: source_path may be a module cache. */
static bool try_roots(struct search *s, struct str path)
{
	struct str rest = list_of(s->roots), dir;

	while (next_item(&rest, ':', &dir))
		if (search_try(s, dir, path))
			return true;
	return false;
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
	done = s->options->env.gomodcache.len && search_try(s, s->options->env.gomodcache, buf_str(&path));
	done = done || try_gopath(s, STR("pkg/mod"), buf_str(&path)) || try_roots(s, buf_str(&path));
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
		done = search_try(s, dir, name);
	} else if (str_equal(above, module) || str_equal(above, STR("command-line-arguments"))) {
		s->found->by_name_alone = false;
		done = search_try(s, dir, name);
	}
	s->failed |= b.failed;
	buf_release(&b);
	return done || s->failed;
}

static size_t n_folders(struct str path)
{
	size_t n = 0;

	for (size_t i = 0; i < path.len; i++)
		n += path.p[i] == '/';
	return n;
}

/* A main module's files, recorded below the module's path: the more folders agree, the sooner it is tried. */
static bool try_suffixes(struct search *s, struct str path)
{
	const char *slash = path.len ? memchr(path.p, '/', path.len) : NULL;
	struct str rest, dir, left = path;

	if (!slash || n_folders(path) > FOLDERS_MAX)
		return false;
	for (; slash; slash = memchr(left.p, '/', left.len)) {
		left = str_skip(left, (size_t)(slash - left.p) + 1);
		if (!left.len || !memchr(left.p, '/', left.len))
			break;
		if (try_roots(s, left))
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

bool search_go(struct search *s, struct str path)
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
