/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_STATS_H
#define COMPARE_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* The statistics behind a comparison of runs; nothing here knows of profiles. */

/*
 * The Mann-Whitney U test: how probable it is that two samples of one distribution differ in rank at least as much as
 * x and y do, in either direction. Exact where that is not too much work, ties included; else by the normal
 * approximation with the correction for ties. 1 where a side is empty. Both arrays are sorted by it.
 */
double stats_mann_whitney(double *x, size_t n_x, double *y, size_t n_y);

/* The least that stats_mann_whitney() can say of sides of that size: 2 / (n_x + n_y choose n_x). */
double stats_least_p(size_t n_x, size_t n_y);

/*
 * Benjamini and Hochberg's correction for many tests: makes of each p the least rate of false alarms at which it would
 * be told. order is room for n numbers.
 */
void stats_correct(double *p, size_t n, size_t *order);

/* How probable a difference at least this far from 0 is, in either direction, where it has a normal distribution. */
double stats_normal(double distance, double variance);

/* The sample standard deviation of n numbers, of which those behind the first n_x are 0; 0 for fewer than two. */
double stats_deviation(const double *x, size_t n_x, size_t n);

#endif
