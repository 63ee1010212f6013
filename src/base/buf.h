/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "assay/error.h"
#include "base/str.h"

/* Takes a long text over piece by piece, so that it is never held whole. Returns 0 or a negative error. */
struct buf_sink {
	int (*take)(void *data, struct str piece, struct assay_diag *diag);
	void *data;
};

/*
 * Text that grows. When memory runs out the buffer is marked failed and everything after is dropped, so that a report
 * may be written whole and tested once at its end.
 */
struct buf {
	char *data; /* NUL behind the text, or NULL while nothing was added */
	size_t len, cap;
	bool failed;
	const struct buf_sink *sink; /* of buf_pass(), or NULL to keep the text; the caller's, and has to last */
	size_t passed;               /* how much the sink has taken */
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

/*
 * Stands between two parts of a text that may be long: what there is goes to the sink, if there is one and it is enough
 * to be worth the call. The rest stays for the caller to hand on. Whoever looks at what was added looks before.
 */
int buf_pass(struct buf *b, struct assay_diag *diag);

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
