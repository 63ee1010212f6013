/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_FORMATS_H
#define FORMAT_FORMATS_H

#include "base/str.h"
#include "format/bytes.h"
#include "profile/builder.h"

/*
 * A format that profiles come in. read() fills an empty builder. When it fails, *mine tells whether the bytes are of
 * this format at all: if so its error is the answer, else the next format is tried.
 */
struct format {
	const char *name;
	int (*read)(struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx,
		struct assay_diag *diag);
};

/* The format with that name, or NULL. */
const struct format *format_find(const char *name);

/* How files of `perf record` start, which no reader here can read. */
#define PERF_DATA_MAGIC STR("PERFILE2")

/* Reads a source, "-" being standard input, whatever its format; b must be empty. */
int formats_open(struct profile_builder *b, const char *path, struct assay_ctx *ctx, struct assay_diag *diag);

/* The same for bytes in memory. May give their memory back while it reads. */
int formats_read(struct profile_builder *b, struct bytes *bytes, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
