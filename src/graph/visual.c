/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/visual.h"

#include <math.h>
#include <stdlib.h>

#include "base/ctx.h"
#include "base/diag.h"
#include "graph/call_tree.h"
#include "graph/trim.h"

/* A node takes one place for itself and up to this many for its tags. */
#define TAGS_SHOWN 4

static double term(double share)
{
	return -share * log2(share);
}

/* How evenly the weight spreads over the edges, and over the node itself where it keeps some. */
static double entropy(const struct graph *g, const uint32_t *edges, uint32_t n, wide self)
{
	double total = (double)self, sum = 0;

	for (uint32_t i = 0; i < n; i++)
		if (g->edges.items[edges[i]].weight > 0)
			total += (double)g->edges.items[edges[i]].weight;
	if (total == 0)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		sum += term((double)wide_abs(g->edges.items[edges[i]].weight) / total);
	return self > 0 ? sum + term((double)self / total) : sum;
}

/* Wraps where it overflows, as an edge of weight zero makes it do in the reference. */
static int64_t score(const struct graph *g, const struct node *n)
{
	double in = n->in.n ? entropy(g, g->in_edges + n->in.first, n->in.n, 0) : 1;
	double out = n->out.n ? entropy(g, g->out_edges + n->out.first, n->out.n, n->flat) : 1;

	return (int64_t)((uint64_t)trunc_to_int64((in + out) * (double)n->cum) + (uint64_t)narrow(n->flat));
}

struct ranked {
	int64_t score; /* its magnitude; the least value, which has none, stays negative and comes last */
	uint32_t node;
};

static int compare_ranked(const void *x, const void *y, void *data)
{
	const struct graph *g = data;
	const struct ranked *r = x, *s = y;
	const struct node *a = &g->nodes.items[r->node], *b = &g->nodes.items[s->node];
	wide v = wide_abs(a->flat), w = wide_abs(b->flat);
	int c;

	if (r->score != s->score)
		return r->score < s->score ? 1 : -1;
	c = str_compare(a->text, b->text);
	if (!c)
		c = (v < w) - (v > w);
	if (!c)
		c = trim_compare_identity(a, b);
	return c ? c : call_tree_compare(g, r->node, s->node);
}

static int sort_rows(struct graph *g)
{
	struct ranked *r = malloc((g->rows.n + 1) * sizeof(*r));

	if (!r)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < g->rows.n; i++) {
		int64_t s = score(g, &g->nodes.items[g->rows.items[i]]);

		r[i] = (struct ranked){ s < 0 && s != INT64_MIN ? -s : s, g->rows.items[i] };
	}
	if (g->rows.n)
		qsort_r(r, g->rows.n, sizeof(*r), compare_ranked, g);
	for (size_t i = 0; i < g->rows.n; i++)
		g->rows.items[i] = r[i].node;
	free(r);
	return 0;
}

/* The edges among the rows, however light. */
static int all_edges(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag)
{
	wide cut = g->edge_cut;
	int err;

	if (g->tree)
		err = call_tree_edges(g) < 0 ? diag_nomem(diag, "edges") : 0;
	else
		err = graph_count_edges(g, &(struct edge_options){ .all = true }, ctx, diag);
	g->edge_cut = 0;
	if (!err)
		err = graph_link_edges(g, ctx, diag);
	g->edge_cut = cut;
	return err;
}

static int sort_by_edges(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = all_edges(g, ctx, diag);

	if (!err && sort_rows(g) < 0)
		err = diag_nomem(diag, "rows");
	return err;
}

/* Nodes of a call tree that were listed and are no rows any more leave their callees to their callers. */
static void drop_from_tree(struct graph *g, const uint32_t *gone, size_t n)
{
	if (!g->tree)
		return;
	for (size_t i = 0; i < n; i++)
		g->tree->flags[gone[i]] |= TREE_DROPPED;
	call_tree_close_gaps(g);
}

static size_t count_limit(const struct graph *g, const struct tags *tags, int64_t limit)
{
	int64_t count = 0;

	for (size_t i = 0; i < g->rows.n; i++) {
		size_t n = tags_count_flat(tags, g->rows.items[i]);

		count += (int64_t)(n < TAGS_SHOWN ? n : TAGS_SHOWN) + 1;
		if (count >= limit)
			return i + 1;
	}
	return g->rows.n;
}

