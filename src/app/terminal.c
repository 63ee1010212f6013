/* SPDX-License-Identifier: Apache-2.0 */
#include "app/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The usual keys again, the usual screen, a visible cursor, plain letters: harmless where nothing was wrong. */
#define TIDY "\033[?1l\033>\033[?1047l\033[?25h\033[0m"

bool terminal_is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

bool terminal_size(int fd, unsigned *rows, unsigned *columns)
{
	struct winsize size;

	if (!isatty(fd) || tcgetpgrp(fd) != getpgrp() || ioctl(fd, TIOCGWINSZ, &size) < 0)
		return false;
	*rows = size.ws_row;
	*columns = size.ws_col;
	return size.ws_row && size.ws_col;
}

bool terminal_has_colours(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(fd) && !(no_color && *no_color) && !terminal_is_dumb();
}

void terminal_keep(struct terminal_state *state)
{
	static const int places[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };

	state->fd = -1;
	for (size_t i = 0; state->fd < 0 && i < sizeof(places) / sizeof(places[0]); i++)
		if (isatty(places[i]) && tcgetattr(places[i], &state->modes) == 0)
			state->fd = places[i];
}

void terminal_restore(const struct terminal_state *state, bool crashed)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	if (state->fd < 0)
		return;
	/* Whoever had it may have left it to a process group that is gone, and then this would stop us. */
	sigaction(SIGTTOU, &ignore, &before);
	tcsetattr(state->fd, TCSADRAIN, &state->modes);
	sigaction(SIGTTOU, &before, NULL);
	if (crashed && isatty(STDOUT_FILENO) && !terminal_is_dumb() && write(STDOUT_FILENO, TIDY, sizeof(TIDY) - 1) < 0)
		return;
}
