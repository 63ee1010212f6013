/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_GZIP_H
#define FORMAT_GZIP_H

#include <stdbool.h>

#include "base/buf.h"
#include "format/bytes.h"

/* Whether the bytes start like a gzip member. */
static inline bool gzip_is(const uint8_t *data, size_t len)
{
	return len >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/*
 * Inflates gzip members that are whole in memory, into out, which must be empty. Fails with ASSAY_ERR_TOO_BIG as soon
 * as there are more than limit bytes, whatever the trailer claims. On failure out must be released as well.
 */
int gzip_inflate(struct bytes *out, const uint8_t *data, size_t len, uint64_t limit, struct assay_diag *diag);

/* The same piece by piece, for what comes through a pipe. */
struct inflater;

/* out is where the inflated bytes go; it must stay where it is. */
int inflater_new(struct inflater **inf, struct bytes *out, uint64_t limit, struct assay_diag *diag);
int inflater_feed(struct inflater *inf, const uint8_t *data, size_t len, bool last, struct assay_diag *diag);
void inflater_free(struct inflater *inf);

/* Adds one member, with a header that says neither name nor time nor system. */
int gzip_deflate(struct buf *out, const uint8_t *data, size_t len, struct assay_diag *diag);

/* The libraries that do it, for --version: "zlib 1.2.13, libdeflate 1.14". */
const char *gzip_backends(void);

#endif
