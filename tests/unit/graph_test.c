/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/graph.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"
#include "graph/identity.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void expect_rows(const struct assay_profile *p, const struct query *q, const char *expected)
{
	EXPECT_TEXT(query_rows(p, q), expected);
}

Test(graph, flat_is_the_leaf_s_and_cum_is_everybody_s)
{
	const struct assay_profile *p;
	struct fixture f;

	/* main → work → leaf 5, main → leaf 3, main 2 */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main work leaf", 5);
	SAMPLE(&f, "main leaf", 3);
	SAMPLE(&f, "main", 2);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "leaf 8 8\nmain 2 10\nwork 0 5\n");
	expect_rows(p, &(struct query){ .trim.sort_cum = true }, "main 2 10\nleaf 8 8\nwork 0 5\n");
	profile_free(p);
}

Test(graph, recursive_function_counts_cum_once)
{
	const struct assay_profile *p;
	struct fixture f;

	/* main → rec → rec → rec 5, main → rec → other → rec → leaf 3, main → rec~rec~rec 1 */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main rec rec@:2 rec", 5);
	SAMPLE(&f, "main rec other rec@:2 leaf", 3);
	SAMPLE(&f, "main rec~rec~rec", 1);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "rec 6 9\nleaf 3 3\nmain 0 9\nother 0 3\n");
	profile_free(p);
}

Test(graph, samples_without_value_stack_or_place_in_the_view_count_nowhere)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main zero", 0);
	SAMPLE(&f, "", 100);
	SAMPLE(&f, "main gone", 7);
	SAMPLE(&f, "main stays", 1);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .view.ignore = STR("gone") }, "stays 1 1\nmain 0 1\n");
	profile_free(p);
}

Test(graph, each_column_has_its_own_graph)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main a", 1, 100);
	SAMPLE(&f, "main b", 2, 10);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .graph.column = 0 }, "b 2 2\na 1 1\nmain 0 3\n");
	expect_rows(p, &(struct query){ .graph.column = 1 }, "a 100 100\nb 10 10\nmain 0 110\n");
	profile_free(p);
}

Test(graph, where_a_leaf_is_hidden_the_frame_above_has_its_flat)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main work alloc", 5);
	SAMPLE(&f, "main outer~inner", 3);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .view.hide = STR("alloc|inner") }, "work 5 5\nouter 3 3\nmain 0 8\n");
	profile_free(p);
}

Test(graph, granularity_says_what_is_one_node)
{
	static const struct {
		struct query query;
		const char *expected;
	} cases[] = {
		{ { .graph.granularity = GRANULARITY_FUNCTIONS }, "f 6 6\ng 4 4\nmain 0 10\n" },
		{ { .graph.granularity = GRANULARITY_FILEFUNCTIONS },
			"f a.c 5 5\ng b.c 4 4\nf b.c 1 1\nmain m.c 0 10\n" },
		{ { .graph.granularity = GRANULARITY_FILES }, "a.c 5 5\nb.c 5 5\nm.c 0 10\n" },
		{ { .graph.granularity = GRANULARITY_LINES },
			"g b.c:9 4 4\nf a.c:1 3 3\nf a.c:2 2 2\nf b.c:1 1 1\nmain m.c:7 0 10\n" },
		{ { .graph = { .granularity = GRANULARITY_LINES, .columns = true } },
			"g b.c:9 4 4\nf a.c:1:5 2 2\nf a.c:2 2 2\nf a.c:1:6 1 1\nf b.c:1 1 1\nmain m.c:7 0 10\n" },
		/* Functions with columns: lines are gone, and columns with them. */
		{ { .graph = { .granularity = GRANULARITY_FUNCTIONS, .columns = true } }, "f 6 6\ng 4 4\nmain 0 10\n" },
		{ { .graph.granularity = GRANULARITY_ADDRESSES },
			"0000000000001050 g b.c:9 4 4\n0000000000001000 f a.c:1:5 2 2\n0000000000001030 f a.c:2 2 2\n"
			"0000000000001020 f a.c:1:6 1 1\n0000000000001040 f b.c:1 1 1\n0000000000001010 main m.c:7 0 10\n" },
		/* Without inlined calls addresses lose their columns too. */
		{ { .graph.granularity = GRANULARITY_ADDRESSES, .view.no_inlines = true },
			"0000000000001050 g b.c:9 4 4\n0000000000001000 f a.c:1 2 2\n0000000000001030 f a.c:2 2 2\n"
			"0000000000001020 f a.c:1 1 1\n0000000000001040 f b.c:1 1 1\n0000000000001010 main m.c:7 0 10\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	/* main (m.c:7) → f (a.c:1 at columns 5 and 6, a.c:2), another f (b.c:1), g (b.c:9) */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main@m.c:7 f@a.c:1:5", 2);
	SAMPLE(&f, "main@m.c:7 f@a.c:1:6", 1);
	SAMPLE(&f, "main@m.c:7 f@a.c:2", 2);
	SAMPLE(&f, "main@m.c:7 f@b.c:1", 1);
	SAMPLE(&f, "main@m.c:7 g@b.c:9", 4);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++)
		expect_rows(p, &cases[i].query, cases[i].expected);
	profile_free(p);
}

