/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that is given back all at once. Allocations are aligned for any type and live until arena_release(); there is
 * no way to free one. NULL when memory runs out; the arena stays usable.
 */
struct arena {
	struct arena_block *blocks; /* newest first */
	char *next, *end;           /* free part of the newest block */
};

#define ARENA_INIT { 0 }

void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t n, size_t size);

/* A copy of len bytes with a NUL behind them. */
char *arena_copy(struct arena *a, const char *text, size_t len);

/* Everything allocated so far is gone; one block is kept for what comes next. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif
