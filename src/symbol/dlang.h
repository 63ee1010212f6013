/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_DLANG_H
#define SYMBOL_DLANG_H

#include "symbol/demangle.h"

/* Starts like a linkage name of D: the module's name, or a number of underscores, follows its length. */
static inline bool dlang_name_is_likely(struct str name)
{
	return name.len > 3 && name.p[0] == '_' && name.p[1] == 'D' &&
	       ((name.p[2] >= '1' && name.p[2] <= '9') || str_starts(name, STR("_Dmain")));
}

/*
 * Adds to out what a linkage name of D stands for, in any mode but none, and returns true; false, with out as it was,
 * when it is none or one beyond the bounds. When memory runs out out is marked failed.
 */
bool dlang_name_add(struct buf *out, struct str name, enum demangle_mode mode);

#endif
