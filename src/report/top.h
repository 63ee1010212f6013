/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_TOP_H
#define REPORT_TOP_H

#include "report/values.h"

/* The report in two steps: rows that can be looked at, then their text. */
struct top_row {
	struct str name;
	wide flat, sum, cum; /* sum: of flat, down to this row */
	enum inline_mark inline_mark;
};

/* *rows has ctx->graph->rows.n rows and is freed by the caller. */
int top_rows(const struct report_ctx *ctx, struct top_row **rows, struct assay_diag *diag);
void top_print(struct buf *out, const struct values *v, const struct top_row *rows, size_t n);

#endif
