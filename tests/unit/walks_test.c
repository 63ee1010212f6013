/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nodes and edges come to over random stacks, against a plain reading of the rules: every location may have several
 * frames, more of them than the fast ways through a stack take at once; frames are hidden, nodes not kept, stacks deep.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

enum {
	NAMES = 26,
	LOCATIONS = 40,
	FRAMES = 300,
	DEPTH = 700,
	SAMPLES = 60,
	ROUNDS = 60,
};

/* Frames are letters, outermost first. */
struct place {
	char frames[FRAMES + 1];
	char word[2 * FRAMES + 1];
};

struct expected_edge {
	int64_t weight;
	bool there, called, residual;
	size_t stamp;
};

struct expected {
	int64_t cum[NAMES], flat[NAMES];
	size_t stamp[NAMES];
	struct expected_edge edges[NAMES][NAMES];
};

struct trial {
	uint32_t random;
	struct place places[LOCATIONS];
	uint8_t stacks[SAMPLES][DEPTH]; /* root first */
	size_t depths[SAMPLES];
	int64_t values[SAMPLES];
	char hidden[4]; /* an expression for one letter, or "" */
	bool kept[NAMES];
};

static uint32_t below(struct trial *t, uint32_t n)
{
	t->random = t->random * 1664525 + 1013904223;
	return (t->random >> 8) % n;
}

static void make_place(struct trial *t, struct place *p, bool alone)
{
	size_t n = alone ? 1 : below(t, 3) ? 1 + below(t, 4) : below(t, 6) ? 1 + below(t, 14) : 1 + below(t, FRAMES);
	char *word = p->word;

	for (size_t i = 0; i < n; i++) {
		p->frames[i] = (char)('a' + below(t, NAMES));
		if (i)
			*word++ = '~';
		*word++ = p->frames[i];
	}
	p->frames[n] = *word = '\0';
}

static const struct assay_profile *make_profile(struct trial *t, uint32_t seed)
{
	struct fixture f;

	*t = (struct trial){ .random = seed };
	for (size_t i = 0; i < LOCATIONS; i++)
		make_place(t, &t->places[i], seed % 5 == 0);
	fixture_init(&f, "cpu/ns");
	for (size_t i = 0; i < SAMPLES; i++) {
		char text[DEPTH * sizeof(t->places[0].word)] = "", *end = text;

		t->depths[i] = below(t, 20) ? below(t, 50) : below(t, DEPTH);
		t->values[i] = (int64_t)below(t, 100) - 10;
		for (size_t k = 0; k < t->depths[i]; k++) {
			t->stacks[i][k] = (uint8_t)below(t, LOCATIONS);
			end = stpcpy(stpcpy(end, k ? " " : ""), t->places[t->stacks[i][k]].word);
		}
		SAMPLE(&f, text, t->values[i]);
	}
	return fixture_seal(&f);
}

static void expect_frame(
	struct trial *t, struct expected *e, size_t sample, int name, bool inlined, int *caller, bool *gap)
{
	int64_t value = t->values[sample];
	struct expected_edge *edge;

	if (e->stamp[name] != sample + 1)
		e->cum[name] += value;
	e->stamp[name] = sample + 1;
	if (!t->kept[name]) {
		*gap = true;
		return;
	}
	edge = *caller >= 0 && *caller != name ? &e->edges[*caller][name] : NULL;
	if (edge && edge->stamp != sample + 1) {
		edge->stamp = sample + 1;
		edge->weight += value;
		edge->there = true;
		edge->called |= !inlined;
		edge->residual |= *gap;
	}
	*caller = name;
	*gap = false;
}

static void expect_sample(struct trial *t, struct expected *e, size_t sample)
{
	int caller = -1, leaf = -1;
	bool gap = false;

	if (!t->values[sample])
		return;
	for (size_t k = 0; k < t->depths[sample]; k++) {
		bool first = true;

		for (const char *c = t->places[t->stacks[sample][k]].frames; *c; c++) {
			if (*c == t->hidden[1])
				continue;
			leaf = *c - 'a';
			expect_frame(t, e, sample, leaf, !first, &caller, &gap);
			first = false;
		}
	}
	if (leaf >= 0)
		e->flat[leaf] += t->values[sample];
}

