/* SPDX-License-Identifier: Apache-2.0 */
/* The graph in the format of callgrind, as kcachegrind reads it: costs by address, names numbered at first use. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/pairs.h"
#include "base/strtab.h"
#include "base/units.h"
#include "graph/call_tree.h"
#include "report/values.h"

struct writer {
	const struct report_ctx *ctx;
	const struct graph *g;
	struct values values;
	struct buf *out;
	struct strtab objects, files, functions;
	uint32_t *groups;  /* by node: which of those that share its name and file, from 1; 0 for what is no row */
	uint32_t *crowds;  /* by node: how many share its name and file */
	const struct node *previous;
};

/* The names of a kind are numbered; after the first time the number stands for the name. */
static void add_name(struct writer *w, struct strtab *names, struct str name)
{
	size_t known = names->strings.n;
	uint32_t id;

	if (!name.len)
		return;
	if (strtab_intern(names, name, &id) < 0) {
		w->out->failed = true;
		return;
	}
	buf_addf(w->out, "(%u)", id);
	if (names->strings.n > known) {
		buf_add_char(w->out, ' ');
		buf_add_safe(w->out, name);
	}
}

/* Relative to the node before, where that is shorter. */
static void add_address(struct writer *w, uint64_t address)
{
	char absolute[24], relative[24];

	snprintf(absolute, sizeof(absolute), "0x%" PRIx64, address);
	if (!w->previous) {
		buf_add_str(w->out, str_of(absolute));
		return;
	}
	if (w->previous->address == address) {
		buf_add_char(w->out, '*');
		return;
	}
	snprintf(relative, sizeof(relative), "%+" PRId64, (int64_t)(address - w->previous->address));
	buf_add_str(w->out, str_of(strlen(relative) < strlen(absolute) ? relative : absolute));
}

static int64_t cost(const struct writer *w, wide value)
{
	return trunc_to_int64(units_scale(narrow(value), w->values.sample_unit, w->values.output_unit).value);
}

static void add_line(struct writer *w, const char *label, struct strtab *names, struct str name)
{
	buf_add_str(w->out, str_of(label));
	add_name(w, names, name);
	buf_add_char(w->out, '\n');
}

static bool same_place(const struct node *a, const struct node *b)
{
	return str_equal(a->object_file, b->object_file) && str_equal(a->file, b->file) && str_equal(a->name, b->name);
}

/* Of several functions that print alike, the callee's name tells which it is: "main [1/2]". */
static void add_callee(struct writer *w, uint32_t node)
{
	const struct node *n = &w->g->nodes.items[node];
	struct buf name = BUF_INIT;

	if (w->groups[node]) {
		buf_add_str(&name, n->name);
		if (w->crowds[node] > 1)
			buf_addf(&name, " [%u/%u]", w->groups[node], w->crowds[node]);
	}
	add_line(w, "cfl=", &w->files, n->file);
	add_line(w, "cfn=", &w->functions, buf_str(&name));
	w->out->failed |= name.failed;
	buf_release(&name);
	buf_add_str(w->out, STR("calls=0 "));
	add_address(w, n->address);
	buf_addf(w->out, " %" PRId64 "\n", n->line);
}

static void add_node(struct writer *w, uint32_t node)
{
	const struct graph *g = w->g;
	const struct node *n = &g->nodes.items[node];

	if (!w->previous || !same_place(w->previous, n)) {
		add_line(w, "\nob=", &w->objects, n->object_file);
		add_line(w, "fl=", &w->files, n->file);
		add_line(w, "fn=", &w->functions, n->name);
	}
	add_address(w, n->address);
	buf_addf(w->out, " %" PRId64 " %" PRId64 "\n", n->line, cost(w, node_flat(n)));
	for (uint32_t i = 0; i < n->out.n; i++) {
		const struct edge *e = &g->edges.items[g->out_edges[n->out.first + i]];

		add_callee(w, e->callee);
		buf_addf(w->out, "* * %" PRId64 "\n", cost(w, e->weight));
	}
	w->previous = n;
}

