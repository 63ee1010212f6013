/* SPDX-License-Identifier: Apache-2.0 */
#include "report/top.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "fixture.h"
#include "report/header.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* All that a report is run with; what is not set is as on the command line. */
struct run {
	struct query query;
	struct report_options options;
	bool relative;
};

static char *report_text(const struct assay_profile *p, const struct run *run,
	int (*report)(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag))
{
	struct report_options options = run->options;
	struct view all = view_of(p), v;
	struct buf out = BUF_INIT;
	struct assay_diag diag;
	struct graph g;

	if (!options.unit.p)
		options.unit = STR("minimum");
	if (options.divide_by == 0)
		options.divide_by = 1;
	options.trim = run->query.trim;
	cr_assert_eq(view_make(&v, p, &run->query.frames, &run->query.view, NULL, &diag), 0);
	cr_assert_eq(graph_build(&g, &v, &run->query.graph, NULL, &diag), 0);
	cr_assert_eq(graph_trim(&g, &run->query.trim, &diag), 0);
	struct report_ctx ctx = {
		.profile = p,
		.view = &v,
		.graph = &g,
		.options = &options,
		.column = run->query.graph.column,
		.mean = run->query.graph.mean,
		.total = report_total(run->relative ? &v : &all, run->query.graph.column, run->query.graph.mean),
	};
	cr_assert_eq(report(&ctx, &out, &diag), 0);
	graph_release(&g);
	view_release(&v);
	return buf_detach(&out, NULL);
}

static int labels_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct values v;

	(void)diag;
	values_init(&v, ctx);
	header_add_labels(out, ctx, &v);
	return 0;
}

Test(total, adds_up_magnitudes_whether_or_not_there_is_a_stack)
{
	const struct assay_profile *p;
	struct fixture f;
	struct view v;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main", 1, 5);
	SAMPLE(&f, "", 1, 7);
	SAMPLE(&f, "main", 1, -3);
	SAMPLE(&f, "main", 2, INT64_MIN);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_expect_eq(report_total(&v, 0, false), 5);
	cr_expect_eq(report_total(&v, 1, false), (wide)INT64_MAX + 1 + 5 + 7 + 3, "neither wrapped nor cut");
	cr_expect_eq(narrow(report_total(&v, 1, false)), INT64_MAX);
	profile_free(p);
}

Test(total, of_a_mean_is_divided_by_the_first_column_as_it_is)
{
	const struct assay_profile *p;
	struct fixture f;
	struct view v;

	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main", 2, 5);
	SAMPLE(&f, "main", 2, -6);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_expect_eq(report_total(&v, 1, true), 2);
	profile_free(p);
	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main", 2, 5);
	SAMPLE(&f, "main", -4, 6);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_expect_eq(report_total(&v, 1, true), -5, "the divisor keeps its sign");
	cr_expect_eq(report_total(&v, 0, true), -3);
	profile_free(p);
	fixture_init(&f, "samples/count cpu/ns");
	SAMPLE(&f, "main", 0, 5);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_expect_eq(report_total(&v, 1, true), 5, "nothing divides by zero");
	profile_free(p);
}

Test(total, of_a_difference_is_its_base)
{
	static const struct {
		const char *key, *text;
		int64_t expected;
	} cases[] = { { "pprof::base", "true", 4 }, { "pprof::base", "false", 14 }, { "base", "true", 14 } };

	for (size_t i = 0; i < N(cases); i++) {
		const struct assay_profile *p;
		struct fixture f;
		struct view v;

		fixture_init(&f, "cpu/ns");
		SAMPLE(&f, "main", 10);
		fixture_label(&f, "other", "x");
		fixture_label(&f, cases[i].key, cases[i].text);
		SAMPLE(&f, "main", -4);
		p = fixture_seal(&f);
		v = view_of(p);
		cr_expect_eq(report_total(&v, 0, false), cases[i].expected, "case %zu", i);
		profile_free(p);
	}
}

