/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_LEXER_H
#define REPL_LEXER_H

#include "base/str.h"

/*
 * The words of a line. The shell's language is that of pprof, in which a word is what stands between blanks, and a few
 * things beyond it that must not change what such words mean, most of all regular expressions:
 *
 *   - `|`, `>` and `>>` act only as the first character of a word: `peek a|b` and `list operator>` are as ever;
 *   - quotes, single or double, act only around a whole word: `"operator new"`. There is no escaping in them, and a
 *     quote that is not closed at the end of a word is a character like others;
 *   - `#` starts a comment only at the start of a line: `{closure}#0` is a word;
 *   - `;` separates commands only where a script is one argument (-x).
 *
 * Everything is a slice of the line; nothing is copied.
 */

enum word_kind {
	WORD_PLAIN,
	WORD_QUOTED,  /* text is without the quotes */
	WORD_TO_FILE, /* > */
	WORD_APPEND,  /* >> */
	WORD_PIPE,    /* |, and text is all that stands behind it, for a shell */
};

struct word {
	enum word_kind kind;
	struct str text;
};

struct lexer {
	struct str rest;
	unsigned unclosed; /* quotes, of either kind, that no word up to the end of the line closes */
};

static inline struct lexer lexer_of(struct str text)
{
	return (struct lexer){ text, 0 };
}

/* Takes the next word off a line; false when there is none. */
bool lexer_word(struct lexer *line, struct word *word);

/* Takes the next command off a script: up to a newline, or a ; outside of quotes and comments. false at its end. */
bool lexer_command(struct lexer *script, struct str *command);

/* s without the blanks around it, which are those that separate words. */
struct str lexer_trim(struct str s);

bool lexer_is_blank(char c);

#endif
