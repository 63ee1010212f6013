/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_H
#define PROFILE_MERGE_H

#include "base/ctx.h"
#include "profile/builder.h"

/*
 * Several profiles as one. Samples with the same stack and labels become one sample with the sum of their values; so do
 * functions, mappings and locations that say the same, though a mapping may have been loaded at another address in each
 * run. What no sample refers to, and samples without any value, are left behind. Objects get the ids 1, 2, 3 ... in the
 * order in which samples first need them.
 *
 * The profiles, one or more, are only read. Fails with ASSAY_ERR_FORMAT where merge_check() does.
 */
int merge_profiles(struct profile_builder *out, const struct assay_profile *const *profiles, size_t n,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* Whether two profiles measure the same things in the same units, column by column. ASSAY_ERR_FORMAT when not. */
int merge_check(const struct assay_profile *a, const struct assay_profile *b, struct assay_diag *diag);

#endif
