/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_LINKAGE_H
#define SYMBOL_LINKAGE_H

#include "symbol/demangle.h"
#include "symbol/dlang.h"

/* Starts like a linkage name of C++, Rust or D, so that it is worth the trouble of reading it. */
static inline bool linkage_name_is_likely(struct str name)
{
	return name.len > 2 && name.p[0] == '_' &&
	       (name.p[1] == 'Z' || name.p[1] == 'R' || str_starts(name, STR("_GLOBAL_")) ||
		       dlang_name_is_likely(name));
}

/*
 * Adds to out what a linkage name stands for, in any mode but none, and returns true; false, with out as it was, when
 * it is no linkage name, one beyond the bounds, or of a language that this build does not know. When memory runs out out is marked failed.
 */
bool linkage_name_add(struct buf *out, struct str name, enum demangle_mode mode);

#endif