Test(graph, without_inlines_a_location_is_its_outermost_function)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main outer~mid~inner", 5);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "inner 5 5 inline\nmain 0 5\nmid 0 5 inline\nouter 0 5\n");
	expect_rows(p, &(struct query){ .view.no_inlines = true }, "outer 5 5\nmain 0 5\n");
	profile_free(p);
}

Test(graph, nameless_frames_are_told_apart_by_binary_and_first_line)
{
	const struct assay_profile *p;
	struct fixture f;

	/* ? has no line at all; - is a function without a name, twice, with first lines that differ */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main ?", 1);
	SAMPLE(&f, "main -#10", 2);
	SAMPLE(&f, "main ?%/usr/lib.so", 4);
	SAMPLE(&f, "main -#20", 3);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "[lib.so] 4 4\n[prog] 3 3\n[prog] 2 2\n[prog] 1 1\nmain 0 10\n");
	expect_rows(p, &(struct query){ .graph.granularity = GRANULARITY_ADDRESSES },
		"0000000000001030 [lib.so] 4 4\n0000000000001040 [prog] 3 3\n0000000000001020 [prog] 2 2\n"
		"0000000000001000 [prog] 1 1\n0000000000001010 main 0 10\n");
	profile_free(p);
}

Test(graph, files_of_functions_with_other_first_lines_are_other_rows)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "a@x.c#10", 1);
	SAMPLE(&f, "b@x.c#10", 1);
	SAMPLE(&f, "c@x.c#20", 1);
	SAMPLE(&f, "d@x.c#10%other", 1);
	SAMPLE(&f, "a@x.c#10 b@x.c#10", 4);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .graph.granularity = GRANULARITY_FILES }, "x.c 6 6\nx.c 1 1\nx.c 1 1\n");
	expect_rows(p, &(struct query){ .graph.granularity = GRANULARITY_FILEFUNCTIONS },
		"b x.c 5 5\na x.c 1 5\nc x.c 1 1\nd x.c 1 1\n");
	profile_free(p);
}

Test(graph, objects_split_nodes_where_that_is_asked)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "f", 1);
	SAMPLE(&f, "f%other", 2);
	SAMPLE(&f, "f#5", 4);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "f 7 7\n");
	expect_rows(p, &(struct query){ .graph.split_objects = true }, "f 4 4\nf 2 2\nf 1 1\n");
	profile_free(p);
}

Test(graph, paths_are_trimmed_and_cleaned_before_they_are_compared)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "f@/src/x/./a.c", 1);
	SAMPLE(&f, "f@/src//x/a.c", 2);
	SAMPLE(&f, "f@/other/../src/x/a.c", 4);
	SAMPLE(&f, "f", 8);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .graph.granularity = GRANULARITY_FILEFUNCTIONS }, "f 8 8\nf /src/x/a.c 7 7\n");
	/* Trimmed as recorded, then cleaned: the path that only ends up in /src keeps it. */
	expect_rows(p, &(struct query){ .graph = { .granularity = GRANULARITY_FILEFUNCTIONS,
		.trim_path = STR("/src") } },
		"f 8 8\nf /src/x/a.c 4 4\nf /x/a.c 2 2\nf x/a.c 1 1\n");
	expect_rows(p, &(struct query){ .graph = { .granularity = GRANULARITY_FILEFUNCTIONS,
		.source_path = STR("/home/src") } },
		"f 8 8\nf x/a.c 5 5\nf /x/a.c 2 2\n");
	profile_free(p);
}

