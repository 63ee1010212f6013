/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ways to inflate. libdeflate is several times faster but wants one member, whole, and says little about what is
 * wrong; zlib takes pieces, goes from member to member and names the fault. So the first is tried where it can work,
 * and whatever it does not like is left to the second, which then has the last word. Deflating needs no such care: one
 * of them does it.
 */
#include "format/gzip.h"

#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "assay-config.h"
#include "base/diag.h"
#include "base/pages.h"

#if HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

#define FIRST_ROOM ((size_t)256 << 10)

/* Deflate cannot do better than this many bytes out of one. */
#define MOST_OUT_OF_ONE 1032

/* Profiles get some four times as large; a trailer that claims much more is not trusted with memory beforehand. */
#define WARM_RATIO 8

/* In the fourth byte of a member. */
#define HEADER_HAS_CRC 2

struct inflater {
	z_stream z;
	struct bytes *out;
	size_t cap;
	uint64_t limit;
	bool in_member;
	uint64_t consumed; /* of the compressed input */
};

int inflater_new(struct inflater **out, struct bytes *to, uint64_t limit, struct assay_diag *diag)
{
	struct inflater *inf = calloc(1, sizeof(*inf));

	if (!inf)
		return diag_nomem(diag, "inflating");
	inf->out = to;
	inf->limit = limit;
	inf->in_member = true;
	/* 16: a gzip header and trailer around the data. */
	if (inflateInit2(&inf->z, MAX_WBITS + 16) != Z_OK) {
		free(inf);
		return diag_nomem(diag, "inflating");
	}
	*out = inf;
	return 0;
}

void inflater_free(struct inflater *inf)
{
	if (!inf)
		return;
	inflateEnd(&inf->z);
	free(inf);
}

/* One byte more than the limit is asked for, so that reaching the limit and passing it can be told apart. */
static int make_room(struct inflater *inf, struct assay_diag *diag)
{
	struct bytes *b = inf->out;
	uint64_t most = inf->limit < UINT64_MAX ? inf->limit + 1 : inf->limit;
	size_t cap = inf->cap ? inf->cap + inf->cap / 2 : FIRST_ROOM;
	uint8_t *p;

	if (b->len < inf->cap)
		return 0;
	if (cap > most)
		cap = (size_t)most;
	p = realloc(b->data, cap);
	if (!p)
		return diag_nomem(diag, "the inflated profile");
	b->data = p;
	inf->cap = cap;
	return 0;
}

/* In the reference's words, with what zlib says about a broken stream. */
static int explain(const struct inflater *inf, int zerr, struct assay_diag *diag)
{
	const char *why = inf->z.msg ? inf->z.msg : "";
	uint64_t at = inf->consumed + inf->z.total_in;

	if (zerr == Z_MEM_ERROR)
		return diag_nomem(diag, "inflating");
	if (strcmp(why, "incorrect data check") == 0 || strcmp(why, "incorrect length check") == 0)
		return diag_set(diag, ASSAY_ERR_FORMAT, "gzip: invalid checksum");
	if (strstr(why, "header") || strstr(why, "compression method") || strstr(why, "window size"))
		return diag_set(diag, ASSAY_ERR_FORMAT, "gzip: invalid header");
	return diag_set(diag, ASSAY_ERR_FORMAT, "flate: corrupt input before offset %llu (%s)", (unsigned long long)at,
		why);
}

/* Inflates what z has as input until that is used up or the member ends. */
static int run_member(struct inflater *inf, struct assay_diag *diag)
{
	struct bytes *b = inf->out;
	int zerr = Z_OK;

	while (zerr == Z_OK) {
		size_t room;
		int err = make_room(inf, diag);

		if (err)
			return err;
		room = inf->cap - b->len;
		if (room > UINT32_MAX)
			room = UINT32_MAX;
		inf->z.next_out = b->data + b->len;
		inf->z.avail_out = (uInt)room;
		zerr = inflate(&inf->z, Z_NO_FLUSH);
		b->len += room - inf->z.avail_out;
		if (b->len > inf->limit)
			return bytes_too_big(diag);
		if (zerr == Z_OK && !inf->z.avail_in && inf->z.avail_out)
			break;
	}
	if (zerr == Z_STREAM_END) {
		inf->in_member = false;
		return 0;
	}
	/* No progress was possible: more input is wanted. */
	return zerr == Z_OK || zerr == Z_BUF_ERROR ? 0 : explain(inf, zerr, diag);
}

static int start_member(struct inflater *inf, struct assay_diag *diag)
{
	inf->consumed += inf->z.total_in;
	if (inflateReset(&inf->z) != Z_OK)
		return diag_nomem(diag, "inflating");
	inf->in_member = true;
	return 0;
}

int inflater_feed(struct inflater *inf, const uint8_t *data, size_t len, bool last, struct assay_diag *diag)
{
	while (len) {
		size_t n = len > UINT32_MAX ? UINT32_MAX : len;
		int err = inf->in_member ? 0 : start_member(inf, diag);

		if (err)
			return err;
		inf->z.next_in = data;
		inf->z.avail_in = (uInt)n;
		err = run_member(inf, diag);
		if (err)
			return err;
		n -= inf->z.avail_in;
		data += n;
		len -= n;
	}
	if (last && inf->in_member)
		return diag_set(diag, ASSAY_ERR_TRUNCATED, "unexpected EOF");
	return 0;
}

