/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_COMMAND_H
#define REPL_COMMAND_H

#include "app/suggest.h"
#include "repl/lexer.h"
#include "repl/session.h"

/*
 * What a line may start with besides a report or an option. The commands are rows of one table, from which help,
 * completion and the manual are made; reports and options have tables of their own.
 */

/* What the words behind a command are, for completion. */
enum command_words {
	WORDS_NONE,
	WORDS_FILES,
	WORDS_NAMES, /* of commands, reports and options */
	WORDS_VIEWS, /* names of saved sets of options */
	WORDS_SHELL,
};

struct command {
	const char *name;
	const char *also;  /* other names, with blanks between them, or NULL */
	const char *usage; /* what stands behind the name, or "" */
	const char *help;  /* one line, without a full stop */
	enum command_words words;

	/*
	 * rest is what stands behind the name. When it fails diag->text is the message; it is empty where all has been
	 * said already.
	 */
	int (*run)(struct repl *r, struct str rest, struct assay_diag *diag);
};

/* In alphabetical order, and one without a name at the end. */
extern const struct command commands[];

/* By any of its names; NULL when there is none. */
const struct command *command_find(struct str name);

/* Does what a line says. A failure has been told; it is counted in the session and ends nothing. */
int command_run(struct repl *r, struct str line);

/* Runs a report: the words behind its name, of which `number` comes first where it is not empty (top10). */
int report_command_run(
	struct repl *r, const struct report *report, struct str number, struct str rest, struct assay_diag *diag);

/* Looks at the names of all commands, reports and options for the nearest one. */
void command_consider_all(struct nearest *near);

/* The texts of `help`, `help NAME` and `options`. */
void listing_add_help(struct buf *out);
bool listing_add_help_on(struct buf *out, struct str name);

/* Saved sets of options: `save`, `load`, `views`. */
int views_save(struct repl *r, struct str rest, struct assay_diag *diag);
int views_load(struct repl *r, struct str rest, struct assay_diag *diag);
int views_list(struct repl *r, struct str rest, struct assay_diag *diag);

#endif