Test(graph, names_are_printed_as_far_as_they_are_known)
{
	static const struct {
		struct node node;
		const char *expected;
	} cases[] = {
		{ { .name = STR("f") }, "f" },
		{ { .name = STR("f"), .file = STR("a.c") }, "f a.c" },
		{ { .name = STR("f"), .file = STR("a.c"), .line = 7 }, "f a.c:7" },
		{ { .name = STR("f"), .file = STR("a.c"), .line = 7, .column = 3 }, "f a.c:7:3" },
		{ { .name = STR("f"), .file = STR("a.c"), .column = 3 }, "f a.c" },
		{ { .name = STR("f"), .file = STR("a.c"), .line = -3 }, "f a.c:-3" },
		{ { .name = STR("f"), .line = 7 }, "f :7" },
		{ { .file = STR("a.c") }, "a.c" },
		{ { .line = 7 }, ":7" },
		{ { .object_file = STR("/bin/app") }, "[app]" },
		{ { .name = STR("f"), .object_file = STR("/bin/app") }, "f" },
		{ { .file = STR("a.c"), .object_file = STR("/bin/app") }, "a.c" },
		{ { .address = 0x2050, .object_file = STR("/bin/app") }, "0000000000002050 [app]" },
		{ { .address = UINT64_MAX, .name = STR("f"), .file = STR("a.c"), .line = 1 },
			"ffffffffffffffff f a.c:1" },
		{ { .address = 1 }, "0000000000000001 <unknown>" },
		{ { .object_file = STR("") }, "<unknown>" },
	};
	struct graph g = { .arena = ARENA_INIT };

	for (size_t i = 0; i < N(cases); i++) {
		struct node n = cases[i].node;
		struct str s = STR("");

		cr_assert_eq(identity_name(&g, &n, &s), 0);
		cr_expect(str_equal(s, str_of(cases[i].expected)), "case %zu: '%.*s'", i, (int)s.len, s.p);
	}
	arena_release(&g.arena);
}

Test(graph, a_mean_divides_by_the_first_column)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main a", 2, 10);
	SAMPLE(&f, "main b", 3, 10);
	SAMPLE(&f, "main c", 4, 0); /* no value, but a divisor */
	SAMPLE(&f, "main d", 0, 7); /* a value without divisor stays as it is */
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .graph = { .column = 1, .mean = true } },
		"a 5 5\nb 3 3\nd 7 7\nmain 0 3\n");
	profile_free(p);
}

Test(graph, a_mean_of_one_half_keeps_its_row)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main a", 2, 1);
	SAMPLE(&f, "main b", -1, INT64_MIN);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ .graph = { .column = 1, .mean = true } },
		"b 9223372036854775807 9223372036854775807\na 0 0\nmain 0 -9223372036854775807\n");
	profile_free(p);
}

Test(graph, sums_beyond_64_bits_do_not_wrap)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a", INT64_MAX);
	SAMPLE(&f, "main a", INT64_MAX);
	SAMPLE(&f, "main b", -INT64_MAX);
	SAMPLE(&f, "main c", INT64_MIN);
	SAMPLE(&f, "main c", INT64_MIN);
	SAMPLE(&f, "main c", 5);
	p = fixture_seal(&f);
	/* main: 2 max - max + 2 min + 5 = max + 2 min + 5 = min + 4 */
	expect_rows(p, &(struct query){ 0 },
		/* |2 max| is more than |2 min + 5| before both are cut where they are shown. */
		"a 9223372036854775807 9223372036854775807\nc -9223372036854775808 -9223372036854775808\n"
		"b -9223372036854775807 -9223372036854775807\nmain 0 -9223372036854775804\n");
	profile_free(p);
}

