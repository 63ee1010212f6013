/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/comparison.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/units.h"
#include "compare/rename.h"

static int nomem(struct assay_diag *diag)
{
	return diag_nomem(diag, "a comparison");
}

int comparison_init(struct comparison *c, struct assay_diag *diag)
{
	*c = (struct comparison){ 0 };
	return strtab_init(&c->strings) < 0 ? nomem(diag) : 0;
}

void comparison_release(struct comparison *c)
{
	strtab_release(&c->strings);
	vec_release(&c->runs);
	vec_release(&c->cells);
	vec_release(&c->rows);
	free(c->row_cells);
	c->row_cells = NULL;
}

/* The first run says what is compared; a finer unit than those before becomes the unit of all. */
static int agree(
	struct comparison *c, const struct compare_source *s, uint32_t type, uint32_t unit, struct assay_diag *diag)
{
	struct str common = comparison_str(c, c->unit);

	if (!c->runs.n) {
		c->type = type;
		c->unit = unit;
		return 0;
	}
	if (type != c->type || !units_same_family(common, s->unit))
		return diag_set(diag, ASSAY_ERR_FORMAT, "measures %.*s/%.*s, what it is compared with %s/%s",
			(int)s->type.len, s->type.p, (int)s->unit.len, s->unit.p, comparison_str(c, c->type).p,
			common.p);
	if (units_scale(1, s->unit, common).value < 1)
		c->unit = unit;
	return 0;
}

static int add_cell(struct comparison *c, const struct compare_source *s, uint32_t node)
{
	const struct node *n = &s->graph->nodes.items[node];
	struct compare_cell cell = {
		.run = (uint32_t)c->runs.n - 1,
		.values = { .flat = node_flat(n), .cum = node_cum(n) },
	};

	if (s->counts) {
		cell.values.flat_count = s->counts->nodes.items[node].flat;
		cell.values.cum_count = s->counts->nodes.items[node].cum;
	} else if (s->per_count) {
		cell.values.flat_count = n->flat / s->per_count;
		cell.values.cum_count = n->cum / s->per_count;
	}
	if (strtab_intern(&c->strings, n->text, &cell.name) < 0)
		return ASSAY_ERR_NOMEM;
	return vec_push(&c->cells, cell) ? 0 : ASSAY_ERR_NOMEM;
}

int comparison_add_run(struct comparison *c, enum side side, const struct compare_source *s, struct assay_diag *diag)
{
	struct compare_run run = { .side = side, .total = s->total, .scale = 1 };
	uint32_t type;
	int err;

	if (strtab_intern(&c->strings, s->type, &type) < 0 || strtab_intern(&c->strings, s->unit, &run.unit) < 0)
		return nomem(diag);
	err = agree(c, s, type, run.unit, diag);
	if (err)
		return err;
	if (!vec_push(&c->runs, run))
		return nomem(diag);
	c->n_runs[side]++;
	for (size_t i = 0; i < s->graph->rows.n; i++)
		if (add_cell(c, s, s->graph->rows.items[i]) < 0)
			return nomem(diag);
	return 0;
}

/* Far from where sums of many of them would not fit. */
#define MOST ((wide)1 << 100)

static wide scaled(wide v, double factor)
{
	wide whole = factor >= 1 && factor <= 0x1p62 && factor == nearbyint(factor) ? (wide)factor : 0, product;
	double rounded;

	if (whole && !ckd_mul(&product, v, whole) && wide_abs(product) <= MOST)
		return product;
	rounded = nearbyint((double)v * factor);
	if (rounded >= (double)MOST)
		return MOST;
	return rounded <= -(double)MOST ? -MOST : (wide)rounded;
}

wide comparison_in_unit(const struct comparison *c, size_t run, wide value)
{
	const struct compare_run *r = &c->runs.items[run];
	double factor = r->scale;

	if (r->unit != c->unit)
		factor *= units_scale(1, comparison_str(c, r->unit), comparison_str(c, c->unit)).value;
	return factor == 1 ? value : scaled(value, factor);
}

/* Every run in the unit of all. */
static void unify(struct comparison *c)
{
	for (size_t i = 0; i < c->runs.n; i++) {
		struct compare_values *total = &c->runs.items[i].total;

		total->flat = total->cum = comparison_in_unit(c, i, total->flat);
	}
	for (size_t i = 0; i < c->cells.n; i++) {
		struct compare_cell *cell = &c->cells.items[i];

		cell->values.flat = comparison_in_unit(c, cell->run, cell->values.flat);
		cell->values.cum = comparison_in_unit(c, cell->run, cell->values.cum);
	}
}

/* By name, whether a side has it: SIDE_OLD is bit 0. */
static uint8_t *find_sides(const struct comparison *c)
{
	uint8_t *sides = calloc(c->strings.strings.n, 1);

	for (size_t i = 0; sides && i < c->cells.n; i++) {
		const struct compare_cell *cell = &c->cells.items[i];

		sides[cell->name] |= (uint8_t)(1 << c->runs.items[cell->run].side);
	}
	return sides;
}

static int compare_names(const void *a, const void *b, void *data)
{
	const struct compare_row *x = a, *y = b;
	const struct comparison *c = data;
	int order = str_compare(comparison_str(c, x->names[SIDE_NEW]), comparison_str(c, y->names[SIDE_NEW]));

	return order ? order
		     : str_compare(comparison_str(c, x->names[SIDE_OLD]), comparison_str(c, y->names[SIDE_OLD]));
}

