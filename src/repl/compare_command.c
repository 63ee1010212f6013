/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports that compare: `diff OLD`, `check RULE`. What the shell holds is NEW; OLD is what is named, or else the base.
 * Each side is read from its files, run by run, as on the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "base/diag.h"
#include "repl/request.h"

/*
 * A rule looks like a line of its own, with blanks, < and > in it: all of the line is taken as one. Rules between quotes
 * are words like others, so that there may be several, and > behind them.
 */
static int take_rules(struct request *q, struct str rest, struct assay_options *o, struct assay_diag *diag)
{
	struct lexer l = lexer_of(rest);
	struct word word;
	bool quoted = lexer_word(&l, &word) && word.kind == WORD_QUOTED;
	struct buf rules = BUF_INIT;
	int err = 0;

	if (!quoted)
		buf_add_str(&rules, lexer_trim(rest));
	q->words = lexer_of(quoted ? rest : STR(""));
	while (!err && lexer_word(&q->words, &word)) {
		if (word.kind == WORD_QUOTED)
			buf_addf(&rules, "%s%.*s", rules.len ? "\n" : "", (int)word.text.len, word.text.p);
		else if (word.kind == WORD_PLAIN)
			err = diag_set(diag, ASSAY_ERR_ARGUMENT,
				"%.*s: each rule stands between quotes, or one alone without", (int)word.text.len,
				word.text.p);
		else
			err = request_take_output(q, &word, diag);
	}
	/* What is typed stands for itself: rules of the command line are not meant then. */
	if (!err && rules.len) {
		free(o->values[OPT_ASSERT].text);
		o->values[OPT_ASSERT].text = strdup(rules.failed ? "" : rules.data);
		o->given[OPT_ASSERT] = true;
		if (!o->values[OPT_ASSERT].text || rules.failed || options_parse(o, OPT_BUDGET, "", NULL) < 0)
			err = diag_nomem(diag, "rules");
	}
	buf_release(&rules);
	return err;
}

static int take_files(struct request *q, struct str rest, struct str_list *files, struct assay_diag *diag)
{
	struct word word;
	int err = 0;

	q->words = lexer_of(rest);
	while (!err && lexer_word(&q->words, &word)) {
		if (word.kind == WORD_PIPE || word.kind == WORD_TO_FILE || word.kind == WORD_APPEND)
			err = request_take_output(q, &word, diag);
		else if (word.kind == WORD_PLAIN && request_take_number(q, word.text, &err, diag))
			continue;
		else if (!str_list_add(files, word.text))
			err = diag_nomem(diag, "files");
	}
	return err;
}

static int run(struct repl *r, struct request *q, const struct str_list *old, const struct assay_options *o,
	struct assay_diag *diag)
{
	const char *base = r->base;
	struct compare_request request = {
		.sources = { (const char *const *)old->items.items, (const char *const *)r->sources.items.items },
		.n_sources = { old->items.n, r->sources.items.n },
		.options = r->setup->load,
		.complain = session_complain,
	};
	struct buf out = BUF_INIT;
	struct names *names;
	size_t n_broken;
	int err;

	if (!old->items.n && *base) {
		request.sources[SIDE_OLD] = &base;
		request.n_sources[SIDE_OLD] = 1;
	}
	if (!request.n_sources[SIDE_OLD] && !(q->report->flags & REPORT_JUDGES))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s needs something to compare with: %s OLD, or a base",
			q->report->name, q->report->name);
	names = session_names(r, false, diag);
	if (!names)
		return diag->code;
	request.options.names = names;
	r->ctx.bytes_left = r->bytes_max;
	err = compare_report(&request, q->report, o, &r->ctx, &out, &n_broken);
	session_names_free(names);
	if (err)
		err = session_told(diag, err);
	else
		err = request_print(r, q, o, buf_str(&out), diag);
	r->n_broken += n_broken != 0;
	buf_release(&out);
	return err;
}

int compare_command_run(struct repl *r, struct request *q, struct str rest, struct assay_diag *diag)
{
	struct str_list old = { 0 };
	struct assay_options o;
	int err = options_copy(&o, &r->options, diag);

	if (err)
		return err;
	if (q->report->flags & REPORT_JUDGES)
		err = take_rules(q, rest, &o, diag);
	else
		err = take_files(q, rest, &old, diag);
	if (!err)
		err = request_apply(&o, q, diag);
	if (!err)
		err = run(r, q, &old, &o, diag);
	str_list_clear(&old);
	options_release(&o);
	return err;
}
