/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OUTPUT_H
#define APP_OUTPUT_H

#include "base/ctx.h"
#include "report/report.h"

/*
 * Writes a finished report to the file at path or, where that is "", to standard output; but what is not for reading
 * goes to a new numbered file when standard output is a terminal. The name of a file is told through ctx->warn.
 */
int output_report(const struct report *report, const char *path, struct str text, const struct assay_ctx *ctx,
	struct assay_diag *diag);

/* Writes to standard output. */
int output_print(struct str text, struct assay_diag *diag);

#endif
