/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_STACK_COLUMN_H
#define PROFILE_STACK_COLUMN_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The stacks of all samples, one behind the other: location indexes of `width` bytes each. Stacks are most of what a
 * large profile takes, and few profiles have so many locations that an index needs four bytes. A column that is built
 * by vec_push() has four, which builder_init() sets, and `items` then; only who reads a file whose locations are all
 * known writes it narrower.
 */
struct stack_column {
	union {
		uint32_t *items; /* where width is 4 */
		uint8_t *bytes;
	};
	size_t n, cap; /* in indexes; of four bytes where width is 4 */
	unsigned width; /* 2, 3 or 4 */
};

/* A stack, or part of one: n indexes. */
struct stack {
	const uint8_t *bytes;
	size_t n;
	unsigned width;
};

static inline unsigned stack_width(size_t n_locations)
{
	return n_locations <= 1 << 16 ? 2 : n_locations <= 1 << 24 ? 3 : 4;
}

static inline struct stack stack_column_part(const struct stack_column *c, size_t from, size_t n)
{
	return (struct stack){ c->bytes + from * c->width, n, c->width };
}

static inline uint32_t stack_at(const struct stack *s, size_t i)
{
	const uint8_t *p = s->bytes + i * s->width;
	uint32_t four;
	uint16_t two;

	switch (s->width) {
	case 2:
		memcpy(&two, p, sizeof(two));
		return two;
	case 3:
		return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
	}
	memcpy(&four, p, sizeof(four));
	return four;
}

static inline uint32_t stack_column_at(const struct stack_column *c, size_t i)
{
	struct stack all = { c->bytes, c->n, c->width };

	return stack_at(&all, i);
}

/*
 * Loops over all stacks take them in blocks, so that how wide an index is gets asked for once a block: the indexes from
 * `from` on, at most STACK_BLOCK, go into `to`; returns how many.
 */
#define STACK_BLOCK 256

static inline size_t stack_block(const struct stack *s, size_t from, uint32_t *to)
{
	size_t n = s->n - from < STACK_BLOCK ? s->n - from : STACK_BLOCK;
	const uint8_t *p = s->bytes + from * s->width;

	if (s->width == 4) {
		memcpy(to, p, n * sizeof(*to));
	} else if (s->width == 2) {
		for (size_t i = 0; i < n; i++) {
			uint16_t low;

			memcpy(&low, p + 2 * i, sizeof(low));
			to[i] = low;
		}
	} else if (n) {
		/* Four bytes at once, of which one is the next index's; behind the last there may be nothing. */
		for (size_t i = 0; i + 1 < n; i++) {
			uint32_t four;

			memcpy(&four, p + 3 * i, sizeof(four));
			to[i] = le32toh(four) & 0xffffff;
		}
		to[n - 1] = stack_at(s, from + n - 1);
	}
	return n;
}

/* Whether one of the stack's locations has one of the bits in flags, which are by location. */
static inline bool stack_meets(const struct stack *s, const uint8_t *flags, uint8_t bits)
{
	uint32_t locations[STACK_BLOCK];

	for (size_t from = 0, n; from < s->n; from += n) {
		n = stack_block(s, from, locations);
		for (size_t i = 0; i < n; i++)
			if (flags[locations[i]] & bits)
				return true;
	}
	return false;
}

/* Writes indexes at `to`, which need width bytes each and are written nowhere else. */
static inline void stack_write(uint8_t *to, unsigned width, const uint32_t *from, size_t n)
{
	if (width == 4) {
		memcpy(to, from, n * sizeof(*from));
	} else if (width == 2) {
		for (size_t i = 0; i < n; i++) {
			uint16_t low = (uint16_t)from[i];

			memcpy(to + 2 * i, &low, sizeof(low));
		}
	} else if (n) {
		uint32_t last = htole32(from[n - 1]);

		for (size_t i = 0; i + 1 < n; i++) {
			uint32_t four = htole32(from[i]);

			memcpy(to + 3 * i, &four, sizeof(four));
		}
		memcpy(to + 3 * (n - 1), &last, 3);
	}
}

#endif
