/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/unpack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#include "assay-config.h"
#include "base/diag.h"

#if HAVE_ZSTD
#include <zstd.h>
#endif
#if HAVE_LZMA
#include <lzma.h>
#endif

/* What deflate reaches on zeros. zstd may reach more, but never does on what linkers write. */
#define MOST_GROWTH 1032

static bool inflate_zlib(struct bytes packed, uint8_t *to, size_t n)
{
	uLongf got = n;
	uLong used = packed.n;

	return uncompress2(to, &got, packed.p, &used) == Z_OK && got == n;
}

#if HAVE_ZSTD
static bool inflate_zstd(struct bytes packed, uint8_t *to, size_t n)
{
	return ZSTD_decompress(to, n, packed.p, packed.n) == n;
}
#endif

static int unpack_sized(bool (*inflate_bytes)(struct bytes, uint8_t *, size_t), struct bytes packed, uint64_t size,
	uint64_t limit, uint8_t **out, struct assay_diag *diag)
{
	uint8_t *to;

	if (size > limit || size / MOST_GROWTH > packed.n)
		return diag_set(diag, ASSAY_ERR_TOO_BIG, "%zu compressed bytes claim to be %llu", packed.n,
			(unsigned long long)size);
	to = malloc(size ? size : 1);
	if (!to)
		return diag_nomem(diag, "a compressed section");
	if (!inflate_bytes(packed, to, size)) {
		free(to);
		return diag_set(diag, ASSAY_ERR_FORMAT, "a compressed section is damaged");
	}
	*out = to;
	return 0;
}

#if HAVE_LZMA
/* Doubles the room for what comes out; false when the limit or memory does not allow it. */
static bool make_room(lzma_stream *s, uint8_t **to, size_t *cap, uint64_t limit)
{
	size_t want = *cap ? *cap * 2 : (size_t)1 << 16;
	uint8_t *grown;

	if (want > limit)
		return false;
	grown = realloc(*to, want);
	if (!grown)
		return false;
	s->next_out = grown + s->total_out;
	s->avail_out = want - (size_t)s->total_out;
	*to = grown;
	*cap = want;
	return true;
}

static int unpack_xz(struct bytes packed, uint64_t limit, uint8_t **out, size_t *n_out, struct assay_diag *diag)
{
	lzma_stream s = LZMA_STREAM_INIT;
	uint8_t *to = NULL;
	size_t cap = 0;
	lzma_ret ret = LZMA_OK;

	if (packed.n < limit / MOST_GROWTH)
		limit = (uint64_t)packed.n * MOST_GROWTH + ((uint64_t)1 << 16);
	if (lzma_stream_decoder(&s, (uint64_t)256 << 20, 0) != LZMA_OK)
		return diag_nomem(diag, "compressed symbols");
	s.next_in = packed.p;
	s.avail_in = packed.n;
	while (ret == LZMA_OK) {
		if (!s.avail_out && !make_room(&s, &to, &cap, limit))
			break;
		ret = lzma_code(&s, LZMA_FINISH);
	}
	*n_out = (size_t)s.total_out;
	lzma_end(&s);
	if (ret != LZMA_STREAM_END) {
		free(to);
		return diag_set(diag, ASSAY_ERR_FORMAT, "compressed symbols are damaged or too large");
	}
	*out = to;
	return 0;
}
#endif

int unpack(enum unpack_kind kind, struct bytes packed, uint64_t size, uint64_t limit, uint8_t **out, size_t *n_out,
	struct assay_diag *diag)
{
	int err = ASSAY_ERR_UNSUPPORTED;

	(void)limit;
	switch (kind) {
	case UNPACK_ZLIB:
		err = unpack_sized(inflate_zlib, packed, size, limit, out, diag);
		break;
	case UNPACK_ZSTD:
#if HAVE_ZSTD
		err = unpack_sized(inflate_zstd, packed, size, limit, out, diag);
		break;
#else
		return diag_set(diag, err, "this build has no zstd, with which a section is compressed");
#endif
	case UNPACK_XZ:
#if HAVE_LZMA
		return unpack_xz(packed, limit, out, n_out, diag);
#else
		return diag_set(diag, err, "this build has no lzma, with which symbols are compressed");
#endif
	}
	if (!err)
		*n_out = size;
	return err;
}
