/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERRUPT_H
#define APP_INTERRUPT_H

#include <stdbool.h>

/*
 * ^C, and the other signals that ask a program to end. A command of the command line ends by them, as anyone expects
 * who looks at its status, but takes with it the files that it has not finished. A shell catches ^C while it runs a
 * command, and the long loops see it in the flag.
 */

/* Once, at the start. A signal that was ignored stays so. */
void interrupt_init(void);

/*
 * From now on ^C sets the flag alone, which is reset. The terminal shows ^C where the cursor is; new_line goes on to the
 * next line, for what is said about it.
 */
void interrupt_catch(bool new_line);
extern volatile int interrupt_flag;

/* A file that shall not outlive this process, until it is kept or unlinked. path is copied; NULL is allowed. */
void interrupt_guard(const char *path);
void interrupt_unguard(const char *path);

#endif
