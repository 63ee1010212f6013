/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_LABEL_UNITS_H
#define PROFILE_LABEL_UNITS_H

#include "base/ctx.h"
#include "profile/model.h"

/*
 * All numbers under a label key are read in one unit: the first that any sample names. Where none names one, "bytes"
 * for keys that are known to count them, else the key itself.
 */
struct label_units {
	const struct assay_profile *profile;
	uint32_t *first; /* by string: the first unit, 0 for none; NULL when there are no labels */
};

/*
 * Where a key has several units, the others are told through ctx->warn, a line per key: "For tag mem used unit kb,
 * also encountered unit(s) bytes".
 */
int label_units_init(struct label_units *u, const struct assay_profile *p, struct assay_ctx *ctx,
	struct assay_diag *diag);
void label_units_release(struct label_units *u);

struct str label_unit(const struct label_units *u, uint32_t key);

#endif
