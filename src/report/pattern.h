/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PATTERN_H
#define REPORT_PATTERN_H

#include "report/report.h"

/* What stands behind the name of a report: a regular expression, and sometimes an address. */

/* Whether the expression matches a text. ASSAY_ERR_TOO_BIG when that takes too long, ASSAY_ERR_NOMEM. */
int pattern_search(const struct report_ctx *ctx, struct str text, bool *found, struct assay_diag *diag);

/* The argument as an address: 0x4b43c0, 0b1, 017, 0o17, 1_000; false when it is none. */
bool pattern_address(const struct report_ctx *ctx, uint64_t *address);

#endif
