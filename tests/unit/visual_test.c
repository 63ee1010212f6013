/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/visual.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"

/* Rows, edges and tags of a picture: "name flat cum", a line for each of the node's tags behind a tab, then edges. */
static char *picture(const struct assay_profile *p, const struct query *q)
{
	struct label_units units;
	struct buf out = BUF_INIT;
	struct assay_diag diag;
	struct tags tags;
	struct graph g;
	struct view v;
	char *edges;

	cr_assert_eq(label_units_init(&units, p, NULL, &diag), 0);
	cr_assert_eq(view_make(&v, p, &q->frames, &q->view, NULL, &diag), 0);
	cr_assert_eq(graph_build(&g, &v, &q->graph, NULL, &diag), 0);
	cr_assert_eq(visual_trim(&g, &q->trim, &tags, &units, STR("minimum"), NULL, &diag), 0);
	for (size_t i = 0; i < g.rows.n; i++) {
		uint32_t row = g.rows.items[i];
		const struct node *n = &g.nodes.items[row];

		buf_add_str(&out, n->text);
		buf_addf(&out, " %ld %ld\n", (long)node_flat(n), (long)node_cum(n));
		for (uint32_t k = tags.first[row]; k < tags.first[row + 1]; k++) {
			const struct tag *t = &tags.list.items[k];

			cr_expect_eq(t->node, row);
			buf_addf(&out, "\t[%s][%s] %ld %ld\n", strtab_get(&tags.texts, t->label).p,
				strtab_get(&tags.texts, t->number).p, (long)t->flat, (long)t->cum);
		}
	}
	edges = edge_rows(&g);
	buf_add_str(&out, str_of(edges));
	free(edges);
	tags_release(&tags);
	graph_release(&g);
	view_release(&v);
	label_units_release(&units);
	return out.data ? buf_detach(&out, NULL) : strdup("");
}

Test(visual, rows_stand_by_entropy)
{
	const struct assay_profile *p;
	struct fixture f;

	/*
	 * hub, where four ways meet and four leave: (2 + 2) * 40 = 160. main: in 1, out 2 bits: (1 + 2) * 40 = 120.
	 * heavy alone: (1 + 1) * 45 + 45 = 135. Those that are chosen are sorted again by the edges that are left.
	 */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a hub w", 10);
	SAMPLE(&f, "main b hub x", 10);
	SAMPLE(&f, "main c hub y", 10);
	SAMPLE(&f, "main d hub z", 10);
	SAMPLE(&f, "heavy", 45);
	p = fixture_seal(&f);
	EXPECT_TEXT(picture(p, &(struct query){ .trim = { .node_count = 3 } }),
		"heavy 45 45\nhub 0 40\nmain 0 40\nmain -> hub 40 residual\n");
	EXPECT_TEXT(picture(p, &(struct query){ .trim = { .node_count = 2 } }), "heavy 45 45\nhub 0 40\n");
	EXPECT_TEXT(picture(p, &(struct query){ .trim = { .node_count = 1 } }), "hub 0 40\n");
	profile_free(p);
}

Test(visual, tags_count_against_the_limit)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "k", "1");
	SAMPLE(&f, "a", 50);
	fixture_label(&f, "k", "2");
	SAMPLE(&f, "a", 50);
	SAMPLE(&f, "b", 20);
	SAMPLE(&f, "c", 10);
	p = fixture_seal(&f);
	/* a takes three places, b one. */
	EXPECT_TEXT(picture(p, &(struct query){ .trim.node_count = 3 }),
		"a 100 100\n\t[k:1][] 50 50\n\t[k:2][] 50 50\n");
	EXPECT_TEXT(picture(p, &(struct query){ .trim.node_count = 4 }),
		"a 100 100\n\t[k:1][] 50 50\n\t[k:2][] 50 50\nb 20 20\n");
	EXPECT_TEXT(picture(p, &(struct query){ .trim.node_count = 5 }),
		"a 100 100\n\t[k:1][] 50 50\n\t[k:2][] 50 50\nb 20 20\nc 10 10\n");
	profile_free(p);
}

