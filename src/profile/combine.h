/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COMBINE_H
#define PROFILE_COMBINE_H

#include "base/ctx.h"
#include "profile/builder.h"

/*
 * Several profiles made to measure the same, and then merged: columns that not all of them have go, and units become
 * the finest that any of them has. A single one is not merged: it keeps its ids, and what no sample refers to.
 *
 * The profiles, one or more, are used up, also on failure.
 */
int combine(struct profile_builder *out, struct profile_builder *parts, size_t n, struct assay_ctx *ctx,
	struct assay_diag *diag);

/*
 * The same for one profile after the other, as long as they all measure the same to begin with. What is to become of
 * a profile may depend on all the others, so those that measure something else must be combined at once.
 *
 * `struct combiner c = { NULL };` is an empty one.
 */
struct merger;

struct combiner {
	struct merger *merger;        /* NULL while there is but one */
	struct profile_builder alone; /* that one, or nothing */
};

void combiner_release(struct combiner *c);

bool combiner_is_empty(const struct combiner *c);

/* Whether combiner_add() comes to the same as combine() for all of them would. */
bool combiner_takes(const struct combiner *c, const struct assay_profile *p);

/* Adds a profile that combiner_takes(). It is used up, also on failure. */
int combiner_add(struct combiner *c, struct profile_builder *b, struct assay_ctx *ctx, struct assay_diag *diag);

/* What cancels out in what was added so far shall go now, as merger_settle() does it. */
int combiner_settle(struct combiner *c, struct assay_diag *diag);

/* What combine() would have made of those that were added, which may not be none; c is empty then, also on failure. */
int combiner_finish(struct combiner *c, struct profile_builder *out, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
