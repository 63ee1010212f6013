/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every profile, tried on some hundred that are drawn from a generator with a fixed seed: the same ones
 * on every machine, so that a failure can be looked at by the number it names.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/run.h"
#include "base/hash.h"
#include "fixture.h"
#include "format/formats.h"

enum { ROUNDS = 150, MOST_SAMPLES = 40, MOST_DEPTH = 7 };

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *d, uint64_t n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state % n;
}

/* Few words, so that stacks share frames and recurse; some inlined, nameless, in other files and binaries. */
static const char *const words[] = {
	"a@x.c:1", "a@x.c:2", "b@x.c:3:4", "c@y.c:1~a@x.c:9", "c@y.c:1~b@x.c:3~d@y.c:5", "d@y.c", "e%lib.so", "?",
		"?%lib.so",
	"-@y.c#3", "-@y.c#4", "f", "a~a", "g@x.c:1%lib.so",
};

struct drawn {
	char stacks[MOST_SAMPLES][300];
	int64_t values[MOST_SAMPLES][2];
	size_t n;
};

static void draw(struct drawn *s, uint64_t seed)
{
	struct dice d = { (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) };

	s->n = roll(&d, MOST_SAMPLES + 1);
	for (size_t i = 0; i < s->n; i++) {
		size_t depth = roll(&d, MOST_DEPTH + 1), len = 0;

		s->stacks[i][0] = '\0';
		for (size_t k = 0; k < depth; k++)
			len += (size_t)snprintf(s->stacks[i] + len, sizeof(s->stacks[i]) - len, "%s%s", k ? " " : "",
				words[roll(&d, sizeof(words) / sizeof(words[0]))]);
		s->values[i][0] = (int64_t)roll(&d, 4);
		s->values[i][1] = (int64_t)roll(&d, 200) - 40;
		/* One profile in eight has sums beyond 64 bits. */
		if (seed % 8 == 7 && roll(&d, 3) == 0)
			s->values[i][1] = roll(&d, 2) ? INT64_MAX : INT64_MIN;
	}
}

/*
 * The profile of a draw, its samples in order from the from-th on and round. All words are made locations first and in
 * one order, so that addresses do not follow the samples' order.
 */
static const struct assay_profile *profile_of(const struct drawn *s, size_t from)
{
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		SAMPLE(&f, words[i], 0, 0);
	for (size_t i = 0; i < s->n; i++) {
		size_t at = (i + from) % s->n;

		SAMPLE(&f, s->stacks[at], s->values[at][0], s->values[at][1]);
	}
	return fixture_seal(&f);
}

/* The queries that are tried: every granularity, with and without inlined calls, the mean, and some trimming. */
enum { N_QUERIES = 5 * 2 * 2 * 3 };

static struct query query_number(size_t i)
{
	struct query q = { .graph.column = 1 };

	q.graph.granularity = (enum granularity)(i % 5);
	i /= 5;
	q.view.no_inlines = i % 2;
	i /= 2;
	q.graph.mean = i % 2;
	i /= 2;
	q.trim.node_fraction = i == 1 ? 0.1 : 0;
	q.trim.node_count = i == 2 ? 3 : 0;
	q.trim.sort_cum = i == 2;
	return q;
}

static wide sum_of_flat(const struct assay_profile *p, const struct query *q)
{
	struct graph g;
	struct view v;
	wide sum = 0;

	cr_assert_eq(view_make(&v, p, &q->frames, &q->view, NULL, NULL), 0);
	cr_assert_eq(graph_build(&g, &v, &q->graph, NULL, NULL), 0);
	cr_assert_eq(graph_trim(&g, &q->trim, NULL), 0);
	for (size_t i = 0; i < g.rows.n; i++)
		sum += g.nodes.items[g.rows.items[i]].flat;
	graph_release(&g);
	view_release(&v);
	return sum;
}

Test(properties, flat_over_an_untrimmed_graph_is_the_sum_of_the_samples_that_have_a_stack)
{
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p;
		struct drawn s;
		wide expected = 0;

		if (seed % 8 == 7)
			continue; /* single sums stop at the end of the range there */
		draw(&s, seed);
		p = profile_of(&s, 0);
		for (size_t i = 0; i < s.n; i++)
			expected += *s.stacks[i] ? s.values[i][1] : 0;
		for (size_t k = 0; k < 5 * 2; k++) {
			struct query q = query_number(k);
			wide sum = sum_of_flat(p, &q);

			cr_assert(sum == expected, "profile %" PRIu64 " query %zu: %" PRId64 ", not %" PRId64, seed, k,
				(int64_t)sum,
				(int64_t)expected);
		}
		profile_free(p);
	}
}

