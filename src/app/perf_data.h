/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_PERF_DATA_H
#define APP_PERF_DATA_H

#include "base/ctx.h"
#include "profile/builder.h"

/*
 * Files of `perf record`, which only another program can read: perf_to_profile, of the project perf_data_converter. It
 * is started because the person named it, and never because of what a file holds.
 */

/*
 * Reads a source as formats_open() does, but has the program convert it first if it starts like perf's data. Standard
 * input may be perf's data too; program is a path, or a name that is looked for in $PATH.
 */
int perf_data_open(struct profile_builder *b, const char *source, const char *program, struct assay_ctx *ctx,
	struct assay_diag *diag);

#endif
