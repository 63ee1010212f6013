/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run_cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ENTRIES 8
#define MOST_NODES ((size_t)1 << 20) /* in all, 64 MB; what is in use may be more */

struct entry {
	char *key; /* NULL for one that is free */
	size_t key_len;
	struct graph_counts counts;
	uint64_t used; /* when, by the cache's clock */
};

struct run_cache {
	struct entry entries[MOST_ENTRIES];
	uint64_t clock;
};

struct run_cache *run_cache_new(void)
{
	return calloc(1, sizeof(struct run_cache));
}

static void entry_release(struct entry *e)
{
	free(e->key);
	graph_counts_release(&e->counts);
	*e = (struct entry){ 0 };
}

void run_cache_free(struct run_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < MOST_ENTRIES; i++)
		entry_release(&c->entries[i]);
	free(c);
}

static size_t count_nodes(const struct run_cache *c)
{
	size_t n = 0;

	for (size_t i = 0; i < MOST_ENTRIES; i++)
		n += c->entries[i].counts.n;
	return n;
}

/* A free entry has never been used, so it is the first to be found. */
static struct entry *oldest(struct run_cache *c, bool in_use)
{
	struct entry *found = NULL;

	for (size_t i = 0; i < MOST_ENTRIES; i++) {
		struct entry *e = &c->entries[i];

		if ((!in_use || e->key) && (!found || e->used < found->used))
			found = e;
	}
	return found;
}

static struct entry *make_room(struct run_cache *c)
{
	while (count_nodes(c) > MOST_NODES)
		entry_release(oldest(c, true));
	return oldest(c, false);
}

struct graph_counts *run_cache_counts(struct run_cache *c, struct str key)
{
	struct entry *e = NULL;

	for (size_t i = 0; c && i < MOST_ENTRIES; i++)
		if (c->entries[i].key && str_equal((struct str){ c->entries[i].key, c->entries[i].key_len }, key))
			e = &c->entries[i];
	if (c && !e) {
		e = make_room(c);
		entry_release(e);
		e->key = malloc(key.len + 1);
		if (!e->key)
			return NULL;
		memcpy(e->key, key.p, key.len);
		e->key_len = key.len;
	}
	if (!e)
		return NULL;
	e->used = ++c->clock;
	return &e->counts;
}
