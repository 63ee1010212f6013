/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/columns.h"

#include <criterion/criterion.h>

#include "fixture.h"

static void expect_column(const struct assay_profile *p, const char *name, size_t expected)
{
	struct assay_diag diag = { .text = "" };
	size_t column = 99;

	cr_expect_eq(columns_find(p, str_of(name), &column, &diag), 0, "'%s': %s", name, diag.text);
	cr_expect_eq(column, expected, "'%s' is column %zu", name, column);
}

static void expect_no_column(const struct assay_profile *p, const char *name, const char *text)
{
	struct assay_diag diag = { .text = "" };
	size_t column = 99;

	cr_expect_eq(columns_find(p, str_of(name), &column, &diag), ASSAY_ERR_ARGUMENT, "'%s'", name);
	cr_expect_str_eq(diag.text, text, "%s", diag.text);
	cr_expect_eq(column, 99);
}

Test(columns, are_found_by_name_number_or_default)
{
	struct fixture f;
	const struct assay_profile *p;

	fixture_init(&f, "samples/count space/bytes inuse_objects/count cpu/ns");
	p = fixture_seal(&f);
	expect_column(p, "", 3);
	expect_column(p, "samples", 0);
	expect_column(p, "cpu", 3);
	expect_column(p, "inuse_space", 1);
	expect_column(p, "inuse_objects", 2);
	expect_column(p, "inuse_cpu", 3);
	expect_column(p, "0", 0);
	expect_column(p, "3", 3);
	expect_column(p, "+2", 2);
	expect_column(p, "-0", 0);
	expect_column(p, "002", 2);
	profile_free(p);
}

Test(columns, the_default_is_the_profile_s_own_if_it_has_that_type)
{
	static const struct {
		const char *name;
		size_t column;
	} cases[] = { { "samples", 0 }, { "cpu", 1 }, { "other", 2 }, { "", 2 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		const struct assay_profile *p;

		fixture_init(&f, "samples/count cpu/ns cpu/ms");
		f.b.profile->default_sample_type = fixture_intern(&f, cases[i].name);
		p = fixture_seal(&f);
		expect_column(p, "", cases[i].column);
		profile_free(p);
	}
}

Test(columns, what_names_none_says_which_there_are)
{
	struct fixture f;
	const struct assay_profile *p;

	fixture_init(&f, "samples/count cpu/ns");
	p = fixture_seal(&f);
	expect_no_column(p, "7", "sample_index 7 is outside the range [0..1]");
	expect_no_column(p, "2", "sample_index 2 is outside the range [0..1]");
	expect_no_column(p, "-1", "sample_index -1 is outside the range [0..1]");
	expect_no_column(p, "foo", "sample_index \"foo\" must be one of: [samples cpu]");
	expect_no_column(p, "CPU", "sample_index \"CPU\" must be one of: [samples cpu]");
	expect_no_column(p, "1x", "sample_index \"1x\" must be one of: [samples cpu]");
	expect_no_column(p, "+", "sample_index \"+\" must be one of: [samples cpu]");
	expect_no_column(p, " 1", "sample_index \" 1\" must be one of: [samples cpu]");
	expect_no_column(p, "0x1", "sample_index \"0x1\" must be one of: [samples cpu]");
	expect_no_column(p, "inuse_", "sample_index \"inuse_\" must be one of: [samples cpu]");
	/* A number beyond 64 bits is a name. */
	expect_no_column(p, "99999999999999999999", "sample_index \"99999999999999999999\" must be one of: [samples cpu]");
	/* The prefix of what is asked for is taken off, never that of what is there. */
	expect_no_column(p, "inuse_inuse_cpu", "sample_index \"inuse_inuse_cpu\" must be one of: [samples cpu]");
	profile_free(p);
	fixture_init(&f, "");
	p = fixture_seal(&f);
	expect_no_column(p, "", "profile has no samples");
	expect_no_column(p, "0", "profile has no samples");
	profile_free(p);
}

Test(columns, names_that_stand_twice_are_dropped_with_their_values)
{
	static const struct {
		const char *types, *fallback;
		size_t n;
		int64_t values[3]; /* of the columns that stay; before they are 1, 2, 3 */
		const char *fallback_after;
	} cases[] = {
		{ "a/x b/x c/x", "b", 3, { 1, 2, 3 }, "b" },
		{ "a/x b/x c/x", "z", 3, { 1, 2, 3 }, "z" }, /* nothing dropped, nothing touched */
		{ "a/x b/x b/y", "b", 1, { 1 }, "a" },
		{ "a/x b/x b/y", "a", 1, { 1 }, "a" },
		{ "b/x a/x b/x", "", 1, { 2 }, "a" },
		{ "b/x b/x a/x", "a", 1, { 3 }, "a" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		const struct assay_profile *p;

		fixture_init(&f, cases[i].types);
		f.b.profile->default_sample_type = fixture_intern(&f, cases[i].fallback);
		SAMPLE(&f, "main", 1, 2, 3);
		SAMPLE(&f, "main", 10, 20, 30);
		cr_assert_eq(columns_make_common(&f.b, 1, NULL), 0);
		p = fixture_seal(&f);
		cr_assert_eq(profile_n_types(p), cases[i].n, "case %zu", i);
		for (size_t c = 0; c < cases[i].n; c++) {
			cr_expect_eq(profile_values(p, 0)[c], cases[i].values[c], "case %zu", i);
			cr_expect_eq(profile_values(p, 1)[c], 10 * cases[i].values[c], "case %zu", i);
		}
		cr_expect_str_eq(profile_str(p, p->default_sample_type).p, cases[i].fallback_after, "case %zu", i);
		profile_free(p);
	}
}

Test(columns, a_profile_without_a_column_left_is_refused)
{
	static const char *const types[] = { "", "cpu/ns cpu/ns", "cpu/ns cpu/count" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct assay_diag diag;
		struct fixture f;

		fixture_init(&f, types[i]);
		cr_expect_eq(columns_make_common(&f.b, 1, &diag), ASSAY_ERR_FORMAT);
		cr_expect_str_eq(diag.text, "profiles have empty common sample type list");
		fixture_release(&f);
	}
}
