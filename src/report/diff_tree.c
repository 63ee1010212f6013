/* SPDX-License-Identifier: Apache-2.0 */
/* tree and peek as views of diff: each function with its callers and callees, before, after, and what lies between. */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/pairs.h"
#include "report/peek.h"
#include "report/sides.h"

static const char separator[] = "-----------------------------------------+-------------\n";

/* A call, with what passed through it on each side. */
struct call {
	uint32_t caller, callee;
	wide before, after;
};

struct family {
	const struct report_ctx *ctx;
	const struct report_sides *sides;
	struct values values;
	bool cum;
	/* Functions, by size of their change, then by name; those from n_shown on are left out. */
	uint32_t *rows;
	size_t n, n_shown;
	uint8_t *wanted; /* by node: it is shown */
	struct pairs pairs;
	VEC(struct call) calls; /* as pairs has them, and then by size of their change, then by name */
	uint32_t *by_caller, *by_callee;
	size_t n_calls_left_out;
	wide least_call;
};

/* The array that is sorted, and by what. */
struct order {
	const struct family *f;
	bool by_caller;
};

static const struct node *node(const struct family *f, uint32_t i)
{
	return sides_node(f->sides, SIDE_OLD, i);
}

static wide row_value(const struct family *f, enum side side, uint32_t i)
{
	return f->cum ? sides_cum(f->sides, side, i) : sides_flat(f->sides, side, i);
}

static wide row_change(const struct family *f, uint32_t i)
{
	return row_value(f, SIDE_NEW, i) - row_value(f, SIDE_OLD, i);
}

static int compare_sizes(wide a, wide b)
{
	a = wide_abs(a);
	b = wide_abs(b);
	return (a < b) - (a > b);
}

static int compare_names(const struct family *f, uint32_t a, uint32_t b)
{
	int c = str_compare(node(f, a)->text, node(f, b)->text);

	return c ? c : (a > b) - (a < b);
}

static int compare_rows(const void *x, const void *y, void *data)
{
	const struct family *f = data;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	int c = compare_sizes(row_change(f, a), row_change(f, b));

	return c ? c : compare_names(f, a, b);
}

/* By the function that they are shown with, then as they are shown there. */
static int compare_calls(const void *x, const void *y, void *data)
{
	const struct order *o = data;
	const struct call *a = &o->f->calls.items[*(const uint32_t *)x], *b = &o->f->calls.items[*(const uint32_t *)y];
	uint32_t p = o->by_caller ? a->caller : a->callee, q = o->by_caller ? b->caller : b->callee;
	int c = (p > q) - (p < q);

	if (!c)
		c = compare_sizes(a->after - a->before, b->after - b->before);
	if (!c)
		c = compare_sizes(a->after, b->after);
	return c ? c : compare_names(o->f, o->by_caller ? a->callee : a->caller, o->by_caller ? b->callee : b->caller);
}

/* What a change, or a call, has to reach. */
static wide share_of_total(const struct family *f, double fraction)
{
	double least = ceil(fabs((double)f->values.total) * fraction);

	return least > 0 && least < 0x1p100 ? (wide)least : 0;
}

static wide least_change(const struct family *f)
{
	wide least = share_of_total(f, f->ctx->options->trim.node_fraction);

	return f->sides->min_delta > least ? f->sides->min_delta : least;
}

/* Those that match, or all; and of these, how many are shown. */
static int choose_rows(struct family *f, const uint8_t *matching)
{
	const struct graph *g = f->sides->graphs[SIDE_OLD];
	int64_t most = f->ctx->options->trim.node_count;
	wide least = least_change(f);

	f->rows = malloc((g->rows.n + 1) * sizeof(*f->rows));
	f->wanted = calloc(g->nodes.n + 1, 1);
	if (!f->rows || !f->wanted)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < g->rows.n; i++)
		if (!matching || matching[g->rows.items[i]])
			f->rows[f->n++] = g->rows.items[i];
	if (f->n)
		qsort_r(f->rows, f->n, sizeof(*f->rows), compare_rows, f);
	while (f->n_shown < f->n && wide_abs(row_change(f, f->rows[f->n_shown])) >= least &&
		(!least || row_change(f, f->rows[f->n_shown])) && (most <= 0 || f->n_shown < (uint64_t)most))
		f->wanted[f->rows[f->n_shown++]] = 1;
	return 0;
}

