/* SPDX-License-Identifier: Apache-2.0 */
#include "report/header.h"

#include <time.h>

#include "base/path.h"
#include "base/units.h"

/* Longer filters are cut to this many bytes. */
#define FILTER_SHOWN 80

static void add_line(struct buf *out, struct str label, struct str text)
{
	buf_add_str(out, label);
	buf_add_safe(out, text);
	buf_add_char(out, '\n');
}

static void add_binary(struct buf *out, const struct assay_profile *p)
{
	const struct mapping *m = p->mappings.items;

	if (!p->mappings.n)
		return;
	if (m->file)
		add_line(out, STR("File: "), path_base(profile_str(p, m->file)));
	if (m->build_id)
		add_line(out, STR("Build ID: "), profile_str(p, m->build_id));
}

/* A comment that starts with # is a note between programs. */
static void add_comments(struct buf *out, const struct assay_profile *p)
{
	for (size_t i = 0; i < p->comments.n; i++) {
		struct str comment = profile_str(p, p->comments.items[i]);

		if (!str_starts(comment, STR("#")))
			add_line(out, STR(""), comment);
	}
}

static void add_type(struct buf *out, const struct report_ctx *ctx)
{
	struct str type = profile_str(ctx->profile, ctx->profile->sample_types.items[ctx->column].type);

	if (ctx->mean)
		add_line(out, STR("Type: mean_"), type);
	else if (type.len)
		add_line(out, STR("Type: "), type);
}

static void add_time(struct buf *out, int64_t time_nanos)
{
	int64_t seconds = time_nanos / 1000000000;
	struct tm tm;
	char text[128];
	time_t t;

	if (!time_nanos)
		return;
	t = (time_t)(seconds - (time_nanos % 1000000000 < 0));
	tzset();
	if (localtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm))
		buf_addf(out, "Time: %s\n", text);
}

static void add_duration(struct buf *out, const struct report_ctx *ctx, const struct values *v)
{
	int64_t duration = ctx->profile->duration_nanos;

	if (!duration)
		return;
	buf_add_str(out, STR("Duration: "));
	units_add_label(out, duration, STR("nanoseconds"), STR("auto"));
	buf_add_str(out, STR(", Total samples = "));
	values_add(out, v, v->total);
	buf_add_char(out, ' ');
	if (v->total && units_is_time(v->sample_unit)) {
		double ns = units_scale(narrow(v->total), v->sample_unit, STR("nanoseconds")).value;

		buf_add_char(out, '(');
		units_add_percent(out, trunc_to_int64(ns), duration);
		buf_add_char(out, ')');
	}
	buf_add_char(out, '\n');
}

void header_add_labels(struct buf *out, const struct report_ctx *ctx, const struct values *v)
{
	const struct assay_profile *p = ctx->profile;

	add_binary(out, p);
	add_comments(out, p);
	add_type(out, ctx);
	if (p->doc_url)
		add_line(out, STR("Doc: "), profile_str(p, p->doc_url));
	add_time(out, p->time_nanos);
	add_duration(out, ctx, v);
}

int header_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct values v;

	(void)diag;
	values_init(&v, ctx);
	header_add_labels(out, ctx, &v);
	return 0;
}

static void add_filters(struct buf *out, const struct report_options *o)
{
	if (o->n_filters)
		buf_add_str(out, STR("Active filters:\n"));
	for (size_t i = 0; i < o->n_filters; i++) {
		struct str text = o->filters[i];
		bool cut = text.len > FILTER_SHOWN;

		if (cut)
			text.len = FILTER_SHOWN;
		buf_add_str(out, STR("   "));
		buf_add_safe(out, text);
		buf_add_str(out, cut ? STR("\xe2\x80\xa6\n") : STR("\n"));
	}
}

/* What fell below a fraction of the total: "Dropped 12 nodes (cum <= 10ms)". */
static void add_dropped(
	struct buf *out, const struct values *v, size_t n, double fraction, const char *what, const char *value)
{
	if (!v->total || !n)
		return;
	buf_addf(out, "Dropped %zu %s%s (%s <= ", n, what, n == 1 ? "" : "s", value);
	values_add(out, v, magnitude(trunc_to_int64((double)v->total * fraction)));
	buf_add_str(out, STR(")\n"));
}

static wide shown_total(const struct graph *g)
{
	wide sum = 0;

	for (size_t i = 0; i < g->rows.n; i++)
		sum += node_flat(&g->nodes.items[g->rows.items[i]]);
	return sum;
}

static void add(struct buf *out, const struct report_ctx *ctx, const struct values *v, bool legend)
{
	const struct trim_options *trim = &ctx->options->trim;
	const struct graph *g = ctx->graph;
	wide shown = shown_total(g);

	if (legend || !ctx->options->compact_labels)
		header_add_labels(out, ctx, v);
	add_filters(out, ctx->options);
	buf_add_str(out, STR("Showing nodes accounting for "));
	values_add(out, v, shown);
	buf_add_str(out, STR(", "));
	values_add_share(out, v, shown);
	buf_add_str(out, STR(" of "));
	values_add(out, v, v->total);
	buf_add_str(out, STR(" total\n"));
	add_dropped(out, v, g->n_dropped, trim->node_fraction, "node", "cum");
	if (legend)
		add_dropped(out, v, g->n_dropped_edges, trim->edge_fraction, "edge", "freq");
	if (v->total && g->rows.n && g->rows.n < g->n_before_count)
		buf_addf(out, "Showing top %zu nodes out of %zu\n", g->rows.n, g->n_before_count);
}

void header_add(struct buf *out, const struct report_ctx *ctx, const struct values *v)
{
	add(out, ctx, v, false);
}

void header_add_legend(struct buf *out, const struct report_ctx *ctx, const struct values *v)
{
	add(out, ctx, v, true);
}

void header_add_fields(struct table *t, const struct report_ctx *ctx)
{
	const struct assay_profile *p = ctx->profile;
	const struct value_type *type = &p->sample_types.items[ctx->column];

	table_field_text(t, "type", profile_str(p, type->type));
	table_field_text(t, "unit", profile_str(p, type->unit));
	table_field_integer(t, "total", ctx->total);
	if (ctx->mean)
		table_field_text(t, "divided_by", profile_str(p, p->sample_types.items[0].type));
	if (p->mappings.n && p->mappings.items[0].file)
		table_field_text(t, "file", profile_str(p, p->mappings.items[0].file));
	if (p->mappings.n && p->mappings.items[0].build_id)
		table_field_text(t, "build_id", profile_str(p, p->mappings.items[0].build_id));
	if (p->time_nanos)
		table_field_integer(t, "time_nanos", p->time_nanos);
	if (p->duration_nanos)
		table_field_integer(t, "duration_nanos", p->duration_nanos);
	table_field_texts(t, "filters", ctx->options->filters, ctx->options->n_filters);
	if (!ctx->graph)
		return;
	table_field_integer(t, "shown", shown_total(ctx->graph));
	table_field_integer(t, "dropped_nodes", ctx->graph->n_dropped);
	table_field_integer(t, "nodes", ctx->graph->n_before_count);
}
