/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_LINEEDIT_H
#define REPL_LINEEDIT_H

#include <stdio.h>

#include "base/buf.h"

struct repl;

/*
 * libedit, which no other file knows: keys as of emacs or vi, as ~/.editrc says; ^R searches what was typed before; Tab
 * completes. In a build without it there is none, and lineedit_new() returns NULL, as it does where memory runs out.
 */
struct lineedit;

struct lineedit *lineedit_new(FILE *out);
void lineedit_free(struct lineedit *l);

/* Adds what was typed to line. 1, 0 at the end of input, -1 when a signal came in between. */
int lineedit_read(struct lineedit *l, struct repl *repl, const char *prompt, struct buf *line);

/* What there is to search, oldest first. */
void lineedit_set_history(struct lineedit *l, const char *const *lines, size_t n);

/* The library behind it, for --version: "libedit 3.1", or NULL. */
const char *lineedit_backend(void);

#endif
