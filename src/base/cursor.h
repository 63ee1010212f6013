/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdint.h>
#include <stddef.h>

#include "assay/error.h"

/*
 * A bounded view of input. After the first failure every read gives nothing and err stays, so that a decoder may read
 * a whole record and test once.
 */
struct cursor {
	const uint8_t *p, *end;
	int err;
};

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline const uint8_t *cursor_take(struct cursor *c, uint64_t n)
{
	if (!c->err && n > cursor_left(c))
		c->err = ASSAY_ERR_TRUNCATED;
	if (c->err)
		return NULL;
	c->p += n;
	return c->p - n;
}

/*
 * A base-128 varint of at most ten bytes; what the tenth holds above bit 63 is dropped, as protocol buffers do.
 * ASSAY_ERR_FORMAT when it is longer, ASSAY_ERR_TRUNCATED when the input ends in it.
 */
static inline uint64_t cursor_varint(struct cursor *c)
{
	uint64_t v = 0;

	if (c->err)
		return 0;
	/* Most numbers are small. */
	if (c->p != c->end && *c->p < 0x80)
		return *c->p++;
	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte;

		if (c->p == c->end) {
			c->err = ASSAY_ERR_TRUNCATED;
			return 0;
		}
		byte = *c->p++;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	c->err = ASSAY_ERR_FORMAT;
	return 0;
}

#endif
