/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_COMPARE_H
#define APP_COMPARE_H

#include "app/load.h"
#include "report/report.h"

/* The sources of two sides, each a run. */
struct compare_request {
	const char *const *sources[N_SIDES];
	size_t n_sources[N_SIDES]; /* not 0, but for the old side of a report with REPORT_JUDGES */
	bool tag_source; /* as in struct load_request */
	struct load_options options;

	/* As in struct load_request. */
	void (*complain)(void *data, const char *source, const struct assay_diag *why);
	void *data;
};

/*
 * A report that compares, from its sources to its text. Sources that cannot be read are left out as long as each side
 * has one. *n_broken is the number of rules that are. When this fails, complain() has been told all there is to say.
 */
int compare_report(const struct compare_request *request, const struct report *report,
	const struct assay_options *options, struct assay_ctx *ctx, struct buf *out, size_t *n_broken);

/* The same for a view of diff, with what stood behind its name. Both sides are in memory at once. */
int compare_view(const struct compare_request *request, const struct report *view, const char *argument,
	const struct assay_options *options, struct assay_ctx *ctx, struct buf *out);

/* What to call the sides: a file's name as long as that tells them apart, or how many runs there are. */
struct side_names {
	struct str names[N_SIDES]; /* may point into text, and into the request */
	char text[N_SIDES][32];
};

void compare_name_sides(struct side_names *names, const struct compare_request *request, const size_t n_runs[N_SIDES]);

#endif
