/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/call_tree.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/pairs.h"

struct planter {
	struct graph *g;
	struct call_tree *t;
	struct node *identities;
	struct pairs paths; /* parent + 1 and identity; the index is the node */
	VEC(uint8_t) flags;
	VEC(struct node) nodes;
	uint32_t at; /* where the sample at hand has come to */
};

#define DEPTH_SHIFT 48

/* Callers before those they call, which is how a chain of them reads; then by all that is on the path. */
static uint64_t order_below(const struct planter *p, uint32_t identity)
{
	uint64_t above = p->at == GRAPH_HIDDEN ? 0 : p->t->orders.items[p->at], depth = above >> DEPTH_SHIFT;

	depth += depth < UINT16_MAX;
	return depth << DEPTH_SHIFT | hash_u64(above, identity) >> (64 - DEPTH_SHIFT);
}

/* Goes on from p->at to the node below it. */
static bool descend(struct planter *p, uint32_t identity, bool inlined)
{
	size_t known = p->nodes.n;
	uint64_t order;
	uint32_t node;

	if (!pairs_add(&p->paths, p->at == GRAPH_HIDDEN ? 0 : p->at + 1, identity, &node))
		return false;
	if (node == known) {
		order = order_below(p, identity);
		if (!vec_push(&p->nodes, p->identities[identity]) || !vec_push(&p->t->parents, p->at) ||
			!vec_push(&p->t->orders, order) || !vec_push(&p->flags, 0))
			return false;
	}
	if (!inlined)
		p->flags.items[node] |= TREE_CALLED;
	p->at = node;
	return true;
}

static bool plant_stack(struct planter *p, const struct stack *s)
{
	const struct graph *g = p->g;
	bool ok = true;

	p->at = GRAPH_HIDDEN;
	for (size_t i = s->n; ok && i-- > 0;) {
		uint32_t node = g->location_nodes[stack_at(s, i)];
		const uint32_t *chain;

		if (node == GRAPH_HIDDEN)
			continue;
		if (!(node & GRAPH_MANY)) {
			ok = descend(p, node, false);
			continue;
		}
		chain = g->chains.items + (node & ~GRAPH_MANY);
		for (uint32_t k = 1; ok && k <= chain[0]; k++)
			ok = descend(p, chain[k], k > 1);
	}
	return ok;
}

static void count_path(struct planter *p, int64_t value, int64_t divisor)
{
	if (p->at == GRAPH_HIDDEN)
		return;
	p->nodes.items[p->at].flat += value;
	p->nodes.items[p->at].flat_divisor += divisor;
	for (uint32_t at = p->at; at != GRAPH_HIDDEN; at = p->t->parents.items[at]) {
		p->nodes.items[at].cum += value;
		p->nodes.items[at].cum_divisor += divisor;
	}
}

static int plant(struct planter *p, struct assay_ctx *ctx)
{
	const struct view *v = p->g->view;
	const struct graph_options *o = &p->g->options;

	for (size_t i = 0; i < v->profile->n_samples; i++) {
		const int64_t *values = profile_values(v->profile, i);
		int64_t value = values[o->column], divisor = o->mean ? values[0] : 0;
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		p->t->leaves[i] = GRAPH_HIDDEN;
		if ((!value && !divisor) || !view_has_sample(v, i))
			continue;
		s = view_stack(v, i);
		if (!plant_stack(p, &s))
			return ASSAY_ERR_NOMEM;
		p->t->leaves[i] = p->at;
		count_path(p, value, divisor);
	}
	return 0;
}

/* The planted nodes become those of the graph. */
static void take_nodes(struct planter *p)
{
	struct graph *g = p->g;

	free(g->nodes.items);
	g->nodes.items = p->nodes.items;
	g->nodes.n = p->nodes.n;
	g->nodes.cap = p->nodes.cap;
	p->t->flags = p->flags.items;
	g->tree = p->t;
}

int call_tree_build(struct graph *g, struct assay_ctx *ctx)
{
	struct planter p = { .g = g, .identities = g->nodes.items };
	int err = ASSAY_ERR_NOMEM;

	p.t = calloc(1, sizeof(*p.t));
	if (!p.t)
		return err;
	p.t->leaves = malloc((g->view->profile->n_samples + 1) * sizeof(*p.t->leaves));
	if (p.t->leaves && vec_reserve(&p.flags, (size_t)1) && vec_reserve(&p.nodes, (size_t)1))
		err = plant(&p, ctx);
	pairs_release(&p.paths);
	if (!err) {
		take_nodes(&p);
		return 0;
	}
	vec_release(&p.flags);
	vec_release(&p.nodes);
	call_tree_release(p.t);
	return err;
}

void call_tree_release(struct call_tree *t)
{
	if (!t)
		return;
	vec_release(&t->parents);
	vec_release(&t->orders);
	free(t->flags);
	free(t->leaves);
	free(t);
}

int call_tree_compare(const struct graph *g, uint32_t a, uint32_t b)
{
	const uint64_t *orders = g->tree ? g->tree->orders.items : NULL;

	if (orders && orders[a] != orders[b])
		return orders[a] < orders[b] ? -1 : 1;
	return (a > b) - (a < b);
}

/* Parents have smaller numbers than their children, so their own gaps are closed before theirs. */
void call_tree_close_gaps(struct graph *g)
{
	struct call_tree *t = g->tree;

	for (size_t i = 0; i < t->parents.n; i++) {
		uint32_t parent = t->parents.items[i];

		if (parent == GRAPH_HIDDEN || !(t->flags[parent] & TREE_DROPPED))
			continue;
		t->parents.items[i] = t->parents.items[parent];
		t->flags[i] |= TREE_RESIDUAL | (t->flags[parent] & TREE_CALLED);
	}
}

void call_tree_cut_edges(struct graph *g)
{
	for (size_t i = 0; i < g->rows.n; i++)
		if (wide_abs(g->nodes.items[g->rows.items[i]].cum) < g->edge_cut)
			g->tree->parents.items[g->rows.items[i]] = GRAPH_HIDDEN;
}

int call_tree_edges(struct graph *g)
{
	const struct call_tree *t = g->tree;

	g->edges.n = 0;
	for (size_t i = 0; i < g->nodes.n; i++) {
		const struct node *n = &g->nodes.items[i];

		if (t->parents.items[i] == GRAPH_HIDDEN || t->flags[i] & TREE_DROPPED)
			continue;
		if (!vec_push(&g->edges,
			    ((struct edge){
				    .caller = t->parents.items[i],
				    .callee = (uint32_t)i,
				    .weight = n->cum,
				    .divisor = n->cum_divisor,
				    .inlined = !(t->flags[i] & TREE_CALLED),
				    .residual = t->flags[i] & TREE_RESIDUAL,
			    })))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}
