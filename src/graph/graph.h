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

struct graph_options {
	enum granularity granularity;
	size_t column;      /* of the sample types */
	bool mean;          /* also sum column 0, to divide by */
	bool columns;       /* keep column numbers at line granularity */
	bool drop_negative; /* leave out nodes with negative values */
	/* Two functions of one name in different binaries, or with different first lines, are two nodes. */
	bool split_objects;
	struct str trim_path, source_path; /* see path_trim() */
};

/* How the calls of a node that are still in the graph came in. */
enum inline_mark {
	INLINE_NONE, /* by a call, or there are none */
	INLINE_SOME,
	INLINE_ALL,
};

struct node {
	/* Its identity; what the granularity leaves out is "" or 0. */
	struct str name, file, object_file;
	uint64_t address;
	int64_t line, column, start_line;

	int64_t flat, flat_divisor; /* sums; the divisors are 0 but for the mean */
	int64_t cum, cum_divisor;
	enum inline_mark inline_mark; /* after graph_mark_inlines() */
	struct str text;              /* its printable name */
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
	bool rebuilt;     /* rows are all that there is: nothing is known of nodes that are not among them */
	size_t n_dropped; /* nodes below the fraction */
	size_t n_before_count; /* nodes before the count limit */
	int64_t edge_cut;      /* edges with less are not there */
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

/* Sets inline_mark of the rows, from the edges among them. */
int graph_mark_inlines(struct graph *g, struct assay_ctx *ctx, struct assay_diag *diag);

void graph_release(struct graph *g);

/* The values of a row, divided where the mean is wanted. */
static inline int64_t node_value(int64_t sum, int64_t divisor)
{
	/* The one quotient that does not fit is kept from trapping. */
	return divisor == 0 ? sum : divisor == -1 ? narrow(-(wide)sum) : sum / divisor;
}

static inline int64_t node_flat(const struct node *n)
{
	return node_value(n->flat, n->flat_divisor);
}

static inline int64_t node_cum(const struct node *n)
{
	return node_value(n->cum, n->cum_divisor);
}

#endif
