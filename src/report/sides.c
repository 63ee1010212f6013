/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sides.h"

#include <math.h>

#include "graph/identity.h"

void sides_add_percent(struct buf *out, size_t width, double value, int decimals, bool change)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, change ? "%+.*f%%" : "%.*f%%", decimals, value);
	buf_add_right(out, buf_str(&text), width);
	out->failed |= text.failed;
	buf_release(&text);
}

void sides_add_delta(struct buf *out, const struct values *v, wide delta)
{
	struct buf text = BUF_INIT;

	if (delta > 0)
		buf_add_char(&text, '+');
	values_add(&text, v, delta);
	/* A change that rounds to nothing has no sign. */
	if (str_equal(buf_str(&text), STR("+0"))) {
		buf_reset(&text);
		buf_add_char(&text, '0');
	}
	buf_add_right(out, buf_str(&text), SIDES_VALUE_WIDTH);
	out->failed |= text.failed;
	buf_release(&text);
}

void sides_add_growth(struct buf *out, wide before, wide after)
{
	if (before && after)
		sides_add_percent(
			out, SIDES_GROWTH_WIDTH, (double)(after - before) / fabs((double)before) * 100, 2, true);
	else
		buf_add_right(out, before ? STR("gone") : after ? STR("new") : STR(""), SIDES_GROWTH_WIDTH);
}

void sides_add_was(struct buf *out, struct str was)
{
	if (!was.len)
		return;
	buf_add_str(out, STR(" (was "));
	buf_add_safe(out, was);
	buf_add_char(out, ')');
}

void sides_add_sums(struct buf *out, const struct values *v, wide before, wide after)
{
	buf_add_str(out, STR(": before "));
	values_add(out, v, before);
	buf_add_str(out, STR(", after "));
	values_add(out, v, after);
	buf_add_str(out, STR(", delta "));
	if (after > before)
		buf_add_char(out, '+');
	values_add(out, v, after - before);
}

static void add_side(struct buf *out, const struct sides_header *h, const struct values *v, enum side side)
{
	wide old = h->totals[SIDE_OLD];

	buf_add_str(out, side == SIDE_OLD ? STR("Old: ") : STR("New: "));
	buf_add_safe(out, h->names[side]);
	buf_add_str(out, STR(", total "));
	values_add(out, v, h->totals[side]);
	if (side == SIDE_NEW && old)
		buf_addf(out, " (%+.2f%%)", (double)(h->totals[SIDE_NEW] - old) / fabs((double)old) * 100);
	if (side == SIDE_NEW && h->scale != 1)
		buf_addf(out, ", multiplied by %.4g to have OLD's total", h->scale);
	buf_add_char(out, '\n');
}

void sides_add_header(
	struct buf *out, const struct sides_header *h, const struct report_options *o, const struct values *v)
{
	buf_addf(out, "Type: %s", h->mean ? "mean_" : "");
	buf_add_safe(out, h->type);
	buf_add_char(out, '\n');
	add_side(out, h, v, SIDE_OLD);
	add_side(out, h, v, SIDE_NEW);
	for (size_t i = 0; i < o->n_filters; i++) {
		buf_add_str(out, i ? STR("   ") : STR("Active filters:\n   "));
		buf_add_safe(out, o->filters[i]);
		buf_add_char(out, '\n');
	}
}

static bool is_in(const struct node *n)
{
	return n->flat || n->cum;
}

int sides_join(const struct report_sides *s)
{
	struct graph *old = s->graphs[SIDE_OLD], *new = s->graphs[SIDE_NEW];
	size_t n = old->nodes.n;

	old->rows.n = new->rows.n = 0;
	if (!vec_reserve(&old->rows, n) || !vec_reserve(&new->rows, n))
		return ASSAY_ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct node *node = &old->nodes.items[i];

		if (!is_in(node) && !is_in(sides_node(s, SIDE_NEW, i)))
			continue;
		old->rows.items[old->rows.n++] = new->rows.items[new->rows.n++] = i;
		if (!node->text.len && identity_name(old, node, &node->text) < 0)
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

wide sides_value(const struct report_sides *s, enum side side, wide sum)
{
	wide mean = comparison_divide(sum, s->n_runs[side]);
	double scaled;

	if (side == SIDE_OLD || s->scale == 1)
		return mean;
	scaled = round((double)mean * s->scale);
	return scaled > 0x1p100 ? (wide)1 << 100 : scaled < -0x1p100 ? -((wide)1 << 100) : (wide)scaled;
}

wide sides_flat(const struct report_sides *s, enum side side, uint32_t node)
{
	return sides_value(s, side, node_flat(sides_node(s, side, node)));
}

wide sides_cum(const struct report_sides *s, enum side side, uint32_t node)
{
	return sides_value(s, side, node_cum(sides_node(s, side, node)));
}

struct values sides_values(const struct report_ctx *ctx)
{
	wide old = ctx->sides->totals[SIDE_OLD], new = ctx->sides->totals[SIDE_NEW];
	struct values v;

	values_init(&v, ctx);
	v.total = wide_abs(old) > wide_abs(new) ? old : new;
	return v;
}

void sides_add_view_header(struct buf *out, const struct report_ctx *ctx, const struct values *v)
{
	const struct report_sides *s = ctx->sides;
	const struct assay_profile *p = ctx->profile;

	sides_add_header(out,
		&(struct sides_header){
			.type = profile_str(p, p->sample_types.items[ctx->column].type),
			.mean = ctx->mean,
			.names = { s->names[SIDE_OLD], s->names[SIDE_NEW] },
			.totals = { s->totals[SIDE_OLD], s->totals[SIDE_NEW] },
			.scale = s->scale,
		},
		ctx->options, v);
}