static bool add_call(struct family *f, enum side side, const struct edge *e)
{
	wide value = sides_value(f->sides, side, edge_weight(e));
	uint32_t i;

	if (!pairs_add(&f->pairs, e->caller, e->callee, &i))
		return false;
	if (i == f->calls.n && !vec_push(&f->calls, ((struct call){ e->caller, e->callee, 0, 0 })))
		return false;
	if (side == SIDE_OLD)
		f->calls.items[i].before = value;
	else
		f->calls.items[i].after = value;
	return true;
}

static int count_calls(struct family *f, struct assay_diag *diag)
{
	const struct edge_options wanted = { .into = f->wanted, .out_of = f->wanted };

	for (int side = 0; side < N_SIDES; side++) {
		struct graph *g = f->sides->graphs[side];
		int err = graph_count_edges(g, &wanted, f->ctx->ctx, diag);

		if (err)
			return err;
		for (size_t i = 0; i < g->edges.n; i++)
			if (!add_call(f, (enum side)side, &g->edges.items[i]))
				return diag_nomem(diag, "calls");
	}
	return 0;
}

static void drop_small_calls(struct family *f)
{
	size_t n = 0;

	f->least_call = share_of_total(f, f->ctx->options->trim.edge_fraction);
	for (size_t i = 0; i < f->calls.n; i++) {
		struct call c = f->calls.items[i];

		if (wide_abs(c.before) < f->least_call && wide_abs(c.after) < f->least_call)
			f->n_calls_left_out++;
		else if (c.before || c.after)
			f->calls.items[n++] = c;
	}
	f->calls.n = n;
}

static int sort_calls(struct family *f)
{
	uint32_t **orders[] = { &f->by_caller, &f->by_callee };

	for (int k = 0; k < 2; k++) {
		uint32_t *order = malloc((f->calls.n + 1) * sizeof(*order));

		*orders[k] = order;
		if (!order)
			return ASSAY_ERR_NOMEM;
		for (size_t i = 0; i < f->calls.n; i++)
			order[i] = (uint32_t)i;
		if (f->calls.n)
			qsort_r(order, f->calls.n, sizeof(*order), compare_calls, &(struct order){ f, k == 0 });
	}
	return 0;
}