Test(trim, nodes_that_cancel_out_are_no_rows)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main x", 5);
	SAMPLE(&f, "main x", -5);
	SAMPLE(&f, "main y", 3);
	SAMPLE(&f, "z y", -3);
	SAMPLE(&f, "z", 1);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "z 1 -2\nmain 0 3\n");
	profile_free(p);
}

Test(trim, negative_nodes_go_where_that_is_asked)
{
	const struct assay_profile *p;
	struct fixture f;

	/* below: flat 0, cum -2; gone: flat -5; stays: flat 4 though its cum is -1 */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "below gone", -5);
	SAMPLE(&f, "below up", 3);
	SAMPLE(&f, "stays", 4);
	SAMPLE(&f, "stays gone", -5);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "gone -10 -10\nstays 4 -1\nup 3 3\nbelow 0 -2\n");
	expect_rows(p, &(struct query){ .graph.drop_negative = true }, "stays 4 -1\nup 3 3\n");
	profile_free(p);
}

Test(trim, the_cut_is_a_share_of_the_rows_flat_sum)
{
	static const struct {
		double fraction;
		const char *expected;
		size_t dropped;
	} cases[] = {
		{ 0, "a 90 90\nb 9 9\nc 1 1\nmain 0 100\nrare 0 1\n", 0 },
		{ 0.01, "a 90 90\nb 9 9\nc 1 1\nmain 0 100\nrare 0 1\n", 0 }, /* as much as the cut is enough */
		{ 0.019, "a 90 90\nb 9 9\nc 1 1\nmain 0 100\nrare 0 1\n", 0 }, /* 1.9 is cut to 1 */
		{ 0.02, "a 90 90\nb 9 9\nmain 0 100\n", 2 },
		{ 0.1, "a 90 90\nmain 0 100\n", 3 },
		{ -0.1, "a 90 90\nmain 0 100\n", 3 },
		{ 2, "", 5 },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a", 90);
	SAMPLE(&f, "main b", 9);
	SAMPLE(&f, "main rare c", 1);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++) {
		struct query q = { .trim.node_fraction = cases[i].fraction };
		struct view v = view_of(p);
		struct graph g;

		expect_rows(p, &q, cases[i].expected);
		cr_assert_eq(graph_build(&g, &v, &q.graph, NULL, NULL), 0);
		cr_assert_eq(graph_trim(&g, &q.trim, NULL), 0);
		cr_expect_eq(g.n_dropped, cases[i].dropped, "case %zu: %zu", i, g.n_dropped);
		cr_expect_eq(g.n_before_count, g.rows.n);
		cr_expect_eq(g.rebuilt, cases[i].dropped != 0);
		graph_release(&g);
	}
	/* Under a filter the flat sum is that of the view: 9, of which 0.5 is 4. */
	expect_rows(p, &(struct query){ .view.focus = STR("^b$"), .trim.node_fraction = 0.5 }, "b 9 9\nmain 0 9\n");
	profile_free(p);
}

Test(trim, a_count_keeps_the_first_rows)
{
	static const struct {
		int64_t count;
		bool sort_cum;
		const char *expected;
	} cases[] = {
		{ -1, false, "a 5 5\nb 3 3\nmain 0 8\n" }, { 0, false, "a 5 5\nb 3 3\nmain 0 8\n" },
		{ 1, false, "a 5 5\n" }, { 2, true, "main 0 8\na 5 5\n" }, { 3, false, "a 5 5\nb 3 3\nmain 0 8\n" },
		{ INT64_MAX, false, "a 5 5\nb 3 3\nmain 0 8\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a", 5);
	SAMPLE(&f, "main b", 3);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++)
		expect_rows(p, &(struct query){ .trim = { .node_count = cases[i].count,
			.sort_cum = cases[i].sort_cum } },
			cases[i].expected);
	profile_free(p);
}

