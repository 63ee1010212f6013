/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_WIRE_H
#define FORMAT_WIRE_H

#include <stdbool.h>

#include "base/cursor.h"

/*
 * The wire format of protocol buffers: a message is a row of fields, each a tag (field number << 3 | wire type) and a
 * value whose length the wire type tells.
 */

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5,
	/* 3 and 4 were groups, 6 and 7 were never given out: all four are errors. */
};

#define WIRE_TAG(number, type) ((uint64_t)(number) << 3 | (type))

struct wire_field {
	uint64_t tag;
	uint64_t value;      /* of a varint */
	const uint8_t *data; /* of WIRE_BYTES and WIRE_FIXED64 */
	size_t len;
	const uint8_t *start; /* of the field, for messages about it */
};

/* What made wire_next() fail. */
static inline const char *wire_fault(const struct cursor *c, const struct wire_field *f)
{
	if (c->err == ASSAY_ERR_TRUNCATED)
		return "goes beyond the end of what holds it";
	return (f->tag & 7) == 0 || (f->tag & 7) == 2 ? "a varint of over ten bytes" : "a wire type that does not exist";
}

/* The next field into *f; false at the end, or when c->err was set: f->start is then where the fault is. */
static inline bool wire_next(struct cursor *c, struct wire_field *f)
{
	*f = (struct wire_field){ .start = c->p };
	if (c->err || c->p == c->end)
		return false;
	f->tag = cursor_varint(c);
	switch (f->tag & 7) {
	case WIRE_VARINT:
		f->value = cursor_varint(c);
		break;
	case WIRE_FIXED64:
		f->data = cursor_take(c, 8);
		f->len = 8;
		break;
	case WIRE_BYTES:
		f->value = cursor_varint(c);
		f->data = cursor_take(c, f->value);
		f->len = (size_t)f->value;
		break;
	case WIRE_FIXED32:
		cursor_take(c, 4);
		break;
	default:
		if (!c->err)
			c->err = ASSAY_ERR_FORMAT;
	}
	return !c->err;
}

/*
 * The numbers of a message that has nothing but fields 1 .. n, each a varint, into values[1 .. n]; of several under one
 * number the last counts. false for anything else, sound or not, with values in any state.
 */
static inline bool wire_numbers(const uint8_t *data, size_t len, uint64_t *values, unsigned n)
{
	struct cursor c = { data, data + len, 0 };

	while (!c.err && c.p < c.end) {
		uint64_t tag = cursor_varint(&c);

		if ((tag & 7) != WIRE_VARINT || tag >> 3 > n || !(tag >> 3))
			return false;
		values[tag >> 3] = cursor_varint(&c);
	}
	return !c.err;
}

#endif
