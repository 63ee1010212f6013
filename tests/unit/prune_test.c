/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/prune.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"

Test(prune, names_are_compared_without_dot_and_arguments)
{
	static const char *const cases[][2] = {
		{ "", "" }, { "foo", "foo" }, { ".foo(int)", "foo" }, { "..foo", ".foo" }, { "foo(", "foo" },
		{ "(foo)", "" },
		{ ".", "" }, { "a(anonymous namespace)::b(x)", "a(anonymous namespace)::b" },
		{ "operator()(int)", "operator()" },
		{ "A::operator()(int) const", "A::operator()" }, { "(anonymous namespace)", "(anonymous namespace)" },
		{ "(anonymous)", "" }, { "operator(int)", "operator" },
		{ "operator()operator()", "operator()operator()" },
		{ "f(operator())", "f" }, { "main.(*T).run", "main." }, { "(anonymous namespace", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = prune_simple_name(str_of(cases[i][0]));

		cr_expect(str_equal(s, str_of(cases[i][1])), "'%s' gives '%.*s'", cases[i][0], (int)s.len, s.p);
	}
}

/* What is left of one stack. */
static void expect_pruned(const char *stack, const char *drop, const char *keep, const char *expected)
{
	struct warnings w;
	struct fixture f;
	char *left;

	warnings_init(&w);
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, stack, 1);
	f.b.profile->drop_frames = fixture_intern(&f, drop);
	f.b.profile->keep_frames = fixture_intern(&f, keep);
	cr_assert_eq(prune_uninteresting(&f.b, &w.ctx, NULL), 0);
	left = fixture_stacks(f.b.profile);
	left[strlen(left) - 1] = '\0';
	cr_expect_str_eq(left, expected, "'%s' with drop '%s' keep '%s' leaves '%s'", stack, drop, keep, left);
	cr_expect_str_eq(warnings_text(&w), "");
	free(left);
	fixture_release(&f);
	warnings_release(&w);
}

Test(prune, frames_below_one_that_goes_go_along)
{
	static const struct {
		const char *stack, *drop, *keep, *expected;
	} cases[] = {
		/* root first */
		{ "root drop2 mid drop1 leaf", "drop.*", "", "root" },
		{ "root mid drop1 leaf", "drop.*", "", "root mid" },
		{ "root drop1", "drop.*", "", "root" },
		/* What goes at the root itself stays until a frame that does not go. */
		{ "drop1 leaf", "drop.*", "", "drop1 leaf" },
		{ "drop2 drop1", "drop.*", "", "drop2 drop1" },
		{ "drop2 root drop1 leaf", "drop.*", "", "drop2 root" },
		{ "", "drop.*", "", "" },
		{ "root leaf", "drop.*", "", "root leaf" },
		/* The whole name must match. */
		{ "root xdrop leaf", "drop", "", "root xdrop leaf" },
		{ "root dropx leaf", "drop", "", "root dropx leaf" },
		{ "root ab leaf", "a|b", "", "root ab leaf" },
		{ "root .drop(int) leaf", "drop", "", "root" },
		/* keep saves what drop would take. */
		{ "root drop1 leaf", "drop.*", "drop1", "root drop1 leaf" },
		{ "root drop1 mid drop2 leaf", "drop.*", "drop1", "root drop1 mid" },
		{ "root drop1 leaf", "drop.*", "drop", "root" },
		{ "root drop1 leaf", "", "drop1", "root drop1 leaf" },
		/* Names that are empty go with nothing. */
		{ "root - leaf", ".*", "root", "root " },
		{ "root ? leaf", ".*", "root", "root ?" },
		/* Inlined: the outermost line that goes takes what it had inlined; what had inlined it stays. */
		{ "root outer~drop1~inner leaf", "drop.*", "", "root outer" },
		{ "root outer~drop1~mid~drop2", "drop.*", "", "root outer" },
		{ "root drop1~inner leaf", "drop.*", "", "root" },
		{ "outer~drop1 leaf", "drop.*", "", "outer leaf" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_pruned(cases[i].stack, cases[i].drop, cases[i].keep, cases[i].expected);
}

Test(prune, a_location_is_cut_in_stacks_that_are_not_cut_as_well)
{
	struct fixture f;

	/* outer~drop is at the root of the second stack, where nothing is cut off, but its inner line is gone. */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "root outer~drop leaf", 1);
	SAMPLE(&f, "outer~drop leaf", 2);
	SAMPLE(&f, "root leaf", 3);
	f.b.profile->drop_frames = fixture_intern(&f, "drop");
	cr_assert_eq(prune_uninteresting(&f.b, NULL, NULL), 0);
	EXPECT_TEXT(fixture_stacks(f.b.profile), "root outer\nouter leaf\nroot leaf\n");
	cr_expect_eq(f.b.profile->stacks.n, 6, "the column has no holes");
	fixture_release(&f);
}

Test(prune, files_and_system_names_are_not_asked)
{
	expect_pruned("root leaf@drop", "drop", "", "root leaf");
}

static void expect_left_aside(const char *drop, const char *keep, const char *why)
{
	struct warnings w;
	struct fixture f;

	warnings_init(&w);
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "root drop leaf", 1);
	f.b.profile->drop_frames = fixture_intern(&f, drop);
	f.b.profile->keep_frames = fixture_intern(&f, keep);
	cr_assert_eq(prune_uninteresting(&f.b, &w.ctx, NULL), 0);
	EXPECT_TEXT(fixture_stacks(f.b.profile), "root drop leaf\n");
	cr_expect_not_null(strstr(warnings_text(&w), why), "%s", warnings_text(&w));
	cr_expect_eq(w.ctx.n_flaws, 1);
	fixture_release(&f);
	warnings_release(&w);
}

Test(prune, an_expression_that_does_not_compile_is_left_aside_with_a_warning)
{
	expect_left_aside("drop|(", "", "missing closing )");
	expect_left_aside("drop", "*", "missing argument to repetition operator");
}

Test(prune, an_expression_that_takes_too_long_is_left_aside_with_a_warning)
{
	struct warnings w;
	struct fixture f;
	char name[200], *left;

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 2] = '!';
	name[sizeof(name) - 1] = '\0';
	warnings_init(&w);
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "root drop leaf", 1);
	SAMPLE(&f, name, 1);
	f.b.profile->drop_frames = fixture_intern(&f, "drop|(a|a)*(a|aa)*(aa|a)*");
	cr_assert_eq(prune_uninteresting(&f.b, &w.ctx, NULL), 0);
	left = fixture_stacks(f.b.profile);
	cr_expect_eq(strncmp(left, "root drop leaf\n", 15), 0, "nothing is half done");
	free(left);
	cr_expect_not_null(strstr(warnings_text(&w), "it takes too long"), "%s", warnings_text(&w));
	fixture_release(&f);
	warnings_release(&w);
}
