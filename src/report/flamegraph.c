/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/path.h"
#include "base/sort.h"
#include "flamegraph_page.h"
#include "graph/identity.h"
#include "report/header.h"
#include "report/names.h"
#include "report/sides.h"
#include "report/stack_tree.h"

/*
 * One HTML page that shows the tree of stacks as boxes, root on top. The page (flamegraph.html) knows how to draw; what
 * to draw is JSON in the middle of it, with all texts made here so that numbers read as in every other report:
 *
 *     names:   [name, short name or "", where it comes from, package, colour]
 *     columns: what the texts of a frame are, such as Total and Self
 *     frames:  [depth, name, width, change in 1/1000 of the width, a text for each column], in the order of a walk
 *              that visits callers before callees
 *
 * In a difference a frame is as wide as what went away and what came in its stead together. If it were as wide as the
 * change alone, a frame that lost in one callee what it gained in another would have no room for either.
 */

/* Frames narrower than this part of the whole are left out: no screen is so wide. */
#define NARROWEST 20000

/* Widths beyond this are not exact in the numbers of a browser. */
#define WIDEST ((wide)1 << 53)

/* 360 hues, each in three depths. */
#define N_COLOURS 1080

struct flame_frame {
	uint32_t path, depth;
};

struct flame {
	const struct report_ctx *ctx;
	struct values values;
	struct stack_tree tree;
	struct stack_sums *totals; /* by path: its own and all that extend it */
	bool difference;           /* there is a base */
	bool both_sides;           /* what was the same in both is still there */

	VEC(uint32_t) children; /* kept paths but for the root, by parent, then name */
	uint32_t *first_child;  /* by path: place in children; of n + 1 paths */
	VEC(struct flame_frame) frames;
	size_t n_left_out;
	struct stack_sums left_out;

	struct str *file_of; /* by node */
	uint32_t *name_of;   /* by node: place among the names of the page + 1 */
	VEC(uint32_t) names; /* nodes */
	struct strtab texts;
	struct buf scratch, safe;
};

static wide width_of(const struct stack_sums *s)
{
	return s->after + s->before;
}

static void add_sums(struct stack_sums *to, const struct stack_sums *s)
{
	to->after += s->after;
	to->before += s->before;
	to->divisor += s->divisor;
}

/* Callees stand behind their callers, so one pass from the end adds everything up. */
static int sum_up(struct flame *f)
{
	const struct stack_tree *t = &f->tree;

	f->totals = calloc(t->sums.n, sizeof(*f->totals));
	if (!f->totals)
		return ASSAY_ERR_NOMEM;
	for (size_t i = t->sums.n; i-- > 0;) {
		add_sums(&f->totals[i], &t->sums.items[i]);
		if (i)
			add_sums(&f->totals[stack_tree_parent(t, (uint32_t)i)], &f->totals[i]);
	}
	return 0;
}

static void find_base(struct flame *f)
{
	const struct assay_profile *p = f->ctx->profile;
	uint32_t label;

	/* Samples of a base that was merely subtracted have met their counterparts and bear no label. */
	f->both_sides = p->labels.n && strtab_find(&p->strings, STR("pprof::base"), &label);
	f->difference = f->both_sides || f->totals[0].before > 0;
}

static bool is_kept(const struct flame *f, uint32_t path)
{
	wide width = width_of(&f->totals[path]);

	return width > 0 && width * NARROWEST >= width_of(&f->totals[0]);
}

static int compare_children(const void *a, const void *b, void *data)
{
	const struct flame *f = data;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t p = stack_tree_parent(&f->tree, x), q = stack_tree_parent(&f->tree, y);
	uint32_t n = stack_tree_frame(&f->tree, x), m = stack_tree_frame(&f->tree, y);
	const struct node *nodes = f->ctx->graph->nodes.items;
	int c = (p > q) - (p < q);

	if (!c)
		c = str_compare(nodes[n].text, nodes[m].text);
	/* Nodes are numbered as the file has them. */
	return c ? c : (n > m) - (n < m);
}

