/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "app/output.h"
#include "base/diag.h"
#include "profile/builder.h"
#include "repl/request.h"

static void request_release(struct request *q)
{
	buf_release(&q->argument);
	buf_release(&q->focus);
	buf_release(&q->ignore);
	buf_release(&q->file);
	buf_release(&q->command);
}

/* "12", "+12", "-12": what fits 32 bits, as the reference has it. Anything else is an expression. */
static bool is_count(struct str s, int64_t *count)
{
	size_t i = s.len && (s.p[0] == '-' || s.p[0] == '+');
	int64_t v = 0;

	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || v > INT32_MAX)
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*count = s.p[0] == '-' ? -v : v;
	return v <= INT32_MAX;
}

static void add_expression(struct buf *list, struct str s)
{
	if (list->len)
		buf_add_char(list, '|');
	buf_add_str(list, s);
}

/* The file behind > or >>. */
static int take_file(struct request *q, const struct word *operator, struct assay_diag * diag)
{
	struct word word;

	if (!lexer_word(&q->words, &word))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "unexpected end of line after %.*s",
			(int)operator->text.len, operator->text.p);
	if (word.kind != WORD_PLAIN && word.kind != WORD_QUOTED)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "unexpected %s after %.*s, where a file should be named",
			word.kind == WORD_PIPE     ? "|"
			: word.kind == WORD_APPEND ? ">>"
						   : ">",
			(int)operator->text.len, operator->text.p);
	buf_reset(&q->file);
	buf_add_str(&q->file, word.text);
	q->has_file = true;
	q->append = operator->kind == WORD_APPEND;
	return 0;
}

static int take_command(struct request *q, const struct word *word, struct assay_diag *diag)
{
	if (!word->text.len)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "unexpected end of line after |");
	if (q->has_file)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "a report goes to a file or through |, not to both");
	buf_add_str(&q->command, word->text);
	q->has_command = true;
	return 0;
}

bool request_take_number(struct request *q, struct str s, int *err, struct assay_diag *diag)
{
	if (str_equal(s, STR("-cum")) || str_equal(s, STR("--cum"))) {
		q->cum = true;
		return true;
	}
	if (!is_count(s, &q->count))
		return false;
	q->has_count = true;
	if (s.p[0] == '-')
		*err = diag_set(diag, ASSAY_ERR_ARGUMENT,
			"%.*s: a number of rows has no sign; for what matches %.*s to be ignored, type ignore=%.*s",
			(int)s.len, s.p, (int)s.len - 1, s.p + 1, (int)s.len - 1, s.p + 1);
	return true;
}

static void take_expression(struct request *q, struct str s)
{
	bool ignore = s.len && s.p[0] == '-';

	add_expression(ignore ? &q->ignore : &q->focus, ignore ? str_skip(s, 1) : s);
}

int request_take_output(struct request *q, const struct word *word, struct assay_diag *diag)
{
	return word->kind == WORD_PIPE ? take_command(q, word, diag) : take_file(q, word, diag);
}

static int take_word(struct request *q, const struct word *word, struct assay_diag *diag)
{
	int err = 0;

	if (word->kind != WORD_PLAIN && word->kind != WORD_QUOTED)
		return request_take_output(q, word, diag);
	if (q->report->argument && !q->has_argument) {
		buf_add_str(&q->argument, word->text);
		q->has_argument = true;
		return 0;
	}
	/* What is typed between quotes is an expression whatever it looks like. */
	if (word->kind == WORD_QUOTED || !request_take_number(q, word->text, &err, diag))
		take_expression(q, word->text);
	return err;
}

static int parse(struct request *q, struct str number, struct assay_diag *diag)
{
	struct word word = { WORD_PLAIN, number };
	int err = number.len ? take_word(q, &word, diag) : 0;

	while (!err && lexer_word(&q->words, &word))
		err = take_word(q, &word, diag);
	if (!err && q->report->argument && !q->has_argument)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "command %s requires an argument", q->report->name);
	if (!err && (q->argument.failed || q->focus.failed || q->ignore.failed || q->file.failed || q->command.failed))
		err = diag_nomem(diag, "a command");
	return err;
}

