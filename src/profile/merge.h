/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_H
#define PROFILE_MERGE_H

#include "base/buf.h"
#include "base/ctx.h"
#include "profile/builder.h"

/*
 * Several profiles as one. Samples with the same stack and labels become one sample with the sum of their values; so do
 * functions, mappings and locations that say the same, though a mapping may have been loaded at another address in each
 * run. What no sample refers to, and samples without any value, are left behind. Objects get the ids 1, 2, 3 ... in the
 * order in which samples first need them.
 *
 * The profiles are only read. They are added one by one and may go as soon as they are, so that memory is needed for
 * what is different in them and for one of them, however many they are.
 */
struct merger;

int merger_new(struct merger **out, struct assay_ctx *ctx, struct assay_diag *diag);
void merger_free(struct merger *m);

/* Fails with ASSAY_ERR_FORMAT where merge_check() does. After any failure the merger is good for merger_free() only. */
int merger_add(struct merger *m, const struct assay_profile *p, struct assay_diag *diag);

/*
 * Leaves behind the samples whose values have cancelled out so far. Without it they keep their places until the end, as
 * more may come for them. On failure *m is what it was.
 */
int merger_settle(struct merger **m, struct assay_diag *diag);

/* The sum of what was added, settled; m is freed, also on failure. */
int merger_finish(struct merger *m, struct profile_builder *out, struct assay_diag *diag);

/* What there is of it now; valid until the next call. */
const struct assay_profile *merger_profile(const struct merger *m);

/* The same for profiles, one or more, that are all there. */
int merge_profiles(struct profile_builder *out, const struct assay_profile *const *profiles, size_t n,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* Whether two profiles measure the same things in the same units, column by column. ASSAY_ERR_FORMAT when not. */
int merge_check(const struct assay_profile *a, const struct assay_profile *b, struct assay_diag *diag);

/* What it measures: "[samples/count cpu/nanoseconds]". */
void merge_add_types(struct buf *out, const struct assay_profile *p);

#endif
