/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PAIRS_H
#define BASE_PAIRS_H

#include <stdint.h>

#include "base/vec.h"

/* Pairs of numbers, each with the index under which it was first added: 0, 1, 2, ... */
struct pair {
	uint32_t a, b;
};

struct pairs {
	VEC(struct pair) items;
	uint32_t *slots; /* index + 1, 0 is empty; n_slots is a power of two */
	size_t n_slots;
	uint64_t key;
};

/* The index of a pair, which is added when it is new: then it is the number of pairs before. false: out of memory. */
bool pairs_add(struct pairs *p, uint32_t a, uint32_t b, uint32_t *index);
void pairs_release(struct pairs *p);

#endif
