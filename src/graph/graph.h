/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "base/arena.h"
#include "base/ctx.h"
#include "base/strtab.h"
#include "view/view.h"

/*
 * The samples of a view added up: a node is what one row of a report stands for, at a chosen granularity. flat is what
 * was spent in the node itself, cum also what was spent in all that it called; a function that recurses counts once
 * per sample. Nodes are counted first and trimmed; what is known of edges is counted among the nodes kept.
 */

enum granularity {
	GRANULARITY_FUNCTIONS,
	GRANULARITY_FILEFUNCTIONS,
	GRANULARITY_FILES,
	GRANULARITY_LINES,
	GRANULARITY_ADDRESSES,
};

/*
 * What counting found, by node, for a caller who will ask again: a graph of the same view with the same options takes it
 * from here and walks no sample. Whoever lends it answers for them being the same. Empty at first.
 */
struct graph_counts {
	struct node_sums {
		wide flat, flat_divisor, cum, cum_divisor;
	} *nodes; /* NULL while nothing is known */
	size_t n;
};

void graph_counts_release(struct graph_counts *c);

struct graph_options {
	enum granularity granularity;
	size_t column;      /* of the sample types */
	bool mean;          /* also sum column 0, to divide by */
	bool columns;       /* keep column numbers at line granularity */
	bool drop_negative; /* leave out nodes with negative values */
	/* Two functions of one name in different binaries, or with different first lines, are two nodes. */
	bool split_objects;
	bool call_tree; /* a node for each path from the root */
	struct str trim_path, source_path; /* see path_trim() */
	struct graph_counts *counts; /* to fill or to take from, or NULL; not for call trees */
};

/* How the calls of a node that are still in the graph came in, as far as it stands inlined anywhere at all. */
enum inline_mark {
	INLINE_NONE,       /* nobody calls it */
	INLINE_ALL = 1,    /* it was inlined each time */
	INLINE_CALLED = 2, /* it was called each time */
	INLINE_SOME = INLINE_ALL | INLINE_CALLED,
};

/* Edges of a node: g->in_edges or g->out_edges from first on, in the order of reports. */
struct edge_list {
	uint32_t first, n;
};

struct node {
	/* Its identity; what the granularity leaves out is "" or 0. */
	struct str name, file, object_file;
	uint64_t address;
	int64_t line, column, start_line;

	/* Sums. They are kept in 128 bits, so that shares of them are right whatever they are shown as. */
	wide flat, flat_divisor; /* the divisors are 0 but for the mean */
	wide cum, cum_divisor;
	struct edge_list in, out; /* after graph_link_edges() */
	struct str text;          /* its printable name */
};

/* A call, caller to callee. */
struct edge {
	uint32_t caller, callee; /* nodes */
	wide weight, divisor;
	bool inlined;  /* each time it was counted, the callee was inlined */
	bool residual; /* some time it was counted, there were frames between them that were not kept */
};

struct graph {
	const struct view *view;
	struct graph_options options;
	struct arena arena;
	struct strtab files; /* trimmed and clean paths */

	VEC(struct node) nodes; /* all identities of the profile, in no order that means anything */
	/*
	 * By location: the node of its only frame, or, where several frames stand in one location, GRAPH_MANY | the
	 * place in chains of their number and the nodes, outermost first. GRAPH_HIDDEN for a location without any.
	 */
	uint32_t *location_nodes;
	VEC(uint32_t) chains;

	/* The rows: nodes that were kept, in order. */
	VEC(uint32_t) rows;
	bool rebuilt;          /* rows are all that there is: nothing is known of nodes that are not among them */
	size_t n_dropped;      /* nodes below the fraction */
	size_t n_before_count; /* nodes before the count limit */
	wide node_cut, edge_cut; /* what is below them is left out */

	VEC(struct edge) edges;
	size_t n_dropped_edges; /* edges below the fraction */
	uint32_t *in_edges, *out_edges;

	struct call_tree *tree; /* NULL unless nodes are paths, see call_tree.h */
};

#define GRAPH_MANY UINT32_C(0x80000000)
#define GRAPH_HIDDEN UINT32_MAX

struct trim_options {
	int64_t node_count; /* most rows, <= 0 for all */
	double node_fraction, edge_fraction;
	bool sort_cum; /* by cum instead of flat */
};

/* Counts the nodes. g needs no release after a failure: ASSAY_ERR_NOMEM, ASSAY_ERR_CANCELED. */
int graph_build(struct graph *g, const struct view *view, const struct graph_options *options, struct assay_ctx *ctx,
	struct assay_diag *diag);

/* Chooses and sorts the rows. */
int graph_trim(struct graph *g, const struct trim_options *options, struct assay_diag *diag);

/* Which edges to count: all, or those into some nodes or out of some; by node, NULL for none. */
struct edge_options {
	bool all;
	const uint8_t *into, *out_of;
};

/* Counts edges among the nodes kept into g->edges, which it replaces. */
int graph_count_edges(struct graph *g, const struct edge_options *options, struct assay_ctx *ctx,
	struct assay_diag *diag);

/* Leaves out edges below the cut, then sorts them and makes the lists of the nodes. */
int graph_link_edges(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag);

/* By node, how its calls came in: for the rows, from the edges among them that are not below the cut. */
int graph_mark_inlines(struct graph *g, enum inline_mark **marks, struct assay_ctx *ctx, struct assay_diag *diag);

void graph_release(struct graph *g);

/* The values of a row or an edge, divided where the mean is wanted. */
static inline wide divided(wide sum, wide divisor)
{
	return divisor == 0 ? sum : sum / divisor;
}

static inline wide node_flat(const struct node *n)
{
	return divided(n->flat, n->flat_divisor);
}

static inline wide node_cum(const struct node *n)
{
	return divided(n->cum, n->cum_divisor);
}

static inline wide edge_weight(const struct edge *e)
{
	return divided(e->weight, e->divisor);
}

#endif
