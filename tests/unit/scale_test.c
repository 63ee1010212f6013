/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/scale.h"

#include <criterion/criterion.h>

#include "fixture.h"
#include "profile/columns.h"

/* Stacks and values: "main a = 1 2", then the units. */
static void expect_samples(struct fixture *f, const char *expected)
{
	const struct assay_profile *p = f->b.profile;
	char *stacks = fixture_stacks(p), *line = stacks;
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < p->n_samples; i++, line += strcspn(line, "\n") + 1) {
		buf_add(&out, line, strcspn(line, "\n"));
		for (size_t c = 0; c < profile_n_types(p); c++)
			buf_addf(&out, " %ld", (long)profile_values(p, i)[c]);
		buf_add_char(&out, '\n');
	}
	for (size_t c = 0; c < profile_n_types(p); c++)
		buf_addf(&out, "%s/%s ", profile_str(p, p->sample_types.items[c].type).p,
			profile_str(p, p->sample_types.items[c].unit).p);
	cr_expect_str_eq(out.data, expected, "got\n%s", out.data);
	buf_release(&out);
	free(stacks);
}

Test(scale, rounds_half_away_from_zero_and_drops_what_becomes_nothing)
{
	struct fixture f;

	fixture_init(&f, "n/count cpu/ns");
	SAMPLE(&f, "main a", 1, 5);
	SAMPLE(&f, "main b", 1, -5);
	SAMPLE(&f, "main c", 1, 0);
	SAMPLE(&f, "main d", 0, 4);
	scale_columns(&f.b, (double[]){ 1, 0.5 });
	/* c counted in the other column alone, and goes, too. */
	expect_samples(&f, "main a 1 3\nmain b 1 -3\nmain d 0 2\nn/count cpu/ns ");
	cr_assert_eq(scale_all(&f.b, 1, NULL), 0);
	expect_samples(&f, "main a 1 3\nmain b 1 -3\nmain d 0 2\nn/count cpu/ns ");
	cr_assert_eq(scale_all(&f.b, -1, NULL), 0);
	expect_samples(&f, "main a -1 -3\nmain b -1 3\nmain d 0 -2\nn/count cpu/ns ");
	fixture_release(&f);
}

Test(scale, keeps_labels_with_their_samples)
{
	struct fixture f;
	const struct assay_profile *p;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "k", "gone");
	SAMPLE(&f, "main a", 0);
	fixture_label(&f, "k", "stays");
	SAMPLE(&f, "main b", 3);
	cr_assert_eq(scale_all(&f.b, 2, NULL), 0);
	p = fixture_seal(&f);
	cr_assert_eq(p->n_samples, 1);
	cr_assert_eq(p->label_start.items[1], 1);
	cr_expect_str_eq(profile_str(p, p->labels.items[0].text).p, "stays");
	EXPECT_TEXT(fixture_stacks(p), "main b\n");
	profile_free(p);
}

Test(scale, normalizing_brings_each_column_to_the_sum_of_the_base)
{
	struct fixture f, base;

	fixture_init(&base, "n/count cpu/ns zero/x");
	SAMPLE(&base, "main", 10, 50, 7);
	SAMPLE(&base, "main", 10, 50, 0);
	fixture_init(&f, "n/count cpu/ns zero/x");
	SAMPLE(&f, "main a", 1, 100, 0);
	SAMPLE(&f, "main b", 4, 100, 0);
	cr_assert_eq(scale_normalize(&f.b, base.b.profile, NULL), 0);
	expect_samples(&f, "main a 4 50 0\nmain b 16 50 0\nn/count cpu/ns zero/x ");
	fixture_release(&f);
	fixture_init(&f, "n/count cpu/ms zero/x");
	cr_expect_eq(scale_normalize(&f.b, base.b.profile, NULL), ASSAY_ERR_FORMAT);
	fixture_release(&f);
	fixture_release(&base);
}

