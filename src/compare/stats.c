/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The exact distribution is counted for sides up to this size. With ties each pair of sides has its own. */
#define MOST_EXACT 12
#define MOST_SUM (2 * MOST_EXACT * (2 * MOST_EXACT + 1))

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What of two sorted sides the test needs: ranks are doubled, so that the middle of a tie is an integer, too. */
struct ranking {
	unsigned doubled[2 * MOST_EXACT]; /* of all values; filled only where they fit */
	double sum_x;                     /* of the doubled ranks of x */
	double ties;                      /* the sum of t^3 - t over groups of t equal values */
};

static void rank(struct ranking *r, const double *x, size_t n_x, const double *y, size_t n_y)
{
	size_t i = 0, k = 0;

	*r = (struct ranking){ 0 };
	while (i < n_x || k < n_y) {
		double v = k == n_y || (i < n_x && x[i] <= y[k]) ? x[i] : y[k];
		size_t first = i + k, from_x = i, n;

		while (i < n_x && x[i] == v)
			i++;
		while (k < n_y && y[k] == v)
			k++;
		n = i + k - first;
		/* Ranks first + 1 .. first + n. */
		r->sum_x += (double)(i - from_x) * (double)(2 * first + n + 1);
		r->ties += (double)n * (double)n * (double)n - (double)n;
		for (size_t j = first; j < i + k && j < 2 * MOST_EXACT; j++)
			r->doubled[j] = (unsigned)(2 * first + n + 1);
	}
}

/* ways[k][s]: in how many ways k of the values can have ranks that add up to s. */
static double exact(const struct ranking *r, size_t n_x, size_t n)
{
	const size_t width = MOST_SUM + 1;
	double ways[(MOST_EXACT + 1) * (MOST_SUM + 1)] = { 0 };
	double expected = (double)n_x * (double)(n + 1), distance = fabs(r->sum_x - expected), all = 0, extreme = 0;

	ways[0] = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1 < n_x ? i + 1 : n_x; k > 0; k--)
			for (size_t s = r->doubled[i]; s < width; s++)
				ways[k * width + s] += ways[(k - 1) * width + s - r->doubled[i]];
	for (size_t s = 0; s < width; s++) {
		all += ways[n_x * width + s];
		if (fabs((double)s - expected) >= distance)
			extreme += ways[n_x * width + s];
	}
	return extreme / all;
}

static double approximate(const struct ranking *r, size_t n_x, size_t n_y)
{
	double n = (double)(n_x + n_y), product = (double)n_x * (double)n_y;
	double variance = product / 12 * (n + 1 - r->ties / (n * (n - 1)));
	double u = fabs(r->sum_x / 2 - (double)n_x * (n + 1) / 2);

	if (variance <= 0)
		return 1;
	/* Half a rank towards the middle, since ranks come in steps. */
	u = u > 0.5 ? u - 0.5 : 0;
	return erfc(u / sqrt(variance) / sqrt(2));
}

double stats_mann_whitney(double *x, size_t n_x, double *y, size_t n_y)
{
	struct ranking r;

	if (!n_x || !n_y)
		return 1;
	qsort(x, n_x, sizeof(*x), compare_doubles);
	qsort(y, n_y, sizeof(*y), compare_doubles);
	rank(&r, x, n_x, y, n_y);
	return n_x <= MOST_EXACT && n_y <= MOST_EXACT ? exact(&r, n_x, n_x + n_y) : approximate(&r, n_x, n_y);
}

double stats_least_p(size_t n_x, size_t n_y)
{
	double choices = 1;

	for (size_t i = 1; i <= n_x; i++)
		choices *= (double)(n_y + i) / (double)i;
	return choices > 2 ? 2 / choices : 1;
}

static int compare_indexes(const void *a, const void *b, void *values)
{
	const double *p = values;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	if (p[x] != p[y])
		return p[x] < p[y] ? -1 : 1;
	return (x > y) - (x < y);
}

void stats_correct(double *p, size_t n, size_t *order)
{
	double least = 1;

	if (!n)
		return;
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, n, sizeof(*order), compare_indexes, p);
	for (size_t rank = n; rank > 0; rank--) {
		double corrected = p[order[rank - 1]] * (double)n / (double)rank;

		if (corrected < least)
			least = corrected;
		p[order[rank - 1]] = least;
	}
}

double stats_normal(double distance, double variance)
{
	if (variance > 0)
		return erfc(fabs(distance) / sqrt(variance) / sqrt(2));
	return distance == 0 ? 1 : 0;
}

double stats_deviation(const double *x, size_t n_x, size_t n)
{
	double mean = 0, sum = 0;

	if (n < 2)
		return 0;
	for (size_t i = 0; i < n_x; i++)
		mean += x[i] / (double)n;
	for (size_t i = 0; i < n_x; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	sum += (double)(n - n_x) * mean * mean;
	return sqrt(sum / (double)(n - 1));
}
