/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_MATCH_H
#define VIEW_MATCH_H

#include "base/regex.h"
#include "profile/model.h"

/*
 * A regular expression over the strings of a profile, run once per distinct string however often that is asked for.
 */
struct match {
	const struct assay_profile *profile;
	struct regex *re;  /* NULL: not set, nothing matches */
	uint8_t *verdicts; /* by string */
	struct regex_budget *budget;
	int err; /* the first failure; from then on nothing matches */
};

/* option names the expression in messages: "parsing focus regexp: ...". An empty expression leaves m unset. */
int match_init(struct match *m, const struct assay_profile *p, const char *option, struct str expression,
	struct regex_budget *budget, struct assay_diag *diag);
void match_release(struct match *m);

static inline bool match_is_set(const struct match *m)
{
	return m->re != NULL;
}

bool match_string(struct match *m, uint32_t string);

/* The line's function name or file. */
bool match_line(struct match *m, const struct line *line);

#endif