static int set_text(struct assay_options *o, enum option_id id, const struct buf *text, struct assay_diag *diag)
{
	return text->len ? options_parse(o, id, text->data, diag) : 0;
}

int request_apply(struct assay_options *o, const struct request *q, struct assay_diag *diag)
{
	bool labels = q->report->flags & REPORT_OF_LABELS;
	int err = set_text(o, labels ? OPT_TAGFOCUS : OPT_FOCUS, &q->focus, diag);

	if (!err)
		err = set_text(o, labels ? OPT_TAGIGNORE : OPT_IGNORE, &q->ignore, diag);
	if (!err && q->has_file)
		err = set_text(o, OPT_OUTPUT, &q->file, diag);
	if (q->has_count)
		o->values[OPT_NODECOUNT].number = q->count;
	if (q->report->flags & REPORT_TEN_ROWS && o->values[OPT_NODECOUNT].number == -1)
		o->values[OPT_NODECOUNT].number = 10;
	if (q->cum) {
		o->values[OPT_CUM].on = true;
		o->values[OPT_FLAT].on = false;
	}
	return err;
}

static struct output output_of(const struct repl *r, const struct request *q, const struct assay_options *o)
{
	return (struct output){
		.path = option_text(o, OPT_OUTPUT),
		.append = q->append,
		.command = q->has_command ? q->command.data : NULL,
		.options = o,
		.unpaged = !r->setup->terminal,
		.numbered = true,
	};
}

int request_print(struct repl *r, const struct request *q, const struct assay_options *o, struct str text,
	struct assay_diag *diag)
{
	const struct output to = output_of(r, q, o);
	struct assay_diag why;
	int err = output_report(q->report, &to, text, &r->ctx, &why);

	if (err && q->has_command)
		return diag_set(diag, err, "%s: %s", q->command.data, why.text);
	if (err)
		*diag = why;
	return err;
}

/* Binaries are looked for where a name is missing; who wants to know about all of them has them all looked for. */
static int run_with_accounts(struct repl *r, const struct request *q, const struct assay_options *o, struct buf *out,
	struct assay_diag *diag)
{
	const struct assay_profile *profile;
	struct names *names;
	int err = session_load_accounts(r, &profile, &names, diag);

	if (err)
		return err;
	err = run_report(profile, q->report, NULL, o, names, &r->ctx, out, diag);
	profile_free(profile);
	session_names_free(names);
	return err;
}

static int run(struct repl *r, const struct request *q, const struct assay_options *o, struct assay_diag *diag)
{
	const struct output to = output_of(r, q, o);
	struct buf out = { .sink = output_sink(q->report, &to) };
	const char *argument = q->has_argument ? q->argument.data : NULL;
	int err;

	if (q->report->flags & REPORT_ACCOUNTS)
		err = run_with_accounts(r, q, o, &out, diag);
	else
		err = run_report_cached(r->profile, q->report, argument, o, r->names, r->cache, &r->ctx, &out, diag);
	if (!err)
		err = request_print(r, q, o, buf_str(&out), diag);
	buf_release(&out);
	return err;
}

static int run_report_command(struct repl *r, struct request *q, struct str number, struct assay_diag *diag)
{
	struct assay_options o;
	int err = parse(q, number, diag);

	if (!err)
		err = session_refresh(r, diag);
	if (!err)
		err = options_copy(&o, &r->options, diag);
	if (err)
		return err;
	err = request_apply(&o, q, diag);
	if (!err)
		err = run(r, q, &o, diag);
	options_release(&o);
	return err;
}

int report_command_run(
	struct repl *r, const struct report *report, struct str number, struct str rest, struct assay_diag *diag)
{
	struct request q = { .report = report, .words = lexer_of(rest) };
	int err = 0;

	if (!(report->flags & REPORT_COMPARES))
		err = run_report_command(r, &q, number, diag);
	else if (!number.len || request_take_number(&q, number, &err, diag))
		err = compare_command_run(r, &q, rest, diag);
	request_release(&q);
	return err;
}
