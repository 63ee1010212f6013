/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/idmap.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "assay/error.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void expect_maps(const uint64_t *ids, size_t n, const uint64_t *absent, size_t n_absent)
{
	struct idmap_fault fault;
	struct idmap m;

	cr_assert_eq(idmap_build(&m, ids, sizeof(*ids), n, &fault), 0);
	for (size_t i = 0; i < n; i++)
		cr_expect_eq(idmap_find(&m, ids[i]), i, "id %llu", (unsigned long long)ids[i]);
	for (size_t i = 0; i < n_absent; i++)
		cr_expect_eq(idmap_find(&m, absent[i]), PROFILE_NONE, "id %llu", (unsigned long long)absent[i]);
	cr_expect_eq(m.n, n);
	idmap_release(&m);
}

Test(idmap, ids_that_count_from_1_need_no_memory)
{
	static const uint64_t ids[] = { 1, 2, 3 }, absent[] = { 0, 4, UINT64_MAX, UINT64_C(1) << 32 };
	struct idmap_fault fault;
	struct idmap m;

	expect_maps(ids, N(ids), absent, N(absent));
	cr_assert_eq(idmap_build(&m, ids, sizeof(*ids), N(ids), &fault), 0);
	cr_expect(m.identity && !m.table && !m.slots);
	idmap_release(&m);
}

Test(idmap, ids_with_few_gaps_get_a_table)
{
	static const uint64_t ids[] = { 3, 1, 700, 2 }, absent[] = { 0, 4, 699, 701, UINT64_MAX };
	struct idmap_fault fault;
	struct idmap m;

	expect_maps(ids, N(ids), absent, N(absent));
	cr_assert_eq(idmap_build(&m, ids, sizeof(*ids), N(ids), &fault), 0);
	cr_expect_not_null(m.table);
	idmap_release(&m);
}

Test(idmap, huge_ids_are_hashed)
{
	static const uint64_t ids[] = { UINT64_MAX, 1, UINT64_C(1) << 63, UINT64_C(1) << 32, 0x5555555555555555 };
	static const uint64_t absent[] = { 0, 2, UINT64_MAX - 1, (UINT64_C(1) << 32) + 1 };
	struct idmap_fault fault;
	struct idmap m;

	expect_maps(ids, N(ids), absent, N(absent));
	cr_assert_eq(idmap_build(&m, ids, sizeof(*ids), N(ids), &fault), 0);
	cr_expect_not_null(m.slots);
	idmap_release(&m);
}

Test(idmap, many_huge_ids_find_their_way)
{
	enum { MANY = 5000 };
	uint64_t *ids = malloc(MANY * sizeof(*ids));

	for (uint64_t i = 0; i < MANY; i++)
		ids[i] = (i + 1) * UINT64_C(0x100000000);
	expect_maps(ids, MANY, (const uint64_t[]){ 0, 1, MANY }, 3);
	free(ids);
}

Test(idmap, an_empty_map_holds_nothing)
{
	expect_maps(NULL, 0, (const uint64_t[]){ 0, 1, UINT64_MAX }, 3);
}

Test(idmap, ids_may_stand_in_larger_objects)
{
	static const struct {
		uint64_t id, other;
	} objects[] = { { 9, 1 }, { 8, 2 } };
	struct idmap_fault fault;
	struct idmap m;

	cr_assert_eq(idmap_build(&m, &objects[0].id, sizeof(objects[0]), 2, &fault), 0);
	cr_expect_eq(idmap_find(&m, 8), 1);
	cr_expect_eq(idmap_find(&m, 1), PROFILE_NONE);
	idmap_release(&m);
}

Test(idmap, zero_and_repeated_ids_are_faults_with_their_place)
{
	static const struct {
		uint64_t ids[4];
		size_t n, index;
		uint64_t id;
	} cases[] = {
		{ { 0 }, 1, 0, 0 },
		{ { 1, 0, 2 }, 3, 1, 0 },
		{ { 1, 2, 2 }, 3, 2, 2 },
		{ { 1, 2, 1, 2 }, 4, 2, 1 }, /* the first of them */
		{ { UINT64_MAX, 1, UINT64_MAX }, 3, 2, UINT64_MAX },
		{ { UINT64_MAX, 0 }, 2, 1, 0 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct idmap_fault fault;
		struct idmap m;

		cr_expect_eq(idmap_build(&m, cases[i].ids, 8, cases[i].n, &fault), ASSAY_ERR_FORMAT, "case %zu", i);
		cr_expect_eq(fault.index, cases[i].index, "case %zu", i);
		cr_expect_eq(fault.id, cases[i].id, "case %zu", i);
	}
}