/* By its name a node finds its place among others that are called from the same one. */
static int name_node(struct flame *f, uint32_t node)
{
	struct node *n = &f->ctx->graph->nodes.items[node];

	return n->text.p ? 0 : identity_name(f->ctx->graph, n, &n->text);
}

static int keep(struct flame *f, uint32_t path)
{
	if (is_kept(f, path))
		return vec_push(&f->children, path) ? name_node(f, stack_tree_frame(&f->tree, path)) : ASSAY_ERR_NOMEM;
	if (width_of(&f->totals[path]) <= 0)
		return 0;
	f->n_left_out++;
	if (is_kept(f, stack_tree_parent(&f->tree, path)))
		add_sums(&f->left_out, &f->totals[path]);
	return 0;
}

static int sort_children(struct flame *f)
{
	size_t n = f->tree.sums.n, k = 0;
	int err = 0;

	f->name_of = calloc(f->ctx->graph->nodes.n + 1, sizeof(*f->name_of));
	f->first_child = calloc(n + 1, sizeof(*f->first_child));
	if (!f->name_of || !f->first_child)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 1; !err && i < n; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(f->ctx->ctx))
			break;
		err = keep(f, (uint32_t)i);
	}
	if (err || !f->children.n)
		return err;
	sort_items(f->children.items, f->children.n, sizeof(*f->children.items), compare_children, f, f->ctx->ctx);
	for (size_t i = 0; i <= n; i++) {
		while (k < f->children.n && stack_tree_parent(&f->tree, f->children.items[k]) < i)
			k++;
		f->first_child[i] = (uint32_t)k;
	}
	return 0;
}

/* Names are listed as frames come to need them, so that no order but that of the frames shows in the page. */
static bool list_name(struct flame *f, uint32_t path)
{
	uint32_t *place = path ? &f->name_of[stack_tree_frame(&f->tree, path)] : NULL;

	if (!place || *place)
		return true;
	*place = (uint32_t)f->names.n + 1;
	return vec_push(&f->names, stack_tree_frame(&f->tree, path));
}

/* The order of the page. What is still to be visited is kept in a list, as stacks may be deeper than our own. */
static int walk(struct flame *f)
{
	VEC(struct flame_frame) todo = { 0 };
	bool ok = vec_push(&todo, ((struct flame_frame){ 0, 0 }));

	while (ok && todo.n && !ctx_canceled(f->ctx->ctx)) {
		struct flame_frame at = todo.items[--todo.n];

		ok = vec_push(&f->frames, at) && list_name(f, at.path);
		for (uint32_t i = f->first_child[at.path + 1]; ok && i-- > f->first_child[at.path];)
			ok = vec_push(&todo, ((struct flame_frame){ f->children.items[i], at.depth + 1 }));
	}
	vec_release(&todo);
	return ok ? 0 : ASSAY_ERR_NOMEM;
}

/* Nodes know no file where they are told apart by name alone; the first one that the function is in will do. */
static int find_files(struct flame *f)
{
	const struct graph *g = f->ctx->graph;
	const struct view *v = f->ctx->view;

	f->file_of = calloc(g->nodes.n + 1, sizeof(*f->file_of));
	if (!f->file_of)
		return ASSAY_ERR_NOMEM;
	for (uint32_t i = 0; i < v->n_locations; i++) {
		struct frames frames = view_frames(v, i);
		uint32_t node = g->location_nodes[i];
		const uint32_t *chain = &node;

		if (node == GRAPH_HIDDEN)
			continue;
		if (node & GRAPH_MANY)
			chain = g->chains.items + (node & ~GRAPH_MANY) + 1;
		for (uint32_t k = 0; k < frames.n; k++) {
			const struct line *line = &frames.lines[frames.n - 1 - k];
			struct str file = view_str(v, v->functions[line->function].file);

			if (!f->file_of[chain[k]].len)
				f->file_of[chain[k]] = path_trim(file, g->options.trim_path, g->options.source_path);
		}
		if (!f->file_of[chain[0]].len)
			f->file_of[chain[0]] = view_str(v, view_mapping_file(v, i));
	}
	return 0;
}

