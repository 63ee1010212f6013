/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting edges costs several times what counting nodes does. So it is done last, among the nodes kept, for the edges
 * that are wanted; and where few nodes are kept, which is the rule, an edge is found in a square table.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/pairs.h"
#include "graph/graph.h"

/* Nodes up to which the table is square: 4 MB. */
#define SQUARE_MAX 1024

struct edge_tally {
	wide weight, divisor;
	uint32_t stamp; /* the last sample that counted */
	bool inlined, residual;
};

/* What a node is to the walk. */
enum {
	NODE_KEPT = 1,
	NODE_INTO = 2,   /* edges into it are wanted */
	NODE_OUT_OF = 4, /* edges out of it are wanted */
};

struct walker {
	struct graph *g;
	uint8_t *flags;       /* by node */
	uint32_t *kept;       /* by node: its place among the nodes kept */
	uint8_t *interesting; /* by location: it has a wanted node */
	struct pairs pairs;   /* caller and callee */
	uint32_t *square;     /* by places of caller and callee: pair + 1; NULL when too many are kept */
	size_t n_kept;
	VEC(struct edge_tally) tallies; /* by pair */
	/* Of the sample at hand. */
	uint32_t stamp, caller;
	int64_t value, divisor;
	bool residual;
};

static struct edge_tally *find_edge(struct walker *w, uint32_t callee)
{
	uint32_t *cell = w->square ? &w->square[w->kept[w->caller] * w->n_kept + w->kept[callee]] : NULL;
	uint32_t pair;

	if (cell && *cell)
		return &w->tallies.items[*cell - 1];
	if (!pairs_add(&w->pairs, w->caller, callee, &pair))
		return NULL;
	if (cell)
		*cell = pair + 1;
	if (pair == w->tallies.n && !vec_push(&w->tallies, ((struct edge_tally){ .inlined = true })))
		return NULL;
	return &w->tallies.items[pair];
}

static bool count_edge(struct walker *w, uint32_t callee, bool is_inlined)
{
	struct edge_tally *t = find_edge(w, callee);

	if (!t)
		return false;
	if (t->stamp == w->stamp)
		return true;
	t->stamp = w->stamp;
	t->weight += w->value;
	t->divisor += w->divisor;
	t->inlined &= is_inlined;
	t->residual |= w->residual;
	return true;
}

/* A frame of a sample: counts the edge from the nearest kept caller, and becomes the caller itself. */
static bool pass(struct walker *w, uint32_t node, bool is_inlined)
{
	uint8_t flags = w->flags[node];

	if (!(flags & NODE_KEPT)) {
		w->residual = true;
		return true;
	}
	if (w->caller != GRAPH_HIDDEN && w->caller != node && (flags & NODE_INTO || w->flags[w->caller] & NODE_OUT_OF) &&
		!count_edge(w, node, is_inlined))
		return false;
	w->caller = node;
	w->residual = false;
	return true;
}

static bool walk(struct walker *w, const struct stack *s)
{
	const struct graph *g = w->g;
	bool ok = true;

	w->caller = GRAPH_HIDDEN;
	w->residual = false;
	for (size_t i = s->n; ok && i-- > 0;) {
		uint32_t node = g->location_nodes[s->locations[i]];
		const uint32_t *chain;

		if (!(node & GRAPH_MANY)) {
			ok = pass(w, node, false);
			continue;
		}
		if (node == GRAPH_HIDDEN)
			continue;
		/* Outermost first: all but the first of them were inlined into the one before. */
		chain = g->chains.items + (node & ~GRAPH_MANY);
		for (uint32_t k = 1; ok && k <= chain[0]; k++)
			ok = pass(w, chain[k], k > 1);
	}
	return ok;
}

static bool is_interesting(const struct walker *w, const struct stack *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (w->interesting[s->locations[i]])
			return true;
	return false;
}

static int walk_all(struct walker *w, struct assay_ctx *ctx)
{
	const struct view *v = w->g->view;
	const struct graph_options *o = &w->g->options;

	for (size_t i = 0; i < v->profile->n_samples; i++) {
		const int64_t *values = profile_values(v->profile, i);
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		w->value = values[o->column];
		w->divisor = o->mean ? values[0] : 0;
		if ((!w->value && !w->divisor) || !view_has_sample(v, i))
			continue;
		s = view_stack(v, i);
		w->stamp = (uint32_t)i + 1;
		if (is_interesting(w, &s) && !walk(w, &s))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static void keep(struct walker *w, const struct edge_options *o, uint32_t node)
{
	w->flags[node] = NODE_KEPT | (o->all || (o->into && o->into[node]) ? NODE_INTO : 0) |
		(o->out_of && o->out_of[node] ? NODE_OUT_OF : 0);
	w->kept[node] = (uint32_t)w->n_kept++;
}

static void find_interesting(struct walker *w)
{
	const struct graph *g = w->g;

	for (size_t i = 0; i < g->view->n_locations; i++) {
		uint32_t node = g->location_nodes[i];
		const uint32_t *chain;

		if (node == GRAPH_HIDDEN)
			continue;
		if (!(node & GRAPH_MANY)) {
			w->interesting[i] = w->flags[node] > NODE_KEPT;
			continue;
		}
		chain = g->chains.items + (node & ~GRAPH_MANY);
		for (uint32_t k = 1; k <= chain[0]; k++)
			w->interesting[i] |= w->flags[chain[k]] > NODE_KEPT;
	}
}

static int prepare(struct walker *w, const struct edge_options *o)
{
	const struct graph *g = w->g;

	w->flags = calloc(g->nodes.n + 1, 1);
	w->kept = calloc(g->nodes.n + 1, sizeof(*w->kept));
	w->interesting = calloc(g->view->n_locations + 1, 1);
	if (!w->flags || !w->kept || !w->interesting)
		return ASSAY_ERR_NOMEM;
	/* As long as nothing was dropped, nodes that are no rows, since their values cancel out, still have edges. */
	for (size_t i = 0; !g->rebuilt && i < g->nodes.n; i++)
		keep(w, o, (uint32_t)i);
	for (size_t i = 0; g->rebuilt && i < g->rows.n; i++)
		keep(w, o, g->rows.items[i]);
	find_interesting(w);
	if (w->n_kept > SQUARE_MAX)
		return 0;
	w->square = calloc(w->n_kept * w->n_kept + 1, sizeof(*w->square));
	return w->square ? 0 : ASSAY_ERR_NOMEM;
}

static bool take_edges(struct walker *w)
{
	struct graph *g = w->g;

	g->edges.n = 0;
	if (!vec_reserve(&g->edges, w->tallies.n))
		return false;
	for (size_t i = 0; i < w->tallies.n; i++) {
		const struct edge_tally *t = &w->tallies.items[i];
		const struct pair *p = &w->pairs.items.items[i];

		g->edges.items[g->edges.n++] =
			(struct edge){ p->a, p->b, t->weight, t->divisor, t->inlined, t->residual };
	}
	return true;
}

int graph_count_edges(struct graph *g, const struct edge_options *o, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct walker w = { .g = g };
	int err = prepare(&w, o);

	if (!err)
		err = walk_all(&w, ctx);
	if (!err && !take_edges(&w))
		err = ASSAY_ERR_NOMEM;
	free(w.flags);
	free(w.kept);
	free(w.interesting);
	free(w.square);
	pairs_release(&w.pairs);
	vec_release(&w.tallies);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "edges") : 0;
}
