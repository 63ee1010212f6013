/* SPDX-License-Identifier: Apache-2.0 */
/* The graph for graphviz: boxes sized by what was spent in them, edges by what flowed along. */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/path.h"
#include "base/units.h"
#include "graph/tags.h"
#include "report/header.h"
#include "report/names.h"
#include "report/notation.h"

#define TAGS_SHOWN 4
#define FONT_LEAST 8
#define FONT_RANGE 16

struct painter {
	const struct report_ctx *ctx;
	const struct graph *g;
	const struct tags *tags;
	struct values values;
	struct buf *out;
	double total;
	wide max_flat;
	uint32_t *rows;    /* by node: position from 1, 0 for what is no row */
	uint8_t *has_tags; /* by node: boxes of tags were drawn */
};

/* What has no backslash: those that make unsafe characters visible are doubled, or they would not be drawn. */
static void add_visible(struct buf *out, struct str s)
{
	struct buf safe = BUF_INIT;

	buf_add_safe(&safe, s);
	notation_add_escaped(out, buf_str(&safe), "\\");
	out->failed |= safe.failed;
	buf_release(&safe);
}

/* Text inside quotes: backslashes, quotes and newlines. Other unsafe characters become visible. */
static void add_escaped(struct buf *out, struct str s)
{
	size_t plain = 0;

	for (size_t i = 0; i <= s.len; i++) {
		if (i < s.len && s.p[i] != '\\' && s.p[i] != '"' && s.p[i] != '\n')
			continue;
		add_visible(out, (struct str){ s.p + plain, i - plain });
		plain = i + 1;
		if (i < s.len)
			buf_add_str(out, s.p[i] == '\n' ? STR("\\l") : s.p[i] == '"' ? STR("\\\"") : STR("\\\\"));
	}
}

/*
 * Names of files and tags have their backslashes left alone, in tags because \n stands between labels. But quotes, and
 * a backslash that would take one along, would break out of the string.
 */
static void add_loosely_escaped(struct buf *out, struct str s)
{
	size_t plain = 0;

	for (size_t i = 0; i < s.len; i++) {
		bool last = i + 1 == s.len;

		if (s.p[i] != '"' && s.p[i] != '\\')
			continue;
		add_visible(out, (struct str){ s.p + plain, i - plain });
		if (s.p[i] == '"' || last || s.p[i + 1] == '"')
			buf_add_char(out, '\\');
		buf_add_char(out, s.p[i]);
		plain = i + 1;
	}
	add_visible(out, str_skip(s, plain));
}

static void add_value(struct painter *p, wide value)
{
	values_add(p->out, &p->values, value);
}

/*
 * Red for what costs, green for what was saved, grey for what is little. A score that is no number is what the total
 * of a mean may make of it; the hardware of the reference turns it into no green at all.
 */
static unsigned component(double v)
{
	v *= 255.0;
	return v != v ? 0 : (unsigned)(int)v & 0xff;
}

static void add_colour(struct buf *out, double score, bool background)
{
	double saturation = background ? 0.1 : 1.0, value = background ? 0.93 : 0.7, red, green, blue;

	if (score > 1)
		score = 1;
	if (score < -1)
		score = -1;
	if (fabs(score) < 0.2)
		saturation *= fabs(score) / 0.2;
	if (score == score && score != 0)
		score = copysign(pow(fabs(score), 0.3), score);
	red = green = value;
	if (score < 0)
		red = value * (1 + saturation * score);
	else
		green = value * (1 - saturation * score);
	blue = value * (1 - saturation);
	buf_addf(out, "#%02x%02x%02x", component(red), component(green), component(blue));
}

static double score_of(const struct painter *p, wide value)
{
	return (double)value / fabs(p->total);
}

/* Packages, types and methods on lines of their own. */
static void add_name_lines(struct buf *out, struct str name)
{
	struct buf shortened = BUF_INIT, escaped = BUF_INIT;
	struct str s;

	names_shorten(&shortened, name);
	add_escaped(&escaped, buf_str(&shortened));
	s = buf_str(&escaped);
	for (size_t i = 0; i < s.len;) {
		struct str rest = str_skip(s, i);

		if (str_starts(rest, STR("::"))) {
			buf_add_str(out, STR("\\n"));
			i += 2;
		} else if (str_starts(rest, STR("[...]"))) {
			buf_add_str(out, STR("[\xe2\x80\xa6]"));
			i += 5;
		} else if (*rest.p == '.') {
			buf_add_str(out, STR("\\n"));
			i++;
		} else {
			buf_add_char(out, *rest.p);
			i++;
		}
	}
	out->failed |= shortened.failed || escaped.failed;
	buf_release(&shortened);
	buf_release(&escaped);
}

