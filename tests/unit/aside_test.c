/* SPDX-License-Identifier: Apache-2.0 */
#include "base/aside.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sort.h"

static volatile int cancel;
static atomic_int dropped;

static void add_one(void *job)
{
	++*(int *)job;
}

static void wait_long(void *job)
{
	usleep(300000);
	add_one(job);
}

static void drop(void *job)
{
	free(job);
	dropped++;
}

Test(aside, work_that_nobody_cancels_is_done)
{
	struct assay_ctx ctx = { .cancel = &cancel };
	int job = 0;

	cr_expect(aside_run(add_one, drop, &job, NULL));
	cr_expect(aside_run(add_one, drop, &job, &(struct assay_ctx){ 0 }));
	cr_expect(aside_run(wait_long, drop, &job, &ctx));
	cr_expect_eq(job, 3);
	cr_expect_eq(dropped, 0);
}

Test(aside, canceled_work_goes_on_alone_and_its_job_is_dropped_at_the_end)
{
	struct assay_ctx ctx = { .cancel = &cancel };
	int *job = calloc(1, sizeof(*job));

	cr_assert(job);
	cancel = 1;
	cr_expect_not(aside_run(wait_long, drop, job, &ctx));
	cr_expect_eq(dropped, 0);
	for (int i = 0; i < 500 && !dropped; i++)
		usleep(10000);
	cr_expect_eq(dropped, 1);
}

static int compare(const void *a, const void *b, void *data)
{
	int x = *(const int *)a, y = *(const int *)b;

	++*(int *)data;
	return (x > y) - (x < y);
}

Test(sort, sorts_and_ends_soon_when_it_is_canceled)
{
	struct assay_ctx ctx = { .cancel = &cancel };
	int items[1000], n_compared = 0;

	for (int i = 0; i < 1000; i++)
		items[i] = (i * 7919) % 1000;
	sort_items(items, 1000, sizeof(items[0]), compare, &n_compared, &ctx);
	for (int i = 0; i < 1000; i++)
		cr_expect_eq(items[i], i);
	cancel = 1;
	n_compared = 0;
	sort_items(items, 1000, sizeof(items[0]), compare, &n_compared, &ctx);
	cr_expect_eq(n_compared, 0);
	sort_items(NULL, 0, sizeof(items[0]), compare, &n_compared, NULL);
}