Test(trim, rows_of_equal_value_are_sorted_by_name)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "AA b", -5);
	SAMPLE(&f, "yy a", 5);
	SAMPLE(&f, "xx B", 5);
	SAMPLE(&f, "xx ab", 5);
	SAMPLE(&f, "xx mm", 5);
	SAMPLE(&f, "mm xx", 1);
	p = fixture_seal(&f);
	/* mm has the larger cum of those with 5, and still its name decides. */
	expect_rows(p, &(struct query){ 0 }, "B 5 5\na 5 5\nab 5 5\nb -5 -5\nmm 5 6\nxx 1 16\nAA 0 -5\nyy 0 5\n");
	/* AA has less flat than the others of its cum, and comes first by its name. */
	expect_rows(p, &(struct query){ .trim.sort_cum = true },
		"xx 1 16\nmm 5 6\nAA 0 -5\nB 5 5\na 5 5\nab 5 5\nb -5 -5\nyy 0 5\n");
	profile_free(p);
}

Test(trim, rows_that_print_alike_keep_one_order)
{
	/* Three mappings are [app]; all else being equal, the first line as text and then the object file tell. */
	static const char *const orders[][4] = {
		{ "-#9%/a/app", "-#10%/a/app", "-#10%/b/app", "-#10%/a/b/app" },
		{ "-#10%/b/app", "-#10%/a/b/app", "-#9%/a/app", "-#10%/a/app" },
	};

	for (size_t i = 0; i < 2 * N(orders); i++) {
		const struct trim_options trim = { .sort_cum = i >= N(orders) };
		static const struct {
			const char *object;
			int64_t start_line;
		} expected[] = {
			{ "/a/app", 10 }, { "/a/b/app", 10 }, { "/b/app", 10 }, { "/a/app", 9 },
		};
		struct graph_options o = { 0 };
		const struct assay_profile *p;
		struct fixture f;
		struct graph g;
		struct view v;

		fixture_init(&f, "cpu/ns");
		for (size_t k = 0; k < 4; k++)
			SAMPLE(&f, orders[i % N(orders)][k], 5);
		p = fixture_seal(&f);
		v = view_of(p);
		cr_assert_eq(graph_build(&g, &v, &o, NULL, NULL), 0);
		cr_assert_eq(graph_trim(&g, &trim, NULL), 0);
		cr_assert_eq(g.rows.n, 4);
		for (size_t k = 0; k < 4; k++) {
			const struct node *n = &g.nodes.items[g.rows.items[k]];

			cr_expect(str_equal(n->object_file, str_of(expected[k].object)), "order %zu row %zu: %.*s", i,
				k,
				(int)n->object_file.len, n->object_file.p);
			cr_expect_eq(n->start_line, expected[k].start_line, "order %zu row %zu", i, k);
		}
		graph_release(&g);
		profile_free(p);
	}
}

