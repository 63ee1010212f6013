/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pairs.h"

#include <criterion/criterion.h>

static uint32_t add(struct pairs *p, uint32_t a, uint32_t b)
{
	uint32_t index = UINT32_MAX;

	cr_assert(pairs_add(p, a, b, &index));
	return index;
}

Test(pairs, are_numbered_as_they_are_first_met)
{
	struct pairs p = { 0 };

	cr_expect_eq(add(&p, 1, 2), 0);
	cr_expect_eq(add(&p, 2, 1), 1, "the order within a pair counts");
	cr_expect_eq(add(&p, 1, 2), 0);
	cr_expect_eq(add(&p, 0, 0), 2);
	cr_expect_eq(add(&p, UINT32_MAX, UINT32_MAX), 3);
	cr_expect_eq(add(&p, 0, 0), 2);
	cr_expect_eq(p.items.n, 4);
	cr_expect_eq(p.items.items[1].a, 2);
	cr_expect_eq(p.items.items[1].b, 1);
	pairs_release(&p);
}

Test(pairs, keep_their_numbers_while_the_table_grows)
{
	enum { SIDE = 150 };
	struct pairs p = { 0 };

	for (int round = 0; round < 2; round++)
		for (uint32_t a = 0; a < SIDE; a++)
			for (uint32_t b = 0; b < SIDE; b++)
				cr_assert_eq(add(&p, a, b), a * SIDE + b);
	cr_expect_eq(p.items.n, SIDE * SIDE);
	pairs_release(&p);
	cr_expect_eq(p.items.n, 0);
	cr_expect_eq(add(&p, 5, 5), 0, "after its release a table starts anew");
	pairs_release(&p);
}
