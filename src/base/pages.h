/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Blocks of many megabytes, which are written once from end to end: in huge pages where the system has them, since a
 * fault for each small one costs more than what is then done with it. Freed with free(), and resized with realloc().
 */
void *pages_alloc(size_t size);

/*
 * Has a thread of its own touch a new block from end to end, so that who fills it at the same time does not wait for the
 * system to clear each page. Nothing is read or written by that, and where it cannot be done nothing is. The block must
 * stay until pages_warm_end().
 */
struct pages_warmer {
	pthread_t thread;
	bool started;
	uintptr_t at, end;
	atomic_bool stop;
};

void pages_warm(struct pages_warmer *w, void *block, size_t size);
void pages_warm_end(struct pages_warmer *w);

/* The bytes from start up to end, where the block ends, will not be read again. */
void pages_forget_end(void *block, size_t start, size_t end);

/* The block's bytes from *done up to end will not be read again; *done moves on over what was given back. */
void pages_forget(void *block, size_t *done, size_t end);

#endif
