/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/variables.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

struct shell {
	struct fixture f;
	const struct assay_profile *p;
	struct assay_options o;
	struct assay_diag diag;
};

static struct shell shell;

static void setup(void)
{
	fixture_init(&shell.f, "samples/count cpu/nanoseconds");
	SAMPLE(&shell.f, "main work", 1, 10);
	shell.p = fixture_seal(&shell.f);
	cr_assert_eq(options_init(&shell.o, NULL), 0);
}

static void teardown(void)
{
	options_release(&shell.o);
	profile_free(shell.p);
}

TestSuite(variables, .init = setup, .fini = teardown);

static int set(const char *name, const char *value)
{
	struct variable v = variable_find(str_of(name));

	cr_assert_neq(v.kind, VARIABLE_NONE, "%s", name);
	shell.diag = (struct assay_diag){ 0 };
	return variable_set(&shell.o, &v, str_of(value), shell.p, &shell.diag);
}

static const char *value(const char *name)
{
	static char text[200];
	struct variable v = variable_find(str_of(name));
	struct buf b = BUF_INIT;

	variable_add_value(&b, &shell.o, &v);
	snprintf(text, sizeof(text), "%.*s", (int)b.len, buf_str(&b).p);
	buf_release(&b);
	return text;
}

Test(variables, are_all_options_but_those_about_the_run)
{
	cr_expect_eq(variable_find(STR("focus")).kind, VARIABLE_OPTION);
	cr_expect_eq(variable_find(STR("cum")).kind, VARIABLE_CHOICE);
	cr_expect_eq(variable_find(STR("sort")).kind, VARIABLE_GROUP);
	cr_expect_eq(variable_find(STR("granularity")).kind, VARIABLE_GROUP);
	cr_expect_eq(variable_find(STR("max_size")).kind, VARIABLE_NONE);
	cr_expect_eq(variable_find(STR("Focus")).kind, VARIABLE_NONE);
	cr_expect_eq(variable_find(STR("")).kind, VARIABLE_NONE);
}

Test(variables, are_all_walked_once)
{
	size_t i = 0, n = 0, expected = N_GROUPS - 1;

	for (enum option_id id = 0; id < N_OPTIONS; id++)
		expected += !(options[id].flags & OPTION_COMMAND_LINE);
	for (struct variable v = variable_next(&i); v.kind != VARIABLE_NONE; v = variable_next(&i), n++) {
		cr_expect_eq(variable_find(str_of(variable_name(&v))).kind, v.kind);
		cr_expect(*variable_help(&v));
	}
	cr_expect_eq(n, expected);
}

