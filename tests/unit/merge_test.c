/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/merge.h"

#include <criterion/criterion.h>

#include "fixture.h"

/* Samples of a profile with their values: "stack = 1 2", a line each. */
static char *samples_text(const struct assay_profile *p)
{
	char *stacks = fixture_stacks(p), *line = stacks;
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < p->n_samples; i++) {
		size_t n = strcspn(line, "\n");

		buf_add(&out, line, n);
		buf_add_str(&out, STR(" ="));
		for (size_t c = 0; c < profile_n_types(p); c++)
			buf_addf(&out, " %ld", (long)profile_values(p, i)[c]);
		buf_add_char(&out, '\n');
		line += n + 1;
	}
	free(stacks);
	return out.data ? buf_detach(&out, NULL) : strdup("");
}

static const struct assay_profile *merged(const struct assay_profile *a, const struct assay_profile *b)
{
	const struct assay_profile *both[] = { a, b }, *out = NULL;
	struct profile_builder builder;
	struct assay_diag diag;

	cr_assert_eq(merge_profiles(&builder, both, b ? 2 : 1, NULL, &diag), 0, "%s", diag.text);
	cr_assert_eq(profile_seal(&builder, &out, &diag), 0);
	return out;
}

Test(merge, adds_up_samples_that_say_the_same)
{
	const struct assay_profile *a, *b, *sum;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main x", 1, 10);
	SAMPLE(&f, "main y", 2, 20);
	a = fixture_seal(&f);
	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main z", 4, 40);
	SAMPLE(&f, "unused", 0, 0);
	SAMPLE(&f, "main x", 8, 80);
	b = fixture_seal(&f);
	/* Addresses of equal words differ between the two, so bring x to the one that it has in the first. */
	for (size_t i = 0; i < b->locations.n; i++)
		b->locations.items[i].address = 0;
	for (size_t i = 0; i < a->locations.n; i++)
		a->locations.items[i].address = 0;
	sum = merged(a, b);
	EXPECT_TEXT(samples_text(sum), "main x = 9 90\nmain y = 2 20\nmain z = 4 40\n");
	cr_expect_eq(sum->functions.n, 4, "what no sample needs is left behind");
	for (size_t i = 0; i < sum->functions.n; i++)
		cr_expect_eq(sum->functions.items[i].id, i + 1);
	for (size_t i = 0; i < sum->locations.n; i++)
		cr_expect_eq(sum->locations.items[i].id, i + 1);
	profile_free(sum);
	profile_free(a);
	profile_free(b);
}

Test(merge, labels_keep_samples_apart_whatever_order_they_came_in)
{
	const struct assay_profile *p, *sum;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "a", "1");
	fixture_label(&f, "b", "2");
	SAMPLE(&f, "main", 1);
	fixture_label(&f, "b", "2");
	fixture_label(&f, "a", "1");
	SAMPLE(&f, "main", 2);
	/* The order under one key counts. */
	fixture_label(&f, "a", "1");
	fixture_label(&f, "a", "2");
	SAMPLE(&f, "main", 4);
	fixture_label(&f, "a", "2");
	fixture_label(&f, "a", "1");
	SAMPLE(&f, "main", 8);
	fixture_number(&f, "a", 1, NULL);
	SAMPLE(&f, "main", 16);
	fixture_number(&f, "a", 1, "b");
	SAMPLE(&f, "main", 32);
	SAMPLE(&f, "main", 64);
	p = fixture_seal(&f);
	sum = merged(p, NULL);
	EXPECT_TEXT(samples_text(sum), "main = 3\nmain = 4\nmain = 8\nmain = 16\nmain = 32\nmain = 64\n");
	profile_free(sum);
	profile_free(p);
}

Test(merge, what_cancels_out_goes_with_all_that_it_needed)
{
	const struct assay_profile *p, *sum;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main gone", 5);
	SAMPLE(&f, "main stays", 3);
	SAMPLE(&f, "main gone", -5);
	p = fixture_seal(&f);
	sum = merged(p, NULL);
	EXPECT_TEXT(samples_text(sum), "main stays = 3\n");
	cr_expect_eq(sum->functions.n, 2);
	cr_expect_eq(sum->locations.n, 2);
	cr_expect_eq(sum->mappings.n, 1, "the main binary stays");
	profile_free(sum);
	profile_free(p);
}