static void add_file_line(struct buf *out, const struct node *n)
{
	struct str file = n->file.len ? path_base(n->file) : STR("");

	if (n->line) {
		add_loosely_escaped(out, file);
		buf_addf(out, ":%lld", (long long)n->line);
		if (n->column)
			buf_addf(out, ":%lld", (long long)n->column);
		buf_add_str(out, STR("\\n"));
	} else if (n->file.len) {
		add_loosely_escaped(out, file);
		buf_add_str(out, STR("\\n"));
	} else if (!n->name.len && n->object_file.len) {
		buf_add_char(out, '[');
		add_loosely_escaped(out, path_base(n->object_file));
		buf_add_str(out, STR("]\\n"));
	} else if (!n->name.len) {
		buf_add_str(out, STR("<unknown>\\n"));
	}
}

static void add_label(struct painter *p, const struct node *n)
{
	wide flat = node_flat(n), cum = node_cum(n);

	if (n->address)
		buf_addf(p->out, "%016llx\\n", (unsigned long long)n->address);
	if (n->name.len) {
		add_name_lines(p->out, n->name);
		buf_add_str(p->out, STR("\\n"));
	}
	add_file_line(p->out, n);
	if (flat) {
		add_value(p, flat);
		buf_add_str(p->out, STR(" ("));
		values_add_share(p->out, &p->values, flat);
		buf_add_char(p->out, ')');
	} else {
		buf_add_char(p->out, '0');
	}
	if (cum == flat)
		return;
	buf_add_str(p->out, flat ? STR("\\nof ") : STR(" of "));
	add_value(p, cum);
	buf_add_str(p->out, STR(" ("));
	values_add_share(p->out, &p->values, cum);
	buf_add_char(p->out, ')');
}

static int font_size(const struct painter *p, wide flat)
{
	if (!flat || p->max_flat <= 0)
		return FONT_LEAST;
	return FONT_LEAST + (int)ceil(FONT_RANGE * sqrt((double)wide_abs(flat) / (double)p->max_flat));
}

static void add_node(struct painter *p, uint32_t node)
{
	const struct node *n = &p->g->nodes.items[node];
	double score = score_of(p, node_cum(n));

	buf_addf(p->out, "N%u [label=\"", p->rows[node]);
	add_label(p, n);
	buf_addf(p->out, "\" id=\"node%u\" fontsize=%d shape=box tooltip=\"", p->rows[node], font_size(p, node_flat(n)));
	add_escaped(p->out, n->text);
	buf_add_str(p->out, STR(" ("));
	add_value(p, node_cum(n));
	buf_add_str(p->out, STR(")\" color=\""));
	add_colour(p->out, score, false);
	buf_add_str(p->out, STR("\" fillcolor=\""));
	add_colour(p->out, score, true);
	buf_add_str(p->out, STR("\"]\n"));
}

/* A box as it is drawn: a label tag, a number tag, or several numbers that were near enough to share one. */
struct box {
	struct str name; /* NULL p: made from low and high */
	int64_t low, high;
	struct str low_unit, high_unit;
	unsigned n; /* tags in it */
	uint32_t label;
	wide flat, flat_divisor, cum, cum_divisor;
	struct str sort_name;
};

static wide box_flat(const struct box *b)
{
	return divided(b->flat, b->flat_divisor);
}

static wide box_cum(const struct box *b)
{
	return divided(b->cum, b->cum_divisor);
}

static int descending(wide a, wide b)
{
	a = wide_abs(a);
	b = wide_abs(b);
	return (a < b) - (a > b);
}

static int compare_by_flat(const void *x, const void *y)
{
	const struct box *a = x, *b = y;
	int c = descending(a->flat, b->flat);

	return c ? c : str_compare(a->sort_name, b->sort_name);
}

