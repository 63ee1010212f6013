/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buf.h"
#include "graph/graph.h"

/*
 * A report turns a view and its graph into text. What it may ask for is in its context; it opens no files and knows
 * no terminal. The reports are rows of one table (registry.c), from which flags, help, completions and the manual are
 * made.
 */

struct report_options {
	struct str unit;   /* to print values in; "minimum" chooses one for the report, "auto" one for each value */
	double divide_by;  /* not 0 */
	bool compact_labels;
	struct trim_options trim;
	const struct str *filters; /* "focus=main", as the header shows them */
	size_t n_filters;
};

struct report_ctx {
	const struct assay_profile *profile;
	const struct view *view;
	struct graph *graph; /* trimmed; NULL unless the report has REPORT_NEEDS_GRAPH */
	const struct report_options *options;
	struct assay_ctx *ctx;
	size_t column; /* of the sample types */
	bool mean;
	int64_t total; /* what percentages are of */
};

enum report_flags {
	REPORT_NEEDS_GRAPH = 1 << 0,
	/* Flag and first word; without it first word only. */
	REPORT_FORMAT = 1 << 1,
	/* Not one of the rows of a graph limits them to 80 where nobody said how many. */
	REPORT_ALL_ROWS = 1 << 2,
};

struct report {
	const char *name;
	const char *argument; /* what stands behind the name: "regex", or NULL */
	const char *help;     /* one line, without a full stop */
	const char *details;  /* how to read it, some lines of at most 78 columns, or NULL */
	unsigned flags;
	/* NULL for a report of the reference that this version does not have yet. */
	int (*run)(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
};

#define REPORTS_MAX 48 /* room for all of them */

/* All reports, in alphabetical order, and one without a name at the end. */
extern const struct report reports[];

/* NULL when there is none of that name. */
const struct report *report_find(const char *name);

/* The sum of |value| over the samples of a view, or those of the base of a difference; divided for a mean. */
int64_t report_total(const struct view *view, size_t column, bool mean);

int top_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);

#endif
