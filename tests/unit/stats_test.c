/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/stats.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define EXPECT_NEAR(got, want, within) cr_expect(fabs((got) - (want)) <= (within), "%g, not %g", (got), (double)(want))

/* The p of R's wilcox.test(exact = TRUE), where there are no ties, and of a full count of the permutations, where there are. */
Test(stats, mann_whitney_is_exact_for_few_values)
{
	static const struct {
		double x[6], y[6];
		size_t n_x, n_y;
		double p;
	} cases[] = {
		{ { 1, 2, 3 }, { 4, 5, 6 }, 3, 3, 2.0 / 20 },
		{ { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, 4, 4, 2.0 / 70 },
		{ { 1, 2, 3, 4, 5 }, { 6, 7, 8, 9, 10 }, 5, 5, 2.0 / 252 },
		{ { 1, 3, 5 }, { 2, 4, 6 }, 3, 3, 14.0 / 20 },
		{ { 1, 3 }, { 2, 4 }, 2, 2, 4.0 / 6 },
		{ { 7, 7, 7 }, { 7, 7, 7 }, 3, 3, 1 },
		{ { 1, 1 }, { 1, 2 }, 2, 2, 1 },
		{ { 1, 1, 2 }, { 2, 3, 3 }, 3, 3, 4.0 / 20 },
		{ { 5 }, { 1 }, 1, 1, 1 },
		{ { 5 }, { 0 }, 1, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double x[6], y[6];

		memcpy(x, cases[i].x, sizeof(x));
		memcpy(y, cases[i].y, sizeof(y));
		EXPECT_NEAR(stats_mann_whitney(x, cases[i].n_x, y, cases[i].n_y), cases[i].p, 1e-12);
	}
}

Test(stats, mann_whitney_approximates_what_it_does_not_count)
{
	double x[30], y[30];

	for (int i = 0; i < 30; i++) {
		x[i] = i;
		y[i] = i + 0.5;
	}
	/* R: wilcox.test(0:29, 0:29 + 0.5, exact = FALSE) */
	EXPECT_NEAR(stats_mann_whitney(x, 30, y, 30), 0.8302, 0.0005);
	for (int i = 0; i < 30; i++)
		y[i] = i + 40;
	cr_expect_lt(stats_mann_whitney(x, 30, y, 30), 1e-10);
}

Test(stats, least_p_is_reached_by_sides_that_do_not_overlap)
{
	double x[] = { 1, 2, 3, 4 }, y[] = { 5, 6, 7 };

	EXPECT_NEAR(stats_least_p(4, 3), 2.0 / 35, 1e-12);
	EXPECT_NEAR(stats_mann_whitney(x, 4, y, 3), stats_least_p(4, 3), 1e-12);
	EXPECT_NEAR(stats_least_p(1, 1), 1, 0);
}

/* R: p.adjust(c(0.01, 0.04, 0.03, 0.5, 0.02), "BH") */
Test(stats, correction_is_benjamini_and_hochbergs)
{
	double p[] = { 0.01, 0.04, 0.03, 0.5, 0.02 };
	static const double want[] = { 0.05, 0.05, 0.05, 0.5, 0.05 };
	size_t order[5];

	stats_correct(p, 5, order);
	for (int i = 0; i < 5; i++)
		EXPECT_NEAR(p[i], want[i], 1e-12);
}

Test(stats, normal_is_two_sided)
{
	EXPECT_NEAR(stats_normal(1.959964, 1), 0.05, 1e-6);
	EXPECT_NEAR(stats_normal(-1.959964 * 3, 9), 0.05, 1e-6);
	EXPECT_NEAR(stats_normal(0, 0), 1, 0);
	EXPECT_NEAR(stats_normal(1, 0), 0, 0);
}

/* A generator of our own, so that the figures are the same everywhere. */
static double draw(uint64_t *state)
{
	double sum = 0;

	for (int i = 0; i < 12; i++) {
		*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		sum += (double)(*state >> 11) / 9007199254740992.0;
	}
	return sum - 6;
}

/* 60 rows a round, run to run 5 % apart; of the rows, n_changed are shift slower on the new side. */
static size_t count_alarms(uint64_t *state, size_t n_changed, double shift, size_t *found)
{
	enum { ROWS = 60, RUNS = 8 };
	double p[ROWS];
	size_t order[ROWS], alarms = 0;

	for (size_t row = 0; row < ROWS; row++) {
		double x[RUNS], y[RUNS];

		for (int i = 0; i < RUNS; i++) {
			x[i] = 100 + 5 * draw(state);
			y[i] = (100 + 5 * draw(state)) * (row < n_changed ? shift : 1);
		}
		p[row] = stats_mann_whitney(x, RUNS, y, RUNS);
	}
	stats_correct(p, ROWS, order);
	for (size_t row = 0; row < ROWS; row++) {
		if (p[row] > 0.05)
			continue;
		if (row < n_changed)
			++*found;
		else
			alarms++;
	}
	return alarms;
}

Test(stats, equal_sides_raise_no_more_false_alarms_than_alpha)
{
	uint64_t state = 1;
	size_t rounds_with_alarm = 0, found = 0;

	for (int round = 0; round < 400; round++)
		rounds_with_alarm += count_alarms(&state, 0, 1, &found) > 0;
	/* Expected at most 20 of 400; 35 would be over three standard deviations more. */
	cr_expect_leq(rounds_with_alarm, 35, "%zu of 400", rounds_with_alarm);
}

Test(stats, changes_of_a_fifth_are_found_with_eight_runs)
{
	uint64_t state = 2;
	size_t found = 0, alarms = 0;

	for (int round = 0; round < 100; round++)
		alarms += count_alarms(&state, 6, 1.2, &found);
	cr_expect_geq(found, 540, "%zu of 600", found);
	/* Of all that is told, at most a twentieth is false, or little more by chance. */
	cr_expect_leq(alarms, (found + alarms) / 20 + 20, "%zu of %zu", alarms, found + alarms);
}
