/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_COMPARISON_H
#define COMPARE_COMPARISON_H

#include "base/ckd.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "graph/graph.h"

/*
 * Two sides, OLD and NEW, brought together by name. A side is one run of a program or several. What is taken of a run
 * are the rows of its graph: they are copied, so that graph and profile may go before the next run is read, and what
 * is held in the end is a name and a few numbers per row and run.
 *
 *     comparison_init()  comparison_add_run() for each run  comparison_join()  then rows and values may be read
 */

enum side {
	SIDE_OLD,
	SIDE_NEW,
	N_SIDES,
};

/* Of one row in one run, in the unit of the comparison; counts are of samples, 0 where the profile has no such column. */
struct compare_values {
	wide flat, cum;
	wide flat_count, cum_count;
};

struct compare_run {
	enum side side;
	struct compare_values total; /* of which flat and cum are the same */
	uint32_t unit;               /* string */
	double scale;                /* what all values but counts were multiplied with, see comparison_normalize() */
};

struct compare_row {
	uint32_t names[N_SIDES]; /* strings; one side's stands for both where the other has no such row */
	bool in[N_SIDES];        /* whether the side has it, in any of its runs */
};

/* What a row has in one run. Most rows of many runs are in few of them, so only what is there takes memory. */
struct compare_cell {
	uint32_t run, name;
	struct compare_values values;
};

/* Those of one row, a run at most once, in the order of the runs. */
struct compare_cells {
	const struct compare_cell *items;
	size_t n;
};

struct comparison {
	struct strtab strings;
	VEC(struct compare_run) runs;   /* in the order in which they were added */
	VEC(struct compare_cell) cells; /* by run; after comparison_join() by row, and then by run */
	size_t n_runs[N_SIDES];
	uint32_t type, unit; /* strings: what is compared, in the finest unit that a run has */

	/* After comparison_join(). */
	VEC(struct compare_row) rows; /* in the order of their names */
	struct cell_range {
		size_t from, to;
	} * row_cells; /* by row */
};

/* A run as it is handed over. */
struct compare_source {
	const struct graph *graph;  /* all rows that are to be compared, with their names */
	const struct graph *counts; /* the same view and options but for the column, which counts samples; or NULL */
	int64_t per_count;          /* all of the graph is so many times its counts, which are not given then; or 0 */
	struct compare_values total;
	struct str type, unit;
};

int comparison_init(struct comparison *c, struct assay_diag *diag);
void comparison_release(struct comparison *c);

/*
 * ASSAY_ERR_FORMAT when the run measures something else than those before, or in units that cannot be brought to one;
 * diag->text names both.
 */
int comparison_add_run(
	struct comparison *c, enum side side, const struct compare_source *source, struct assay_diag *diag);

/*
 * Makes the rows. Those that one side alone has are matched by name with those of the other where it is certain that
 * they are the same function, see rename.h, unless names are to be taken as they are.
 */
int comparison_join(struct comparison *c, bool exact_names, struct assay_diag *diag);

/*
 * Brings each run of NEW to the mean of OLD's totals, whatever its own was; the answer is by what this multiplied the
 * mean of NEW. 1, and nothing done, where a side adds up to nothing.
 */
double comparison_normalize(struct comparison *c);

static inline struct str comparison_str(const struct comparison *c, uint32_t id)
{
	return strtab_get(&c->strings, id);
}

static inline struct compare_cells comparison_cells(const struct comparison *c, size_t row)
{
	struct cell_range r = c->row_cells[row];

	return (struct compare_cells){ c->cells.items + r.from, r.to - r.from };
}

/* Found under another name than the one it has now. */
static inline bool compare_row_renamed(const struct compare_row *r)
{
	return r->names[SIDE_OLD] != r->names[SIDE_NEW];
}

/*
 * A value of a run as it would stand in a row: in the unit of all, and scaled as its run was. What is beyond 2^100
 * stops there.
 */
wide comparison_in_unit(const struct comparison *c, size_t run, wide value);

/* sum / n, rounded, half away from zero; 0 of nothing. */
wide comparison_divide(wide sum, size_t n);

/* The mean over the runs of a side; what a run does not have is 0 there. */
struct compare_values comparison_mean(const struct comparison *c, size_t row, enum side side);
struct compare_values comparison_total(const struct comparison *c, enum side side);

#endif