Test(merge, samples_whose_sum_no_64_bits_hold_stay_two)
{
	const struct assay_profile *p, *sum;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main", INT64_MAX);
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	sum = merged(p, NULL);
	EXPECT_TEXT(samples_text(sum), "main = 9223372036854775807\nmain = 1\n");
	profile_free(sum);
	profile_free(p);
}

Test(merge, heads_are_combined)
{
	static const struct {
		int64_t times[3], expected;
	} cases[] = { { { 100, 0, 0 }, 0 }, { { 100, 0, 200 }, 200 }, { { 300, 100, 200 }, 100 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct assay_profile *parts[3], *sum = NULL;
		struct profile_builder out;

		for (size_t k = 0; k < 3; k++) {
			struct fixture f;

			fixture_init(&f, "cpu/ns");
			SAMPLE(&f, "main", 1);
			f.b.profile->time_nanos = cases[i].times[k];
			f.b.profile->duration_nanos = 10;
			f.b.profile->period = (int64_t)k;
			f.b.profile->doc_url = fixture_intern(&f, k == 0 ? "" : k == 1 ? "one" : "two");
			cr_assert(vec_push(&f.b.profile->comments, fixture_intern(&f, "same")));
			cr_assert(vec_push(&f.b.profile->comments, fixture_intern(&f, k == 2 ? "other" : "same")));
			parts[k] = fixture_seal(&f);
		}
		cr_assert_eq(merge_profiles(&out, parts, 3, NULL, NULL), 0);
		cr_assert_eq(profile_seal(&out, &sum, NULL), 0);
		cr_expect_eq(sum->time_nanos, cases[i].expected, "case %zu", i);
		cr_expect_eq(sum->duration_nanos, 30);
		cr_expect_eq(sum->period, 2);
		cr_expect_str_eq(profile_str(sum, sum->doc_url).p, "one");
		cr_assert_eq(sum->comments.n, 2);
		cr_expect_str_eq(profile_str(sum, sum->comments.items[1]).p, "other");
		for (size_t k = 0; k < 3; k++)
			profile_free(parts[k]);
		profile_free(sum);
	}
}

Test(merge, a_mapping_loaded_elsewhere_is_the_same_one)
{
	const struct assay_profile *a, *b, *sum;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main", 1);
	f.b.profile->mappings.items[0].start = 0x1000;
	f.b.profile->mappings.items[0].limit = 0x5000;
	f.b.profile->locations.items[0].address = 0x1234;
	a = fixture_seal(&f);
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main", 2);
	f.b.profile->mappings.items[0].start = 0x71000;
	f.b.profile->mappings.items[0].limit = 0x74fff; /* in the same page */
	f.b.profile->locations.items[0].address = 0x71234;
	b = fixture_seal(&f);
	sum = merged(a, b);
	EXPECT_TEXT(samples_text(sum), "main = 3\n");
	cr_expect_eq(sum->mappings.n, 1);
	cr_expect_eq(sum->locations.items[0].address, 0x1234);
	profile_free(sum);
	profile_free(a);
	profile_free(b);
}

Test(merge, profiles_that_measure_other_things_do_not_fit)
{
	static const struct {
		const char *types, *period, *expected;
	} cases[] = {
		{ "cpu/ns", "p", NULL },
		{ "cpu/ms", "p", "incompatible sample types [cpu/ns] and [cpu/ms]" },
		{ "wall/ns", "p", "incompatible sample types [cpu/ns] and [wall/ns]" },
		{ "cpu/ns x/y", "p", "incompatible sample types [cpu/ns] and [cpu/ns x/y]" },
		{ "cpu/ns", "q", "incompatible period types &{p u 0 0} and &{q u 0 0}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct assay_profile *both[2];
		struct profile_builder out;
		struct assay_diag diag = { .text = "" };

		for (size_t k = 0; k < 2; k++) {
			struct fixture f;

			fixture_init(&f, k ? cases[i].types : "cpu/ns");
			SAMPLE(&f, "main", 1, 1);
			f.b.profile->period_type.type = fixture_intern(&f, k ? cases[i].period : "p");
			f.b.profile->period_type.unit = fixture_intern(&f, "u");
			both[k] = fixture_seal(&f);
		}
		cr_expect_eq(merge_profiles(&out, both, 2, NULL, &diag), cases[i].expected ? ASSAY_ERR_FORMAT : 0);
		if (!cases[i].expected)
			builder_release(&out);
		cr_expect_str_eq(diag.text, cases[i].expected ? cases[i].expected : "", "case %zu: %s", i, diag.text);
		profile_free(both[0]);
		profile_free(both[1]);
	}
}
