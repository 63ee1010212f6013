/* SPDX-License-Identifier: Apache-2.0 */
#include "report/diff.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "report/sides.h"

static wide value_of(const struct compare_values *v, const struct report_ctx *ctx)
{
	return ctx->comparison->test.cum ? v->cum : v->flat;
}

static struct diff_row make_row(const struct report_ctx *ctx, size_t i)
{
	const struct comparison *c = ctx->comparison->joined;
	const struct compare_row *r = &c->rows.items[i];
	struct compare_values before = comparison_mean(c, i, SIDE_OLD), after = comparison_mean(c, i, SIDE_NEW);
	struct diff_row row = {
		.name = comparison_str(c, r->names[SIDE_NEW]),
		.was = compare_row_renamed(r) ? comparison_str(c, r->names[SIDE_OLD]) : STR(""),
		.kind = !r->in[SIDE_OLD]   ? DIFF_NEW
			: !r->in[SIDE_NEW] ? DIFF_GONE
					   : DIFF_CHANGED,
		.before = value_of(&before, ctx),
		.after = value_of(&after, ctx),
		.noise = &ctx->comparison->noise->rows[i],
	};

	row.delta = row.after - row.before;
	if (row.before)
		row.spread[SIDE_OLD] = row.noise->spread[SIDE_OLD] / fabs((double)row.before);
	if (row.after)
		row.spread[SIDE_NEW] = row.noise->spread[SIDE_NEW] / fabs((double)row.after);
	return row;
}

static int compare_rows(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	wide dx = wide_abs(x->delta), dy = wide_abs(y->delta);
	int order;

	if (dx != dy)
		return dx > dy ? -1 : 1;
	order = str_compare(x->name, y->name);
	return order ? order : str_compare(x->was, y->was);
}

/* Below this a change is left out: a share of the larger total, and what the person said. */
static wide least_change(const struct report_ctx *ctx, const struct diff *t)
{
	wide old = wide_abs(t->totals[SIDE_OLD].flat), new = wide_abs(t->totals[SIDE_NEW].flat);
	double fraction = ctx->options->trim.node_fraction * (double)(old > new ? old : new);
	wide least = fraction > 0 && fraction < 0x1p100 ? (wide)ceil(fraction) : 0;

	return ctx->comparison->min_delta > least ? ctx->comparison->min_delta : least;
}

static void leave_out(struct diff *t, const struct diff_row *r)
{
	t->rest.n++;
	t->rest.before += r->before;
	t->rest.after += r->after;
}

int diff_rows(struct diff *t, const struct report_ctx *ctx, struct assay_diag *diag)
{
	const struct comparison *c = ctx->comparison->joined;
	const struct trim_options *trim = &ctx->options->trim;
	size_t most = trim->node_count > 0 ? (size_t)trim->node_count : SIZE_MAX;
	wide least;

	*t = (struct diff){
		.totals = { comparison_total(c, SIDE_OLD), comparison_total(c, SIDE_NEW) },
		.rows = malloc((c->rows.n + 1) * sizeof(*t->rows)),
	};
	if (!t->rows)
		return diag_nomem(diag, "rows");
	least = least_change(ctx, t);
	for (size_t i = 0; i < c->rows.n; i++) {
		struct diff_row row = make_row(ctx, i);

		if (!row.before && !row.after)
			continue;
		if (wide_abs(row.delta) < least || (least && !row.delta))
			leave_out(t, &row);
		else
			t->rows[t->n++] = row;
	}
	qsort(t->rows, t->n, sizeof(*t->rows), compare_rows);
	while (t->n > most)
		leave_out(t, &t->rows[--t->n]);
	return 0;
}

void diff_rows_release(struct diff *t)
{
	free(t->rows);
	t->rows = NULL;
}

/* "~" stands before what is no more than noise; alone where there is a percentage that would say nothing. */
static void add_change(struct buf *out, const struct diff_row *r)
{
	bool noise = r->noise->verdict == NOISE_WITHIN;

	if (r->kind == DIFF_NEW)
		buf_addf(out, "%*s", SIDES_GROWTH_WIDTH, noise ? "~new" : "new");
	else if (r->kind == DIFF_GONE)
		buf_addf(out, "%*s", SIDES_GROWTH_WIDTH, noise ? "~gone" : "gone");
	else if (noise)
		buf_addf(out, "%*s", SIDES_GROWTH_WIDTH, "~");
	else if (!r->before)
		buf_addf(out, "%*s", SIDES_GROWTH_WIDTH, r->delta ? "n/a" : "0%");
	else
		sides_add_percent(out, SIDES_GROWTH_WIDTH, (double)r->delta / fabs((double)r->before) * 100, 2, true);
}

