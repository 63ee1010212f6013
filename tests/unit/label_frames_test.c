/* SPDX-License-Identifier: Apache-2.0 */
#include "view/label_frames.h"

#include <criterion/criterion.h>

#include "fixture.h"

static void expect_view(const struct assay_profile *p, const struct label_frame_options *frames, const char *stacks,
	const char *warnings)
{
	struct warnings w;
	struct view v;

	warnings_init(&w);
	cr_assert_eq(view_make(&v, p, frames, &(struct filter_options){ .no_inlines = false }, &w.ctx, NULL), 0);
	EXPECT_TEXT(view_stacks(&v), stacks);
	cr_expect_str_eq(warnings_text(&w), warnings, "%s", warnings_text(&w));
	view_release(&v);
	warnings_release(&w);
}

static const struct assay_profile *labeled_profile(void)
{
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "user", "bob");
	fixture_label(&f, "zone", "z");
	fixture_label(&f, "user", "alice");
	fixture_number(&f, "user", 7, NULL);
	SAMPLE(&f, "main a", 1);
	fixture_number(&f, "bytes", 2048, "bytes");
	SAMPLE(&f, "main b", 1);
	fixture_number(&f, "bytes", 1024, NULL);
	SAMPLE(&f, "", 1);
	return fixture_seal(&f);
}

Test(label_frames, stand_above_the_root_and_below_the_leaf_of_every_sample)
{
	const struct assay_profile *p = labeled_profile();

	expect_view(p, &(struct label_frame_options){ .root = STR("user"), .unit = STR("minimum") },
		"bob,alice,7 main a\n main b\n\n", "");
	expect_view(p, &(struct label_frame_options){ .root = STR("user,zone"), .unit = STR("minimum") },
		"bob,alice,7 z main a\n  main b\n \n", "");
	expect_view(p, &(struct label_frame_options){ .leaf = STR("zone,user"), .unit = STR("minimum") },
		"main a z bob,alice,7\nmain b  \n \n", "");
	expect_view(p,
		&(struct label_frame_options){ .root = STR(",zone,,"), .leaf = STR("zone"), .unit = STR("minimum") },
		"z main a z\n main b \n \n", "");
	profile_free(p);
}

Test(label_frames, show_numbers_in_the_unit_that_came_with_them)
{
	const struct assay_profile *p = labeled_profile();

	expect_view(p, &(struct label_frame_options){ .root = STR("bytes"), .unit = STR("minimum") },
		" main a\n2kB main b\n1024\n", "");
	expect_view(p, &(struct label_frame_options){ .root = STR("bytes"), .unit = STR("B") },
		" main a\n2048B main b\n1024\n", "");
	profile_free(p);
}

Test(label_frames, of_keys_that_no_sample_has_are_warned_of)
{
	const struct assay_profile *p = labeled_profile();

	expect_view(p, &(struct label_frame_options){ .root = STR("nosuch"), .unit = STR("minimum") },
		" main a\n main b\n\n", "TagRoot expression matched no samples\n");
	expect_view(p, &(struct label_frame_options){ .leaf = STR("nosuch"), .unit = STR("minimum") },
		"main a \nmain b \n\n", "TagLeaf expression matched no samples\n");
	expect_view(p, &(struct label_frame_options){ .root = STR("nosuch,zone"), .unit = STR("minimum") },
		" z main a\n  main b\n \n", "");
	profile_free(p);
}

Test(label_frames, can_be_filtered_and_counted_like_others)
{
	const struct assay_profile *p = labeled_profile();
	struct query q = { .frames = { .root = STR("zone"), .leaf = STR("zone"), .unit = STR("minimum") } };

	EXPECT_TEXT(query_rows(p, &q), "<unknown> 2 2\nz 1 1\na 0 1\nb 0 1\nmain 0 2\n");
	/* The key is the file. */
	q.view.focus = STR("^zone$");
	q.graph.granularity = GRANULARITY_FILEFUNCTIONS;
	EXPECT_TEXT(query_rows(p, &q), "zone 2 2\nz zone 1 1\na 0 1\nb 0 1\nmain 0 2\n");
	q.view.focus = STR("^z$");
	EXPECT_TEXT(query_rows(p, &q), "z zone 1 1\na 0 1\nmain 0 1\n");
	profile_free(p);
}

Test(label_frames, get_ids_behind_the_profile_s_and_are_shared)
{
	const struct assay_profile *p = labeled_profile();
	struct view v;

	cr_assert_eq(view_make(&v, p,
			     &(struct label_frame_options){ .root = STR("user,zone"), .leaf = STR("zone"),
				     .unit = STR("minimum") },
			     &(struct filter_options){ .no_inlines = false }, NULL, NULL), 0);
	/* In order of need, the last key first: (z, zone), (bob..., user), ("", zone), ("", user). */
	cr_assert_eq(v.n_locations, p->locations.n + 4);
	cr_assert_eq(v.n_functions, p->functions.n + 4);
	for (size_t i = 0; i < 4; i++) {
		static const char *const names[] = { "z", "bob,alice,7", "", "" };
		static const char *const files[] = { "zone", "user", "zone", "user" };
		const struct location *l = &v.locations[p->locations.n + i];
		const struct function *f = &v.functions[v.lines[l->first_line].function];

		cr_expect_eq(l->id, p->locations.n + i + 1);
		cr_expect_eq(l->address, 0);
		cr_expect_eq(l->mapping, PROFILE_NONE);
		cr_expect_eq(l->n_lines, 1);
		cr_expect_eq(f->id, p->functions.n + i + 1);
		cr_expect(str_equal(view_str(&v, f->name), str_of(names[i])), "frame %zu", i);
		cr_expect(str_equal(view_str(&v, f->file), str_of(files[i])), "frame %zu", i);
		cr_expect_eq(f->system_name, 0);
	}
	view_release(&v);
	profile_free(p);
}
