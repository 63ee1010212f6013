/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/str.h"

/* Classes of characters, for text_take_run(). A blank is what \s is in the expressions that describe formats. */
bool text_is_digit(char c);
bool text_is_hex(char c);
bool text_is_blank(char c);
bool text_is_space(char c); /* ' ' alone */

/*
 * The pieces that readers of text formats have in common. A line ends at \n or at the end of the input; one \r before
 * that is not part of it.
 */
struct text {
	const char *p, *end;
	uint64_t number; /* of the line given last, from 1 */
};

static inline struct text text_of(const void *data, size_t len)
{
	return (struct text){ (const char *)data, (const char *)data + len, 0 };
}

/* The next line into *line; false at the end. */
bool text_next(struct text *t, struct str *line);

/* Without the blanks around it, as Unicode knows them. */
struct str text_trim(struct str s);

/*
 * Decimal digits, nothing else, without sign. Takes them from the front of *s. False, and *s untouched, when there are
 * none or their number does not fit.
 */
bool text_take_number(struct str *s, uint64_t *out);

/* The same for hexadecimal digits of either case, without prefix. */
bool text_take_hex(struct str *s, uint64_t *out);

/* What a number that is none, or that does not fit, is called in messages: the words of the reference. */
enum text_fault {
	TEXT_OK,
	TEXT_SYNTAX,
	TEXT_RANGE,
};

/*
 * All of s as a number of 64 bits with an optional sign. Base 10, or 0: then 0x, 0b, 0o and a plain 0 in front choose
 * the base, and single underscores may stand between digits and behind that prefix. *out is untouched on failure.
 */
enum text_fault text_int(struct str s, unsigned base, int64_t *out);

/* "invalid syntax", "value out of range". */
const char *text_fault_words(enum text_fault fault);

/*
 * Pieces of a line, each taken from the front of *s: a literal (false and nothing taken when it is not there), a run
 * of characters of a class, which may be empty.
 */
bool text_take(struct str *s, struct str literal);
struct str text_take_run(struct str *s, bool (*is_of)(char c));

/* Where needle first stands in s, or s.len when it does not. */
size_t text_find(struct str s, struct str needle);

static inline bool text_has(struct str s, struct str needle)
{
	return text_find(s, needle) < s.len;
}

/* Nothing but blanks, or # behind them. */
bool text_is_comment(struct str line);

/* A flaw: n lines, the first of them with this number, are no part of the format and were left out. Nothing for n 0. */
void text_tell_foreign(struct assay_ctx *ctx, const char *format, uint64_t n, uint64_t first);

#endif
