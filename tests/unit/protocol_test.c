/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/protocol.h"

#include <criterion/criterion.h>

Test(protocol, numbers_and_texts_come_back)
{
	static const int64_t numbers[] = { 0, 1, -1, 63, -64, 1000, INT64_MAX, INT64_MIN };
	struct buf b = BUF_INIT;
	struct cursor c;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		protocol_add_signed(&b, numbers[i]);
		protocol_add_number(&b, (uint64_t)numbers[i]);
	}
	protocol_add_text(&b, STR("a\0b"));
	protocol_add_text(&b, STR(""));
	c = protocol_body(buf_str(&b));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		cr_expect_eq(protocol_signed(&c), numbers[i]);
		cr_expect_eq(cursor_varint(&c), (uint64_t)numbers[i]);
	}
	cr_expect(str_equal(protocol_text(&c), STR("a\0b")));
	cr_expect(str_equal(protocol_text(&c), STR("")));
	cr_expect_eq(protocol_end(&c), 0);
	cr_expect_eq(protocol_text(&c).len, 0);
	cr_expect_eq(protocol_end(&c), ASSAY_ERR_TRUNCATED);
	buf_release(&b);
}

static const struct object_segment two[] = { { 1, 5, 0x1000, 0x401000, 7, 8, 4096 }, { 4, 4, 1, 2, 3, UINT64_MAX, 0 } };

static struct object_info sample_info(void)
{
	return (struct object_info){
		.type = 3,
		.machine = 183,
		.is_64 = true,
		.build_id = STR("c0ffee"),
		.segments = two,
		.n_segments = 2,
		.has_text = true,
		.text = 0x401020,
		.has_lines = true,
		.debuglink = STR("prog.debug"),
		.debug_file = STR(""),
	};
}

Test(protocol, what_a_binary_is_comes_back)
{
	static struct object_segment segments[PROTOCOL_MAX_SEGMENTS];
	const struct object_info before = sample_info();
	struct buf b = BUF_INIT;
	struct object_info after;
	struct cursor c;

	protocol_add_info(&b, &before);
	c = protocol_body(buf_str(&b));
	cr_assert_eq(protocol_read_info(&c, &after, segments), 0);
	cr_expect(after.type == 3 && after.machine == 183 && after.text == 0x401020 && after.n_segments == 2);
	cr_expect(after.is_64 && after.has_text && after.has_lines);
	cr_expect_not(
		after.big_endian || after.has_symtab || after.has_dynsym || after.has_units || after.has_mini_debug);
	cr_expect(str_equal(after.build_id, before.build_id) && str_equal(after.debuglink, before.debuglink));
	cr_expect_eq(memcmp(segments, two, sizeof(two)), 0);
	buf_release(&b);
}

Test(protocol, what_ends_early_or_late_is_refused)
{
	static struct object_segment segments[PROTOCOL_MAX_SEGMENTS];
	const struct object_info before = sample_info();
	struct buf b = BUF_INIT;
	struct object_info after;

	protocol_add_info(&b, &before);
	for (size_t n = 0; n < b.len; n++) {
		/* On the heap, so that a sanitizer sees what is read behind the end. */
		char *part = malloc(n + 1);
		struct cursor c = protocol_body((struct str){ part, n });

		memcpy(part, b.data, n);
		cr_expect_neq(protocol_read_info(&c, &after, segments), 0, "%zu of %zu bytes", n, b.len);
		free(part);
	}
	buf_add_char(&b, 0);
	cr_expect_eq(protocol_read_info(
			     &(struct cursor){ (uint8_t *)b.data, (uint8_t *)b.data + b.len, 0 }, &after, segments),
		ASSAY_ERR_FORMAT);
	buf_release(&b);
}

Test(protocol, counts_beyond_the_bounds_are_refused)
{
	static struct object_segment segments[PROTOCOL_MAX_SEGMENTS];
	static struct object_frame frames[PROTOCOL_MAX_FRAMES];
	struct object_info info = sample_info();
	struct object_answer answer;
	struct buf b = BUF_INIT;
	struct cursor c;

	info.n_segments = 0;
	protocol_add_info(&b, &info);
	b.len--;
	protocol_add_number(&b, PROTOCOL_MAX_SEGMENTS + 1);
	c = protocol_body(buf_str(&b));
	cr_expect_eq(protocol_read_info(&c, &info, segments), ASSAY_ERR_FORMAT);
	buf_reset(&b);
	protocol_add_number(&b, (PROTOCOL_MAX_FRAMES + 1) << 1);
	c = protocol_body(buf_str(&b));
	cr_expect_eq(protocol_read_answer(&c, &answer, frames), ASSAY_ERR_FORMAT);
	buf_reset(&b);
	protocol_add_number(&b, UINT64_MAX);
	c = protocol_body(buf_str(&b));
	cr_expect_eq(protocol_text(&c).len, 0);
	cr_expect_eq(c.err, ASSAY_ERR_FORMAT);
	buf_release(&b);
}

Test(protocol, answers_symbols_needs_and_addresses_come_back)
{
	static struct object_frame frames[PROTOCOL_MAX_FRAMES];
	static const struct object_frame two_frames[] = { { STR("inner"), STR("/src/a.c"), 7, 3, 5 },
		{ STR("_Z5outerv"), STR(""), -1, INT64_MIN, 0 } };
	const struct object_answer answers[] = { { 1, two_frames, 2, false }, { 2, NULL, 0, false },
		{ 3, two_frames, 1, true } };
	const struct object_symbol symbol = { 0x1139, 12, STR("main"), 'T' };
	const struct object_need need = { OBJECT_NEED_DWO, STR("a.dwo"), STR("/build"), STR(""), 0x1122334455667788 };
	const uint64_t addresses[] = { 0, 5, 5, 1000, UINT64_MAX };
	uint64_t read[5];
	struct object_symbol s;
	struct object_need n;
	struct buf b = BUF_INIT;
	struct cursor c;

	for (size_t i = 0; i < 3; i++)
		protocol_add_answer(&b, &answers[i]);
	protocol_add_symbol(&b, &symbol);
	protocol_add_addresses(&b, addresses, 5);
	protocol_add_need(&b, &need);
	c = protocol_body(buf_str(&b));
	for (size_t i = 0; i < 3; i++) {
		struct object_answer a;

		cr_assert_eq(protocol_read_answer(&c, &a, frames), 0);
		cr_expect(a.n_frames == answers[i].n_frames && a.from_symbols == answers[i].from_symbols);
		for (size_t k = 0; k < a.n_frames; k++) {
			cr_expect(str_equal(frames[k].name, two_frames[k].name) &&
				  str_equal(frames[k].file, two_frames[k].file));
			cr_expect(frames[k].line == two_frames[k].line && frames[k].column == two_frames[k].column &&
				  frames[k].start_line == two_frames[k].start_line);
		}
	}
	cr_assert_eq(protocol_read_symbol(&c, &s), 0);
	cr_expect(s.address == 0x1139 && s.size == 12 && s.type == 'T' && str_equal(s.name, STR("main")));
	cr_assert_eq(protocol_read_addresses(&c, read, 5), 0);
	cr_expect_eq(memcmp(read, addresses, sizeof(read)), 0);
	cr_assert_eq(protocol_read_need(&c, &n), 0);
	cr_expect(n.kind == OBJECT_NEED_DWO && n.id == need.id && str_equal(n.directory, need.directory));
	buf_release(&b);
}
