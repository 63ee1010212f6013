/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_IDMAP_H
#define PROFILE_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/model.h"

/*
 * From the ids of a file to indexes. Writers number objects 1, 2, 3 ..., so most maps are the identity and need no
 * memory; ids that leave few gaps get a plain table; the rest, up to ids of 64 bits, a hash table.
 */
struct idmap {
	size_t n;           /* objects, as given to idmap_build() */
	bool identity;      /* id i is index i - 1 */
	uint32_t *table;    /* index by id, PROFILE_NONE in gaps */
	uint64_t table_len;
	struct idmap_slot *slots;
	size_t n_slots; /* a power of two */
	uint64_t key;
};

/* Where an id stands when idmap_build() finds a fault: it is 0, or the id of an earlier object too. */
struct idmap_fault {
	size_t index;
	uint64_t id;
};

/*
 * ids[i * stride bytes] is the id of object i. ASSAY_ERR_FORMAT for an id that is 0 or stands twice, with *fault set,
 * ASSAY_ERR_NOMEM.
 */
int idmap_build(struct idmap *m, const uint64_t *ids, size_t stride, size_t n, struct idmap_fault *fault);
void idmap_release(struct idmap *m);

uint32_t idmap_find_slow(const struct idmap *m, uint64_t id);

/* The index, or PROFILE_NONE. */
static inline uint32_t idmap_find(const struct idmap *m, uint64_t id)
{
	if (m->identity)
		return id - 1 < m->n ? (uint32_t)(id - 1) : PROFILE_NONE;
	return idmap_find_slow(m, id);
}

#endif
