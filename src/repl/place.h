/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_PLACE_H
#define REPL_PLACE_H

#include "repl/lexer.h"
#include "repl/variables.h"

/* Where in a line the cursor is, as far as it tells what may stand there. */

enum place_kind {
	PLACE_NOTHING,
	PLACE_START, /* what a line starts with: commands, reports, options, sample types */
	PLACE_NAMES, /* the same but for sample types: behind help */
	PLACE_VIEWS,
	PLACE_FILES,
	PLACE_FUNCTIONS, /* in an expression */
	PLACE_KEYS,      /* of labels */
	PLACE_LABELS,    /* key, or key=value */
	PLACE_VALUE,     /* of an option that has only some */
	PLACE_SAMPLE_TYPES,
};

struct place {
	enum place_kind kind;
	size_t from;      /* where in the line stands what is completed */
	struct str typed; /* of it, without quote and dash */
	struct str line;
	bool at_start;            /* from is where a word starts, so that quotes may be put around it */
	char quote;               /* that was opened, or 0; stands at from, if at_start */
	bool dash;                /* a dash follows: an expression to ignore */
	struct variable variable; /* for PLACE_VALUE */
	const char *label_key;    /* for PLACE_LABELS behind `key=`: where that starts, or NULL */
	size_t label_key_len;
};

/* line ends where the cursor is. */
struct place place_of(struct str line);

#endif
