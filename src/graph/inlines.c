/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows were inlined into their callers. That is a property of edges, and counting all edges costs several times
 * what counting nodes does; so only edges into nodes that some location has inlined are counted, and samples that pass
 * through none of those are not walked.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/hash.h"
#include "graph/graph.h"

struct edge {
	uint32_t caller, callee;
	uint32_t stamp; /* the last sample that counted */
	bool all_inline;
	wide weight;
};

struct marker {
	struct graph *g;
	uint8_t *flags;       /* by node */
	uint8_t *interesting; /* by location: it holds a node that is FLAG_INLINED */
	VEC(struct edge) edges;
	uint32_t *slots; /* edge + 1, 0 is empty; n_slots is a power of two */
	size_t n_slots;
	uint64_t hash_key;
};

enum {
	FLAG_KEPT = 1,    /* takes part as caller or callee */
	FLAG_INLINED = 2, /* is a row, and some location has it inlined */
};

static uint64_t hash_edge(const struct marker *m, uint32_t caller, uint32_t callee)
{
	return hash_u64(m->hash_key, (uint64_t)caller << 32 | callee);
}

static int grow_slots(struct marker *m)
{
	size_t n = m->n_slots ? 2 * m->n_slots : 256, mask = n - 1;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return ASSAY_ERR_NOMEM;
	for (size_t e = 0; e < m->edges.n; e++) {
		size_t i = hash_edge(m, m->edges.items[e].caller, m->edges.items[e].callee) & mask;

		while (slots[i])
			i = (i + 1) & mask;
		slots[i] = (uint32_t)e + 1;
	}
	free(m->slots);
	m->slots = slots;
	m->n_slots = n;
	return 0;
}

static struct edge *find_edge(struct marker *m, uint32_t caller, uint32_t callee)
{
	size_t i, mask;

	if (m->edges.n >= m->n_slots / 2 && grow_slots(m) < 0)
		return NULL;
	mask = m->n_slots - 1;
	for (i = hash_edge(m, caller, callee) & mask; m->slots[i]; i = (i + 1) & mask) {
		struct edge *e = &m->edges.items[m->slots[i] - 1];

		if (e->caller == caller && e->callee == callee)
			return e;
	}
	if (!vec_push(&m->edges, ((struct edge){ .caller = caller, .callee = callee, .all_inline = true })))
		return NULL;
	m->slots[i] = (uint32_t)m->edges.n;
	return &m->edges.items[m->edges.n - 1];
}

/* A frame of a sample: counts the edge from the nearest kept caller, and becomes the caller itself. */
static int pass(struct marker *m, uint32_t *caller, uint32_t node, bool is_inline, uint32_t stamp, int64_t value)
{
	struct edge *e;

	if (!(m->flags[node] & FLAG_KEPT))
		return 0;
	if (*caller != GRAPH_HIDDEN && *caller != node && (m->flags[node] & FLAG_INLINED)) {
		e = find_edge(m, *caller, node);
		if (!e)
			return ASSAY_ERR_NOMEM;
		if (e->stamp != stamp) {
			e->stamp = stamp;
			e->weight += value;
			e->all_inline &= is_inline;
		}
	}
	*caller = node;
	return 0;
}

static int walk(struct marker *m, const struct stack *s, uint32_t stamp, int64_t value)
{
	const struct graph *g = m->g;
	uint32_t caller = GRAPH_HIDDEN;
	int err = 0;

	for (size_t i = s->n; !err && i-- > 0;) {
		uint32_t node = g->location_nodes[s->locations[i]];
		const uint32_t *chain;

		if (node == GRAPH_HIDDEN)
			continue;
		if (!(node & GRAPH_MANY)) {
			err = pass(m, &caller, node, false, stamp, value);
			continue;
		}
		/* Outermost first: all but the first of them were inlined into the one before. */
		chain = g->chains.items + (node & ~GRAPH_MANY);
		for (uint32_t k = 1; !err && k <= chain[0]; k++)
			err = pass(m, &caller, chain[k], k > 1, stamp, value);
	}
	return err;
}

