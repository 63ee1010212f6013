/* SPDX-License-Identifier: Apache-2.0 */
#include "app/paint.h"

#include <criterion/criterion.h>

/* What each letter of a picture stands for: B bold, D dim, R red, G green, behind it _ up to the end. */
static void add_picture(struct buf *out, struct str painted)
{
	for (size_t i = 0; i < painted.len; i++) {
		static const struct {
			struct str escape;
			char letter;
		} known[] = {
			{ STR("\033[1m"), 'B' },
			{ STR("\033[2m"), 'D' },
			{ STR("\033[31m"), 'R' },
			{ STR("\033[32m"), 'G' },
			{ STR("\033[0m"), '_' },
		};
		size_t k = 0, n = sizeof(known) / sizeof(known[0]);

		while (k < n && !str_starts(str_skip(painted, i), known[k].escape))
			k++;
		if (k < n) {
			buf_addf(out, "<%c>", known[k].letter);
			i += known[k].escape.len - 1;
		} else {
			buf_add_char(out, painted.p[i]);
		}
	}
}

static void expect_painted(const char *name, const char *text, const char *expected)
{
	struct buf painted = BUF_INIT, picture = BUF_INIT;

	paint(report_find(name), str_of(text), &painted);
	add_picture(&picture, buf_str(&painted));
	cr_expect_str_eq(picture.data ? picture.data : "", expected, "%s: %s", name, picture.data);
	buf_release(&painted);
	buf_release(&picture);
}

#define HEAD "      flat  flat%   sum%        cum   cum%\n"
#define BOLD_HEAD "<B>      flat  flat%   sum%        cum   cum%<_>\n"

Test(paint, large_shares_are_red_and_small_ones_dim_but_sums_are_neither)
{
	expect_painted("top", "Type: cpu\n" HEAD "     470ms 15.06% 15.06%       30ms  0.96%  main.f\n",
		"Type: cpu\n" BOLD_HEAD "     470ms <R>15.06%<_> 15.06%       30ms  <D>0.96%<_>  main.f\n");
}

Test(paint, nothing_in_a_name_is_taken_for_a_share)
{
	expect_painted("top", HEAD "      10ms  2.00% 99.00%       10ms  2.00%  50% 60% (inline)\n",
		BOLD_HEAD "      10ms  2.00% 99.00%       10ms  2.00%  50% 60% (inline)\n");
	expect_painted("diff",
		"    before            after            delta   delta%  points      p\n"
		"      10ms ±  1%       10ms ±  1%         0        0       0  1.000  -[NSObject +load]\n",
		"<B>    before            after            delta   delta%  points      p<_>\n"
		"      10ms ±  1%       10ms ±  1%         0        0       0  1.000  -[NSObject +load]\n");
}

Test(paint, lines_before_the_names_of_columns_stay_plain)
{
	expect_painted("top", "Duration: 1s, Total samples = 900ms (90.00%)\n   focus=50%\n",
		"Duration: 1s, Total samples = 900ms (90.00%)\n   focus=50%\n");
}

Test(paint, a_function_stands_out_among_its_callers_and_callees)
{
	expect_painted("tree",
		"-----+-----\n"
		"      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"
		"                                             140ms 50.00% |   main.f\n"
		"     160ms  5.13% 40.06%      160ms  5.13%                | main.g\n",
		"<D>-----+-----<_>\n"
		"<B>      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t <_>\n"
		"                                             140ms <R>50.00%<_> |   main.f\n"
		"     160ms  5.13% 40.06%      160ms  5.13%<B>                | main.g<_>\n");
}

Test(paint, what_grew_is_red_what_shrank_green_and_noise_dim)
{
	expect_painted("diff",
		"    before            after            delta   delta%  points      p\n"
		"         0 ±  0%      0.96s ± 14%     +0.96s      new  +32.21  0.000  f\n"
		"     0.47s ± 21%          0 ±  0%     -0.47s     gone  -15.06  0.000  g\n"
		"         0 ±  0%      0.11s ± 43%     +0.11s     ~new   +3.69  0.063  h\n",
		"<B>    before            after            delta   delta%  points      p<_>\n"
		"         0 ±  0%      0.96s ± 14%     <R>+0.96s<_>      new  <R>+32.21<_>  0.000  f\n"
		"     0.47s ± 21%          0 ±  0%     <G>-0.47s<_>     gone  <G>-15.06<_>  0.000  g\n"
		"<D>         0 ±  0%      0.11s ± 43%     +0.11s     ~new   +3.69  0.063  h<_>\n");
}

Test(paint, keys_of_labels_are_bold_and_their_values_shaded)
{
	expect_painted("tags",
		" phase: Total 2.83s of 2.98s (94.97%)\n        1.79s (60.07%): 7% scan\n        10ms ( 0.3%): x\n\n",
		"<B> phase: Total 2.83s of 2.98s (94.97%)<_>\n        1.79s (<R>60.07<_>%): 7% scan\n        10ms ( "
		"<D>0.3<_>%): x\n\n");
}

Test(paint, lines_of_source_with_a_value_are_seen)
{
	expect_painted("list",
		"ROUTINE ======= main.f in /x.c\n      10ms       20ms     12:\t1 2\n         .          .     "
		"13:\tx\n",
		"<B>ROUTINE ======= main.f in /x.c<_>\n      <B>10ms<_>       <B>20ms<_>     12:\t1 2\n         .      "
		"    .     13:\tx\n");
}

Test(paint, reports_for_programs_are_left_alone)
{
	static const char *const plain[] = { "folded", "raw", "dot", "proto", "callgrind", "flamegraph", "comments" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		cr_expect_not(paint_knows(report_find(plain[i])), "%s", plain[i]);
	cr_expect(paint_knows(report_find("top")));
}
