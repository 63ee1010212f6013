/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/sort.h"
#include "graph/call_tree.h"
#include "graph/identity.h"

/* Nodes by their names; those that print alike keep the order in which the profile names them. */
static int compare_nodes(const void *x, const void *y, void *data)
{
	const struct graph *g = data;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	int c = str_compare(g->nodes.items[a].text, g->nodes.items[b].text);

	return c ? c : call_tree_compare(g, a, b);
}

struct edge_order {
	const struct graph *g;
	uint32_t *ranks; /* by node, of its name */
};

/* Heavy edges first; then by the names of caller and callee. */
static int compare_edges(const void *x, const void *y, void *data)
{
	const struct edge *a = x, *b = y;
	const struct edge_order *order = data;
	const uint32_t *rank = order->ranks;
	wide v = wide_abs(a->weight), w = wide_abs(b->weight);

	if (v != w)
		return v < w ? 1 : -1;
	if (rank[a->caller] != rank[b->caller])
		return rank[a->caller] < rank[b->caller] ? -1 : 1;
	if (rank[a->callee] != rank[b->callee])
		return rank[a->callee] < rank[b->callee] ? -1 : 1;
	return a->caller != b->caller ? call_tree_compare(order->g, a->caller, b->caller)
				      : call_tree_compare(order->g, a->callee, b->callee);
}

static int name_ends(struct graph *g)
{
	for (size_t i = 0; i < g->edges.n; i++) {
		uint32_t ends[] = { g->edges.items[i].caller, g->edges.items[i].callee };

		for (size_t k = 0; k < 2; k++) {
			struct node *n = &g->nodes.items[ends[k]];

			if (!n->text.p && identity_name(g, n, &n->text) < 0)
				return ASSAY_ERR_NOMEM;
		}
	}
	return 0;
}

/*
 * Many edges weigh the same, so the names of their ends are sorted once. Ranks are by node, and equal for nodes that
 * print alike.
 */
static uint32_t *rank_ends(const struct graph *g, struct assay_ctx *ctx)
{
	uint32_t *ranks = calloc(g->nodes.n + 1, sizeof(*ranks));
	uint32_t *ends = malloc((2 * g->edges.n + 1) * sizeof(*ends)), rank = 0;
	size_t n = 0;

	if (!ranks || !ends) {
		free(ranks);
		free(ends);
		return NULL;
	}
	for (size_t i = 0; i < g->edges.n; i++) {
		const uint32_t both[] = { g->edges.items[i].caller, g->edges.items[i].callee };

		for (size_t k = 0; k < 2; k++)
			if (!ranks[both[k]]) {
				ranks[both[k]] = 1;
				ends[n++] = both[k];
			}
	}
	sort_items(ends, n, sizeof(*ends), compare_nodes, (void *)g, ctx);
	for (size_t i = 0; i < n; i++) {
		rank += i && !str_equal(g->nodes.items[ends[i]].text, g->nodes.items[ends[i - 1]].text);
		ranks[ends[i]] = rank;
	}
	free(ends);
	return ranks;
}

/* Edges are dropped where rows list their callers; into what is no row, which has no such list, they stay. */
static int drop_light(struct graph *g)
{
	uint8_t *is_row = calloc(g->nodes.n + 1, 1);
	size_t n = 0;

	if (!is_row)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < g->rows.n; i++)
		is_row[g->rows.items[i]] = 1;
	for (size_t i = 0; i < g->edges.n; i++)
		if (!is_row[g->edges.items[i].callee] || wide_abs(g->edges.items[i].weight) >= g->edge_cut)
			g->edges.items[n++] = g->edges.items[i];
	g->n_dropped_edges = g->edges.n - n;
	g->edges.n = n;
	free(is_row);
	return 0;
}

/* Edges are sorted once; each node's list takes them in that order. */
static void fill_lists(struct graph *g)
{
	uint32_t in = 0, out = 0;

	for (size_t i = 0; i < g->nodes.n; i++)
		g->nodes.items[i].in = g->nodes.items[i].out = (struct edge_list){ 0 };
	for (size_t i = 0; i < g->edges.n; i++) {
		g->nodes.items[g->edges.items[i].callee].in.first++;
		g->nodes.items[g->edges.items[i].caller].out.first++;
	}
	for (size_t i = 0; i < g->nodes.n; i++) {
		struct node *n = &g->nodes.items[i];
		uint32_t n_in = n->in.first, n_out = n->out.first;

		n->in.first = in;
		n->out.first = out;
		in += n_in;
		out += n_out;
	}
	for (size_t i = 0; i < g->edges.n; i++) {
		struct edge_list *callee_in = &g->nodes.items[g->edges.items[i].callee].in;
		struct edge_list *caller_out = &g->nodes.items[g->edges.items[i].caller].out;

		g->in_edges[callee_in->first + callee_in->n++] = (uint32_t)i;
		g->out_edges[caller_out->first + caller_out->n++] = (uint32_t)i;
	}
}

int graph_link_edges(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct edge_order order = { .g = g };

	free(g->in_edges);
	free(g->out_edges);
	g->in_edges = malloc((g->edges.n + 1) * sizeof(*g->in_edges));
	g->out_edges = malloc((g->edges.n + 1) * sizeof(*g->out_edges));
	if (g->in_edges && g->out_edges && drop_light(g) == 0 && name_ends(g) == 0)
		order.ranks = rank_ends(g, ctx);
	if (!order.ranks)
		return diag_nomem(diag, "edges");
	sort_items(g->edges.items, g->edges.n, sizeof(*g->edges.items), compare_edges, &order, ctx);
	free(order.ranks);
	if (ctx_canceled(ctx))
		return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	fill_lists(g);
	return 0;
}
