/* SPDX-License-Identifier: Apache-2.0 */
#include "format/perf_fields.h"

#include <criterion/criterion.h>

#define EXPECT_STR(got, want) \
	cr_expect(str_equal((got), str_of(want)), "'%.*s' for '%s'", (int)(got).len, (got).p, want)

Test(perf_fields, finds_the_fields_of_a_header_wherever_the_comm_ends)
{
	static const struct {
		const char *line, *comm, *event;
		int64_t pid, tid, time, period;
	} cases[] = {
		{ "sh 16459  6400.214541:     250000 cpu-clock:pppH: ", "sh", "cpu-clock", -1, 16459, 6400214541000,
			250000 },
		{ "w 25842/25843 [001]  6902.824479123: 7   cycles:u: ", "w", "cycles:u", 25842, 25843, 6902824479123,
			7 },
		{ "  Web Content 12 [000] 1.000001: cycles:uP: ", "Web Content", "cycles:u", -1, 12, 1000001000, -1 },
		{ "12 34 1.50: 250000 a: ", "12", "a", -1, 34, 1500000000, 250000 },
		{ "foo: bar 12 [000] 1.25: 250 cpu/event=0x3c/: ", "foo: bar", "cpu/event=0x3c/", -1, 12, 1250000000,
			250 },
		{ "x 1 2.500000: sched:sched_switch: prev_comm=x", "x", "sched:sched_switch", -1, 1, 2500000000, -1 },
		{ "   w cpu-clock:      7faa43278f02 f (/lib/x)", "w", "cpu-clock", -1, -1, -1, -1 },
		{ "sh 16459 ", "sh", "", -1, 16459, -1, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct perf_header h;

		cr_assert(perf_parse_header(&h, str_of(cases[i].line)), "case %zu", i);
		EXPECT_STR(h.comm, cases[i].comm);
		EXPECT_STR(h.event, cases[i].event);
		cr_expect_eq(h.pid, cases[i].pid, "case %zu", i);
		cr_expect_eq(h.tid, cases[i].tid, "case %zu", i);
		cr_expect_eq(h.time, cases[i].time, "case %zu: %lld", i, (long long)h.time);
		cr_expect_eq(h.period, cases[i].period, "case %zu", i);
	}
}

Test(perf_fields, takes_prose_for_no_header)
{
	struct perf_header h;

	cr_expect_not(perf_parse_header(&h, STR("")));
	cr_expect_not(perf_parse_header(&h, STR("hello, world")));
	cr_expect_not(perf_parse_header(&h, STR("a very long line of words without any number in it or colon")));
}

Test(perf_fields, takes_frames_apart)
{
	static const struct {
		const char *line;
		uint64_t address;
		const char *symbol, *dso;
		bool inlined;
	} cases[] = {
		{ "\t           15389 main+0x219 (/bin/sh)", 0x15389, "main", "/bin/sh", false },
		{ "\tffffffff82200ff1 _raw+0x11 ([kernel.kallsyms])", 0xffffffff82200ff1, "_raw", "[kernel.kallsyms]",
			false },
		{ "\t      1040000000 [unknown] ([unknown])", 0x1040000000, "", "", false },
		{ "\t            1234 f<int, 2>(char) (inlined)", 0x1234, "f<int, 2>(char)", "", true },
		{ "\t            1234 operator new(unsigned long)+0x1 (/a b (deleted))", 0x1234,
			"operator new(unsigned long)", "/a b (deleted)", false },
		{ "\t            1234 f(int)", 0x1234, "f(int)", "", false },
		{ "\t            1234", 0x1234, "", "", false },
		{ "\t            1234 a+0x (/x+0x10)", 0x1234, "a+0x", "/x", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct perf_frame f;

		cr_assert(perf_parse_frame(&f, str_of(cases[i].line), true), "case %zu", i);
		cr_expect_eq(f.address, cases[i].address, "case %zu", i);
		EXPECT_STR(f.symbol, cases[i].symbol);
		EXPECT_STR(f.dso, cases[i].dso);
		cr_expect_eq(f.is_inlined, cases[i].inlined, "case %zu", i);
	}
}

Test(perf_fields, knows_a_symbol_that_looks_like_an_address)
{
	struct perf_frame f;

	cr_assert(perf_parse_frame(&f, STR("\tadd+0x1f (/bin/calc)"), false));
	cr_expect_not(f.has_address);
	EXPECT_STR(f.symbol, "add");
	EXPECT_STR(f.dso, "/bin/calc");
	cr_expect_not(perf_parse_frame(&f, STR("\tadd+0x1f (/bin/calc)"), true));
	cr_expect_not(perf_parse_frame(&f, STR(" \t"), false));
}

Test(perf_fields, takes_places_that_are_known)
{
	struct str file;
	int64_t number;

	cr_assert(perf_parse_place(STR("  a b.c:223"), &file, &number));
	EXPECT_STR(file, "a b.c");
	cr_expect_eq(number, 223);
	cr_expect_not(perf_parse_place(STR("  ??:0"), &file, &number));
	cr_expect_not(perf_parse_place(STR("  [kernel.kallsyms][ffffffff82200ff1]"), &file, &number));
	cr_expect_not(perf_parse_place(STR("  :1"), &file, &number));
}
