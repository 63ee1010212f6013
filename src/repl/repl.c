/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/repl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "base/diag.h"
#include "repl/command.h"

#define PROMPT "(pprof) "

/* Whether there is more to do. */
static bool goes_on(const struct repl *r)
{
	return !r->leaving && !((r->n_failed || r->n_broken) && r->setup->stop_at_error);
}

static void run(struct repl *r, struct str line)
{
	const struct repl_terminal *t = r->setup->terminal;

	if (t && t->begin)
		t->begin(t->data);
	command_run(r, line);
	if (t && t->end)
		t->end(t->data);
}

static void run_script(struct repl *r, const char *script)
{
	struct lexer l = lexer_of(str_of(script));
	struct str command;

	while (goes_on(r) && lexer_command(&l, &command))
		run(r, command);
}

/* 1 for a line, 0 at the end. A last line without newline is one. */
static int read_line(struct repl *r, struct buf *line, struct assay_diag *diag)
{
	const struct repl_terminal *t = r->setup->terminal;
	int c;

	if (t)
		return t->read_line(t->data, r, PROMPT, line, diag);
	while ((c = getchar()) != EOF && c != '\n')
		buf_add_char(line, (char)c);
	if (ferror(stdin))
		return diag_set(diag, ASSAY_ERR_IO, "standard input cannot be read");
	return line->len || c == '\n';
}

static int run_input(struct repl *r)
{
	struct buf line = BUF_INIT;
	struct assay_diag diag = { 0 };
	int got = 1;

	while (got > 0 && goes_on(r)) {
		buf_reset(&line);
		got = read_line(r, &line, &diag);
		if (got > 0 && line.failed)
			got = diag_nomem(&diag, "a line");
		if (got > 0)
			run(r, buf_str(&line));
	}
	buf_release(&line);
	if (got < 0)
		message(diag.text);
	return got < 0 ? got : 0;
}

int repl_run(const struct repl_setup *setup)
{
	struct assay_diag diag = { 0 };
	struct repl r;
	int err = session_init(&r, setup, &diag);

	if (err) {
		if (*diag.text)
			messagef("assay: %s", diag.text);
		return err;
	}
	if (setup->terminal && !setup->script) {
		session_greet(&r);
		message_text(STR("Entering interactive mode (type \"help\" for commands, \"o\" for options)\n"));
	}
	if (setup->script)
		run_script(&r, setup->script);
	else
		err = run_input(&r);
	if (!err && (r.n_failed || (r.ctx.n_flaws && option_on(setup->options, OPT_STRICT))))
		err = REPL_FAILED;
	else if (!err && r.n_broken)
		err = REPL_BROKEN;
	session_release(&r);
	return err;
}
