/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/parallel.h"
#include "graph/call_tree.h"
#include "graph/identity.h"

/*
 * What is added up per node while samples pass. The stamp is the last sample that counted, which keeps recursion from
 * counting twice; it sits beside the sum so that a frame costs one line of the cache. What only a leaf has is elsewhere.
 */
struct tally {
	int64_t cum;
	uint32_t stamp;
};

/* The same for sums beyond 64 bits, and for the mean, which divides by a second column. */
struct wide_tally {
	wide cum, flat, cum_divisor, flat_divisor;
	uint32_t stamp;
};

/* The innermost node of the first location, from the leaf, that is not hidden. GRAPH_HIDDEN when there is none. */
static uint32_t leaf_node(const struct graph *g, const struct stack *s)
{
	for (size_t i = 0; i < s->n; i++) {
		uint32_t node = g->location_nodes[stack_at(s, i)];

		if (node == GRAPH_HIDDEN)
			continue;
		if (!(node & GRAPH_MANY))
			return node;
		node &= ~GRAPH_MANY;
		return g->chains.items[node + g->chains.items[node]];
	}
	return GRAPH_HIDDEN;
}

static inline void count(struct tally *t, uint32_t stamp, int64_t value)
{
	if (t->stamp == stamp)
		return;
	t->stamp = stamp;
	t->cum += value;
}

static void count_chain(const struct graph *g, struct tally *tallies, uint32_t at, uint32_t stamp, int64_t value)
{
	const uint32_t *chain = g->chains.items + at;

	for (uint32_t k = 1; k <= chain[0]; k++)
		count(&tallies[chain[k]], stamp, value);
}

/* Where each location has one node, or is hidden. */
static inline __attribute__((always_inline)) void count_locations(const struct graph *g, struct tally *tallies,
	const struct stack *s, uint32_t stamp, int64_t value, unsigned width)
{
	for (size_t i = 0; i < s->n; i++) {
		uint32_t node = g->location_nodes[stack_index(s->bytes + i * width, width)];

		if (node != GRAPH_HIDDEN)
			count(&tallies[node], stamp, value);
	}
}

/*
 * The nodes of a location where some have several. Which have follows no pattern that a processor could foresee, so that
 * all are copied together and the end is moved on by how many there were.
 */
#define FEW 3
struct few {
	uint32_t nodes[FEW]; /* where there are more, nodes[0] is the place of all in graph.chains */
	uint32_t n;          /* FEW + 1 for more */
};

static struct few few_of(const struct graph *g, uint32_t node)
{
	const uint32_t *chain;
	struct few f = { .n = 0 };

	if (node == GRAPH_HIDDEN)
		return f;
	if (!(node & GRAPH_MANY))
		return (struct few){ { node }, 1 };
	chain = g->chains.items + (node & ~GRAPH_MANY);
	if (chain[0] > FEW)
		return (struct few){ { node & ~GRAPH_MANY }, FEW + 1 };
	for (; f.n < chain[0]; f.n++)
		f.nodes[f.n] = chain[f.n + 1];
	return f;
}

/* By location; NULL in *out where none has several. */
static bool make_few(const struct graph *g, struct few **out)
{
	struct few *few;

	*out = NULL;
	if (!g->chains.n)
		return true;
	few = malloc((g->view->n_locations + 1) * sizeof(*few));
	if (!few)
		return false;
	for (size_t i = 0; i < g->view->n_locations; i++)
		few[i] = few_of(g, g->location_nodes[i]);
	*out = few;
	return true;
}

#define FEW_LOCATIONS 128

/* So many locations at most, which begin at p. */
static inline __attribute__((always_inline)) void count_few(const struct graph *g, const struct few *few,
	struct tally *tallies, const uint8_t *p, size_t n_locations, uint32_t stamp, int64_t value, unsigned width)
{
	uint32_t nodes[FEW_LOCATIONS * FEW + sizeof(struct few) / sizeof(uint32_t)];
	size_t n = 0;

