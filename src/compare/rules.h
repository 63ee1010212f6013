/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_RULES_H
#define COMPARE_RULES_H

#include "base/regex.h"
#include "compare/noise.h"

/*
 * What must hold of a profile, or of two sides, said in lines such as
 *
 *     flat(^runtime\.mallocgc$) <= 10%
 *     cum(main\.handle) <= 1.5s
 *     ?growth(cum, .*) <= 5%
 *     growth(total) <= 3%
 *     total < 30s
 *
 * [?]NAME(REGEX) OP NUMBER[%|unit]. flat is the sum over the functions that match, cum what the samples weigh that
 * pass through any of them, each counted once, total the whole column. Percentages are of the total without filters. A
 * growth is of the old value, with one verdict per function. A rule with a question mark may match no function.
 *
 * The order of calls: rules_add() for each text, rules_measure() for each run while its view is there, and after
 * comparison_join() rules_judge().
 */

enum rule_kind {
	RULE_FLAT,
	RULE_CUM,
	RULE_TOTAL,
};

enum rule_operator {
	RULE_LESS,
	RULE_AT_MOST,
	RULE_MORE,
	RULE_AT_LEAST,
};

struct rule {
	char *text; /* as written, without blanks around it */
	bool optional, growth;
	enum rule_kind kind;
	struct regex *pattern; /* NULL for the total */
	enum rule_operator op;
	double number;
	bool percent;
	struct str unit;   /* of number, "" for that of the column; points into text */
	VEC(wide) weights; /* by run: of the samples that pass through a match */
};

enum verdict_kind {
	VERDICT_HOLDS,
	VERDICT_BROKEN,
	VERDICT_NOISE, /* beyond the limit, but no more than chance would make */
	VERDICT_SMALL, /* beyond the limit, but below min_delta */
};

struct verdict {
	uint32_t rule; /* index */
	uint32_t row;  /* of the comparison, for a growth of functions; else UINT32_MAX */
	enum verdict_kind kind;
	wide old, value; /* old is 0 but for a growth */
	double limit;    /* in the unit of the comparison; for a growth in percent, percent */
	double p;        /* 1 where it was not tested */
};

struct rules {
	VEC(struct rule) items;
	VEC(struct verdict) verdicts; /* in the order of the rules, those of one rule broken ones first */
};

void rules_release(struct rules *r);

/* ASSAY_ERR_ARGUMENT with what is wrong and in which column, counted from 1. */
int rules_add(struct rules *r, struct str text, struct assay_diag *diag);

/* Whether any of them compares with an old side. */
bool rules_need_sides(const struct rules *r);

/* For the run that was added to the comparison last, with its graph. */
int rules_measure(struct rules *r, struct graph *graph, struct regex_budget *budget, struct assay_ctx *ctx,
	struct assay_diag *diag);

struct rules_options {
	wide min_delta;               /* smaller changes break no growth */
	const struct noise *noise[2]; /* by flat and cum */
};

/*
 * ASSAY_ERR_ARGUMENT for a rule that matches no function, or whose unit is none of the column's. What a rule of growth
 * finds is VERDICT_NOISE where noise says that it is, or that it is too small for a test.
 */
int rules_judge(struct rules *r, const struct comparison *c, const struct rules_options *o, struct regex_budget *budget,
	struct assay_diag *diag);

#endif