static int letter(const struct graph *g, uint32_t node)
{
	return g->nodes.items[node].name.p[0] - 'a';
}

static void compare_nodes(const struct graph *g, const struct expected *e, uint32_t seed)
{
	for (uint32_t i = 0; i < g->nodes.n; i++) {
		const struct node *n = &g->nodes.items[i];
		int name = letter(g, i);

		cr_assert_eq(narrow(n->cum), e->cum[name], "seed %u: %c", seed, name + 'a');
		cr_assert_eq(narrow(n->flat), e->flat[name], "seed %u: %c", seed, name + 'a');
	}
}

/* The edges counted are those expected into nodes of `into`, by letter, or all of them. */
static void compare_edges(const struct graph *g, const struct expected *e, const bool *into, uint32_t seed)
{
	size_t n = 0;

	for (size_t i = 0; i < g->edges.n; i++) {
		const struct edge *edge = &g->edges.items[i];
		int caller = letter(g, edge->caller), callee = letter(g, edge->callee);
		const struct expected_edge *x = &e->edges[caller][callee];

		cr_assert(x->there, "seed %u: %c -> %c", seed, caller + 'a', callee + 'a');
		cr_assert_eq(narrow(edge->weight), x->weight, "seed %u: %c -> %c", seed, caller + 'a', callee + 'a');
		cr_assert_eq(edge->inlined, !x->called, "seed %u: %c -> %c", seed, caller + 'a', callee + 'a');
		cr_assert_eq(edge->residual, x->residual, "seed %u: %c -> %c", seed, caller + 'a', callee + 'a');
	}
	for (int caller = 0; caller < NAMES; caller++)
		for (int callee = 0; callee < NAMES; callee++)
			n += e->edges[caller][callee].there && (!into || into[callee]);
	cr_assert_eq(g->edges.n, n, "seed %u: %zu edges, %zu expected", seed, g->edges.n, n);
}

static void compare_some_edges(struct graph *g, struct trial *t, const struct expected *e, uint32_t seed)
{
	uint8_t *into = calloc(g->nodes.n + 1, 1);
	bool names[NAMES] = { false };

	for (uint32_t i = 0; i < g->nodes.n; i++)
		into[i] = names[letter(g, i)] = (below(t, 3) == 0);
	cr_assert_eq(graph_count_edges(g, &(struct edge_options){ .into = into }, NULL, NULL), 0);
	compare_edges(g, e, names, seed);
	free(into);
}

static void run_trial(struct trial *t, uint32_t seed)
{
	static struct expected e;
	const struct assay_profile *p = make_profile(t, seed);
	struct query q = { .trim.node_count = seed % 3 ? 8 : 0 };
	struct assay_diag diag;
	struct graph g;
	struct view v;

	if (seed % 2) {
		t->hidden[0] = '^';
		t->hidden[1] = (char)('a' + below(t, NAMES));
		t->hidden[2] = '$';
		q.view.hide = str_of(t->hidden);
	}
	cr_assert_eq(view_make(&v, p, &q.frames, &q.view, NULL, &diag), 0);
	cr_assert_eq(graph_build(&g, &v, &q.graph, NULL, &diag), 0);
	cr_assert_eq(graph_trim(&g, &q.trim, &diag), 0);
	memset(t->kept, g.rebuilt ? 0 : 1, sizeof(t->kept));
	for (size_t i = 0; g.rebuilt && i < g.rows.n; i++)
		t->kept[letter(&g, g.rows.items[i])] = true;
	e = (struct expected){ 0 };
	for (size_t i = 0; i < SAMPLES; i++)
		expect_sample(t, &e, i);
	compare_nodes(&g, &e, seed);
	cr_assert_eq(graph_count_edges(&g, &(struct edge_options){ .all = true }, NULL, &diag), 0);
	compare_edges(&g, &e, NULL, seed);
	compare_some_edges(&g, t, &e, seed);
	graph_release(&g);
	view_release(&v);
	profile_free(p);
}

Test(walks, come_to_what_the_rules_say_of_each_frame)
{
	static struct trial t;

	for (uint32_t seed = 1; seed <= ROUNDS; seed++)
		run_trial(&t, seed);
}
