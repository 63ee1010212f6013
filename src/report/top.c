/* SPDX-License-Identifier: Apache-2.0 */
#include "report/top.h"

#include <stdlib.h>

#include "base/diag.h"
#include "report/header.h"

#define VALUE_WIDTH 10

int top_rows(const struct report_ctx *ctx, struct top_row **out, struct assay_diag *diag)
{
	const struct graph *g = ctx->graph;
	enum inline_mark *marks;
	struct top_row *rows;
	wide sum = 0;
	int err = graph_mark_inlines(ctx->graph, &marks, ctx->ctx, diag);

	if (err)
		return err;
	rows = malloc((g->rows.n + 1) * sizeof(*rows));
	if (!rows) {
		free(marks);
		return diag_nomem(diag, "rows");
	}
	for (size_t i = 0; i < g->rows.n; i++) {
		const struct node *n = &g->nodes.items[g->rows.items[i]];

		sum += node_flat(n);
		rows[i] = (struct top_row){ n->text, node_flat(n), sum, node_cum(n), marks[g->rows.items[i]] };
	}
	free(marks);
	*out = rows;
	return 0;
}

static struct str mark_text(enum inline_mark mark)
{
	switch (mark) {
	case INLINE_SOME:
		return STR(" (partial-inline)");
	case INLINE_ALL:
		return STR(" (inline)");
	case INLINE_CALLED:
	case INLINE_NONE:
		break;
	}
	return STR("");
}

void top_print(struct buf *out, const struct values *v, const struct top_row *rows, size_t n)
{
	buf_add_str(out, STR("      flat  flat%   sum%        cum   cum%\n"));
	for (size_t i = 0; i < n; i++) {
		values_add_right(out, v, rows[i].flat, VALUE_WIDTH);
		buf_add_char(out, ' ');
		values_add_percent(out, rows[i].flat, v->total);
		buf_add_char(out, ' ');
		values_add_percent(out, rows[i].sum, v->total);
		buf_add_char(out, ' ');
		values_add_right(out, v, rows[i].cum, VALUE_WIDTH);
		buf_add_char(out, ' ');
		values_add_percent(out, rows[i].cum, v->total);
		buf_add_str(out, STR("  "));
		buf_add_safe(out, rows[i].name);
		buf_add_str(out, mark_text(rows[i].inline_mark));
		buf_add_char(out, '\n');
	}
}

int top_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct top_row *rows;
	struct values v;
	int err = top_rows(ctx, &rows, diag);

	if (err)
		return err;
	values_init(&v, ctx);
	values_select_unit(&v, ctx->graph);
	header_add(out, ctx, &v);
	top_print(out, &v, rows, ctx->graph->rows.n);
	free(rows);
	return 0;
}

static const char *mark_name(enum inline_mark mark)
{
	return mark == INLINE_ALL ? "all" : mark == INLINE_SOME ? "some" : "none";
}

int top_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	static const struct column columns[] = {
		{ "flat", COLUMN_VALUE },
		{ "flat_percent", COLUMN_PERCENT },
		{ "sum_percent", COLUMN_PERCENT },
		{ "cum", COLUMN_VALUE },
		{ "cum_percent", COLUMN_PERCENT },
		{ "name", COLUMN_NAME },
		{ "inlined", COLUMN_WORD },
	};
	struct top_row *rows;
	struct values v;
	int err = top_rows(ctx, &rows, diag);

	if (err)
		return err;
	values_init(&v, ctx);
	values_select_unit(&v, ctx->graph);
	header_add_fields(t, ctx);
	table_columns(t, columns, sizeof(columns) / sizeof(columns[0]), &v);
	for (size_t i = 0; i < ctx->graph->rows.n; i++) {
		table_integer(t, rows[i].flat);
		table_percent(t, rows[i].flat, ctx->total);
		table_percent(t, rows[i].sum, ctx->total);
		table_integer(t, rows[i].cum);
		table_percent(t, rows[i].cum, ctx->total);
		table_text(t, rows[i].name);
		table_text(t, str_of(mark_name(rows[i].inline_mark)));
	}
	free(rows);
	return 0;
}
