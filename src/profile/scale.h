/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SCALE_H
#define PROFILE_SCALE_H

#include "assay/error.h"
#include "profile/builder.h"

/* Values times a factor, on whole profiles before they are combined. */

/*
 * Multiplies each column by its ratio. A sample stays only if a column whose ratio is not 1 has a value afterwards, so
 * one that counts in other columns alone goes, too; where all ratios are 1, nothing does.
 */
void scale_columns(struct profile_builder *b, const double *ratios);

/* All values by one factor. */
int scale_all(struct profile_builder *b, double ratio, struct assay_diag *diag);

/* Makes each column of source add up to what it does in base. ASSAY_ERR_FORMAT when they measure different things. */
int scale_normalize(struct profile_builder *source, const struct assay_profile *base, struct assay_diag *diag);

/*
 * Brings period and columns of several profiles to common units, the finest that any of them has: milliseconds and
 * nanoseconds become nanoseconds. ASSAY_ERR_FORMAT where types do not fit together. One profile is left as it is.
 */
int scale_unify(struct profile_builder *profiles, size_t n, struct assay_diag *diag);

#endif
