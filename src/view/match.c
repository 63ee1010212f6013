/* SPDX-License-Identifier: Apache-2.0 */
#include "view/match.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"

enum { UNKNOWN, MATCHES, DIFFERS };

int match_init(struct match *m, const struct assay_profile *p, const char *option, struct str expression,
	struct regex_budget *budget, struct assay_diag *diag)
{
	struct assay_diag why;
	int err;

	*m = (struct match){ .profile = p, .budget = budget };
	if (!expression.len)
		return 0;
	err = regex_compile(&m->re, expression.p, expression.len, &why);
	if (err == ASSAY_ERR_ARGUMENT)
		return diag_set(diag, err, "parsing %s regexp: %s", option, why.text);
	m->verdicts = err ? NULL : calloc(p->strings.strings.n, 1);
	if (m->verdicts)
		return 0;
	match_release(m);
	return diag_nomem(diag, "a regular expression");
}

void match_release(struct match *m)
{
	regex_free(m->re);
	free(m->verdicts);
	*m = (struct match){ 0 };
}

bool match_string(struct match *m, uint32_t string)
{
	uint8_t *verdict;
	struct str s;
	bool found;

	if (!m->re || m->err)
		return false;
	verdict = &m->verdicts[string];
	if (*verdict == UNKNOWN) {
		s = profile_str(m->profile, string);
		m->err = regex_search(m->re, s.p, s.len, m->budget, &found);
		if (m->err)
			return false;
		*verdict = found ? MATCHES : DIFFERS;
	}
	return *verdict == MATCHES;
}

bool match_line(struct match *m, const struct line *line)
{
	const struct function *f = &m->profile->functions.items[line->function];

	return match_string(m, f->name) || match_string(m, f->file);
}
