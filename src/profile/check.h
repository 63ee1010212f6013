/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_CHECK_H
#define PROFILE_CHECK_H

#include "assay/error.h"
#include "profile/model.h"

/*
 * The rules of the model that hold for every profile, however it was made: samples need sample types, each sample has
 * a value per type, and inlined calls do not multiply stacks beyond measure. Ids and references have become indexes before; whoever resolved them has checked them.
 */
int profile_check(const struct assay_profile *p, struct assay_diag *diag);

#endif
