/* SPDX-License-Identifier: Apache-2.0 */
#include "format/text.h"

#include "base/ckd.h"
#include "base/utf8.h"

bool text_next(struct text *t, struct str *line)
{
	const char *newline;

	if (t->p == t->end)
		return false;
	newline = memchr(t->p, '\n', (size_t)(t->end - t->p));
	*line = (struct str){ t->p, (size_t)((newline ? newline : t->end) - t->p) };
	if (line->len && line->p[line->len - 1] == '\r')
		line->len--;
	t->p = newline ? newline + 1 : t->end;
	t->number++;
	return true;
}

/* Unicode's White_Space, as Go's unicode.IsSpace has it. */
static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Bytes of the blank that s ends in, 0 when it ends in none. */
static size_t last_space(struct str s)
{
	for (size_t n = 1; n <= 3 && n <= s.len; n++) {
		uint32_t c;

		if (utf8_decode(str_skip(s, s.len - n), &c) == n)
			return is_space(c) ? n : 0;
	}
	return 0;
}

struct str text_trim(struct str s)
{
	uint32_t c;
	size_t n;

	while ((n = utf8_decode(s, &c)) != 0 && is_space(c))
		s = str_skip(s, n);
	while ((n = last_space(s)) != 0)
		s.len -= n;
	return s;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static bool take_digits(struct str *s, unsigned base, uint64_t *out)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; n < s->len; n++) {
		unsigned digit = (unsigned)digit_of(s->p[n]);

		if (digit >= base)
			break;
		if (ckd_mul(&v, v, base) || ckd_add(&v, v, digit))
			return false;
	}
	if (!n)
		return false;
	*s = str_skip(*s, n);
	*out = v;
	return true;
}

bool text_take_number(struct str *s, uint64_t *out)
{
	return take_digits(s, 10, out);
}

bool text_take_hex(struct str *s, uint64_t *out)
{
	return take_digits(s, 16, out);
}
