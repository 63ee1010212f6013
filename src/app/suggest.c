/* SPDX-License-Identifier: Apache-2.0 */
#include "app/suggest.h"

#include <stddef.h>
#include <string.h>

#include "app/options.h"
#include "report/report.h"

#define NAME_MAX_LEN 40

/*
 * Letters to insert, remove or change to come from a to b; two that changed places count as one change, the commonest
 * slip of all.
 */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t d[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[n][m];
}

void nearest_consider(struct nearest *n, const char *name)
{
	size_t d = distance(n->typed, name);

	if (d < n->distance) {
		n->distance = d;
		n->name = name;
	}
}

/* A slip for every three letters: "tpo" is near to "top", "sort" is not to "dot". */
struct nearest nearest_to(const char *typed)
{
	return (struct nearest){ typed, NULL, strlen(typed) / 3 + 1 };
}

static void consider_reports(struct nearest *n)
{
	for (const struct report *r = reports; r->name; r++)
		if (r->run)
			nearest_consider(n, r->name);
}

const char *suggest_flag(const char *typed)
{
	struct nearest n = nearest_to(typed);

	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (!options[id].refusal)
			nearest_consider(&n, options[id].name);
	consider_reports(&n);
	return n.name;
}

const char *suggest_report(const char *typed)
{
	struct nearest n = nearest_to(typed);

	consider_reports(&n);
	return n.name;
}