Test(scale, units_become_the_finest_that_any_profile_has)
{
	struct fixture f[2];
	struct profile_builder both[2];

	fixture_init(&f[0], "n/count cpu/milliseconds mem/kb");
	SAMPLE(&f[0], "main a", 1, 2, 3);
	f[0].b.profile->period = 7;
	f[0].b.profile->period_type.unit = fixture_intern(&f[0], "ms");
	fixture_init(&f[1], "n/count cpu/nanoseconds mem/mb");
	SAMPLE(&f[1], "main b", 1, 2, 3);
	f[1].b.profile->period = 7;
	f[1].b.profile->period_type.unit = fixture_intern(&f[1], "us");
	both[0] = f[0].b;
	both[1] = f[1].b;
	cr_assert_eq(scale_unify(both, 2, NULL), 0);
	expect_samples(&f[0], "main a 1 2000000 3\nn/count cpu/nanoseconds mem/kb ");
	expect_samples(&f[1], "main b 1 2 3072\nn/count cpu/nanoseconds mem/kb ");
	cr_expect_eq(both[0].profile->period, 7000);
	cr_expect_eq(both[1].profile->period, 7);
	cr_expect_str_eq(profile_str(both[0].profile, both[0].profile->period_type.unit).p, "us");
	fixture_release(&f[0]);
	fixture_release(&f[1]);
}

Test(scale, types_that_do_not_fit_are_named)
{
	static const struct {
		const char *first, *second, *expected;
	} cases[] = {
		{ "cpu/ns", "cpu/ns x/y", "inconsistent samples type count: 1 != 2" },
		{ "cpu/ns", "wall/ns", "sample types: incompatible types: {cpu ns 0 0} {wall ns 0 0}" },
		{ "cpu/ns", "cpu/bytes", "sample types: incompatible types: {cpu ns 0 0} {cpu bytes 0 0}" },
		/* A plural is no difference here. */
		{ "sample/count", "samples/count", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct assay_diag diag = { .text = "" };
		struct profile_builder both[2];
		struct fixture f[2];

		fixture_init(&f[0], cases[i].first);
		fixture_init(&f[1], cases[i].second);
		both[0] = f[0].b;
		both[1] = f[1].b;
		cr_expect_eq(scale_unify(both, 2, &diag), cases[i].expected ? ASSAY_ERR_FORMAT : 0);
		cr_expect_str_eq(diag.text, cases[i].expected ? cases[i].expected : "", "case %zu: %s", i, diag.text);
		fixture_release(&f[0]);
		fixture_release(&f[1]);
	}
}

Test(columns, of_several_profiles_are_those_that_all_have_in_the_first_one_s_order)
{
	struct profile_builder both[2];
	struct assay_diag diag = { .text = "" };
	struct fixture f[2];

	fixture_init(&f[0], "a/x b/x c/x");
	SAMPLE(&f[0], "main", 1, 2, 3);
	fixture_init(&f[1], "c/x d/x a/x");
	f[1].b.profile->default_sample_type = fixture_intern(&f[1], "d");
	SAMPLE(&f[1], "main", 4, 5, 6);
	both[0] = f[0].b;
	both[1] = f[1].b;
	cr_assert_eq(columns_make_common(both, 2, NULL), 0);
	expect_samples(&f[0], "main 1 3\na/x c/x ");
	expect_samples(&f[1], "main 6 4\na/x c/x ");
	cr_expect_str_eq(profile_str(both[1].profile, both[1].profile->default_sample_type).p, "a");
	fixture_release(&f[0]);
	fixture_release(&f[1]);
	fixture_init(&f[0], "a/x");
	fixture_init(&f[1], "b/x");
	both[0] = f[0].b;
	both[1] = f[1].b;
	cr_expect_eq(columns_make_common(both, 2, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.text, "profiles have empty common sample type list");
	fixture_release(&f[0]);
	fixture_release(&f[1]);
}
