/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OUTPUT_H
#define APP_OUTPUT_H

#include "app/options.h"
#include "base/ctx.h"
#include "report/report.h"

/* Where a report goes. All empty means: to its viewer if it has one, else to standard output. */
struct output {
	const char *path; /* a file, or "" */
	bool append;      /* to the file */
	/* For /bin/sh, as the person typed it: the report is its standard input. NULL for none; the file then is not used. */
	const char *command;
	const struct assay_options *options; /* of which the pager, colour and format are looked at */
	bool unpaged;                        /* whoever runs a script wants no keys in it */
	bool numbered; /* what is not for reading goes to a new numbered file even where there is no terminal */
};

/*
 * Draws a finished report, if its row says so, and puts it where `to` says; but what is not for reading goes to a new
 * numbered file when standard output is a terminal. The name of a file is told through ctx->warn. A file, a command and
 * a terminal get nothing before all of it is there. On a terminal the text may be painted, and goes through a pager when
 * it is longer than the screen.
 */
int output_report(const struct report *report, const struct output *to, struct str text, const struct assay_ctx *ctx,
	struct assay_diag *diag);

/*
 * What takes pieces of the report while it is made, for struct buf, as output_report() would print them; NULL where it
 * has to be whole first. output_report() then gets the rest.
 */
const struct buf_sink *output_sink(const struct report *report, const struct output *to);

/* Text that is no report, for standard output: through the pager where a report would be. */
int output_text(const struct assay_options *options, struct str text, struct assay_diag *diag);

/* A new file pprofNNN.SUFFIX in folder, whose path is written to path. */
int output_temporary(
	const char *folder, const char *suffix, struct str text, char *path, size_t size, struct assay_diag *diag);

/* Writes to standard output. */
int output_print(struct str text, struct assay_diag *diag);

#endif
