/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/lexer.h"

bool lexer_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str lexer_trim(struct str s)
{
	while (s.len && lexer_is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.len && lexer_is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && !lexer_is_blank(s.p[n]))
		n++;
	return n;
}

/*
 * The length of a quoted word, with its quotes, that ends at a blank, at the end of a line, or at `stop`; 0 when the text
 * does not start with one. What is not closed is looked for once, or a line of quotes would take forever.
 */
static size_t quoted_length(struct lexer *l, struct str s, char stop)
{
	unsigned kind;

	if (!s.len || (s.p[0] != '"' && s.p[0] != '\''))
		return 0;
	kind = s.p[0] == '"' ? 1 : 2;
	for (size_t i = 1; i < s.len && s.p[i] != '\n' && !(l->unclosed & kind); i++)
		if (s.p[i] == s.p[0] && (i + 1 == s.len || lexer_is_blank(s.p[i + 1]) || s.p[i + 1] == stop))
			return i + 1;
	l->unclosed |= kind;
	return 0;
}

bool lexer_word(struct lexer *l, struct word *word)
{
	size_t quoted, n;

	while (l->rest.len && lexer_is_blank(l->rest.p[0]))
		l->rest = str_skip(l->rest, 1);
	if (!l->rest.len)
		return false;
	quoted = quoted_length(l, l->rest, ' ');
	if (quoted)
		*word = (struct word){ WORD_QUOTED, { l->rest.p + 1, quoted - 2 } };
	else if (str_starts(l->rest, STR(">>")))
		*word = (struct word){ WORD_APPEND, { l->rest.p, 2 } };
	else if (l->rest.p[0] == '>')
		*word = (struct word){ WORD_TO_FILE, { l->rest.p, 1 } };
	else if (l->rest.p[0] == '|')
		*word = (struct word){ WORD_PIPE, lexer_trim(str_skip(l->rest, 1)) };
	else
		*word = (struct word){ WORD_PLAIN, { l->rest.p, plain_length(l->rest) } };
	n = word->kind == WORD_PIPE ? l->rest.len : quoted ? quoted : word->text.len;
	l->rest = str_skip(l->rest, n);
	return true;
}

static size_t comment_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != '\n')
		n++;
	return n;
}

/* The length of the command that a script starts with. */
static size_t command_length(struct lexer *l)
{
	bool word_starts = true, line_starts = true;
	struct str script = l->rest;
	size_t i = 0;

	while (i < script.len && script.p[i] != '\n' && script.p[i] != ';') {
		struct str rest = str_skip(script, i);
		size_t quoted = word_starts ? quoted_length(l, rest, ';') : 0;

		if (line_starts && rest.p[0] == '#')
			return i + comment_length(rest);
		word_starts = lexer_is_blank(rest.p[0]);
		line_starts = line_starts && word_starts;
		i += quoted ? quoted : 1;
	}
	return i;
}

bool lexer_command(struct lexer *l, struct str *command)
{
	size_t n;

	if (!l->rest.len)
		return false;
	n = command_length(l);
	*command = (struct str){ l->rest.p, n };
	if (n < l->rest.len && l->rest.p[n] == '\n')
		l->unclosed = 0;
	l->rest = str_skip(l->rest, n < l->rest.len ? n + 1 : n);
	return true;
}
