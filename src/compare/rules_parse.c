/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "compare/rules.h"

struct rule_parser {
	struct rule *rule;
	struct str all; /* points into rule->text */
	struct assay_diag *diag;
};

static int wrong(const struct rule_parser *p, const char *at, const char *what)
{
	return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "%.*s: column %zu: %s", (int)(p->all.len < 200 ? p->all.len : 200),
		p->all.p, (size_t)(at - p->all.p) + 1, what);
}

static struct str trim(struct str s)
{
	while (s.len && isspace((unsigned char)*s.p))
		s = str_skip(s, 1);
	while (s.len && isspace((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_operator(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!';
}

/* The last operator divides the rule: an expression may hold one as well. */
static int split(const struct rule_parser *p, struct str *left, struct str *right)
{
	size_t end = p->all.len, start;
	struct str op;

	while (end && !is_operator(p->all.p[end - 1]))
		end--;
	for (start = end; start && is_operator(p->all.p[start - 1]);)
		start--;
	op = (struct str){ p->all.p + start, end - start };
	*left = trim((struct str){ p->all.p, start });
	*right = trim(str_skip(p->all, end));
	if (!op.len)
		return wrong(p, p->all.p + p->all.len, "no operator; expected <, <=, > or >= and a limit");
	if (str_equal(op, STR("<")))
		p->rule->op = RULE_LESS;
	else if (str_equal(op, STR("<=")))
		p->rule->op = RULE_AT_MOST;
	else if (str_equal(op, STR(">")))
		p->rule->op = RULE_MORE;
	else if (str_equal(op, STR(">=")))
		p->rule->op = RULE_AT_LEAST;
	else
		return wrong(p, op.p, "expected <, <=, > or >=");
	return 0;
}

static bool is_word(char c)
{
	return isalpha((unsigned char)c) || c == '*';
}

/* Plain decimal numbers: what strtod() takes beyond them, such as nan, inf and 0x1p3, is nobody's limit. */
static int parse_limit(const struct rule_parser *p, struct str s)
{
	struct rule *r = p->rule;
	const char *digits = s.p + (s.len && (*s.p == '-' || *s.p == '+'));
	char *end;

	if (!s.len)
		return wrong(p, p->all.p + p->all.len, "no limit behind the operator");
	if (!isdigit((unsigned char)*digits) && *digits != '.')
		return wrong(p, s.p, "expected a number");
	r->number = strtod(s.p, &end);
	if (end == s.p || digits[1] == 'x' || digits[1] == 'X' || !isfinite(r->number))
		return wrong(p, s.p, "expected a number");
	s = trim(str_skip(s, (size_t)(end - s.p)));
	r->percent = str_equal(s, STR("%"));
	if (r->percent)
		return 0;
	r->unit = s;
	for (size_t i = 0; i < s.len; i++)
		if (!is_word(s.p[i]))
			return wrong(p, s.p, "expected % or a unit behind the number, such as ms or MB");
	return 0;
}

static bool take_word(struct str *s, struct str word)
{
	if (!str_starts(*s, word) || (s->len > word.len && is_word(s->p[word.len])))
		return false;
	*s = trim(str_skip(*s, word.len));
	return true;
}

static bool take_kind(struct str *s, enum rule_kind *kind)
{
	if (take_word(s, STR("flat")))
		*kind = RULE_FLAT;
	else if (take_word(s, STR("cum")))
		*kind = RULE_CUM;
	else if (take_word(s, STR("total")))
		*kind = RULE_TOTAL;
	else
		return false;
	return true;
}

static int compile(const struct rule_parser *p, struct str s)
{
	struct assay_diag why;
	int err;

	if (!s.len)
		return wrong(p, s.p, "no regular expression; .* matches everything");
	err = regex_compile(&p->rule->pattern, s.p, s.len, &why);
	if (err == ASSAY_ERR_ARGUMENT)
		return wrong(p, s.p, why.text);
	return err ? diag_nomem(p->diag, "a rule") : 0;
}

/* What stands in brackets of growth: total, or flat or cum, a comma and an expression. */
static int parse_growth(const struct rule_parser *p, struct str s)
{
	const char *start = s.p;

	if (!take_kind(&s, &p->rule->kind))
		return wrong(p, start, "expected growth(flat, REGEX), growth(cum, REGEX) or growth(total)");
	if (p->rule->kind == RULE_TOTAL)
		return s.len ? wrong(p, s.p, "growth(total) takes no regular expression") : 0;
	if (!s.len || *s.p != ',')
		return wrong(p, s.p, "expected a comma and a regular expression");
	return compile(p, trim(str_skip(s, 1)));
}

static int parse_left(const struct rule_parser *p, struct str s)
{
	struct rule *r = p->rule;
	const char *start;

	r->optional = s.len && *s.p == '?';
	if (r->optional)
		s = trim(str_skip(s, 1));
	start = s.p;
	r->growth = take_word(&s, STR("growth"));
	if (!r->growth && !take_kind(&s, &r->kind))
		return wrong(p, start, "expected flat(REGEX), cum(REGEX), growth(...) or total");
	if (!r->growth && r->kind == RULE_TOTAL && (!s.len || str_equal(s, STR("()"))))
		return 0;
	if (!s.len || *s.p != '(')
		return wrong(p, s.p, "expected (");
	if (s.p[s.len - 1] != ')')
		return wrong(p, s.p + s.len, "expected ) before the operator");
	s = (struct str){ s.p + 1, s.len - 2 };
	if (r->growth)
		return parse_growth(p, trim(s));
	return r->kind == RULE_TOTAL ? wrong(p, s.p, "total takes no regular expression") : compile(p, s);
}

static int parse(struct rule *r, struct str text, struct assay_diag *diag)
{
	struct rule_parser p = { .rule = r, .diag = diag };
	struct str left, right;
	int err;

	text = trim(text);
	r->text = strndup(text.p, text.len);
	if (!r->text)
		return diag_nomem(diag, "a rule");
	p.all = str_of(r->text);
	if (p.all.len != text.len)
		return wrong(&p, p.all.p + p.all.len, "a NUL byte");
	err = split(&p, &left, &right);
	if (!err)
		err = parse_left(&p, left);
	return err ? err : parse_limit(&p, right);
}

static void rule_release(struct rule *r)
{
	free(r->text);
	regex_free(r->pattern);
	vec_release(&r->weights);
}

int rules_add(struct rules *r, struct str text, struct assay_diag *diag)
{
	struct rule rule = { 0 };
	int err = parse(&rule, text, diag);

	if (!err && !vec_push(&r->items, rule))
		err = diag_nomem(diag, "a rule");
	if (err)
		rule_release(&rule);
	return err;
}

void rules_release(struct rules *r)
{
	for (size_t i = 0; i < r->items.n; i++)
		rule_release(&r->items.items[i]);
	vec_release(&r->items);
	vec_release(&r->verdicts);
}

bool rules_need_sides(const struct rules *r)
{
	for (size_t i = 0; i < r->items.n; i++)
		if (r->items.items[i].growth)
			return true;
	return false;
}
