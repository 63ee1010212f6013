/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_IDENTITY_H
#define GRAPH_IDENTITY_H

#include "graph/graph.h"

/*
 * Fills g->nodes, g->location_nodes and g->chains: which frames of the view are the same node at the granularity of
 * g->options. 0 or ASSAY_ERR_NOMEM.
 */
int identity_assign(struct graph *g);

/* The printable name of a node: address, name, and file with line, as far as the granularity keeps them. */
int identity_name(struct graph *g, struct node *n, struct str *text);

#endif
