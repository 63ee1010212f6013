/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/ckd.h"
#include "base/diag.h"
#include "report/pattern.h"
#include "report/source_check.h"
#include "report/values.h"

/*
 * The source of matching functions, line by line, with what was spent in each line and below it. A function has a
 * listing for each file that it is recorded in; its lines are the nodes of a graph by line.
 */

#define VALUE_WIDTH 10
#define LINE_WIDTH 6

/* Lines around those with samples, where the function's first line is not known. */
#define MARGIN 5

/* A profile may let many functions start at the top of a long file, and a listing of them all is of no use. */
#define LISTING_MAX ((size_t)1 << 30)

struct listing {
	const struct report_ctx *ctx;
	struct buf *out;
	struct values values;
	/* The rows by name, then by file, then largest first. Their places in the graph's rows. */
	uint32_t *order;
	size_t n;
	struct strtab failed; /* files that could not be read */
	struct source_check check;
};

/* Rows of one function, and of one file where it says so: order[from] .. order[to - 1]. */
struct group {
	size_t from, to;
};

static const struct node *row(const struct graph *g, uint32_t place)
{
	return &g->nodes.items[g->rows.items[place]];
}

static const struct node *at(const struct listing *l, size_t i)
{
	return row(l->ctx->graph, l->order[i]);
}

static int compare_rows(const void *x, const void *y, void *graph)
{
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct node *a = row(graph, i), *b = row(graph, k);
	int c = str_compare(a->name, b->name);

	if (!c)
		c = str_compare(a->file, b->file);
	if (!c)
		c = (wide_abs(a->flat) < wide_abs(b->flat)) - (wide_abs(a->flat) > wide_abs(b->flat));
	return c ? c : (i > k) - (i < k);
}

static int compare_lines(const void *x, const void *y, void *graph)
{
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct node *a = row(graph, i), *b = row(graph, k);

	return a->line != b->line ? (a->line > b->line) - (a->line < b->line) : (i > k) - (i < k);
}

static int sort_rows(struct listing *l, struct assay_diag *diag)
{
	struct graph *g = l->ctx->graph;

	l->n = g->rows.n;
	l->order = malloc((l->n + 1) * sizeof(*l->order));
	if (!l->order)
		return diag_nomem(diag, "rows");
	for (size_t i = 0; i < l->n; i++)
		l->order[i] = (uint32_t)i;
	if (l->n)
		qsort_r(l->order, l->n, sizeof(*l->order), compare_rows, g);
	return 0;
}

/*
 * Lines from .. to of a listing. Where first lines are mixed, a row that starts sooner does not move the end: so does
 * the reference, and it depends on the order of the rows.
 */
struct range {
	wide from, to;
};

static struct range range_of(const struct listing *l, struct group rows)
{
	struct range all = { 0, 0 };

	for (size_t i = rows.from; i < rows.to; i++) {
		const struct node *n = at(l, i);
		wide from = n->start_line ? n->start_line : (wide)n->line - MARGIN, to = (wide)n->line + MARGIN;

		if (i == rows.from)
			all = (struct range){ from, to };
		else if (from < all.from)
			all.from = from;
		else if (to > all.to)
			all.to = to;
	}
	if (all.from < 1)
		all.from = 1;
	return all;
}

static void add_heading(const struct listing *l, struct group rows)
{
	const struct node *first = at(l, rows.from);
	wide flat = 0, cum = 0;

	for (size_t i = rows.from; i < rows.to; i++) {
		flat += at(l, i)->flat;
		cum += at(l, i)->cum;
	}
	buf_add_str(l->out, STR("ROUTINE ======================== "));
	buf_add_safe(l->out, first->name);
	buf_add_str(l->out, STR(" in "));
	buf_add_safe(l->out, first->file);
	buf_add_char(l->out, '\n');
	values_add_right(l->out, &l->values, flat, VALUE_WIDTH);
	buf_add_char(l->out, ' ');
	values_add_right(l->out, &l->values, cum, VALUE_WIDTH);
	buf_add_str(l->out, STR(" (flat, cum) "));
	values_add_percent(l->out, cum, l->values.total);
	buf_add_str(l->out, STR(" of Total\n"));
}

static void add_lines(const struct listing *l, struct group rows, struct range range, const struct source_text *text)
{
	size_t next = rows.from;

	qsort_r(l->order + rows.from, rows.to - rows.from, sizeof(*l->order), compare_lines, l->ctx->graph);
	for (wide i = range.from; i <= range.to && i <= (wide)text->n; i++) {
		wide flat = 0, cum = 0;

		for (; next < rows.to && at(l, next)->line <= i; next++) {
			if (at(l, next)->line < i)
				continue;
			flat += at(l, next)->flat;
			cum += at(l, next)->cum;
		}
		values_add_cell(l->out, &l->values, flat, VALUE_WIDTH);
		buf_add_char(l->out, ' ');
		values_add_cell(l->out, &l->values, cum, VALUE_WIDTH);
		buf_addf(l->out, " %*" PRIu64 ":", LINE_WIDTH, (uint64_t)i);
		buf_add_safe_line(l->out, text->lines[(size_t)i - 1]);
		buf_add_char(l->out, '\n');
	}
}

/* A file is not opened for a listing without lines. That it could not be read before is told there all the same. */
static bool wants_source(const struct listing *l, struct str file, struct range range)
{
	uint32_t id;

	return range.from <= range.to || strtab_find(&l->failed, file, &id);
}

static int add_file(struct listing *l, struct group rows, struct assay_diag *diag)
{
	const struct report_ctx *ctx = l->ctx;
	struct str file = at(l, rows.from)->file;
	struct range range = range_of(l, rows);
	struct source_text text;
	struct assay_diag why;
	uint32_t id;
	int err;

	add_heading(l, rows);
	if (!wants_source(l, file, range))
		return 0;
	err = ctx->read_source(ctx->source_data, file, &text, &why);
	if (err == ASSAY_ERR_NOMEM || (err && strtab_intern(&l->failed, file, &id)))
		return diag_nomem(diag, "a source file");
	if (!err) {
		add_lines(l, rows, range, &text);
		return source_check(&l->check, file, &text, diag);
	}
	buf_add_str(l->out, STR(" Error: "));
	buf_add_safe(l->out, str_of(why.text));
	buf_add_char(l->out, '\n');
	return 0;
}

/* The end of the rows that share a name, and a file if asked, with the first. */
static size_t group_end(const struct listing *l, size_t from, size_t end, bool by_file)
{
	const struct node *first = at(l, from);
	size_t to = from + 1;

	while (to < end && str_equal(at(l, to)->name, first->name) &&
		(!by_file || str_equal(at(l, to)->file, first->file)))
		to++;
	return to;
}

static int add_function(struct listing *l, struct group rows, struct assay_diag *diag)
{
	struct group part = { rows.from, rows.from };
	int err = 0;

	/* "" is the least of all files. */
	if (!at(l, rows.to - 1)->file.len) {
		buf_add_str(l->out, STR("No source information for "));
		buf_add_safe(l->out, at(l, rows.from)->name);
		buf_add_char(l->out, '\n');
		return 0;
	}
	for (; !err && part.from < rows.to; part.from = part.to) {
		part.to = group_end(l, part.from, rows.to, true);
		if (at(l, part.from)->file.len)
			err = add_file(l, part, diag);
		if (!err && l->out->len > LISTING_MAX)
			err = diag_set(
				diag, ASSAY_ERR_TOO_BIG, "the listing is larger than 1 GiB; match fewer functions");
	}
	return err;
}

static int add_matches(struct listing *l, struct assay_diag *diag)
{
	const struct report_ctx *ctx = l->ctx;
	size_t n_matches = 0;
	struct group rows;

	for (rows.from = 0; rows.from < l->n; rows.from = rows.to) {
		struct str name = at(l, rows.from)->name;
		bool matches;
		int err;

		rows.to = group_end(l, rows.from, l->n, false);
		if (ctx_canceled(ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		err = pattern_search(ctx, name, &matches, diag);
		if (!err && matches)
			err = add_function(l, rows, diag);
		if (err)
			return err;
		n_matches += matches;
	}
	if (!n_matches)
		return diag_set(diag, ASSAY_ERR_NO_MATCH, "no matches found for regexp: %s", ctx->argument);
	return 0;
}

int list_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct listing l = { .ctx = ctx, .out = out };
	int err = strtab_init(&l.failed);

	if (err)
		return diag_nomem(diag, "a listing");
	values_init(&l.values, ctx);
	source_check_init(&l.check, ctx);
	buf_add_str(out, STR("Total: "));
	values_add(out, &l.values, ctx->total);
	buf_add_char(out, '\n');
	err = sort_rows(&l, diag);
	if (!err)
		err = add_matches(&l, diag);
	free(l.order);
	source_check_release(&l.check);
	strtab_release(&l.failed);
	return err;
}