Test(top, rows_have_running_sums_and_marks)
{
	const struct assay_profile *p;
	struct report_ctx ctx;
	struct top_row *rows;
	struct fixture f;
	struct graph g;
	struct view v;

	/* main → a 5, main~b 3, main → c -2 */
	fixture_init(&f, "cpu/ns");
	SAMPLE(&f, "main a", 5);
	SAMPLE(&f, "main~b", 3);
	SAMPLE(&f, "main c", -2);
	p = fixture_seal(&f);
	v = view_of(p);
	cr_assert_eq(graph_build(&g, &v, &(struct graph_options){ 0 }, NULL, NULL), 0);
	cr_assert_eq(graph_trim(&g, &(struct trim_options){ 0 }, NULL), 0);
	ctx = (struct report_ctx){ .profile = p, .view = &v, .graph = &g };
	cr_assert_eq(top_rows(&ctx, &rows, NULL), 0);
	static const struct {
		const char *name;
		int64_t flat, sum, cum;
		enum inline_mark mark;
	} expected[] = { { "a", 5, 5, 5, INLINE_NONE }, { "b", 3, 8, 3, INLINE_ALL }, { "c", -2, 6, -2, INLINE_NONE },
		{ "main", 0, 6, 6, INLINE_NONE } };

	cr_assert_eq(g.rows.n, N(expected));
	for (size_t i = 0; i < N(expected); i++) {
		cr_expect(str_equal(rows[i].name, str_of(expected[i].name)), "row %zu", i);
		cr_expect_eq(rows[i].flat, expected[i].flat, "row %zu", i);
		cr_expect_eq(rows[i].sum, expected[i].sum, "row %zu", i);
		cr_expect_eq(rows[i].cum, expected[i].cum, "row %zu", i);
		cr_expect_eq(rows[i].inline_mark, expected[i].mark, "row %zu", i);
	}
	free(rows);
	graph_release(&g);
	profile_free(p);
}

/* main → hot 1.95s and 0.25s more in cold, inlined; rare is dropped */
static const struct assay_profile *timed_profile(void)
{
	struct fixture f;

	fixture_init(&f, "samples/count cpu/nanoseconds");
	SAMPLE(&f, "main hot", 195, 1950000000);
	SAMPLE(&f, "main~cold", 25, 250000000);
	SAMPLE(&f, "main rare", 1, 10000000);
	f.b.profile->time_nanos = INT64_C(1795168653) * 1000000000 + 5;
	f.b.profile->duration_nanos = 2810000000;
	return fixture_seal(&f);
}

Test(top, is_printed_as_the_reference_prints_it)
{
	const struct assay_profile *p;

	setenv("TZ", "UTC", 1);
	p = timed_profile();
	EXPECT_TEXT(report_text(p, &(struct run){ .query = { .graph.column = 1, .trim.node_fraction = 0.005 } },
		top_run),
		"File: prog\n"
		"Type: cpu\n"
		"Time: 2026-11-20 09:57:33 UTC\n"
		"Duration: 2.81s, Total samples = 2210ms (78.65%)\n"
		"Showing nodes accounting for 2200ms, 99.55% of 2210ms total\n"
		"Dropped 1 node (cum <= 11.05ms)\n"
		"      flat  flat%   sum%        cum   cum%\n"
		"    1950ms 88.24% 88.24%     1950ms 88.24%  hot\n"
		"     250ms 11.31% 99.55%      250ms 11.31%  cold (inline)\n"
		"         0     0% 99.55%     2210ms   100%  main\n");
	/* With rare in the table values reach from 10ms to over a hundred times as much. */
	EXPECT_TEXT(report_text(p, &(struct run){ .query.graph.column = 1, .options.compact_labels = true }, top_run),
		"Showing nodes accounting for 2.21s, 100% of 2.21s total\n"
		"      flat  flat%   sum%        cum   cum%\n"
		"     1.95s 88.24% 88.24%      1.95s 88.24%  hot\n"
		"     0.25s 11.31% 99.55%      0.25s 11.31%  cold (inline)\n"
		"     0.01s  0.45%   100%      0.01s  0.45%  rare\n"
		"         0     0%   100%      2.21s   100%  main\n");
	/* The caller of cold is below the second row. */
	EXPECT_TEXT(report_text(p,
			    &(struct run){ .query = { .graph.column = 0, .trim.node_count = 2 },
				    .options.compact_labels = true },
			    top_run),
		"Showing nodes accounting for 220, 99.55% of 221 total\n"
		"Showing top 2 nodes out of 4\n"
		"      flat  flat%   sum%        cum   cum%\n"
		"       195 88.24% 88.24%        195 88.24%  hot\n"
		"        25 11.31% 99.55%         25 11.31%  cold\n");
	profile_free(p);
}

Test(top, of_nothing_is_a_header)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	p = fixture_seal(&f);
	EXPECT_TEXT(report_text(p, &(struct run){ .options.compact_labels = true }, top_run),
		"Showing nodes accounting for 0, 0% of 0 total\n"
		"      flat  flat%   sum%        cum   cum%\n");
	profile_free(p);
}

