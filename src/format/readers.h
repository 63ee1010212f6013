/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_READERS_H
#define FORMAT_READERS_H

#include "format/formats.h"

/* The readers of the table in formats.c, a file each; the files say what they read. See struct format. */
#define READER(name)                                                                                \
	int name(struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, \
		struct assay_diag *diag)

READER(gperftools_cpu_read);
READER(heap_text_read);
READER(go_count_read);
READER(threadz_read);
READER(contention_read);
READER(java_read);
READER(go_goroutines_read);
READER(perf_script_read);
READER(folded_read);

#endif
