/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SOURCE_CHECK_H
#define REPORT_SOURCE_CHECK_H

#include "report/report.h"

/*
 * Whether the source files that a report shows are those that the binary was made of: by the checksum in its debug
 * information, or else by which of the two is newer. Binaries that are not here, or that nobody has opened, are not
 * looked for.
 */
struct source_check {
	const struct report_ctx *ctx; /* with a graph that knows files */
	struct source_place *places;  /* by file of the graph; made for the first file */
};

void source_check_init(struct source_check *c, const struct report_ctx *ctx);
void source_check_release(struct source_check *c);

/* Warns, once for a file of the graph, where text may be another file. ASSAY_ERR_NOMEM. */
int source_check(struct source_check *c, struct str file, const struct source_text *text, struct assay_diag *diag);

#endif