static bool is_interesting(const struct marker *m, const struct stack *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (m->interesting[s->locations[i]])
			return true;
	return false;
}

static int count_edges(struct marker *m, struct assay_ctx *ctx)
{
	const struct view *v = m->g->view;
	const struct assay_profile *p = v->profile;
	const struct graph_options *o = &m->g->options;
	int err = 0;

	for (size_t i = 0; !err && i < p->n_samples; i++) {
		int64_t value = profile_values(p, i)[o->column];
		struct stack s = view_stack(v, i);

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		if ((!value && !(o->mean && profile_values(p, i)[0])) || !view_has_sample(v, i))
			continue;
		if (is_interesting(m, &s))
			err = walk(m, &s, (uint32_t)i + 1, value);
	}
	return err;
}

/* Rows that stand inlined in some location. Without any there is nothing to count. */
static bool find_inlined(struct marker *m)
{
	const struct graph *g = m->g;
	bool any = false;

	for (size_t i = 0; i < g->nodes.n; i++)
		m->flags[i] = g->rebuilt ? 0 : FLAG_KEPT;
	for (size_t i = 0; i < g->rows.n; i++)
		m->flags[g->rows.items[i]] = FLAG_KEPT;
	for (size_t at = 0; at < g->chains.n; at += g->chains.items[at] + 1) {
		for (uint32_t k = 2; k <= g->chains.items[at]; k++) {
			uint8_t *flags = &m->flags[g->chains.items[at + k]];

			if (*flags & FLAG_KEPT) {
				*flags |= FLAG_INLINED;
				any = true;
			}
		}
	}
	return any;
}

static void find_interesting(struct marker *m)
{
	const struct graph *g = m->g;

	for (size_t i = 0; i < g->view->n_locations; i++) {
		uint32_t node = g->location_nodes[i];
		const uint32_t *chain;

		if (node == GRAPH_HIDDEN)
			continue;
		if (!(node & GRAPH_MANY)) {
			m->interesting[i] = (m->flags[node] & FLAG_INLINED) != 0;
			continue;
		}
		chain = g->chains.items + (node & ~GRAPH_MANY);
		for (uint32_t k = 1; k <= chain[0]; k++)
			m->interesting[i] |= (m->flags[chain[k]] & FLAG_INLINED) != 0;
	}
}

static void set_marks(struct marker *m)
{
	struct graph *g = m->g;
	enum { SEEN_INLINE = 4, SEEN_CALL = 8 };

	for (size_t i = 0; i < m->edges.n; i++) {
		const struct edge *e = &m->edges.items[i];

		if (magnitude(narrow(e->weight)) >= g->edge_cut)
			m->flags[e->callee] |= e->all_inline ? SEEN_INLINE : SEEN_CALL;
	}
	for (size_t i = 0; i < g->rows.n; i++) {
		uint8_t flags = m->flags[g->rows.items[i]];

		if (flags & SEEN_INLINE)
			g->nodes.items[g->rows.items[i]].inline_mark = flags & SEEN_CALL ? INLINE_SOME : INLINE_ALL;
	}
}

int graph_mark_inlines(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct marker m = { .g = g, .hash_key = hash_key() };
	int err = 0;

	m.flags = calloc(g->nodes.n + 1, 1);
	m.interesting = calloc(g->view->n_locations + 1, 1);
	if (!m.flags || !m.interesting) {
		err = ASSAY_ERR_NOMEM;
	} else if (find_inlined(&m)) {
		find_interesting(&m);
		err = count_edges(&m, ctx);
		if (!err)
			set_marks(&m);
	}
	free(m.flags);
	free(m.interesting);
	vec_release(&m.edges);
	free(m.slots);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "inlined calls") : 0;
}
