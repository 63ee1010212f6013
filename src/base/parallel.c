/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

size_t parallel_width(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n < 1 ? 1 : n > PARALLEL_MAX ? PARALLEL_MAX : (size_t)n;
}

struct share {
	void (*work)(void *);
	void *argument;
};

static void *start(void *share)
{
	const struct share *s = share;

	s->work(s->argument);
	return NULL;
}

void parallel_run(void (*work)(void *), void *arguments, size_t size, size_t n)
{
	struct share shares[PARALLEL_MAX];
	pthread_t threads[PARALLEL_MAX];
	bool started[PARALLEL_MAX];

	for (size_t i = 1; i < n; i++) {
		shares[i] = (struct share){ work, (char *)arguments + i * size };
		started[i] = pthread_create(&threads[i], NULL, start, &shares[i]) == 0;
	}
	/* The first share is the caller's, and so are those for which there was no thread. */
	if (n)
		work(arguments);
	for (size_t i = 1; i < n; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		else
			work(shares[i].argument);
	}
}
