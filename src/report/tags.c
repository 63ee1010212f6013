/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/diag.h"

int tags_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	(void)ctx;
	(void)out;
	return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "tags: being written");
}