/* What makes a node a function of its own, as far as it is not told by name and file. */
static bool group_key(const struct writer *w, uint32_t node, struct strtab *texts, uint32_t *id)
{
	const struct node *n = &w->g->nodes.items[node];
	uint32_t caller = w->g->tree ? w->g->tree->parents.items[node] : 0;
	int64_t column = n->address == 0 && n->line == 0 ? n->column : 0;
	struct buf b = BUF_INIT;
	bool ok;

	buf_addf(&b, "%zu %zu %u %" PRId64 " %" PRId64 " ", n->name.len, n->file.len, caller, column, n->start_line);
	buf_add_str(&b, n->name);
	buf_add_str(&b, n->file);
	buf_add_str(&b, n->object_file);
	ok = !b.failed && strtab_intern(texts, buf_str(&b), id) == 0;
	buf_release(&b);
	return ok;
}

static bool crowd_key(const struct node *n, struct strtab *texts, uint32_t *id)
{
	struct buf b = BUF_INIT;
	bool ok;

	buf_addf(&b, "%zu ", n->name.len);
	buf_add_str(&b, n->name);
	buf_add_str(&b, n->file);
	ok = !b.failed && strtab_intern(texts, buf_str(&b), id) == 0;
	buf_release(&b);
	return ok;
}

/* Groups are numbered within their crowd, in the order in which rows bring them. */
static bool number_rows(struct writer *w, struct strtab *group_texts, struct strtab *crowd_texts)
{
	const struct graph *g = w->g;
	uint32_t *sizes = calloc(g->rows.n + 2, sizeof(*sizes)), *numbers = calloc(g->rows.n + 2, sizeof(*numbers));
	bool ok = sizes && numbers;

	for (size_t i = 0; ok && i < g->rows.n && !ctx_canceled(w->ctx->ctx); i++) {
		uint32_t node = g->rows.items[i], group, crowd;

		ok = group_key(w, node, group_texts, &group) && crowd_key(&g->nodes.items[node], crowd_texts, &crowd);
		if (!ok)
			break;
		if (!numbers[group])
			numbers[group] = ++sizes[crowd];
		w->groups[node] = numbers[group];
		w->crowds[node] = crowd;
	}
	for (size_t i = 0; ok && i < g->rows.n; i++)
		w->crowds[g->rows.items[i]] = sizes[w->crowds[g->rows.items[i]]];
	free(sizes);
	free(numbers);
	return ok;
}

static bool number_groups(struct writer *w)
{
	struct strtab groups, crowds;
	bool ok = strtab_init(&groups) == 0;

	w->groups = calloc(w->g->nodes.n + 1, sizeof(*w->groups));
	w->crowds = calloc(w->g->nodes.n + 1, sizeof(*w->crowds));
	if (!ok)
		return false;
	ok = strtab_init(&crowds) == 0;
	if (ok) {
		ok = w->groups && w->crowds && number_rows(w, &groups, &crowds);
		strtab_release(&crowds);
	}
	strtab_release(&groups);
	return ok;
}

static void write_all(struct writer *w)
{
	const struct assay_profile *p = w->ctx->profile;

	buf_addf(w->out, "positions: instr line\nevents: %s", w->ctx->mean ? "mean_" : "");
	buf_add_safe(w->out, profile_str(p, p->sample_types.items[w->ctx->column].type));
	buf_add_char(w->out, '(');
	buf_add_safe(w->out, w->values.output_unit);
	buf_add_str(w->out, STR(")\n"));
	for (size_t i = 0; i < w->g->rows.n && !ctx_canceled(w->ctx->ctx); i++)
		add_node(w, w->g->rows.items[i]);
}

static int write_graph(struct writer *w, struct assay_diag *diag)
{
	int err = w->g->tree ? 0 : graph_count_edges(w->ctx->graph, &(struct edge_options){ .all = true }, w->ctx->ctx, diag);

	if (!err && w->g->tree && call_tree_edges(w->ctx->graph) < 0)
		err = diag_nomem(diag, "edges");
	if (!err)
		err = graph_link_edges(w->ctx->graph, w->ctx->ctx, diag);
	if (!err && !number_groups(w))
		err = diag_nomem(diag, "the graph");
	if (err)
		return err;
	values_init(&w->values, w->ctx);
	values_select_least_unit(&w->values, w->g);
	write_all(w);
	return 0;
}

int callgrind_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct writer w = { .ctx = ctx, .g = ctx->graph, .out = out };
	int err;

	if (strtab_init(&w.objects) < 0 || strtab_init(&w.files) < 0 || strtab_init(&w.functions) < 0)
		err = diag_nomem(diag, "names");
	else
		err = write_graph(&w, diag);
	strtab_release(&w.objects);
	strtab_release(&w.files);
	strtab_release(&w.functions);
	free(w.groups);
	free(w.crowds);
	return err;
}
