/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/suggest.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Reads "assay" and the words of args, which end with NULL. */
static int parse(struct command_line *cl, const char *const *args, struct assay_diag *diag)
{
	char *argv[16] = { (char *)"assay" };
	int argc = 1;

	*diag = (struct assay_diag){ .text = "" };
	for (; *args; args++)
		argv[argc++] = (char *)*args;
	cr_assert_lt(argc, (int)N(argv));
	return flags_parse(cl, argc, argv, diag);
}

/* What a command line comes to, in one line: report, argument, sources, and some of the options. */
static char *summary(const struct command_line *cl)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s", cl->report ? cl->report->name : "-");
	if (cl->argument)
		buf_addf(&b, " '%s'", cl->argument);
	buf_add_str(&b, STR(":"));
	for (size_t i = 0; i < cl->sources.n; i++)
		buf_addf(&b, " '%s'", cl->sources.items[i]);
	if (cl->help)
		buf_add_str(&b, STR(" help"));
	if (cl->version)
		buf_add_str(&b, STR(" version"));
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		if (!cl->options.given[id])
			continue;
		switch (options[id].type) {
		case OPTION_SWITCH:
			buf_addf(&b, " %s=%s", options[id].name, cl->options.values[id].on ? "yes" : "no");
			break;
		case OPTION_INT:
			buf_addf(&b, " %s=%lld", options[id].name, (long long)cl->options.values[id].number);
			break;
		case OPTION_FLOAT:
			buf_addf(&b, " %s=%g", options[id].name, cl->options.values[id].fraction);
			break;
		case OPTION_TEXT:
			buf_addf(&b, " %s='%s'", options[id].name, cl->options.values[id].text);
			break;
		}
	}
	return buf_detach(&b, NULL);
}

