/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_LABEL_FILTER_H
#define VIEW_LABEL_FILTER_H

#include "base/pairs.h"
#include "base/regex.h"
#include "view/view.h"

/*
 * One of tagfocus and tagignore: "[key=]N", "[key=]N:", "[key=]:N", "[key=]N:M" with units behind the numbers are a
 * range for numeric labels; anything else is regular expressions, with commas between them, for string labels.
 */
struct label_filter {
	const struct view *view;
	bool is_set, is_range;
	bool has_key;
	uint32_t key; /* PROFILE_NONE when no label has it */

	bool has_low, has_high;
	double low, high;
	struct str unit; /* what values are compared in */

	VEC(struct label_pattern) patterns;
	struct pairs seen; /* key and text of labels, each matched once; the key is 0 where it does not count */
	struct regex_budget *budget;
	int err; /* the first failure; from then on nothing matches */
};

/* option is "tagfocus" or "tagignore"; an empty value leaves f unset. */
int label_filter_init(struct label_filter *f, const struct view *v, const char *option, struct str value,
	struct regex_budget *budget, struct assay_ctx *ctx, struct assay_diag *diag);
void label_filter_release(struct label_filter *f);

bool label_filter_matches(struct label_filter *f, const struct label_units *units, size_t sample);

/* Drops the samples that focus does not match or ignore does. */
int label_filters_apply(struct view *v, struct label_filter *focus, struct label_filter *ignore,
	const struct label_units *units, struct assay_ctx *ctx, struct assay_diag *diag);

/* tagshow and taghide: keys whose labels are not there. */
int label_keys_apply(struct view *v, const struct filter_options *o, struct regex_budget *budget, struct assay_ctx *ctx,
	struct assay_diag *diag);

#endif