static int compare_by_cum(const void *x, const void *y)
{
	const struct box *a = x, *b = y;
	int c = descending(a->cum, b->cum);

	return c ? c : compare_by_flat(x, y);
}

static void sort_boxes(struct box *boxes, size_t n, bool by_flat)
{
	if (n)
		qsort(boxes, n, sizeof(*boxes), by_flat ? compare_by_flat : compare_by_cum);
}

/* The group whose seed is nearest, in the unit of the number that looks for one. */
static size_t nearest(const struct box *seeds, const struct box *b)
{
	size_t best = 0;
	double least = 0;

	for (size_t i = 0; i < TAGS_SHOWN; i++) {
		double d = fabs((double)b->low - units_scale(seeds[i].low, seeds[i].low_unit, b->low_unit).value);

		if (i == 0 || d < least) {
			best = i;
			least = d;
		}
	}
	return best;
}

static void join(struct box *group, const struct box *b)
{
	if (units_scale(b->low, b->low_unit, group->low_unit).value < (double)group->low) {
		group->low = b->low;
		group->low_unit = b->low_unit;
	}
	if (units_scale(b->low, b->low_unit, group->high_unit).value > (double)group->high) {
		group->high = b->low;
		group->high_unit = b->low_unit;
	}
	group->n++;
	group->flat += b->flat;
	group->flat_divisor += b->flat_divisor;
	group->cum += b->cum;
	group->cum_divisor += b->cum_divisor;
}

static void name_group(struct buf *out, const struct box *b)
{
	units_add_label(out, b->low, b->low_unit, STR("auto"));
	if (b->n == 1)
		return;
	buf_add_str(out, STR(".."));
	units_add_label(out, b->high, b->high_unit, STR("auto"));
}

/* More than four numbers become four groups. names holds what the groups are called. */
static size_t collapse(struct box *boxes, size_t n, bool by_flat, struct buf names[TAGS_SHOWN])
{
	struct box seeds[TAGS_SHOWN];

	sort_boxes(boxes, n, by_flat);
	if (n <= TAGS_SHOWN)
		return n;
	memcpy(seeds, boxes, sizeof(seeds));
	for (size_t i = TAGS_SHOWN; i < n; i++)
		join(&boxes[nearest(seeds, &boxes[i])], &boxes[i]);
	for (size_t i = 0; i < TAGS_SHOWN; i++) {
		struct box *b = &boxes[i];

		name_group(&names[i], b);
		b->name = b->sort_name = buf_str(&names[i]);
		/* Groups are compared by what they show, where single tags are by their sums. */
		b->flat = box_flat(b);
		b->cum = box_cum(b);
		b->flat_divisor = b->cum_divisor = 0;
	}
	sort_boxes(boxes, TAGS_SHOWN, by_flat);
	return TAGS_SHOWN;
}

static void add_box(struct painter *p, struct str source, struct str id, struct str name, wide weight, struct str style)
{
	struct buf w = BUF_INIT;

	values_add(&w, &p->values, weight);
	buf_addf(p->out, "%.*s [label = \"", (int)id.len, id.p);
	add_loosely_escaped(p->out, name);
	buf_addf(p->out, "\" id=\"%.*s\" fontsize=8 shape=box3d tooltip=\"%s\"]\n", (int)id.len, id.p, buf_str(&w).p);
	buf_addf(p->out, "%.*s -> %.*s [label=\" %s\" weight=100 tooltip=\"%s\" labeltooltip=\"%s\"%.*s]\n", (int)source.len,
		source.p, (int)id.len, id.p, buf_str(&w).p, buf_str(&w).p, buf_str(&w).p, (int)style.len, style.p);
	p->out->failed |= w.failed;
	buf_release(&w);
}

static struct box box_of(const struct painter *p, const struct tag *t)
{
	struct str name = strtab_get(&p->tags->texts, t->number ? t->number : t->label);

	return (struct box){
		.name = name,
		.sort_name = name,
		.low = t->value,
		.high = t->value,
		.low_unit = t->unit,
		.high_unit = t->unit,
		.n = 1,
		.label = t->label,
		.flat = t->flat,
		.flat_divisor = t->flat_divisor,
		.cum = t->cum,
		.cum_divisor = t->cum_divisor,
	};
}

