/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strtab.h"

#include <stdlib.h>

#include "assay/error.h"
#include "base/hash.h"

/* An id does not say which slot it stands in; the hash is taken again when the table grows, which is rare. */
static int grow(struct strtab *t)
{
	size_t n = t->n_slots ? 2 * t->n_slots : 256, mask = n - 1;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return ASSAY_ERR_NOMEM;
	for (size_t id = 0; id < t->strings.n; id++) {
		struct str s = t->strings.items[id];
		size_t i = hash_bytes(t->key, s.p, s.len) & mask;

		while (slots[i])
			i = (i + 1) & mask;
		slots[i] = (uint32_t)id + 1;
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n;
	return 0;
}

int strtab_init(struct strtab *t)
{
	uint32_t empty;
	int err;

	*t = (struct strtab){ .key = hash_key() };
	err = strtab_intern(t, STR(""), &empty);
	if (err)
		strtab_release(t);
	return err;
}

void strtab_release(struct strtab *t)
{
	arena_release(&t->text);
	vec_release(&t->strings);
	free(t->slots);
	*t = (struct strtab){ 0 };
}

static int add(struct strtab *t, struct str text, size_t slot, uint32_t *id)
{
	char *copy;

	if (t->strings.n >= STRTAB_MAX)
		return ASSAY_ERR_TOO_BIG;
	copy = arena_copy(&t->text, text.p, text.len);
	if (!copy || !vec_push(&t->strings, ((struct str){ copy, text.len })))
		return ASSAY_ERR_NOMEM;
	*id = (uint32_t)(t->strings.n - 1);
	t->slots[slot] = *id + 1;
	return 0;
}

/* The slot where text stands, or the empty one where it would. */
static size_t find_slot(const struct strtab *t, struct str text)
{
	size_t mask = t->n_slots - 1, i = hash_bytes(t->key, text.p, text.len) & mask;

	while (t->slots[i] && !str_equal(t->strings.items[t->slots[i] - 1], text))
		i = (i + 1) & mask;
	return i;
}

bool strtab_find(const struct strtab *t, struct str text, uint32_t *id)
{
	size_t slot = find_slot(t, text);

	if (t->slots[slot])
		*id = t->slots[slot] - 1;
	return t->slots[slot] != 0;
}

int strtab_intern(struct strtab *t, struct str text, uint32_t *id)
{
	size_t slot;

	if (t->strings.n >= t->n_slots / 2) {
		int err = grow(t);

		if (err)
			return err;
	}
	slot = find_slot(t, text);
	if (!t->slots[slot])
		return add(t, text, slot, id);
	*id = t->slots[slot] - 1;
	return 0;
}
