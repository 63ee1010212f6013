/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/idmap.h"

#include <stdlib.h>

#include "assay/error.h"
#include "base/hash.h"

struct idmap_slot {
	uint64_t id; /* 0 is empty */
	uint32_t index;
};

static uint64_t id_at(const uint64_t *ids, size_t stride, size_t i)
{
	return *(const uint64_t *)((const char *)ids + i * stride);
}

static bool is_identity(const uint64_t *ids, size_t stride, size_t n, uint64_t *largest)
{
	bool identity = true;

	*largest = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t id = id_at(ids, stride, i);

		identity &= id == i + 1;
		if (id > *largest)
			*largest = id;
	}
	return identity;
}

static int fault_at(struct idmap_fault *fault, size_t index, uint64_t id)
{
	*fault = (struct idmap_fault){ index, id };
	return ASSAY_ERR_FORMAT;
}

static int fill_table(struct idmap *m, const uint64_t *ids, size_t stride, struct idmap_fault *fault)
{
	for (uint64_t i = 0; i < m->table_len; i++)
		m->table[i] = PROFILE_NONE;
	for (size_t i = 0; i < m->n; i++) {
		uint64_t id = id_at(ids, stride, i);

		if (!id || m->table[id] != PROFILE_NONE)
			return fault_at(fault, i, id);
		m->table[id] = (uint32_t)i;
	}
	return 0;
}

static struct idmap_slot *find_slot(const struct idmap *m, uint64_t id)
{
	size_t mask = m->n_slots - 1, i = hash_u64(m->key, id) & mask;

	while (m->slots[i].id && m->slots[i].id != id)
		i = (i + 1) & mask;
	return &m->slots[i];
}

static int fill_slots(struct idmap *m, const uint64_t *ids, size_t stride, struct idmap_fault *fault)
{
	for (size_t i = 0; i < m->n; i++) {
		uint64_t id = id_at(ids, stride, i);
		struct idmap_slot *s = find_slot(m, id);

		if (!id || s->id)
			return fault_at(fault, i, id);
		*s = (struct idmap_slot){ id, (uint32_t)i };
	}
	return 0;
}

int idmap_build(struct idmap *m, const uint64_t *ids, size_t stride, size_t n, struct idmap_fault *fault)
{
	uint64_t largest;
	int err;

	*m = (struct idmap){ .n = n, .identity = is_identity(ids, stride, n, &largest) };
	if (m->identity)
		return 0;
	if (largest / 4 <= n + 256) {
		m->table_len = largest + 1;
		m->table = malloc(m->table_len * sizeof(*m->table));
		err = m->table ? fill_table(m, ids, stride, fault) : ASSAY_ERR_NOMEM;
	} else {
		m->key = hash_key();
		for (m->n_slots = 16; m->n_slots < 2 * n;)
			m->n_slots *= 2;
		m->slots = calloc(m->n_slots, sizeof(*m->slots));
		err = m->slots ? fill_slots(m, ids, stride, fault) : ASSAY_ERR_NOMEM;
	}
	if (err)
		idmap_release(m);
	return err;
}

void idmap_release(struct idmap *m)
{
	free(m->table);
	free(m->slots);
	*m = (struct idmap){ 0 };
}

uint32_t idmap_find_slow(const struct idmap *m, uint64_t id)
{
	const struct idmap_slot *s;

	if (m->table)
		return id < m->table_len ? m->table[id] : PROFILE_NONE;
	if (!id || !m->slots)
		return PROFILE_NONE;
	s = find_slot(m, id);
	return s->id ? s->index : PROFILE_NONE;
}
