/* SPDX-License-Identifier: Apache-2.0 */
#include "format/stacks.h"

#include <criterion/criterion.h>

static struct profile_builder b;
static struct stacks s;
static struct assay_diag diag;

static void setup(void)
{
	cr_assert_eq(builder_init(&b, &diag), 0);
	cr_assert_eq(stacks_init(&s, &b, &diag), 0);
	cr_assert_eq(stacks_type(&s, STR("samples"), STR("count")), 0);
	cr_assert_eq(stacks_type(&s, STR("cpu"), STR("nanoseconds")), 0);
}

static void teardown(void)
{
	stacks_release(&s);
	builder_release(&b);
}

static void frame(const char *name, int64_t line, uint64_t address)
{
	cr_assert_eq(stacks_line(&s, str_of(name), STR("f.c"), line), 0);
	cr_assert_eq(stacks_location(&s, address, PROFILE_NONE), 0);
}

static void sample(int64_t first, int64_t second)
{
	int64_t values[] = { first, second };

	cr_assert_eq(stacks_sample(&s, values), 0);
}

Test(stacks, equal_samples_are_one_in_the_place_of_the_first, .init = setup, .fini = teardown)
{
	frame("leaf", 1, 0);
	frame("main", 2, 0);
	sample(1, 10);
	frame("main", 2, 0);
	sample(1, 20);
	frame("leaf", 1, 0);
	frame("main", 2, 0);
	sample(1, 30);
	cr_assert_eq(b.profile->n_samples, 2);
	cr_expect_eq(b.profile->values.items[0], 2);
	cr_expect_eq(b.profile->values.items[1], 40);
	cr_expect_eq(b.profile->locations.n, 2);
	cr_expect_eq(b.profile->functions.n, 2);
	cr_expect_eq(b.profile->lines.n, 2);
	cr_expect_eq(b.profile->stacks.n, 3);
	cr_expect_eq(b.profile->stack_start.items[2], 3);
}

Test(stacks, labels_tell_samples_apart, .init = setup, .fini = teardown)
{
	frame("main", 1, 0);
	cr_assert_eq(stacks_text(&s, STR("k"), STR("v")), 0);
	sample(1, 1);
	frame("main", 1, 0);
	cr_assert_eq(stacks_number(&s, STR("k"), 7, STR("")), 0);
	sample(1, 1);
	frame("main", 1, 0);
	cr_assert_eq(stacks_number(&s, STR("k"), 7, STR("minutes")), 0);
	sample(1, 1);
	frame("main", 1, 0);
	cr_assert_eq(stacks_number(&s, STR("k"), 7, STR("minutes")), 0);
	sample(1, 1);
	cr_expect_eq(b.profile->n_samples, 3);
	cr_expect_eq(b.profile->labels.n, 3);
	cr_expect_eq(b.profile->labels.items[1].kind, LABEL_NUMBER);
	cr_expect_eq(b.profile->labels.items[2].kind, LABEL_NUMBER_UNIT);
}

Test(stacks, locations_differ_by_line_address_and_what_is_inlined, .init = setup, .fini = teardown)
{
	frame("main", 1, 0);
	frame("main", 2, 0);
	frame("main", 1, 8);
	cr_assert_eq(stacks_line(&s, STR("inl"), STR("f.c"), 3), 0);
	frame("main", 1, 0);
	cr_assert_eq(stacks_location(&s, 8, PROFILE_NONE), 0);
	frame("main", 1, 8);
	cr_expect_eq(b.profile->locations.n, 5);
	cr_expect_eq(b.profile->locations.items[3].n_lines, 2);
	cr_expect_eq(b.profile->locations.items[4].n_lines, 0);
	cr_expect_eq(stack_column_at(&b.profile->stacks, 5), 2);
	cr_expect_eq(b.profile->functions.n, 2);
}

Test(stacks, a_sum_that_does_not_fit_stays_by_itself, .init = setup, .fini = teardown)
{
	frame("main", 1, 0);
	sample(1, INT64_MAX);
	frame("main", 1, 0);
	sample(1, 1);
	frame("main", 1, 0);
	sample(1, 2);
	cr_assert_eq(b.profile->n_samples, 2);
	cr_expect_eq(b.profile->values.items[0], 1);
	cr_expect_eq(b.profile->values.items[1], INT64_MAX);
	cr_expect_eq(b.profile->values.items[2], 2);
	cr_expect_eq(b.profile->values.items[3], 3);
}

Test(stacks, turns_the_stack_at_hand_alone, .init = setup, .fini = teardown)
{
	frame("a", 1, 0);
	frame("b", 1, 0);
	sample(1, 1);
	frame("a", 1, 0);
	frame("b", 1, 0);
	frame("c", 1, 0);
	stacks_turn(&s);
	cr_expect_eq(stack_column_at(&b.profile->stacks, 0), 0);
	cr_expect_eq(stack_column_at(&b.profile->stacks, 2), 2);
	cr_expect_eq(stack_column_at(&b.profile->stacks, 3), 1);
	cr_expect_eq(stack_column_at(&b.profile->stacks, 4), 0);
}
