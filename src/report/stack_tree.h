/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_STACK_TREE_H
#define REPORT_STACK_TREE_H

#include "base/pairs.h"
#include "report/report.h"

/*
 * The stacks of a view laid over each other from the root: a path is a frame in the place that it has, so that a
 * function is there once for each way that leads to it. What a path holds was spent in its last frame. Path 0 is the
 * empty stack; every other path stands behind the path that it extends.
 */

/* Values are kept by sign, because in a difference those of the base are below zero. */
struct stack_sums {
	wide after, before; /* of the values above zero; of those below, as a magnitude */
	wide divisor;       /* 0 but for the mean */
};

struct stack_tree {
	struct pairs links; /* of path i + 1: the path that it extends, and its frame */
	VEC(struct stack_sums) sums;
};

/*
 * frame_of maps nodes of the graph to frames; NULL when the nodes are the frames. Sums below zero are left out where
 * the graph leaves out such nodes. The tree needs stack_tree_release() after a failure too: ASSAY_ERR_NOMEM,
 * ASSAY_ERR_CANCELED.
 */
int stack_tree_build(struct stack_tree *t, const struct report_ctx *ctx, const uint32_t *frame_of,
	struct assay_diag *diag);
void stack_tree_release(struct stack_tree *t);

/* Only of paths other than 0. */
static inline uint32_t stack_tree_parent(const struct stack_tree *t, uint32_t path)
{
	return t->links.items.items[path - 1].a;
}

static inline uint32_t stack_tree_frame(const struct stack_tree *t, uint32_t path)
{
	return t->links.items.items[path - 1].b;
}

static inline wide stack_sums_change(const struct stack_sums *s)
{
	return s->after - s->before;
}

#endif
