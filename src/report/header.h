/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_HEADER_H
#define REPORT_HEADER_H

#include "report/values.h"

/* What a profile says of itself, a line each: file, build id, comments, type, time, duration. */
void header_add_labels(struct buf *out, const struct report_ctx *ctx, const struct values *v);

/* These lines alone, as a report that is in no table: a shell greets with them. */
int header_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);

/* The lines above a table: the labels, the filters that act, and how much of the whole is shown. */
void header_add(struct buf *out, const struct report_ctx *ctx, const struct values *v);

/* The same for a picture, which always has the labels and also tells of edges that were dropped. */
void header_add_legend(struct buf *out, const struct report_ctx *ctx, const struct values *v);

/* The same for programs. */
void header_add_fields(struct table *t, const struct report_ctx *ctx);

#endif
