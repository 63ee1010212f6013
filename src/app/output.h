/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OUTPUT_H
#define APP_OUTPUT_H

#include "app/options.h"
#include "base/ctx.h"
#include "report/report.h"

/*
 * Draws a finished report, if its row says so, and writes it to the file that -output names or, where there is none,
 * shows it in the viewer of its row, or prints it; but what is not for reading goes to a new numbered file when standard
 * output is a terminal. The name of a file is told through ctx->warn. Nothing is written before all of it is there.
 * On a terminal the text may be painted, and goes through a pager when it is longer than the screen.
 */
int output_report(const struct report *report, const struct assay_options *options, struct str text,
	const struct assay_ctx *ctx, struct assay_diag *diag);

/* Text that is no report, for standard output: through the pager where a report would be. */
int output_text(const struct assay_options *options, struct str text, struct assay_diag *diag);

/* A new file pprofNNN.SUFFIX in folder, whose path is written to path. */
int output_temporary(
	const char *folder, const char *suffix, struct str text, char *path, size_t size, struct assay_diag *diag);

/* Writes to standard output. */
int output_print(struct str text, struct assay_diag *diag);

#endif
