/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PEEK_H
#define REPORT_PEEK_H

#include "report/report.h"

/* By node, which rows of g have a name, as it is printed, that matches; ASSAY_ERR_NO_MATCH where none has. */
int peek_match(const struct report_ctx *ctx, const struct graph *g, uint8_t *wanted, struct assay_diag *diag);

#endif
