/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/answers.h"

#include <stdio.h>

#include "base/diag.h"

/* A process and a second look at the same tables have to pay. */
#define WORTH_SHARING 64

/* What an address may cost in answers, on the average; and what there is in any case. */
#define BUDGET ((uint64_t)64 << 20)
#define BUDGET_PER_ADDRESS ((uint64_t)64 << 10)

/* A run of addresses that one worker is asked for. */
struct slice {
	struct answers *answers;
	struct inquiry *inquiry;
	size_t next, end; /* indexes of addresses */
	struct buf body;
};

int answers_init(struct answers *a)
{
	*a = (struct answers){ 0 };
	a->read = malloc(PROTOCOL_MAX_FRAMES * sizeof(*a->read));
	if (a->read && strtab_init(&a->strings) == 0)
		return 0;
	free(a->read);
	return ASSAY_ERR_NOMEM;
}

void answers_release(struct answers *a)
{
	strtab_release(&a->strings);
	vec_release(&a->frames);
	free(a->read);
	a->read = NULL;
}

static int keep_frame(struct answers *a, const struct object_frame *f)
{
	struct answer_frame kept = { .line = f->line, .column = f->column, .start_line = f->start_line };
	int err = strtab_intern(&a->strings, f->name, &kept.name);

	if (!err)
		err = strtab_intern(&a->strings, f->file, &kept.file);
	if (err)
		return err;
	return vec_push(&a->frames, kept) ? 0 : ASSAY_ERR_NOMEM;
}

static int keep_answer(struct answers *a, const struct object_answer *from, struct answer *to)
{
	if (a->frames.n > UINT32_MAX - PROTOCOL_MAX_FRAMES)
		return ASSAY_ERR_TOO_BIG;
	*to = (struct answer){ (uint32_t)a->frames.n, (uint32_t)from->n_frames, from->from_symbols };
	for (size_t i = 0; i < from->n_frames; i++) {
		int err = keep_frame(a, &from->frames[i]);

		if (err) {
			to->n = (uint32_t)i;
			return err;
		}
	}
	return 0;
}

static int hear_answers(void *data, enum message_type type, struct str body)
{
	struct cursor c = protocol_body(body);
	struct slice *s = data;

	if (type != MESSAGE_ANSWERS)
		return ASSAY_ERR_FORMAT;
	while (cursor_left(&c)) {
		struct object_answer answer;
		int err = protocol_read_answer(&c, &answer, s->answers->read);

		if (!err && s->next == s->end)
			err = ASSAY_ERR_FORMAT;
		if (!err)
			err = keep_answer(s->answers, &answer, &s->inquiry->answers[s->next]);
		if (err)
			return err;
		s->next++;
	}
	return 0;
}

static int fill_question(struct question *q, struct slice *s, bool symbols_only)
{
	size_t n = s->end - s->next;

	buf_reset(&s->body);
	protocol_add_number(&s->body, symbols_only);
	protocol_add_number(&s->body, n);
	protocol_add_addresses(&s->body, s->inquiry->addresses.items + s->next, n);
	*q = (struct question){
		.subject = &s->inquiry->binary->subject,
		.type = MESSAGE_RESOLVE,
		.body = buf_str(&s->body),
		.budget = BUDGET + BUDGET_PER_ADDRESS * n,
		.reply = hear_answers,
		.data = s,
	};
	return s->body.failed ? ASSAY_ERR_NOMEM : 0;
}

static bool add_slices(struct slice *slices, size_t *n, struct answers *a, struct inquiry *inquiry, size_t most)
{
	size_t all = inquiry->addresses.n, parts = all < WORTH_SHARING ? 1 : most;

	inquiry->answers = calloc(all + 1, sizeof(*inquiry->answers));
	if (!inquiry->answers)
		return false;
	for (size_t i = 0; i < parts; i++)
		slices[(*n)++] = (struct slice){
			.answers = a,
			.inquiry = inquiry,
			.next = all * i / parts,
			.end = all * (i + 1) / parts,
		};
	return true;
}

static int ask(struct slice *slices, size_t n, bool symbols_only, struct question *questions, struct workers *w,
	struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = fill_question(&questions[i], &slices[i], symbols_only);
	return err ? diag_nomem(diag, "addresses") : workers_ask(w, questions, n, diag);
}

/* Notes what went wrong; the slices that are worth another look come to the front. */
static size_t keep_failures(struct slice *slices, size_t n, const struct question *questions, bool again)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct slice s = slices[i];
		struct inquiry *inquiry = s.inquiry;

		if (*questions[i].flaw && !*inquiry->flaw)
			snprintf(inquiry->flaw, sizeof(inquiry->flaw), "%s", questions[i].flaw);
		if (questions[i].err && !inquiry->why.code)
			inquiry->why = questions[i].diag;
		if (!questions[i].err)
			continue;
		inquiry->fell_back |= again;
		slices[i] = slices[failed];
		slices[failed++] = s;
	}
	return failed;
}

int answers_ask(struct answers *a, struct inquiry *inquiries, size_t n, bool symbols_only, struct workers *w,
	struct assay_diag *diag)
{
	struct slice *slices = calloc(n * WORKERS_MAX + 1, sizeof(*slices));
	struct question *questions = calloc(n * WORKERS_MAX + 1, sizeof(*questions));
	size_t n_slices = 0, n_failed;
	int err = slices && questions ? 0 : diag_nomem(diag, "addresses");

	for (size_t i = 0; !err && i < n; i++)
		if (!add_slices(slices, &n_slices, a, &inquiries[i], w->most))
			err = diag_nomem(diag, "addresses");
	if (!err)
		err = ask(slices, n_slices, symbols_only, questions, w, diag);
	if (!err) {
		n_failed = keep_failures(slices, n_slices, questions, !symbols_only);
		if (n_failed && !symbols_only) {
			err = ask(slices, n_failed, true, questions, w, diag);
			keep_failures(slices, n_failed, questions, false);
		}
	}
	for (size_t i = 0; i < n_slices; i++)
		buf_release(&slices[i].body);
	free(slices);
	free(questions);
	return err;
}