Test(variables, take_the_values_that_the_reference_takes)
{
	static const char *const cases[][3] = {
		{ "nodecount", "5", "5" },
		{ "nodecount", "-1", "-1" },
		{ "nodecount", "+7", "7" },
		{ "nodecount", "010", "10" },
		{ "nodecount", "000", "0" },
		{ "nodefraction", "0.25", "0.25" },
		{ "nodefraction", "1e-3", "0.001" },
		{ "divide_by", "0", "0" },
		{ "trim", "no", "false" },
		{ "trim", "YES", "true" },
		{ "trim", "f", "false" },
		{ "trim", "", "true" },
		{ "mean", "1", "true" },
		{ "focus", "a|b >c # \"d\"", "a|b >c # \"d\"" },
		{ "focus", "\"\"", "" },
		{ "format", "json", "json" },
		{ "format", "", "text" },
		{ "sample_index", "0", "samples" },
		{ "sample_index", "cpu", "cpu" },
		{ "sort", "cum", "cum" },
		{ "sort", "", "flat" },
		{ "granularity", "lines", "lines" },
		{ "granularity", "(default)", "(default)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_eq(set(cases[i][0], cases[i][1]), 0, "%s=%s: %s", cases[i][0], cases[i][1], shell.diag.text);
		cr_expect_str_eq(value(cases[i][0]), cases[i][2], "%s=%s", cases[i][0], cases[i][1]);
	}
}

Test(variables, keep_their_value_when_the_new_one_is_none)
{
	static const char *const cases[][3] = {
		{ "nodecount", "xyz", "nodecount: parsing \"xyz\": invalid syntax" },
		{ "nodecount", "", "nodecount: parsing \"\": invalid syntax" },
		{ "nodecount", "-", "nodecount: parsing \"-\": invalid syntax" },
		{ "nodecount", "1_000", "nodecount: parsing \"1_000\": invalid syntax" },
		{ "nodecount", "0x10", "nodecount: parsing \"0x10\": invalid syntax" },
		{ "nodecount", "99999999999999999999",
			"nodecount: parsing \"99999999999999999999\": value out of range" },
		{ "nodefraction", "x", "nodefraction: parsing \"x\": invalid syntax" },
		{ "mean", "maybe", "illegal value \"maybe\" for bool variable" },
		{ "sort", "zzz", "invalid \"sort\" value \"zzz\"" },
		{ "sort", "cumm", "invalid \"sort\" value \"cumm\"; did you mean cum?" },
		{ "cum", "maybe", "illegal value \"maybe\" for bool variable" },
		{ "cum", "0", "cum is one of several; choose another one, as in sort=<val>" },
		{ "sample_index", "alloc", "sample_index \"alloc\" must be one of: [samples cpu]" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char before[200];

		snprintf(before, sizeof(before), "%s", value(cases[i][0]));
		cr_expect_eq(set(cases[i][0], cases[i][1]), ASSAY_ERR_ARGUMENT, "%s=%s", cases[i][0], cases[i][1]);
		cr_expect_str_eq(shell.diag.text, cases[i][2]);
		cr_expect_str_eq(value(cases[i][0]), before);
	}
}

Test(variables, of_a_group_one_is_on_at_a_time)
{
	cr_expect_eq(set("lines", ""), 0);
	cr_expect_eq(set("files", "true"), 0);
	cr_expect_eq(variable_choice(&shell.o, GROUP_GRANULARITY), OPT_FILES);
	cr_expect_not(shell.o.values[OPT_LINES].on);
	cr_expect_eq(set("granularity", ""), 0);
	cr_expect_eq(variable_choice(&shell.o, GROUP_GRANULARITY), N_OPTIONS);
	cr_expect_eq(set("cum", "y"), 0);
	cr_expect_eq(set("sort", "flat"), 0);
	cr_expect_eq(variable_choice(&shell.o, GROUP_SORT), OPT_FLAT);
}

Test(variables, a_value_with_a_nul_is_refused)
{
	struct variable v = variable_find(STR("focus"));

	cr_expect_eq(variable_set(&shell.o, &v, STR("a\0b"), shell.p, &shell.diag), ASSAY_ERR_ARGUMENT);
	cr_expect_str_eq(value("focus"), "");
}

/* What `options` shows can be typed, and then changes nothing. */
Test(variables, each_line_of_the_listing_can_be_typed)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	size_t n = 0;

	cr_assert_eq(set("focus", "a b"), 0);
	cr_assert_eq(set("lines", ""), 0);
	cr_assert_eq(set("nodecount", "3"), 0);
	cr_assert_eq(set("sample_index", "cpu"), 0);
	cr_assert_eq(variables_add_all(&out, &shell.o, shell.p), 0);
	for (char *line = out.data; *line; n++) {
		char *end = strchr(line, '\n'), *equals = strchr(line, '='), *note = strstr(line, "//:");
		char name[40], text[100];
		int len;

		cr_assert(equals && equals < end);
		cr_assert_eq(sscanf(line, " %39s =", name), 1);
		if (!note || note > end)
			note = end;
		for (equals++; *equals == ' '; equals++)
			;
		for (len = (int)(note - equals); len > 0 && equals[len - 1] == ' '; len--)
			;
		snprintf(text, sizeof(text), "%.*s", len, equals);
		cr_expect_eq(set(name, text), 0, "%s=%s: %s", name, text, shell.diag.text);
		line = end + 1;
	}
	cr_assert_eq(variables_add_all(&again, &shell.o, shell.p), 0);
	cr_expect_str_eq(out.data, again.data);
	cr_expect_gt(n, 20);
	buf_release(&out);
	buf_release(&again);
}
