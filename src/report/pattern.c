/* SPDX-License-Identifier: Apache-2.0 */
#include "report/pattern.h"

#include "base/ckd.h"
#include "base/diag.h"
#include "base/regex.h"

int pattern_search(const struct report_ctx *ctx, struct str text, bool *found, struct assay_diag *diag)
{
	int err = regex_search(ctx->pattern, text.p, text.len, ctx->budget, found);

	if (err == ASSAY_ERR_NOMEM)
		return diag_nomem(diag, "a regular expression");
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	if (err)
		return diag_set(diag, err, "the regular expression takes too long to match; simplify it");
	return 0;
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* The base that a prefix says, and what stands behind it. A 0 alone is octal and a digit too. */
static unsigned take_prefix(struct str *s)
{
	char c = s->len > 1 ? s->p[1] | 0x20 : 0;

	if (!s->len || s->p[0] != '0' || s->len == 1)
		return 10;
	if (c == 'x' || c == 'b' || c == 'o') {
		*s = str_skip(*s, 2);
		return c == 'x' ? 16 : c == 'b' ? 2 : 8;
	}
	*s = str_skip(*s, 1);
	return 8;
}

bool pattern_address(const struct report_ctx *ctx, uint64_t *address)
{
	struct str s = str_of(ctx->argument);
	bool prefixed = s.len > 1 && s.p[0] == '0';
	unsigned base = take_prefix(&s);
	uint64_t value = 0;
	bool may_separate = prefixed;

	/* A _ stands between digits, or behind the prefix. */
	if (!s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned d = digit_of(s.p[i]);

		if (s.p[i] == '_' && may_separate && i + 1 < s.len) {
			may_separate = false;
			continue;
		}
		if (d >= base || ckd_mul(&value, value, (uint64_t)base) || ckd_add(&value, value, (uint64_t)d))
			return false;
		may_separate = true;
	}
	*address = value;
	return true;
}
