/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BINARY_H
#define PROFILE_BINARY_H

#include "assay/error.h"
#include "profile/builder.h"

/* A profile without any mapping gets one that says nothing, which every location then belongs to. */
int binary_ensure(struct profile_builder *b, struct assay_diag *diag);

/* A mapping whose file is the URL that it was fetched from, and which has no build id, names no binary. */
void binary_forget_urls(struct profile_builder *b);

/* What the person knows better than the file: the main binary's path, and its build id where the file has none. */
int binary_override(struct profile_builder *b, const char *file, const char *build_id, struct assay_diag *diag);

#endif
