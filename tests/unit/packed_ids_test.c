/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "format/packed_ids.h"

#define MOST 300
#define BEHIND 80 /* bytes after a list, as of what follows it in a message */

static uint32_t state = 1;

static uint32_t draw(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

/* An id in so many bytes, or in as many as it needs. */
static void add_id(struct buf *b, uint64_t id, unsigned bytes)
{
	for (; id >= 0x80 || bytes > 1; id >>= 7, bytes -= bytes > 1)
		buf_add_char(b, (char)(id | 0x80));
	buf_add_char(b, (char)id);
}

static void add_behind(struct buf *b)
{
	for (unsigned i = 0; i < BEHIND; i++)
		buf_add_char(b, (char)draw(256));
}

/* Lists of all lengths, in memory that ends where it may no more be read, taken one behind the other and joined. */
static void expect_ids(uint32_t most)
{
	uint32_t *words = malloc((MOST * MOST + PACKED_IDS_ROOM + 32) * sizeof(*words)), *end = words;
	uint32_t *ids = malloc(MOST * MOST * sizeof(*ids)), highest, expected = 0;
	size_t n = 0;

	for (unsigned len = 0; len < MOST; len++) {
		struct buf b = BUF_INIT;
		uint8_t *exact;
		size_t size;

		for (unsigned i = 0; i < len; i++) {
			ids[n] = 1 + draw(draw(2) ? 200 : most);
			expected = ids[n] - 1 > expected ? ids[n] - 1 : expected;
			/* Now and then spelled longer than need be. */
			add_id(&b, ids[n++], draw(16) ? 1 : 3);
		}
		size = b.len;
		add_behind(&b);
		exact = memcpy(malloc(b.len), b.data, b.len);
		end = packed_ids_take(exact, size, exact + b.len, end);
		cr_assert(end, "a list of %u ids", len);
		cr_assert_eq((size_t)(end - words), n, "after a list of %u", len);
		free(exact);
		buf_release(&b);
	}
	cr_assert(packed_ids_join(words, n, &highest));
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(words[i], ids[i] - 1, "id %zu of up to %u", i, most);
	cr_expect_eq(highest, expected);
	free(words);
	free(ids);
}

Test(packed_ids, what_is_no_plain_list_is_left_to_others)
{
	uint32_t words[64 + PACKED_IDS_ROOM], highest;
	struct buf b = BUF_INIT;
	uint8_t *data;

	for (unsigned i = 0; i < 20; i++)
		add_id(&b, 300, 1);
	add_behind(&b);
	data = (uint8_t *)b.data;
	cr_expect_null(packed_ids_take(data, 39, data + b.len, words), "the list ends in the middle of an id");
	cr_expect_null(packed_ids_take(data, 40, data + 40, words), "nothing can be read behind the list");
	cr_expect_eq(packed_ids_take(data, 0, data + b.len, words), words, "an empty list");
	data[39] = 0x80;
	cr_expect_null(packed_ids_take(data, 40, data + b.len, words), "the last id goes on behind the list");

	b.len = 0;
	add_id(&b, 1, 1);
	add_id(&b, 7, 5);
	add_behind(&b);
	data = (uint8_t *)b.data;
	cr_assert_eq(packed_ids_take(data, 6, data + b.len, words), words + 2);
	cr_expect_not(packed_ids_join(words, 2, &highest), "an id of five bytes");

	b.len = 0;
	add_id(&b, 5, 1);
	add_id(&b, 0, 1);
	add_behind(&b);
	data = (uint8_t *)b.data;
	cr_assert_eq(packed_ids_take(data, 2, data + b.len, words), words + 2);
	cr_assert(packed_ids_join(words, 2, &highest));
	cr_expect_eq(highest, UINT32_MAX, "an id of 0 is beyond any table");
	buf_release(&b);
}

Test(packed_ids, lists_are_read_id_for_id)
{
	expect_ids(100);
	expect_ids(16000);
	expect_ids(90000);
	expect_ids((1 << 21) - 1);
	expect_ids((1 << 28) - 1);
}

Test(packed_ids, an_id_that_stands_alone_has_the_same_word)
{
	static const uint32_t ids[] = { 1, 127, 128, 16383, 16384, 2097151, 2097152, (1 << 28) - 1 };
	uint32_t words[8 + PACKED_IDS_ROOM], highest;

	for (unsigned i = 0; i < 8; i++)
		words[i] = packed_ids_word(ids[i]);
	cr_assert(packed_ids_join(words, 8, &highest));
	for (unsigned i = 0; i < 8; i++)
		cr_expect_eq(words[i], ids[i] - 1, "%u", ids[i]);
	words[0] = packed_ids_word(1 << 28);
	cr_expect_not(packed_ids_join(words, 1, &highest), "29 bits");
	words[0] = packed_ids_word(UINT64_MAX);
	cr_expect_not(packed_ids_join(words, 1, &highest), "64 bits");
}
