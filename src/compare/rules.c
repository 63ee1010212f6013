/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rules.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/units.h"
#include "graph/identity.h"

static int search(
	const struct rule *rule, struct str text, struct regex_budget *budget, bool *found, struct assay_diag *diag)
{
	int err = regex_search(rule->pattern, text.p, text.len, budget, found);

	if (err == ASSAY_ERR_TOO_BIG)
		return diag_set(diag, err, "%s: the regular expression takes too long", rule->text);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "a rule") : 0;
}

/* By node, whether its name matches, as rows are matched: at whatever granularity. */
static int match_nodes(const struct rule *rule, struct graph *g, struct regex_budget *budget, uint8_t *matches,
	struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < g->nodes.n; i++) {
		struct node *n = &g->nodes.items[i];
		bool found = false;

		/* Rows have their names; others may still be frames of samples that cancel out. */
		if (!n->text.p && identity_name(g, n, &n->text) < 0)
			return diag_nomem(diag, "a rule");
		err = search(rule, n->text, budget, &found, diag);
		matches[i] = found;
	}
	return err;
}

static bool location_matches(const struct graph *g, uint32_t location, const uint8_t *nodes)
{
	uint32_t node = g->location_nodes[location];
	const uint32_t *chain;

	if (node == GRAPH_HIDDEN)
		return false;
	if (!(node & GRAPH_MANY))
		return nodes[node];
	chain = g->chains.items + (node & ~GRAPH_MANY);
	for (uint32_t i = 1; i <= chain[0]; i++)
		if (nodes[chain[i]])
			return true;
	return false;
}

static bool stack_matches(const struct stack *s, const uint8_t *locations)
{
	return stack_meets(s, locations, 1);
}

static int weigh(const struct graph *g, const uint8_t *locations, struct assay_ctx *ctx, wide *weight)
{
	const struct assay_profile *p = g->view->profile;
	wide sum = 0, divisor = 0;

	for (size_t i = 0; i < p->n_samples; i++) {
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		if (!view_has_sample(g->view, i))
			continue;
		s = view_stack(g->view, i);
		if (!stack_matches(&s, locations))
			continue;
		sum += profile_values(p, i)[g->options.column];
		divisor += g->options.mean ? profile_values(p, i)[0] : 0;
	}
	*weight = divided(sum, divisor);
	return 0;
}

static int measure(
	struct rule *rule, struct graph *g, struct regex_budget *budget, struct assay_ctx *ctx, struct assay_diag *diag)
{
	size_t n_locations = g->view->n_locations;
	uint8_t *nodes = calloc(g->nodes.n + 1, 1), *locations = calloc(n_locations + 1, 1);
	wide weight = 0;
	int err = nodes && locations ? match_nodes(rule, g, budget, nodes, diag) : diag_nomem(diag, "a rule");

	for (size_t i = 0; !err && i < n_locations; i++)
		locations[i] = location_matches(g, (uint32_t)i, nodes);
	if (!err && weigh(g, locations, ctx, &weight) < 0)
		err = diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	free(nodes);
	free(locations);
	if (!err && !vec_push(&rule->weights, weight))
		err = diag_nomem(diag, "a rule");
	return err;
}

int rules_measure(struct rules *r, struct graph *graph, struct regex_budget *budget, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < r->items.n; i++) {
		struct rule *rule = &r->items.items[i];

		if (rule->kind == RULE_CUM && !rule->growth)
			err = measure(rule, graph, budget, ctx, diag);
	}
	return err;
}

struct judge {
	struct rules *rules;
	struct rule *rule;
	uint32_t index; /* of the rule */
	const struct comparison *c;
	const struct rules_options *o;
	struct regex_budget *budget;
	struct assay_diag *diag;
};

static bool holds(enum rule_operator op, double value, double limit)
{
	switch (op) {
	case RULE_LESS:
		return value < limit;
	case RULE_AT_MOST:
		return value <= limit;
	case RULE_MORE:
		return value > limit;
	case RULE_AT_LEAST:
		break;
	}
	return value >= limit;
}

static int push(struct judge *j, const struct verdict *v)
{
	return vec_push(&j->rules->verdicts, *v) ? 0 : diag_nomem(j->diag, "a verdict");
}

/* The limit in the unit of the comparison. */
static int limit_of(const struct judge *j, double *limit)
{
	const struct rule *r = j->rule;
	struct str unit = comparison_str(j->c, j->c->unit);

	*limit = r->number;
	if (r->percent && !r->growth)
		*limit = r->number / 100 * fabs((double)comparison_total(j->c, SIDE_NEW).flat);
	if (r->percent || !r->unit.len)
		return 0;
	if (!units_same_family(r->unit, unit))
		return diag_set(j->diag, ASSAY_ERR_ARGUMENT, "%s: %.*s is no unit of %s/%s", r->text, (int)r->unit.len,
			r->unit.p, comparison_str(j->c, j->c->type).p, unit.p);
	/* By way of a large integer, as units are converted in those. */
	*limit = r->number * (units_scale(INT64_C(1) << 50, r->unit, unit).value / (double)(INT64_C(1) << 50));
	return 0;
}

static double p_of(const struct judge *j, size_t row, enum noise_verdict *verdict)
{
	const struct noise *noise = j->o->noise[j->rule->kind == RULE_CUM];

	*verdict = NOISE_BEYOND;
	if (!noise || noise->method == NOISE_NONE || (noise->method == NOISE_RUNS && noise->runs_needed))
		return 1;
	*verdict = noise->rows[row].verdict;
	return noise->rows[row].p;
}

