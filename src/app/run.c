/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run.h"

#include <string.h>

#include "app/objects.h"
#include "app/sources.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "base/regex.h"
#include "format/proto_write.h"
#include "graph/visual.h"
#include "profile/columns.h"
#include "profile/label_units.h"

/* The options as each layer wants them, which sees nothing of the table. */
struct plan {
	struct label_frame_options label_frames;
	struct filter_options filters;
	struct graph_options graph;
	struct report_options report;
	enum table_format format;
	bool relative; /* percentages are of what the filters leave */
	const char *argument;
	struct regex *pattern;
	struct sources *sources;
	struct objects *objects; /* NULL without names */
	VEC(char *) filter_texts;
	VEC(struct str) filter_strs;
};

static struct str text_of(const struct assay_options *o, enum option_id id)
{
	return str_of(option_text(o, id));
}

static enum granularity granularity_of(const struct assay_options *o, const struct report *report)
{
	static const struct {
		enum option_id id;
		enum granularity granularity;
	} choices[] = {
		{ OPT_FILEFUNCTIONS, GRANULARITY_FILEFUNCTIONS },
		{ OPT_FILES, GRANULARITY_FILES },
		{ OPT_LINES, GRANULARITY_LINES },
		{ OPT_ADDRESSES, GRANULARITY_ADDRESSES },
	};

	if (report->flags & REPORT_BY_LINE)
		return GRANULARITY_LINES;
	if (report->flags & REPORT_BY_ADDRESS)
		return GRANULARITY_ADDRESSES;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (option_on(o, choices[i].id))
			return choices[i].granularity;
	return GRANULARITY_FUNCTIONS;
}

static bool no_inlines_of(const struct assay_options *o, const struct report *report)
{
	if (report->flags & (REPORT_NO_INLINES | REPORT_INLINES))
		return report->flags & REPORT_NO_INLINES;
	return option_on(o, OPT_NOINLINES);
}

/* Trimming that is off is off whatever the three limits say. */
static struct trim_options trim_of(const struct assay_options *o, const struct report *report)
{
	struct trim_options t = { .sort_cum = option_on(o, OPT_CUM) };

	if (!option_on(o, OPT_TRIM) || report->flags & REPORT_UNTRIMMED)
		return t;
	t.node_count = o->values[OPT_NODECOUNT].number;
	if (t.node_count == -1)
		t.node_count = report->flags & REPORT_ALL_ROWS ? 0 : 80;
	t.node_fraction = o->values[OPT_NODEFRACTION].fraction;
	t.edge_fraction = o->values[OPT_EDGEFRACTION].fraction;
	return t;
}

/* "focus=main" for each filter that is set, in the order of the header. */
static int list_filters(struct plan *plan, const struct assay_options *o, struct assay_diag *diag)
{
	static const enum option_id shown[] = { OPT_FOCUS, OPT_IGNORE, OPT_HIDE, OPT_SHOW, OPT_SHOW_FROM, OPT_TAGFOCUS,
		OPT_TAGIGNORE, OPT_TAGSHOW, OPT_TAGHIDE };

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		struct buf b = BUF_INIT;
		size_t len;
		char *text;

		if (!*option_text(o, shown[i]))
			continue;
		buf_addf(&b, "%s=%s", options[shown[i]].name, option_text(o, shown[i]));
		text = buf_detach(&b, &len);
		if (!text || !vec_push(&plan->filter_texts, text)) {
			free(text);
			return diag_nomem(diag, "filters");
		}
		if (!vec_push(&plan->filter_strs, ((struct str){ text, len })))
			return diag_nomem(diag, "filters");
	}
	plan->report.filters = plan->filter_strs.items;
	plan->report.n_filters = plan->filter_strs.n;
	return 0;
}

static int compile_argument(struct plan *plan, const char *argument, struct assay_diag *diag)
{
	struct assay_diag why;
	int err;

	if (!argument)
		return 0;
	plan->argument = argument;
	err = regex_compile(&plan->pattern, argument, strlen(argument), &why);
	if (err == ASSAY_ERR_ARGUMENT)
		return diag_set(diag, err, "parsing argument regexp %s: %s", argument, why.text);
	return err ? diag_nomem(diag, "a regular expression") : 0;
}

