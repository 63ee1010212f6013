/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <criterion/criterion.h>

Test(utf8, decodes_valid_sequences_and_refuses_all_others)
{
	static const struct {
		struct str text;
		size_t n;
		uint32_t c;
	} cases[] = {
		{ { "", 0 }, 0, 0 },
		{ { "\0", 1 }, 1, 0 },
		{ { "A", 1 }, 1, 'A' },
		{ { "\x7f", 1 }, 1, 0x7f },
		{ { "\xc2\x80", 2 }, 2, 0x80 },
		{ { "\xdf\xbf", 2 }, 2, 0x7ff },
		{ { "\xe0\xa0\x80", 3 }, 3, 0x800 },
		{ { "\xed\x9f\xbf", 3 }, 3, 0xd7ff },
		{ { "\xee\x80\x80", 3 }, 3, 0xe000 },
		{ { "\xef\xbf\xbf", 3 }, 3, 0xffff },
		{ { "\xf0\x90\x80\x80", 4 }, 4, 0x10000 },
		{ { "\xf4\x8f\xbf\xbf", 4 }, 4, 0x10ffff },
		{ { "\x80", 1 }, 0, 0 },
		{ { "\xbf", 1 }, 0, 0 },
		{ { "\xc0\x80", 2 }, 0, 0 },
		{ { "\xc1\xbf", 2 }, 0, 0 },
		{ { "\xc2", 1 }, 0, 0 },
		{ { "\xc2\x41", 2 }, 0, 0 },
		{ { "\xc2\xc2", 2 }, 0, 0 },
		{ { "\xe0\x9f\xbf", 3 }, 0, 0 },
		{ { "\xe1\x80", 2 }, 0, 0 },
		{ { "\xe1\x80\x41", 3 }, 0, 0 },
		{ { "\xed\xa0\x80", 3 }, 0, 0 },
		{ { "\xed\xbf\xbf", 3 }, 0, 0 },
		{ { "\xf0\x8f\xbf\xbf", 4 }, 0, 0 },
		{ { "\xf4\x90\x80\x80", 4 }, 0, 0 },
		{ { "\xf5\x80\x80\x80", 4 }, 0, 0 },
		{ { "\xf0\x90\x80", 3 }, 0, 0 },
		{ { "\xff", 1 }, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t c = 0;

		cr_expect_eq(utf8_decode(cases[i].text, &c), cases[i].n, "case %zu", i);
		cr_expect_eq(c, cases[i].c, "case %zu", i);
	}
}

Test(utf8, looks_no_further_than_the_text_goes)
{
	uint32_t c;

	cr_expect_eq(utf8_decode((struct str){ "\xe2\x82\xac", 2 }, &c), 0);
	cr_expect_eq(utf8_length((struct str){ "a\xe2\x82\xac", 2 }), 2);
}

Test(utf8, length_counts_each_broken_byte_as_one)
{
	cr_expect_eq(utf8_length(STR("")), 0);
	cr_expect_eq(utf8_length(STR("abc")), 3);
	cr_expect_eq(utf8_length(STR("µs")), 2);
	cr_expect_eq(utf8_length(STR("日本語")), 3);
	cr_expect_eq(utf8_length(STR("\xf0\x9f\x92\xa9")), 1);
	cr_expect_eq(utf8_length(STR("\xf0\x9f\x92")), 3);
	cr_expect_eq(utf8_length(STR("\xff" "a\xc3")), 3);
	cr_expect_eq(utf8_length(STR("a\0b")), 3);
}
