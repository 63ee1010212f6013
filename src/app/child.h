/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include <sys/types.h>

#include "assay/error.h"
#include "base/buf.h"

/*
 * Other programs. They are started only when the person asked for what they do, with an argument list; a shell sees
 * nothing but text that the person typed, in a command or in $PAGER. Their standard error is ours.
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

/*
 * What a person typed, by /bin/sh, with our output. The keyboard is its own meanwhile: ^C ends the command, if anything,
 * and the terminal is afterwards as it was before.
 */

/* With our input, unless that is a script that we are reading; the status is told if it is not 0. */
int child_shell(const char *command, struct assay_diag *diag);

/* With input as its standard input. It may end before it has read all of that. */
int child_pipe(const char *command, struct str input, struct assay_diag *diag);

/* The same for a pager, which may end in any way; *status is what waitpid() says. */
int child_page(const char *command, struct str input, int *status, struct assay_diag *diag);

#endif
