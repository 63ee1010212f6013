/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/*
 * Growing arrays. `VEC(int) v = { 0 };` then vec_push(&v, 3) or vec_reserve(&v, n); false when memory runs out, with
 * the array as it was. Large arrays grow through realloc(), which moves pages, not bytes.
 */
#define VEC(type)            \
	struct {             \
		type *items; \
		size_t n;    \
		size_t cap;  \
	}

bool vec_grow(void **items, size_t *cap, size_t want, size_t item_size);

/* Room for `more` items behind the last one. */
#define vec_reserve(v, more)                                                     \
	((more) <= (v)->cap - (v)->n ||                                          \
		((more) <= SIZE_MAX - (v)->n &&                                  \
			vec_grow((void **)&(v)->items, &(v)->cap, (v)->n + (more), \
				sizeof(*(v)->items))))

#define vec_push(v, item) (vec_reserve(v, (size_t)1) && ((v)->items[(v)->n++] = (item), true))

#define vec_release(v)            \
	do {                      \
		free((v)->items); \
		(v)->items = NULL; \
		(v)->n = (v)->cap = 0; \
	} while (0)

#endif
