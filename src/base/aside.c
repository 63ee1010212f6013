/* SPDX-License-Identifier: Apache-2.0 */
#include "base/aside.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_NS (10 * 1000 * 1000)

/* Shared by both threads; whoever leaves last takes it away. */
struct aside {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void (*work)(void *job);
	void (*drop)(void *job);
	void *job;
	bool done, abandoned;
};

static void release(struct aside *a)
{
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static void *run(void *data)
{
	struct aside *a = data;
	bool abandoned;

	a->work(a->job);
	pthread_mutex_lock(&a->lock);
	a->done = true;
	abandoned = a->abandoned;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	if (abandoned) {
		a->drop(a->job);
		release(a);
	}
	return NULL;
}

static void wait_a_little(struct aside *a)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&a->changed, &a->lock, &until);
}

/* Whether it was done, or else left to itself. */
static bool wait_for(struct aside *a, const struct assay_ctx *ctx)
{
	bool done;

	pthread_mutex_lock(&a->lock);
	while (!a->done && !ctx_canceled(ctx))
		wait_a_little(a);
	done = a->done;
	a->abandoned = !done;
	pthread_mutex_unlock(&a->lock);
	return done;
}

static struct aside *start(void (*work)(void *job), void (*drop)(void *job), void *job, pthread_t *thread)
{
	struct aside *a = malloc(sizeof(*a));

	if (!a)
		return NULL;
	*a = (struct aside){ .work = work, .drop = drop, .job = job };
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	if (pthread_create(thread, NULL, run, a) == 0)
		return a;
	release(a);
	return NULL;
}

bool aside_run(void (*work)(void *job), void (*drop)(void *job), void *job, const struct assay_ctx *ctx)
{
	pthread_t thread;
	struct aside *a = ctx && ctx->cancel ? start(work, drop, job, &thread) : NULL;

	if (!a) {
		work(job);
		return true;
	}
	if (!wait_for(a, ctx)) {
		pthread_detach(thread);
		return false;
	}
	pthread_join(thread, NULL);
	release(a);
	return true;
}
