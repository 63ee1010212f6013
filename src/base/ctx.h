/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/profile.h"

/* How often loops over samples look at the cancel flag: a power of two. */
#define CTX_POLL_SAMPLES 4096

static inline bool ctx_canceled(const struct assay_ctx *ctx)
{
	return ctx && ctx->cancel && *ctx->cancel;
}

static inline void ctx_progress(const struct assay_ctx *ctx, enum assay_progress step, uint64_t done, uint64_t total)
{
	if (ctx && ctx->progress)
		ctx->progress(ctx->data, step, done, total);
}

/* Tells how far a load is, and whether it is to stop there. */
static inline bool ctx_poll(const struct assay_ctx *ctx, enum assay_progress step, uint64_t done, uint64_t total)
{
	ctx_progress(ctx, step, done, total);
	return ctx_canceled(ctx);
}

/* Formats a line and hands it to the caller's warn function, if there is one. */
void ctx_warn(const struct assay_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same for a flaw of the input that was repaired or left out, which is counted too. */
void ctx_flaw(struct assay_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
