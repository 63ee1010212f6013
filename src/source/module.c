/* SPDX-License-Identifier: Apache-2.0 */
#include "source/module.h"

/* Not isupper() and the like: module paths are ASCII, whatever the locale. */
static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

bool module_split(struct module_path *m, struct str path)
{
	const char *at = path.len ? memchr(path.p, '@', path.len) : NULL, *slash;
	struct str rest;

	if (!at || at == path.p || at[-1] == '/')
		return false;
	rest = str_skip(path, (size_t)(at - path.p) + 1);
	slash = rest.len ? memchr(rest.p, '/', rest.len) : NULL;
	if (!slash || slash == rest.p)
		return false;
	m->module = (struct str){ path.p, (size_t)(at - path.p) };
	m->version = (struct str){ rest.p, (size_t)(slash - rest.p) };
	m->file = str_skip(rest, m->version.len + 1);
	return true;
}

void module_escape(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (is_upper(name.p[i]))
			buf_add_char(out, '!');
		buf_add_char(out, is_upper(name.p[i]) ? (char)(name.p[i] - 'A' + 'a') : name.p[i]);
	}
}

void module_unescape(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '!' && i + 1 < name.len && is_lower(name.p[i + 1])) {
			i++;
			buf_add_char(out, (char)(name.p[i] - 'a' + 'A'));
		} else {
			buf_add_char(out, name.p[i]);
		}
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line, without quotes around it; "" at its end or where a comment starts. */
static struct str next_word(struct str *line)
{
	struct str word;

	while (line->len && is_blank(*line->p))
		*line = str_skip(*line, 1);
	word = (struct str){ line->p, 0 };
	while (line->len && !is_blank(*line->p) && !str_starts(*line, STR("//"))) {
		*line = str_skip(*line, 1);
		word.len++;
	}
	if (word.len >= 2 && (*word.p == '"' || *word.p == '`') && word.p[word.len - 1] == *word.p)
		word = (struct str){ word.p + 1, word.len - 2 };
	return word;
}

bool module_declared(struct str go_mod, struct str *name)
{
	while (go_mod.len) {
		const char *end = memchr(go_mod.p, '\n', go_mod.len);
		struct str line = { go_mod.p, end ? (size_t)(end - go_mod.p) : go_mod.len };

		go_mod = str_skip(go_mod, line.len + (end != NULL));
		if (!str_equal(next_word(&line), STR("module")))
			continue;
		*name = next_word(&line);
		return name->len > 0;
	}
	return false;
}