	for (size_t i = 0; i < n_locations; i++, p += width) {
		const struct few *f = &few[stack_index(p, width)];

		memcpy(&nodes[n], f, sizeof(*f));
		if (f->n > FEW)
			count_chain(g, tallies, f->nodes[0], stamp, value);
		else
			n += f->n;
	}
	for (size_t i = 0; i < n; i++)
		count(&tallies[nodes[i]], stamp, value);
}

static inline __attribute__((always_inline)) void count_many(const struct graph *g, const struct few *few,
	struct tally *tallies, const struct stack *s, uint32_t stamp, int64_t value, unsigned width)
{
	size_t from = 0;

	for (; s->n - from > FEW_LOCATIONS; from += FEW_LOCATIONS)
		count_few(g, few, tallies, s->bytes + from * width, FEW_LOCATIONS, stamp, value, width);
	count_few(g, few, tallies, s->bytes + from * width, s->n - from, stamp, value, width);
}

static void count_sample(const struct graph *g, const struct few *few, struct tally *tallies, int64_t *flat,
	const struct stack *s, uint32_t stamp, int64_t value)
{
	uint32_t leaf = leaf_node(g, s);

	if (few)
		STACK_FOR_WIDTH(s, count_many(g, few, tallies, s, stamp, value, width));
	else
		STACK_FOR_WIDTH(s, count_locations(g, tallies, s, stamp, value, width));
	if (leaf != GRAPH_HIDDEN)
		flat[leaf] += value;
}

/* Samples from .. to - 1, counted into tallies of their own. */
struct count_share {
	PARALLEL_ALIGN const struct graph *g;
	const struct few *few;
	const struct assay_ctx *ctx;
	size_t from, to;
	struct tally *tallies;
	int64_t *flat; /* by node, like tallies */
	int err;
};

static void count_samples(void *argument)
{
	struct count_share *share = argument;
	const struct graph *g = share->g;
	const struct assay_profile *p = g->view->profile;

	share->tallies = calloc(g->nodes.n + 1, sizeof(*share->tallies));
	share->flat = calloc(g->nodes.n + 1, sizeof(*share->flat));
	if (!share->tallies || !share->flat)
		share->err = ASSAY_ERR_NOMEM;
	for (size_t i = share->from; !share->err && i < share->to; i++) {
		int64_t value = profile_values(p, i)[g->options.column];
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(share->ctx))
			share->err = ASSAY_ERR_CANCELED;
		if (!value || !view_has_sample(g->view, i))
			continue;
		s = view_stack(g->view, i);
		count_sample(g, share->few, share->tallies, share->flat, &s, (uint32_t)i + 1, value);
	}
}

/* Sums of integers do not depend on the order in which they are taken, so neither does the result on the shares. */
static int count_nodes(struct graph *g, struct assay_ctx *ctx)
{
	const struct assay_profile *p = g->view->profile;
	struct count_share shares[PARALLEL_MAX] = { 0 };
	size_t n = view_shares(g->view);
	struct few *few;
	int err = 0;

	if (!make_few(g, &few))
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		shares[i] = (struct count_share){ g, few, ctx, p->n_samples / n * i,
			i + 1 < n ? p->n_samples / n * (i + 1) : p->n_samples };
	parallel_run(count_samples, shares, sizeof(shares[0]), n);
	for (size_t i = 0; i < n; i++) {
		if (!err)
			err = shares[i].err;
		for (size_t k = 0; !err && k < g->nodes.n; k++) {
			g->nodes.items[k].cum += shares[i].tallies[k].cum;
			g->nodes.items[k].flat += shares[i].flat[k];
		}
		free(shares[i].tallies);
		free(shares[i].flat);
	}
	free(few);
	return err;
}

static void count_wide(struct wide_tally *t, uint32_t stamp, int64_t value, int64_t divisor)
{
	if (t->stamp == stamp)
		return;
	t->stamp = stamp;
	t->cum += value;
	t->cum_divisor += divisor;
}

