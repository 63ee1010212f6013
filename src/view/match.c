/* SPDX-License-Identifier: Apache-2.0 */
#include "view/match.h"

#include <stdlib.h>

#include "base/diag.h"
#include "profile/prune.h"

enum { UNKNOWN, MATCHES, DIFFERS };

int match_init(struct match *m, const struct view *v, const char *option, struct str expression,
	struct regex_budget *budget, struct assay_diag *diag)
{
	struct assay_diag why;
	int err;

	*m = (struct match){ .view = v, .budget = budget };
	if (!expression.len)
		return 0;
	err = regex_compile(&m->re, expression.p, expression.len, &why);
	if (err == ASSAY_ERR_ARGUMENT)
		return diag_set(diag, err, "parsing %s regexp: %s", option, why.text);
	m->verdicts = err ? NULL : calloc(v->n_strings, 1);
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
		s = view_str(m->view, string);
		if (m->simple_names)
			s = prune_simple_name(s);
		m->err = regex_search(m->re, s.p, s.len, m->budget, &found);
		if (m->err)
			return false;
		*verdict = found ? MATCHES : DIFFERS;
	}
	return *verdict == MATCHES;
}

bool match_line(struct match *m, const struct line *line)
{
	const struct function *f = &m->view->functions[line->function];

	return match_string(m, f->name) || match_string(m, f->file);
}

bool match_mapping(struct match *m, const struct location *l)
{
	return l->mapping != PROFILE_NONE && match_string(m, profile_mapping_file(m->view->profile, l));
}

int match_failed(const struct match *m, struct assay_diag *diag)
{
	if (m->err == ASSAY_ERR_NOMEM)
		return diag_nomem(diag, "a regular expression");
	if (m->err == ASSAY_ERR_CANCELED)
		return diag_set(diag, m->err, "canceled");
	return diag_set(diag, m->err, "a regular expression takes too long to match; simplify it");
}
