/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <stdbool.h>

struct str path_base(struct str path)
{
	size_t start;

	if (!path.len)
		return STR(".");
	while (path.len && path.p[path.len - 1] == '/')
		path.len--;
	if (!path.len)
		return STR("/");
	for (start = path.len; start && path.p[start - 1] != '/';)
		start--;
	return str_skip(path, start);
}

/* The next element of a list into *item; false at its end. Unlike an empty list, an empty element is one. */
static bool next_element(struct str *rest, char separator, struct str *item)
{
	const char *at;

	if (!rest->p)
		return false;
	at = rest->len ? memchr(rest->p, separator, rest->len) : NULL;
	if (at) {
		*item = (struct str){ rest->p, (size_t)(at - rest->p) };
		*rest = str_skip(*rest, item->len + 1);
	} else {
		*item = *rest;
		*rest = (struct str){ NULL, 0 };
	}
	return true;
}

/* Drops the last element that was written, unless there is none to drop or it is itself a "..". */
static bool drop_last(struct buf *out, size_t floor)
{
	size_t at = out->len;

	while (at > floor && out->data[at - 1] != '/')
		at--;
	if (out->len == floor || str_equal((struct str){ out->data + at, out->len - at }, STR("..")))
		return false;
	out->len = at > floor ? at - 1 : floor;
	out->data[out->len] = '\0';
	return true;
}

void path_clean(struct buf *out, struct str path)
{
	bool rooted = path.len && path.p[0] == '/';
	size_t start = out->len, floor;
	struct str element;

	if (rooted)
		buf_add_char(out, '/');
	floor = out->len;
	while (!out->failed && next_element(&path, '/', &element)) {
		if (!element.len || str_equal(element, STR(".")))
			continue;
		if (str_equal(element, STR("..")) && (drop_last(out, floor) || rooted))
			continue;
		if (out->len > floor)
			buf_add_char(out, '/');
		buf_add_str(out, element);
	}
	if (out->len == start)
		buf_add_char(out, '.');
}

static bool find(struct str in, struct str what, size_t *at)
{
	const char *p = in.len ? memmem(in.p, in.len, what.p, what.len) : NULL;

	if (p)
		*at = (size_t)(p - in.p);
	return p != NULL;
}

/* Looks for "/name/" without building that text: name between two slashes. */
static bool find_element(struct str path, struct str name, size_t *behind)
{
	size_t from = 0, at;

	while (find(str_skip(path, from), name, &at)) {
		at += from;
		if (at && path.p[at - 1] == '/' && at + name.len < path.len && path.p[at + name.len] == '/') {
			*behind = at + name.len + 1;
			return true;
		}
		from = at + 1;
	}
	return false;
}

/* Whether path starts with prefix, where a '/' is supplied behind a prefix that has none. */
static bool cut_prefix(struct str *path, struct str prefix)
{
	size_t n = prefix.len;

	if (!str_starts(*path, prefix))
		return false;
	if (!n || prefix.p[n - 1] != '/') {
		if (n >= path->len || path->p[n] != '/')
			return false;
		n++;
	}
	*path = str_skip(*path, n);
	return true;
}

struct str path_trim(struct str path, struct str trim_path, struct str source_path)
{
	struct str item, rest = source_path;
	size_t behind;

	if (!trim_path.len && source_path.len) {
		while (next_element(&rest, ':', &item))
			if (find_element(path, path_base(item), &behind))
				return str_skip(path, behind);
	}
	rest = trim_path;
	while (trim_path.len && next_element(&rest, ':', &item))
		if (cut_prefix(&path, item))
			return path;
	if (!cut_prefix(&path, STR("/proc/self/cwd/./")))
		cut_prefix(&path, STR("/proc/self/cwd/"));
	return path;
}
