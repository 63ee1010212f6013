/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_TRIM_H
#define GRAPH_TRIM_H

#include "graph/graph.h"

/* Steps that trimming for tables and for pictures share. */

/* The nodes above the fraction become the rows, unsorted; their names and the cuts are set. 0 or ASSAY_ERR_NOMEM. */
int trim_rows(struct graph *g, const struct trim_options *options);

/* The last word between rows that print alike. */
int trim_compare_identity(const struct node *a, const struct node *b);

#endif
