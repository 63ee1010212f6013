/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"

/* Small enough that a tiny profile costs little, large enough that a big one needs few blocks. */
#define BLOCK_SIZE ((size_t)64 << 10)

struct arena_block {
	struct arena_block *older;
	size_t size;
	alignas(max_align_t) char data[];
};

static size_t align_up(size_t n)
{
	return (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

static int add_block(struct arena *a, size_t size)
{
	struct arena_block *b;

	/* What is larger than a block gets one of its own, so that the rest of the current one is not wasted twice. */
	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return -1;
	b->size = size;
	b->older = a->blocks;
	a->blocks = b;
	a->next = b->data;
	a->end = b->data + size;
	return 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	char *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = align_up(size ? size : 1);
	if ((size_t)(a->end - a->next) < size && add_block(a, size) < 0)
		return NULL;
	p = a->next;
	a->next += size;
	return p;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (ckd_mul(&bytes, n, size))
		return NULL;
	p = arena_alloc(a, bytes);
	if (p)
		memset(p, 0, bytes);
	return p;
}

char *arena_copy(struct arena *a, const char *text, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (!p)
		return NULL;
	if (len)
		memcpy(p, text, len);
	p[len] = '\0';
	return p;
}

void arena_reset(struct arena *a)
{
	while (a->blocks && a->blocks->older) {
		struct arena_block *older = a->blocks->older;

		free(a->blocks);
		a->blocks = older;
	}
	if (a->blocks) {
		a->next = a->blocks->data;
		a->end = a->blocks->data + a->blocks->size;
	}
}

void arena_release(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *older = a->blocks->older;

		free(a->blocks);
		a->blocks = older;
	}
	*a = (struct arena)ARENA_INIT;
}
