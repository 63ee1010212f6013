/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/ckd.h"
#include "base/diag.h"
#include "report/header.h"
#include "report/pattern.h"
#include "report/sides.h"
#include "report/source_check.h"

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
	struct table *table; /* NULL for text */
	struct values values;
	const struct report_sides *sides; /* NULL but for two sides, before and after; text only */
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

/* Of a line or several: of one side, or of both. */
struct sums {
	wide flat[N_SIDES], cum[N_SIDES];
};

static void add_up(struct sums *to, const struct listing *l, size_t i)
{
	const struct node *n = at(l, i);

	to->flat[SIDE_OLD] += n->flat;
	to->cum[SIDE_OLD] += n->cum;
	if (l->sides) {
		n = sides_node(l->sides, SIDE_NEW, l->ctx->graph->rows.items[l->order[i]]);
		to->flat[SIDE_NEW] += n->flat;
		to->cum[SIDE_NEW] += n->cum;
	}
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

/* What the columns of a table say of one line of the text; line is 0 where there is none. */
struct entry {
	const char *kind;
	const struct node *node;
	wide line, flat, cum;
	struct str text;
};

static void add_text_or_nothing(struct table *t, struct str text)
{
	if (text.len)
		table_text(t, text);
	else
		table_nothing(t);
}

static void add_entry(const struct listing *l, struct entry e)
{
	struct table *t = l->table;
	/* Most lines have nothing: a dot in the text, and to the people who are shown Markdown an empty cell. */
	bool leaves_zeros_out = e.line && t->format == TABLE_MARKDOWN;

	table_text(t, str_of(e.kind));
	table_text(t, e.node->name);
	add_text_or_nothing(t, e.node->file);
	if (e.line)
		table_integer(t, e.line);
	else
		table_nothing(t);
	if (!e.flat && leaves_zeros_out)
		table_nothing(t);
	else
		table_integer(t, e.flat);
	if (!e.cum && leaves_zeros_out) {
		table_nothings(t, 2);
	} else {
		table_integer(t, e.cum);
		table_percent(t, e.cum, l->ctx->total);
	}
	if (e.line)
		table_text(t, e.text);
	else
		add_text_or_nothing(t, e.text);
}

/* Before, after, and the change; nothing where nothing was, and no change where there is none. */
static void add_change(const struct listing *l, const wide *sums)
{
	wide before = sides_value(l->sides, SIDE_OLD, sums[SIDE_OLD]),
	     after = sides_value(l->sides, SIDE_NEW, sums[SIDE_NEW]);

	values_add_cell(l->out, &l->values, before, VALUE_WIDTH);
	buf_add_char(l->out, ' ');
	values_add_cell(l->out, &l->values, after, VALUE_WIDTH);
	buf_add_char(l->out, ' ');
	if (before == after)
		buf_add_right(l->out, STR("."), SIDES_VALUE_WIDTH);
	else
		sides_add_delta(l->out, &l->values, after - before);
}

static void add_changes(const struct listing *l, const struct sums *s)
{
	add_change(l, s->flat);
	buf_add_str(l->out, STR(" |"));
	add_change(l, s->cum);
}

static void print_heading(const struct listing *l, const struct node *first, const struct sums *s)
{
	wide flat = s->flat[SIDE_OLD], cum = s->cum[SIDE_OLD];

	buf_add_str(l->out, STR("ROUTINE ======================== "));
	buf_add_safe(l->out, first->name);
	if (l->sides)
		sides_add_was(l->out, renames_was(l->sides->renames, first->name));
	buf_add_str(l->out, STR(" in "));
	buf_add_safe(l->out, first->file);
	buf_add_char(l->out, '\n');
	if (l->sides) {
		add_changes(l, s);
		buf_add_str(l->out, STR(" (flat | cum)\n"));
		return;
	}
	values_add_right(l->out, &l->values, flat, VALUE_WIDTH);
	buf_add_char(l->out, ' ');
	values_add_right(l->out, &l->values, cum, VALUE_WIDTH);
	buf_add_str(l->out, STR(" (flat, cum) "));
	values_add_percent(l->out, cum, l->values.total);
	buf_add_str(l->out, STR(" of Total\n"));
}

static void add_heading(const struct listing *l, struct group rows)
{
	struct sums s = { 0 };

	for (size_t i = rows.from; i < rows.to; i++)
		add_up(&s, l, i);
	if (l->table)
		add_entry(l, (struct entry){ "routine", at(l, rows.from), 0, s.flat[0], s.cum[0], STR("") });
	else
		print_heading(l, at(l, rows.from), &s);
}

static void print_line(const struct listing *l, wide number, const struct sums *s, struct str text)
{
	if (l->sides) {
		add_changes(l, s);
	} else {
		values_add_cell(l->out, &l->values, s->flat[0], VALUE_WIDTH);
		buf_add_char(l->out, ' ');
		values_add_cell(l->out, &l->values, s->cum[0], VALUE_WIDTH);
	}
	buf_addf(l->out, " %*" PRIu64 ":", LINE_WIDTH, (uint64_t)number);
	buf_add_safe_line(l->out, text);
	buf_add_char(l->out, '\n');
}

static void add_lines(const struct listing *l, struct group rows, struct range range, const struct source_text *text)
{
	const struct node *first = at(l, rows.from);
	size_t next = rows.from;

	qsort_r(l->order + rows.from, rows.to - rows.from, sizeof(*l->order), compare_lines, l->ctx->graph);
	for (wide i = range.from; i <= range.to && i <= (wide)text->n; i++) {
		struct str line = text->lines[(size_t)i - 1];
		struct sums s = { 0 };

		for (; next < rows.to && at(l, next)->line <= i; next++)
			if (at(l, next)->line == i)
				add_up(&s, l, next);
		if (l->table)
			add_entry(l, (struct entry){ "line", first, i, s.flat[0], s.cum[0], line });
		else
			print_line(l, i, &s, line);
	}
}

/* In a table it has no values, for they are those of the routine above it. */
static void add_problem(const struct listing *l, const char *kind, const struct node *n, struct str why)
{
	table_text(l->table, str_of(kind));
	table_text(l->table, n->name);
	add_text_or_nothing(l->table, n->file);
	table_nothings(l->table, 4);
	add_text_or_nothing(l->table, why);
}

static void add_error(const struct listing *l, const struct node *n, struct str why)
{
	if (l->table) {
		add_problem(l, "error", n, why);
		return;
	}
	buf_add_str(l->out, STR(" Error: "));
	buf_add_safe(l->out, why);
	buf_add_char(l->out, '\n');
}

static void add_nowhere(const struct listing *l, const struct node *n)
{
	if (l->table) {
		add_problem(l, "no_source", n, STR(""));
		return;
	}
	buf_add_str(l->out, STR("No source information for "));
	buf_add_safe(l->out, n->name);
	if (l->sides)
		sides_add_was(l->out, renames_was(l->sides->renames, n->name));
	buf_add_char(l->out, '\n');
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
	add_error(l, at(l, rows.from), str_of(why.text));
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
		add_nowhere(l, at(l, rows.from));
		return 0;
	}
	for (; !err && part.from < rows.to; part.from = part.to) {
		part.to = group_end(l, part.from, rows.to, true);
		if (at(l, part.from)->file.len)
			err = add_file(l, part, diag);
		if (!err && l->out->passed + l->out->len > LISTING_MAX)
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

static void begin(const struct listing *l)
{
	static const struct column columns[] = {
		{ "kind", COLUMN_WORD },
		{ "function", COLUMN_NAME },
		{ "file", COLUMN_NAME },
		{ "line", COLUMN_NUMBER },
		{ "flat", COLUMN_VALUE },
		{ "cum", COLUMN_VALUE },
		{ "cum_percent", COLUMN_PERCENT },
		{ "text", COLUMN_SOURCE },
	};

	if (l->table) {
		header_add_fields(l->table, l->ctx);
		table_columns(l->table, columns, sizeof(columns) / sizeof(columns[0]), &l->values);
		return;
	}
	if (l->sides) {
		static const char *const titles[] = { "before", "after", "delta" };

		sides_add_view_header(l->out, l->ctx, &l->values);
		for (int i = 0; i < 6; i++)
			buf_addf(l->out, "%s%*s", i == 3 ? " |" : i ? " " : "", VALUE_WIDTH, titles[i % 3]);
		buf_addf(l->out, " %*s\n", LINE_WIDTH, "line");
		return;
	}
	buf_add_str(l->out, STR("Total: "));
	values_add(l->out, &l->values, l->ctx->total);
	buf_add_char(l->out, '\n');
}

static int list(struct listing *l, struct assay_diag *diag)
{
	int err = strtab_init(&l->failed);

	if (err)
		return diag_nomem(diag, "a listing");
	if (l->sides)
		l->values = sides_values(l->ctx);
	else
		values_init(&l->values, l->ctx);
	source_check_init(&l->check, l->ctx);
	begin(l);
	err = sort_rows(l, diag);
	if (!err)
		err = add_matches(l, diag);
	free(l->order);
	source_check_release(&l->check);
	strtab_release(&l->failed);
	return err;
}

int list_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	return list(&(struct listing){ .ctx = ctx, .out = out }, diag);
}

int list_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	return list(&(struct listing){ .ctx = ctx, .out = t->out, .table = t }, diag);
}

int diff_list_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct report_ctx joined = *ctx;

	if (sides_join(ctx->sides) < 0)
		return diag_nomem(diag, "rows");
	joined.graph = ctx->sides->graphs[SIDE_OLD];
	return list(&(struct listing){ .ctx = &joined, .out = out, .sides = ctx->sides }, diag);
}
