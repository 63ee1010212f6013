/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/names.h"
#include "app/options.h"
#include "app/run_cache.h"
#include "report/report.h"

/*
 * From a profile to the text of a report: view, graph, report, each a call, in this order. The options must have been
 * settled. argument is what stood behind the report's name, or NULL. names are those that the profile got its names from;
 * where it is NULL, reports see no binaries.
 */
int run_report(const struct assay_profile *profile, const struct report *report, const char *argument,
	const struct assay_options *options, struct names *names, struct assay_ctx *ctx, struct buf *out,
	struct assay_diag *diag);

/* The same for one of many reports on a profile: what was counted before is in the cache, which may be NULL. */
int run_report_cached(const struct assay_profile *profile, const struct report *report, const char *argument,
	const struct assay_options *options, struct names *names, struct run_cache *cache, struct assay_ctx *ctx,
	struct buf *out, struct assay_diag *diag);

/*
 * The first half alone: view and graph, with all rows and their names, and what the options make of them. Whoever
 * compares takes from it what they need, since all of it goes when use() returns.
 */
struct run_graphs {
	const struct assay_profile *profile;
	struct graph *graph;
	const struct graph *counts; /* the same nodes with the samples counted, or NULL where nothing counts them */
	int64_t per_count;          /* every value of the graph is so many times its count: NULL above, too; or 0 */
	wide total, total_count;
};

/* The samples are counted only where somebody asks for that, as it takes as long again. */
int run_graph(const struct assay_profile *profile, const struct report *report, const struct assay_options *options,
	bool count, struct assay_ctx *ctx,
	int (*use)(void *data, const struct run_graphs *graphs, struct assay_diag *diag), void *data,
	struct assay_diag *diag);

/* Two sides as one profile, see struct load_request. */
struct run_sides {
	const uint8_t *is_old; /* by sample; NULL where the old side is subtracted */
	size_t n_runs[N_SIDES];
	struct str names[N_SIDES];
	const struct renames *renames;
	struct str type;  /* the column */
	double divide_by; /* values stand for so many runs, where the old side is subtracted */
};

/* A report as a view of diff: report->compare(), or what is left after a subtraction where that is the same as run. */
int run_view(const struct assay_profile *profile, const struct report *report, const char *argument,
	const struct run_sides *sides, const struct assay_options *options, struct assay_ctx *ctx, struct buf *out,
	struct assay_diag *diag);

/* The report on a comparison. */
int run_comparison(const struct report_comparison *comparison, const struct report *report,
	const struct assay_options *options, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag);

#endif
