/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/editor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/interrupt.h"
#include "app/message.h"
#include "app/output.h"
#include "app/terminal.h"
#include "base/diag.h"
#include "repl/history.h"
#include "repl/lineedit.h"

struct editor {
	struct repl_terminal terminal;
	struct lineedit *lineedit; /* NULL: lines as the terminal gives them */
	struct repl_history history;
	FILE *out; /* where the person looks */
};

/* Where standard output goes elsewhere, the prompt still has to be seen. */
static FILE *find_out(void)
{
	return isatty(STDOUT_FILENO) ? stdout : stderr;
}

/* 1 for a line, 0 at the end of input, -1 after ^C. */
static int read_plain(struct editor *e, const char *prompt, struct buf *line)
{
	int c;

	fputs(prompt, e->out);
	fflush(e->out);
	while ((c = getchar()) != EOF && c != '\n')
		buf_add_char(line, (char)c);
	if (c == EOF && ferror(stdin) && errno == EINTR) {
		clearerr(stdin);
		return -1;
	}
	return line->len || c == '\n';
}

static int read_once(struct editor *e, struct repl *repl, const char *prompt, struct buf *line)
{
	return e->lineedit ? lineedit_read(e->lineedit, repl, prompt, line) : read_plain(e, prompt, line);
}

static void remember(struct editor *e, const struct buf *line)
{
	struct assay_diag diag;

	/* What cannot be written once is not tried at each line. */
	if (repl_history_add(&e->history, buf_str(line), &diag) < 0) {
		message(diag.text);
		buf_reset(&e->history.path);
	}
	if (e->lineedit)
		lineedit_set_history(e->lineedit, (const char *const *)e->history.lines.items, e->history.lines.n);
}

static int read_line(void *data, struct repl *repl, const char *prompt, struct buf *line, struct assay_diag *diag)
{
	struct editor *e = data;
	int got;

	interrupt_catch(false);
	while ((got = read_once(e, repl, prompt, line)) < 0) {
		buf_reset(line);
		fputs("^C\n", e->out);
		interrupt_catch(false);
	}
	if (line->failed)
		return diag_nomem(diag, "a line");
	if (!got)
		fputc('\n', e->out);
	fflush(e->out);
	if (got)
		remember(e, line);
	return got;
}

static void begin(void *data)
{
	(void)data;
	interrupt_catch(isatty(STDERR_FILENO));
}

/* What comes before the next prompt is there still belongs to the command. */
static void end(void *data)
{
	(void)data;
}

static int show(void *data, const struct assay_options *options, struct str text, struct assay_diag *diag)
{
	(void)data;
	if (isatty(STDOUT_FILENO))
		return output_text(options, text, diag);
	message_text(text);
	return 0;
}

struct editor *editor_new(void)
{
	struct editor *e = calloc(1, sizeof(*e));
	struct assay_diag diag;

	if (!e)
		return NULL;
	e->terminal = (struct repl_terminal){ e, read_line, begin, end, &interrupt_flag, show };
	e->out = find_out();
	if (repl_history_open(&e->history, &diag) < 0)
		message(diag.text);
	/* A terminal that cannot move its cursor is one of an editor, which edits lines itself. */
	if (!terminal_is_dumb())
		e->lineedit = lineedit_new(e->out);
	if (e->lineedit)
		lineedit_set_history(e->lineedit, (const char *const *)e->history.lines.items, e->history.lines.n);
	return e;
}

void editor_free(struct editor *e)
{
	if (!e)
		return;
	lineedit_free(e->lineedit);
	repl_history_release(&e->history);
	free(e);
}

const struct repl_terminal *editor_terminal(struct editor *e)
{
	return &e->terminal;
}
