/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

Test(buf, grows_and_keeps_a_nul_behind_the_text)
{
	struct buf b = BUF_INIT;

	for (unsigned i = 0; i < 1000; i++) {
		buf_add(&b, "abcdefg", 7);
		cr_assert_eq(b.len, 7 * (i + 1));
		cr_assert_eq(b.data[b.len], '\0');
	}
	cr_expect_eq(memcmp(b.data + 6993, "abcdefg", 8), 0);
	buf_release(&b);
	cr_expect_null(b.data);
}

Test(buf, an_untouched_buffer_is_an_empty_text)
{
	struct buf b = BUF_INIT;
	size_t len = 7;
	char *text;

	cr_expect_eq(buf_str(&b).len, 0);
	cr_expect_not_null(buf_str(&b).p);
	text = buf_detach(&b, &len);
	cr_expect_str_eq(text, "");
	cr_expect_eq(len, 0);
	free(text);
}

Test(buf, reset_empties_it_and_keeps_its_memory)
{
	struct buf b = BUF_INIT;
	char *before;

	buf_add_str(&b, STR("some text"));
	before = b.data;
	buf_reset(&b);
	cr_expect_str_eq(b.data, "");
	buf_add_char(&b, 'x');
	cr_expect_eq(b.data, before);
	cr_expect_str_eq(b.data, "x");
	buf_release(&b);
}

Test(buf, after_a_failure_nothing_is_added_and_detaching_gives_null)
{
	struct buf b = BUF_INIT;
	size_t len = 7;

	buf_add_str(&b, STR("abc"));
	buf_add_fill(&b, ' ', SIZE_MAX - 1);
	cr_assert(b.failed);
	buf_add_str(&b, STR("def"));
	buf_addf(&b, "%d", 1);
	cr_expect_str_eq(b.data, "abc");
	cr_expect_null(buf_detach(&b, &len));
	cr_expect_eq(len, 7, "the length is for a text that is there");
	cr_expect_not(b.failed, "a detached buffer may be used again");
}

Test(buf, formats_like_printf_whatever_the_length)
{
	struct buf b = BUF_INIT;
	char *text;

	buf_addf(&b, "%d %s|", -1, "x");
	buf_addf(&b, "%500d", 7);
	cr_expect_eq(b.len, 5 + 500);
	cr_expect_eq(b.data[b.len - 1], '7');
	text = buf_detach(&b, NULL);
	cr_expect_eq(strncmp(text, "-1 x|  ", 7), 0);
	free(text);
}

