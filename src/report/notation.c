/* SPDX-License-Identifier: Apache-2.0 */
#include "report/notation.h"

#define TAB_WIDTH 4

/* The bytes before the first of the characters; a NUL is none of them. */
static size_t span(struct str text, const char *characters)
{
	size_t n = 0;

	while (n < text.len && (!text.p[n] || !strchr(characters, text.p[n])))
		n++;
	return n;
}

/* Copies text, with `before` in front of each of the characters. */
static void add_marked(struct buf *out, struct str text, const char *characters, char before)
{
	size_t n;

	for (;;) {
		n = span(text, characters);
		buf_add(out, text.p, n);
		text = str_skip(text, n);
		if (!text.len)
			return;
		buf_add_char(out, before);
		buf_add_char(out, *text.p);
		text = str_skip(text, 1);
	}
}

void notation_add_csv(struct buf *out, struct str text)
{
	if (span(text, ",\"\r\n") == text.len) {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '"');
	notation_add_doubled(out, text);
	buf_add_char(out, '"');
}

void notation_add_doubled(struct buf *out, struct str text)
{
	add_marked(out, text, "\"", '"');
}

static size_t longest_run(struct str text, char c)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.len; i++) {
		run = text.p[i] == c ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

/* A reader takes one blank off both ends where both have one, and a backtick there for one of the fence. */
static bool needs_blanks(struct str text)
{
	char first = text.p[0], last = text.p[text.len - 1];

	return first == '`' || last == '`' || (first == ' ' && last == ' ' && longest_run(text, ' ') < text.len);
}

/* Between more backticks than there are in it. */
void notation_add_code(struct buf *out, struct str text)
{
	size_t fence = longest_run(text, '`') + 1;
	bool blanks = text.len && needs_blanks(text);

	if (!text.len)
		return;
	buf_add_fill(out, '`', fence);
	buf_add_fill(out, ' ', blanks);
	add_marked(out, text, "|", '\\');
	buf_add_fill(out, ' ', blanks);
	buf_add_fill(out, '`', fence);
}

void notation_add_escaped(struct buf *out, struct str text, const char *special)
{
	add_marked(out, text, special, '\\');
}

void notation_add_expanded(struct buf *out, struct str line)
{
	for (;;) {
		size_t n = span(line, "\t");

		buf_add(out, line.p, n);
		if (n == line.len)
			return;
		buf_add_fill(out, ' ', TAB_WIDTH);
		line = str_skip(line, n + 1);
	}
}