static void count_wide_sample(const struct graph *g, struct wide_tally *tallies, const struct stack *s, uint32_t stamp,
	int64_t value, int64_t divisor)
{
	uint32_t leaf = leaf_node(g, s);

	for (size_t i = 0; i < s->n; i++) {
		uint32_t node = g->location_nodes[stack_at(s, i)];
		const uint32_t *chain;

		if (node == GRAPH_HIDDEN)
			continue;
		if (!(node & GRAPH_MANY)) {
			count_wide(&tallies[node], stamp, value, divisor);
			continue;
		}
		chain = g->chains.items + (node & ~GRAPH_MANY);
		for (uint32_t k = 1; k <= chain[0]; k++)
			count_wide(&tallies[chain[k]], stamp, value, divisor);
	}
	if (leaf != GRAPH_HIDDEN) {
		tallies[leaf].flat += value;
		tallies[leaf].flat_divisor += divisor;
	}
}

static int count_nodes_wide(struct graph *g, struct assay_ctx *ctx)
{
	const struct assay_profile *p = g->view->profile;
	struct wide_tally *tallies = calloc(g->nodes.n + 1, sizeof(*tallies));

	if (!tallies)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < p->n_samples; i++) {
		int64_t value = profile_values(p, i)[g->options.column];
		int64_t divisor = g->options.mean ? profile_values(p, i)[0] : 0;
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx)) {
			free(tallies);
			return ASSAY_ERR_CANCELED;
		}
		if ((!value && !divisor) || !view_has_sample(g->view, i))
			continue;
		s = view_stack(g->view, i);
		count_wide_sample(g, tallies, &s, (uint32_t)i + 1, value, divisor);
	}
	for (size_t i = 0; i < g->nodes.n; i++) {
		struct node *n = &g->nodes.items[i];

		n->cum = tallies[i].cum;
		n->flat = tallies[i].flat;
		n->cum_divisor = tallies[i].cum_divisor;
		n->flat_divisor = tallies[i].flat_divisor;
	}
	free(tallies);
	return 0;
}

static bool take_counts(struct graph *g, const struct graph_counts *c)
{
	if (!c || !c->nodes || c->n != g->nodes.n)
		return false;
	for (size_t i = 0; i < c->n; i++) {
		struct node *n = &g->nodes.items[i];

		n->flat = c->nodes[i].flat;
		n->flat_divisor = c->nodes[i].flat_divisor;
		n->cum = c->nodes[i].cum;
		n->cum_divisor = c->nodes[i].cum_divisor;
	}
	return true;
}

/* Where memory is short the next graph counts again. */
static void keep_counts(const struct graph *g, struct graph_counts *c)
{
	if (!c)
		return;
	graph_counts_release(c);
	c->nodes = malloc((g->nodes.n + 1) * sizeof(*c->nodes));
	for (size_t i = 0; c->nodes && i < g->nodes.n; i++) {
		const struct node *n = &g->nodes.items[i];

		c->nodes[i] = (struct node_sums){ n->flat, n->flat_divisor, n->cum, n->cum_divisor };
	}
	c->n = c->nodes ? g->nodes.n : 0;
}

void graph_counts_release(struct graph_counts *c)
{
	free(c->nodes);
	*c = (struct graph_counts){ 0 };
}

static int count_all(struct graph *g, struct assay_ctx *ctx)
{
	const struct graph_options *o = &g->options;
	int err;

	if (take_counts(g, o->counts))
		return 0;
	err = o->mean || !profile_sums_fit(g->view->profile, o->column) ? count_nodes_wide(g, ctx)
									: count_nodes(g, ctx);
	if (!err)
		keep_counts(g, o->counts);
	return err;
}

int graph_build(struct graph *g, const struct view *view, const struct graph_options *options, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err;

	*g = (struct graph){ .view = view, .options = *options };
	err = identity_assign(g);
	if (!err && options->call_tree)
		err = call_tree_build(g, ctx);
	else if (!err)
		err = count_all(g, ctx);
	if (!err)
		return 0;
	graph_release(g);
	return err == ASSAY_ERR_CANCELED ? diag_set(diag, err, "canceled") : diag_nomem(diag, "the graph");
}

void graph_release(struct graph *g)
{
	arena_release(&g->arena);
	strtab_release(&g->files);
	vec_release(&g->nodes);
	free(g->location_nodes);
	vec_release(&g->chains);
	vec_release(&g->rows);
	vec_release(&g->edges);
	call_tree_release(g->tree);
	free(g->in_edges);
	free(g->out_edges);
}
