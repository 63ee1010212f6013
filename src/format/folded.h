/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_FOLDED_H
#define FORMAT_FOLDED_H

#include "format/formats.h"

/*
 * Folded stacks, "main;run;memcpy 12": a line per stack, root first, and its count behind the last blank. There is no
 * signature, so that any text whose lines all end in whole numbers is one: to be tried last.
 */
int folded_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