/* Text in a script block: fit for a terminal like all text, and then without what HTML or JavaScript might act on. */
static void add_json(struct flame *f, struct buf *out, struct str s)
{
	buf_reset(&f->safe);
	buf_add_safe(&f->safe, s);
	s = buf_str(&f->safe);
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (strchr("\"\\<>&'", s.p[i]))
			buf_addf(out, "\\u%04x", (unsigned)(unsigned char)s.p[i]);
		else
			buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '"');
	out->failed |= f->safe.failed;
}

/* Where there is no package, the folder of the file, or the binary: what is written together looks alike. */
static struct str package_of(const struct flame *f, uint32_t node)
{
	const struct node *n = &f->ctx->graph->nodes.items[node];
	struct str package = names_package(n->name), file = f->file_of[node];

	if (package.len)
		return package;
	if (n->name.len || n->file.len)
		while (file.len && file.p[--file.len] != '/')
			;
	return file;
}

/* The same for a package in every profile, so that pages can be compared. FNV-1a. */
static unsigned colour_of(struct str package)
{
	uint32_t h = UINT32_C(2166136261);

	for (size_t i = 0; i < package.len; i++)
		h = (h ^ (unsigned char)package.p[i]) * UINT32_C(16777619);
	return (h ^ h >> 16) % N_COLOURS;
}

/* With the old name behind it, where diff matched two. */
static void add_name_text(struct flame *f, struct buf *out, const struct node *n)
{
	struct buf full = BUF_INIT;

	buf_add_str(&full, n->text);
	if (f->ctx->renames)
		sides_add_was(&full, renames_was(f->ctx->renames, n->name));
	add_json(f, out, buf_str(&full));
	out->failed |= full.failed;
	buf_release(&full);
}

static void add_names(struct flame *f, struct buf *out)
{
	buf_add_str(out, STR("\"names\": ["));
	for (size_t i = 0; i < f->names.n; i++) {
		const struct node *n = &f->ctx->graph->nodes.items[f->names.items[i]];
		struct str package = package_of(f, f->names.items[i]), text;

		buf_reset(&f->scratch);
		names_shorten(&f->scratch, n->text);
		text = buf_str(&f->scratch);
		buf_add_str(out, i ? STR(",\n[") : STR("\n["));
		add_name_text(f, out, n);
		buf_add_char(out, ',');
		add_json(f, out, str_equal(text, n->text) ? STR("") : text);
		buf_add_char(out, ',');
		add_json(f, out, f->file_of[f->names.items[i]]);
		buf_add_char(out, ',');
		add_json(f, out, package);
		buf_addf(out, ",%u]", colour_of(package));
		out->failed |= f->scratch.failed;
	}
	buf_add_str(out, STR("\n],\n"));
}

/* Adds "1.95s (79.59%)". */
static void add_value(struct flame *f, struct buf *out, wide value, wide divisor, bool sign)
{
	if (sign && value > 0)
		buf_add_char(out, '+');
	values_add(out, &f->values, divided(value, divisor));
	buf_add_str(out, STR(" ("));
	values_add_share(out, &f->values, value);
	buf_add_char(out, ')');
}

/* The text of a value as a number: most values are there many times. */
static int add_text(struct flame *f, struct buf *out, wide value, wide divisor, bool sign)
{
	uint32_t id;

	buf_reset(&f->scratch);
	add_value(f, &f->scratch, value, divisor, sign);
	if (f->scratch.failed || strtab_intern(&f->texts, buf_str(&f->scratch), &id))
		return ASSAY_ERR_NOMEM;
	buf_addf(out, ",%" PRIu32, id);
	return 0;
}

