/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buf.h"
#include "compare/rename.h"
#include "compare/rules.h"
#include "graph/graph.h"
#include "profile/account.h"
#include "report/code.h"
#include "report/table.h"

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

/* The lines of a source file, as a report asks for them. */
struct source_text {
	const struct str *lines; /* line number n is lines[n - 1], without its newline */
	size_t n;
	struct str bytes; /* the whole file */
	struct str path;  /* where it was found */
	int64_t modified; /* when it was last written, in nanoseconds since 1970; 0 when unknown */
};

/* Two sides, for the reports that compare. */
struct report_comparison {
	const struct comparison *joined;
	const struct noise *noise;
	struct noise_options test;
	const struct rules *rules;  /* judged; NULL unless the report has REPORT_JUDGES */
	wide min_delta;             /* rows that changed less are left out; in the unit of the comparison */
	struct str names[N_SIDES];  /* what to call the sides: a file, or how many runs there are */
	double scale;               /* what the values of NEW were multiplied with, 1 where they were not */
};

/* The same for the views of a diff, which show more than rows of functions: both sides are there, as one profile. */
struct report_sides {
	struct graph *graphs[N_SIDES]; /* of the same nodes, all of them; there are no edges yet */
	wide totals[N_SIDES];          /* as they are shown, see sides_value() */
	size_t n_runs[N_SIDES];        /* by which values are divided */
	wide min_delta;                /* what changed less is left out */
	struct str names[N_SIDES];
	double scale;                  /* what the values of NEW are multiplied with */
	const struct renames *renames; /* functions whose names in NEW stand in OLD, too */
};

struct report_ctx {
	const struct assay_profile *profile;
	const struct view *view;
	struct graph *graph; /* NULL unless the report has REPORT_NEEDS_GRAPH */
	const struct tags *tags; /* of the graph; NULL unless the report has REPORT_VISUAL */
	const struct report_options *options;
	const struct label_units *units; /* of numeric labels */
	struct assay_ctx *ctx;
	enum granularity granularity;
	size_t column; /* of the sample types */
	bool mean;
	bool columns; /* show column numbers where lines are shown */
	wide total; /* what percentages are of */

	/* NULL unless the report has REPORT_COMPARES, which then has no profile, no view and no graph. */
	const struct report_comparison *comparison;

	/* NULL but for report->compare(), which then has a profile and neither view nor graph. */
	const struct report_sides *sides;
	const struct renames *renames; /* of a view of diff that is a subtraction, or NULL */

	/* What stood behind the report's name, as text and compiled; NULL for a report without argument. */
	const char *argument;
	const struct regex *pattern;
	struct regex_budget *budget;

	/*
	 * Reads a source file by the path that the profile recorded. The text lives as long as the report. On failure
	 * diag->text is what to print in its place, such as "open /x.c: no such file or directory".
	 */
	int (*read_source)(void *data, struct str path, struct source_text *text, struct assay_diag *diag);
	void *source_data;

	const struct mapping_account *accounts; /* by mapping: where names came from; none when nobody looked */
	size_t n_accounts;

	const struct code *code; /* NULL when there is nobody to ask for binaries */

	/* Adds a profile in the form in which profiles are kept in files, for the reports that are one. */
	int (*encode)(const struct assay_profile *profile, const struct assay_ctx *ctx, struct buf *out,
		struct assay_diag *diag);
};

enum report_flags {
	REPORT_NEEDS_GRAPH = 1 << 0,
	/* Flag and first word; without it first word only. */
	REPORT_FORMAT = 1 << 1,
	/* Where nobody said how many rows, all of them and not 80. */
	REPORT_ALL_ROWS = 1 << 2,
	/* The limits nodecount, nodefraction and edgefraction do not count, nor does -trim. */
	REPORT_UNTRIMMED = 1 << 3,
	/* The granularity is the report's, whatever was asked for. */
	REPORT_BY_LINE = 1 << 4,
	REPORT_BY_ADDRESS = 1 << 5,
	/* Functions of one name in different binaries are different nodes, see struct graph_options. */
	REPORT_SPLIT_OBJECTS = 1 << 6,
	/* Sorted by entropy and trimmed with its labels, to be drawn. */
	REPORT_VISUAL = 1 << 7,
	/* No text: not for a terminal. */
	REPORT_BINARY = 1 << 8,
	/* -call_tree counts. */
	REPORT_CALL_TREES = 1 << 9,
	/* Of two sides: `assay NAME OLD NEW`, or `assay NAME OLD... -vs NEW...`. */
	REPORT_COMPARES = 1 << 10,
	/* The same, with rules for it; one side is enough. */
	REPORT_JUDGES = 1 << 11,
	/* Inlined calls are not shown, or always are, whatever -noinlines says. */
	REPORT_NO_INLINES = 1 << 12,
	REPORT_INLINES = 1 << 13,
	/* About the binaries of the profile: all of them are looked for. */
	REPORT_ACCOUNTS = 1 << 14,
	/* All that the sources hold, for others to look at: even a single one is merged, and drop_frames are theirs. */
	REPORT_MERGES = 1 << 15,
	/* In the shell ten rows, where nobody said how many. */
	REPORT_TEN_ROWS = 1 << 20,
	/* In the shell the expressions behind it are about labels. */
	REPORT_OF_LABELS = 1 << 21,
};

struct report {
	const char *name;
	const char *argument; /* what stands behind the name: "regex", or NULL */
	const char *help;     /* one line, without a full stop */
	const char *details;  /* how to read it, some lines of at most 78 columns, or NULL */
	unsigned flags;
	/* NULL for a report of the reference that this version does not have yet. */
	int (*run)(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);

	/* The same rows for programs, from table_field_...() on; NULL for a report that has none. */
	int (*table)(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);

	/* What becomes of the text. Files get names that end in suffix. */
	const char *suffix;
	const char *picture; /* what graphviz's dot makes of it: "svg", or NULL for nothing */
	const char *viewer;  /* the command that shows it, REPORT_BROWSER, or NULL for none */

	/*
	 * As a view of diff, from ctx->sides. The same as run where the report shows a difference by the signs of its
	 * values and not side by side. NULL where there is no such view.
	 */
	int (*compare)(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
};

#define REPORT_BROWSER "browser"

#define REPORTS_MAX 48 /* room for all of them */

/* All reports, in alphabetical order, and one without a name at the end. */
extern const struct report reports[];

/* NULL when there is none of that name. */
const struct report *report_find(const char *name);

/* A report's rows in a format other than text: the object around them, and what its row->table() adds. */
int report_print_table(const struct report *report, const struct report_ctx *ctx, enum table_format format,
	struct buf *out, struct assay_diag *diag);

/* The sum of |value| over the samples of a view, or those of the base of a difference; divided for a mean. */
wide report_total(const struct view *view, size_t column, bool mean);

int callgrind_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int check_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int check_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int comments_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int diff_list_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int diff_peek_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int diff_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int diff_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int diff_tree_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int disassembly_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int dot_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int flamegraph_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int folded_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int list_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int list_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int peek_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int peek_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int proto_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int raw_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int symbols_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int symbols_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int tags_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int tags_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int top_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int top_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int topproto_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int traces_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int traces_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int tree_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);
int tree_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag);
int weblist_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag);

#endif
