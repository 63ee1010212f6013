/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_RENAME_H
#define COMPARE_RENAME_H

#include <stdint.h>

#include "assay/error.h"
#include "base/buf.h"
#include "base/strtab.h"
#include "base/vec.h"

/*
 * Names that a compiler changes from build to build for a function that stayed what it was:
 *
 *     parse.isra.0  parse.part.3  parse.cold  parse.constprop.1  parse.llvm.123     gcc's and clang's clones of parse
 *     sort[go.shape.int_0]                                                          Go's shapes of sort[...]
 *     main.run.func2                                                                the only closure of main.run
 *
 * Two names are the same function where exactly one on each side is left without a partner under such a name.
 */

/*
 * sides says by string id which side has a row of that name: 1 the old one, 2 the new one, 3 both, 0 neither. *out,
 * which the caller frees, says for a name with 1 or 2 what the other side calls it, 0 where nothing is certain.
 */
int rename_match(const struct strtab *strings, const uint8_t *sides, uint32_t **out);

/* Which of the names have become others, to say so where they are printed. */
struct renames {
	struct strtab names;
	VEC(uint32_t) old; /* by name: what it was, 0 for what it is */
};

int renames_init(struct renames *r);
void renames_release(struct renames *r);
int renames_add(struct renames *r, struct str now, struct str was);

/* "" for a name that has not changed. */
struct str renames_was(const struct renames *r, struct str now);

/* The name without what a clone adds, and with [...] for a shape. */
void rename_add_plain(struct buf *out, struct str name);

/* The same, but what is a clone stays one of its kind: parse.part.3 becomes parse.part. */
void rename_add_numberless(struct buf *out, struct str name);

/* The name with the number of its last closure left out, into *out; false when it is no closure's. */
bool rename_add_closure(struct buf *out, struct str name);

#endif
