/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ctx.h"

#include <stdarg.h>

#include "base/buf.h"

static void warn(const struct assay_ctx *ctx, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT;

	if (!ctx || !ctx->warn)
		return;
	buf_vaddf(&b, fmt, ap);
	/* A warning that found no memory still says that there was one. */
	ctx->warn(ctx->data, b.failed ? "out of memory for a warning" : b.data);
	buf_release(&b);
}

void ctx_warn(const struct assay_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	warn(ctx, fmt, ap);
	va_end(ap);
}

void ctx_flaw(struct assay_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	if (ctx)
		ctx->n_flaws++;
	va_start(ap, fmt);
	warn(ctx, fmt, ap);
	va_end(ap);
}