Test(properties, cum_is_between_what_one_sample_and_what_all_of_them_hold)
{
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p;
		struct drawn s;
		wide all = 0;

		if (seed % 8 == 7)
			continue;
		draw(&s, seed);
		for (size_t i = 0; i < s.n; i++) {
			s.values[i][1] = s.values[i][1] < 0 ? -s.values[i][1] : s.values[i][1];
			all += s.values[i][1];
		}
		p = profile_of(&s, 0);
		for (size_t k = 0; k < 5 * 2; k++) {
			struct query q = query_number(k);
			struct view v = view_of(p);
			struct graph g;

			v.no_inlines = q.view.no_inlines;
			cr_assert_eq(graph_build(&g, &v, &q.graph, NULL, NULL), 0);
			for (size_t i = 0; i < g.nodes.n; i++) {
				const struct node *n = &g.nodes.items[i];

				cr_assert(0 <= n->flat && n->flat <= n->cum && n->cum <= all,
					"profile %" PRIu64 " query %zu", seed, k);
			}
			graph_release(&g);
		}
		profile_free(p);
	}
}

Test(properties, focus_and_ignore_of_one_expression_split_the_samples)
{
	static const char *const expressions[] = { "^a$", "b|c", "lib", "x\\.c", "none", ".", "prog" };

	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		for (size_t k = 0; k < sizeof(expressions) / sizeof(expressions[0]); k++) {
			struct filter_options focus = { .focus = str_of(expressions[k]) },
				ignore = { .ignore = str_of(expressions[k]) };
			struct view in, out;

			cr_assert_eq(view_make(&in, p, NULL, &focus, NULL, NULL), 0);
			cr_assert_eq(view_make(&out, p, NULL, &ignore, NULL, NULL), 0);
			for (size_t i = 0; i < p->n_samples; i++) {
				int expected = view_stack(&in, i).n ? 1 : 0; /* without a stack it is in neither */

				cr_assert_eq(view_has_sample(&in, i) + view_has_sample(&out, i), expected,
					"profile %" PRIu64 " sample %zu expression %s", seed, i, expressions[k]);
			}
			view_release(&in);
			view_release(&out);
		}
		profile_free(p);
	}
}

Test(properties, hide_and_show_of_one_expression_split_the_frames)
{
	static const char *const expressions[] = { "^a$", "b|c", "x\\.c", "none" };

	for (uint64_t seed = 0; seed < 10; seed++) {
		const struct assay_profile *p;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		for (size_t k = 0; k < sizeof(expressions) / sizeof(expressions[0]); k++) {
			struct filter_options hide = { .hide = str_of(expressions[k]) },
				show = { .show = str_of(expressions[k]) };
			struct view in, out;

			cr_assert_eq(view_make(&in, p, NULL, &show, NULL, NULL), 0);
			cr_assert_eq(view_make(&out, p, NULL, &hide, NULL, NULL), 0);
			for (uint32_t l = 0; l < p->locations.n; l++)
				cr_assert_eq(view_frames(&in, l).n + view_frames(&out, l).n,
					p->locations.items[l].n_lines,
					"location %u expression %s", l, expressions[k]);
			view_release(&in);
			view_release(&out);
		}
		profile_free(p);
	}
}

Test(properties, the_order_of_samples_changes_no_row)
{
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p, *turned;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		turned = profile_of(&s, s.n / 2);
		for (size_t k = 0; k < N_QUERIES; k++) {
			struct query q = query_number(k);
			char *rows = query_rows(p, &q), *others = query_rows(turned, &q);

			cr_assert_str_eq(rows, others, "profile %" PRIu64 " query %zu:\n%s\nand\n%s", seed, k, rows,
				others);
			free(rows);
			free(others);
		}
		profile_free(p);
		profile_free(turned);
	}
}

Test(properties, flat_of_what_focus_keeps_and_what_ignore_keeps_add_up_to_the_total)
{
	static const char *const expressions[] = { "^a$", "b|c", "lib", "x\\.c", "none", "." };

	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		for (size_t k = 0; k < sizeof(expressions) / sizeof(expressions[0]); k++) {
			struct query all = { .graph.column = 1 }, focus = all, ignore = all;

			focus.view.focus = str_of(expressions[k]);
			ignore.view.ignore = str_of(expressions[k]);
			cr_assert(sum_of_flat(p, &focus) + sum_of_flat(p, &ignore) == sum_of_flat(p, &all),
				"profile %" PRIu64 " expression %s", seed, expressions[k]);
		}
		profile_free(p);
	}
}

/*
 * The text of a report as the program makes it, with an option that may be NULL; of peek, what it says when nothing
 * matched.
 */
static char *run_text(const struct assay_profile *p, const char *name, const char *argument, const char *option,
	const char *value)
{
	struct assay_ctx ctx = { .bytes_left = 1 << 20 };
	struct assay_diag diag = { .text = "" };
	struct buf out = BUF_INIT;
	struct assay_options o;
	int err;

	cr_assert_eq(options_init(&o, &diag), 0);
	if (option)
		cr_assert_eq(options_parse(&o, option_find(option), value, &diag), 0, "%s: %s", option, diag.text);
	cr_assert_eq(options_settle(&o, NULL, NULL, &diag), 0);
	err = run_report(p, report_find(name), argument, &o, NULL, &ctx, &out, &diag);
	cr_assert(err == 0 || err == ASSAY_ERR_NO_MATCH, "%s: %s", name, diag.text);
	if (err)
		buf_add_str(&out, str_of(diag.text));
	options_release(&o);
	return out.data ? buf_detach(&out, NULL) : strdup("");
}