static void plan_release(struct plan *plan)
{
	regex_free(plan->pattern);
	for (size_t i = 0; i < plan->filter_texts.n; i++)
		free(plan->filter_texts.items[i]);
	vec_release(&plan->filter_texts);
	vec_release(&plan->filter_strs);
}

static int plan_make(struct plan *plan, const struct report *report, const char *argument,
	const struct assay_options *o, const struct assay_profile *p, struct assay_diag *diag)
{
	int err;

	*plan = (struct plan){
		.label_frames = {
			.root = text_of(o, OPT_TAGROOT),
			.leaf = text_of(o, OPT_TAGLEAF),
			.unit = text_of(o, OPT_UNIT),
		},
		.format = (enum table_format)option_choice(o, OPT_FORMAT),
		.relative = option_on(o, OPT_RELATIVE_PERCENTAGES),
		.filters = {
			.focus = text_of(o, OPT_FOCUS),
			.ignore = text_of(o, OPT_IGNORE),
			.hide = text_of(o, OPT_HIDE),
			.show = text_of(o, OPT_SHOW),
			.show_from = text_of(o, OPT_SHOW_FROM),
			.prune_from = text_of(o, OPT_PRUNE_FROM),
			.tag_show = text_of(o, OPT_TAGSHOW),
			.tag_hide = text_of(o, OPT_TAGHIDE),
			.tag_focus = text_of(o, OPT_TAGFOCUS),
			.tag_ignore = text_of(o, OPT_TAGIGNORE),
			.no_inlines = no_inlines_of(o, report),
		},
		.graph = {
			.granularity = granularity_of(o, report),
			.split_objects = report->flags & REPORT_SPLIT_OBJECTS,
			.call_tree = report->flags & REPORT_CALL_TREES && option_on(o, OPT_CALL_TREE),
			.mean = option_on(o, OPT_MEAN),
			.columns = option_on(o, OPT_SHOWCOLUMNS),
			.drop_negative = option_on(o, OPT_DROP_NEGATIVE),
			.trim_path = text_of(o, OPT_TRIM_PATH),
			.source_path = text_of(o, OPT_SOURCE_PATH),
		},
		.report = {
			.unit = text_of(o, OPT_UNIT),
			.divide_by = o->values[OPT_DIVIDE_BY].fraction,
			.compact_labels = option_on(o, OPT_COMPACT_LABELS),
			.trim = trim_of(o, report),
		},
	};
	if (plan->format != TABLE_NONE && !report->table)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-format: %s is text only", report->name);
	err = p ? columns_find(p, text_of(o, OPT_SAMPLE_INDEX), &plan->graph.column, diag) : 0;
	if (!err && plan->report.divide_by == 0)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "zero divisor specified");
	if (!err)
		err = compile_argument(plan, argument, diag);
	return err ? err : list_filters(plan, o, diag);
}

/* Sums in 128 bits are right; what a table shows of them stops at the end of the range. */
static void warn_of_large_sums(const struct assay_profile *p, const struct plan *plan, struct assay_ctx *ctx)
{
	if (!profile_sums_fit(p, plan->graph.column) || (plan->graph.mean && !profile_sums_fit(p, 0)))
		ctx_flaw(ctx, "values add up to more than 64 bits hold; sums beyond that are cut off there");
}

static int make_graph(const struct view *view, const struct report *report, const struct plan *plan,
	const struct label_units *units, struct graph *g, struct tags *tags, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err = graph_build(g, view, &plan->graph, ctx, diag);

	if (err)
		return err;
	if (report->flags & REPORT_VISUAL)
		err = visual_trim(g, &plan->report.trim, tags, units, plan->report.unit, ctx, diag);
	else
		err = graph_trim(g, &plan->report.trim, diag);
	if (err)
		graph_release(g);
	return err;
}

static int print(const struct report *report, const struct report_ctx *rc, const struct plan *plan, struct buf *out,
	struct assay_diag *diag)
{
	int err;

