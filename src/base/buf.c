/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ckd.h"
#include "base/utf8.h"

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_detach(struct buf *b, size_t *len)
{
	char *text;

	if (!b->data)
		buf_add(b, "", 0);
	text = b->failed ? NULL : b->data;
	if (b->failed)
		free(b->data);
	else if (len)
		*len = b->len;
	*b = (struct buf)BUF_INIT;
	return text;
}

/* Small enough to stay in a cache of the processor, large enough that system calls do not count. */
#define PIECE ((size_t)1 << 18)

int buf_pass(struct buf *b, struct assay_diag *diag)
{
	int err;

	if (!b->sink || b->failed || b->len < PIECE)
		return 0;
	err = b->sink->take(b->sink->data, buf_str(b), diag);
	if (err)
		return err;
	b->passed += b->len;
	buf_reset(b);
	return 0;
}

/* Room for more bytes and the NUL. */
static bool reserve(struct buf *b, size_t more)
{
	size_t want, grown;
	char *p;

	if (b->failed)
		return false;
	if (b->data && more < b->cap - b->len)
		return true;
	if (ckd_add(&want, b->len, more) || ckd_add(&want, want, (size_t)1)) {
		b->failed = true;
		return false;
	}
	grown = b->cap + b->cap / 2;
	if (grown < want)
		grown = want < 64 ? 64 : want;
	p = realloc(b->data, grown);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->data = p;
	b->cap = grown;
	return true;
}

void buf_add(struct buf *b, const char *text, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, text, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.len);
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_add_fill(struct buf *b, char c, size_t n)
{
	if (!reserve(b, n))
		return;
	memset(b->data + b->len, c, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		b->failed = true;
	else if (reserve(b, (size_t)n)) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_add_right(struct buf *b, struct str s, size_t width)
{
	size_t n = utf8_length(s);

	if (n < width)
		buf_add_fill(b, ' ', width - n);
	buf_add_str(b, s);
}

/* Characters that move the cursor, end the line, or turn the direction of the text around them. */
static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void add_safe(struct buf *b, struct str s, bool keep_tabs)
{
	size_t plain = 0, i = 0;

	while (i < s.len) {
		uint32_t c = (unsigned char)s.p[i];
		size_t n = 1;

		if (c >= 0x80)
			n = utf8_decode(str_skip(s, i), &c);
		if (n && (!is_unsafe(c) || (keep_tabs && c == '\t'))) {
			i += n;
			continue;
		}
		buf_add(b, s.p + plain, i - plain);
		if (n && c >= 0x80)
			buf_addf(b, "\\u%04x", (unsigned)c);
		else
			buf_addf(b, "\\x%02x", (unsigned)(unsigned char)s.p[i]);
		i += n ? n : 1;
		plain = i;
	}
	buf_add(b, s.p + plain, s.len - plain);
}

void buf_add_safe(struct buf *b, struct str s)
{
	add_safe(b, s, false);
}

void buf_add_safe_line(struct buf *b, struct str line)
{
	add_safe(b, line, true);
}

void buf_add_quoted(struct buf *b, struct str s)
{
	buf_add_char(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_add_char(b, '\\');
		buf_add_char(b, s.p[i]);
	}
	buf_add_char(b, '"');
}
