/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/workers.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/parallel.h"

/* A unit of debug information takes milliseconds, a cold disk seconds. */
#define PATIENCE_MS 20000
#define END_MS (10 * 60 * 1000)

/* A profile that names many binaries which hang their worker shall not cost the patience for each of them. */
#define MOST_HUNG 3

/* How often somebody who wants no more is listened to. */
#define POLL_MS 100

void workers_init(struct workers *w, const struct worker_host *host, struct assay_ctx *ctx)
{
	size_t width = parallel_width();

	*w = (struct workers){
		.host = *host,
		.ctx = ctx,
		.most = width < WORKERS_MAX ? width : WORKERS_MAX,
		.patience_ms = PATIENCE_MS,
		.end_ms = END_MS,
	};
}

/* why may be NULL. */
static void end_worker(struct workers *w, struct worker *worker, char *why, size_t size)
{
	if (!worker->pid)
		return;
	close(worker->socket);
	w->host.end(w->host.data, worker->pid, why, size);
	*worker = (struct worker){ 0 };
}

void workers_release(struct workers *w)
{
	for (size_t i = 0; i < WORKERS_MAX; i++)
		end_worker(w, &w->workers[i], NULL, 0);
	buf_release(&w->body);
	free(w->segments);
	w->segments = NULL;
}

void workers_forget(struct workers *w, const struct subject *subject)
{
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (w->workers[i].subject == subject)
			w->workers[i].subject = NULL;
}

static void fail(struct question *q, int err, const char *text)
{
	q->err = diag_set(&q->diag, err, "%s", text);
}

/* The worker is of no use any more, and neither is what it was asked. */
static void lose(struct workers *w, struct worker *worker, int err)
{
	struct question *q = worker->question;
	char how[64] = "", text[256];

	if (err == ASSAY_ERR_CANCELED && ++w->n_hung >= MOST_HUNG)
		snprintf(w->unusable, sizeof(w->unusable), "too many binaries were too much for the symbolizer");
	end_worker(w, worker, how, sizeof(how));
	if (err == ASSAY_ERR_CANCELED)
		snprintf(text, sizeof(text), "the symbolizer gave no answer in time");
	else if (err == ASSAY_ERR_IO)
		snprintf(text, sizeof(text), "the symbolizer ended%s%s", *how ? ": " : "", how);
	else if (err == ASSAY_ERR_NOMEM)
		snprintf(text, sizeof(text), "out of memory for what the symbolizer says");
	else if (err == ASSAY_ERR_TOO_BIG)
		snprintf(text, sizeof(text), "the symbolizer says more than it was asked for");
	else
		snprintf(text, sizeof(text), "the symbolizer answered with what is no answer");
	fail(q, err, text);
}

static int start_worker(struct workers *w, struct worker *worker)
{
	struct assay_diag why = { .text = "" };
	int err;

	*worker = (struct worker){ 0 };
	if (*w->unusable)
		return ASSAY_ERR_IO;
	err = w->host.start(w->host.data, &worker->socket, &worker->pid, &why);
	if (err)
		snprintf(w->unusable, sizeof(w->unusable), "%.250s", why.text);
	return err;
}

static int say(struct workers *w, struct worker *worker, enum message_type type, struct str body, int fd)
{
	worker->patience = channel_deadline(w->patience_ms);
	return channel_send(worker->socket, type, body, fd, worker->patience);
}

static int ask(struct workers *w, struct worker *worker)
{
	worker->opening = false;
	return say(w, worker, worker->question->type, worker->question->body, -1);
}

/* The file is opened anew for each worker: a shared descriptor would share its position, too. */
static int open_subject(struct workers *w, struct worker *worker)
{
	struct question *q = worker->question;
	int fd = q->subject->open(q->subject->data, &q->diag), err;

	if (fd < 0) {
		q->err = q->diag.code;
		worker->question = NULL;
		return 0;
	}
	worker->opening = true;
	worker->subject = NULL;
	w->body.failed = false;
	buf_reset(&w->body);
	protocol_add_text(&w->body, str_of(q->subject->name));
	err = w->body.failed ? ASSAY_ERR_NOMEM : say(w, worker, MESSAGE_OPEN, buf_str(&w->body), fd);
	close(fd);
	return err;
}

static void begin(struct workers *w, struct worker *worker, struct question *q)
{
	bool opened;
	int err = 0;

	if (!worker->pid && start_worker(w, worker) < 0) {
		fail(q, ASSAY_ERR_IO, w->unusable);
		return;
	}
	worker->question = q;
	worker->left = q->budget;
	worker->end = channel_deadline(w->end_ms);
	opened = worker->subject == q->subject && q->type != MESSAGE_OPEN;
	err = opened ? ask(w, worker) : open_subject(w, worker);
	if (err)
		lose(w, worker, err);
}

static int hear_info(struct workers *w, struct worker *worker)
{
	struct cursor c = protocol_body(buf_str(&w->body));
	const struct subject *s = worker->question->subject;
	struct object_info info;
	int err;

	if (!w->segments)
		w->segments = calloc(PROTOCOL_MAX_SEGMENTS, sizeof(*w->segments));
	if (!w->segments)
		return ASSAY_ERR_NOMEM;
	err = protocol_read_info(&c, &info, w->segments);
	return err || !s->info ? err : s->info(s->data, &info);
}