static const struct {
	const char *name, *argument, *option, *value;
} texts[] = {
	{ "top", NULL, NULL, NULL },
	{ "top", NULL, "lines", "true" },
	{ "tree", NULL, NULL, NULL },
	{ "tree", NULL, "addresses", "true" },
	{ "peek", "a|b", NULL, NULL },
	{ "dot", NULL, NULL, NULL },
	{ "dot", NULL, "call_tree", "true" },
	{ "callgrind", NULL, NULL, NULL },
	{ "callgrind", NULL, "call_tree", "true" },
	{ "folded", NULL, NULL, NULL },
	{ "flamegraph", NULL, NULL, NULL },
	{ "flamegraph", NULL, "lines", "true" },
};
enum { N_TEXTS = sizeof(texts) / sizeof(texts[0]) };

static char *text_number(const struct assay_profile *p, size_t i)
{
	return run_text(p, texts[i].name, texts[i].argument, texts[i].option, texts[i].value);
}

/* The profile that the proto report writes. */
static const struct assay_profile *through_proto(const struct assay_profile *p)
{
	struct assay_ctx ctx = { .bytes_left = 1 << 24 };
	const struct assay_profile *again = NULL;
	struct profile_builder b = { NULL };
	struct assay_diag diag = { .text = "" };
	struct buf out = BUF_INIT;
	struct assay_options o;
	struct bytes bytes;

	cr_assert_eq(options_init(&o, &diag), 0);
	cr_assert_eq(run_report(p, report_find("proto"), NULL, &o, NULL, &ctx, &out, &diag), 0, "%s", diag.text);
	options_release(&o);
	bytes = (struct bytes){ .data = (uint8_t *)out.data, .len = out.len, .borrowed = true };
	cr_assert_eq(formats_read(&b, &bytes, &ctx, &diag), 0, "%s", diag.text);
	cr_assert_eq(profile_seal(&b, &again, &diag), 0, "%s", diag.text);
	bytes_release(&bytes);
	buf_release(&out);
	return again;
}

Test(properties, a_profile_that_was_written_gives_the_same_reports)
{
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p, *again;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		again = through_proto(p);
		for (size_t k = 0; k < N_TEXTS; k++) {
			char *before = text_number(p, k), *after = text_number(again, k);

			cr_assert_str_eq(before, after, "profile %" PRIu64 " %s:\n%s\nand\n%s", seed, texts[k].name,
				before, after);
			free(before);
			free(after);
		}
		profile_free(p);
		profile_free(again);
	}
}

Test(properties, no_report_depends_on_the_order_of_samples)
{
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		const struct assay_profile *p, *turned;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		turned = profile_of(&s, s.n / 2);
		for (size_t k = 0; k < N_TEXTS; k++) {
			char *text = text_number(p, k), *other = text_number(turned, k);

			cr_assert_str_eq(text, other, "profile %" PRIu64 " %s:\n%s\nand\n%s", seed, texts[k].name, text,
				other);
			free(text);
			free(other);
		}
		profile_free(p);
		profile_free(turned);
	}
}

/* The hash key of a process, and all rows of all queries over some draws as one number. */
struct digest {
	uint64_t key, rows;
};

static uint64_t digest_of_all_rows(void)
{
	uint64_t digest = 0;

	for (uint64_t seed = 0; seed < 40; seed++) {
		const struct assay_profile *p;
		struct drawn s;

		draw(&s, seed);
		p = profile_of(&s, 0);
		for (size_t k = 0; k < N_QUERIES; k++) {
			struct query q = query_number(k);
			char *rows = query_rows(p, &q);

			digest = hash_bytes(digest + 1, rows, strlen(rows));
			free(rows);
		}
		profile_free(p);
	}
	return digest;
}

/* The key is drawn once per process, on first use: so the rows are made in a child of their own. */
static struct digest digest_in_child(void)
{
	struct digest d = { 0 };
	int fds[2], status;
	pid_t child;

	cr_assert_eq(pipe(fds), 0);
	child = fork();
	cr_assert_geq(child, 0);
	if (!child) {
		d = (struct digest){ hash_key(), digest_of_all_rows() };
		_exit(write(fds[1], &d, sizeof(d)) == (ssize_t)sizeof(d) ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	cr_assert_eq(read(fds[0], &d, sizeof(d)), (ssize_t)sizeof(d));
	close(fds[0]);
	close(fds[1]);
	return d;
}

Test(properties, no_row_depends_on_hash_keys)
{
	struct digest a = digest_in_child(), b = digest_in_child();

	cr_assert_neq(a.key, b.key, "the two must not have drawn the same key");
	cr_expect_eq(a.rows, b.rows);
}