Test(buf, width_counts_code_points_and_cuts_nothing)
{
	static const struct {
		const char *text;
		size_t width;
		const char *expected;
	} cases[] = {
		{ "", 0, "" },
		{ "", 3, "   " },
		{ "ab", 4, "  ab" },
		{ "abcd", 4, "abcd" },
		{ "abcde", 4, "abcde" },
		{ "µs", 4, "  µs" },
		{ "日本", 4, "  日本" },
		{ "\xff\xfe", 4, "  \xff\xfe" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		buf_add_right(&b, str_of(cases[i].text), cases[i].width);
		cr_expect_str_eq(buf_str(&b).p, cases[i].expected, "case %zu: '%s'", i, buf_str(&b).p);
		buf_release(&b);
	}
}

Test(buf, text_from_a_profile_reaches_a_terminal_without_control)
{
	static const struct {
		struct str text;
		const char *expected;
	} cases[] = {
		{ { "", 0 }, "" },
		{ { "plain", 5 }, "plain" },
		{ { "\\x1b", 4 }, "\\x1b" }, /* a name that has this text already is not touched */
		{ { "\x1b[31mred", 8 }, "\\x1b[31mred" },
		{ { "\a", 1 }, "\\x07" },
		{ { "a\nb", 3 }, "a\\x0ab" },
		{ { "a\tb", 3 }, "a\\x09b" },
		{ { "a\r", 2 }, "a\\x0d" },
		{ { "\0", 1 }, "\\x00" },
		{ { "a\0b", 3 }, "a\\x00b" },
		{ { "\x1f ~\x7f", 4 }, "\\x1f ~\\x7f" },
		{ { "\xc2\x80", 2 }, "\\u0080" }, /* C1 */
		{ { "\xc2\x9b", 2 }, "\\u009b" }, /* CSI in one character */
		{ { "\xc2\x9f\xc2\xa0", 4 }, "\\u009f\xc2\xa0" },
		{ { "\xd8\x9c", 2 }, "\\u061c" },
		{ { "\xe2\x80\x8d", 3 }, "\xe2\x80\x8d" }, /* joins letters, turns nothing */
		{ { "\xe2\x80\x8e\xe2\x80\x8f", 6 }, "\\u200e\\u200f" },
		{ { "\xe2\x80\xa7", 3 }, "\xe2\x80\xa7" },
		{ { "\xe2\x80\xa8\xe2\x80\xa9", 6 }, "\\u2028\\u2029" },
		{ { "\xe2\x80\xaa\xe2\x80\xae", 6 }, "\\u202a\\u202e" },
		{ { "\xe2\x80\xaf", 3 }, "\xe2\x80\xaf" },
		{ { "\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", 12 },
			"\xe2\x81\xa5\\u2066\\u2069\xe2\x81\xaa" },
		{ { "\xff", 1 }, "\\xff" },
		{ { "a\x80z", 3 }, "a\\x80z" },
		{ { "\xc0\xaf", 2 }, "\\xc0\\xaf" },         /* '/' in too many bytes */
		{ { "\xed\xa0\x80", 3 }, "\\xed\\xa0\\x80" }, /* half of a surrogate pair */
		{ { "\xf4\x90\x80\x80", 4 }, "\\xf4\\x90\\x80\\x80" },
		{ { "\xe2\x82", 2 }, "\\xe2\\x82" }, /* the third byte is missing */
		{ { "\xe2\x82z", 3 }, "\\xe2\\x82z" },
		{ { "\xf0\x9f\x92", 3 }, "\\xf0\\x9f\\x92" },
		{ { "\xc3", 1 }, "\\xc3" },
		{ { "\xe2\xe2\x80\xae", 4 }, "\\xe2\\u202e" }, /* a broken one hides no whole one behind it */
		{ { "日本語", 9 }, "日本語" },
		{ { "\xf0\x9f\x92\xa9", 4 }, "\xf0\x9f\x92\xa9" },
		{ { "e\xcc\x81", 3 }, "e\xcc\x81" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		buf_add_safe(&b, cases[i].text);
		cr_expect_str_eq(buf_str(&b).p, cases[i].expected, "case %zu: got '%s'", i, buf_str(&b).p);
		buf_release(&b);
	}
}

struct taken {
	struct buf text;
	int calls, err;
};

static int take(void *data, struct str piece, struct assay_diag *diag)
{
	struct taken *t = data;

	(void)diag;
	t->calls++;
	buf_add_str(&t->text, piece);
	return t->err;
}

Test(buf, passes_a_long_text_on_in_pieces)
{
	struct taken taken = { .text = BUF_INIT };
	const struct buf_sink sink = { .take = take, .data = &taken };
	struct buf b = { .sink = &sink }, whole = BUF_INIT;
	size_t most = 0;

	for (int i = 0; i < 200000; i++) {
		buf_addf(&b, "%d\n", i);
		buf_addf(&whole, "%d\n", i);
		cr_assert_eq(buf_pass(&b, NULL), 0);
		most = b.len > most ? b.len : most;
	}
	cr_expect_gt(taken.calls, 1);
	cr_expect_lt(taken.calls, 100);
	cr_expect_lt(most, whole.len / 2);
	cr_expect_eq(b.passed + b.len, whole.len);
	buf_add_str(&taken.text, buf_str(&b));
	cr_expect(str_equal(buf_str(&taken.text), buf_str(&whole)));
	buf_release(&b);
	buf_release(&whole);
	buf_release(&taken.text);
}

Test(buf, keeps_its_text_where_nobody_takes_it_or_taking_fails)
{
	struct taken taken = { .text = BUF_INIT, .err = ASSAY_ERR_IO };
	const struct buf_sink sink = { .take = take, .data = &taken };
	struct buf kept = BUF_INIT, refused = { .sink = &sink };

	buf_add_fill(&kept, 'x', 1 << 20);
	buf_add_fill(&refused, 'x', 1 << 20);
	cr_expect_eq(buf_pass(&kept, NULL), 0);
	cr_expect_eq(kept.len, 1 << 20);
	cr_expect_eq(buf_pass(&refused, NULL), ASSAY_ERR_IO);
	cr_expect_eq(refused.len, 1 << 20);
	cr_expect_eq(refused.passed, 0);
	buf_release(&kept);
	buf_release(&refused);
	buf_release(&taken.text);
}
