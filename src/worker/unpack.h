/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_UNPACK_H
#define WORKER_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "assay/error.h"

/*
 * Compressed bytes of a binary, unpacked into memory that the caller frees. A size that the file claims is believed
 * only up to what the packing can do at most, so that a small file cannot ask for much memory.
 */
enum unpack_kind {
	UNPACK_ZLIB,
	UNPACK_ZSTD,
	UNPACK_XZ, /* the size is not known before: pass 0 */
};

struct bytes {
	const uint8_t *p;
	size_t n;
};

/* limit is the most bytes that may come out. Fails unless exactly size of them (when size is not 0) do. */
int unpack(enum unpack_kind kind, struct bytes packed, uint64_t size, uint64_t limit, uint8_t **out, size_t *n_out,
	struct assay_diag *diag);

#endif
