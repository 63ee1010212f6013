/* SPDX-License-Identifier: Apache-2.0 */
#include "report/values.h"

#include <math.h>

#include "base/units.h"
#include "base/utf8.h"

void values_init(struct values *v, const struct report_ctx *ctx)
{
	const struct assay_profile *p = ctx->profile;

	*v = (struct values){
		.sample_unit = profile_str(p, p->sample_types.items[ctx->column].unit),
		.output_unit = ctx->options->unit,
		.ratio = 1 / ctx->options->divide_by,
		.total = ctx->total,
	};
}

static bool divides(const struct values *v)
{
	return v->ratio > 0 && v->ratio != 1;
}

/* The end of the way of a sum: what is beyond 64 bits stops there. */
static int64_t divide(const struct values *v, wide value)
{
	return divides(v) ? trunc_to_int64((double)value * v->ratio) : narrow(value);
}

/* The smallest of what the rows show, leaving zeros aside. */
static wide least_value(const struct graph *g)
{
	wide least = 0;

	for (size_t i = 0; i < g->rows.n; i++) {
		const struct node *n = &g->nodes.items[g->rows.items[i]];
		wide x = wide_abs(node_flat(n));

		if (!x)
			x = wide_abs(node_cum(n));
		if (x > 0 && (!least || x < least))
			least = x;
	}
	return least;
}

/*
 * The unit that suits the least value; but where the total is over a hundred times as large and would take another
 * one, the least value may go down to a hundredth of the unit, which two decimals still show.
 */
static void select_unit(struct values *v, wide sum, bool least_only)
{
	struct str minimum = STR("minimum"), unit, largest;
	int64_t least, most;

	if (!str_equal(v->output_unit, minimum))
		return;
	least = divide(v, sum ? sum : v->total);
	most = divide(v, v->total);
	unit = units_scale(least, v->sample_unit, minimum).unit;
	largest = units_scale(most, v->sample_unit, minimum).unit;
	if (!least_only && !str_equal(unit, largest) && (wide)least * 100 < most)
		unit = units_scale(narrow((wide)least * 100), v->sample_unit, minimum).unit;
	v->output_unit = unit.len ? unit : v->sample_unit;
}

void values_select_unit_for(struct values *v, wide least)
{
	select_unit(v, least, false);
}

void values_select_unit(struct values *v, const struct graph *g)
{
	if (g->rows.n)
		select_unit(v, least_value(g), false);
}

void values_select_least_unit(struct values *v, const struct graph *g)
{
	if (g->rows.n)
		select_unit(v, least_value(g), true);
}

void values_add(struct buf *out, const struct values *v, wide value)
{
	units_add_label(out, divide(v, value), v->sample_unit, v->output_unit);
}

void values_add_right(struct buf *out, const struct values *v, wide value, size_t width)
{
	size_t start = out->len, n;

	values_add(out, v, value);
	if (out->failed)
		return;
	n = utf8_length((struct str){ out->data + start, out->len - start });
	if (n >= width)
		return;
	/* Added behind, then moved in front: the text need not be written to a place of its own first. */
	buf_add_fill(out, ' ', width - n);
	if (out->failed)
		return;
	memmove(out->data + start + (width - n), out->data + start, out->len - start - (width - n));
	memset(out->data + start, ' ', width - n);
}

void values_add_cell(struct buf *out, const struct values *v, wide value, size_t width)
{
	if (value)
		values_add_right(out, v, value, width);
	else
		buf_add_right(out, STR("."), width);
}

void values_add_share(struct buf *out, const struct values *v, wide value)
{
	struct buf text = BUF_INIT;
	struct str s;

	values_add_percent(&text, value, v->total);
	for (s = buf_str(&text); s.len && *s.p == ' ';)
		s = str_skip(s, 1);
	buf_add_str(out, s);
	out->failed |= text.failed;
	buf_release(&text);
}

void values_add_percent(struct buf *out, wide value, wide total)
{
	units_add_share(out, total ? fabs((double)value / (double)total) * 100 : 0);
}
