/* SPDX-License-Identifier: Apache-2.0 */
#include "app/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/progress.h"
#include "base/buf.h"

static bool wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDERR_FILENO) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

void message(const char *text)
{
	bool colour = wants_colour();
	struct buf b = BUF_INIT;

	if (colour)
		buf_add_str(&b, STR("\033[0;31m"));
	buf_add_safe(&b, str_of(text));
	buf_add_char(&b, '\n');
	if (colour)
		buf_add_str(&b, STR("\033[0m"));
	progress_hide();
	/* In one write, so that lines of several processes do not mix. */
	if (b.failed)
		fputs("assay: out of memory\n", stderr);
	else
		fwrite(b.data, 1, b.len, stderr);
	buf_release(&b);
}

void messagef(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	message(b.failed || !b.data ? "assay: out of memory" : b.data);
	buf_release(&b);
}

void message_text(struct str text)
{
	progress_hide();
	fwrite(text.p, 1, text.len, stderr);
}
