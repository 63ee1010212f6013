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
 * known writes it narrower, and leaves room for one byte behind the last index.
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

/* The index at p; of three bytes a fourth is read along with them. */
static inline uint32_t stack_index(const uint8_t *p, unsigned width)
{
	uint32_t four;
	uint16_t two;

	if (width == 2) {
		memcpy(&two, p, sizeof(two));
		return two;
	}
	memcpy(&four, p, sizeof(four));
	return width == 3 ? le32toh(four) & 0xffffff : four;
}

static inline uint32_t stack_at(const struct stack *s, size_t i)
{
	return stack_index(s->bytes + i * s->width, s->width);
}

static inline uint32_t stack_column_at(const struct stack_column *c, size_t i)
{
	struct stack all = { c->bytes, c->n, c->width };

	return stack_at(&all, i);
}

/*
 * Loops over all stacks are compiled for each width: `loop` is a call of an inline function, which gets the width as its
 * argument `width` and reads with stack_index().
 */
#define STACK_FOR_WIDTH(stack, loop)             \
	do {                                     \
		if ((stack)->width == 3) {       \
			enum { width = 3 };      \
			loop;                    \
		} else if ((stack)->width == 2) { \
			enum { width = 2 };      \
			loop;                    \
		} else {                         \
			enum { width = 4 };      \
			loop;                    \
		}                                \
	} while (0)

static inline __attribute__((always_inline)) bool stack_meets_in(
	const struct stack *s, const uint8_t *flags, uint8_t bits, unsigned width)
{
	for (size_t i = 0; i < s->n; i++)
		if (flags[stack_index(s->bytes + i * width, width)] & bits)
			return true;
	return false;
}

/* Whether one of the stack's locations has one of the bits in flags, which are by location. */
static inline bool stack_meets(const struct stack *s, const uint8_t *flags, uint8_t bits)
{
	STACK_FOR_WIDTH(s, return stack_meets_in(s, flags, bits, width));
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
