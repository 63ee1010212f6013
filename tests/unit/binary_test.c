/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/binary.h"

#include <criterion/criterion.h>

#include "fixture.h"

Test(binary, a_profile_without_mappings_gets_one_for_all_locations)
{
	struct fixture f;
	struct assay_profile *p;

	fixture_init(&f, "cpu/ns");
	p = f.b.profile;
	SAMPLE(&f, "main leaf", 1);
	p->mappings.n = 0;
	p->locations.items[0].mapping = p->locations.items[1].mapping = PROFILE_NONE;
	cr_assert_eq(binary_ensure(&f.b, NULL), 0);
	cr_assert_eq(p->mappings.n, 1);
	cr_expect_eq(p->mappings.items[0].id, 1);
	cr_expect_eq(p->mappings.items[0].file, 0);
	cr_expect_eq(p->mappings.items[0].limit, 0);
	cr_expect_eq(p->locations.items[0].mapping, 0);
	cr_expect_eq(p->locations.items[1].mapping, 0);
	fixture_release(&f);
}

Test(binary, where_there_are_mappings_locations_may_stay_without)
{
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main leaf", 1);
	f.b.profile->locations.items[1].mapping = PROFILE_NONE;
	cr_assert_eq(binary_ensure(&f.b, NULL), 0);
	cr_expect_eq(f.b.profile->mappings.n, 1);
	cr_expect_eq(f.b.profile->locations.items[1].mapping, PROFILE_NONE);
	fixture_release(&f);
}

Test(binary, the_person_knows_the_path_better_and_the_build_id_where_there_is_none)
{
	static const struct {
		const char *had_id, *file, *id, *expected_file, *expected_id;
	} cases[] = {
		{ "", NULL, NULL, "prog", "" }, { "", "", "", "prog", "" }, { "", "/bin/x", "abc", "/bin/x", "abc" },
		{ "old", "/bin/x", "abc", "/bin/x", "old" }, { "", NULL, "abc", "prog", "abc" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct assay_profile *p;
		struct fixture f;

		fixture_init(&f, "cpu/ns");
		SAMPLE(&f, "main lib%libc.so", 1);
		p = f.b.profile;
		p->mappings.items[0].build_id = fixture_intern(&f, cases[i].had_id);
		cr_assert_eq(binary_override(&f.b, cases[i].file, cases[i].id, NULL), 0);
		cr_expect_str_eq(profile_str(p, p->mappings.items[0].file).p, cases[i].expected_file, "case %zu", i);
		cr_expect_str_eq(profile_str(p, p->mappings.items[0].build_id).p, cases[i].expected_id, "case %zu", i);
		cr_expect_str_eq(profile_str(p, p->mappings.items[1].file).p, "libc.so", "only the main binary's");
		fixture_release(&f);
	}
}
