/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_EDITOR_H
#define REPL_EDITOR_H

#include "repl/repl.h"

/*
 * Lines that a person types at a terminal: with libedit, which edits them, remembers them and completes at Tab; or
 * without it, as the terminal gives them. There is one at a time.
 */
struct editor;

/* NULL when memory runs out. */
struct editor *editor_new(void);
void editor_free(struct editor *e);

/* As a session wants it; lives as long as the editor. */
const struct repl_terminal *editor_terminal(struct editor *e);

#endif
