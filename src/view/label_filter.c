/* SPDX-License-Identifier: Apache-2.0 */
#include "view/label_filter.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/units.h"
#include "view/match.h"

/* A pattern, and what it said of each pair seen so far. */
struct label_pattern {
	struct regex *re;
	VEC(uint8_t) verdicts; /* by pair */
};

enum { UNKNOWN, MATCHES, DIFFERS };

struct number {
	int64_t value;
	struct str unit;
};

/* A number with a unit at the start of s, which moves on behind it. */
static bool take_number(struct str *s, struct number *n, bool *overflow)
{
	size_t i = s->len && (s->p[0] == '+' || s->p[0] == '-'), digits = i;
	bool negative = s->len && s->p[0] == '-';

	n->value = 0;
	for (; i < s->len && isdigit((unsigned char)s->p[i]); i++) {
		int digit = s->p[i] - '0';

		*overflow |= ckd_mul(&n->value, n->value, 10) || ckd_add(&n->value, n->value, negative ? -digit : digit);
	}
	if (i == digits)
		return false;
	*s = str_skip(*s, i);
	for (i = 0; i < s->len && isalpha((unsigned char)s->p[i]);)
		i++;
	n->unit = (struct str){ s->p, i };
	*s = str_skip(*s, i);
	return true;
}

/* N, N:, :N or N:M. Two numbers must be of one family, or it is no range after all. */
static bool parse_range(struct label_filter *f, struct str s, bool *overflow)
{
	struct number low, high;
	struct scaled first, second;
	bool colon;

	*overflow = false;
	f->has_low = take_number(&s, &low, overflow);
	colon = s.len && s.p[0] == ':';
	if (colon)
		s = str_skip(s, 1);
	f->has_high = colon && take_number(&s, &high, overflow);
	if (s.len || (!f->has_low && !f->has_high))
		return false;
	if (!colon) {
		high = low;
		f->has_high = true;
	}
	if (!f->has_low)
		low = high;
	first = units_scale(low.value, low.unit, low.unit);
	second = f->has_high && f->has_low && colon ? units_scale(high.value, high.unit, first.unit) : first;
	if (!str_equal(first.unit, second.unit))
		return false;
	f->low = first.value;
	f->high = second.value;
	f->unit = first.unit;
	return true;
}

static int add_pattern(struct label_filter *f, const char *option, struct str text, struct assay_diag *diag)
{
	struct label_pattern p = { 0 };
	struct assay_diag why;
	int err = regex_compile(&p.re, text.p, text.len, &why);

	if (err == ASSAY_ERR_ARGUMENT)
		return diag_set(diag, err, "parsing %s regexp: %s", option, why.text);
	if (!err && vec_push(&f->patterns, p))
		return 0;
	regex_free(p.re);
	return diag_nomem(diag, "a regular expression");
}

static int add_patterns(struct label_filter *f, const char *option, struct str list, struct assay_diag *diag)
{
	int err = 0;

	while (!err) {
		const char *comma = list.len ? memchr(list.p, ',', list.len) : NULL;
		struct str item = { list.p, comma ? (size_t)(comma - list.p) : list.len };

		err = add_pattern(f, option, item, diag);
		if (!comma)
			break;
		list = str_skip(list, item.len + 1);
	}
	return err;
}

static void take_key(struct label_filter *f, struct str *expression)
{
	const char *equals = memchr(expression->p, '=', expression->len);
	struct str key;

	if (!equals)
		return;
	key = (struct str){ expression->p, (size_t)(equals - expression->p) };
	*expression = str_skip(*expression, key.len + 1);
	f->has_key = key.len != 0;
	if (!strtab_find(&f->view->profile->strings, key, &f->key))
		f->key = PROFILE_NONE;
}

int label_filter_init(struct label_filter *f, const struct view *v, const char *option, struct str value,
	struct regex_budget *budget, struct assay_ctx *ctx, struct assay_diag *diag)
{
	bool overflow;

	*f = (struct label_filter){ .view = v, .budget = budget, .is_set = value.len != 0 };
	if (!f->is_set)
		return 0;
	take_key(f, &value);
	f->is_range = parse_range(f, value, &overflow);
	if (!f->is_range)
		return add_patterns(f, option, value, diag);
	if (overflow)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "parsing %s: a number in '%.*s' is out of range", option,
			(int)value.len, value.p);
	ctx_warn(ctx, "%s:Interpreted '%.*s' as range, not regexp", option, (int)value.len, value.p);
	return 0;
}

void label_filter_release(struct label_filter *f)
{
	for (size_t i = 0; i < f->patterns.n; i++) {
		regex_free(f->patterns.items[i].re);
		vec_release(&f->patterns.items[i].verdicts);
	}
	vec_release(&f->patterns);
	pairs_release(&f->seen);
	*f = (struct label_filter){ 0 };
}

static bool in_range(const struct label_filter *f, int64_t number, struct str unit)
{
	struct scaled s = units_scale(number, unit, f->unit);

	return str_equal(s.unit, f->unit) && (!f->has_low || s.value >= f->low) && (!f->has_high || s.value <= f->high);
}

