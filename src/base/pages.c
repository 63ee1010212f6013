/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pages.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/parallel.h"

#define HUGE_PAGE ((size_t)2 << 20)

/* Starting a thread takes as long as clearing some dozens of pages. */
#define WORTH_WARMING ((size_t)8 << 20)

void *pages_alloc(size_t size)
{
	void *p;

	if (size < 2 * HUGE_PAGE || size > SIZE_MAX - HUGE_PAGE)
		return malloc(size ? size : 1);
	if (posix_memalign(&p, HUGE_PAGE, size) != 0)
		return NULL;
	/* Only advice: without huge pages all is as it was. The odd end stays small, so as not to cost memory. */
	madvise(p, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
	return p;
}

#ifdef MADV_POPULATE_WRITE
static void *warm(void *warmer)
{
	struct pages_warmer *w = warmer;

	while (w->at < w->end && !atomic_load_explicit(&w->stop, memory_order_relaxed)) {
		size_t n = w->end - w->at < HUGE_PAGE ? w->end - w->at : HUGE_PAGE;

		/* Systems before Linux 5.14 do not know it. */
		if (madvise((void *)w->at, n, MADV_POPULATE_WRITE) != 0)
			break;
		w->at += n;
	}
	return NULL;
}

void pages_warm(struct pages_warmer *w, void *block, size_t size)
{
	w->at = ((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
	w->end = ((uintptr_t)block + size) & ~(uintptr_t)(HUGE_PAGE - 1);
	atomic_init(&w->stop, false);
	/* With one processor, who fills the block would wait for the thread too. */
	w->started = size >= WORTH_WARMING && parallel_width() > 1 && pthread_create(&w->thread, NULL, warm, w) == 0;
}
#else
void pages_warm(struct pages_warmer *w, void *block, size_t size)
{
	(void)block;
	(void)size;
	w->started = false;
}
#endif

void pages_warm_end(struct pages_warmer *w)
{
	if (!w->started)
		return;
	atomic_store_explicit(&w->stop, true, memory_order_relaxed);
	pthread_join(w->thread, NULL);
	w->started = false;
}

/* Whole pages inside the block, so that nothing that others own is touched. */
static size_t give_back(void *block, size_t start, size_t end, size_t page)
{
	uintptr_t from = ((uintptr_t)block + start + page - 1) & ~(uintptr_t)(page - 1);
	uintptr_t to = ((uintptr_t)block + end) & ~(uintptr_t)(page - 1);

	/* Where the system will not have them back, that costs memory alone. */
	return to > from && madvise((void *)from, to - from, MADV_DONTNEED) == 0 ? (size_t)(to - (uintptr_t)block) : start;
}

void pages_forget(void *block, size_t *done, size_t end)
{
	/* No huge page is split. */
	*done = give_back(block, *done, end, HUGE_PAGE);
}

void pages_forget_end(void *block, size_t start, size_t end)
{
	give_back(block, start, end, (size_t)sysconf(_SC_PAGESIZE));
}