/* The tags of a node: its label tags, or its number tags under a label. The caller frees *boxes. */
static bool take_boxes(const struct painter *p, uint32_t node, bool numbers, uint32_t label, struct box **boxes,
	size_t *n)
{
	const struct tags *t = p->tags;
	uint32_t first = t->first[node], end = t->first[node + 1];

	*n = 0;
	*boxes = malloc((end - first + 1) * sizeof(**boxes));
	if (!*boxes)
		return false;
	for (uint32_t i = first; i < end; i++) {
		const struct tag *tag = &t->list.items[i];

		if (numbers ? tag->number && tag->label == label : !tag->number)
			(*boxes)[(*n)++] = box_of(p, tag);
	}
	return true;
}

static void add_numbers(struct painter *p, uint32_t node, uint32_t label, struct str source)
{
	bool by_flat = p->g->nodes.items[node].out.n != 0;
	struct buf names[TAGS_SHOWN] = { BUF_INIT }, id = BUF_INIT;
	struct box *boxes;
	size_t n;

	if (!take_boxes(p, node, true, label, &boxes, &n)) {
		p->out->failed = true;
		return;
	}
	n = collapse(boxes, n, by_flat, names);
	for (size_t k = 0; k < n; k++) {
		bool flat = by_flat || box_flat(&boxes[k]) == box_cum(&boxes[k]);
		wide w = flat ? box_flat(&boxes[k]) : box_cum(&boxes[k]);

		if (!w)
			continue;
		p->has_tags[node] = 1;
		buf_reset(&id);
		buf_addf(&id, "N%.*s_%zu", (int)source.len, source.p, k);
		p->out->failed |= id.failed;
		add_box(p, source, buf_str(&id), boxes[k].name, w, flat ? STR("") : STR(" style=\"dotted\""));
	}
	for (size_t k = 0; k < TAGS_SHOWN; k++) {
		p->out->failed |= names[k].failed;
		buf_release(&names[k]);
	}
	buf_release(&id);
	free(boxes);
}

static void add_tags(struct painter *p, uint32_t node)
{
	bool by_flat = p->g->nodes.items[node].out.n != 0;
	struct buf source = BUF_INIT, id = BUF_INIT;
	struct box *boxes;
	size_t n;

	if (!take_boxes(p, node, false, 0, &boxes, &n)) {
		p->out->failed = true;
		return;
	}
	buf_addf(&source, "N%u", p->rows[node]);
	sort_boxes(boxes, n, by_flat);
	for (size_t j = 0; j < n && j < TAGS_SHOWN; j++) {
		wide w = by_flat ? box_flat(&boxes[j]) : box_cum(&boxes[j]);

		if (!w)
			continue;
		p->has_tags[node] = 1;
		buf_reset(&id);
		buf_addf(&id, "N%u_%zu", p->rows[node], j);
		p->out->failed |= id.failed;
		add_box(p, buf_str(&source), buf_str(&id), boxes[j].name, w, STR(""));
		add_numbers(p, node, boxes[j].label, buf_str(&id));
	}
	add_numbers(p, node, 0, buf_str(&source));
	p->out->failed |= source.failed;
	free(boxes);
	buf_release(&source);
	buf_release(&id);
}

/* 1 for nothing up to 1 + most for all, in whole steps. */
static int64_t steps(const struct painter *p, wide weight, int most)
{
	wide k = wide_abs(weight * most / p->values.total);

	return 1 + (int64_t)(k < most ? k : most);
}

static void add_edge_label(struct painter *p, const struct edge *e, struct str weight)
{
	buf_addf(p->out, "label=\" %.*s%s\"", (int)weight.len, weight.p, e->inlined ? "\\n (inline)" : "");
	if (p->values.total) {
		if (steps(p, edge_weight(e), 100) > 1)
			buf_addf(p->out, " weight=%lld", (long long)steps(p, edge_weight(e), 100));
		if (steps(p, edge_weight(e), 5) > 1)
			buf_addf(p->out, " penwidth=%lld", (long long)steps(p, edge_weight(e), 5));
		buf_add_str(p->out, STR(" color=\""));
		add_colour(p->out, score_of(p, edge_weight(e)), false);
		buf_add_char(p->out, '"');
	}
}

