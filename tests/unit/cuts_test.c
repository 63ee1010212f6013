/* SPDX-License-Identifier: Apache-2.0 */
#include "view/cuts.h"

#include <criterion/criterion.h>

#include "fixture.h"

static void expect_view(const struct assay_profile *p, const struct filter_options *o, const char *stacks,
	const char *warnings)
{
	struct assay_diag diag = { .text = "" };
	struct warnings w;
	struct view v;

	warnings_init(&w);
	cr_assert_eq(view_make(&v, p, NULL, o, &w.ctx, &diag), 0, "%s", diag.text);
	EXPECT_TEXT(view_stacks(&v), stacks);
	cr_expect_str_eq(warnings_text(&w), warnings, "%s", warnings_text(&w));
	view_release(&v);
	warnings_release(&w);
}

Test(show_from, leaves_out_what_stands_above_the_outermost_match)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a b", 1);
	SAMPLE(&f, "main a x a b", 1);
	SAMPLE(&f, "main outer~a~a~b x", 1);
	SAMPLE(&f, "main x", 1);
	SAMPLE(&f, "main y@a.c x", 1);
	SAMPLE(&f, "main m~n%lib.so x", 1);
	SAMPLE(&f, "", 1);
	p = fixture_seal(&f);
	expect_view(p, &(struct filter_options){ .show_from = STR("^a$") }, "a b\na x a b\na~a~b x\n", "");
	expect_view(p, &(struct filter_options){ .show_from = STR("^a\\.c$") }, "y x\n", "");
	/* The mapping's file takes all lines of the location. */
	expect_view(p, &(struct filter_options){ .show_from = STR("^lib") }, "m~n x\n", "");
	expect_view(p, &(struct filter_options){ .show_from = STR("nosuch") }, "",
		"ShowFrom expression matched no samples\n");
	/* Other filters by name come first; a match that they hide is none. */
	expect_view(p, &(struct filter_options){ .show_from = STR("^a$"), .hide = STR("^a$") }, "",
		"ShowFrom expression matched no samples\n");
	expect_view(p, &(struct filter_options){ .show_from = STR("^a$"), .hide = STR("^b$") },
		"a\na x a\na~a x\n", "");
	profile_free(p);
}

Test(prune_from, leaves_out_what_the_innermost_match_called)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a b c", 1);
	SAMPLE(&f, "main a b a c", 1);
	SAMPLE(&f, "main outer~a~b~c x", 1);
	SAMPLE(&f, "main x", 1);
	SAMPLE(&f, "main ? a ?", 1);
	p = fixture_seal(&f);
	expect_view(p, &(struct filter_options){ .prune_from = STR("^a$") },
		"main a\nmain a b a\nmain outer~a\nmain x\nmain ? a\n", "");
	expect_view(p, &(struct filter_options){ .prune_from = STR("^[ab]$") },
		"main a b\nmain a b a\nmain outer~a~b\nmain x\nmain ? a\n", "");
	/* Nothing matched is nothing to tell. */
	expect_view(p, &(struct filter_options){ .prune_from = STR("nosuch") },
		"main a b c\nmain a b a c\nmain outer~a~b~c x\nmain x\nmain ? a ?\n", "");
	expect_view(p, &(struct filter_options){ .show_from = STR("^[ab]$"), .prune_from = STR("^a$") },
		"a\na b a\na\na\n", "");
	profile_free(p);
}

Test(prune_from, compares_simple_names_and_no_files)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main .f(int) g", 1);
	SAMPLE(&f, "main h@f.c k%f.so x", 1);
	p = fixture_seal(&f);
	expect_view(p, &(struct filter_options){ .prune_from = STR("^f$") }, "main .f(int)\nmain h k x\n", "");
	expect_view(p, &(struct filter_options){ .prune_from = STR("int") }, "main .f(int) g\nmain h k x\n", "");
	profile_free(p);
}
