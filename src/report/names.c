/* SPDX-License-Identifier: Apache-2.0 */
#include "report/names.h"

#include <string.h>

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}

/* The byte at i, or NUL behind the end, where no rule below takes a NUL for anything. */
static char at(struct str s, size_t i)
{
	return i < s.len ? s.p[i] : '\0';
}

static size_t skip_word(struct str s, size_t i)
{
	while (is_word(at(s, i)))
		i++;
	return i;
}

/* Letters, digits and _ from i on, with $ as well. */
static size_t skip_java_word(struct str s, size_t i)
{
	while (is_word(at(s, i)) || at(s, i) == '$')
		i++;
	return i;
}

/* Behind the identifier that starts at i; i when none does. */
static size_t skip_identifier(struct str s, size_t i)
{
	return is_digit(at(s, i)) ? i : skip_word(s, i);
}

static bool has_colons(struct str s, size_t i)
{
	return at(s, i) == ':' && at(s, i + 1) == ':';
}

static struct str cut_at_newline(struct str s)
{
	const char *end = s.len ? memchr(s.p, '\n', s.len) : NULL;

	return end ? (struct str){ s.p, (size_t)(end - s.p) } : s;
}

/* The end of a module version that starts at i, such as /v2 before . or /, and i when there is none. */
static size_t skip_version(struct str s, size_t i)
{
	size_t first = i + 2, end = first;

	if (at(s, i) != '/' || at(s, i + 1) != 'v')
		return i;
	while (is_digit(at(s, end)))
		end++;
	if (end == first || at(s, first) == '0' || (end == first + 1 && at(s, first) == '1'))
		return i;
	return at(s, end) == '.' || at(s, end) == '/' ? end : i;
}

/* A name with its first module version left out, put together in scratch. */
static struct str without_version(struct str name, struct buf *scratch)
{
	if (cut_at_newline(name).len < name.len)
		return name;
	for (size_t i = 0; i < name.len; i++) {
		size_t end = skip_version(name, i);

		if (end == i)
			continue;
		buf_add(scratch, name.p, i);
		buf_add_str(scratch, str_skip(name, end));
		return buf_str(scratch);
	}
	return name;
}

/*
 * The longest path a/b.c/ that leaves a name with a dot in it: github.com/foo/bar.Do is bar.Do. Which dot comes next
 * is kept from one part of the path to the following one, so that the search takes one pass.
 */
static bool shorten_go(struct str s, struct str *found)
{
	size_t i = 0, dot = 0;
	bool any = false;

	for (;;) {
		size_t start = i;

		while (is_word(at(s, i)) || at(s, i) == '-' || at(s, i) == '.')
			i++;
		if (i == start || at(s, i) != '/')
			return any;
		i++;
		if (dot < i)
			for (dot = i; dot < s.len && s.p[dot] != '.';)
				dot++;
		if (dot == i || dot + 1 >= s.len || s.p[dot + 1] == '\n')
			continue;
		*found = str_skip(s, i);
		found->len = dot + cut_at_newline(str_skip(s, dot)).len - i;
		any = true;
	}
}

/* java.bar.Foo.run(java.lang.Runnable) is Foo.run. */
static bool shorten_java(struct str s, struct str *found)
{
	size_t class = 0, i;

	while (is_lower(at(s, class))) {
		i = skip_word(s, class);
		if (at(s, i) != '.')
			return false;
		class = i + 1;
	}
	if (!is_upper(at(s, class)))
		return false;
	i = skip_java_word(s, class);
	if (at(s, i++) != '.')
		return false;
	if (str_starts(str_skip(s, i < s.len ? i : s.len), STR("<init>")))
		i += 6;
	else if (is_lower(at(s, i)))
		i = skip_java_word(s, i);
	else
		return false;
	if (i < s.len && s.p[i] != '(')
		return false;
	*found = (struct str){ s.p + class, i - class };
	return true;
}

/* The end of Class::method at i, where a class is known by its capital; i when there is none. */
static size_t skip_cpp_method(struct str s, size_t i)
{
	size_t class = i, end;

	while (at(s, class) == '_')
		class ++;
	end = skip_word(s, class);
	if (!is_upper(at(s, class)) || !has_colons(s, end))
		return i;
	end += 2;
	end += at(s, end) == '~';
	return skip_identifier(s, end) == end ? i : skip_identifier(s, end);
}

/* To the last > of the line, where i is at a <. */
static size_t skip_template(struct str s, size_t i)
{
	struct str line = cut_at_newline(str_skip(s, i));

	if (at(s, i) != '<')
		return i;
	while (line.len && line.p[line.len - 1] != '>')
		line.len--;
	return i + line.len;
}

/* ns::inner::Class::method<int>(long) is Class::method<int>. */
static bool shorten_cpp(struct str s, struct str *found)
{
	size_t i = 0, start = 0, end = 0;

	for (;;) {
		size_t next = skip_identifier(s, i), method;

		if (next == i || !has_colons(s, next))
			break;
		i = next + 2;
		method = skip_cpp_method(s, i);
		if (method == i)
			continue;
		start = i;
		end = method;
	}
	if (!end)
		return false;
	*found = (struct str){ s.p + start, skip_template(s, end) - start };
	return true;
}

void names_shorten(struct buf *out, struct str name)
{
	struct str anonymous = STR("(anonymous namespace)::"), found = name;
	struct buf scratch = BUF_INIT;

	if (str_starts(name, anonymous))
		name = str_skip(name, anonymous.len);
	name = without_version(name, &scratch);
	if (shorten_go(name, &found) || shorten_java(name, &found) || shorten_cpp(name, &found))
		name = found;
	buf_add_str(out, name);
	out->failed |= scratch.failed;
	buf_release(&scratch);
}

struct str names_package(struct str name)
{
	size_t start = name.len, end;

	while (start > 0 && name.p[start - 1] != '/')
		start--;
	end = skip_word(name, start);
	if (end == start || !(at(name, end) == '.' || has_colons(name, end)))
		return STR("");
	return (struct str){ name.p, end };
}
