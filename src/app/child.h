/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include "assay/error.h"
#include "base/buf.h"

/*
 * Other programs. They are started with an argument list, never through a shell, only when the person asked for what
 * they do; their standard error is ours. The exception are commands that the person typed as such, which are for a shell
 * to understand: no other text may get there.
 */

/* Runs argv with input as its standard input and adds what it prints to out. diag->text is the reason alone. */
int child_filter(char *const *argv, struct str input, struct buf *out, struct assay_diag *diag);

/* Runs argv without input or output and waits for its end. *started tells a failing program from a missing one. */
int child_run(char *const *argv, bool *started, struct assay_diag *diag);

/* Runs what a person typed, by /bin/sh, with our input and output; the status is told if it is not 0. */
int child_shell(const char *command, struct assay_diag *diag);

/* The same with input as its standard input. It may end before it has read all of that. */
int child_pipe(const char *command, struct str input, struct assay_diag *diag);

#endif
