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

Test(text, reads_integers_in_the_base_that_they_show)
{
	static const struct {
		const char *text;
		unsigned base;
		enum text_fault fault;
		int64_t value;
	} cases[] = {
		{ "12", 0, TEXT_OK, 12 },
		{ "+12", 10, TEXT_OK, 12 },
		{ "-0x1F", 0, TEXT_OK, -31 },
		{ "010", 0, TEXT_OK, 8 },
		{ "010", 10, TEXT_OK, 10 },
		{ "0", 0, TEXT_OK, 0 },
		{ "0b101", 0, TEXT_OK, 5 },
		{ "0O17", 0, TEXT_OK, 15 },
		{ "1_000", 0, TEXT_OK, 1000 },
		{ "0x_f", 0, TEXT_OK, 15 },
		{ "0_7", 0, TEXT_OK, 7 },
		{ "1_000", 10, TEXT_SYNTAX, 0 },
		{ "1__0", 0, TEXT_SYNTAX, 0 },
		{ "_1", 0, TEXT_SYNTAX, 0 },
		{ "1_", 0, TEXT_SYNTAX, 0 },
		{ "09", 0, TEXT_SYNTAX, 0 },
		{ "0x", 0, TEXT_SYNTAX, 0 },
		{ "", 0, TEXT_SYNTAX, 0 },
		{ "-", 10, TEXT_SYNTAX, 0 },
		{ "1 ", 10, TEXT_SYNTAX, 0 },
		{ "9223372036854775807", 10, TEXT_OK, INT64_MAX },
		{ "9223372036854775808", 10, TEXT_RANGE, 0 },
		{ "-9223372036854775808", 10, TEXT_OK, INT64_MIN },
		{ "-9223372036854775809", 0, TEXT_RANGE, 0 },
		{ "99999999999999999999x", 10, TEXT_RANGE, 0 },
		{ "99x99999999999999999999", 10, TEXT_SYNTAX, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = 77;

		cr_expect_eq(
			text_int(str_of(cases[i].text), cases[i].base, &value), cases[i].fault, "'%s'", cases[i].text);
		cr_expect_eq(
			value, cases[i].fault ? 77 : cases[i].value, "'%s': %lld", cases[i].text, (long long)value);
	}
	cr_expect_str_eq(text_fault_words(TEXT_RANGE), "value out of range");
	cr_expect_str_eq(text_fault_words(TEXT_SYNTAX), "invalid syntax");
}

Test(text, takes_pieces_from_the_front_and_finds_them_within)
{
	struct str s = STR("ab  1f-");

	cr_expect_not(text_take(&s, STR("b")));
	cr_expect(text_take(&s, STR("ab")));
	EXPECT_TEXT(text_take_run(&s, text_is_space), "  ");
	EXPECT_TEXT(text_take_run(&s, text_is_space), "");
	EXPECT_TEXT(text_take_run(&s, text_is_hex), "1f");
	EXPECT_TEXT(s, "-");
	cr_expect_eq(text_find(STR("abcabc"), STR("ca")), 2);
	cr_expect_eq(text_find(STR("abcabc"), STR("d")), 6);
	cr_expect_eq(text_find(STR(""), STR("d")), 0);
	cr_expect(text_is_comment(STR(" \v # a")));
	cr_expect(text_is_comment(STR("\t")));
	cr_expect_not(text_is_comment(STR("a #")));
}
