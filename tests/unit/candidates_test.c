/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/candidates.h"

#include <criterion/criterion.h>
#include <locale.h>

static void expect(const char *const *words, size_t n, bool more, unsigned rows, unsigned width, const char *expected)
{
	struct str names[40];
	struct candidates c = { names, n, more };
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		names[i] = str_of(words[i]);
	candidates_add(&out, &c, rows, width);
	cr_expect_str_eq(out.data ? out.data : "", expected, "got\n%s", out.data);
	buf_release(&out);
}

#define WORDS(...)            \
	(const char *const[]) \
	{                     \
		__VA_ARGS__   \
	}

Test(candidates, stand_in_columns_one_below_the_other)
{
	expect(WORDS("a", "bb", "c", "d", "e"), 5, false, 10, 9, "a   d\nbb  e\nc\n");
	expect(WORDS("a", "bb", "c", "d", "e"), 5, false, 10, 80, "a   bb  c   d   e\n");
	expect(WORDS("a", "bb"), 2, false, 10, 3, "a\nbb\n");
}

Test(candidates, that_find_no_room_are_counted)
{
	expect(WORDS("a", "b", "c", "d", "e"), 5, false, 3, 1, "a\nb\n... and 3 more: type more of the word\n");
	expect(WORDS("a", "b"), 2, true, 3, 4, "a  b\n... and more: type more of the word\n");
}

Test(candidates, are_not_cut_when_they_are_wider_than_the_screen)
{
	expect(WORDS("abcdefgh", "x"), 2, false, 10, 4, "abcdefgh\nx\n");
	/* Two rows of the screen for each. */
	expect(WORDS("abcdefgh", "x", "y", "z"), 4, false, 6, 4,
		"abcdefgh\nx\n... and 2 more: type more of the word\n");
}

Test(candidates, cannot_drive_the_terminal)
{
	expect(WORDS("a\033[2J", "b\n", "\xff"), 3, false, 10, 80, "a\\x1b[2J  b\\x0a     \\xff\n");
}

Test(candidates, of_wide_letters_keep_their_columns)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	expect(WORDS("日本", "größe", "x"), 3, false, 10, 80, "日本   größe  x\n");
}

Test(candidates, none_are_nothing)
{
	expect(NULL, 0, false, 10, 80, "");
}
