/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_PRUNE_H
#define PROFILE_PRUNE_H

#include "base/ctx.h"
#include "profile/builder.h"

/*
 * Applies the profile's own drop_frames and keep_frames: frames of the allocator, the profiler and such that its
 * writer does not want to be seen, with everything that they called. An expression that does not compile, or takes too
 * long, is left aside with a warning, for it is the file's fault and not the reader's.
 */
int prune_uninteresting(struct profile_builder *b, struct assay_ctx *ctx, struct assay_diag *diag);

/*
 * A function's name as pruning compares it: without a leading '.', and cut at the first '(' that opens neither
 * "(anonymous namespace)" nor belongs to "operator()".
 */
struct str prune_simple_name(struct str name);

#endif