static void add_edge(struct painter *p, const struct edge *e)
{
	const struct node *caller = &p->g->nodes.items[e->caller], *callee = &p->g->nodes.items[e->callee];
	struct buf weight = BUF_INIT, tip = BUF_INIT;

	values_add(&weight, &p->values, edge_weight(e));
	add_escaped(&tip, caller->text);
	buf_add_str(&tip, e->residual ? STR(" ... ") : STR(" -> "));
	add_escaped(&tip, callee->text);
	buf_addf(p->out, "N%u -> N%u [", p->rows[e->caller], p->rows[e->callee]);
	add_edge_label(p, e, buf_str(&weight));
	for (int i = 0; i < 2; i++) {
		buf_add_str(p->out, i ? STR(" labeltooltip=\"") : STR(" tooltip=\""));
		buf_add_str(p->out, buf_str(&tip));
		buf_addf(p->out, " (%s)\"", buf_str(&weight).p);
	}
	if (e->residual)
		buf_add_str(p->out, STR(" style=\"dotted\""));
	if (p->has_tags[e->caller])
		buf_add_str(p->out, STR(" minlen=2"));
	buf_add_str(p->out, STR("]\n"));
	p->out->failed |= weight.failed || tip.failed;
	buf_release(&weight);
	buf_release(&tip);
}

/* The header block, a label line each; the first one names the box. */
static void add_legend(struct painter *p, struct str title)
{
	struct buf lines = BUF_INIT;
	struct str rest, first;
	size_t end;

	header_add_legend(&lines, p->ctx, &p->values);
	rest = buf_str(&lines);
	end = rest.len ? (size_t)((char *)memchr(rest.p, '\n', rest.len) - rest.p) : 0;
	first = (struct str){ rest.p, end };
	buf_add_str(p->out, STR("subgraph cluster_L { \""));
	add_escaped(p->out, first);
	buf_add_str(p->out, STR("\" [shape=box fontsize=16 label=\""));
	add_escaped(p->out, rest);
	buf_add_str(p->out, STR("\\lSee https://git.io/JfYMW for how to read the graph\\l\""));
	if (title.len) {
		buf_add_str(p->out, STR(" tooltip=\""));
		add_loosely_escaped(p->out, title);
		buf_add_char(p->out, '"');
	}
	buf_add_str(p->out, STR("] }\n"));
	p->out->failed |= lines.failed;
	buf_release(&lines);
}

static void add_head(struct painter *p)
{
	const struct assay_profile *profile = p->ctx->profile;
	uint32_t file = profile->mappings.n ? profile->mappings.items[0].file : 0;
	struct str title = file ? path_base(profile_str(profile, file)) : STR("");

	buf_add_str(p->out, STR("digraph \""));
	add_loosely_escaped(p->out, title.len ? title : STR("unnamed"));
	buf_add_str(p->out, STR("\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n"));
	add_legend(p, title);
}

static void paint(struct painter *p)
{
	const struct graph *g = p->g;

	add_head(p);
	for (size_t i = 0; i < g->rows.n; i++) {
		add_node(p, g->rows.items[i]);
		add_tags(p, g->rows.items[i]);
	}
	/* Edges that leave a row, also to what is none; they are sorted already. */
	for (size_t i = 0; i < g->edges.n; i++)
		if (p->rows[g->edges.items[i].caller])
			add_edge(p, &g->edges.items[i]);
	buf_add_str(p->out, STR("}\n"));
}

int dot_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct painter p = { .ctx = ctx, .g = ctx->graph, .tags = ctx->tags, .out = out, .total = (double)ctx->total };
	const struct graph *g = ctx->graph;

	p.rows = calloc(g->nodes.n + 1, sizeof(*p.rows));
	p.has_tags = calloc(g->nodes.n + 1, 1);
	if (p.rows && p.has_tags) {
		for (size_t i = 0; i < g->rows.n; i++) {
			wide flat = wide_abs(node_flat(&g->nodes.items[g->rows.items[i]]));

			p.rows[g->rows.items[i]] = (uint32_t)i + 1;
			if (flat > p.max_flat)
				p.max_flat = flat;
		}
		values_init(&p.values, ctx);
		values_select_unit(&p.values, g);
		paint(&p);
	}
	free(p.rows);
	free(p.has_tags);
	return p.rows && p.has_tags ? 0 : diag_nomem(diag, "the graph");
}
