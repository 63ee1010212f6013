/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COLUMNS_H
#define PROFILE_COLUMNS_H

#include "assay/error.h"
#include "profile/builder.h"

/*
 * Leaves each profile only the columns that all of them have, in the order of the first one, so that they can be
 * combined. A name that stands twice in a profile is ambiguous and thus not common, even where there is but one
 * profile. ASSAY_ERR_FORMAT when no column is left.
 */
int columns_make_common(struct profile_builder *profiles, size_t n, struct assay_diag *diag);

/*
 * The column that sample_index names: "" for the profile's default (else the last one), a number, or the name of a
 * type, with a leading "inuse_" if need be. ASSAY_ERR_ARGUMENT with the choices in diag.
 */
int columns_find(const struct assay_profile *p, struct str sample_index, size_t *column, struct assay_diag *diag);

#endif
