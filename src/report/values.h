/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_VALUES_H
#define REPORT_VALUES_H

#include "report/report.h"

/* How the values of a report are printed: from the unit of the samples to one that suits. */
struct values {
	struct str sample_unit, output_unit;
	double ratio; /* 1 / divide_by */
	wide total;
};

/* "minimum" is left as it is, and then chooses a unit for each value by itself. */
void values_init(struct values *v, const struct report_ctx *ctx);

/* Where the unit is "minimum": one unit for all rows of the graph, small enough for the least of them. */
void values_select_unit(struct values *v, const struct graph *g);

/* The same for rows that are in no graph: least is the smallest of their values that is not 0, or 0. */
void values_select_unit_for(struct values *v, wide least);

/* The same without the hundredths: the least value takes the unit that suits it. */
void values_select_least_unit(struct values *v, const struct graph *g);

/* 1.95s */
void values_add(struct buf *out, const struct values *v, wide value);

/* The same behind as many blanks as bring it to width. */
void values_add_right(struct buf *out, const struct values *v, wide value, size_t width);

/* The same, with a dot for nothing. */
void values_add_cell(struct buf *out, const struct values *v, wide value, size_t width);

/* The value's share of the total, without the blanks around it. */
void values_add_share(struct buf *out, const struct values *v, wide value);

/* |value / total| of any two sums, as units_add_percent() writes it. */
void values_add_percent(struct buf *out, wide value, wide total);

#endif
