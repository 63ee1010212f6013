/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_STRTAB_H
#define BASE_STRTAB_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

/*
 * Interned strings: equal texts get equal ids, so the rest of the program compares numbers. Id 0 is "". Texts live as
 * long as the table and have a NUL behind them.
 */
struct strtab {
	struct arena text;
	VEC(struct str) strings;
	uint32_t *slots; /* id + 1, 0 is empty; n_slots is a power of two */
	size_t n_slots;
	uint64_t key;
};

/* Ids fit the 30 bits that a label has for them. */
#define STRTAB_MAX ((size_t)1 << 30)

int strtab_init(struct strtab *t);
void strtab_release(struct strtab *t);

/* 0 or ASSAY_ERR_NOMEM, ASSAY_ERR_TOO_BIG. */
int strtab_intern(struct strtab *t, struct str text, uint32_t *id);

/* The id of a text that may not be there; false when it is not. */
bool strtab_find(const struct strtab *t, struct str text, uint32_t *id);

static inline struct str strtab_get(const struct strtab *t, uint32_t id)
{
	return t->strings.items[id];
}

#endif
