/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_TAGS_H
#define GRAPH_TAGS_H

#include "graph/graph.h"

/*
 * The labels of the samples behind a node, as boxes beside it. The string labels of a sample together are one label
 * tag; its numbers under the key "bytes" are number tags, which hang on the label tag of the same sample, or on the
 * node itself where the sample has no string labels.
 */
struct tag {
	uint32_t node;
	uint32_t label;  /* text of the label tag, id in tags->texts; 0 for none */
	uint32_t number; /* text of the number, id in tags->texts; 0: this is the label tag itself */
	int64_t value;   /* of a number tag, in unit */
	struct str unit;
	wide flat, flat_divisor, cum, cum_divisor;
};

struct tags {
	struct strtab texts;
	VEC(struct tag) list; /* by node */
	uint32_t *first;      /* by node: its tags are list[first[n] .. first[n + 1]) */
};

/*
 * Counts the tags of the rows of g; those with flat and cum both below g->node_cut are left out. unit is what numbers
 * are shown in.
 */
int tags_count(struct tags *t, const struct graph *g, const struct label_units *units, struct str unit,
	struct assay_ctx *ctx, struct assay_diag *diag);
void tags_release(struct tags *t);

/* The tags of a node that have a flat value. */
size_t tags_count_flat(const struct tags *t, uint32_t node);

#endif
