/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_NOISE_H
#define COMPARE_NOISE_H

#include "compare/comparison.h"

/*
 * Whether what changed is more than chance. With several runs on a side, each row is tested with the U test of Mann
 * and Whitney, and p is corrected for the number of rows tested. With one run on each side, nothing is known of how
 * runs vary; then a value stands for as many samples as were counted, and samples come with an error of one over the
 * root of their number.
 */

struct noise_options {
	bool cum;          /* judge cum instead of flat */
	double alpha;      /* the rate of false alarms to stay below */
	double dispersion; /* by how much counts vary more than chance alone has them, for one run on each side */
	/*
	 * Rows are tested where, over all runs of both sides, they reach one of these on average. To choose them by how
	 * much they changed would be to choose the false alarms.
	 */
	wide min_value;   /* in the unit of the comparison; 0 for all rows, negative for none */
	double min_share; /* of the total; negative for none */
};

enum noise_verdict {
	NOISE_UNTESTED, /* too small, or nothing can be said */
	NOISE_WITHIN,   /* no more than chance would do */
	NOISE_BEYOND,   /* more than that */
};

struct noise_row {
	enum noise_verdict verdict;
	double p;               /* corrected; 1 where it was not tested */
	double spread[N_SIDES]; /* the standard deviation, in the unit of the comparison */
};

enum noise_method {
	NOISE_NONE,   /* one run on a side, and no counts: nothing can be said */
	NOISE_RUNS,   /* the U test */
	NOISE_COUNTS, /* from the numbers of samples */
};

struct noise {
	enum noise_method method;
	struct noise_row *rows; /* by row of the comparison */
	size_t n_tested;
	/*
	 * With this many runs on each side a single row that changed could be told; 0 when there are enough. Where there
	 * are not, no row is called NOISE_WITHIN.
	 */
	size_t runs_needed;
};

int noise_judge(
	struct noise *noise, const struct comparison *c, const struct noise_options *o, struct assay_diag *diag);
void noise_release(struct noise *noise);

#endif
