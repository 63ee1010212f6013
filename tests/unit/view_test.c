/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"
#include "view/match.h"

struct expectation {
	const char *focus, *ignore, *hide, *show;
	const char *stacks, *warnings;
};

static struct str text(const char *s)
{
	return s ? str_of(s) : STR("");
}

static void expect_views(const struct assay_profile *p, const struct expectation *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct expectation *e = &cases[i];
		struct filter_options o = {
			.focus = text(e->focus),
			.ignore = text(e->ignore),
			.hide = text(e->hide),
			.show = text(e->show),
		};
		struct assay_diag diag;
		struct warnings w;
		struct view v;
		char *stacks;

		warnings_init(&w);
		cr_assert_eq(view_make(&v, p, NULL, &o, &w.ctx, &diag), 0, "%s", diag.text);
		stacks = view_stacks(&v);
		cr_expect_str_eq(stacks, e->stacks, "case %zu: got\n%s", i, stacks);
		cr_expect_str_eq(warnings_text(&w), e->warnings ? e->warnings : "", "case %zu: %s", i,
			warnings_text(&w));
		free(stacks);
		view_release(&v);
		warnings_release(&w);
	}
}

#define N(a) (sizeof(a) / sizeof((a)[0]))

Test(view, focus_and_ignore_choose_samples)
{
	static const struct expectation cases[] = {
		{ .stacks = "main a x\nmain b x\nmain c\n\n" },
		{ .focus = "a", .stacks = "main a x\nmain b x\nmain c\n" }, /* main has an a in it */
		{ .focus = "^a$", .stacks = "main a x\n" },
		{ .focus = "^x$", .stacks = "main a x\nmain b x\n" },
		{ .focus = "^[ab]$", .stacks = "main a x\nmain b x\n" },
		{ .ignore = "^a$", .stacks = "main b x\nmain c\n" },
		{ .ignore = "main", .stacks = "" },
		{ .focus = "^x$", .ignore = "^a$", .stacks = "main b x\n" },
		/* The file of a line counts, and that of the mapping. */
		{ .focus = "f\\.c$", .stacks = "main c\n" },
		{ .focus = "^liby", .stacks = "main b x\n" },
		{ .ignore = "^liby", .stacks = "main a x\nmain c\n" },
		{ .ignore = "^prog$", .stacks = "" },
		/* Case counts unless the pattern says otherwise. */
		{ .focus = "^A$", .stacks = "", .warnings = "Focus expression matched no samples\n" },
		{ .focus = "(?i)^A$", .stacks = "main a x\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a x", 1);
	SAMPLE(&f, "main b%liby.so x", 1);
	SAMPLE(&f, "main c@dir/f.c", 1);
	SAMPLE(&f, "", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, ignore_has_the_first_word)
{
	static const struct expectation cases[] = {
		{ .focus = "^a$", .ignore = "^a$", .stacks = "", .warnings = "Focus expression matched no samples\n" },
		/* Judged by location: a is in focus in the table although every sample with it is dropped. */
		{ .focus = "^a$", .ignore = "^main$", .stacks = "" },
		{ .focus = "^none$", .ignore = "^nor$", .stacks = "",
			.warnings = "Focus expression matched no samples\nIgnore expression matched no samples\n" },
		{ .ignore = "^none$", .stacks = "main a x\nmain b\n",
			.warnings = "Ignore expression matched no samples\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a x", 1);
	SAMPLE(&f, "main b", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, hide_and_show_choose_frames)
{
	static const struct expectation cases[] = {
		{ .hide = "^a$", .stacks = "main x\nmain b x\nmain\n" },
		{ .hide = "^x$", .stacks = "main a\nmain b\nmain\n" },
		{ .hide = "^(main|a)$", .stacks = "x\nb x\n" }, /* a sample with nothing left goes */
		{ .hide = ".", .stacks = "" },
		{ .hide = "^none$", .stacks = "main a x\nmain b x\nmain\n",
			.warnings = "Hide expression matched no samples\n" },
		{ .hide = "^liby", .stacks = "main a x\nmain x\nmain\n" },
		{ .show = "^a$", .stacks = "a\n" },
		{ .show = "^(main|x)$", .stacks = "main x\nmain x\nmain\n" },
		{ .show = "^none$", .stacks = "", .warnings = "Show expression matched no samples\n" },
		{ .show = "^liby", .stacks = "b\n" },
		/* hide first, then show on what is left. */
		{ .hide = "^a$", .show = "^[ax]$", .stacks = "x\nx\n" },
		{ .hide = "^a$", .show = "^a$", .stacks = "", .warnings = "Show expression matched no samples\n" },
		{ .hide = "^none$", .show = "^nor$", .stacks = "",
			.warnings = "Hide expression matched no samples\nShow expression matched no samples\n" },
		/* focus sees what hide takes away. */
		{ .focus = "^a$", .hide = "^a$", .stacks = "main x\n" },
		{ .ignore = "^b$", .hide = "^b$", .stacks = "main a x\nmain\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a x", 1);
	SAMPLE(&f, "main b%liby.so x", 1);
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, files_are_hidden_and_shown_like_names)
{
	static const struct expectation cases[] = {
		{ .hide = "f\\.c$", .stacks = "main\n" },
		{ .show = "f\\.c$", .stacks = "a\n" },
		{ .hide = "^a$", .show = "f\\.c$", .stacks = "", .warnings = "Show expression matched no samples\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a@f.c", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, inlined_lines_are_hidden_one_by_one)
{
	static const struct expectation cases[] = {
		{ .hide = "^mid$", .stacks = "main outer~inner leaf\n" },
		{ .hide = "^inner$", .stacks = "main outer~mid leaf\n" },
		{ .hide = "^(outer|inner)$", .stacks = "main mid leaf\n" },
		{ .hide = "^(outer|mid|inner)$", .stacks = "main leaf\n" },
		{ .hide = "lib", .stacks = "main leaf\n" }, /* the mapping takes all of them */
		{ .show = "^mid$", .stacks = "mid\n" },
		{ .show = "^(outer|inner)$", .stacks = "outer~inner\n" },
		{ .show = "lib", .stacks = "outer~mid~inner\n" },
		{ .hide = "^outer$", .show = "lib", .stacks = "mid~inner\n" },
		{ .focus = "^mid$", .stacks = "main outer~mid~inner leaf\n" }, /* samples have locations, not lines */
		{ .ignore = "^mid$", .stacks = "" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main outer~mid~inner%lib leaf", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, an_empty_stack_is_lost_to_any_filter)
{
	static const struct expectation cases[] = {
		{ .stacks = "\nmain\n" },
		{ .focus = "main", .stacks = "main\n" },
		{ .ignore = "none", .stacks = "main\n", .warnings = "Ignore expression matched no samples\n" },
		{ .hide = "none", .stacks = "main\n", .warnings = "Hide expression matched no samples\n" },
		{ .show = "main", .stacks = "main\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "", 1);
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, a_location_without_lines_can_be_hidden_by_its_mapping_and_never_shown)
{
	static const struct expectation cases[] = {
		{ .hide = "lib", .stacks = "main leaf\n" },
		{ .hide = "leaf", .stacks = "main ?\n" },
		{ .show = "leaf", .stacks = "leaf\n" },
		{ .show = "lib", .stacks = "", .warnings = "Show expression matched no samples\n" },
		{ .focus = "lib", .stacks = "main ? leaf\n" },
		{ .ignore = "lib", .stacks = "" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main ?%lib leaf", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, locations_that_no_sample_has_count_as_matched)
{
	static const struct expectation cases[] = {
		{ .focus = "unused", .stacks = "" },
		{ .ignore = "unused", .stacks = "main\n" },
		{ .hide = "unused", .stacks = "main\n" },
		{ .show = "unused", .stacks = "" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main", 1);
	SAMPLE(&f, "unused", 1);
	/* Takes the second sample back, which leaves its location in the table. */
	f.b.profile->n_samples--;
	f.b.profile->stack_start.n--;
	f.b.profile->label_start.n--;
	f.b.profile->values.n--;
	f.b.profile->stacks.n--;
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(view, without_inlines_the_outermost_line_that_is_left_stands_for_all)
{
	static const struct {
		const char *hide, *expected;
	} cases[] = { { "", "main outer\n" }, { "^outer$", "main mid\n" }, { "^(outer|mid)$", "main inner\n" } };
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main outer~mid~inner", 1);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++) {
		struct filter_options o = { .hide = str_of(cases[i].hide), .no_inlines = true };
		struct view v;

		cr_assert_eq(view_make(&v, p, NULL, &o, NULL, NULL), 0);
		EXPECT_TEXT(view_stacks(&v), cases[i].expected);
		view_release(&v);
	}
	profile_free(p);
}

Test(view, the_first_expression_that_does_not_compile_is_named)
{
	static const struct {
		struct filter_options options;
		const char *expected;
	} cases[] = {
		{ { .focus = { "(", 1 }, .ignore = { "(", 1 } },
			"parsing focus regexp: error parsing regexp: missing closing ): `(`" },
		{ { .ignore = { "(", 1 }, .hide = { "(", 1 } },
			"parsing ignore regexp: error parsing regexp: missing closing ): `(`" },
		{ { .hide = { "(", 1 }, .show = { "(", 1 } },
			"parsing hide regexp: error parsing regexp: missing closing ): `(`" },
		{ { .focus = { "a", 1 }, .show = { "(", 1 } },
			"parsing show regexp: error parsing regexp: missing closing ): `(`" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++) {
		struct assay_diag diag = { .text = "" };
		struct view v;

		cr_expect_eq(view_make(&v, p, NULL, &cases[i].options, NULL, &diag), ASSAY_ERR_ARGUMENT);
		cr_expect_str_eq(diag.text, cases[i].expected, "%s", diag.text);
	}
	profile_free(p);
}

Test(view, a_canceled_filter_ends)
{
	const volatile int yes = 1;
	struct assay_ctx ctx = { .cancel = &yes };
	struct filter_options o = { .focus = STR("main") };
	const struct assay_profile *p;
	struct fixture f;
	struct view v;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	cr_expect_eq(view_make(&v, p, NULL, &o, &ctx, NULL), ASSAY_ERR_CANCELED);
	profile_free(p);
}

Test(match, each_string_is_searched_once_for_all_that_ask)
{
	struct regex_budget budget = { REGEX_QUERY_STEPS };
	const struct assay_profile *p;
	uint64_t after_first;
	struct fixture f;
	struct match m;
	struct view v;
	uint32_t name;

	fixture_init(&f, "cpu/ns");
	name = fixture_intern(&f, "main");
	p = fixture_seal(&f);
	v = view_of(p);
	cr_assert_eq(match_init(&m, &v, "focus", STR("a.n"), &budget, NULL), 0);
	cr_expect(match_is_set(&m));
	cr_expect(match_string(&m, name));
	after_first = budget.steps;
	cr_expect(match_string(&m, name));
	cr_expect_eq(budget.steps, after_first);
	cr_expect_not(match_string(&m, 0));
	match_release(&m);
	cr_assert_eq(match_init(&m, &v, "focus", STR(""), &budget, NULL), 0);
	cr_expect_not(match_is_set(&m));
	cr_expect_not(match_string(&m, name));
	match_release(&m);
	profile_free(p);
}
