/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include "assay/error.h"
#include "base/buf.h"

/*
 * Other programs. They are started with an argument list, never through a shell, only when the person asked for what
 * they do; their standard error is ours.
 */

/* Runs argv with input as its standard input and adds what it prints to out. diag->text is the reason alone. */
int child_filter(char *const *argv, struct str input, struct buf *out, struct assay_diag *diag);

/* Runs argv without input or output and waits for its end. *started tells a failing program from a missing one. */
int child_run(char *const *argv, bool *started, struct assay_diag *diag);

#endif
