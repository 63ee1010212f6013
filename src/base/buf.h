/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/*
 * Text that grows. When memory runs out the buffer is marked failed and everything after is dropped, so that a report
 * may be written whole and tested once at its end.
 */
struct buf {
	char *data; /* NUL behind the text, or NULL while nothing was added */
	size_t len, cap;
	bool failed;
};

#define BUF_INIT { 0 }

void buf_release(struct buf *b); /* contents gone; b may leave scope */
void buf_reset(struct buf *b);   /* empty; memory kept for the next text */

/* The caller owns the text and frees it; NULL when the buffer had failed. b is empty afterwards. */
char *buf_detach(struct buf *b, size_t *len);

void buf_add(struct buf *b, const char *text, size_t len);
void buf_add_str(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_fill(struct buf *b, char c, size_t n);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* s behind as many blanks as bring it to width code points; never cut. */
void buf_add_right(struct buf *b, struct str s, size_t width);

/*
 * Text from a profile, made fit for a terminal and a log: control characters become \x1b, those above U+007F, bidi
 * controls and line separators \u202e, bytes that are no UTF-8 \xff. Everything else is copied as it is.
 */
void buf_add_safe(struct buf *b, struct str s);

/* The same for a line of a source file, whose tabs stay what they are. */
void buf_add_safe_line(struct buf *b, struct str line);

/* s between double quotes, in which a backslash stands before quotes and backslashes. */
void buf_add_quoted(struct buf *b, struct str s);

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->data ? b->data : "", b->len };
}

#endif
