/* SPDX-License-Identifier: Apache-2.0 */
#include "format/text.h"

#include <criterion/criterion.h>

#define EXPECT_TEXT(got, want) cr_expect(str_equal((got), STR(want)), "'%.*s'", (int)(got).len, (got).p)

Test(text, gives_lines_without_their_ends)
{
	static const char input[] = "one\r\n\n\r\ntwo\r\r\nthree";
	static const char *const want[] = { "one", "", "", "two\r", "three" };
	struct text t = text_of(input, sizeof(input) - 1);
	struct str line;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		cr_assert(text_next(&t, &line));
		cr_expect(str_equal(line, str_of(want[i])), "line %zu", i);
		cr_expect_eq(t.number, i + 1);
	}
	cr_expect_not(text_next(&t, &line));
}

Test(text, trims_blanks_of_unicode_and_no_half_characters)
{
	EXPECT_TEXT(text_trim(STR(" \t\xe2\x80\x89 a b\xc2\xa0\xc2\x85\r\n")), "a b");
	EXPECT_TEXT(text_trim(STR(" \v\f ")), "");
	EXPECT_TEXT(text_trim(STR("a\xa0")), "a\xa0");
	EXPECT_TEXT(text_trim(STR("\x85z")), "\x85z");
}

Test(text, takes_numbers_that_fit)
{
	static const struct {
		const char *text;
		bool hex, ok;
		uint64_t value;
		const char *rest;
	} cases[] = {
		{ "0", false, true, 0, "" },
		{ "18446744073709551615 x", false, true, UINT64_MAX, " x" },
		{ "18446744073709551616", false, false, 0, "18446744073709551616" },
		{ "-1", false, false, 0, "-1" },
		{ "", false, false, 0, "" },
		{ "7f", false, true, 7, "f" },
		{ "fFg", true, true, 255, "g" },
		{ "ffffffffffffffff", true, true, UINT64_MAX, "" },
		{ "10000000000000000", true, false, 0, "10000000000000000" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = str_of(cases[i].text);
		uint64_t v = 0;
		bool ok = cases[i].hex ? text_take_hex(&s, &v) : text_take_number(&s, &v);

		cr_expect_eq(ok, cases[i].ok, "case %zu", i);
		cr_expect_eq(v, cases[i].value, "case %zu", i);
		cr_expect(str_equal(s, str_of(cases[i].rest)), "case %zu", i);
	}
}
