/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_COMPLETE_H
#define REPL_COMPLETE_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

struct repl;

/*
 * What may stand where the cursor is, by the place in the line: commands and options at its start, then what the
 * command takes (functions, options, names of saved sets, files), behind `option=` its choices, sample types, functions,
 * label keys and values, behind `>` files. No terminal is touched and nothing is printed.
 *
 * The candidates replace the bytes from `from` up to the cursor, each of them whole: they repeat what was typed of the
 * word, or else (functions that have the word somewhere in their name) stand in its place. They are in the order in
 * which they should be shown, without duplicates, and their bytes are fit for the line as they are. When there is one
 * candidate, `behind` follows it: a blank, '=', '/' or, for 0, nothing.
 *
 * With several candidates an editor puts `common`, the longest start that they share, in place of the word if that is
 * more than what was typed. COMPLETE_MAX bounds the list; `more` says that there are others.
 */
#define COMPLETE_MAX 2000

struct completion {
	size_t from;
	VEC(struct str) candidates;
	struct str common;
	char behind;
	bool more;
	struct arena arena; /* of the texts */
};

/* 0, or ASSAY_ERR_NOMEM with nothing to release. The cursor is a byte in or at the end of line. */
int complete(struct repl *repl, struct str line, size_t cursor, struct completion *c);
void completion_release(struct completion *c);

#endif