Test(top, percentages_are_of_the_whole_profile_unless_relative)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/count");
	SAMPLE(&f, "main a", 1);
	SAMPLE(&f, "main b", 3);
	p = fixture_seal(&f);
	EXPECT_TEXT(report_text(p,
			    &(struct run){ .query.view.focus = STR("^a$"), .options.compact_labels = true }, top_run),
		"Showing nodes accounting for 1, 25.00% of 4 total\n"
		"      flat  flat%   sum%        cum   cum%\n"
		"         1 25.00% 25.00%          1 25.00%  a\n"
		"         0     0% 25.00%          1 25.00%  main\n");
	EXPECT_TEXT(report_text(p,
			    &(struct run){ .query.view.focus = STR("^a$"), .options.compact_labels = true,
				.relative = true },
			    top_run),
		"Showing nodes accounting for 1, 100% of 1 total\n"
		"      flat  flat%   sum%        cum   cum%\n"
		"         1   100%   100%          1   100%  a\n"
		"         0     0%   100%          1   100%  main\n");
	profile_free(p);
}

Test(top, names_cannot_write_to_the_terminal)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/x\x1b");
	SAMPLE(&f, "a\x1b[2J\nb", 5);
	p = fixture_seal(&f);
	EXPECT_TEXT(report_text(p, &(struct run){ .options.compact_labels = true }, top_run),
		"Showing nodes accounting for 5x\\x1b, 100% of 5x\\x1b total\n"
		"      flat  flat%   sum%        cum   cum%\n"
		"    5x\\x1b   100%   100%     5x\\x1b   100%  a\\x1b[2J\\x0ab\n");
	profile_free(p);
}

/* The values of one report: the least of the rows, which a stack below main has, and the total. */
Test(values, one_unit_suits_all_rows)
{
	static const struct {
		const char *unit;
		int64_t least, most;
		double divide_by;
		const char *expected;
	} cases[] = {
		{ "nanoseconds", 10000000, 90000000, 1, "10ms of 100ms" },
		{ "nanoseconds", 10000000, 990000000, 1, "10ms of 1000ms" },
			/* a hundred times as large is not over it */
		{ "nanoseconds", 10000000, 2000000000, 1, "0.01s of 2.01s" },
		{ "nanoseconds", 1, 2000000000, 1, "1ns of 2000000001ns" },
		{ "bytes", 1, 1023, 1, "1B of 1024B" },
		{ "bytes", 512, 10485248, 1, "0.50kB of 10240kB" },
		{ "count", 1, 99999, 1, "1 of 100000" },
		{ "widgets", 1, 4, 1, "1widgets of 5widgets" },
		{ "nanoseconds", 10000000, 90000000, 10, "1ms of 10ms" },
		{ "nanoseconds", 10000000, 90000000, -10, "10ms of 100ms" }, /* less than 0 divides nothing */
		{ "microgcu", 5, 5, 1, "0 of 0" },
			/* the unit's own name is none to ask for */
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct report_options o = { .unit = STR("minimum"), .divide_by = cases[i].divide_by };
		const struct assay_profile *p;
		struct buf types = BUF_INIT, out = BUF_INIT;
		struct fixture f;
		struct values v;
		struct graph g;
		struct view view;

		buf_addf(&types, "t/%s", cases[i].unit);
		fixture_init(&f, types.data);
		SAMPLE(&f, "least", cases[i].least);
		SAMPLE(&f, "most", cases[i].most);
		p = fixture_seal(&f);
		view = view_of(p);
		cr_assert_eq(graph_build(&g, &view, &(struct graph_options){ 0 }, NULL, NULL), 0);
		cr_assert_eq(graph_trim(&g, &(struct trim_options){ 0 }, NULL), 0);
		values_init(&v, &(struct report_ctx){ .profile = p, .options = &o,
			.total = cases[i].least + cases[i].most });
		values_select_unit(&v, &g);
		values_add(&out, &v, cases[i].least);
		buf_add_str(&out, STR(" of "));
		values_add(&out, &v, v.total);
		cr_expect_str_eq(out.data, cases[i].expected, "case %zu: %s", i, out.data);
		graph_release(&g);
		profile_free(p);
		buf_release(&types);
		buf_release(&out);
	}
}