static double share(wide value, wide total)
{
	return total ? (double)value / fabs((double)total) * 100 : 0;
}

static double points(const struct diff_row *r, const struct diff *t)
{
	return share(r->after, t->totals[SIDE_NEW].flat) - share(r->before, t->totals[SIDE_OLD].flat);
}

static void add_spread(struct buf *out, const struct report_ctx *ctx, double spread)
{
	if (ctx->comparison->noise->method == NOISE_NONE)
		return;
	buf_add_str(out, STR(" \xc2\xb1"));
	sides_add_percent(out, 4, spread * 100, 0, false);
}

static void add_row(struct buf *out, const struct report_ctx *ctx, const struct values *v, const struct diff *t,
	const struct diff_row *r)
{
	values_add_right(out, v, r->before, SIDES_VALUE_WIDTH);
	add_spread(out, ctx, r->spread[SIDE_OLD]);
	buf_add_char(out, ' ');
	values_add_right(out, v, r->after, SIDES_VALUE_WIDTH);
	add_spread(out, ctx, r->spread[SIDE_NEW]);
	buf_add_char(out, ' ');
	sides_add_delta(out, v, r->delta);
	buf_add_char(out, ' ');
	add_change(out, r);
	buf_add_char(out, ' ');
	buf_addf(out, "%+7.2f", points(r, t));
	if (ctx->comparison->noise->method != NOISE_NONE) {
		buf_add_char(out, ' ');
		if (r->noise->verdict == NOISE_UNTESTED && r->noise->p >= 1)
			buf_addf(out, "%6s", "-");
		else
			buf_addf(out, "%6.3f", r->noise->p);
	}
	buf_add_str(out, STR("  "));
	buf_add_safe(out, r->name);
	sides_add_was(out, r->was);
	buf_add_char(out, '\n');
}

static void add_titles(struct buf *out, const struct report_ctx *ctx)
{
	const char *gap = ctx->comparison->noise->method == NOISE_NONE ? "" : "      ";

	buf_addf(out, "%*s%s %*s%s %*s %*s %7s", SIDES_VALUE_WIDTH, "before", gap, SIDES_VALUE_WIDTH, "after", gap,
		SIDES_VALUE_WIDTH, "delta", SIDES_GROWTH_WIDTH, "delta%", "points");
	if (*gap)
		buf_addf(out, " %6s", "p");
	buf_add_char(out, '\n');
}

static void add_noise(struct buf *out, const struct report_comparison *rc)
{
	const struct noise *noise = rc->noise;

	switch (noise->method) {
	case NOISE_NONE:
		break;
	case NOISE_RUNS:
		buf_addf(out,
			"Noise: %zu rows tested over %zu and %zu runs (Mann-Whitney U, alpha %g, Benjamini-Hochberg)\n",
			noise->n_tested, rc->joined->n_runs[SIDE_OLD], rc->joined->n_runs[SIDE_NEW], rc->test.alpha);
		if (noise->runs_needed)
			buf_addf(out, "Too few runs to tell a single change from noise: %zu of each side would do\n",
				noise->runs_needed);
		break;
	case NOISE_COUNTS:
		buf_addf(out,
			"Noise: %zu rows tested by their sample counts, as there is one run on each side (Poisson, "
			"overdispersion %g, alpha %g, Benjamini-Hochberg)\n",
			noise->n_tested, rc->test.dispersion, rc->test.alpha);
		break;
	}
}

static void add_header(struct buf *out, const struct report_ctx *ctx, const struct values *v, const struct diff *t)
{
	const struct report_comparison *rc = ctx->comparison;

	sides_add_header(out,
		&(struct sides_header){
			.type = comparison_str(rc->joined, rc->joined->type),
			.mean = ctx->mean,
			.names = { rc->names[SIDE_OLD], rc->names[SIDE_NEW] },
			.totals = { t->totals[SIDE_OLD].flat, t->totals[SIDE_NEW].flat },
			.scale = rc->scale,
		},
		ctx->options, v);
	add_noise(out, rc);
}

/* Every row is accounted for: what is not shown stands in the last line. Sums over cum would say nothing. */
static void add_rest(struct buf *out, const struct report_ctx *ctx, const struct values *v, const struct diff *t)
{
	if (!t->rest.n)
		return;
	buf_addf(out, "%zu more row%s not shown", t->rest.n, t->rest.n == 1 ? "" : "s");
	if (!ctx->comparison->test.cum)
		sides_add_sums(out, v, t->rest.before, t->rest.after);
	buf_add_char(out, '\n');
}

static wide least_value(const struct diff *t)
{
	wide least = 0;

	for (size_t i = 0; i < t->n; i++) {
		wide v = wide_abs(t->rows[i].delta);

		if (v && (!least || v < least))
			least = v;
	}
	return least;
}