Test(visual, residual_edges_between_nodes_that_stay_connected_go)
{
	const struct assay_profile *p;
	struct fixture f;

	/* small is dropped, so main reaches leaf over a gap; but it does so over mid, too. */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main mid leaf", 90);
	SAMPLE(&f, "main small leaf", 5);
	p = fixture_seal(&f);
	EXPECT_TEXT(picture(p, &(struct query){ .trim.node_fraction = 0.1 }),
		"leaf 95 95\nmain 0 95\nmid 0 90\nmain -> mid 90\nmid -> leaf 90\n");
	profile_free(p);
	/* The only way stays, residual or not. */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main other", 90);
	SAMPLE(&f, "main small leaf", 5);
	SAMPLE(&f, "leaf", 10);
	p = fixture_seal(&f);
	EXPECT_TEXT(picture(p, &(struct query){ .trim.node_fraction = 0.1 }),
		"other 90 90\nmain 0 95\nleaf 15 15\nmain -> other 90\nmain -> leaf 5 residual\n");
	profile_free(p);
}

Test(tags, are_the_string_labels_together_and_numbers_beside_them)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "z", "1");
	fixture_label(&f, "a", "2");
	fixture_number(&f, "bytes", 1024, NULL);
	fixture_number(&f, "other", 5, NULL);
	SAMPLE(&f, "main leaf", 5);
	fixture_number(&f, "bytes", 2048, NULL);
	SAMPLE(&f, "main leaf", 3);
	fixture_label(&f, "pprof::base", "true");
	SAMPLE(&f, "main", 2);
	p = fixture_seal(&f);
	EXPECT_TEXT(picture(p, &(struct query){ 0 }),
		"main 2 10\n"
		"\t[][2kB] 0 3\n"
		"\t[a:2\\nz:1][] 0 5\n"
		"\t[a:2\\nz:1][1kB] 0 5\n"
		"leaf 8 8\n"
		"\t[][2kB] 3 3\n"
		"\t[a:2\\nz:1][] 5 5\n"
		"\t[a:2\\nz:1][1kB] 5 5\n"
		"main -> leaf 8\n");
	/* Labels that the view hides are no tags. */
	EXPECT_TEXT(picture(p, &(struct query){ .view.tag_hide = STR("^(z|bytes)$") }),
		"main 2 10\n\t[a:2][] 0 5\nleaf 8 8\n\t[a:2][] 5 5\nmain -> leaf 8\n");
	profile_free(p);
}

Test(tags, below_the_cut_of_nodes_are_left_out)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "k", "heavy");
	SAMPLE(&f, "main", 90);
	fixture_label(&f, "k", "light");
	SAMPLE(&f, "main", 4);
	fixture_label(&f, "k", "just");
	SAMPLE(&f, "main", 10);
	p = fixture_seal(&f);
	EXPECT_TEXT(picture(p, &(struct query){ .trim.node_fraction = 0.1 }),
		"main 104 104\n\t[k:heavy][] 90 90\n\t[k:just][] 10 10\n");
	profile_free(p);
}

Test(call_tree, every_path_is_a_node_and_recursion_counts_each_time)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a x", 5);
	SAMPLE(&f, "main b~x", 4);
	SAMPLE(&f, "main rec rec", 2);
	p = fixture_seal(&f);
	EXPECT_TEXT(picture(p, &(struct query){ .graph.call_tree = true }),
		"main 0 11\nx 5 5\nx 4 4\nrec 2 2\na 0 5\nb 0 4\nrec 0 2\n"
		"a -> x 5\nmain -> a 5\nb -> x 4 inline\nmain -> b 4\nmain -> rec 2\nrec -> rec 2\n");
	profile_free(p);
}

Test(call_tree, what_is_dropped_leaves_its_callees_to_its_caller)
{
	const struct assay_profile *p;
	struct fixture f;
	struct graph g;
	struct view v;
	struct tags tags;
	struct label_units units;

	/* small has so little of its own that only its place in the list can go. */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main small~leaf", 50);
	SAMPLE(&f, "main other", 49);
	SAMPLE(&f, "light leaf", 1);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_assert_eq(label_units_init(&units, p, NULL, NULL), 0);
	cr_assert_eq(graph_build(&g, &v, &(struct graph_options){ .call_tree = true }, NULL, NULL), 0);
	cr_assert_eq(visual_trim(&g, &(struct trim_options){ .node_count = 3, .node_fraction = 0.05 }, &tags, &units,
			     STR("minimum"), NULL, NULL), 0);
	cr_expect_eq(g.n_dropped, 2, "light and the leaf below it");
	cr_assert_eq(g.rows.n, 3);
	for (size_t i = 0; i < 3; i++)
		cr_expect(!str_equal(g.nodes.items[g.rows.items[i]].name, STR("small")));
	EXPECT_TEXT(edge_rows(&g), "main -> leaf 50 residual\nmain -> other 49\n");
	tags_release(&tags);
	graph_release(&g);
	label_units_release(&units);
	profile_free(p);
}
