/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/ckd.h"
#include "view/materialize.h"

/* Every value, whether its column is the one that is looked at or not; samples that come to nothing stay. */
static void divide_values(struct assay_profile *p, double ratio)
{
	for (size_t i = 0; i < p->values.n; i++)
		p->values.items[i] = trunc_to_int64((double)p->values.items[i] * ratio);
}

/* The profile with what the filters leave of it, as a file. */
int proto_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	double divide_by = ctx->options->divide_by;
	const struct assay_profile *p;
	struct profile_builder b;
	int err;

	if (divide_by == 1 && view_is_whole(ctx->view))
		return ctx->encode(ctx->profile, ctx->ctx, out, diag);
	err = view_materialize(ctx->view, ctx->columns, &b, ctx->ctx, diag);
	if (err)
		return err;
	if (divide_by != 1)
		divide_values(b.profile, 1 / divide_by);
	err = profile_seal(&b, &p, diag);
	if (!err) {
		err = ctx->encode(p, ctx->ctx, out, diag);
		profile_free(p);
	}
	builder_release(&b);
	return err;
}
