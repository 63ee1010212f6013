/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Units of values, and how numbers are printed in them. Three families convert within themselves: memory (B, kB, ...),
 * time (ns ... hrs) and GCU. Every other unit is a word that is printed behind the number.
 */

struct scaled {
	double value;
	struct str unit; /* static text, or the unit that was asked for */
};

/* value from one unit to another; "auto" and "minimum" choose the largest unit that leaves at least 1. */
struct scaled units_scale(int64_t value, struct str from, struct str to);

/* The text of value in a unit: two decimals, or none when they are zero; a bare 0 when it rounds to that. */
void units_add_label(struct buf *out, int64_t value, struct str from, struct str to);

bool units_is_time(struct str unit);

/* Both in one family, or the same word. */
bool units_same_family(struct str a, struct str b);

/* A share that is in percent already. */
void units_add_share(struct buf *out, double percent);

/* |value / total| in percent, at least six characters wide: "79.59%", "  100%", "0.043%". */
void units_add_percent(struct buf *out, int64_t value, int64_t total);

#endif
