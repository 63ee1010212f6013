/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/builder.h"

#include <criterion/criterion.h>

#include "fixture.h"
#include "profile/check.h"

Test(builder, a_sample_is_what_was_pushed_since_the_last_one)
{
	struct fixture f;
	const struct assay_profile *p;

	/* leaf 1, nothing 2, main → leaf 3 */
	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "k", "v");
	SAMPLE(&f, "leaf", 1);
	SAMPLE(&f, "", 2);
	fixture_number(&f, "n", 7, NULL);
	fixture_number(&f, "n", 8, "b");
	SAMPLE(&f, "main leaf", 3);
	p = fixture_seal(&f);
	cr_expect_eq(p->n_samples, 3);
	for (size_t i = 0; i < 4; i++) {
		cr_expect_eq(p->stack_start.items[i], ((const uint64_t[]){ 0, 1, 1, 3 })[i]);
		cr_expect_eq(p->label_start.items[i], ((const uint64_t[]){ 0, 1, 1, 3 })[i]);
	}
	cr_expect_eq(profile_values(p, 2)[0], 3);
	cr_expect_eq(stack_column_at(&p->stacks, 0), stack_column_at(&p->stacks, 1), "the leaf comes first");
	profile_free(p);
}

Test(builder, sealing_takes_the_profile_out_of_the_builder)
{
	struct profile_builder b;
	const struct assay_profile *p;

	cr_assert_eq(builder_init(&b, NULL), 0);
	cr_assert_eq(profile_seal(&b, &p, NULL), 0);
	cr_expect_null(b.profile);
	builder_release(&b);
	profile_free(p);
	profile_free(NULL);
}

Test(builder, a_profile_that_breaks_the_model_stays_with_the_builder)
{
	const struct assay_profile *p = NULL;
	struct profile_builder b;
	struct assay_diag diag;

	cr_assert_eq(builder_init(&b, NULL), 0);
	cr_assert_eq(builder_end_sample(&b, NULL), 0);
	cr_expect_eq(profile_seal(&b, &p, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.text, "missing sample type information");
	cr_expect_null(p);
	cr_assert_not_null(b.profile);
	cr_assert(vec_push(&b.profile->sample_types, ((struct value_type){ 0, 0 })));
	cr_expect_eq(profile_check(b.profile, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.text, "0 values for 1 samples of 1 types");
	cr_assert(vec_push(&b.profile->values, 5));
	cr_expect_eq(profile_check(b.profile, &diag), 0);
	builder_release(&b);
}

Test(builder, magnitudes_are_summed_beyond_64_bits)
{
	struct fixture f;
	const struct assay_profile *p;

	fixture_init(&f, "a/x b/x c/x");
	SAMPLE(&f, "main", INT64_MAX, -5, INT64_MIN);
	SAMPLE(&f, "main", 0, 7, 0);
	SAMPLE(&f, "", 0, -8, 0);
	p = fixture_seal(&f);
	cr_expect(p->magnitudes.items[0] == INT64_MAX);
	cr_expect(p->magnitudes.items[1] == 20);
	cr_expect(p->magnitudes.items[2] == (wide)INT64_MAX + 1);
	cr_expect(profile_sums_fit(p, 0));
	cr_expect(profile_sums_fit(p, 1));
	cr_expect_not(profile_sums_fit(p, 2), "the least value has no counterpart");
	profile_free(p);
	fixture_init(&f, "a/x");
	SAMPLE(&f, "main", INT64_MAX);
	SAMPLE(&f, "main", -1);
	p = fixture_seal(&f);
	cr_expect_not(profile_sums_fit(p, 0), "a part of the samples may overflow where all together do not");
	profile_free(p);
}

/* 2000 lines in one location, 3000 times in a stack: 6,000,000 frames out of a few thousand numbers. */
static int check_inlined(size_t n_lines, size_t n_locations, struct assay_diag *diag)
{
	struct profile_builder b;
	struct assay_profile *p;
	int err;

	cr_assert_eq(builder_init(&b, diag), 0);
	p = b.profile;
	cr_assert(vec_push(&p->sample_types, ((struct value_type){ 0 })) &&
		  vec_push(&p->functions, ((struct function){ 0 })));
	for (size_t i = 0; i < n_lines; i++)
		cr_assert(vec_push(&p->lines, ((struct line){ 0 })));
	cr_assert(
		vec_push(&p->locations, ((struct location){ .mapping = PROFILE_NONE, .n_lines = (uint32_t)n_lines })));
	for (size_t i = 0; i < n_locations; i++)
		cr_assert(vec_push(&p->stacks, 0));
	cr_assert(vec_push(&p->values, 1));
	cr_assert_eq(builder_end_sample(&b, diag), 0);
	err = profile_check(p, diag);
	builder_release(&b);
	return err;
}

Test(builder, inlined_calls_do_not_multiply_stacks_beyond_measure)
{
	struct assay_diag diag = { .text = "" };

	cr_expect_eq(check_inlined(2000, 3000, &diag), ASSAY_ERR_TOO_BIG);
	cr_expect_str_eq(
		diag.text, "inlined calls make 6000000 frames of 3000 locations in stacks, more than 64 of each");
	cr_expect_eq(check_inlined(2000, 2000, &diag), 0, "four million are few");
	cr_expect_eq(check_inlined(64, 100000, &diag), 0, "64 lines in a location may be");
	cr_expect_eq(check_inlined(65, 100000, &diag), ASSAY_ERR_TOO_BIG);
}
