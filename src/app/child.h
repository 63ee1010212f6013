/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include <sys/types.h>

#include "assay/error.h"
#include "base/buf.h"

/*
 * Other programs. They are started with an argument list, never through a shell, only when the person asked for what
 * they do; their standard error is ours.
 */

/* Runs argv with input as its standard input and adds what it prints to out. diag->text is the reason alone. */
int child_filter(char *const *argv, struct str input, struct buf *out, struct assay_diag *diag);

/*
 * Starts the program at path with a socket as its standard input and nothing of our environment but where its libraries
 * are. Whatever it says beside the socket is not heard.
 */
int child_start(pid_t *pid, const char *path, int socket, struct assay_diag *diag);

/* Ends it, and waits. why is how it had ended by itself, "signal 11"; it is left alone when it had not. May be NULL. */
void child_stop(pid_t pid, char *why, size_t size);

/* Runs argv without input or output and waits for its end. *started tells a failing program from a missing one. */
int child_run(char *const *argv, bool *started, struct assay_diag *diag);

#endif
