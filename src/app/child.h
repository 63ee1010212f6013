/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include "assay/error.h"
#include "base/buf.h"

/*
 * Other programs. They are started only when the person asked for what they do, with an argument list; a shell sees
 * nothing but text that the person typed, in a command or in $PAGER. Their standard error is ours.
 */

/* Runs argv with input as its standard input and adds what it prints to out. diag->text is the reason alone. */
int child_filter(char *const *argv, struct str input, struct buf *out, struct assay_diag *diag);

/* Runs argv without input or output and waits for its end. *started tells a failing program from a missing one. */
int child_run(char *const *argv, bool *started, struct assay_diag *diag);

/*
 * Runs a command line in the shell, with input as its standard input (ours for NULL) and our output as its own, and
 * waits for its end; *status is what waitpid() says. Whether it wants all of the input is its own affair. The keyboard
 * is its own meanwhile: ^C ends the command, if anything, and the terminal is afterwards as it was before.
 */
int child_shell(const char *command, const struct str *input, int *status, struct assay_diag *diag);

#endif
