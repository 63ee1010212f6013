/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_RUN_CACHE_H
#define APP_RUN_CACHE_H

#include "base/str.h"
#include "graph/graph.h"

/*
 * What was counted for earlier reports on one profile, for whoever asks again: a shell's next `top`, or `peek` after
 * `top`. An entry belongs to all that decides which samples and frames are counted and how, written as a text. What was
 * used longest ago goes first. A profile that is let go takes its cache along.
 */
struct run_cache;

/* NULL when memory runs out, and that is as good as any: functions take NULL for a cache that holds nothing. */
struct run_cache *run_cache_new(void);
void run_cache_free(struct run_cache *c);

/* The entry of a key, which lives until the next call; perhaps it is empty. NULL where there is none to be had. */
struct graph_counts *run_cache_counts(struct run_cache *c, struct str key);

#endif