	if (plan->format != TABLE_NONE)
		return report_print_table(report, rc, plan->format, out, diag);
	err = report->run(rc, out, diag);
	/* The loops that print just end then. */
	if (!err && ctx_canceled(rc->ctx))
		return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	return !err && out->failed ? diag_nomem(diag, "the report") : err;
}

static int run_on_view(const struct view *view, const struct report *report, const struct plan *plan, wide total,
	const struct label_units *units, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct regex_budget budget = { REGEX_QUERY_STEPS, ctx ? ctx->cancel : NULL };
	struct tags tags = { 0 };
	struct report_ctx rc = {
		.profile = view->profile,
		.view = view,
		.tags = &tags,
		.options = &plan->report,
		.units = units,
		.ctx = ctx,
		.granularity = plan->graph.granularity,
		.column = plan->graph.column,
		.mean = plan->graph.mean,
		.columns = plan->graph.columns,
		.total = total,
		.argument = plan->argument,
		.pattern = plan->pattern,
		.budget = &budget,
		.encode = proto_write_gzip,
		.read_source = sources_read,
		.source_data = plan->sources,
		.code = plan->objects ? &plan->objects->code : NULL,
	};
	struct graph g;
	int err = 0;

	if (plan->objects)
		rc.accounts = symbolizer_accounts(plan->objects->names->symbolizer, &rc.n_accounts);
	if (report->flags & REPORT_NEEDS_GRAPH) {
		err = make_graph(view, report, plan, units, &g, &tags, ctx, diag);
		rc.graph = err ? NULL : &g;
	}
	if (!err)
		err = print(report, &rc, plan, out, diag);
	tags_release(&tags);
	if (rc.graph)
		graph_release(&g);
	return err;
}

/* Percentages are of everything, unless they are wanted of what the filters leave. */
static int make_view(struct view *view, const struct assay_profile *p, const struct plan *plan,
	const struct label_units *units, wide *total, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = view_init(view, p, &plan->label_frames, ctx, diag);

	if (err)
		return err;
	warn_of_large_sums(p, plan, ctx);
	if (!plan->relative)
		*total = report_total(view, plan->graph.column, plan->graph.mean);
	err = view_filter(view, &plan->filters, units, ctx, diag);
	if (!err && plan->relative)
		*total = report_total(view, plan->graph.column, plan->graph.mean);
	if (err)
		view_release(view);
	return err;
}

static int run_plan(const struct assay_profile *p, const struct report *report, const struct plan *plan,
	const struct label_units *units, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct view view;
	wide total = 0;
	int err = make_view(&view, p, plan, units, &total, ctx, diag);

	if (err)
		return err;
	err = run_on_view(&view, report, plan, total, units, ctx, out, diag);
	view_release(&view);
	return err;
}

static void add_key_text(struct buf *key, struct str text)
{
	buf_addf(key, "%zu:", text.len);
	buf_add_str(key, text);
}

/* All that decides what is counted, and for which node. */
static void add_key(struct buf *key, const struct plan *plan)
{
	const struct label_frame_options *l = &plan->label_frames;
	const struct filter_options *f = &plan->filters;
	const struct graph_options *g = &plan->graph;
	const struct str texts[] = { l->root, l->leaf, l->unit, f->focus, f->ignore, f->hide, f->show, f->show_from,
		f->prune_from, f->tag_focus, f->tag_ignore, g->trim_path, g->source_path };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_key_text(key, texts[i]);
	buf_addf(key, "%d %d %zu %d %d %d %d", f->no_inlines, g->granularity, g->column, g->mean, g->columns,
		g->drop_negative, g->split_objects);
}

static void use_cache(struct plan *plan, struct run_cache *cache)
{
	struct buf key = BUF_INIT;

	if (!cache || plan->graph.call_tree)
		return;
	add_key(&key, plan);
	if (!key.failed)
		plan->graph.counts = run_cache_counts(cache, buf_str(&key));
	buf_release(&key);
}

int run_report(const struct assay_profile *p, const struct report *report, const char *argument,
	const struct assay_options *o, struct names *names, struct assay_ctx *ctx, struct buf *out,
	struct assay_diag *diag)
{
	return run_report_cached(p, report, argument, o, names, NULL, ctx, out, diag);
}

