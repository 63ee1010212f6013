/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_ANSWERS_H
#define SYMBOL_ANSWERS_H

#include "base/strtab.h"
#include "symbol/binary.h"

/*
 * The frames of many addresses of one binary. Large sets are cut into two, for two workers. Where the debug information
 * is too much for a worker the symbol table is asked for what is left.
 */
struct answer_frame {
	uint32_t name, file; /* strings of the answers */
	int64_t line, column, start_line;
};

struct answer {
	uint32_t first, n; /* of the frames, innermost first */
	bool from_symbols;
};

struct answers {
	struct strtab strings;
	VEC(struct answer_frame) frames;
	struct object_frame *read; /* room to read frames into */
};

int answers_init(struct answers *a);
void answers_release(struct answers *a);

/* What is asked of one binary. */
struct inquiry {
	struct binary *binary;
	VEC(uint64_t) addresses; /* of the file, ascending and different */
	struct answer *answers;  /* by address, once asked */
	bool fell_back;          /* some by symbol table alone: why says what happened before */
	struct assay_diag why;   /* what made it end early; code 0 when nothing did */
	char flaw[256];
};

/*
 * Asks all of n inquiries at once. What cannot be answered has no frames. Fails only when memory runs out or somebody
 * wants no more.
 */
int answers_ask(struct answers *a, struct inquiry *inquiries, size_t n, bool symbols_only, struct workers *w,
	struct assay_diag *diag);

#endif
