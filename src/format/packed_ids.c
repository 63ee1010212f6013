/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops where loading spends its time. Ids mostly have two or three bytes in no pattern that a branch predictor could
 * learn, and reading one after the other waits each time for where the last one ended. So the ends of all ids in 64
 * bytes are found first, as bits of one word; then four bytes are taken from where each id starts, whatever they hold;
 * and what they hold is worked out later, for four ids at a time.
 */
#include "format/packed_ids.h"

#include <endian.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 64
#define LANES 4

/* Of a word whose id goes on behind it. */
#define ENDLESS 0x80808080

typedef uint32_t lanes __attribute__((vector_size(LANES * sizeof(uint32_t))));

/* Bit i: byte i ends a varint. */
static inline uint64_t ends_of(const uint8_t *p)
{
	uint64_t ends = 0;

#ifdef __SSE2__
	for (unsigned i = 0; i < BLOCK / 16; i++)
		ends |= (uint64_t)(uint16_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i))) << 16 * i;
	return ~ends;
#else
	for (unsigned i = 0; i < BLOCK / 8; i++) {
		uint64_t w;

		memcpy(&w, p + 8 * i, sizeof(w));
		w = ~le64toh(w) & UINT64_C(0x8080808080808080);
		/* The eight high bits, moved into one byte. */
		ends |= (w >> 7) * UINT64_C(0x0102040810204080) >> 56 << 8 * i;
	}
	return ends;
#endif
}

/* The ends in the block, or what there is of it. */
static inline uint64_t ends_in(const uint8_t *block, size_t len)
{
	return len < BLOCK ? ends_of(block) & ((UINT64_C(1) << len) - 1) : ends_of(block);
}

uint32_t *packed_ids_take(const uint8_t *data, size_t len, const uint8_t *readable_end, uint32_t *to)
{
	const uint8_t *start = data;

	/* Up to a block, and a word behind it. */
	if ((size_t)(readable_end - data) - len < BLOCK + sizeof(*to))
		return NULL;
	for (size_t i = 0; i < len; i += BLOCK)
		for (uint64_t ends = ends_in(data + i, len - i); ends; ends &= ends - 1) {
			memcpy(to++, start, sizeof(*to));
			start = data + i + __builtin_ctzll(ends) + 1;
		}
	return start == data + len ? to : NULL;
}

uint32_t packed_ids_word(uint64_t id)
{
	uint32_t word = 0;

	if (id >> 28)
		return ENDLESS;
	for (unsigned i = 0; i < 4; i++, id >>= 7)
		word |= (uint32_t)((id & 0x7f) | (id >> 7 ? 0x80 : 0)) << 8 * i;
	return htole32(word);
}

/*
 * The lowest of the bits that end a byte ends the id, and what is above it belongs to the next one; the seven bits of
 * each byte are then moved together. An id and the place that it stands for differ by one.
 */
bool packed_ids_join(uint32_t *words, size_t n, uint32_t *highest)
{
	lanes most = { 0 }, endless = { 0 };

	/* The last lanes are filled up with what changes nothing. */
	for (size_t i = n; i % LANES; i++)
		words[i] = htole32(1);
	for (size_t i = 0; i < n; i += LANES) {
		lanes w, ends, above;

		memcpy(&w, words + i, sizeof(w));
#if __BYTE_ORDER == __BIG_ENDIAN
		w = w >> 24 | (w >> 8 & 0xff00) | (w << 8 & 0xff0000) | w << 24;
#endif
		ends = ~w & ENDLESS;
		endless |= (lanes)(ends == 0);
		w &= (ends ^ (ends - 1)) & 0x7f7f7f7f;
		w = (w & 0x007f007f) | (w & 0x7f007f00) >> 1;
		w = ((w & 0x3fff) | (w >> 2 & 0xfffc000)) - 1;
		above = (lanes)(w > most);
		most = (w & above) | (most & ~above);
		memcpy(words + i, &w, sizeof(w));
	}
	*highest = 0;
	for (unsigned i = 0; i < LANES; i++)
		*highest = most[i] > *highest ? most[i] : *highest;
	return !(endless[0] | endless[1] | endless[2] | endless[3]);
}
