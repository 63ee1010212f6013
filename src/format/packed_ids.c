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

#ifdef __x86_64__
#include <immintrin.h>
#include <pthread.h>
#include <stdatomic.h>
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

#ifdef __x86_64__
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

static uint32_t *take(const uint8_t *data, size_t len, uint32_t *to)
{
	const uint8_t *start = data;

	for (size_t i = 0; i < len; i += BLOCK)
		for (uint64_t ends = ends_in(data + i, len - i); ends; ends &= ends - 1) {
			memcpy(to++, start, sizeof(*to));
			start = data + i + __builtin_ctzll(ends) + 1;
		}
	return start == data + len ? to : NULL;
}

#ifdef __x86_64__
/*
 * Four ids at a time, by one shuffle of bytes that a table gives for where they end. In the table are all groups of four
 * ids that have up to three bytes each, as profiles of fewer than two million locations have.
 */
#define GROUP 4
#define GROUP_BYTES 12
#define N_SHUFFLES (3 * 3 * 3 * 3)

static uint8_t shuffles[N_SHUFFLES][16];
static struct {
	uint8_t shuffle, len; /* len: of the four; 0 when one of them is too long */
} groups[1 << GROUP_BYTES]; /* by which bytes are no ends */

static pthread_once_t groups_once = PTHREAD_ONCE_INIT;
static atomic_bool has_groups;

static void fill_group(unsigned mask)
{
	unsigned at = 0, shuffle = 0, lens[GROUP];

	for (unsigned i = 0; i < GROUP; i++) {
		for (lens[i] = 1; lens[i] <= 3 && mask >> (at + lens[i] - 1) & 1; lens[i]++)
			;
		if (lens[i] > 3)
			return;
		at += lens[i];
		shuffle = 3 * shuffle + lens[i] - 1;
	}
	groups[mask].shuffle = (uint8_t)shuffle;
	groups[mask].len = (uint8_t)at;
	at = 0;
	for (unsigned i = 0; i < GROUP; i++) {
		/* A high bit makes a byte zero. */
		for (unsigned k = 0; k < 4; k++)
			shuffles[shuffle][4 * i + k] = (uint8_t)(k < lens[i] ? at + k : 0x80);
		at += lens[i];
	}
}

static void fill_groups(void)
{
	if (!__builtin_cpu_supports("ssse3") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
		!__builtin_cpu_supports("popcnt"))
		return;
	for (unsigned mask = 0; mask < 1 << GROUP_BYTES; mask++)
		fill_group(mask);
	atomic_store_explicit(&has_groups, true, memory_order_release);
}

/* NULL when a list has longer ids. */
__attribute__((target("ssse3,bmi,bmi2,popcnt"))) static uint32_t *take_groups(
	const uint8_t *data, size_t len, uint32_t *to)
{
	size_t i = 0;

	while (i < len) {
		uint64_t ends = ends_in(data + i, len - i), more = ~ends;
		size_t block = i, last = len - i < BLOCK ? len - i : BLOCK - GROUP_BYTES;

		/* Bytes behind the list count as ends, so that its last ids find a group. */
		if (len - i < BLOCK)
			more &= (UINT64_C(1) << (len - i)) - 1;
		while (i - block < last) {
			unsigned mask = more & ((1 << GROUP_BYTES) - 1), n = groups[mask].len;
			__m128i bytes;

			if (!n)
				return NULL;
			bytes = _mm_loadu_si128((const __m128i *)(data + i));
			bytes = _mm_shuffle_epi8(bytes, _mm_loadu_si128((const __m128i *)shuffles[groups[mask].shuffle]));
			_mm_storeu_si128((__m128i *)to, bytes);
			if (n > len - i) {
				/* Fewer than four are left, and the last byte of the list has to be an end. */
				uint64_t rest = ends >> (i - block);

				return rest >> (len - i - 1) & 1 ? to + __builtin_popcountll(rest) : NULL;
			}
			to += GROUP;
			i += n;
			more >>= n;
		}
	}
	return to;
}
#endif

void packed_ids_prepare(void)
{
#ifdef __x86_64__
	pthread_once(&groups_once, fill_groups);
#endif
}

uint32_t *packed_ids_take(const uint8_t *data, size_t len, const uint8_t *readable_end, uint32_t *to)
{
	/* Up to a block, and a word behind it. */
	if ((size_t)(readable_end - data) - len < BLOCK + sizeof(*to))
		return NULL;
#ifdef __x86_64__
	if (atomic_load_explicit(&has_groups, memory_order_acquire)) {
		uint32_t *end = take_groups(data, len, to);

		if (end)
			return end;
	}
#endif
	return take(data, len, to);
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
