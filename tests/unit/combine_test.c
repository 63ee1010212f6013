/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/combine.h"

#include <criterion/criterion.h>

#include "fixture.h"
#include "profile/label_samples.h"
#include "profile/merge.h"

/* A profile with one sample, whose columns and values are 1, 2, 3 times n. */
static struct profile_builder one(const char *types, const char *stack, int64_t n)
{
	struct fixture f;
	struct profile_builder b;

	fixture_init(&f, types);
	fixture_sample(&f, stack, n, 2 * n, 3 * n);
	/* Addresses of words depend on what stood before. */
	for (size_t i = 0; i < f.b.profile->locations.n; i++)
		f.b.profile->locations.items[i].address = 0;
	b = f.b;
	f.b.profile = NULL;
	fixture_release(&f);
	return b;
}

/* Samples and values: "main x = 1 2, " each. */
static char *text_of(const struct assay_profile *p)
{
	char *stacks = fixture_stacks(p), *line = stacks;
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < p->n_samples; i++) {
		size_t n = strcspn(line, "\n");

		buf_add(&out, line, n);
		buf_add_str(&out, STR(" ="));
		for (size_t c = 0; c < profile_n_types(p); c++)
			buf_addf(&out, " %ld", (long)profile_values(p, i)[c]);
		buf_add_str(&out, STR(", "));
		line += n + 1;
	}
	free(stacks);
	return buf_detach(&out, NULL);
}

static void add(struct combiner *c, struct profile_builder b)
{
	struct assay_diag diag = { .text = "" };

	cr_assert(combiner_takes(c, b.profile));
	cr_assert_eq(combiner_add(c, &b, NULL, &diag), 0, "%s", diag.text);
	cr_expect_null(b.profile, "used up");
}

static char *finished(struct combiner *c)
{
	struct profile_builder out = { NULL };
	struct assay_diag diag = { .text = "" };
	char *text;

	cr_assert_eq(combiner_finish(c, &out, NULL, &diag), 0, "%s", diag.text);
	cr_expect(combiner_is_empty(c));
	text = text_of(out.profile);
	builder_release(&out);
	return text;
}

Test(combine, one_after_the_other_is_the_same_as_all_at_once)
{
	static const struct {
		const char *stack;
		int64_t n;
	} cases[] = { { "main x", 1 }, { "main y", 5 }, { "main x", 2 }, { "main y", -5 }, { "main z", 4 } };
	const size_t n = sizeof(cases) / sizeof(cases[0]);
	struct profile_builder parts[5], out = { NULL };
	struct combiner c = { NULL };

	cr_expect(combiner_is_empty(&c));
	for (size_t i = 0; i < n; i++) {
		parts[i] = one("a/count b/ns", cases[i].stack, cases[i].n);
		add(&c, one("a/count b/ns", cases[i].stack, cases[i].n));
	}
	cr_assert_eq(combine(&out, parts, n, NULL, NULL), 0);
	EXPECT_TEXT(text_of(out.profile), "main x = 3 6, main z = 4 8, ");
	EXPECT_TEXT(finished(&c), "main x = 3 6, main z = 4 8, ");
	builder_release(&out);
}

Test(combine, a_single_profile_keeps_all_it_has)
{
	struct profile_builder b = one("a/count", "main", 0);
	struct combiner c = { NULL };

	add(&c, b);
	EXPECT_TEXT(finished(&c), "main = 0, ");
}

Test(combine, what_has_cancelled_out_keeps_its_place_until_it_is_told_to_go)
{
	struct combiner c = { NULL };

	for (int settle = 0; settle < 2; settle++) {
		add(&c, one("a/count", "main x", 1));
		add(&c, one("a/count", "main y", 1));
		add(&c, one("a/count", "main x", -1));
		if (settle)
			cr_assert_eq(combiner_settle(&c, NULL), 0);
		add(&c, one("a/count", "main x", 7));
		EXPECT_TEXT(finished(&c), settle ? "main y = 1, main x = 7, " : "main x = 7, main y = 1, ");
	}
}

Test(combine, takes_only_what_measures_the_same)
{
	static const struct {
		const char *first, *second;
		bool takes;
	} cases[] = {
		{ "a/count b/ns", "a/count b/ns", true },
		{ "a/count b/ns", "b/ns a/count", false },
		{ "a/count b/ns", "a/count", false },
		{ "a/count b/ns", "a/count b/us", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile_builder b = one(cases[i].second, "main", 1);
		struct combiner c = { NULL };

		add(&c, one(cases[i].first, "main", 1));
		cr_expect_eq(combiner_takes(&c, b.profile), cases[i].takes, "case %zu", i);
		/* Also once there is a sum of two. */
		add(&c, one(cases[i].first, "main", 1));
		cr_expect_eq(combiner_takes(&c, b.profile), cases[i].takes, "case %zu", i);
		combiner_release(&c);
		builder_release(&b);
	}
}

/* Both would be changed by combine(): a name that stands twice goes, and a double does not hold every period. */
Test(combine, does_not_take_what_even_the_same_would_change)
{
	struct profile_builder twice = one("a/count a/count b/ns", "main", 1), b = one("a/count", "main", 1);
	struct combiner c = { NULL };

	cr_expect_not(combiner_takes(&c, twice.profile));
	cr_expect(combiner_takes(&c, b.profile));
	b.profile->period = (INT64_C(1) << 53) + 1;
	cr_expect_not(combiner_takes(&c, b.profile));
	builder_release(&twice);
	builder_release(&b);
}

Test(combine, a_label_for_all_samples_replaces_other_texts_under_its_key)
{
	const struct assay_profile *p;
	size_t n_replaced = 1;
	struct fixture f;

	fixture_init(&f, "a/count");
	fixture_label(&f, "source", "old");
	fixture_label(&f, "other", "stays");
	SAMPLE(&f, "main", 1);
	fixture_number(&f, "source", 5, NULL);
	SAMPLE(&f, "main", 2);
	fixture_label(&f, "source", "new");
	SAMPLE(&f, "main", 3);
	SAMPLE(&f, "main", 4);
	cr_assert_eq(label_samples(&f.b, STR("source"), STR("new"), &n_replaced, NULL), 0);
	p = fixture_seal(&f);
	cr_expect_eq(n_replaced, 2, "one that was another, on top of what there was");
	for (size_t i = 0; i < 4; i++) {
		size_t n = (size_t)(p->label_start.items[i + 1] - p->label_start.items[i]);
		const struct label *last = &p->labels.items[p->label_start.items[i + 1] - 1];

		cr_expect_eq(n, i < 2 ? 2 : 1, "sample %zu", i);
		cr_expect_str_eq(profile_str(p, last->key).p, "source");
		cr_expect_str_eq(profile_str(p, last->text).p, "new");
	}
	cr_expect_eq(p->labels.items[2].kind, LABEL_NUMBER, "a number is another label");
	profile_free(p);
}
