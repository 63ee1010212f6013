/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_REPL_H
#define REPL_REPL_H

#include "app/options.h"
#include "app/request.h"
#include "base/buf.h"

/*
 * The shell: it holds a profile, takes a line, does what the line says, and takes the next one. The same code runs a
 * script (standard input that is no terminal, or -x); what a terminal adds comes in through struct repl_terminal, so that
 * nothing else here knows of one.
 *
 * Text of reports goes to standard output, all else (greeting, help, options, messages) to standard error.
 */

struct repl;

/*
 * The terminal side: line editing, history, interruption. All functions get data; NULL in place of a function means
 * that it is not needed. They are called from one thread, in this order: read_line, begin, end, read_line ...
 */
struct repl_terminal {
	void *data;

	/*
	 * Lets the person type a line and puts it into *line, which was empty, without its newline. 1 when there is a
	 * line, 0 at the end of input (^D on an empty line), or a negative error. ^C drops what was typed and asks
	 * again, without returning. For completion it calls complete() in complete.h with repl. What was returned is
	 * already in the history.
	 */
	int (*read_line)(void *data, struct repl *repl, const char *prompt, struct buf *line, struct assay_diag *diag);

	/*
	 * Around each command. In between ^C sets what *cancel points to, and shall not end the process; begin() resets
	 * it. The session gives the pointer to its struct assay_ctx. Children are started in between, too.
	 */
	void (*begin)(void *data);
	void (*end)(void *data);
	const volatile int *cancel;

	/*
	 * Long text that is no report (help, options): as output_report() shows reports that are longer than the
	 * screen. Without it the text goes to standard error.
	 */
	int (*show)(void *data, const struct assay_options *options, struct str text, struct assay_diag *diag);
};

/* What the command line says about the session. Everything must live as long as the session. */
struct repl_setup {
	const char *const *sources;
	size_t n_sources;
	struct load_options load;
	const struct assay_options *options; /* settled; base, diff_base and normalize among them */
	struct assay_ctx *ctx;
	const char *script;                   /* of -x, instead of input; NULL for none */
	bool stop_at_error;                   /* -e */
	const struct repl_terminal *terminal; /* or NULL: standard input, without prompt and greeting */
};

enum {
	REPL_BROKEN = 1, /* a rule of check is broken */
	REPL_FAILED = 2, /* a command failed */
};

/* Reads the profile and runs the session. 0 when all went well, one of the above, or a negative error that was told. */
int repl_run(const struct repl_setup *setup);

#endif
