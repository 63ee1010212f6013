/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_HISTORY_H
#define REPL_HISTORY_H

#include "assay/error.h"
#include "base/buf.h"
#include "base/vec.h"

/*
 * The lines that were typed, in this session and earlier ones. A line that is typed again moves to the end, and the
 * oldest go beyond REPL_HISTORY_MAX. They are kept in $XDG_STATE_HOME/assay/history, a line each, for nobody else to read.
 * Several shells may write it: each adds its line to what it finds there.
 */
#define REPL_HISTORY_MAX 2000

struct repl_history {
	VEC(char *) lines; /* oldest first */
	struct buf path;   /* empty: they are kept for this session alone */
};

/* Reads what is there. On failure the lines are none and will not be kept, and h serves all the same. */
int repl_history_open(struct repl_history *h, struct assay_diag *diag);
void repl_history_release(struct repl_history *h);

/* On failure, which says why the file cannot be written, the line is there for this session. */
int repl_history_add(struct repl_history *h, struct str line, struct assay_diag *diag);

#endif
