/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "graph/trim.h"
#include "graph/call_tree.h"
#include "graph/identity.h"

/* Which nodes are worth a row at all. Those whose values cancel out, as in a difference, are not. */
static bool has_value(const struct node *n, bool drop_negative)
{
	if (drop_negative && (n->flat < 0 || (n->flat == 0 && n->cum < 0)))
		return false;
	return n->flat != 0 || n->cum != 0;
}

static int collect_rows(struct graph *g)
{
	if (!vec_reserve(&g->rows, g->nodes.n))
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < g->nodes.n; i++)
		if (has_value(&g->nodes.items[i], g->options.drop_negative))
			g->rows.items[g->rows.n++] = (uint32_t)i;
	return 0;
}

static wide share(wide total, double fraction)
{
	double cut = (double)total * fraction;

	/* What is beyond all sums is as good as infinite. */
	if (!(cut < 0x1p100 && cut > -0x1p100))
		return (wide)1 << 100;
	return wide_abs((wide)cut);
}

/* The cut is a share of what the rows themselves hold, not of the report's total. */
static wide flat_total(const struct graph *g)
{
	wide sum = 0;

	for (size_t i = 0; i < g->rows.n; i++)
		sum += g->nodes.items[g->rows.items[i]].flat;
	return sum;
}

static void drop_small(struct graph *g, wide cut)
{
	size_t n = 0;

	for (size_t i = 0; i < g->rows.n; i++)
		if (wide_abs(g->nodes.items[g->rows.items[i]].cum) >= cut)
			g->rows.items[n++] = g->rows.items[i];
	g->n_dropped = g->rows.n - n;
	g->rebuilt |= n < g->rows.n;
	g->rows.n = n;
}

static int name_rows(struct graph *g)
{
	for (size_t i = 0; i < g->rows.n; i++) {
		struct node *n = &g->nodes.items[g->rows.items[i]];
		int err = identity_name(g, n, &n->text);

		if (err)
			return err;
	}
	return 0;
}

static int descending(wide a, wide b)
{
	a = wide_abs(a);
	b = wide_abs(b);
	return (a < b) - (a > b);
}

static int compare_numbers(int64_t a, int64_t b)
{
	char x[24], y[24];

	snprintf(x, sizeof(x), "%" PRId64, a);
	snprintf(y, sizeof(y), "%" PRId64, b);
	return strcmp(x, y);
}

/* The object file stands last in the text that the next function compares, with a brace behind it. */
static int compare_objects(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c || a.len == b.len)
		return c;
	return a.len > n ? ((unsigned char)a.p[n] > '}' ? 1 : -1) : ((unsigned char)b.p[n] > '}' ? -1 : 1);
}

/*
 * The last word between rows that print alike: their identities as the text "{Name File StartLine Line Column Object}",
 * numbers in decimal. The blank behind a field is below all that may follow, so fields may be compared one by one.
 */
int trim_compare_identity(const struct node *a, const struct node *b)
{
	int c = str_compare(a->name, b->name);

	if (!c)
		c = str_compare(a->file, b->file);
	if (!c)
		c = compare_numbers(a->start_line, b->start_line);
	if (!c)
		c = compare_numbers(a->line, b->line);
	if (!c)
		c = compare_numbers(a->column, b->column);
	return c ? c : compare_objects(a->object_file, b->object_file);
}

static int compare_flat(const void *x, const void *y, void *data)
{
	const struct graph *g = data;
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct node *a = &g->nodes.items[i], *b = &g->nodes.items[k];
	int c = descending(a->flat, b->flat);

	if (!c)
		c = str_compare(a->text, b->text);
	if (!c)
		c = descending(a->cum, b->cum);
	if (!c)
		c = trim_compare_identity(a, b);
	return c ? c : call_tree_compare(g, i, k);
}

static int compare_cum(const void *x, const void *y, void *data)
{
	const struct graph *g = data;
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct node *a = &g->nodes.items[i], *b = &g->nodes.items[k];
	int c = descending(a->cum, b->cum);

	if (!c)
		c = str_compare(a->text, b->text);
	if (!c)
		c = descending(a->flat, b->flat);
	if (!c)
		c = trim_compare_identity(a, b);
	return c ? c : call_tree_compare(g, i, k);
}

int trim_rows(struct graph *g, const struct trim_options *o)
{
	wide total;
	int err;

	g->rows.n = 0;
	g->rebuilt = false;
	g->n_dropped = 0;
	err = collect_rows(g);
	if (err)
		return err;
	total = flat_total(g);
	g->node_cut = share(total, o->node_fraction);
	g->edge_cut = share(total, o->edge_fraction);
	if (g->node_cut > 0)
		drop_small(g, g->node_cut);
	g->n_before_count = g->rows.n;
	return name_rows(g);
}

int graph_trim(struct graph *g, const struct trim_options *o, struct assay_diag *diag)
{
	if (trim_rows(g, o) < 0)
		return diag_nomem(diag, "rows");
	if (g->rows.n)
		qsort_r(g->rows.items, g->rows.n, sizeof(*g->rows.items), o->sort_cum ? compare_cum : compare_flat, g);
	if (o->node_count > 0 && (uint64_t)o->node_count < g->rows.n) {
		g->rows.n = (size_t)o->node_count;
		g->rebuilt = true;
	}
	return 0;
}
