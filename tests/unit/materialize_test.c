/* SPDX-License-Identifier: Apache-2.0 */
#include "view/materialize.h"

#include <criterion/criterion.h>

#include "fixture.h"

static const struct assay_profile *materialized(const struct assay_profile *p, const struct query *q, bool columns)
{
	const struct assay_profile *out = NULL;
	struct profile_builder b;
	struct assay_diag diag;
	struct view v;

	cr_assert_eq(view_make(&v, p, &q->frames, &q->view, NULL, &diag), 0);
	cr_expect_not(view_is_whole(&v));
	cr_assert_eq(view_materialize(&v, columns, &b, NULL, &diag), 0);
	cr_assert_eq(profile_seal(&b, &out, &diag), 0);
	view_release(&v);
	return out;
}

static const struct assay_profile *sample_profile(void)
{
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	fixture_label(&f, "k", "v");
	fixture_number(&f, "n", 5, "kb");
	SAMPLE(&f, "main outer~mid~inner@x.c:3:4", 1, 10);
	SAMPLE(&f, "main other", 2, 20);
	SAMPLE(&f, "", 4, 40);
	f.b.profile->mappings.items[0].has_inline_frames = true;
	f.b.profile->time_nanos = 77;
	cr_assert(vec_push(&f.b.profile->comments, fixture_intern(&f, "hello")));
	return fixture_seal(&f);
}

Test(materialize, a_view_of_everything_is_whole)
{
	const struct assay_profile *p = sample_profile();
	struct view v = view_of(p);

	cr_expect(view_is_whole(&v));
	profile_free(p);
}

Test(materialize, leaves_samples_frames_and_labels_out_and_tables_as_they_are)
{
	const struct assay_profile *p = sample_profile(), *m;

	m = materialized(p, &(struct query){ .view = { .focus = STR("inner"), .hide = STR("^mid$"),
		.tag_hide = STR("^k$") } }, false);
	EXPECT_TEXT(fixture_stacks(m), "main outer~inner\n");
	cr_expect_eq(profile_values(m, 0)[1], 10);
	cr_assert_eq(m->label_start.items[1], 1);
	cr_expect_eq(m->labels.items[0].number, 5);
	cr_expect_eq(m->functions.n, p->functions.n);
	cr_expect_eq(m->locations.n, p->locations.n);
	cr_expect_eq(m->mappings.n, p->mappings.n);
	cr_expect(m->mappings.items[0].has_inline_frames);
	cr_expect_eq(m->time_nanos, 77);
	cr_assert_eq(m->comments.n, 1);
	cr_expect_str_eq(profile_str(m, m->comments.items[0]).p, "hello");
	profile_free(m);
	m = materialized(p, &(struct query){ .view.hide = STR("^other$") }, false);
	EXPECT_TEXT(fixture_stacks(m), "main outer~mid~inner\nmain\n");
	for (size_t i = 0; i < m->locations.n; i++)
		cr_expect_eq(m->locations.items[i].id, p->locations.items[i].id);
	profile_free(m);
	profile_free(p);
}

Test(materialize, without_inlines_columns_stay_where_they_are_asked_for)
{
	const struct assay_profile *p, *m;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main outer@x.c:3:4~inner", 1);
	p = fixture_seal(&f);
	for (int columns = 0; columns < 2; columns++) {
		m = materialized(p, &(struct query){ .view.no_inlines = true }, columns);
		EXPECT_TEXT(fixture_stacks(m), "main outer\n");
		cr_assert_eq(m->locations.items[0].n_lines, 1);
		cr_expect_eq(m->lines.items[m->locations.items[0].first_line].number, 3);
		cr_expect_eq(m->lines.items[m->locations.items[0].first_line].column, columns ? 4 : 0);
		cr_expect_not(m->mappings.items[0].has_inline_frames);
		profile_free(m);
	}
	profile_free(p);
}

Test(materialize, frames_of_labels_become_frames)
{
	const struct assay_profile *p = sample_profile(), *m;

	m = materialized(p, &(struct query){ .frames = { .root = STR("k"), .leaf = STR("n"), .unit = STR("minimum") } },
		false);
	EXPECT_TEXT(fixture_stacks(m), "v main outer~mid~inner 5kB\n main other \n \n");
	cr_expect_eq(m->locations.n, p->locations.n + 4);
	profile_free(m);
	profile_free(p);
}
