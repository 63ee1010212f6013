/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/noise.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "compare/stats.h"

struct judge {
	const struct comparison *c;
	const struct noise_options *o;
	struct noise *noise;
	double *values[N_SIDES]; /* of one row, by run */
	double *p;               /* of the rows tested */
	double total;            /* of all runs */
	size_t *tested, *order;
};

static wide value_of(const struct compare_values *v, bool cum)
{
	return cum ? v->cum : v->flat;
}

static double count_of(const struct compare_values *v, bool cum)
{
	return (double)(cum ? v->cum_count : v->flat_count);
}

static enum noise_method method_for(const struct comparison *c)
{
	if (!c->n_runs[SIDE_OLD] || !c->n_runs[SIDE_NEW])
		return NOISE_NONE;
	if (c->n_runs[SIDE_OLD] > 1 || c->n_runs[SIDE_NEW] > 1)
		return NOISE_RUNS;
	return c->runs.items[0].total.flat_count && c->runs.items[1].total.flat_count ? NOISE_COUNTS : NOISE_NONE;
}

/* Over all runs alike, whichever side they are of. */
static bool is_worth_a_test(const struct judge *j, size_t row)
{
	struct compare_cells cells = comparison_cells(j->c, row);
	double value = 0;

	for (size_t i = 0; i < cells.n; i++)
		value += fabs((double)value_of(&cells.items[i].values, j->o->cum));
	if (!(value > 0))
		return false;
	if (j->o->min_value >= 0 && value / (double)j->c->runs.n >= (double)j->o->min_value)
		return true;
	return j->o->min_share >= 0 && value >= j->o->min_share * j->total;
}

/* What the runs have of a row; runs without it are not there. */
static void take_values(struct judge *j, size_t row, size_t n[N_SIDES])
{
	struct compare_cells cells = comparison_cells(j->c, row);

	n[SIDE_OLD] = n[SIDE_NEW] = 0;
	for (size_t i = 0; i < cells.n; i++) {
		enum side side = j->c->runs.items[cells.items[i].run].side;

		j->values[side][n[side]++] = (double)value_of(&cells.items[i].values, j->o->cum);
	}
	for (int side = 0; side < N_SIDES; side++)
		j->noise->rows[row].spread[side] = stats_deviation(j->values[side], n[side], j->c->n_runs[side]);
}

static double test_runs(struct judge *j, size_t row, bool is_tested)
{
	size_t n[N_SIDES];

	take_values(j, row, n);
	if (!is_tested)
		return 1;
	for (int side = 0; side < N_SIDES; side++)
		while (n[side] < j->c->n_runs[side])
			j->values[side][n[side]++] = 0;
	return stats_mann_whitney(j->values[SIDE_OLD], n[SIDE_OLD], j->values[SIDE_NEW], n[SIDE_NEW]);
}

/* What one sample stands for on average; where a side has none, that of the other side, counted once. */
static double variance_of(const struct compare_values *v, const struct compare_values *other, bool cum)
{
	double n = count_of(v, cum), value = (double)value_of(v, cum);

	if (n > 0)
		return value * value / n;
	n = count_of(other, cum);
	value = n > 0 ? (double)value_of(other, cum) / n : 0;
	return value * value;
}

static double test_counts(struct judge *j, size_t row)
{
	static const struct compare_values none = { 0 };
	struct compare_cells cells = comparison_cells(j->c, row);
	bool cum = j->o->cum;
	const struct compare_values *v[N_SIDES] = { &none, &none };
	double variance[N_SIDES];

	for (size_t i = 0; i < cells.n; i++)
		v[j->c->runs.items[cells.items[i].run].side] = &cells.items[i].values;
	for (int side = 0; side < N_SIDES; side++) {
		variance[side] = variance_of(v[side], v[!side], cum) * j->o->dispersion;
		j->noise->rows[row].spread[side] = sqrt(variance[side]);
	}
	return stats_normal((double)(value_of(v[SIDE_NEW], cum) - value_of(v[SIDE_OLD], cum)),
		variance[SIDE_OLD] + variance[SIDE_NEW]);
}

/* So many runs that the least p there is stays below alpha when it is corrected for all rows. */
static size_t runs_needed(size_t n_old, size_t n_new, size_t n_tested, double alpha)
{
	if (!n_tested || stats_least_p(n_old, n_new) * (double)n_tested <= alpha)
		return 0;
	for (size_t n = 2; n < 1000; n++)
		if (stats_least_p(n, n) * (double)n_tested <= alpha)
			return n;
	return 1000;
}

static void judge_rows(struct judge *j)
{
	struct noise *noise = j->noise;

	for (size_t row = 0; row < j->c->rows.n; row++) {
		bool is_tested = is_worth_a_test(j, row);
		double p = noise->method == NOISE_RUNS ? test_runs(j, row, is_tested) : test_counts(j, row);

		noise->rows[row].p = 1;
		if (!is_tested)
			continue;
		j->p[noise->n_tested] = p;
		j->tested[noise->n_tested++] = row;
	}
	stats_correct(j->p, noise->n_tested, j->order);
	if (noise->method == NOISE_RUNS)
		noise->runs_needed =
			runs_needed(j->c->n_runs[SIDE_OLD], j->c->n_runs[SIDE_NEW], noise->n_tested, j->o->alpha);
	for (size_t i = 0; i < noise->n_tested; i++) {
		struct noise_row *r = &noise->rows[j->tested[i]];

		r->p = j->p[i];
		if (r->p <= j->o->alpha)
			r->verdict = NOISE_BEYOND;
		else if (!noise->runs_needed)
			r->verdict = NOISE_WITHIN;
	}
}

static void judge_release(struct judge *j)
{
	free(j->values[SIDE_OLD]);
	free(j->values[SIDE_NEW]);
	free(j->p);
	free(j->tested);
	free(j->order);
}

int noise_judge(struct noise *noise, const struct comparison *c, const struct noise_options *o, struct assay_diag *diag)
{
	struct judge j = { .c = c, .o = o, .noise = noise };
	size_t n = c->rows.n + 1;

	*noise = (struct noise){ .method = method_for(c) };
	noise->rows = calloc(n, sizeof(*noise->rows));
	for (int side = 0; side < N_SIDES; side++)
		j.values[side] = malloc((c->runs.n + 1) * sizeof(double));
	j.p = malloc(n * sizeof(*j.p));
	j.tested = malloc(n * sizeof(*j.tested));
	j.order = malloc(n * sizeof(*j.order));
	if (!noise->rows || !j.values[SIDE_OLD] || !j.values[SIDE_NEW] || !j.p || !j.tested || !j.order) {
		judge_release(&j);
		noise_release(noise);
		return diag_nomem(diag, "a comparison");
	}
	for (size_t i = 0; i < c->rows.n; i++)
		noise->rows[i].p = 1;
	for (size_t i = 0; i < c->runs.n; i++)
		j.total += fabs((double)c->runs.items[i].total.flat);
	if (noise->method != NOISE_NONE)
		judge_rows(&j);
	judge_release(&j);
	return 0;
}

void noise_release(struct noise *noise)
{
	free(noise->rows);
	noise->rows = NULL;
}