static int inflate_members(struct bytes *out, const uint8_t *data, size_t len, uint64_t limit, struct assay_diag *diag)
{
	struct inflater *inf = NULL;
	int err = inflater_new(&inf, out, limit, diag);

	if (err)
		return err;
	err = inflater_feed(inf, data, len, true, diag);
	inflater_free(inf);
	return err;
}

#if HAVE_LIBDEFLATE
/* The trailer's word on the size, which a stranger may have written: bounded by what the input can hold. */
static size_t first_guess(const uint8_t *data, size_t len, size_t most)
{
	size_t claimed = 0;

	if (len >= 18)
		for (unsigned i = 0; i < 4; i++)
			claimed |= (size_t)data[len - 4 + i] << 8 * i;
	return claimed > most ? most : claimed < 512 ? 512 : claimed;
}

/* false: leave it to zlib, which knows why. */
static bool inflate_whole(struct bytes *out, const uint8_t *data, size_t len, uint64_t limit)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t most = len < SIZE_MAX / MOST_OUT_OF_ONE ? len * MOST_OUT_OF_ONE : SIZE_MAX, cap, used;
	enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;

	if (most > limit)
		most = (size_t)limit;
	cap = first_guess(data, len, most);
	while (d && result == LIBDEFLATE_INSUFFICIENT_SPACE) {
		struct pages_warmer warmer;
		uint8_t *p = pages_alloc(cap);

		if (!p)
			break;
		pages_warm(&warmer, p, cap / WARM_RATIO < len ? cap : len * WARM_RATIO);
		result = libdeflate_gzip_decompress_ex(d, data, len, p, cap, &used, &out->len);
		pages_warm_end(&warmer);
		if (result == LIBDEFLATE_SUCCESS && used == len) {
			out->data = p;
			libdeflate_free_decompressor(d);
			return true;
		}
		free(p);
		if (cap >= most)
			break;
		cap = cap > most / 2 ? most : 2 * cap;
	}
	libdeflate_free_decompressor(d);
	out->len = 0;
	return false;
}
#endif

int gzip_inflate(struct bytes *out, const uint8_t *data, size_t len, uint64_t limit, struct assay_diag *diag)
{
#if HAVE_LIBDEFLATE
	/* libdeflate passes over the checksum that a header may have. */
	if (len > 3 && !(data[3] & HEADER_HAS_CRC) && inflate_whole(out, data, len, limit))
		return 0;
#endif
	return inflate_members(out, data, len, limit, diag);
}

/* What both libraries understand as their usual level; at it, they also write the same header. */
#define LEVEL 6

/* Room in out behind what it holds, for what is compressed in place; NULL when there is none. */
static uint8_t *deflate_room(struct buf *out, size_t most)
{
	size_t at = out->len;

	buf_add_fill(out, '\0', most);
	return out->failed ? NULL : (uint8_t *)out->data + at;
}

static int deflate_end(struct buf *out, size_t len, struct assay_diag *diag)
{
	if (out->failed)
		return diag_nomem(diag, "compressing");
	out->len = len;
	out->data[len] = '\0';
	return 0;
}

#if HAVE_LIBDEFLATE
int gzip_deflate(struct buf *out, const uint8_t *data, size_t len, struct assay_diag *diag)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
	size_t at = out->len, most, used = 0;
	uint8_t *room;

	if (!c)
		return diag_nomem(diag, "compressing");
	most = libdeflate_gzip_compress_bound(c, len);
	room = deflate_room(out, most);
	if (room)
		used = libdeflate_gzip_compress(c, data, len, room, most);
	libdeflate_free_compressor(c);
	return deflate_end(out, at + used, diag);
}
#else
#define CHUNK ((size_t)1 << 30) /* zlib counts in 32 bits */
#define OS_UNKNOWN 255

static int deflate_chunks(z_stream *z, struct buf *out, const uint8_t *data, size_t len, struct assay_diag *diag)
{
	size_t at = out->len;
	int zerr = Z_OK;

	while (zerr != Z_STREAM_END) {
		uint8_t *room = deflate_room(out, FIRST_ROOM);

		if (!room)
			return deflate_end(out, at, diag);
		if (!z->avail_in) {
			z->next_in = data;
			z->avail_in = (uInt)(len > CHUNK ? CHUNK : len);
			data += z->avail_in;
			len -= z->avail_in;
		}
		z->next_out = room;
		z->avail_out = FIRST_ROOM;
		zerr = deflate(z, len ? Z_NO_FLUSH : Z_FINISH);
		at += FIRST_ROOM - z->avail_out;
		out->len = at;
	}
	return deflate_end(out, at, diag);
}

int gzip_deflate(struct buf *out, const uint8_t *data, size_t len, struct assay_diag *diag)
{
	gz_header header = { .os = OS_UNKNOWN };
	z_stream z = { 0 };
	int err;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return diag_nomem(diag, "compressing");
	deflateSetHeader(&z, &header);
	err = deflate_chunks(&z, out, data, len, diag);
	deflateEnd(&z);
	return err;
}
#endif

const char *gzip_backends(void)
{
#if HAVE_LIBDEFLATE
	return "zlib " ZLIB_VERSION ", libdeflate " LIBDEFLATE_VERSION_STRING;
#else
	return "zlib " ZLIB_VERSION;
#endif
}
