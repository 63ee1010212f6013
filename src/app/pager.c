/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pager.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/child.h"
#include "app/output.h"
#include "app/terminal.h"

/* Ends at once where the text fits, passes colours on, leaves it on the screen, and scrolls sideways over long lines. */
#define PAGER_DEFAULT "less -FRXS"

/* What a shell says of a command that it does not find, or may not run. */
enum shell_status {
	SHELL_CANNOT_RUN = 126,
	SHELL_NOT_FOUND = 127,
};

/* Lines are what counts: one that is too long for the screen is the pager's to show, or the terminal's to wrap. */
static bool fits(struct str text, unsigned rows)
{
	size_t n = 0;

	for (const char *p = text.p, *end = text.p + text.len; n < rows && p < end; n++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline ? newline + 1 : end;
	}
	/* The last row is for the prompt of what comes next. */
	return n < rows;
}

/* Whoever sets it to nothing, or to cat, wants none. */
static const char *pager_command(void)
{
	const char *command = getenv("PAGER");

	if (!command)
		return PAGER_DEFAULT;
	return *command && strcmp(command, "cat") != 0 ? command : NULL;
}

int pager_print(struct str text, struct assay_diag *diag)
{
	const char *command = pager_command();
	unsigned rows, columns;
	int status, err;

	if (!command || !terminal_size(STDOUT_FILENO, &rows, &columns) || fits(text, rows))
		return output_print(text, diag);
	err = child_page(command, text, &status, diag);
	if (err)
		return output_print(text, diag);
	/* The shell has said already what is missing. */
	if (WIFEXITED(status) && (WEXITSTATUS(status) == SHELL_NOT_FOUND || WEXITSTATUS(status) == SHELL_CANNOT_RUN))
		return output_print(text, diag);
	return 0;
}
