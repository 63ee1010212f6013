/* SPDX-License-Identifier: Apache-2.0 */
#include "format/wire.h"

#include <criterion/criterion.h>

#include "base/str.h"

static struct cursor cursor_of(struct str s)
{
	return (struct cursor){ (const uint8_t *)s.p, (const uint8_t *)s.p + s.len, 0 };
}

Test(cursor, takes_what_is_there_and_nothing_after_a_failure)
{
	struct cursor c = cursor_of(STR("abcdef"));

	cr_expect_eq(memcmp(cursor_take(&c, 2), "ab", 2), 0);
	cr_expect_eq(cursor_left(&c), 4);
	cr_expect_not_null(cursor_take(&c, 0));
	cr_expect_null(cursor_take(&c, 5));
	cr_expect_eq(c.err, ASSAY_ERR_TRUNCATED);
	cr_expect_null(cursor_take(&c, 1), "the failure stays");
	cr_expect_eq(cursor_varint(&c), 0);
	cr_expect_eq(cursor_left(&c), 4, "and nothing moves");
	c = cursor_of(STR("abc"));
	cr_expect_null(cursor_take(&c, UINT64_MAX));
}

Test(cursor, varints_have_up_to_ten_bytes)
{
	static const struct {
		struct str bytes;
		int err;
		uint64_t v;
	} cases[] = {
		{ { "\0", 1 }, 0, 0 },
		{ { "\x7f", 1 }, 0, 127 },
		{ { "\x80\x01", 2 }, 0, 128 },
		{ { "\xac\x02", 2 }, 0, 300 },
		{ { "\x80\x00", 2 }, 0, 0 }, /* more bytes than needed */
		{ { "\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00", 10 }, 0, 1 },
		{ { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 }, 0, UINT64_MAX },
		{ { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10 }, 0, UINT64_MAX },
			/* what is above bit 63 is dropped */
		{ { "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", 10 }, 0, 0 },
		{ { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x80", 10 }, ASSAY_ERR_FORMAT, 0 },
		{ { "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11 }, ASSAY_ERR_FORMAT, 0 },
		{ { "", 0 }, ASSAY_ERR_TRUNCATED, 0 },
		{ { "\x80", 1 }, ASSAY_ERR_TRUNCATED, 0 },
		{ { "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9 }, ASSAY_ERR_TRUNCATED, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor c = cursor_of(cases[i].bytes);

		cr_expect_eq(cursor_varint(&c), cases[i].v, "case %zu", i);
		cr_expect_eq(c.err, cases[i].err, "case %zu", i);
		cr_expect(c.err || c.p == c.end, "case %zu", i);
	}
}

Test(wire, fields_are_framed_by_their_type)
{
	/* 1: varint 300, 2: fixed64, 3: "abc", 4: fixed32, 0: varint 1 */
	struct cursor c = cursor_of(STR("\x08\xac\x02" "\x11" "12345678" "\x1a\x03" "abc" "\x25" "1234" "\x00\x01"));
	struct wire_field f;

	cr_assert(wire_next(&c, &f));
	cr_expect_eq(f.tag, WIRE_TAG(1, WIRE_VARINT));
	cr_expect_eq(f.value, 300);
	cr_assert(wire_next(&c, &f));
	cr_expect_eq(f.tag, WIRE_TAG(2, WIRE_FIXED64));
	cr_assert(wire_next(&c, &f));
	cr_expect_eq(f.tag, WIRE_TAG(3, WIRE_BYTES));
	cr_expect_eq(f.len, 3);
	cr_expect_eq(memcmp(f.data, "abc", 3), 0);
	cr_assert(wire_next(&c, &f));
	cr_expect_eq(f.tag, WIRE_TAG(4, WIRE_FIXED32));
	cr_assert(wire_next(&c, &f));
	cr_expect_eq(f.tag, 0);
	cr_expect_eq(f.value, 1);
	cr_expect_not(wire_next(&c, &f));
	cr_expect_eq(c.err, 0);
}

Test(wire, what_cannot_be_framed_is_an_error_that_says_why)
{
	static const struct {
		struct str bytes;
		int err;
		const char *why;
	} cases[] = {
		{ { "\x0b", 1 }, ASSAY_ERR_FORMAT, "a wire type that does not exist" },
		{ { "\x0c", 1 }, ASSAY_ERR_FORMAT, "a wire type that does not exist" },
		{ { "\x0e", 1 }, ASSAY_ERR_FORMAT, "a wire type that does not exist" },
		{ { "\x0f", 1 }, ASSAY_ERR_FORMAT, "a wire type that does not exist" },
		{ { "\x08", 1 }, ASSAY_ERR_TRUNCATED, "goes beyond the end of what holds it" },
		{ { "\x09" "1234567", 8 }, ASSAY_ERR_TRUNCATED, "goes beyond the end of what holds it" },
		{ { "\x0d" "123", 4 }, ASSAY_ERR_TRUNCATED, "goes beyond the end of what holds it" },
		{ { "\x0a\x02" "a", 3 }, ASSAY_ERR_TRUNCATED, "goes beyond the end of what holds it" },
		{ { "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 }, ASSAY_ERR_TRUNCATED,
			"goes beyond the end of what holds it" },
		{ { "\x0a", 1 }, ASSAY_ERR_TRUNCATED, "goes beyond the end of what holds it" },
		{ { "\x88", 1 }, ASSAY_ERR_TRUNCATED, "goes beyond the end of what holds it" },
		{ { "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 }, ASSAY_ERR_FORMAT,
			"a varint of over ten bytes" },
		{ { "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 }, ASSAY_ERR_FORMAT,
			"a varint of over ten bytes" },
		{ { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 }, ASSAY_ERR_FORMAT,
			"a varint of over ten bytes" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor c = cursor_of(cases[i].bytes);
		struct wire_field f;

		cr_expect_not(wire_next(&c, &f), "case %zu", i);
		cr_expect_eq(c.err, cases[i].err, "case %zu: %d", i, c.err);
		cr_expect_str_eq(wire_fault(&c, &f), cases[i].why, "case %zu", i);
		cr_expect_eq(f.start, (const uint8_t *)cases[i].bytes.p, "the fault is where the field starts");
	}
}