Test(values, a_unit_that_was_asked_for_is_not_chosen)
{
	static const struct {
		const char *unit, *expected;
	} cases[] = { { "s", "0.01s" }, { "auto", "10ms" }, { "kb", "0.01s" }, { "MINIMUM", "0.01s" } };

	for (size_t i = 0; i < N(cases); i++) {
		struct report_options o = { .unit = str_of(cases[i].unit), .divide_by = 1 };
		const struct assay_profile *p;
		struct buf out = BUF_INIT;
		struct fixture f;
		struct values v;

		fixture_init(&f, "cpu/ns");
		p = fixture_seal(&f);
		values_init(&v, &(struct report_ctx){ .profile = p, .options = &o });
		values_add(&out, &v, 10000000);
		cr_expect_str_eq(out.data, cases[i].expected, "%s: %s", cases[i].unit, out.data);
		profile_free(p);
		buf_release(&out);
	}
}

Test(values, stand_right_in_their_column)
{
	struct values v = { .sample_unit = STR("widgets"), .output_unit = STR("µ"), .ratio = 1, .total = 200 };
	struct buf out = BUF_INIT;

	buf_add_char(&out, '|');
	values_add_right(&out, &v, 5, 5);
	buf_add_char(&out, '|');
	values_add_right(&out, &v, 12345, 5);
	buf_add_char(&out, '|');
	values_add_share(&out, &v, 1);
	buf_add_char(&out, '|');
	values_add_share(&out, &v, 200);
	cr_expect_str_eq(out.data, "|   5µ|12345µ|0.5%|100%", "%s", out.data);
	buf_release(&out);
}

Test(header, says_what_the_profile_says_of_itself)
{
	const struct assay_profile *p;
	struct assay_profile *open;
	struct fixture f;

	setenv("TZ", "UTC", 1);
	fixture_init(&f, "samples/count cpu/bytes");
	SAMPLE(&f, "main", 1, 2048);
	open = f.b.profile;
	open->mappings.items[0].file = fixture_intern(&f, "/bin/a\x1b" "b/");
	open->mappings.items[0].build_id = fixture_intern(&f, "abc\n");
	cr_assert(vec_push(&open->comments, fixture_intern(&f, "hello")));
	cr_assert(vec_push(&open->comments, fixture_intern(&f, "#hidden")));
	cr_assert(vec_push(&open->comments, fixture_intern(&f, "")));
	open->doc_url = fixture_intern(&f, "https://x.org");
	open->duration_nanos = 90500000000;
	open->time_nanos = -1;
	p = fixture_seal(&f);
	EXPECT_TEXT(report_text(p, &(struct run){ .query.graph.column = 1 }, labels_run),
		"File: a\\x1bb\n"
		"Build ID: abc\\x0a\n"
		"hello\n"
		"\n"
		"Type: cpu\n"
		"Doc: https://x.org\n"
		"Time: 1969-12-31 23:59:59 UTC\n"
		"Duration: 90.50s, Total samples = 2kB \n"); /* the blank is the reference's */
	EXPECT_TEXT(report_text(p, &(struct run){ .query.graph = { .column = 1, .mean = true } }, labels_run),
		"File: a\\x1bb\n"
		"Build ID: abc\\x0a\n"
		"hello\n"
		"\n"
		"Type: mean_cpu\n"
		"Doc: https://x.org\n"
		"Time: 1969-12-31 23:59:59 UTC\n"
		"Duration: 90.50s, Total samples = 2kB \n");
	profile_free(p);
}

Test(header, says_nothing_where_nothing_is_known)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "/ns");
	SAMPLE(&f, "main", 1);
	f.b.profile->mappings.items[0].file = 0;
	p = fixture_seal(&f);
	EXPECT_TEXT(report_text(p, &(struct run){ 0 }, labels_run), "");
	profile_free(p);
}

Test(header, lists_filters_and_cuts_long_ones)
{
	static char long_filter[100];
	const struct assay_profile *p;
	struct fixture f;

	memset(long_filter, 'x', sizeof(long_filter));
	const struct str filters[] = { STR("focus=a\x1b"), { long_filter, 80 }, { long_filter, 81 } };

	fixture_init(&f, "cpu/count");
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	char *text = report_text(p,
		&(struct run){ .options = { .compact_labels = true, .filters = filters, .n_filters = 3 } }, top_run);
	struct buf expected = BUF_INIT;

	buf_add_str(&expected, STR("Active filters:\n   focus=a\\x1b\n   "));
	buf_add_fill(&expected, 'x', 80);
	buf_add_str(&expected, STR("\n   "));
	buf_add_fill(&expected, 'x', 80);
	buf_add_str(&expected, STR("\xe2\x80\xa6\nShowing nodes"));
	cr_expect_eq(strncmp(text, expected.data, expected.len), 0, "%s", text);
	buf_release(&expected);
	free(text);
	profile_free(p);
}
