/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_CANDIDATES_H
#define REPL_CANDIDATES_H

#include "base/buf.h"

struct candidates {
	const struct str *names;
	size_t n;
	bool more; /* there are others, not counted in n */
};

/*
 * Adds the names below one another, in as many columns as the width has room for, escaped where they must be. Of what
 * takes more than so many rows the start is shown, and a line that says how much is missing.
 */
void candidates_add(struct buf *out, const struct candidates *c, unsigned rows, unsigned width);

#endif