static int hear_need(struct workers *w, struct worker *worker)
{
	struct cursor c = protocol_body(buf_str(&w->body));
	const struct subject *s = worker->question->subject;
	struct object_need need;
	int err = protocol_read_need(&c, &need), fd;

	if (err)
		return err;
	fd = s->need ? s->need(s->data, (unsigned)(worker - w->workers), &need) : -1;
	err = say(w, worker, MESSAGE_FILE, STR(""), fd);
	if (fd >= 0)
		close(fd);
	return err;
}

/* A text of the worker's in a message of ours. */
static void copy_text(char *to, size_t size, struct str text)
{
	size_t n = text.len < size - 1 ? text.len : size - 1;

	for (size_t i = 0; i < n; i++)
		to[i] = text.p[i] ? text.p[i] : ' ';
	to[n] = '\0';
}

static int hear_done(struct workers *w, struct worker *worker)
{
	struct cursor c = protocol_body(buf_str(&w->body));
	struct str flaw = protocol_text(&c);
	struct question *q = worker->question;

	if (protocol_end(&c) < 0)
		return ASSAY_ERR_FORMAT;
	if (worker->opening) {
		worker->subject = q->subject;
		if (q->type != MESSAGE_OPEN)
			return ask(w, worker);
	}
	copy_text(q->flaw, sizeof(q->flaw), flaw);
	worker->question = NULL;
	return 0;
}

/* Errors of the worker are of the binary; none of them may pass for one of ours. */
static int hear_failed(struct workers *w, struct worker *worker)
{
	struct cursor c = protocol_body(buf_str(&w->body));
	uint64_t code = cursor_varint(&c);
	struct str text = protocol_text(&c);
	struct question *q = worker->question;
	char copy[400];

	if (protocol_end(&c) < 0 || !text.len)
		return ASSAY_ERR_FORMAT;
	copy_text(copy, sizeof(copy), text);
	fail(q, code == -ASSAY_ERR_UNSUPPORTED ? ASSAY_ERR_UNSUPPORTED : ASSAY_ERR_FORMAT, copy);
	worker->question = NULL;
	return 0;
}

static int hear(struct workers *w, struct worker *worker)
{
	struct question *q = worker->question;
	enum message_type type;
	int err = channel_receive(worker->socket, &type, &w->body, PROTOCOL_MAX_REPLY, NULL, worker->patience);

	if (err)
		return err;
	worker->patience = channel_deadline(w->patience_ms);
	if (w->body.len + 1 > worker->left)
		return ASSAY_ERR_TOO_BIG;
	worker->left -= w->body.len + 1;
	switch (type) {
	case MESSAGE_INFO:
		return hear_info(w, worker);
	case MESSAGE_NEED:
		return hear_need(w, worker);
	case MESSAGE_DONE:
		return hear_done(w, worker);
	case MESSAGE_FAILED:
		return hear_failed(w, worker);
	default:
		if (worker->opening || !q->reply)
			return ASSAY_ERR_FORMAT;
		return q->reply(q->data, type, buf_str(&w->body));
	}
}

/* The first idle worker that holds the binary already, or else one that holds none, or any. */
static struct worker *choose(struct workers *w, const struct subject *subject)
{
	struct worker *best = NULL;

	for (size_t i = 0; i < w->most; i++) {
		struct worker *worker = &w->workers[i];

		if (worker->question)
			continue;
		if (worker->subject == subject && worker->pid)
			return worker;
		if (!best || (worker->pid && !best->pid))
			best = worker;
	}
	return best;
}

static bool is_late(const struct worker *worker, int64_t now)
{
	return now > worker->patience || now > worker->end;
}

/* Waits for any of those that are busy, and hears it. */
static void hear_some(struct workers *w)
{
	struct pollfd fds[WORKERS_MAX];
	struct worker *by[WORKERS_MAX];
	nfds_t n = 0;
	int64_t now;
	int ready;

	for (size_t i = 0; i < w->most; i++) {
		if (!w->workers[i].question)
			continue;
		fds[n] = (struct pollfd){ w->workers[i].socket, POLLIN, 0 };
		by[n++] = &w->workers[i];
	}
	ready = poll(fds, n, POLL_MS);
	now = channel_deadline(0);
	for (nfds_t i = 0; i < n; i++) {
		int err = 0;

		if (ready > 0 && fds[i].revents)
			err = hear(w, by[i]);
		if (!err && by[i]->question && is_late(by[i], now))
			err = ASSAY_ERR_CANCELED;
		if (err)
			lose(w, by[i], err);
	}
}

static size_t n_busy(const struct workers *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->most; i++)
		n += w->workers[i].question != NULL;
	return n;
}

int workers_ask(struct workers *w, struct question *questions, size_t n, struct assay_diag *diag)
{
	size_t next = 0;

	for (size_t i = 0; i < n; i++) {
		questions[i].err = 0;
		questions[i].flaw[0] = '\0';
	}
	while (next < n || n_busy(w)) {
		struct worker *idle = next < n ? choose(w, questions[next].subject) : NULL;

		if (ctx_canceled(w->ctx)) {
			for (size_t i = 0; i < w->most; i++)
				end_worker(w, &w->workers[i], NULL, 0);
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		}
		if (idle)
			begin(w, idle, &questions[next++]);
		else
			hear_some(w);
	}
	return 0;
}