/* Of one function, or of the total where row is UINT32_MAX. */
static int judge_growth(struct judge *j, uint32_t row, wide old, wide new)
{
	enum noise_verdict noise = NOISE_BEYOND;
	double delta = (double)(new - old), growth = delta;
	struct verdict v = { .rule = j->index, .row = row, .old = old, .value = new, .p = 1 };
	int err = limit_of(j, &v.limit);

	if (err)
		return err;
	if (row != UINT32_MAX)
		v.p = p_of(j, row, &noise);
	if (j->rule->percent)
		growth = old ? delta / fabs((double)old) * 100 : delta > 0 ? INFINITY : delta < 0 ? -INFINITY : 0;
	if (!holds(j->rule->op, growth, v.limit)) {
		v.kind = VERDICT_BROKEN;
		if (row != UINT32_MAX && wide_abs(new - old) <= j->o->min_delta)
			v.kind = VERDICT_SMALL;
		else if (noise != NOISE_BEYOND)
			v.kind = VERDICT_NOISE;
	}
	return push(j, &v);
}

static wide value_of(const struct compare_values *v, enum rule_kind kind)
{
	return kind == RULE_CUM ? v->cum : v->flat;
}

static int judge_functions_growth(struct judge *j, size_t *n_matches)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < j->c->rows.n; i++) {
		struct compare_values old, new;
		bool found = false;

		err = search(
			j->rule, comparison_str(j->c, j->c->rows.items[i].names[SIDE_NEW]), j->budget, &found, j->diag);
		if (err || !found)
			continue;
		(*n_matches)++;
		old = comparison_mean(j->c, i, SIDE_OLD);
		new = comparison_mean(j->c, i, SIDE_NEW);
		err = judge_growth(j, i, value_of(&old, j->rule->kind), value_of(&new, j->rule->kind));
	}
	return err;
}

/* The mean over the runs of NEW of what passes through the matches. */
static wide weight_of(const struct judge *j)
{
	wide sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < j->c->runs.n; i++) {
		if (j->c->runs.items[i].side != SIDE_NEW)
			continue;
		sum += comparison_in_unit(j->c, i, j->rule->weights.items[i]);
		n++;
	}
	return comparison_divide(sum, n);
}

static int judge_value(struct judge *j, wide value)
{
	struct verdict v = { .rule = j->index, .row = UINT32_MAX, .value = value, .p = 1 };
	int err = limit_of(j, &v.limit);

	if (err)
		return err;
	if (!holds(j->rule->op, (double)value, v.limit))
		v.kind = VERDICT_BROKEN;
	return push(j, &v);
}

static int judge_functions(struct judge *j, size_t *n_matches)
{
	wide flat = 0;
	int err = 0;

	for (size_t i = 0; !err && i < j->c->rows.n; i++) {
		const struct compare_row *row = &j->c->rows.items[i];
		bool found = false;

		if (!row->in[SIDE_NEW])
			continue;
		err = search(j->rule, comparison_str(j->c, row->names[SIDE_NEW]), j->budget, &found, j->diag);
		if (!found)
			continue;
		(*n_matches)++;
		flat += comparison_mean(j->c, i, SIDE_NEW).flat;
	}
	if (err || !*n_matches)
		return err;
	return judge_value(j, j->rule->kind == RULE_CUM ? weight_of(j) : flat);
}

static int judge_total(struct judge *j)
{
	wide new = comparison_total(j->c, SIDE_NEW).flat;

	if (!j->rule->growth)
		return judge_value(j, new);
	return judge_growth(j, UINT32_MAX, comparison_total(j->c, SIDE_OLD).flat, new);
}

static int compare_verdicts(const void *a, const void *b)
{
	const struct verdict *x = a, *y = b;
	wide dx = wide_abs(x->value - x->old), dy = wide_abs(y->value - y->old);
	bool broken_x = x->kind == VERDICT_BROKEN, broken_y = y->kind == VERDICT_BROKEN;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (broken_x != broken_y)
		return broken_x ? -1 : 1;
	if (dx != dy)
		return dx > dy ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static int judge_rule(struct judge *j)
{
	size_t n_matches = 0;
	int err;

	if (j->rule->kind == RULE_TOTAL)
		return judge_total(j);
	err = j->rule->growth ? judge_functions_growth(j, &n_matches) : judge_functions(j, &n_matches);
	if (!err && !n_matches && !j->rule->optional)
		err = diag_set(j->diag, ASSAY_ERR_ARGUMENT,
			"%s: no function matches; a rule that may match none starts with ?", j->rule->text);
	return err;
}

int rules_judge(struct rules *r, const struct comparison *c, const struct rules_options *o, struct regex_budget *budget,
	struct assay_diag *diag)
{
	struct judge j = { .rules = r, .c = c, .o = o, .budget = budget, .diag = diag };
	int err = 0;

	for (j.index = 0; !err && j.index < r->items.n; j.index++) {
		j.rule = &r->items.items[j.index];
		err = judge_rule(&j);
	}
	if (r->verdicts.n)
		qsort(r->verdicts.items, r->verdicts.n, sizeof(*r->verdicts.items), compare_verdicts);
	return err;
}