static int add_frame_texts(struct flame *f, struct buf *out, uint32_t path)
{
	const struct stack_sums *all = &f->totals[path], *own = &f->tree.sums.items[path];
	int err;

	if (!f->difference) {
		err = add_text(f, out, all->after, all->divisor, false);
		return err ? err : add_text(f, out, own->after, own->divisor, false);
	}
	err = add_text(f, out, all->before, 0, false);
	if (!err)
		err = add_text(f, out, all->after, 0, false);
	if (!err)
		err = add_text(f, out, stack_sums_change(all), all->divisor, true);
	return err ? err : add_text(f, out, stack_sums_change(own), own->divisor, true);
}

static int add_frames(struct flame *f, struct buf *out)
{
	wide total = width_of(&f->totals[0]), unit = total / WIDEST + 1;
	int err = 0;

	buf_add_str(out, STR("\"frames\": ["));
	for (size_t i = 0; !err && i < f->frames.n; i++) {
		const struct flame_frame *at = &f->frames.items[i];
		const struct stack_sums *s = &f->totals[at->path];
		wide width = width_of(s);
		uint32_t node = at->path ? stack_tree_frame(&f->tree, at->path) : 0;
		int name = at->path ? (int)f->name_of[node] - 1 : -1;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(f->ctx->ctx))
			break;
		/* Rounded down, so that callees never are wider than their caller. */
		buf_addf(out, "%s[%" PRIu32 ",%d,%" PRId64 ",%" PRId64, i ? ",\n" : "\n", at->depth, name,
			(int64_t)(width / unit),
			f->difference && width ? (int64_t)(stack_sums_change(s) * 1000 / width) : 0);
		err = add_frame_texts(f, out, at->path);
		buf_add_char(out, ']');
	}
	buf_add_str(out, STR("\n],\n"));
	return err;
}

static void add_texts(struct flame *f, struct buf *out)
{
	buf_add_str(out, STR("\"texts\": ["));
	for (size_t i = 0; i < f->texts.strings.n; i++) {
		if (i)
			buf_add_char(out, ',');
		add_json(f, out, strtab_get(&f->texts, (uint32_t)i));
	}
	buf_add_str(out, STR("]\n"));
}

static const char *columns_of(const struct flame *f)
{
	if (f->both_sides)
		return "[\"Before\",\"After\",\"Change\",\"Change in itself\"]";
	if (f->difference)
		return "[\"Shrank by\",\"Grew by\",\"Change\",\"Change in itself\"]";
	return f->ctx->mean ? "[\"Mean\",\"Mean of itself\"]" : "[\"Total\",\"Self\"]";
}

static void add_title(struct flame *f, struct buf *out)
{
	const struct assay_profile *p = f->ctx->profile;
	struct str file = p->mappings.n ? profile_str(p, p->mappings.items[0].file) : STR("");

	buf_reset(&f->scratch);
	buf_add_str(&f->scratch, file.len ? path_base(file) : STR("profile"));
	buf_add_char(&f->scratch, ' ');
	buf_add_str(&f->scratch, f->ctx->mean ? STR("mean_") : STR(""));
	buf_add_str(&f->scratch, profile_str(p, p->sample_types.items[f->ctx->column].type));
	buf_add_str(out, STR("\"title\": "));
	add_json(f, out, buf_str(&f->scratch));
	buf_add_str(out, STR(",\n"));
	out->failed |= f->scratch.failed;
}

/* Sides of a difference, or what is shown, and what percentages are of. */
static void add_total(struct flame *f, struct buf *b)
{
	const struct stack_sums *all = &f->totals[0];

	buf_add_str(b, STR("Showing "));
	if (f->difference) {
		values_add(b, &f->values, all->before);
		buf_add_str(b, f->both_sides ? STR(" before and ") : STR(" that went and "));
		values_add(b, &f->values, all->after);
		buf_add_str(b, f->both_sides ? STR(" after, percentages of ") : STR(" that came, percentages of "));
	} else {
		values_add(b, &f->values, divided(all->after, all->divisor));
		buf_add_str(b, STR(", "));
		values_add_share(b, &f->values, all->after);
		buf_add_str(b, STR(" of "));
	}
	values_add(b, &f->values, f->ctx->total);
	buf_add_str(b, STR(" total\n"));
}