/* The text that patterns are held against: the value alone under a given key, else key:value. */
static int search_label(struct label_filter *f, const struct regex *re, const struct label *l, bool *found)
{
	struct str value = view_str(f->view, l->text);
	struct buf b = BUF_INIT;
	int err;

	if (f->has_key)
		return regex_search(re, value.p, value.len, f->budget, found);
	buf_add_str(&b, view_str(f->view, l->key));
	buf_add_char(&b, ':');
	buf_add_str(&b, value);
	err = b.failed ? ASSAY_ERR_NOMEM : regex_search(re, b.data, b.len, f->budget, found);
	buf_release(&b);
	return err;
}

static bool pattern_matches(struct label_filter *f, struct label_pattern *p, const struct label *l)
{
	uint32_t pair;
	bool found;

	if (f->err)
		return false;
	if (!pairs_add(&f->seen, f->has_key ? 0 : l->key, l->text, &pair)) {
		f->err = ASSAY_ERR_NOMEM;
		return false;
	}
	while (p->verdicts.n <= pair)
		if (!vec_push(&p->verdicts, UNKNOWN)) {
			f->err = ASSAY_ERR_NOMEM;
			return false;
		}
	if (p->verdicts.items[pair] == UNKNOWN) {
		f->err = search_label(f, p->re, l, &found);
		if (f->err)
			return false;
		p->verdicts.items[pair] = found ? MATCHES : DIFFERS;
	}
	return p->verdicts.items[pair] == MATCHES;
}

static bool any_label(struct label_filter *f, struct label_pattern *p, size_t sample)
{
	size_t n;
	const struct label *labels = view_labels(f->view, sample, &n);

	for (size_t i = 0; i < n; i++)
		if (labels[i].kind == LABEL_TEXT && (!f->has_key || labels[i].key == f->key) &&
			pattern_matches(f, p, &labels[i]))
			return true;
	return false;
}

/* Under a key one of the patterns must match, without one all of them. */
static bool patterns_match(struct label_filter *f, size_t sample)
{
	for (size_t i = 0; i < f->patterns.n; i++)
		if (any_label(f, &f->patterns.items[i], sample) == f->has_key)
			return f->has_key;
	return !f->has_key;
}

bool label_filter_matches(struct label_filter *f, const struct label_units *units, size_t sample)
{
	size_t n;
	const struct label *labels = view_labels(f->view, sample, &n);

	if (!f->is_range)
		return patterns_match(f, sample);
	for (size_t i = 0; i < n; i++)
		if (labels[i].kind != LABEL_TEXT && (!f->has_key || labels[i].key == f->key) &&
			in_range(f, labels[i].number, label_unit(units, labels[i].key)))
			return true;
	return false;
}

int label_filters_apply(struct view *v, struct label_filter *focus, struct label_filter *ignore,
	const struct label_units *units, struct assay_ctx *ctx, struct assay_diag *diag)
{
	bool any_focus = false, any_ignore = false;

	if (!v->dropped)
		v->dropped = calloc(v->profile->n_samples + 1, 1);
	if (!v->dropped)
		return diag_nomem(diag, "filters");
	for (size_t i = 0; i < v->profile->n_samples; i++) {
		bool in_focus, ignored;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (v->dropped[i])
			continue;
		in_focus = !focus->is_set || label_filter_matches(focus, units, i);
		ignored = ignore->is_set && label_filter_matches(ignore, units, i);
		any_focus |= in_focus;
		any_ignore |= ignored;
		v->dropped[i] = !in_focus || ignored;
	}
	if (focus->err || ignore->err)
		return match_failed(&(struct match){ .err = focus->err ? focus->err : ignore->err }, diag);
	if (focus->is_set && !any_focus)
		ctx_warn(ctx, "TagFocus expression matched no samples");
	if (ignore->is_set && !any_ignore)
		ctx_warn(ctx, "TagIgnore expression matched no samples");
	return 0;
}

/* Keys that no sample left has are not asked, so that the warnings speak of what is there. */
static void hide_keys(struct view *v, struct match *show, struct match *hide, bool *any_shown, bool *any_hidden)
{
	for (size_t s = 0; s < v->profile->n_samples; s++) {
		size_t n;
		const struct label *labels = view_labels(v, s, &n);

		for (size_t i = 0; i < n && view_has_sample(v, s); i++) {
			bool shown = match_string(show, labels[i].key), hidden = match_string(hide, labels[i].key);

			*any_shown |= shown;
			*any_hidden |= hidden;
			v->hidden_keys[labels[i].key] = (match_is_set(show) && !shown) || hidden;
		}
	}
}

int label_keys_apply(struct view *v, const struct filter_options *o, struct regex_budget *budget, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct match show, hide = { 0 };
	bool any_shown = false, any_hidden = false;
	int err = match_init(&show, v, "tagshow", o->tag_show, budget, diag);

	if (!err)
		err = match_init(&hide, v, "taghide", o->tag_hide, budget, diag);
	if (!err && (match_is_set(&show) || match_is_set(&hide))) {
		v->hidden_keys = calloc(v->n_strings, 1);
		if (v->hidden_keys)
			hide_keys(v, &show, &hide, &any_shown, &any_hidden);
		if (!v->hidden_keys)
			err = diag_nomem(diag, "filters");
		else if (show.err || hide.err)
			err = match_failed(show.err ? &show : &hide, diag);
		else if (match_is_set(&show) && !any_shown)
			ctx_warn(ctx, "TagShow expression matched no samples");
		if (!err && match_is_set(&hide) && !any_hidden)
			ctx_warn(ctx, "TagHide expression matched no samples");
	}
	match_release(&show);
	match_release(&hide);
	return err;
}
