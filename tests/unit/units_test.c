/* SPDX-License-Identifier: Apache-2.0 */
#include "base/units.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"

static bool unit_is(struct scaled s, const char *unit)
{
	return str_equal(s.unit, str_of(unit));
}

Test(units, every_name_of_a_unit_is_known_in_any_case_and_number)
{
	static const struct {
		const char *from, *to;
		double factor;
		const char *name;
	} cases[] = {
		{ "b", "b", 1, "B" }, { "byte", "b", 1, "B" }, { "Bytes", "b", 1, "B" }, { "B", "b", 1, "B" },
		{ "kb", "b", 1024, "B" }, { "kbyte", "b", 1024, "B" }, { "kilobytes", "b", 1024, "B" },
		{ "kbs", "b", 1024, "B" }, { "MB", "kb", 1024, "kB" }, { "megabyte", "kb", 1024, "kB" },
		{ "mbyte", "kb", 1024, "kB" }, { "gb", "mb", 1024, "MB" }, { "gigabytes", "MBs", 1024, "MB" },
		{ "gbyte", "MBs", 1024, "MB" }, { "tb", "gb", 1024, "GB" }, { "terabyte", "gb", 1024, "GB" },
		{ "tbytes", "gb", 1024, "GB" }, { "pb", "tb", 1024, "TB" }, { "petabyte", "tb", 1024, "TB" },
		{ "pbyte", "pb", 1, "PB" }, { "ns", "ns", 1, "ns" }, { "nanosecond", "ns", 1, "ns" },
		{ "nanoseconds", "ns", 1, "ns" }, { "us", "ns", 1000, "ns" }, { "microseconds", "ns", 1000, "ns" },
		{ "ms", "us", 1000, "us" }, { "Milliseconds", "us", 1000, "us" }, { "s", "ms", 1000, "ms" },
		{ "sec", "ms", 1000, "ms" }, { "secs", "ms", 1000, "ms" }, { "SECONDS", "ms", 1000, "ms" },
		{ "hr", "s", 3600, "s" }, { "hrs", "s", 3600, "s" }, { "hours", "s", 3600, "s" },
		{ "hour", "hr", 1, "hrs" },
		{ "nanogcu", "nanogcu", 1, "n*GCU" }, { "microgcu", "nanogcu", 1000, "n*GCU" },
		{ "MilliGCU", "microgcu", 1000, "u*GCU" }, { "gcu", "milligcu", 1000, "m*GCU" },
		{ "kilogcus", "GCU", 1000, "GCU" },
		{ "megagcu", "kilogcu", 1000, "k*GCU" }, { "gigagcus", "megagcu", 1000, "M*GCU" },
		{ "teragcu", "gigagcu", 1000, "G*GCU" }, { "petagcu", "teragcu", 1000, "T*GCU" },
		{ "petagcu", "petagcu", 1, "P*GCU" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scaled s = units_scale(3, str_of(cases[i].from), str_of(cases[i].to));

		cr_expect(fabs(s.value - 3 * cases[i].factor) < 1e-6 * cases[i].factor, "3 %s are %g %s", cases[i].from,
			s.value, cases[i].to);
		cr_expect(unit_is(s, cases[i].name), "%s to %s is in '%s'", cases[i].from, cases[i].to, s.unit.p);
	}
}

Test(units, words_that_are_no_unit_are_taken_as_they_are)
{
	static const struct {
		const char *from, *to;
		double value;
		const char *unit;
	} cases[] = {
		/* A word of its own takes the name it is asked for, unless that says nothing. */
		{ "count", "foo", 42, "foo" }, { "count", "count", 42, "" }, { "count", "sample", 42, "" },
		{ "count", "unit", 42, "" }, { "count", "minimum", 42, "" }, { "count", "auto", 42, "" },
		{ "count", "Auto", 42, "Auto" }, { "count", "counts", 42, "counts" },
		{ "widgets", "widgets", 42, "widgets" },
		{ "", "", 42, "" }, { "", "ms", 42, "ms" }, { "minutes", "s", 42, "s" }, { "min", "s", 42, "s" },
		{ "KiB", "b", 42, "b" }, { "m", "s", 42, "s" }, { "bs", "kb", 42, "kb" }, { "secondss", "s", 42, "s" },
		{ "\xce\xbcs", "ns", 42, "ns" }, { "m*GCU", "gcu", 42, "gcu" },
		/* Across families, or to a word, a value falls back to the default of its own family. */
		{ "kb", "ms", 43008, "B" }, { "ms", "kb", 0.042, "s" }, { "gcu", "s", 42, "GCU" },
		{ "ms", "foo", 0.042, "s" },
		{ "ms", "", 0.042, "s" }, { "ms", "\xce\xbcs", 0.042, "s" }, { "ms", "Minimum", 0.042, "s" },
		{ "b", "k*GCU", 42, "B" }, { "kilogcu", "k*GCU", 42000, "GCU" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scaled s = units_scale(42, str_of(cases[i].from), str_of(cases[i].to));

		cr_expect(fabs(s.value - cases[i].value) < 1e-9, "%s to %s: %g", cases[i].from, cases[i].to, s.value);
		cr_expect(unit_is(s, cases[i].unit), "%s to %s: '%.*s'", cases[i].from, cases[i].to, (int)s.unit.len,
			s.unit.p);
	}
}

Test(units, labels_read_as_the_reference_prints_them)
{
	static const struct {
		int64_t value;
		const char *from, *to, *expected;
	} cases[] = {
		{ 1200000000, "ns", "s", "1.20s" }, { 10000000, "ns", "auto", "10ms" }, { 999, "us", "auto", "999us" },
		{ 1000, "us", "auto", "1ms" }, { 3599, "s", "auto", "3599s" }, { 3600, "s", "auto", "1hrs" },
		{ 5400, "s", "minimum", "1.50hrs" }, { 1023, "B", "auto", "1023B" }, { 1024, "B", "auto", "1kB" },
		{ 4900, "B", "MB", "0" }, { 5243, "B", "MB", "0.01MB" }, { -4900, "B", "MB", "0" },
		{ -474, "kB", "kB", "-474kB" },
		{ 5, "count", "auto", "5" }, { 5, "count", "minimum", "5" }, { -5, "count", "auto", "-5" },
		{ INT64_C(1) << 60, "B", "auto", "1024PB" }, { 0, "ns", "auto", "0" }, { 0, "count", "foo", "0" },
		{ 42, "count", "foo", "42foo" }, { 1, "ns", "s", "0" }, { 5000000, "ns", "s", "0.01s" },
		{ -1500, "ms", "auto", "-1.50s" }, { 999999, "ns", "auto", "1000us" },
		{ 500, "milligcu", "auto", "500m*GCU" },
		{ 1500, "gcu", "auto", "1.50k*GCU" }, { INT64_MAX, "count", "auto", "9223372036854775808" },
		{ INT64_MIN, "count", "auto", "-9223372036854775808" }, { INT64_MIN, "ns", "auto", "-9223372036.85s" },
		{ INT64_MAX, "pb", "b", "10384593717069655257060992658440192B" },
		{ 7, "w\x1b", "w\x1b", "7w\\x1b" }, /* a unit is a text of the profile */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		units_add_label(&b, cases[i].value, str_of(cases[i].from), str_of(cases[i].to));
		cr_expect_str_eq(buf_str(&b).p, cases[i].expected, "case %zu: got '%s'", i, buf_str(&b).p);
		buf_release(&b);
	}
}

Test(units, halves_of_a_hundredth_round_by_the_exact_binary_value)
{
	static const struct {
		int64_t ms;
		const char *expected;
	} cases[] = {
		{ 1125, "1.12s" }, { 1375, "1.38s" }, { 1005, "1s" }, { 2675, "2.67s" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		units_add_label(&b, cases[i].ms, STR("ms"), STR("s"));
		cr_expect_str_eq(buf_str(&b).p, cases[i].expected, "got '%s'", buf_str(&b).p);
		buf_release(&b);
	}
}

Test(units, percentages_have_no_sign_and_six_characters_at_least)
{
	static const struct {
		int64_t value, total;
		const char *expected;
	} cases[] = {
		{ 1, 1, "  100%" }, { 99951, 100000, "  100%" }, { 100049, 100000, "  100%" },
		{ 99949, 100000, "99.95%" },
		{ 42, 1000, " 4.20%" }, { 7959, 10000, "79.59%" }, { 14286, 10000, "142.86%" }, { 5, 1000, "  0.5%" },
		{ 43, 100000, "0.043%" }, { 0, 100, "    0%" }, { 5, 0, "    0%" }, { 5, 10000000, "5e-05%" },
		{ -42, 1000, " 4.20%" }, { 42, -1000, " 4.20%" }, { -1, -1, "  100%" }, { 1, 100, " 1.00%" },
		{ 999, 100000, "    1%" }, { INT64_MIN, INT64_MAX, "  100%" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		units_add_percent(&b, cases[i].value, cases[i].total);
		cr_expect_str_eq(buf_str(&b).p, cases[i].expected, "case %zu: got '%s'", i, buf_str(&b).p);
		buf_release(&b);
	}
}

Test(units, families_are_told_apart)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "ns", "hours", true }, { "b", "Megabytes", true }, { "gcu", "nanogcu", true },
		{ "widgets", "widgets", true },
		{ "", "", true }, { "ns", "b", false }, { "count", "ns", false }, { "ns", "count", false },
		{ "count", "widgets", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(units_same_family(str_of(cases[i].a), str_of(cases[i].b)), cases[i].same, "%s and %s",
			cases[i].a,
			cases[i].b);
	cr_expect(units_is_time(STR("Nanoseconds")));
	cr_expect(units_is_time(STR("hr")));
	cr_expect_not(units_is_time(STR("bytes")));
	cr_expect_not(units_is_time(STR("")));
}

Test(units, sums_stop_at_the_end_of_the_range)
{
	cr_expect_eq(narrow((wide)INT64_MAX * 4), INT64_MAX);
	cr_expect_eq(narrow((wide)INT64_MIN * 4), INT64_MIN);
	cr_expect_eq(magnitude(INT64_MIN), INT64_MAX);
	cr_expect_eq(magnitude(-5), 5);
	cr_expect_eq(trunc_to_int64(1.9), 1);
	cr_expect_eq(trunc_to_int64(-1.9), -1);
	cr_expect_eq(trunc_to_int64(0x1p63), INT64_MIN);
	cr_expect_eq(trunc_to_int64(-0x1p63), INT64_MIN);
	cr_expect_eq(trunc_to_int64((double)NAN), INT64_MIN);
}

static void expect_share(double r)
{
	struct buf out = BUF_INIT;
	char expected[400];

	snprintf(expected, sizeof(expected), r >= 1.0 ? "%5.2f%%" : "%5.2g%%", r);
	if (r >= 99.95 && r <= 100.05)
		snprintf(expected, sizeof(expected), "  100%%");
	units_add_share(&out, r);
	cr_assert_str_eq(buf_str(&out).p, expected, "%a", r);
	buf_release(&out);
}

static void expect_label(int64_t value, const char *unit)
{
	struct scaled s = units_scale(value, str_of("ns"), str_of(unit));
	struct buf out = BUF_INIT;
	char expected[400];
	size_t n;

	snprintf(expected, sizeof(expected), "%.2f", s.value);
	n = strlen(expected);
	if (strcmp(expected + n - 3, ".00") == 0)
		expected[n - 3] = '\0';
	if (strcmp(expected, "0") != 0 && strcmp(expected, "-0") != 0)
		strcat(expected, unit);
	else
		strcpy(expected, "0");
	units_add_label(&out, value, str_of("ns"), str_of(unit));
	cr_assert_str_eq(buf_str(&out).p, expected, "%" PRId64 " %s", value, unit);
	buf_release(&out);
}

/* Ties and what lies beside them, powers of ten, and anything. */
Test(units, numbers_are_rounded_as_the_c_library_does_it)
{
	static const char *const units[] = { "ns", "us", "ms", "s", "hrs" };
	uint64_t x = 1;

	for (int i = 0; i < 40000; i++) {
		double tie = i / 800.0, small = i / 80000.0;

		expect_share(tie);
		expect_share(nextafter(tie, 0));
		expect_share(nextafter(tie, 1e9));
		expect_share(small);
		expect_share(nextafter(small, 1));
		expect_share(-small);
		expect_share(tie * 1e6);
		x = x * 6364136223846793005 + 1442695040888963407;
		expect_share((double)(x >> 11) / 9007199254740992.0 * pow(10, i % 13 - 6));
		expect_label((int64_t)(x >> (i % 64)), units[i % 5]);
		expect_label(-(int64_t)(x >> (1 + i % 63)), units[i % 5]);
		expect_label(i * 5, units[i % 3]);
	}
	expect_share(INFINITY);
	expect_share(0.0);
	expect_share(-0.0);
}
