/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_CALL_TREE_H
#define GRAPH_CALL_TREE_H

#include "graph/graph.h"

/*
 * A graph in which a node stands for a path from the root, so that a function that is called on two ways is two nodes.
 * Each node but a root has one edge, from its parent, which weighs what the node does.
 */
struct call_tree {
	VEC(uint32_t) parents; /* by node; GRAPH_HIDDEN for a root */
	uint8_t *flags;        /* by node: enum call_tree_flags */
	uint32_t *leaves;      /* by sample: its last node, GRAPH_HIDDEN when it was not counted */
	VEC(uint64_t) orders;  /* by node: a number that follows from the path alone */
};

enum call_tree_flags {
	TREE_CALLED = 1,   /* not inlined each time */
	TREE_RESIDUAL = 2, /* nodes were dropped between it and its parent */
	TREE_DROPPED = 4,
};

/* Replaces the nodes of g, which are identities, by the paths of the samples, and counts them. */
int call_tree_build(struct graph *g, struct assay_ctx *ctx);
void call_tree_release(struct call_tree *t);

/*
 * The very last word on the order of two nodes: the profile's, by the tables that name them. But nodes of a call tree come
 * to be in the order of the samples, which must not show.
 */
int call_tree_compare(const struct graph *g, uint32_t a, uint32_t b);

/* Takes nodes marked TREE_DROPPED out: their callees are then called by the nearest caller that is left. */
void call_tree_close_gaps(struct graph *g);

/* Rows whose edge lies below the cut become roots. */
void call_tree_cut_edges(struct graph *g);

/* The edges that are there, into g->edges. */
int call_tree_edges(struct graph *g);

#endif
