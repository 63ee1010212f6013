/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run_cache.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/run.h"
#include "fixture.h"

static const struct assay_profile *make_profile(void)
{
	struct fixture f;

	fixture_init(&f, "samples/count cpu/nanoseconds");
	fixture_label(&f, "tenant", "acme");
	SAMPLE(&f, "main outer~mid~inner work@w.c:12", 1, 10);
	SAMPLE(&f, "main rec rec rec leaf", 2, 30);
	SAMPLE(&f, "main ? work@w.c:13", 4, -50);
	fixture_label(&f, "tenant", "apex");
	SAMPLE(&f, "start main other%libc.so", 8, 70);
	return fixture_seal(&f);
}

static char *print(const struct assay_profile *p, const struct report *report, const struct assay_options *o,
	struct run_cache *cache)
{
	struct warnings w;
	struct buf out = BUF_INIT;
	struct assay_diag diag;
	size_t len;
	int err;

	warnings_init(&w);
	err = run_report_cached(p, report, report->argument ? "." : NULL, o, NULL, cache, &w.ctx, &out, &diag);
	cr_expect_eq(err, 0, "%s: %s", report->name, diag.text);
	buf_add_str(&out, STR("\n--- "));
	buf_addf(&out, "%s", warnings_text(&w));
	warnings_release(&w);
	return buf_detach(&out, &len);
}

/* Options that change what is counted, and others that do not. */
static const char *const settings[][2] = {
	{ "focus", "work" },
	{ "ignore", "rec" },
	{ "hide", "mid" },
	{ "show", "main|work" },
	{ "show_from", "main" },
	{ "prune_from", "rec" },
	{ "tagfocus", "acme" },
	{ "tagignore", "acme" },
	{ "tagroot", "tenant" },
	{ "tagleaf", "tenant" },
	{ "noinlines", "true" },
	{ "lines", "true" },
	{ "files", "true" },
	{ "addresses", "true" },
	{ "filefunctions", "true" },
	{ "sample_index", "samples" },
	{ "mean", "true" },
	{ "cum", "true" },
	{ "nodecount", "1" },
	{ "trim", "false" },
	{ "drop_negative", "true" },
	{ "unit", "ns" },
	{ "relative_percentages", "true" },
	{ "divide_by", "3" },
	{ "showcolumns", "true" },
	{ "trim_path", "/x" },
	{ "call_tree", "true" },
	{ "focus", "" },
};

static void set(struct assay_options *o, const char *name, const char *value)
{
	cr_assert_eq(options_parse(o, option_find(name), value, NULL), 0, "%s", name);
}

/* One cache for all of it, so that each question comes after many others, and comes twice. */
Test(run_cache, reports_are_the_same_as_without_one)
{
	const struct assay_profile *p = make_profile();
	struct run_cache *cache = run_cache_new();

	for (size_t i = 0; i < 2 * sizeof(settings) / sizeof(settings[0]); i++) {
		const char *const *s = settings[i / 2];
		struct assay_options o;

		cr_assert_eq(options_init(&o, NULL), 0);
		set(&o, s[0], s[1]);
		for (const struct report *r = reports; r->name; r++) {
			char *expected, *got;

			/* Those with an argument beside peek want files. */
			if (!(r->flags & REPORT_NEEDS_GRAPH) || r->flags & REPORT_BINARY ||
				(r->argument && strcmp(r->name, "peek") != 0))
				continue;
			expected = print(p, r, &o, NULL);
			got = print(p, r, &o, cache);
			cr_expect_str_eq(got, expected, "%s with %s=%s", r->name, s[0], s[1]);
			free(expected);
			free(got);
		}
		options_release(&o);
	}
	run_cache_free(cache);
	profile_free(p);
}

/* Sums that are changed behind its back show that they are taken, and that cum and nodecount ask for the same ones. */
Test(run_cache, the_second_time_nothing_is_counted)
{
	const struct assay_profile *p = make_profile();
	struct view v = view_of(p);
	struct graph_counts counts = { 0 };
	struct graph_options o = { .column = 1, .counts = &counts };
	struct graph g;

	cr_assert_eq(graph_build(&g, &v, &o, NULL, NULL), 0);
	cr_assert_eq(counts.n, g.nodes.n);
	cr_expect_eq(counts.nodes[0].cum, g.nodes.items[0].cum);
	graph_release(&g);
	counts.nodes[0].cum = 12345;
	cr_assert_eq(graph_build(&g, &v, &o, NULL, NULL), 0);
	cr_expect_eq(g.nodes.items[0].cum, 12345);
	graph_release(&g);
	graph_counts_release(&counts);
	profile_free(p);
}

Test(run_cache, what_was_used_longest_ago_goes_first)
{
	struct run_cache *cache = run_cache_new();
	char key[16];

	for (int i = 0; i < 8; i++) {
		struct graph_counts *c;

		snprintf(key, sizeof(key), "key %d", i);
		c = run_cache_counts(cache, str_of(key));
		c->nodes = calloc(1, sizeof(*c->nodes));
		c->n = 1;
	}
	cr_expect_not_null(run_cache_counts(cache, STR("key 0"))->nodes);
	cr_expect_null(run_cache_counts(cache, STR("one more"))->nodes);
	cr_expect_not_null(run_cache_counts(cache, STR("key 0"))->nodes, "it had been used since");
	cr_expect_null(run_cache_counts(cache, STR("key 1"))->nodes);
	run_cache_free(cache);
}

Test(run_cache, large_counts_are_not_heaped_up)
{
	struct run_cache *cache = run_cache_new();
	struct graph_counts *c = run_cache_counts(cache, STR("large"));

	c->nodes = calloc(1, sizeof(*c->nodes));
	c->n = (size_t)2 << 20;
	cr_expect_not_null(run_cache_counts(cache, STR("large"))->nodes);
	cr_expect_null(run_cache_counts(cache, STR("other"))->nodes);
	cr_expect_null(run_cache_counts(cache, STR("large"))->nodes);
	run_cache_free(cache);
}

Test(run_cache, no_cache_is_one_that_holds_nothing)
{
	cr_expect_null(run_cache_counts(NULL, STR("key")));
	run_cache_free(NULL);
}
