/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/names.h"
#include "app/options.h"
#include "report/report.h"

/*
 * From a profile to the text of a report: view, graph, report, each a call, in this order. The options must have been
 * settled. argument is what stood
 * behind the report's name, or NULL. names are those that the profile got its names from; without them, where it is NULL,
 * reports see no binaries.
 */
int run_report(const struct assay_profile *profile, const struct report *report, const char *argument,
	const struct assay_options *options, struct names *names, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag);

#endif