static void add_left_out(struct flame *f, struct buf *b)
{
	if (!f->n_left_out)
		return;
	buf_addf(b, "Left out: %zu frame%s narrower than 1/%d of the whole, ", f->n_left_out,
		f->n_left_out == 1 ? "" : "s", NARROWEST);
	add_value(f, b, width_of(&f->left_out), f->left_out.divisor, false);
	buf_add_char(b, '\n');
}

static void add_header(struct flame *f, struct buf *out)
{
	const struct report_options *o = f->ctx->options;
	struct buf b = BUF_INIT;
	struct str rest;

	if (!o->compact_labels)
		header_add_labels(&b, f->ctx, &f->values);
	for (size_t i = 0; i < o->n_filters; i++) {
		buf_add_str(&b, i ? STR(", ") : STR("Active filters: "));
		buf_add_safe(&b, o->filters[i]);
	}
	if (o->n_filters)
		buf_add_char(&b, '\n');
	add_total(f, &b);
	add_left_out(f, &b);
	buf_add_str(out, STR("\"header\": ["));
	for (rest = buf_str(&b); rest.len;) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) : rest.len;

		if (rest.p != b.data)
			buf_add_str(out, STR(", "));
		add_json(f, out, (struct str){ rest.p, len });
		rest = str_skip(rest, len + (end != NULL));
	}
	buf_add_str(out, STR("],\n"));
	out->failed |= b.failed;
	buf_release(&b);
}

static int add_data(struct flame *f, struct buf *out)
{
	int err;

	buf_add_str(out, STR("{\n"));
	add_title(f, out);
	add_header(f, out);
	buf_addf(out, "\"difference\": %s,\n\"columns\": %s,\n", f->difference ? "true" : "false", columns_of(f));
	add_names(f, out);
	err = add_frames(f, out);
	add_texts(f, out);
	buf_add_str(out, STR("}"));
	return err;
}

static int add_page(struct flame *f, struct buf *out)
{
	struct str page = { (const char *)flamegraph_page, sizeof(flamegraph_page) }, mark = STR("@DATA@");
	const char *at = memmem(page.p, page.len, mark.p, mark.len);
	int err;

	buf_add(out, page.p, (size_t)(at - page.p));
	err = add_data(f, out);
	buf_add_str(out, str_skip(page, (size_t)(at - page.p) + mark.len));
	return err;
}

static int prepare(struct flame *f)
{
	int err = strtab_init(&f->texts);

	values_init(&f->values, f->ctx);
	if (!err)
		err = sum_up(f);
	if (!err) {
		find_base(f);
		/* Means do not add up; their shares are of the sums that they are means of. */
		if (f->ctx->mean)
			f->values.total = width_of(&f->totals[0]);
		err = find_files(f);
	}
	if (!err)
		err = sort_children(f);
	return err ? err : walk(f);
}

static void release(struct flame *f)
{
	stack_tree_release(&f->tree);
	free(f->totals);
	vec_release(&f->children);
	free(f->first_child);
	vec_release(&f->frames);
	free(f->file_of);
	free(f->name_of);
	vec_release(&f->names);
	strtab_release(&f->texts);
	buf_release(&f->scratch);
	buf_release(&f->safe);
}

int flamegraph_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct flame f = { .ctx = ctx };
	int err = stack_tree_build(&f.tree, ctx, NULL, diag);

	if (!err) {
		err = prepare(&f);
		if (!err)
			err = add_page(&f, out);
		if (err)
			diag_nomem(diag, "the flame graph");
	}
	release(&f);
	return err;
}
