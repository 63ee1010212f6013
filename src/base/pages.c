/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

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

void pages_forget(void *block, size_t *done, size_t end)
{
	/* Whole huge pages inside the block, so that none is split and nothing that others own is touched. */
	uintptr_t from = ((uintptr_t)block + *done + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
	uintptr_t to = ((uintptr_t)block + end) & ~(uintptr_t)(HUGE_PAGE - 1);

	/* Where the system will not have them back, that costs memory alone. */
	if (to > from && madvise((void *)from, to - from, MADV_DONTNEED) == 0)
		*done = (size_t)(to - (uintptr_t)block);
}
