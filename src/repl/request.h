/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_REQUEST_H
#define REPL_REQUEST_H

#include "repl/command.h"

/* A line that asks for a report: what its words change for this once, and where the text goes. */
struct request {
	const struct report *report;
	struct lexer words;
	struct buf argument, focus, ignore, file, command;
	bool has_argument, has_file, has_command, append;
	bool has_count, cum;
	int64_t count;
};

/* `>`, `>>` with the file behind it, or `|`. */
int request_take_output(struct request *q, const struct word *word, struct assay_diag *diag);

/* `5` or `-cum`; false for any other word. */
bool request_take_number(struct request *q, struct str word, int *err, struct assay_diag *diag);

/* Options of the session become those of this request. */
int request_apply(struct assay_options *o, const struct request *q, struct assay_diag *diag);

/* Puts the text where the words, or the option output, say. */
int request_print(struct repl *r, const struct request *q, const struct assay_options *o, struct str text,
	struct assay_diag *diag);

/* The same for a report that compares, from its words to its text. */
int compare_command_run(struct repl *r, struct request *q, struct str rest, struct assay_diag *diag);

#endif
