/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BUILDER_H
#define PROFILE_BUILDER_H

#include "assay/error.h"
#include "profile/model.h"

/*
 * A profile under construction. Readers fill its columns, the operations on whole profiles (columns.h, prune.h, ...)
 * change them, and profile_seal() ends that: what it returns is never changed again.
 *
 * The builder's profile may be written to directly, as long as indexes stay in range; the sample columns belong
 * together, so samples are added through builder_end_sample() after their values, stack and labels.
 */
struct profile_builder {
	struct assay_profile *profile; /* NULL after profile_seal() and builder_release() */
};

int builder_init(struct profile_builder *b, struct assay_diag *diag);
void builder_release(struct profile_builder *b);

/* Interns a text. Fails with diag set. */
int builder_intern(struct profile_builder *b, struct str text, uint32_t *id, struct assay_diag *diag);

/* What was pushed to values, stacks and labels since the last call becomes a sample. */
int builder_end_sample(struct profile_builder *b, struct assay_diag *diag);

/*
 * Makes the profile immutable: sums its columns, checks what readers cannot check while they read. On failure the
 * builder keeps the profile.
 */
int profile_seal(struct profile_builder *b, const struct assay_profile **out, struct assay_diag *diag);

void profile_free(const struct assay_profile *p);

#endif
