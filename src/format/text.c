/* SPDX-License-Identifier: Apache-2.0 */
#include "format/text.h"

#include <inttypes.h>

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

bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool text_is_hex(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool text_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool text_is_space(char c)
{
	return c == ' ';
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

/* "0x1f": takes the prefix, gives 16. */
static unsigned take_base(struct str *s)
{
	static const struct {
		char letter;
		unsigned base;
	} bases[] = { { 'x', 16 }, { 'b', 2 }, { 'o', 8 } };

	if (!s->len || *s->p != '0')
		return 10;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		if (s->len < 3 || (s->p[1] | 0x20) != bases[i].letter)
			continue;
		*s = str_skip(*s, 2);
		return bases[i].base;
	}
	*s = str_skip(*s, 1);
	return 8;
}

/* An underscore stands behind a digit or a prefix, and before a digit. */
static bool underscores_fit(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '_' && (i == 0 || i + 1 == s.len || s.p[i + 1] == '_'))
			return false;
	return true;
}

/* The first fault from the left decides, but for that of an underscore, which comes last. */
static enum text_fault unsigned_int(struct str s, unsigned base, uint64_t *out)
{
	struct str whole = s;
	bool underscores = base == 0;
	uint64_t v = 0;

	if (!s.len)
		return TEXT_SYNTAX;
	if (base == 0)
		base = take_base(&s);
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)digit_of(s.p[i]);

		if (underscores && s.p[i] == '_')
			continue;
		if (digit >= base)
			return TEXT_SYNTAX;
		if (ckd_mul(&v, v, base) || ckd_add(&v, v, digit))
			return TEXT_RANGE;
	}
	if (underscores && !underscores_fit(whole))
		return TEXT_SYNTAX;
	*out = v;
	return TEXT_OK;
}

enum text_fault text_int(struct str s, unsigned base, int64_t *out)
{
	bool negative = s.len && *s.p == '-';
	uint64_t v, most = (uint64_t)INT64_MAX + negative;
	enum text_fault fault;

	if (negative || (s.len && *s.p == '+'))
		s = str_skip(s, 1);
	fault = unsigned_int(s, base, &v);
	if (fault)
		return fault;
	if (v > most)
		return TEXT_RANGE;
	*out = (int64_t)(negative ? -v : v);
	return TEXT_OK;
}

const char *text_fault_words(enum text_fault fault)
{
	return fault == TEXT_RANGE ? "value out of range" : "invalid syntax";
}

bool text_take(struct str *s, struct str literal)
{
	if (!str_starts(*s, literal))
		return false;
	*s = str_skip(*s, literal.len);
	return true;
}

struct str text_take_run(struct str *s, bool (*is_of)(char c))
{
	struct str run = { s->p, 0 };

	while (run.len < s->len && is_of(s->p[run.len]))
		run.len++;
	*s = str_skip(*s, run.len);
	return run;
}

size_t text_find(struct str s, struct str needle)
{
	const char *at = s.len ? memmem(s.p, s.len, needle.p, needle.len) : NULL;

	return at ? (size_t)(at - s.p) : s.len;
}

bool text_is_comment(struct str line)
{
	line = text_trim(line);
	return !line.len || *line.p == '#';
}

void text_tell_foreign(struct assay_ctx *ctx, const char *format, uint64_t n, uint64_t first)
{
	if (n == 1)
		ctx_flaw(ctx, "%s: line %" PRIu64 " belongs to nothing and was left out", format, first);
	else if (n)
		ctx_flaw(ctx, "%s: %" PRIu64 " lines belong to nothing and were left out, the first is line %" PRIu64,
			format, n, first);
}
