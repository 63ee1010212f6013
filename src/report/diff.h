/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "report/report.h"

enum diff_kind {
	DIFF_CHANGED,
	DIFF_NEW,  /* OLD has no such row */
	DIFF_GONE, /* NEW has none */
};

struct diff_row {
	struct str name, was; /* was is "" unless OLD calls it otherwise */
	enum diff_kind kind;
	wide before, after, delta;
	double spread[N_SIDES]; /* as a share of before and after */
	const struct noise_row *noise;
};

/* What is left out of a table, added up. */
struct diff_rest {
	size_t n;
	wide before, after;
};

struct diff {
	struct diff_row *rows; /* by size of the change, then by name */
	size_t n;
	struct diff_rest rest;
	struct compare_values totals[N_SIDES];
};

/* The rows that are shown. */
int diff_rows(struct diff *t, const struct report_ctx *ctx, struct assay_diag *diag);
void diff_rows_release(struct diff *t);

#endif
