/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pairs.h"

#include "base/hash.h"

static size_t first_slot(const struct pairs *p, uint32_t a, uint32_t b)
{
	return hash_u64(p->key, (uint64_t)a << 32 | b) & (p->n_slots - 1);
}

static bool grow(struct pairs *p)
{
	size_t n = p->n_slots ? 2 * p->n_slots : 256;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	free(p->slots);
	p->slots = slots;
	p->n_slots = n;
	p->key = hash_key();
	for (size_t k = 0; k < p->items.n; k++) {
		size_t i = first_slot(p, p->items.items[k].a, p->items.items[k].b);

		while (slots[i])
			i = (i + 1) & (n - 1);
		slots[i] = (uint32_t)k + 1;
	}
	return true;
}

bool pairs_add(struct pairs *p, uint32_t a, uint32_t b, uint32_t *index)
{
	size_t i;

	if (p->items.n >= p->n_slots / 2 && !grow(p))
		return false;
	for (i = first_slot(p, a, b); p->slots[i]; i = (i + 1) & (p->n_slots - 1)) {
		const struct pair *at = &p->items.items[p->slots[i] - 1];

		if (at->a == a && at->b == b) {
			*index = p->slots[i] - 1;
			return true;
		}
	}
	if (!vec_push(&p->items, ((struct pair){ a, b })))
		return false;
	*index = (uint32_t)p->items.n - 1;
	p->slots[i] = *index + 1;
	return true;
}

void pairs_release(struct pairs *p)
{
	vec_release(&p->items);
	free(p->slots);
	*p = (struct pairs){ 0 };
}
