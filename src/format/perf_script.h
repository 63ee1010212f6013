/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_PERF_SCRIPT_H
#define FORMAT_PERF_SCRIPT_H

#include "format/formats.h"

/*
 * What `perf script` prints:
 *
 *     sh 16459 [001]  6400.215018:     250000 cpu-clock:
 *     	ffffffff82200ff1 _raw_spin_unlock_irq+0x11 ([kernel.kallsyms])
 *     	           14f38 main+0x158 (/usr/bin/sh)
 *
 * Which of these fields there are is up to the options of that command; without call chains the only frame stands on
 * the first line. Two passes: the first finds the events, which become columns.
 */
int perf_script_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