int run_report_cached(const struct assay_profile *p, const struct report *report, const char *argument,
	const struct assay_options *o, struct names *names, struct run_cache *cache, struct assay_ctx *ctx,
	struct buf *out, struct assay_diag *diag)
{
	struct label_units units;
	struct sources sources;
	struct objects objects;
	struct plan plan;
	int err;

	if (report->argument && !argument)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s needs a %s", report->name, report->argument);
	if (!report->run)
		return diag_set(
			diag, ASSAY_ERR_UNSUPPORTED, "%s: this version does not have that report yet", report->name);
	err = label_units_init(&units, p, ctx, diag);
	if (err)
		return err;
	sources_init(&sources, o, ctx);
	err = plan_make(&plan, report, argument, o, p, diag);
	plan.sources = &sources;
	if (!err && report->flags & REPORT_NEEDS_GRAPH)
		use_cache(&plan, cache);
	if (names) {
		objects_init(&objects, names, p, option_on(o, OPT_INTEL_SYNTAX));
		plan.objects = &objects;
	}
	if (!err)
		err = run_plan(p, report, &plan, &units, ctx, out, diag);
	plan_release(&plan);
	if (names)
		objects_release(&objects);
	sources_release(&sources);
	label_units_release(&units);
	return err;
}

/*
 * The column that counts the samples of another one: itself, if it counts, or the nearest in front of it, as writers
 * put objects before bytes and samples before time.
 */
static bool find_count_column(const struct assay_profile *p, size_t of, size_t *column)
{
	for (size_t i = of + 1; i-- > 0;)
		if (str_equal(profile_str(p, p->sample_types.items[i].unit), STR("count"))) {
			*column = i;
			return true;
		}
	return false;
}

static int use_graph(const struct view *view, const struct plan *plan, wide total, struct assay_ctx *ctx,
	int (*use)(void *data, const struct run_graphs *graphs, struct assay_diag *diag), void *data,
	struct assay_diag *diag)
{
	struct graph_options counted = plan->graph;
	struct graph graph, counts;
	struct run_graphs graphs = { .profile = view->profile, .graph = &graph, .total = total };
	bool count = !plan->graph.mean && find_count_column(view->profile, plan->graph.column, &counted.column);
	int err = graph_build(&graph, view, &plan->graph, ctx, diag);

	if (err)
		return err;
	err = graph_trim(&graph, &(struct trim_options){ 0 }, diag);
	if (!err && count) {
		err = graph_build(&counts, view, &counted, ctx, diag);
		graphs.counts = err ? NULL : &counts;
		graphs.total_count = report_total(view, counted.column, false);
	}
	if (!err)
		err = use(data, &graphs, diag);
	if (graphs.counts)
		graph_release(&counts);
	graph_release(&graph);
	return err;
}

int run_graph(const struct assay_profile *p, const struct report *report, const struct assay_options *o,
	struct assay_ctx *ctx, int (*use)(void *data, const struct run_graphs *graphs, struct assay_diag *diag),
	void *data, struct assay_diag *diag)
{
	struct label_units units;
	struct plan plan;
	struct view view;
	wide total = 0;
	int err = label_units_init(&units, p, ctx, diag);

	if (err)
		return err;
	err = plan_make(&plan, report, NULL, o, p, diag);
	if (!err)
		err = make_view(&view, p, &plan, &units, &total, ctx, diag);
	if (!err) {
		err = use_graph(&view, &plan, total, ctx, use, data, diag);
		view_release(&view);
	}
	plan_release(&plan);
	label_units_release(&units);
	return err;
}

int run_comparison(const struct report_comparison *comparison, const struct report *report,
	const struct assay_options *o, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct plan plan;
	int err = plan_make(&plan, report, NULL, o, NULL, diag);

	if (!err) {
		const struct report_ctx rc = {
			.comparison = comparison,
			.options = &plan.report,
			.ctx = ctx,
			.granularity = plan.graph.granularity,
			.mean = plan.graph.mean,
		};

		err = print(report, &rc, &plan, out, diag);
	}
	plan_release(&plan);
	return err;
}
