/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SIDES_H
#define REPORT_SIDES_H

#include "report/values.h"

/* Before, after and what lies between, as diff and its views print them. */

#define SIDES_VALUE_WIDTH 10
#define SIDES_GROWTH_WIDTH 8

/* What stands above the columns. */
struct sides_header {
	struct str type;
	bool mean;
	struct str names[N_SIDES];
	wide totals[N_SIDES]; /* that of NEW as it was scaled */
	double scale;
};

void sides_add_header(
	struct buf *out, const struct sides_header *h, const struct report_options *o, const struct values *v);

/* With its sign, to the right of a column. */
void sides_add_delta(struct buf *out, const struct values *v, wide delta);

/* The change in percent of before, with its sign; "new" and "gone" where a side has nothing. */
void sides_add_growth(struct buf *out, wide before, wide after);

/* To the right of a column, with its sign if it is a change. */
void sides_add_percent(struct buf *out, size_t width, double value, int decimals, bool change);

/* " (was NAME)", or nothing for "". */
void sides_add_was(struct buf *out, struct str was);

/* "; before 1s, after 2s, delta +1s" behind a colon. */
void sides_add_sums(struct buf *out, const struct values *v, wide before, wide after);

/*
 * The views: a node has the same place in the graphs of both sides. sides_join() makes the rows of both those that
 * either side has, in no order, and names them in OLD's graph; 0 or ASSAY_ERR_NOMEM.
 */
int sides_join(const struct report_sides *s);

/* A side's sum as it is shown: the mean of its runs, scaled. */
wide sides_value(const struct report_sides *s, enum side side, wide sum);

static inline const struct node *sides_node(const struct report_sides *s, enum side side, uint32_t node)
{
	return &s->graphs[side]->nodes.items[node];
}

wide sides_flat(const struct report_sides *s, enum side side, uint32_t node);
wide sides_cum(const struct report_sides *s, enum side side, uint32_t node);

/* With the larger total, and the unit not chosen yet. */
struct values sides_values(const struct report_ctx *ctx);

/* The header of a view. */
void sides_add_view_header(struct buf *out, const struct report_ctx *ctx, const struct values *v);

#endif
