/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting edges costs several times what counting nodes does. So it is done last, among the nodes kept, for the edges
 * that are wanted; where few nodes are kept, which is the rule, an edge is found in a square table; and large profiles
 * are shared out.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/pairs.h"
#include "base/parallel.h"
#include "graph/graph.h"

/* Nodes up to which the table is square: 16 MB. */
#define SQUARE_MAX 2048

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

/* By location, where it is not a node that is kept: one that is not, or several in one location. */
#define PLACE_SKIPPED UINT32_MAX
#define PLACE_CHAIN (UINT32_MAX - 1)
#define PLACE_HIDDEN (UINT32_MAX - 2)

/* What all shares read. */
struct map {
	struct graph *g;
	uint8_t *flags;       /* by node */
	uint32_t *kept;       /* by node: its place among the nodes kept */
	uint32_t *places;     /* by location: its node, or one of the above */
	uint8_t *interesting; /* by location: it has a wanted node; NULL when every sample is walked */
	size_t n_kept;
	const struct assay_ctx *ctx;
};

/* Samples from .. to - 1, counted for themselves. */
struct walker {
	const struct map *map;
	size_t from, to;
	struct pairs pairs; /* caller and callee */
	uint32_t *square;   /* by places of caller and callee: pair + 1; NULL when too many are kept */
	VEC(struct edge_tally) tallies; /* by pair */
	int err;
	/* Of the sample at hand. */
	uint32_t stamp, caller;
	int64_t value, divisor;
	bool residual;
};

static struct edge_tally *find_edge(struct walker *w, uint32_t callee)
{
	const struct map *m = w->map;
	uint32_t *cell = w->square ? &w->square[m->kept[w->caller] * m->n_kept + m->kept[callee]] : NULL;
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

/* A frame whose node is kept: counts the edge from the nearest kept caller, and becomes the caller itself. */
static inline bool pass(struct walker *w, uint32_t node, bool is_inlined)
{
	const uint8_t *flags = w->map->flags;

	if (w->caller != GRAPH_HIDDEN && w->caller != node && (flags[node] & NODE_INTO || flags[w->caller] & NODE_OUT_OF) &&
		!count_edge(w, node, is_inlined))
		return false;
	w->caller = node;
	w->residual = false;
	return true;
}

/* Outermost first: all but the first of them were inlined into the one before. */
static bool pass_chain(struct walker *w, uint32_t location)
{
	const struct graph *g = w->map->g;
	const uint32_t *chain = g->chains.items + (g->location_nodes[location] & ~GRAPH_MANY);
	bool ok = true;

	for (uint32_t k = 1; ok && k <= chain[0]; k++) {
		if (w->map->flags[chain[k]] & NODE_KEPT)
			ok = pass(w, chain[k], k > 1);
		else
			w->residual = true;
	}
	return ok;
}

static bool walk(struct walker *w, const struct stack *s)
{
	const uint32_t *places = w->map->places;
	bool ok = true;

	w->caller = GRAPH_HIDDEN;
	w->residual = false;
	for (size_t i = s->n; ok && i-- > 0;) {
		uint32_t place = places[s->locations[i]];

		if (place == PLACE_SKIPPED)
			w->residual = true;
		else if (place < PLACE_HIDDEN)
			ok = pass(w, place, false);
		else if (place == PLACE_CHAIN)
			ok = pass_chain(w, s->locations[i]);
	}
	return ok;
}

static bool is_interesting(const struct map *m, const struct stack *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (m->interesting[s->locations[i]])
			return true;
	return false;
}

static void walk_share(void *argument)
{
	struct walker *w = argument;
	const struct view *v = w->map->g->view;
	const struct graph_options *o = &w->map->g->options;

	if (w->map->n_kept <= SQUARE_MAX) {
		w->square = calloc(w->map->n_kept * w->map->n_kept + 1, sizeof(*w->square));
		w->err = w->square ? 0 : ASSAY_ERR_NOMEM;
	}
	for (size_t i = w->from; !w->err && i < w->to; i++) {
		const int64_t *values = profile_values(v->profile, i);
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(w->map->ctx))
			w->err = ASSAY_ERR_CANCELED;
		w->value = values[o->column];
		w->divisor = o->mean ? values[0] : 0;
		if ((!w->value && !w->divisor) || !view_has_sample(v, i))
			continue;
		s = view_stack(v, i);
		w->stamp = (uint32_t)i + 1;
		if ((!w->map->interesting || is_interesting(w->map, &s)) && !walk(w, &s))
			w->err = ASSAY_ERR_NOMEM;
	}
}

