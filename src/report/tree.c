/* SPDX-License-Identifier: Apache-2.0 */
/* tree and peek: each function between its callers and what it called. peek shows those that match, tree all. */
#include <stdlib.h>

#include "base/diag.h"
#include "report/header.h"
#include "report/pattern.h"
#include "report/peek.h"

#define VALUE_WIDTH 10
#define EDGE_WIDTH 50

static const char separator[] = "----------------------------------------------------------+-------------\n";

static void add_edge(struct buf *out, const struct values *v, const struct edge *e, const struct node *center,
	const struct node *other)
{
	values_add_right(out, v, e->weight, EDGE_WIDTH);
	buf_add_char(out, ' ');
	values_add_percent(out, e->weight, node_cum(center));
	buf_add_str(out, STR(" |   "));
	buf_add_safe(out, other->text);
	buf_add_str(out, e->inlined ? STR(" (inline)\n") : STR("\n"));
}

static void add_node(struct buf *out, const struct values *v, const struct node *n, wide sum)
{
	values_add_right(out, v, node_flat(n), VALUE_WIDTH);
	buf_add_char(out, ' ');
	values_add_percent(out, node_flat(n), v->total);
	buf_add_char(out, ' ');
	values_add_percent(out, sum, v->total);
	buf_add_char(out, ' ');
	values_add_right(out, v, node_cum(n), VALUE_WIDTH);
	buf_add_char(out, ' ');
	values_add_percent(out, node_cum(n), v->total);
	buf_add_fill(out, ' ', 16);
	buf_add_str(out, STR("| "));
	buf_add_safe(out, n->text);
	buf_add_char(out, '\n');
}

static void add_entry(struct buf *out, const struct values *v, const struct graph *g, const struct node *n, wide sum)
{
	buf_add(out, separator, sizeof(separator) - 1);
	for (uint32_t i = 0; i < n->in.n; i++) {
		const struct edge *e = &g->edges.items[g->in_edges[n->in.first + i]];

		add_edge(out, v, e, n, &g->nodes.items[e->caller]);
	}
	add_node(out, v, n, sum);
	for (uint32_t i = 0; i < n->out.n; i++) {
		const struct edge *e = &g->edges.items[g->out_edges[n->out.first + i]];

		add_edge(out, v, e, n, &g->nodes.items[e->callee]);
	}
}

/* wanted is by node, or NULL for all rows. */
static void print(struct buf *out, const struct report_ctx *ctx, const struct values *v, const uint8_t *wanted)
{
	const struct graph *g = ctx->graph;
	wide sum = 0;

	header_add(out, ctx, v);
	buf_add(out, separator, sizeof(separator) - 1);
	buf_add_str(out, STR("      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"));
	for (size_t i = 0; i < g->rows.n && !ctx_canceled(ctx->ctx); i++) {
		const struct node *n = &g->nodes.items[g->rows.items[i]];

		if (wanted && !wanted[g->rows.items[i]])
			continue;
		sum += node_flat(n);
		add_entry(out, v, g, n, sum);
	}
	if (g->rows.n)
		buf_add(out, separator, sizeof(separator) - 1);
}

static void add_edge_row(
	struct table *t, const char *role, const struct edge *e, const struct node *center, const struct node *other)
{
	table_text(t, center->text);
	table_text(t, str_of(role));
	table_text(t, other->text);
	table_bool(t, e->inlined);
	table_bool(t, e->residual);
	table_integer(t, e->weight);
	table_percent(t, e->weight, node_cum(center));
	table_nothings(t, 5);
}

static void add_node_row(struct table *t, const struct node *n, wide sum, wide total)
{
	table_text(t, n->text);
	table_text(t, STR("self"));
	table_text(t, n->text);
	table_nothings(t, 4);
	table_integer(t, node_flat(n));
	table_percent(t, node_flat(n), total);
	table_percent(t, sum, total);
	table_integer(t, node_cum(n));
	table_percent(t, node_cum(n), total);
}