/* Where the calls of a function start. */
static size_t first_call(const struct family *f, uint32_t of, bool by_caller)
{
	const uint32_t *order = by_caller ? f->by_caller : f->by_callee;
	size_t from = 0, to = f->calls.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct call *c = &f->calls.items[order[middle]];

		if ((by_caller ? c->caller : c->callee) < of)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void add_values(struct buf *out, const struct family *f, wide before, wide after)
{
	values_add_right(out, &f->values, before, SIDES_VALUE_WIDTH);
	buf_add_char(out, ' ');
	values_add_right(out, &f->values, after, SIDES_VALUE_WIDTH);
	buf_add_char(out, ' ');
	sides_add_delta(out, &f->values, after - before);
	buf_add_char(out, ' ');
	sides_add_growth(out, before, after);
}

static void add_name(struct buf *out, const struct family *f, uint32_t i)
{
	buf_add_safe(out, node(f, i)->text);
	sides_add_was(out, renames_was(f->sides->renames, node(f, i)->name));
	buf_add_char(out, '\n');
}

static void add_calls(struct buf *out, const struct family *f, uint32_t of, bool by_caller)
{
	const uint32_t *order = by_caller ? f->by_caller : f->by_callee;

	for (size_t i = first_call(f, of, by_caller); i < f->calls.n; i++) {
		const struct call *c = &f->calls.items[order[i]];

		if ((by_caller ? c->caller : c->callee) != of)
			break;
		add_values(out, f, c->before, c->after);
		buf_add_str(out, STR(" |   "));
		add_name(out, f, by_caller ? c->callee : c->caller);
	}
}

static void add_entry(struct buf *out, const struct family *f, uint32_t i)
{
	const struct report_sides *s = f->sides;
	wide before = sides_flat(s, SIDE_OLD, i), after = sides_flat(s, SIDE_NEW, i);

	buf_add(out, separator, sizeof(separator) - 1);
	add_calls(out, f, i, false);
	add_values(out, f, sides_cum(s, SIDE_OLD, i), sides_cum(s, SIDE_NEW, i));
	buf_add_str(out, STR(" | "));
	add_name(out, f, i);
	if (before || after) {
		add_values(out, f, before, after);
		buf_add_str(out, STR(" |   [itself]\n"));
	}
	add_calls(out, f, i, true);
}

/* Sums over what calls each other would say nothing, so of cum there are none. */
static void add_rest(struct buf *out, const struct family *f)
{
	wide before = 0, after = 0;
	size_t n = f->n - f->n_shown;

	for (size_t i = f->n_shown; i < f->n; i++) {
		before += sides_flat(f->sides, SIDE_OLD, f->rows[i]);
		after += sides_flat(f->sides, SIDE_NEW, f->rows[i]);
	}
	if (n) {
		buf_addf(out, "%zu more function%s not shown", n, n == 1 ? "" : "s");
		if (!f->cum)
			sides_add_sums(out, &f->values, before, after);
		buf_add_char(out, '\n');
	}
	if (f->n_calls_left_out) {
		buf_addf(out, "%zu call%s not shown, below ", f->n_calls_left_out, f->n_calls_left_out == 1 ? "" : "s");
		values_add(out, &f->values, f->least_call);
		buf_add_str(out, STR(" on both sides\n"));
	}
}

/* The smallest change that is shown, for which the unit has to be small enough. */
static wide least_shown(const struct family *f)
{
	wide least = 0;

	for (size_t i = 0; i < f->n_shown; i++) {
		wide change = wide_abs(row_change(f, f->rows[i]));

		if (change && (!least || change < least))
			least = change;
	}
	return least;
}

static void print(struct buf *out, const struct family *f)
{
	sides_add_view_header(out, f->ctx, &f->values);
	buf_addf(out, "%*s %*s %*s %*s\n", SIDES_VALUE_WIDTH, "before", SIDES_VALUE_WIDTH, "after", SIDES_VALUE_WIDTH,
		"delta", SIDES_GROWTH_WIDTH, "delta%");
	for (size_t i = 0; i < f->n_shown; i++)
		add_entry(out, f, f->rows[i]);
	if (f->n_shown)
		buf_add(out, separator, sizeof(separator) - 1);
	add_rest(out, f);
}

static int make(struct family *f, const uint8_t *matching, struct assay_diag *diag)
{
	int err = choose_rows(f, matching);

	if (err)
		return diag_nomem(diag, "rows");
	err = count_calls(f, diag);
	if (err)
		return err;
	drop_small_calls(f);
	if (sort_calls(f) < 0)
		return diag_nomem(diag, "calls");
	values_select_unit_for(&f->values, least_shown(f));
	return 0;
}

static int run(const struct report_ctx *ctx, const uint8_t *matching, struct buf *out, struct assay_diag *diag)
{
	struct family f = {
		.ctx = ctx,
		.sides = ctx->sides,
		.values = sides_values(ctx),
		.cum = ctx->options->trim.sort_cum,
	};
	int err = make(&f, matching, diag);

	if (!err)
		print(out, &f);
	free(f.rows);
	free(f.wanted);
	pairs_release(&f.pairs);
	vec_release(&f.calls);
	free(f.by_caller);
	free(f.by_callee);
	return err;
}

int diff_tree_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	return sides_join(ctx->sides) < 0 ? diag_nomem(diag, "rows") : run(ctx, NULL, out, diag);
}

int diff_peek_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	const struct graph *g = ctx->sides->graphs[SIDE_OLD];
	uint8_t *matching = calloc(g->nodes.n + 1, 1);
	int err = matching && sides_join(ctx->sides) == 0 ? 0 : diag_nomem(diag, "rows");

	if (!err)
		err = peek_match(ctx, g, matching, diag);
	if (!err)
		err = run(ctx, matching, out, diag);
	free(matching);
	return err;
}
