/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_MATCH_H
#define VIEW_MATCH_H

#include "base/regex.h"
#include "view/view.h"

/*
 * A regular expression over the strings of a view, run once per distinct string however often that is asked for.
 */
struct match {
	const struct view *view;
	struct regex *re;  /* NULL: not set, nothing matches */
	uint8_t *verdicts; /* by string */
	struct regex_budget *budget;
	bool simple_names; /* compare function names as pruning does, see prune_simple_name() */
	int err;           /* the first failure; from then on nothing matches */
};

/* option names the expression in messages: "parsing focus regexp: ...". An empty expression leaves m unset. */
int match_init(struct match *m, const struct view *v, const char *option, struct str expression,
	struct regex_budget *budget, struct assay_diag *diag);
void match_release(struct match *m);

static inline bool match_is_set(const struct match *m)
{
	return m->re != NULL;
}

bool match_string(struct match *m, uint32_t string);

/* The line's function name or file. */
bool match_line(struct match *m, const struct line *line);

/* The file of the location's mapping; a location without a mapping is in no file, not in one named "". */
bool match_mapping(struct match *m, const struct location *l);

/* What to tell when m->err is set. */
int match_failed(const struct match *m, struct assay_diag *diag);

#endif
