/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "repl/command.h"
#include "repl/variables.h"

/* A session on a profile that came from nowhere. */
struct shell {
	struct fixture f;
	struct assay_ctx ctx;
	struct repl_setup setup;
	struct repl r;
};

static struct shell shell;

static void setup(void)
{
	fixture_init(&shell.f, "samples/count cpu/nanoseconds");
	SAMPLE(&shell.f, "main work", 1, 10);
	shell.setup = (struct repl_setup){ .ctx = &shell.ctx };
	shell.r = (struct repl){ .setup = &shell.setup, .base = strdup(""), .profile = fixture_seal(&shell.f) };
	cr_assert_eq(options_init(&shell.r.options, NULL), 0);
	/* Complaints are tested by the sessions in tests/golden. */
	cr_assert(freopen("/dev/null", "w", stderr));
}

static void teardown(void)
{
	session_release(&shell.r);
}

TestSuite(shell, .init = setup, .fini = teardown);

static int type(const char *line)
{
	return command_run(&shell.r, str_of(line));
}

static const char *text(enum option_id id)
{
	return option_text(&shell.r.options, id);
}

Test(commands, stand_in_alphabetical_order_and_each_says_what_it_does)
{
	for (const struct command *c = commands; c->name; c++) {
		cr_expect(c == commands || strcmp(c[-1].name, c->name) < 0, "%s", c->name);
		cr_expect_eq(command_find(str_of(c->name)), c);
		cr_expect(*c->help && c->help[strlen(c->help) - 1] != '.', "%s", c->name);
		cr_expect_null(report_find(c->name), "%s is a report as well", c->name);
		cr_expect_eq(variable_find(str_of(c->name)).kind, VARIABLE_NONE, "%s is an option as well", c->name);
		cr_expect(c->run && c->usage, "%s", c->name);
	}
	cr_expect_null(command_find(STR("nosuch")));
	cr_expect_null(command_find(STR("")));
}

Test(commands, have_other_names)
{
	cr_expect_str_eq(command_find(STR("o"))->name, "options");
	cr_expect_str_eq(command_find(STR("q"))->name, "quit");
	cr_expect_str_eq(command_find(STR("exit"))->name, "quit");
	cr_expect_null(command_find(STR("q exit")));
}

Test(commands, all_have_help)
{
	struct buf out = BUF_INIT;

	listing_add_help(&out);
	for (const struct command *c = commands; c->name; c++) {
		struct buf one = BUF_INIT;

		cr_expect(strstr(out.data, c->help), "%s", c->name);
		cr_expect(listing_add_help_on(&one, str_of(c->name)), "%s", c->name);
		cr_expect(strstr(one.data, c->help), "%s", c->name);
		buf_release(&one);
	}
	buf_release(&out);
}

Test(shell, an_assignment_takes_the_rest_of_the_line_as_it_is)
{
	static const char *const cases[][2] = {
		{ "focus=a|b", "a|b" },
		{ "focus = a > b | c ; d # e ", "a > b | c ; d # e" },
		{ "focus=\"a b\"", "\"a b\"" },
		{ "focus=a=b", "a=b" },
		{ "focus=operator>>", "operator>>" },
		{ "focus=a //: b //: c", "a //: b" },
		{ "focus=//: a", "" },
		{ "  focus=x", "x" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_eq(type(cases[i][0]), 0, "%s", cases[i][0]);
		cr_expect_str_eq(text(OPT_FOCUS), cases[i][1], "%s", cases[i][0]);
	}
	cr_expect_eq(shell.r.n_failed, 0);
}

Test(shell, the_name_of_a_sample_type_chooses_it)
{
	cr_expect_eq(type("samples"), 0);
	cr_expect_str_eq(text(OPT_SAMPLE_INDEX), "samples");
	cr_expect_eq(type("mean_cpu"), 0);
	cr_expect_str_eq(text(OPT_SAMPLE_INDEX), "cpu");
	cr_expect(option_on(&shell.r.options, OPT_MEAN));
	cr_expect_eq(type("samples"), 0);
	cr_expect(option_on(&shell.r.options, OPT_MEAN), "the name alone leaves the mean as it is");
	cr_expect_eq(type("total_samples"), 0);
	cr_expect_not(option_on(&shell.r.options, OPT_MEAN));
	cr_expect_eq(type("total_nosuch"), ASSAY_ERR_ARGUMENT);
}

Test(shell, a_colon_forgets_filters)
{
	cr_expect_eq(type("focus=a"), 0);
	cr_expect_eq(type("tagignore=b"), 0);
	cr_expect_eq(type("show=c"), 0);
	cr_expect_eq(type(":"), 0);
	cr_expect_str_eq(text(OPT_FOCUS), "");
	cr_expect_str_eq(text(OPT_TAGIGNORE), "");
	cr_expect_str_eq(text(OPT_SHOW), "c", "which the reference keeps, too");
}

Test(shell, comments_and_empty_lines_do_nothing)
{
	cr_expect_eq(type(""), 0);
	cr_expect_eq(type("  \t"), 0);
	cr_expect_eq(type("# quit"), 0);
	cr_expect_eq(type("  #focus=x"), 0);
	cr_expect_not(shell.r.leaving);
	cr_expect_str_eq(text(OPT_FOCUS), "");
}

Test(shell, failures_are_counted_and_end_nothing)
{
	static const char *const lines[] = { "nosuch", "nodecount", "nodecount=x", "list", "top -5", "top >", "top |",
		"!", "help nosuch", "open", "save", "load a/b", "base a b" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cr_expect_lt(type(lines[i]), 0, "%s", lines[i]);
		cr_expect_eq(shell.r.n_failed, i + 1, "%s", lines[i]);
		cr_expect_not(shell.r.leaving);
	}
	cr_expect_eq(type("quit now"), 0);
	cr_expect(shell.r.leaving);
}

Test(shell, what_is_said_behind_a_report_is_for_this_once)
{
	cr_expect_eq(type("top 3 main -work -cum >/dev/null"), 0);
	cr_expect_eq(shell.r.options.values[OPT_NODECOUNT].number, -1);
	cr_expect_str_eq(text(OPT_FOCUS), "");
	cr_expect_str_eq(text(OPT_IGNORE), "");
	cr_expect_str_eq(text(OPT_OUTPUT), "");
	cr_expect_not(option_on(&shell.r.options, OPT_CUM));
}
