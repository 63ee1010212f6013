/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/complete.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "repl/session.h"

static struct repl repl;
static char folder[] = "/tmp/assay-complete-XXXXXX";

static void write_file(const char *name)
{
	FILE *f = fopen(name, "w");

	cr_assert(f);
	fclose(f);
}

static void setup(void)
{
	struct fixture f;

	fixture_init(&f, "samples/count cpu/nanoseconds");
	fixture_label(&f, "tenant", "acme");
	fixture_label(&f, "request", "GET /");
	fixture_number(&f, "bytes", 7, "bytes");
	SAMPLE(&f, "main main.(*index).add", 1, 10);
	fixture_label(&f, "tenant", "apex");
	fixture_label(&f, "tenant", "zeta");
	SAMPLE(&f, "main main.(*index).ranked runtime.mallocgc tab\tbed", 1, 10);
	repl = (struct repl){ .profile = fixture_seal(&f) };
	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	write_file("cpu.pb.gz");
	write_file("cpu old.pb.gz");
	write_file(".hidden");
	cr_assert_eq(mkdir("profiles", 0700), 0);
	write_file("profiles/heap.pb.gz");
	write_file("ctl\033[31m");
}

static void teardown(void)
{
	profile_free(repl.profile);
	cr_assert_eq(system("rm -r \"$PWD\""), 0);
}

TestSuite(complete, .init = setup, .fini = teardown);

/* "FROM: candidate candidate (common)", with what follows behind a lone one. The cursor stands at the line's end. */
static char *candidates(const char *line)
{
	struct completion c;
	struct buf out = BUF_INIT;
	size_t len;

	cr_assert_eq(complete(&repl, str_of(line), strlen(line), &c), 0);
	buf_addf(&out, "%zu:", c.from);
	for (size_t i = 0; i < c.candidates.n; i++) {
		cr_expect(str_starts(c.candidates.items[i], c.common));
		buf_add_char(&out, ' ');
		buf_add_str(&out, c.candidates.items[i]);
	}
	if (c.candidates.n == 1 && c.behind)
		buf_addf(&out, "%c.", c.behind);
	completion_release(&c);
	return buf_detach(&out, &len);
}

static void check(const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *got = candidates(cases[i][0]);

		cr_expect_str_eq(got, cases[i][1], "%s: got '%s', want '%s'", cases[i][0], got, cases[i][1]);
		free(got);
	}
}

#define CHECK_ALL(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

Test(complete, a_line_starts_with_a_command_a_report_an_option_or_a_sample_type)
{
	static const char *const cases[][2] = {
		{ "to", "0: top topproto total_cpu total_samples" },
		{ "  topp", "2: topproto ." },
		{ "foc", "0: focus=." },
		{ "FOC", "0: focus=." },
		{ "noinl", "0: noinlines" },
		{ "lin", "0: lines" },
		{ "granul", "0: granularity=." },
		{ "cp", "0: cpu" },
		{ "rel", "0: relative_percentages reload" },
		{ "op", "0: open options" },
		{ "nosuch", "0:" },
		{ "# to", "4:" },
	};

	CHECK_ALL(cases);
}

Test(complete, reports_take_functions_as_expressions_that_match_them)
{
	static const char *const cases[][2] = {
		{ "list main.", "5: main.\\(\\*index\\).add main.\\(\\*index\\).ranked" },
		{ "list main.(*index).a", "5: main.\\(\\*index\\).add ." },
		{ "list main.\\(\\*index\\).r", "5: main.\\(\\*index\\).ranked ." },
		{ "list malloc", "5: runtime.mallocgc ." },
		{ "top 5 -runt", "6: -runtime.mallocgc ." },
		{ "top -c", "4: -cum ." },
		{ "top main|runt", "9: runtime.mallocgc" },
		{ "top10 runt", "6: runtime.mallocgc ." },
		{ "list ^runt", "5: ^runtime.mallocgc ." },
		{ "top \"runt", "4: \"runtime.mallocgc\" ." },
		{ "focus=runt", "6: runtime.mallocgc" },
		{ "focus = main|runt", "13: runtime.mallocgc" },
		{ "list bed", "5:" },
	};

	CHECK_ALL(cases);
}

Test(complete, labels_are_completed_in_two_steps)
{
	static const char *const cases[][2] = {
		{ "tagfocus=ten", "9: tenant=" },
		{ "tagfocus=tenant=", "16: acme apex zeta" },
		{ "tagfocus=tenant=acme,z", "21: zeta" },
		{ "tags ten", "5: tenant=" },
		{ "tags tenant=ac", "12: acme" },
		{ "tagignore=request=", "18: GET\\s/" },
		{ "tagroot=ten", "8: tenant" },
		{ "tagroot=tenant,by", "15: bytes" },
		{ "tagshow=a|re", "10: request" },
	};

	CHECK_ALL(cases);
}

Test(complete, options_with_few_values_have_them)
{
	static const char *const cases[][2] = {
		{ "sort=", "5: cum flat" },
		{ "granularity=fil", "12: filefunctions files" },
		{ "trim=", "5: true false" },
		{ "sample_index=", "13: samples cpu" },
		{ "unit=m", "5: minimum ms MB" },
		{ "format=j", "7: json" },
		{ "nodecount=", "10:" },
		{ "help foc", "5: focus" },
		{ "help qu", "5: quit" },
	};

	CHECK_ALL(cases);
}

Test(complete, files_stand_behind_redirections_and_in_commands_that_take_them)
{
	static const char *const cases[][2] = {
		{ "open cp", "5: \"cpu old.pb.gz\" cpu.pb.gz" },
		{ "open cpu.", "5: cpu.pb.gz ." },
		{ "open \"cpu o", "5: \"cpu old.pb.gz\" ." },
		{ "open pro", "5: profiles/" },
		{ "open profiles/", "5: profiles/heap.pb.gz ." },
		{ "open .h", "5: .hidden ." },
		{ "base cpu.pb.gz ", "15: \"cpu old.pb.gz\" cpu.pb.gz profiles/" },
		{ "top >cpu.", "5: cpu.pb.gz ." },
		{ "top >> prof", "7: profiles/" },
		{ "top | grep pro", "11: profiles/" },
		{ "!cat prof", "5: profiles/" },
		{ "!prof", "1: profiles/" },
		{ "diff cpu.", "5: cpu.pb.gz ." },
		{ "output=prof", "7: profiles/" },
		{ "open nosuch/", "5:" },
		{ "quit ", "5:" },
	};

	CHECK_ALL(cases);
}

Test(complete, what_stands_behind_the_cursor_does_not_count)
{
	struct completion c;

	cr_assert_eq(complete(&repl, STR("topp main"), 4, &c), 0);
	cr_expect_eq(c.candidates.n, 1);
	completion_release(&c);
	cr_assert_eq(complete(&repl, STR(""), 0, &c), 0);
	cr_expect_gt(c.candidates.n, 60);
	completion_release(&c);
	cr_assert_eq(complete(&repl, STR("  x"), 1, &c), 0);
	cr_expect_eq(c.from, 1);
	completion_release(&c);
}