Test(flags, are_read_as_the_reference_reads_them_and_a_little_more)
{
	static const struct {
		const char *args[8];
		const char *expected;
	} cases[] = {
		{ { NULL }, "-:" },
		{ { "p" }, "-: 'p'" },
		{ { "-top", "p" }, "top: 'p'" },
		{ { "--top", "p", "q" }, "top: 'p' 'q'" },
		{ { "-top=true", "p" }, "top: 'p'" },
		{ { "-top=0", "p" }, "-: 'p'" },
		{ { "-top", "-top", "p" }, "top: 'p'" },
		{ { "-top=f", "-text", "p" }, "text: 'p'" },
		/* Switches have no word behind them, all others take the next one whatever it looks like. */
		{ { "-cum", "p" }, "-: 'p' cum=yes" },
		{ { "-cum", "true" }, "-: 'true' cum=yes" },
		{ { "-cum=false", "p" }, "-: 'p' cum=no" },
		{ { "-cum=T", "-cum=F" }, "-: cum=no" },
		{ { "-nodecount=5", "p" }, "-: 'p' nodecount=5" },
		{ { "-nodecount", "5", "p" }, "-: 'p' nodecount=5" },
		{ { "-nodecount", "-5" }, "-: nodecount=-5" },
		{ { "-focus", "-top" }, "-: focus='-top'" },
		{ { "-focus", "--", "p" }, "-: 'p' focus='--'" },
		{ { "-focus=" }, "-: focus=''" },
		{ { "-focus=a=b" }, "-: focus='a=b'" },
		{ { "--focus==" }, "-: focus='='" },
		{ { "-focus=a", "-focus=b" }, "-: focus='b'" },
		{ { "-nodefraction=0.5" }, "-: nodefraction=0.5" },
		{ { "-list=re", "p" }, "list 're': 'p'" },
		{ { "-list", "re", "p" }, "list 're': 'p'" },
		{ { "-list=", "-top" }, "top:" },
		/* Flags behind sources. */
		{ { "p", "-top", "q", "-cum" }, "top: 'p' 'q' cum=yes" },
		/* "-" is standard input, "--" ends flags, and a second one is a source. */
		{ { "-top", "-" }, "top: '-'" },
		{ { "-top", "--", "-cum", "p" }, "top: '-cum' 'p'" },
		{ { "--", "--" }, "-: '--'" },
		{ { "p", "--", "-top" }, "-: 'p' '-top'" },
		{ { "" }, "-: ''" },
		/* The report as first word, and only there. */
		{ { "top", "p" }, "top: 'p'" },
		{ { "top" }, "top:" },
		{ { "top", "-cum", "p" }, "top: 'p' cum=yes" },
		{ { "top", "-top", "p" }, "top: 'p'" },
		{ { "p", "top" }, "-: 'p' 'top'" },
		{ { "-cum", "top" }, "-: 'top' cum=yes" },
		{ { "./top" }, "-: './top'" },
		{ { "--", "top" }, "-: 'top'" },
		{ { "top", "top" }, "top: 'top'" },
		{ { "list", "re", "p" }, "list 're': 'p'" },
		{ { "list", "-cum", "re", "p" }, "list 're': 'p' cum=yes" },
		{ { "list", "--", "-re", "p" }, "list '-re': 'p'" },
		{ { "list", "-list=re", "p" }, "list 're': 'p'" },
		{ { "peek", "top", "p" }, "peek 'top': 'p'" },
		/* What a report was given last counts, as of any flag. */
		{ { "-list=a", "-list=b" }, "list 'b':" },
		{ { "list", "a", "-list=b" }, "list 'b':" },
		{ { "-top", "-top=false", "-text" }, "text:" },
		{ { "-list=a", "-list=", "-top" }, "top:" },
		{ { "-top", "-top=false" }, "-:" },
		/* Help and version, which look at nothing else. */
		{ { "-h" }, "-: help" },
		{ { "--help", "p" }, "-: 'p' help" },
		{ { "-help=whatever" }, "-: help" },
		{ { "top", "-h" }, "top: help" },
		{ { "list", "-h" }, "list: help" },
		{ { "-version" }, "-: version" },
		{ { "--version", "top" }, "-: 'top' version" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct command_line cl;
		struct assay_diag diag;
		char *got;

		cr_expect_eq(parse(&cl, cases[i].args, &diag), 0, "case %zu: %s", i, diag.text);
		if (diag.code)
			continue;
		got = summary(&cl);
		cr_expect_str_eq(got, cases[i].expected, "case %zu: %s", i, got);
		free(got);
		flags_release(&cl);
	}
}

Test(flags, mistakes_are_answered_in_the_words_of_the_reference)
{
	static const struct {
		const char *args[6];
		const char *expected;
	} cases[] = {
		{ { "-nosuchthing" }, "flag provided but not defined: -nosuchthing; see assay --help" },
		{ { "-fcous=x" }, "flag provided but not defined: -fcous; did you mean -focus?" },
		{ { "-tpo" }, "flag provided but not defined: -tpo; did you mean -top?" },
		{ { "-cum=abc" }, "invalid boolean value \"abc\" for -cum: parse error" },
		{ { "-cum=" }, "invalid boolean value \"\" for -cum: parse error" },
		{ { "-cum=yes" }, "invalid boolean value \"yes\" for -cum: parse error" },
		{ { "-top=abc" }, "invalid boolean value \"abc\" for -top: parse error" },
		{ { "-nodecount=abc" }, "invalid value \"abc\" for flag -nodecount: parse error" },
		{ { "-nodecount=" }, "invalid value \"\" for flag -nodecount: parse error" },
		{ { "-nodecount=99999999999999999999" },
			"invalid value \"99999999999999999999\" for flag -nodecount: value out of range" },
		{ { "-nodefraction", "x" }, "invalid value \"x\" for flag -nodefraction: parse error" },
		{ { "-list" }, "flag needs an argument: -list" },
		{ { "p", "-focus" }, "flag needs an argument: -focus" },
		{ { "-=3" }, "bad flag syntax: -=3" },
		{ { "--=3" }, "bad flag syntax: --=3" },
		{ { "---top" }, "bad flag syntax: ---top" },
		{ { "-top", "-text" }, "must set at most one output format" },
		{ { "top", "-text" }, "must set at most one output format" },
		{ { "top", "-list=re" }, "must set at most one output format" },
		{ { "diff", "-list=re", "-tree" }, "must set at most one output format" },
		{ { "diff", "-dot" }, "diff has no view -dot; it has -flamegraph, -list, -peek and -tree" },
		{ { "check", "-tree" }, "must set at most one output format" },
		{ { "list" }, "list needs a regex: assay list regex PROFILE" },
		{ { "peek", "-cum" }, "peek needs a regex: assay peek regex PROFILE" },
		{ { "-x123456789012345678901234567890123456789012345678901234567890123" },
			"flag provided but not defined: "
			"-x12345678901234567890123456789012345678901234567890123456789012; "
			"see assay --help" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct command_line cl;
		struct assay_diag diag;

		cr_expect_eq(parse(&cl, cases[i].args, &diag), ASSAY_ERR_ARGUMENT, "case %zu", i);
		cr_expect_str_eq(diag.text, cases[i].expected, "case %zu: %s", i, diag.text);
	}
}

Test(flags, every_option_and_every_format_is_a_flag)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		const char *value = options[id].type == OPTION_SWITCH ? "true"
				    : options[id].choices             ? options[id].choices[0]
								      : "7";
		struct command_line cl;
		struct assay_diag diag;
		char arg[100];

		snprintf(arg, sizeof(arg), "-%s=%s", options[id].name, value);
		cr_expect_eq(parse(&cl, (const char *const[]){ arg, NULL }, &diag), 0, "%s: %s", arg, diag.text);
		if (diag.code)
			continue;
		cr_expect(cl.options.given[id], "%s", arg);
		flags_release(&cl);
	}
	for (const struct report *r = reports; r->name; r++) {
		struct command_line cl;
		struct assay_diag diag;
		char arg[100];

		if (!(r->flags & REPORT_FORMAT))
			continue;
		snprintf(arg, sizeof(arg), "--%s%s", r->name, r->argument ? "=x" : "");
		cr_expect_eq(parse(&cl, (const char *const[]){ arg, NULL }, &diag), 0, "%s: %s", arg, diag.text);
		if (diag.code)
			continue;
		cr_expect_eq(cl.report, r, "%s", arg);
		flags_release(&cl);
	}
}