static void keep(struct map *m, const struct edge_options *o, uint32_t node)
{
	m->flags[node] = NODE_KEPT | (o->all || (o->into && o->into[node]) ? NODE_INTO : 0) |
		(o->out_of && o->out_of[node] ? NODE_OUT_OF : 0);
	m->kept[node] = (uint32_t)m->n_kept++;
}

static bool any_wanted(const struct map *m, uint32_t node)
{
	const uint32_t *chain = m->g->chains.items + (node & ~GRAPH_MANY);

	if (node == GRAPH_HIDDEN)
		return false;
	if (!(node & GRAPH_MANY))
		return m->flags[node] > NODE_KEPT;
	for (uint32_t k = 1; k <= chain[0]; k++)
		if (m->flags[chain[k]] > NODE_KEPT)
			return true;
	return false;
}

static void place_locations(struct map *m)
{
	for (size_t i = 0; i < m->g->view->n_locations; i++) {
		uint32_t node = m->g->location_nodes[i];

		if (node == GRAPH_HIDDEN)
			m->places[i] = PLACE_HIDDEN;
		else if (node & GRAPH_MANY)
			m->places[i] = PLACE_CHAIN;
		else
			m->places[i] = m->flags[node] & NODE_KEPT ? node : PLACE_SKIPPED;
		if (m->interesting)
			m->interesting[i] = any_wanted(m, node);
	}
}

static int prepare(struct map *m, const struct edge_options *o)
{
	const struct graph *g = m->g;

	m->flags = calloc(g->nodes.n + 1, 1);
	m->kept = calloc(g->nodes.n + 1, sizeof(*m->kept));
	m->places = malloc((g->view->n_locations + 1) * sizeof(*m->places));
	m->interesting = o->all ? NULL : calloc(g->view->n_locations + 1, 1);
	if (!m->flags || !m->kept || !m->places || (!o->all && !m->interesting))
		return ASSAY_ERR_NOMEM;
	/* As long as nothing was dropped, nodes that are no rows, since their values cancel out, still have edges. */
	for (size_t i = 0; !g->rebuilt && i < g->nodes.n; i++)
		keep(m, o, (uint32_t)i);
	for (size_t i = 0; g->rebuilt && i < g->rows.n; i++)
		keep(m, o, g->rows.items[i]);
	place_locations(m);
	return 0;
}

static void add_tally(struct edge *e, const struct edge_tally *t)
{
	e->weight += t->weight;
	e->divisor += t->divisor;
	e->inlined &= t->inlined;
	e->residual |= t->residual;
}

/* Sums and flags of the shares together; neither depends on their order, and edges are sorted later. */
static bool take_edges(struct graph *g, const struct walker *shares, size_t n)
{
	struct pairs all = { 0 };
	bool ok = true;

	g->edges.n = 0;
	for (size_t s = 0; ok && s < n; s++) {
		for (size_t i = 0; ok && i < shares[s].tallies.n; i++) {
			const struct pair *p = &shares[s].pairs.items.items[i];
			uint32_t index;

			ok = pairs_add(&all, p->a, p->b, &index) &&
				(index < g->edges.n ||
					vec_push(&g->edges,
						((struct edge){ .caller = p->a, .callee = p->b, .inlined = true })));
			if (ok)
				add_tally(&g->edges.items[index], &shares[s].tallies.items[i]);
		}
	}
	pairs_release(&all);
	return ok;
}

static int walk_all(struct map *m)
{
	size_t n_samples = m->g->view->profile->n_samples, n = graph_shares(m->g->view);
	struct walker shares[PARALLEL_MAX] = { 0 };
	int err = 0;

	for (size_t i = 0; i < n; i++)
		shares[i] = (struct walker){ .map = m, .from = n_samples / n * i,
			.to = i + 1 < n ? n_samples / n * (i + 1) : n_samples };
	parallel_run(walk_share, shares, sizeof(shares[0]), n);
	for (size_t i = 0; i < n && !err; i++)
		err = shares[i].err;
	if (!err && !take_edges(m->g, shares, n))
		err = ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		pairs_release(&shares[i].pairs);
		vec_release(&shares[i].tallies);
		free(shares[i].square);
	}
	return err;
}

int graph_count_edges(struct graph *g, const struct edge_options *o, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct map m = { .g = g, .ctx = ctx };
	int err = prepare(&m, o);

	if (!err)
		err = walk_all(&m);
	free(m.flags);
	free(m.kept);
	free(m.places);
	free(m.interesting);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "edges") : 0;
}