/* Edges below the cut go before the rows are limited, so that they are not missed afterwards. */
static int limit_rows(struct graph *g, const struct tags *tags, int64_t limit, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	size_t n = count_limit(g, tags, limit);
	int err;

	if (g->tree)
		call_tree_cut_edges(g);
	if (n == g->rows.n)
		return graph_link_edges(g, ctx, diag);
	drop_from_tree(g, g->rows.items + n, g->rows.n - n);
	g->rows.n = n;
	g->rebuilt = true;
	err = sort_by_edges(g, ctx, diag);
	return err;
}

/* Whether a callee is still reached from its caller without the edge between them. */
static bool is_redundant(const struct graph *g, uint32_t edge, const uint8_t *gone, uint32_t *queue, uint32_t *stamps)
{
	const struct edge *e = &g->edges.items[edge];
	size_t n = 0;

	queue[n++] = e->callee;
	stamps[e->callee] = edge + 1;
	for (size_t at = 0; at < n; at++) {
		const struct edge_list *in = &g->nodes.items[queue[at]].in;

		for (uint32_t i = 0; i < in->n; i++) {
			uint32_t k = g->in_edges[in->first + i], caller = g->edges.items[k].caller;

			if (k == edge || gone[k] || stamps[caller] == edge + 1)
				continue;
			if (caller == e->caller)
				return true;
			stamps[caller] = edge + 1;
			queue[n++] = caller;
		}
	}
	return false;
}

/* When it is canceled, graph_link_edges() says so. */
static void find_redundant(
	const struct graph *g, uint8_t *gone, uint32_t *queue, uint32_t *stamps, const struct assay_ctx *ctx)
{
	for (size_t r = g->rows.n; r-- > 0 && !ctx_canceled(ctx);) {
		const struct edge_list *in = &g->nodes.items[g->rows.items[r]].in;

		for (uint32_t i = in->n; i-- > 0;) {
			uint32_t edge = g->in_edges[in->first + i];

			if (!g->edges.items[edge].residual)
				break;
			gone[edge] = is_redundant(g, edge, gone, queue, stamps);
		}
	}
}

static int drop_redundant(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag)
{
	uint8_t *gone = calloc(g->edges.n + 1, 1);
	uint32_t *queue = malloc((g->nodes.n + 1) * sizeof(*queue)), *stamps = calloc(g->nodes.n + 1, sizeof(*stamps));
	size_t n = 0, n_dropped = g->n_dropped_edges;
	int err = gone && queue && stamps ? 0 : diag_nomem(diag, "edges");

	if (!err) {
		find_redundant(g, gone, queue, stamps, ctx);
		for (size_t i = 0; i < g->edges.n; i++)
			if (!gone[i])
				g->edges.items[n++] = g->edges.items[i];
		g->edges.n = n;
		err = graph_link_edges(g, ctx, diag);
		g->n_dropped_edges = n_dropped;
	}
	free(gone);
	free(queue);
	free(stamps);
	return err;
}

/* Rows that the fraction drops are found by what was listed before. */
static int drop_small(struct graph *g, const struct trim_options *o, struct assay_diag *diag)
{
	struct trim_options everything = { 0 };
	VEC(uint32_t) gone = { 0 };
	int err = 0;

	if (!g->tree)
		return trim_rows(g, o) < 0 ? diag_nomem(diag, "rows") : 0;
	if (trim_rows(g, &everything) < 0 || !vec_reserve(&gone, g->rows.n))
		err = diag_nomem(diag, "rows");
	if (!err) {
		gone.n = g->rows.n;
		if (gone.n)
			memcpy(gone.items, g->rows.items, gone.n * sizeof(*gone.items));
		err = trim_rows(g, o) < 0 ? diag_nomem(diag, "rows") : 0;
	}
	if (!err) {
		size_t kept = 0, n = 0;

		/* Both lists are in the order of the nodes. */
		for (size_t i = 0; i < gone.n; i++) {
			if (kept < g->rows.n && g->rows.items[kept] == gone.items[i])
				kept++;
			else
				gone.items[n++] = gone.items[i];
		}
		drop_from_tree(g, gone.items, n);
	}
	vec_release(&gone);
	return err;
}

int visual_trim(struct graph *g, const struct trim_options *o, struct tags *tags, const struct label_units *units,
	struct str unit, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = drop_small(g, o, diag);

	if (!err)
		err = tags_count(tags, g, units, unit, ctx, diag);
	if (err)
		return err;
	err = sort_by_edges(g, ctx, diag);
	if (!err && o->node_count > 0)
		err = limit_rows(g, tags, o->node_count, ctx, diag);
	if (!err)
		err = graph_link_edges(g, ctx, diag);
	if (!err)
		err = drop_redundant(g, ctx, diag);
	if (err)
		tags_release(tags);
	return err;
}
