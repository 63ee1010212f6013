/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_TERMINAL_H
#define APP_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

/* What is at the other end of a descriptor, when a person sits there. */

/* A terminal with rows and columns, and this process in its foreground: what is printed there is read there. */
bool terminal_size(int fd, unsigned *rows, unsigned *columns);

/* One that takes text and nothing else, or of which nothing is known. */
bool terminal_is_dumb(void);

/* A terminal that can show colours, and nobody said that there shall be none. */
bool terminal_has_colours(int fd);

/* How a terminal's keyboard works, to be kept while another program has it. */
struct terminal_state {
	int fd; /* -1: there is no terminal */
	struct termios modes;
};

void terminal_keep(struct terminal_state *state);

/* crashed: whoever had the terminal could not tidy up, so that its screen and cursor keys are brought back as well. */
void terminal_restore(const struct terminal_state *state, bool crashed);

#endif