static void add_entry_rows(struct table *t, const struct graph *g, const struct node *n, wide sum, wide total)
{
	for (uint32_t i = 0; i < n->in.n; i++) {
		const struct edge *e = &g->edges.items[g->in_edges[n->in.first + i]];

		add_edge_row(t, "caller", e, n, &g->nodes.items[e->caller]);
	}
	add_node_row(t, n, sum, total);
	for (uint32_t i = 0; i < n->out.n; i++) {
		const struct edge *e = &g->edges.items[g->out_edges[n->out.first + i]];

		add_edge_row(t, "callee", e, n, &g->nodes.items[e->callee]);
	}
}

static void add_table(struct table *t, const struct report_ctx *ctx, const struct values *v, const uint8_t *wanted)
{
	static const struct column columns[] = {
		{ "function", COLUMN_NAME },
		{ "role", COLUMN_WORD },
		{ "name", COLUMN_NAME },
		{ "inlined", COLUMN_WORD },
		{ "indirect", COLUMN_WORD },
		{ "calls", COLUMN_VALUE },
		{ "calls_percent", COLUMN_PERCENT },
		{ "flat", COLUMN_VALUE },
		{ "flat_percent", COLUMN_PERCENT },
		{ "sum_percent", COLUMN_PERCENT },
		{ "cum", COLUMN_VALUE },
		{ "cum_percent", COLUMN_PERCENT },
	};
	const struct graph *g = ctx->graph;
	wide sum = 0;

	header_add_fields(t, ctx);
	table_columns(t, columns, sizeof(columns) / sizeof(columns[0]), v);
	for (size_t i = 0; i < g->rows.n; i++) {
		const struct node *n = &g->nodes.items[g->rows.items[i]];

		if (wanted && !wanted[g->rows.items[i]])
			continue;
		sum += node_flat(n);
		add_entry_rows(t, g, n, sum, ctx->total);
	}
}

/* As text, or, where there is no place for that, as a table. */
static int run(const struct report_ctx *ctx, const struct edge_options *edges, const uint8_t *wanted, struct buf *out,
	struct table *t, struct assay_diag *diag)
{
	struct values v;
	int err = graph_count_edges(ctx->graph, edges, ctx->ctx, diag);

	if (!err)
		err = graph_link_edges(ctx->graph, ctx->ctx, diag);
	if (err)
		return err;
	values_init(&v, ctx);
	values_select_unit(&v, ctx->graph);
	if (out)
		print(out, ctx, &v, wanted);
	else
		add_table(t, ctx, &v, wanted);
	return 0;
}

int tree_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	return run(ctx, &(struct edge_options){ .all = true }, NULL, out, NULL, diag);
}

int tree_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	return run(ctx, &(struct edge_options){ .all = true }, NULL, NULL, t, diag);
}

int peek_match(const struct report_ctx *ctx, const struct graph *g, uint8_t *wanted, struct assay_diag *diag)
{
	bool any = false;

	for (size_t i = 0; i < g->rows.n; i++) {
		struct str name = g->nodes.items[g->rows.items[i]].text;
		bool found;
		int err = pattern_search(ctx, name, &found, diag);

		if (err)
			return err;
		wanted[g->rows.items[i]] = found;
		any |= found;
	}
	return any ? 0 : diag_set(diag, ASSAY_ERR_NO_MATCH, "no matches found for regexp: %s", ctx->argument);
}

static int peek(const struct report_ctx *ctx, struct buf *out, struct table *t, struct assay_diag *diag)
{
	uint8_t *wanted = calloc(ctx->graph->nodes.n + 1, 1);
	int err = wanted ? peek_match(ctx, ctx->graph, wanted, diag) : diag_nomem(diag, "rows");

	if (!err)
		err = run(ctx, &(struct edge_options){ .into = wanted, .out_of = wanted }, wanted, out, t, diag);
	free(wanted);
	return err;
}

int peek_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	return peek(ctx, out, NULL, diag);
}

int peek_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	return peek(ctx, NULL, t, diag);
}
