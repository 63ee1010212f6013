/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-complete PROFILE LINE...: how long the shell takes to say what may stand at the end of each line, in
 * milliseconds; the median of many times, the longest, and how many candidates there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "assay/report.h"
#include "repl/complete.h"
#include "repl/session.h"

#define TIMES 51

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static void measure(struct repl *r, const char *line)
{
	double took[TIMES];
	size_t n = 0;

	for (int i = 0; i < TIMES; i++) {
		double start = now();
		struct completion c;

		if (complete(r, str_of(line), strlen(line), &c) < 0)
			exit(1);
		took[i] = now() - start;
		n = c.candidates.n;
		completion_release(&c);
	}
	qsort(took, TIMES, sizeof(took[0]), by_value);
	printf("%-24s %8.2f ms, at most %.2f ms, %zu candidates\n", line, took[TIMES / 2], took[TIMES - 1], n);
}

int main(int argc, char **argv)
{
	struct assay_options *options = assay_options_new();
	struct assay_ctx ctx = { .bytes_left = assay_default_max_size() };
	const char *source = argc > 1 ? argv[1] : "";
	struct repl_setup setup = { .sources = &source, .n_sources = 1, .options = options, .ctx = &ctx };
	struct assay_diag diag;
	struct repl r;

	setup.load = (struct load_options){ .executable = "", .build_id = "", .comment = "" };
	if (argc < 3 || !options || session_init(&r, &setup, &diag) < 0) {
		fputs("usage: bench-complete PROFILE LINE...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		measure(&r, argv[i]);
	session_release(&r);
	assay_options_free(options);
	return 0;
}