static struct values values_of(const struct report_ctx *ctx, const struct diff *t)
{
	const struct comparison *c = ctx->comparison->joined;
	wide old = t->totals[SIDE_OLD].flat, new = t->totals[SIDE_NEW].flat;
	struct values v = {
		.sample_unit = comparison_str(c, c->unit),
		.output_unit = ctx->options->unit,
		.ratio = 1 / ctx->options->divide_by,
		.total = wide_abs(old) > wide_abs(new) ? old : new,
	};

	values_select_unit_for(&v, least_value(t));
	return v;
}

int diff_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct values v;
	struct diff t;
	int err = diff_rows(&t, ctx, diag);

	if (err)
		return err;
	v = values_of(ctx, &t);
	add_header(out, ctx, &v, &t);
	add_titles(out, ctx);
	for (size_t i = 0; i < t.n; i++)
		add_row(out, ctx, &v, &t, &t.rows[i]);
	add_rest(out, ctx, &v, &t);
	diff_rows_release(&t);
	return 0;
}

static void add_fields(struct table *t, const struct report_ctx *ctx, const struct diff *d)
{
	static const char *const methods[] = { "none", "runs", "counts" };
	const struct report_comparison *rc = ctx->comparison;
	const struct comparison *c = rc->joined;

	table_field_text(t, "type", comparison_str(c, c->type));
	table_field_text(t, "unit", comparison_str(c, c->unit));
	table_field_text(t, "value", rc->test.cum ? STR("cum") : STR("flat"));
	table_field_text(t, "old", rc->names[SIDE_OLD]);
	table_field_text(t, "new", rc->names[SIDE_NEW]);
	table_field_integer(t, "old_total", d->totals[SIDE_OLD].flat);
	table_field_integer(t, "new_total", d->totals[SIDE_NEW].flat);
	table_field_integer(t, "old_runs", c->n_runs[SIDE_OLD]);
	table_field_integer(t, "new_runs", c->n_runs[SIDE_NEW]);
	table_field_real(t, "new_scale", rc->scale);
	table_field_texts(t, "filters", ctx->options->filters, ctx->options->n_filters);
	table_field_text(t, "noise", str_of(methods[rc->noise->method]));
	table_field_real(t, "alpha", rc->test.alpha);
	table_field_integer(t, "rows_tested", rc->noise->n_tested);
	table_field_integer(t, "runs_needed", rc->noise->runs_needed);
	table_field_integer(t, "rest_rows", d->rest.n);
	table_field_integer(t, "rest_before", d->rest.before);
	table_field_integer(t, "rest_after", d->rest.after);
}

static const char *kind_name(enum diff_kind kind)
{
	return kind == DIFF_NEW ? "new" : kind == DIFF_GONE ? "gone" : "changed";
}

static const char *verdict_name(enum noise_verdict verdict)
{
	return verdict == NOISE_WITHIN ? "noise" : verdict == NOISE_BEYOND ? "change" : "untested";
}

int diff_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	static const struct column columns[] = {
		{ "before", COLUMN_VALUE },
		{ "after", COLUMN_VALUE },
		{ "delta", COLUMN_DELTA },
		{ "delta_percent", COLUMN_GROWTH },
		{ "points", COLUMN_NUMBER },
		{ "before_spread", COLUMN_VALUE },
		{ "after_spread", COLUMN_VALUE },
		{ "kind", COLUMN_WORD },
		{ "verdict", COLUMN_WORD },
		{ "p", COLUMN_NUMBER },
		{ "name", COLUMN_NAME },
		{ "was", COLUMN_NAME },
	};
	struct values v;
	struct diff d;
	int err = diff_rows(&d, ctx, diag);

	if (err)
		return err;
	add_fields(t, ctx, &d);
	v = values_of(ctx, &d);
	table_columns(t, columns, sizeof(columns) / sizeof(columns[0]), &v);
	for (size_t i = 0; i < d.n; i++) {
		const struct diff_row *r = &d.rows[i];

		table_integer(t, r->before);
		table_integer(t, r->after);
		table_integer(t, r->delta);
		table_percent(t, r->delta, wide_abs(r->before));
		table_real(t, points(r, &d));
		table_real(t, r->noise->spread[SIDE_OLD]);
		table_real(t, r->noise->spread[SIDE_NEW]);
		table_text(t, str_of(kind_name(r->kind)));
		table_text(t, str_of(verdict_name(r->noise->verdict)));
		table_real(t, r->noise->p);
		table_text(t, r->name);
		if (r->was.len)
			table_text(t, r->was);
		else
			table_nothing(t);
	}
	diff_rows_release(&d);
	return 0;
}
