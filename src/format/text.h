/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include <stdint.h>

#include "base/str.h"

/*
 * The pieces that readers of text formats have in common. A line ends at \n or at the end of the input; one \r before
 * that is not part of it.
 */
struct text {
	const char *p, *end;
	uint64_t number; /* of the line given last, from 1 */
};

static inline struct text text_of(const void *data, size_t len)
{
	return (struct text){ (const char *)data, (const char *)data + len, 0 };
}

/* The next line into *line; false at the end. */
bool text_next(struct text *t, struct str *line);

/* Without the blanks around it, as Unicode knows them. */
struct str text_trim(struct str s);

/*
 * Decimal digits, nothing else, without sign. Takes them from the front of *s. False, and *s untouched, when there are
 * none or their number does not fit.
 */
bool text_take_number(struct str *s, uint64_t *out);

/* The same for hexadecimal digits of either case, without prefix. */
bool text_take_hex(struct str *s, uint64_t *out);

#endif
