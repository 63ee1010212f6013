/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_LABEL_UNITS_H
#define PROFILE_LABEL_UNITS_H

#include "base/ctx.h"
#include "profile/model.h"

/*
 * All numbers under a label key are read in one unit: the first that any sample names. Where several are named, the
 * rest is told through ctx->warn, a line per key: "For tag mem used unit kb, also encountered unit(s) bytes".
 */
int label_units_warn(const struct assay_profile *p, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
