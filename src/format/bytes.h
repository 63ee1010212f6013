/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_BYTES_H
#define FORMAT_BYTES_H

#include "base/ctx.h"

/* The whole input in memory, inflated where it was compressed. */
struct bytes {
	uint8_t *data;
	size_t len;
	size_t forgotten; /* a prefix whose pages were given back */
	bool borrowed;    /* somebody else's memory: neither freed nor given back */
	bool inflated;    /* done with, and counted against the limit */
};

#define BYTES_INIT { 0 }

/*
 * Reads a file, or standard input for "-", whole into memory. Compressed pipes are inflated while they are read, so
 * that what was compressed is never held; a compressed file is left as it is, for bytes_inflate().
 */
int bytes_read(struct bytes *out, const char *path, struct assay_ctx *ctx, struct assay_diag *diag);

/*
 * Inflates b in place when it starts like gzip, else leaves it as it is. Takes the inflated size from what ctx still
 * allows. Several members are joined.
 */
int bytes_inflate(struct bytes *b, struct assay_ctx *ctx, struct assay_diag *diag);

/* The first n bytes will not be looked at again: their memory may go. */
void bytes_forget(struct bytes *b, size_t n);

/* The same for those from n on. */
void bytes_forget_end(struct bytes *b, size_t n);

void bytes_release(struct bytes *b);

/* ASSAY_ERR_TOO_BIG, said the same way wherever the limit is reached. */
int bytes_too_big(struct assay_diag *diag);

#endif
