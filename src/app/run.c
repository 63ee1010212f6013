/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run.h"

#include <stdlib.h>
#include <string.h>

#include "app/amount.h"
#include "app/objects.h"
#include "app/sources.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "base/regex.h"
#include "format/proto_write.h"
#include "graph/visual.h"
#include "profile/columns.h"
#include "profile/label_units.h"
#include "report/sides.h"

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
	const struct run_sides *sides; /* NULL but for run_view() */
	bool normalize;
	const char *min_delta;
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
		.normalize = option_on(o, OPT_NORMALIZE),
		.min_delta = option_text(o, OPT_MIN_DELTA),
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
		.renames = plan->sides ? plan->sides->renames : NULL,
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

/*
 * A plan with a mistake in its column, divisor or argument. Frames for labels, and filters where percentages are of what
 * they leave, come before these: what is to be said of them is said first, and a mistake in a filter counts.
 */
static int run_until_mistake(const struct assay_profile *p, const struct plan *plan, const struct label_units *units,
	int err, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct assay_diag earlier;
	struct view view;
	int earlier_err = view_init(&view, p, &plan->label_frames, ctx, &earlier);

	if (earlier_err)
		return err;
	if (plan->relative)
		earlier_err = view_filter(&view, &plan->filters, units, ctx, &earlier);
	view_release(&view);
	if (earlier_err && diag)
		*diag = earlier;
	return earlier_err ? earlier_err : err;
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

/* A view of one side: what the filters left, or everything, of its samples. */
static struct view side_of(const struct view *view, uint8_t *others)
{
	struct view side = *view;

	for (size_t i = 0; view->dropped && i < view->profile->n_samples; i++)
		others[i] |= view->dropped[i];
	side.dropped = others;
	return side;
}

/* The sides of a view that is not filtered yet, or is: by sample, whether it is not of that side. */
struct split {
	uint8_t *others[N_SIDES];
};

static int split_init(struct split *s, const struct run_sides *sides, size_t n_samples, struct assay_diag *diag)
{
	for (int side = 0; side < N_SIDES; side++)
		s->others[side] = malloc(n_samples + 1);
	if (!s->others[SIDE_OLD] || !s->others[SIDE_NEW])
		return diag_nomem(diag, "samples");
	for (size_t i = 0; i < n_samples; i++) {
		s->others[SIDE_OLD][i] = !sides->is_old[i];
		s->others[SIDE_NEW][i] = sides->is_old[i];
	}
	return 0;
}

static void split_release(struct split *s)
{
	free(s->others[SIDE_OLD]);
	free(s->others[SIDE_NEW]);
}

static void add_up_sides(
	struct report_sides *rs, const struct view *view, const struct split *split, const struct plan *plan)
{
	for (int side = 0; side < N_SIDES; side++) {
		struct view part = side_of(view, split->others[side]);

		rs->totals[side] = report_total(&part, plan->graph.column, plan->graph.mean);
	}
}

/* As comparison_normalize() does it: to the old side's mean. Means of means are what they are. */
static void weigh_sides(struct report_sides *rs, const struct plan *plan)
{
	double means[N_SIDES];

	for (int side = 0; side < N_SIDES; side++) {
		rs->n_runs[side] = plan->graph.mean ? 1 : plan->sides->n_runs[side];
		rs->names[side] = plan->sides->names[side];
		means[side] = (double)rs->totals[side] / (double)rs->n_runs[side];
	}
	rs->renames = plan->sides->renames;
	rs->scale =
		plan->normalize && means[SIDE_OLD] > 0 && means[SIDE_NEW] > 0 ? means[SIDE_OLD] / means[SIDE_NEW] : 1;
	for (int side = 0; side < N_SIDES; side++)
		rs->totals[side] = sides_value(rs, (enum side)side, rs->totals[side]);
}

/* Both graphs are of the same tables, so that a node has the same place in each. */
static int print_sides(const struct view *views, struct report_sides *rs, const struct report *report,
	const struct plan *plan, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct regex_budget budget = { REGEX_QUERY_STEPS };
	struct graph graphs[N_SIDES];
	const struct report_ctx rc = {
		.profile = views[SIDE_OLD].profile,
		.sides = rs,
		.options = &plan->report,
		.ctx = ctx,
		.granularity = plan->graph.granularity,
		.column = plan->graph.column,
		.mean = plan->graph.mean,
		.columns = plan->graph.columns,
		.argument = plan->argument,
		.pattern = plan->pattern,
		.budget = &budget,
		.read_source = sources_read,
		.source_data = plan->sources,
	};
	int built = 0, err = 0;

	for (; !err && built < N_SIDES; built += !err) {
		err = graph_build(&graphs[built], &views[built], &plan->graph, ctx, diag);
		rs->graphs[built] = &graphs[built];
		if (!err && graph_trim(&graphs[built], &(struct trim_options){ 0 }, diag) < 0) {
			graph_release(&graphs[built]);
			err = ASSAY_ERR_NOMEM;
		}
	}
	if (!err)
		err = report->compare(&rc, out, diag);
	while (built)
		graph_release(&graphs[--built]);
	return !err && out->failed ? diag_nomem(diag, "the report") : err;
}

static int filter_sides(struct view *view, const struct split *split, const struct report *report,
	const struct plan *plan, const struct label_units *units, struct assay_ctx *ctx, struct buf *out,
	struct assay_diag *diag)
{
	struct report_sides rs = { 0 };
	struct view views[N_SIDES];
	int err;

	if (!plan->relative)
		add_up_sides(&rs, view, split, plan);
	err = view_filter(view, &plan->filters, units, ctx, diag);
	if (err)
		return err;
	if (plan->relative)
		add_up_sides(&rs, view, split, plan);
	weigh_sides(&rs, plan);
	if (*plan->min_delta) {
		const struct assay_profile *p = view->profile;

		err = amount_parse(&rs.min_delta, OPT_MIN_DELTA, plan->min_delta,
			profile_str(p, p->sample_types.items[plan->graph.column].unit), rs.totals[SIDE_OLD], diag);
		if (err)
			return err;
	}
	for (int side = 0; side < N_SIDES; side++)
		views[side] = side_of(view, split->others[side]);
	return print_sides(views, &rs, report, plan, ctx, out, diag);
}

static int run_sides(const struct assay_profile *p, const struct report *report, const struct plan *plan,
	const struct label_units *units, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct split split = { { NULL } };
	struct view view;
	int err = view_init(&view, p, &plan->label_frames, ctx, diag);

	if (err)
		return err;
	warn_of_large_sums(p, plan, ctx);
	err = split_init(&split, plan->sides, p->n_samples, diag);
	if (!err)
		err = filter_sides(&view, &split, report, plan, units, ctx, out, diag);
	split_release(&split);
	view_release(&view);
	return err;
}

int run_view(const struct assay_profile *p, const struct report *report, const char *argument,
	const struct run_sides *sides, const struct assay_options *o, struct assay_ctx *ctx, struct buf *out,
	struct assay_diag *diag)
{
	struct label_units units;
	struct sources sources;
	struct plan plan;
	int err = label_units_init(&units, p, ctx, diag);

	if (err)
		return err;
	sources_init(&sources, o, ctx);
	err = plan_make(&plan, report, argument, o, NULL, diag);
	if (!err)
		err = columns_find(p, sides->type, &plan.graph.column, diag);
	plan.sources = &sources;
	plan.sides = sides;
	if (!sides->is_old)
		plan.report.divide_by *= sides->divide_by;
	if (!err && plan.format != TABLE_NONE)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "-format: diff -%s is text only", report->name);
	if (!err)
		err = sides->is_old ? run_sides(p, report, &plan, &units, ctx, out, diag)
				    : run_plan(p, report, &plan, &units, ctx, out, diag);
	plan_release(&plan);
	sources_release(&sources);
	label_units_release(&units);
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
	err = err ? run_until_mistake(p, &plan, &units, err, ctx, diag)
		  : run_plan(p, report, &plan, &units, ctx, out, diag);
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

/* By what every sample's count is to be multiplied to give its value, 0 where that differs. */
static int64_t value_per_count(const struct assay_profile *p, size_t value_column, size_t count_column)
{
	int64_t ratio = 0;

	for (size_t i = 0; i < p->n_samples; i++) {
		int64_t value = profile_values(p, i)[value_column], count = profile_values(p, i)[count_column];

		if (!value && !count)
			continue;
		if (!ratio && count && value != INT64_MIN && value / count > 0)
			ratio = value / count;
		if (!ratio || value != (wide)count * ratio)
			return 0;
	}
	return ratio;
}

/* Counts the samples, if it can be told how and takes more than a division. */
static int count_samples(struct run_graphs *graphs, struct graph *counts, const struct plan *plan,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	const struct view *view = graphs->graph->view;
	struct graph_options counted = plan->graph;
	int err = 0;

	if (plan->graph.mean || !find_count_column(view->profile, plan->graph.column, &counted.column))
		return 0;
	graphs->total_count = report_total(view, counted.column, false);
	graphs->per_count = value_per_count(view->profile, plan->graph.column, counted.column);
	if (!graphs->per_count) {
		err = graph_build(counts, view, &counted, ctx, diag);
		graphs->counts = err ? NULL : counts;
	}
	return err;
}

struct graph_user {
	int (*use)(void *data, const struct run_graphs *graphs, struct assay_diag *diag);
	void *data;
	bool count;
};

static int use_graph(const struct view *view, const struct plan *plan, wide total, struct assay_ctx *ctx,
	const struct graph_user *user, struct assay_diag *diag)
{
	struct graph graph, counts;
	struct run_graphs graphs = { .profile = view->profile, .graph = &graph, .total = total };
	int err = graph_build(&graph, view, &plan->graph, ctx, diag);

	if (err)
		return err;
	err = graph_trim(&graph, &(struct trim_options){ 0 }, diag);
	if (!err && user->count)
		err = count_samples(&graphs, &counts, plan, ctx, diag);
	if (!err)
		err = user->use(user->data, &graphs, diag);
	if (graphs.counts)
		graph_release(&counts);
	graph_release(&graph);
	return err;
}

int run_graph(const struct assay_profile *p, const struct report *report, const struct assay_options *o, bool count,
	struct assay_ctx *ctx, int (*use)(void *data, const struct run_graphs *graphs, struct assay_diag *diag),
	void *data, struct assay_diag *diag)
{
	const struct graph_user user = { use, data, count };
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
		err = use_graph(&view, &plan, total, ctx, &user, diag);
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
