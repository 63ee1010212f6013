/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"

/* The edges of a profile's graph, trimmed and linked. */
static char *linked_edges(const struct assay_profile *p, const struct query *q, size_t *n_dropped)
{
	struct assay_diag diag;
	struct graph g;
	struct view v;
	char *text;

	cr_assert_eq(view_make(&v, p, &q->frames, &q->view, NULL, &diag), 0);
	cr_assert_eq(graph_build(&g, &v, &q->graph, NULL, &diag), 0);
	cr_assert_eq(graph_trim(&g, &q->trim, &diag), 0);
	cr_assert_eq(graph_count_edges(&g, &(struct edge_options){ .all = true }, NULL, &diag), 0);
	cr_assert_eq(graph_link_edges(&g, NULL, &diag), 0);
	text = edge_rows(&g);
	if (n_dropped)
		*n_dropped = g.n_dropped_edges;
	graph_release(&g);
	view_release(&v);
	return text;
}

Test(edges, count_once_per_sample_and_never_into_themselves)
{
	const struct assay_profile *p;
	struct fixture f;

	/* a and b call each other; rec calls itself only */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a b a b", 5);
	SAMPLE(&f, "main rec rec rec leaf", 3);
	SAMPLE(&f, "main zero", 0);
	p = fixture_seal(&f);
	EXPECT_TEXT(linked_edges(p, &(struct query){ 0 }, NULL),
		"a -> b 5\nb -> a 5\nmain -> a 5\nmain -> rec 3\nrec -> leaf 3\n");
	profile_free(p);
}

Test(edges, are_inlined_where_every_call_that_counts_was)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main~always", 4);
	SAMPLE(&f, "main~some", 3);
	SAMPLE(&f, "main some", 2);
	SAMPLE(&f, "main never", 1);
	p = fixture_seal(&f);
	EXPECT_TEXT(linked_edges(p, &(struct query){ 0 }, NULL),
		"main -> some 5\nmain -> always 4 inline\nmain -> never 1\n");
	profile_free(p);
}

Test(edges, over_nodes_that_are_not_kept_are_residual)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main mid leaf", 90);
	SAMPLE(&f, "main leaf", 5);
	SAMPLE(&f, "main mid2~other", 90);
	SAMPLE(&f, "main", 200);
	p = fixture_seal(&f);
	/* main 200, leaf 95, other 90; mid and mid2 are cut off by the count. */
	EXPECT_TEXT(linked_edges(p, &(struct query){ .trim.node_count = 3 }, NULL),
		"main -> leaf 95 residual\nmain -> other 90 inline residual\n");
	/* What a filter hides leaves no gap; and a line that is left alone in its location is not inlined any more. */
	EXPECT_TEXT(linked_edges(p, &(struct query){ .view.hide = STR("mid") }, NULL),
		"main -> leaf 95\nmain -> other 90\n");
	profile_free(p);
}

Test(edges, are_of_a_sample_what_the_outermost_of_them_is)
{
	static const struct {
		const char *stack, *edges;
	} cases[] = {
		{ "main a gone b a b", "a -> b 5 residual\nb -> a 5\nmain -> a 5\n" },
		{ "main a b a gone b", "a -> b 5\nb -> a 5\nmain -> a 5\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct assay_profile *p;
		struct fixture f;

		fixture_init(&f, "cpu/ns");
		SAMPLE(&f, cases[i].stack, 5);
		SAMPLE(&f, "main", 90);
		SAMPLE(&f, "a", 90);
		SAMPLE(&f, "b", 90);
		p = fixture_seal(&f);
		EXPECT_TEXT(linked_edges(p, &(struct query){ .trim.node_count = 3 }, NULL), cases[i].edges);
		profile_free(p);
	}
}

Test(edges, stand_by_weight_then_by_the_names_of_their_ends)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "z y", 5);
	SAMPLE(&f, "a y", 5);
	SAMPLE(&f, "a b", 5);
	SAMPLE(&f, "c d", -5);
	SAMPLE(&f, "m n", 7);
	SAMPLE(&f, "B b", 5);
	p = fixture_seal(&f);
	EXPECT_TEXT(linked_edges(p, &(struct query){ 0 }, NULL),
		"m -> n 7\nB -> b 5\na -> b 5\na -> y 5\nc -> d -5\nz -> y 5\n");
	profile_free(p);
}