/* One row per name, and one for two names where they belong together. */
static int make_rows(struct comparison *c, const uint8_t *sides, const uint32_t *renamed)
{
	for (uint32_t name = 0; name < c->strings.strings.n; name++) {
		struct compare_row row = {
			.names = { name, name },
			.in = { sides[name] & 1 << SIDE_OLD, sides[name] & 1 << SIDE_NEW },
		};

		if (!sides[name] || (renamed && row.in[SIDE_NEW] && renamed[name]))
			continue;
		if (renamed && renamed[name]) {
			row.names[SIDE_NEW] = renamed[name];
			row.in[SIDE_NEW] = true;
		}
		if (!vec_push(&c->rows, row))
			return ASSAY_ERR_NOMEM;
	}
	if (c->rows.n)
		qsort_r(c->rows.items, c->rows.n, sizeof(*c->rows.items), compare_names, c);
	return 0;
}

/* Leaves room for the cells of each row behind those of the rows before it; to says where the next one goes. */
static void make_room(struct comparison *c, const uint32_t *row_of)
{
	size_t at = 0;

	for (size_t i = 0; i < c->cells.n; i++)
		c->row_cells[row_of[c->cells.items[i].name]].to++;
	for (size_t i = 0; i < c->rows.n; i++) {
		struct cell_range *r = &c->row_cells[i];
		size_t n = r->to;

		*r = (struct cell_range){ at, at };
		at += n;
	}
}

static void add(struct compare_values *sum, const struct compare_values *v)
{
	sum->flat += v->flat;
	sum->cum += v->cum;
	sum->flat_count += v->flat_count;
	sum->cum_count += v->cum_count;
}

/* Nodes that print alike are one row. Cells come by run, so those of a row do in its part of sorted. */
static void sort_cells(struct comparison *c, const uint32_t *row_of, struct compare_cell *sorted)
{
	for (size_t i = 0; i < c->cells.n; i++) {
		const struct compare_cell *cell = &c->cells.items[i];
		struct cell_range *r = &c->row_cells[row_of[cell->name]];

		if (r->to > r->from && sorted[r->to - 1].run == cell->run)
			add(&sorted[r->to - 1].values, &cell->values);
		else
			sorted[r->to++] = *cell;
	}
}

static int gather_cells(struct comparison *c)
{
	uint32_t *row_of = malloc(c->strings.strings.n * sizeof(*row_of));
	struct compare_cell *sorted = malloc((c->cells.n + 1) * sizeof(*sorted));

	c->row_cells = calloc(c->rows.n + 1, sizeof(*c->row_cells));
	if (!row_of || !sorted || !c->row_cells) {
		free(row_of);
		free(sorted);
		return ASSAY_ERR_NOMEM;
	}
	for (size_t i = 0; i < c->rows.n; i++)
		row_of[c->rows.items[i].names[SIDE_OLD]] = row_of[c->rows.items[i].names[SIDE_NEW]] = (uint32_t)i;
	make_room(c, row_of);
	sort_cells(c, row_of, sorted);
	free(row_of);
	free(c->cells.items);
	c->cells.items = sorted;
	return 0;
}

int comparison_join(struct comparison *c, bool exact_names, struct assay_diag *diag)
{
	uint8_t *sides;
	uint32_t *renamed = NULL;
	int err = 0;

	unify(c);
	sides = find_sides(c);
	if (!sides)
		return nomem(diag);
	if (!exact_names)
		err = rename_match(&c->strings, sides, &renamed);
	if (!err)
		err = make_rows(c, sides, renamed);
	if (!err)
		err = gather_cells(c);
	free(sides);
	free(renamed);
	return err ? nomem(diag) : 0;
}

wide comparison_divide(wide sum, size_t n)
{
	wide half = (wide)n / 2;

	return n ? (sum < 0 ? sum - half : sum + half) / (wide)n : 0;
}

static void divide(struct compare_values *v, size_t n)
{
	v->flat = comparison_divide(v->flat, n);
	v->cum = comparison_divide(v->cum, n);
	v->flat_count = comparison_divide(v->flat_count, n);
	v->cum_count = comparison_divide(v->cum_count, n);
}

struct compare_values comparison_mean(const struct comparison *c, size_t row, enum side side)
{
	struct compare_cells cells = comparison_cells(c, row);
	struct compare_values sum = { 0 };

	for (size_t i = 0; i < cells.n; i++)
		if (c->runs.items[cells.items[i].run].side == side)
			add(&sum, &cells.items[i].values);
	divide(&sum, c->n_runs[side]);
	return sum;
}

struct compare_values comparison_total(const struct comparison *c, enum side side)
{
	struct compare_values sum = { 0 };

	for (size_t i = 0; i < c->runs.n; i++)
		if (c->runs.items[i].side == side)
			add(&sum, &c->runs.items[i].total);
	divide(&sum, c->n_runs[side]);
	return sum;
}

static void choose_scales(struct comparison *c, double old)
{
	for (size_t i = 0; i < c->runs.n; i++) {
		struct compare_run *r = &c->runs.items[i];
		double total = (double)r->total.flat;

		if (r->side != SIDE_NEW || !(total > 0))
			continue;
		r->scale = old / total;
		r->total.flat = r->total.cum = scaled(r->total.flat, r->scale);
	}
}

double comparison_normalize(struct comparison *c)
{
	double old = (double)comparison_total(c, SIDE_OLD).flat, new = (double)comparison_total(c, SIDE_NEW).flat;

	if (!(new > 0) || !(old > 0))
		return 1;
	choose_scales(c, old);
	for (size_t i = 0; i < c->cells.n; i++) {
		struct compare_values *v = &c->cells.items[i].values;
		double scale = c->runs.items[c->cells.items[i].run].scale;

		if (scale == 1)
			continue;
		v->flat = scaled(v->flat, scale);
		v->cum = scaled(v->cum, scale);
	}
	return old / new;
}
