/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_IDENTITY_H
#define GRAPH_IDENTITY_H

#include "base/buf.h"
#include "graph/graph.h"

/*
 * Fills g->nodes, g->location_nodes and g->chains: which frames of the view are the same node at the granularity of
 * g->options. 0 or ASSAY_ERR_NOMEM.
 */
int identity_assign(struct graph *g);

/* The printable name of a node: address, name, and file with line, as far as the granularity keeps them. */
int identity_name(struct graph *g, struct node *n, struct str *text);

/*
 * The same for a frame where there is no graph, with its source path cleaned but not trimmed; line is NULL for a
 * nameless frame. The text lives in scratch until that is used again, and is "" once scratch has failed.
 */
struct str identity_frame_name(struct buf *scratch, const struct view *v, enum granularity granularity, bool columns,
	uint32_t location, const struct line *line);

#endif