Test(edges, below_the_cut_are_dropped_and_counted)
{
	static const struct {
		double fraction;
		const char *expected;
		size_t n_dropped;
	} cases[] = {
		{ 0, "main -> a 90\nmain -> b 9\nmain -> c 1\n", 0 },
		{ 0.01, "main -> a 90\nmain -> b 9\nmain -> c 1\n", 0 },
		{ 0.02, "main -> a 90\nmain -> b 9\n", 1 },
		{ 0.1, "main -> a 90\n", 2 },
		{ 1, "", 3 },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a", 90);
	SAMPLE(&f, "main b", 9);
	SAMPLE(&f, "main c", 1);
	p = fixture_seal(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n_dropped = 99;

		EXPECT_TEXT(linked_edges(p, &(struct query){ .trim.edge_fraction = cases[i].fraction }, &n_dropped),
			cases[i].expected);
		cr_expect_eq(n_dropped, cases[i].n_dropped, "case %zu: %zu", i, n_dropped);
	}
	profile_free(p);
}

Test(edges, of_a_mean_are_divided)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main a", 2, 10);
	SAMPLE(&f, "main a", 3, 15);
	SAMPLE(&f, "main b", 0, 7);
	p = fixture_seal(&f);
	EXPECT_TEXT(linked_edges(p, &(struct query){ .graph = { .column = 1, .mean = true } }, NULL),
		"main -> a 5\nmain -> b 7\n");
	profile_free(p);
}

Test(edges, into_or_out_of_some_nodes_are_those_alone_that_are_counted)
{
	const struct assay_profile *p;
	uint8_t *chosen;
	struct fixture f;
	struct graph g;
	struct view v;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a b", 5);
	SAMPLE(&f, "main b", 3);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_assert_eq(graph_build(&g, &v, &(struct graph_options){ 0 }, NULL, NULL), 0);
	cr_assert_eq(graph_trim(&g, &(struct trim_options){ 0 }, NULL), 0);
	chosen = calloc(g.nodes.n, 1);
	for (size_t i = 0; i < g.nodes.n; i++)
		chosen[i] = str_equal(g.nodes.items[i].name, STR("a"));
	cr_assert_eq(graph_count_edges(&g, &(struct edge_options){ .into = chosen }, NULL, NULL), 0);
	cr_assert_eq(graph_link_edges(&g, NULL, NULL), 0);
	EXPECT_TEXT(edge_rows(&g), "main -> a 5\n");
	cr_assert_eq(graph_count_edges(&g, &(struct edge_options){ .out_of = chosen }, NULL, NULL), 0);
	cr_assert_eq(graph_link_edges(&g, NULL, NULL), 0);
	EXPECT_TEXT(edge_rows(&g), "a -> b 5\n");
	cr_assert_eq(graph_count_edges(&g, &(struct edge_options){ .into = chosen, .out_of = chosen }, NULL, NULL), 0);
	cr_assert_eq(graph_link_edges(&g, NULL, NULL), 0);
	EXPECT_TEXT(edge_rows(&g), "a -> b 5\nmain -> a 5\n");
	free(chosen);
	graph_release(&g);
	profile_free(p);
}

Test(links, list_each_node_s_edges_in_order)
{
	const struct assay_profile *p;
	struct fixture f;
	struct graph g;
	struct view v;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a x", 1);
	SAMPLE(&f, "main b x", 4);
	SAMPLE(&f, "main c x", 2);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_assert_eq(graph_build(&g, &v, &(struct graph_options){ 0 }, NULL, NULL), 0);
	cr_assert_eq(graph_trim(&g, &(struct trim_options){ 0 }, NULL), 0);
	cr_assert_eq(graph_count_edges(&g, &(struct edge_options){ .all = true }, NULL, NULL), 0);
	cr_assert_eq(graph_link_edges(&g, NULL, NULL), 0);
	for (size_t i = 0; i < g.nodes.n; i++) {
		const struct node *n = &g.nodes.items[i];
		bool is_main = str_equal(n->name, STR("main")), is_x = str_equal(n->name, STR("x"));

		cr_assert_eq(n->in.n, is_main ? 0 : is_x ? 3 : 1);
		cr_assert_eq(n->out.n, is_main ? 3 : is_x ? 0 : 1);
		for (uint32_t k = 0; k < n->in.n; k++) {
			const struct edge *e = &g.edges.items[g.in_edges[n->in.first + k]];

			cr_expect_eq(e->callee, i);
			cr_expect(k == 0 || e[0].weight <= g.edges.items[g.in_edges[n->in.first + k - 1]].weight);
		}
		for (uint32_t k = 0; k < n->out.n; k++) {
			const struct edge *e = &g.edges.items[g.out_edges[n->out.first + k]];

			cr_expect_eq(e->caller, i);
			cr_expect(k == 0 || e[0].weight <= g.edges.items[g.out_edges[n->out.first + k - 1]].weight);
		}
	}
	graph_release(&g);
	profile_free(p);
}
