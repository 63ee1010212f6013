/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/diag.h"
#include "graph/graph.h"

/* Nodes that stand inlined in some location. Without any there is nothing to count. */
static bool find_inlined(const struct graph *g, uint8_t *inlined)
{
	bool any = false;

	for (size_t at = 0; at < g->chains.n; at += g->chains.items[at] + 1) {
		for (uint32_t k = 2; k <= g->chains.items[at]; k++) {
			inlined[g->chains.items[at + k]] = 1;
			any = true;
		}
	}
	return any;
}

/* Nodes of which nothing is shown need no edges. */
static void keep_rows(const struct graph *g, uint8_t *inlined)
{
	enum { ROW = 2 };

	for (size_t i = 0; i < g->rows.n; i++)
		inlined[g->rows.items[i]] |= ROW;
	for (size_t i = 0; i < g->nodes.n; i++)
		inlined[i] = inlined[i] == (1 | ROW);
}

static void set_marks(const struct graph *g, enum inline_mark *marks)
{
	for (size_t i = 0; i < g->edges.n; i++) {
		const struct edge *e = &g->edges.items[i];

		/* The two bits together say that both kinds were met. */
		if (wide_abs(e->weight) >= g->edge_cut)
			marks[e->callee] |= e->inlined ? INLINE_ALL : INLINE_CALLED;
	}
}

int graph_mark_inlines(struct graph *g, enum inline_mark **out, struct assay_ctx *ctx, struct assay_diag *diag)
{
	enum inline_mark *marks = calloc(g->nodes.n + 1, sizeof(*marks));
	uint8_t *inlined = calloc(g->nodes.n + 1, 1);
	int err = marks && inlined ? 0 : diag_nomem(diag, "inlined calls");

	if (!err && find_inlined(g, inlined)) {
		keep_rows(g, inlined);
		err = graph_count_edges(g, &(struct edge_options){ .into = inlined }, ctx, diag);
		if (!err)
			set_marks(g, marks);
	}
	free(inlined);
	if (err)
		free(marks);
	else
		*out = marks;
	return err;
}