Test(flags, no_arguments_at_all_are_no_report_and_no_source)
{
	char *argv[] = { NULL };
	struct command_line cl;

	cr_assert_eq(flags_parse(&cl, 0, argv, NULL), 0);
	cr_expect_null(cl.report);
	cr_expect_eq(cl.sources.n, 0);
	flags_release(&cl);
}

Test(suggest, a_slip_or_two_are_understood_and_no_more)
{
	static const struct {
		const char *typed, *expected;
	} cases[] = {
		{ "focus", "focus" },
		{ "fcous", "focus" },
		{ "focu", "focus" },
		{ "focuss", "focus" },
		{ "fokus", "focus" },
		{ "node_count", "nodecount" },
		{ "nodecuont", "nodecount" },
		{ "sampleindex", "sample_index" },
		{ "tpo", "top" },
		{ "cmu", "cum" },
		{ "granularity", NULL },
		{ "xyzzy", NULL },
		{ "", NULL },
		{ "a_very_long_name_that_no_option_ever_came_near_to", NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const char *got = suggest_flag(cases[i].typed);

		if (cases[i].expected)
			cr_expect(got && strcmp(got, cases[i].expected) == 0, "'%s': %s", cases[i].typed,
				got ? got : "none");
		else
			cr_expect_null(got, "'%s': %s", cases[i].typed, got);
	}
}

Test(suggest, names_only_what_can_be_had)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		const char *got = suggest_flag(options[id].name);

		if (options[id].refusal)
			cr_expect(!got || strcmp(got, options[id].name) != 0, "%s is refused", options[id].name);
		else
			cr_expect(got && strcmp(got, options[id].name) == 0, "%s: %s", options[id].name,
				got ? got : "none");
	}
	for (const struct report *r = reports; r->name; r++) {
		const char *got = suggest_report(r->name);

		if (r->run)
			cr_expect(got && strcmp(got, r->name) == 0, "%s", r->name);
		else
			cr_expect(!got || strcmp(got, r->name) != 0, "%s is not here yet", r->name);
	}
	cr_expect_null(suggest_report("focus"));
}

Test(flags, formats_choose_the_view_of_a_diff)
{
	static const struct {
		const char *args[6];
		const char *view, *argument;
	} cases[] = {
		{ { "diff", "a", "b" }, NULL, NULL },
		{ { "diff", "-list=re", "a", "b" }, "list", "re" },
		{ { "diff", "a", "-peek", "re", "b" }, "peek", "re" },
		{ { "diff", "a", "b", "-tree" }, "tree", NULL },
		{ { "diff", "-flamegraph", "a", "b" }, "flamegraph", NULL },
		{ { "diff", "-list=re", "-list=", "a", "b" }, NULL, NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct command_line cl;
		struct assay_diag diag;

		cr_assert_eq(parse(&cl, cases[i].args, &diag), 0, "case %zu: %s", i, diag.text);
		cr_expect_str_eq(cl.report->name, "diff", "case %zu", i);
		cr_expect_eq(cl.view, cases[i].view ? report_find(cases[i].view) : NULL, "case %zu", i);
		cr_expect_eq(cl.argument == NULL, cases[i].argument == NULL, "case %zu", i);
		if (cl.argument && cases[i].argument)
			cr_expect_str_eq(cl.argument, cases[i].argument, "case %zu", i);
		flags_release(&cl);
	}
}
