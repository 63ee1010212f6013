/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

/* All comments, also those starting with #, which the header of other reports leaves out. */
int comments_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	const struct assay_profile *p = ctx->profile;

	(void)diag;
	for (size_t i = 0; i < p->comments.n; i++) {
		buf_add_safe(out, profile_str(p, p->comments.items[i]));
		buf_add_char(out, '\n');
	}
	return 0;
}
