/* SPDX-License-Identifier: Apache-2.0 */
#include "report/stack_tree.h"

#include "base/diag.h"

static bool add_path(struct stack_tree *t, uint32_t *path, uint32_t frame)
{
	uint32_t index;

	if (!pairs_add(&t->links, *path, frame, &index))
		return false;
	*path = index + 1;
	return *path < t->sums.n || vec_push(&t->sums, ((struct stack_sums){ 0 }));
}

static bool add_node(struct stack_tree *t, uint32_t *path, const uint32_t *frame_of, uint32_t node)
{
	return add_path(t, path, frame_of ? frame_of[node] : node);
}

/* A location is one frame, or where calls were inlined into it, several. */
static bool add_location(
	struct stack_tree *t, uint32_t *path, const struct graph *g, const uint32_t *frame_of, uint32_t location)
{
	uint32_t node = g->location_nodes[location];
	const uint32_t *chain;

	if (node == GRAPH_HIDDEN)
		return true;
	if (!(node & GRAPH_MANY))
		return add_node(t, path, frame_of, node);
	chain = g->chains.items + (node & ~GRAPH_MANY);
	for (uint32_t i = 1; i <= chain[0]; i++)
		if (!add_node(t, path, frame_of, chain[i]))
			return false;
	return true;
}

static int add_sample(struct stack_tree *t, const struct report_ctx *ctx, const uint32_t *frame_of, size_t sample)
{
	const int64_t *values = profile_values(ctx->profile, sample);
	struct stack s = view_stack(ctx->view, sample);
	int64_t value = values[ctx->column];
	struct stack_sums *sums;
	uint32_t path = 0;

	for (size_t i = s.n; i-- > 0;)
		if (!add_location(t, &path, ctx->graph, frame_of, stack_at(&s, i)))
			return ASSAY_ERR_NOMEM;
	sums = &t->sums.items[path];
	if (value < 0)
		sums->before -= value;
	else
		sums->after += value;
	if (ctx->mean)
		sums->divisor += values[0];
	return 0;
}

static int add_samples(struct stack_tree *t, const struct report_ctx *ctx, const uint32_t *frame_of)
{
	int err = vec_push(&t->sums, ((struct stack_sums){ 0 })) ? 0 : ASSAY_ERR_NOMEM;

	for (size_t i = 0; !err && i < ctx->profile->n_samples; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx->ctx))
			return ASSAY_ERR_CANCELED;
		/* A stack without a value may still have a say in the mean. */
		if (view_has_sample(ctx->view, i) && (ctx->mean || profile_values(ctx->profile, i)[ctx->column] != 0))
			err = add_sample(t, ctx, frame_of, i);
	}
	return err;
}

int stack_tree_build(
	struct stack_tree *t, const struct report_ctx *ctx, const uint32_t *frame_of, struct assay_diag *diag)
{
	int err;

	*t = (struct stack_tree){ 0 };
	err = add_samples(t, ctx, frame_of);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	if (err)
		return diag_nomem(diag, "stacks");
	for (size_t i = 0; ctx->graph->options.drop_negative && i < t->sums.n; i++)
		if (stack_sums_change(&t->sums.items[i]) < 0)
			t->sums.items[i] = (struct stack_sums){ 0 };
	return 0;
}

void stack_tree_release(struct stack_tree *t)
{
	pairs_release(&t->links);
	vec_release(&t->sums);
}