Test(inlines, a_row_is_marked_by_how_its_calls_came_in)
{
	static const struct {
		const char *stacks[4];
		struct query query;
		const char *expected;
	} cases[] = {
		{ { "main f" }, { .trim = { 0 } }, "f 1 1\nmain 0 1\n" },
		{ { "main~f" }, { .trim = { 0 } }, "f 1 1 inline\nmain 0 1\n" },
		{ { "main~f", "main f" },
		{ .trim = { 0 } }, "f 2 2\nmain 0 2\n" }, /* one edge that was not always inlined */
		{ { "a~f", "b f" }, { .trim = { 0 } }, "f 2 2 partial\na 0 1\nb 0 1\n" },
		{ { "a~f", "b~f" }, { .trim = { 0 } }, "f 2 2 inline\na 0 1\nb 0 1\n" },
		{ { "a~b~c" }, { .trim = { 0 } }, "c 1 1 inline\na 0 1\nb 0 1 inline\n" },
		/* The root of a stack has no caller, whatever it is elsewhere. */
		{ { "a~f", "f" }, { .trim = { 0 } }, "f 2 2 inline\na 0 1\n" },
		/* A function inlined into itself has no edge from itself. */
		{ { "a f~f" }, { .trim = { 0 } }, "f 1 1\na 0 1\n" },
		/* Only the first passage of an edge within a sample counts. */
		{ { "a~f x a f" }, { .trim = { 0 } }, "f 1 1 inline\na 0 1\nx 0 1\n" },
		{ { "a f x a~f" }, { .trim = { 0 } }, "f 1 1\na 0 1\nx 0 1\n" },
		/* Frames that the view hides are no callers; what called them is. */
		{ { "main a~f" }, { .view.hide = { "^a$", 3 } }, "f 1 1\nmain 0 1\n" },
		{ { "main~a~f" }, { .view.hide = { "^a$", 3 } }, "f 1 1 inline\nmain 0 1\n" },
		{ { "a~f" }, { .view.hide = { "^a$", 3 } }, "f 1 1\n" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const struct assay_profile *p;
		struct fixture f;
		char *rows;

		fixture_init(&f, "cpu/ns");
		for (size_t k = 0; k < 4 && cases[i].stacks[k]; k++)
			SAMPLE(&f, cases[i].stacks[k], 1);
		p = fixture_seal(&f);
		rows = query_rows(p, &cases[i].query);
		cr_expect_str_eq(rows, cases[i].expected, "case %zu: got\n%s", i, rows);
		free(rows);
		profile_free(p);
	}
}

Test(inlines, callers_that_were_trimmed_leave_their_call_to_the_next_one_up)
{
	const struct assay_profile *p;
	struct fixture f;

	/* main calls mid, into which f was inlined. Without mid the call from main to f is that inlined one. */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main mid~f", 10);
	SAMPLE(&f, "main", 5);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "f 10 10 inline\nmain 5 15\nmid 0 10\n");
	expect_rows(p, &(struct query){ .trim.node_count = 2 }, "f 10 10 inline\nmain 5 15\n");
	/* With its only caller goes the mark. */
	expect_rows(p, &(struct query){ .trim.node_count = 1 }, "f 10 10\n");
	profile_free(p);
}

Test(inlines, a_caller_below_the_fraction_takes_its_share_of_the_mark_along)
{
	const struct assay_profile *p;
	struct fixture f;

	/* f is called by big, and was inlined into small */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "big f", 100);
	SAMPLE(&f, "small~f", 1);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "f 101 101 partial\nbig 0 100\nsmall 0 1\n");
	expect_rows(p, &(struct query){ .trim.node_fraction = 0.05 }, "f 101 101\nbig 0 100\n");
	/* The node stays, its edge is below the fraction of edges. */
	expect_rows(p, &(struct query){ .trim.edge_fraction = 0.05 }, "f 101 101\nbig 0 100\nsmall 0 1\n");
	expect_rows(p, &(struct query){ .trim.edge_fraction = 0.01 }, "f 101 101 partial\nbig 0 100\nsmall 0 1\n");
	profile_free(p);
}

Test(inlines, a_caller_whose_values_cancel_out_still_calls)
{
	const struct assay_profile *p;
	struct fixture f;

	/* zero has no row, but nothing was trimmed, so that its edge is there. */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "zero~f", 3);
	SAMPLE(&f, "zero g", -3);
	p = fixture_seal(&f);
	expect_rows(p, &(struct query){ 0 }, "f 3 3 inline\ng -3 -3\n");
	expect_rows(p, &(struct query){ .trim.node_count = 1 }, "f 3 3\n");
	profile_free(p);
}

Test(graph, a_canceled_count_ends)
{
	const volatile int yes = 1;
	struct assay_ctx ctx = { .cancel = &yes };
	const struct assay_profile *p;
	enum inline_mark *marks;
	struct fixture f;
	struct graph g;
	struct view v;

	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main~f", 1);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_expect_eq(graph_build(&g, &v, &(struct graph_options){ 0 }, &ctx, NULL), ASSAY_ERR_CANCELED);
	cr_expect_eq(graph_build(&g, &v, &(struct graph_options){ .mean = true }, &ctx, NULL), ASSAY_ERR_CANCELED);
	cr_assert_eq(graph_build(&g, &v, &(struct graph_options){ 0 }, NULL, NULL), 0);
	cr_assert_eq(graph_trim(&g, &(struct trim_options){ 0 }, NULL), 0);
	cr_expect_eq(graph_mark_inlines(&g, &marks, &ctx, NULL), ASSAY_ERR_CANCELED);
	graph_release(&g);
	profile_free(p);
}
