/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/workers.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"

/*
 * A worker of the tests is a child that behaves as the name of its binary says:
 *
 *     good      answers what it is asked
 *     crash     ends by a signal         exit     ends
 *     hang      says nothing             babble   says more than it may
 *     nonsense  sends no message         late     sends half a message
 *     refuse    says that the binary is broken
 */
static void reply(int socket, enum message_type type, const char *body, size_t n)
{
	if (channel_send(socket, type, (struct str){ body, n }, -1, CHANNEL_FOREVER) < 0)
		_exit(1);
}

static void done(int socket)
{
	reply(socket, MESSAGE_DONE, "\0", 1);
}

static void misbehave(int socket, const char *how)
{
	char half[] = { 100, 0, 0, 0, MESSAGE_VALUE, 1, 2 };

	if (strcmp(how, "crash") == 0)
		raise(SIGKILL);
	if (strcmp(how, "exit") == 0)
		_exit(3);
	if (strcmp(how, "hang") == 0)
		pause();
	if (strcmp(how, "nonsense") == 0 && write(socket, "no message at all", 17) == 17)
		pause();
	if (strcmp(how, "late") == 0 && write(socket, half, sizeof(half)) == sizeof(half))
		pause();
	if (strcmp(how, "refuse") == 0)
		reply(socket, MESSAGE_FAILED, "\2\6broken", 8);
	while (strcmp(how, "babble") == 0)
		reply(socket, MESSAGE_VALUE, "12345678", 8);
}

static void behave(int socket)
{
	char how[64] = "";

	for (;;) {
		struct buf body = BUF_INIT;
		enum message_type type;
		int fd = -1;

		if (channel_receive(socket, &type, &body, 1000, &fd, CHANNEL_FOREVER) < 0)
			_exit(0);
		if (type == MESSAGE_OPEN) {
			snprintf(how, sizeof(how), "%.*s", (int)body.data[0], body.data + 1);
			if (fd < 0)
				_exit(4);
			close(fd);
			done(socket);
		} else if (strcmp(how, "good") == 0) {
			reply(socket, MESSAGE_VALUE, body.data, body.len);
			done(socket);
		} else {
			misbehave(socket, how);
		}
		buf_release(&body);
	}
}

static int n_started;

static int start(void *data, int *socket, int *pid, struct assay_diag *diag)
{
	int ends[2];
	pid_t child;

	(void)data;
	n_started++;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return diag_set(diag, ASSAY_ERR_IO, "no socket");
	child = fork();
	if (child == 0) {
		close(ends[0]);
		behave(ends[1]);
	}
	close(ends[1]);
	*socket = ends[0];
	*pid = (int)child;
	return 0;
}

static int start_none(void *data, int *socket, int *pid, struct assay_diag *diag)
{
	(void)data;
	(void)socket;
	(void)pid;
	n_started++;
	return diag_set(diag, ASSAY_ERR_IO, "it is not installed");
}

static void end(void *data, int pid, char *why, size_t size)
{
	int status;

	(void)data;
	if (why) {
		usleep(20000);
		if (waitpid(pid, &status, WNOHANG) == pid) {
			snprintf(why, size, "%d", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) + 1000);
			return;
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static int open_nothing(void *data, struct assay_diag *diag)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)data;
	if (fd < 0)
		diag_set(diag, ASSAY_ERR_IO, "no /dev/null");
	return fd;
}

static int take_value(void *data, enum message_type type, struct str body)
{
	if (type != MESSAGE_VALUE || body.len > 8)
		return ASSAY_ERR_FORMAT;
	snprintf(data, 16, "%.*s", (int)body.len, body.p);
	return 0;
}

struct asked {
	struct subject subject;
	struct question question;
	char value[16];
};

static void prepare(struct asked *a, const char *how, const char *ask)
{
	*a = (struct asked){
		.subject = { .open = open_nothing, .name = how },
		.question = { .type = MESSAGE_SYMBOL, .body = str_of(ask), .budget = 1000, .reply = take_value },
	};
	a->question.subject = &a->subject;
	a->question.data = a->value;
}

static void init(struct workers *w, bool installed)
{
	static const struct worker_host here = { start, end, NULL }, none = { start_none, end, NULL };

	n_started = 0;
	workers_init(w, installed ? &here : &none, NULL);
	w->patience_ms = 300;
}

static void expect_lost(const char *how, int err, const char *why)
{
	struct asked bad, good;
	struct workers w;

	init(&w, true);
	prepare(&bad, how, "?");
	prepare(&good, "good", "42");
	cr_assert_eq(workers_ask(&w, &bad.question, 1, NULL), 0);
	cr_expect_eq(bad.question.err, err, "%s: %d", how, bad.question.err);
	cr_expect_str_eq(bad.question.diag.text, why, "%s: %s", how, bad.question.diag.text);
	/* And the next question is as good as ever. */
	cr_assert_eq(workers_ask(&w, &good.question, 1, NULL), 0);
	cr_expect_eq(good.question.err, 0, "%s", good.question.diag.text);
	cr_expect_str_eq(good.value, "42");
	workers_release(&w);
}

Test(workers, one_that_fails_costs_its_question_alone, .timeout = 30)
{
	expect_lost("crash", ASSAY_ERR_IO, "the symbolizer ended: 9");
	expect_lost("exit", ASSAY_ERR_IO, "the symbolizer ended: 1003");
	expect_lost("hang", ASSAY_ERR_CANCELED, "the symbolizer gave no answer in time");
	expect_lost("late", ASSAY_ERR_CANCELED, "the symbolizer gave no answer in time");
	expect_lost("nonsense", ASSAY_ERR_FORMAT, "the symbolizer answered with what is no answer");
	expect_lost("babble", ASSAY_ERR_TOO_BIG, "the symbolizer says more than it was asked for");
	expect_lost("refuse", ASSAY_ERR_FORMAT, "broken");
}

Test(workers, one_holds_its_binary_for_the_next_question)
{
	struct asked a, b;
	struct workers w;

	init(&w, true);
	prepare(&a, "good", "1");
	cr_expect_eq(n_started, 0);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(workers_ask(&w, &a.question, 1, NULL), 0);
		cr_expect_eq(a.question.err, 0);
	}
	prepare(&b, "good", "2");
	cr_assert_eq(workers_ask(&w, &b.question, 1, NULL), 0);
	cr_expect_str_eq(b.value, "2");
	cr_expect_eq(n_started, 1);
	workers_release(&w);
}

Test(workers, many_questions_have_their_own_answers, .timeout = 30)
{
	static const char *const hows[] = { "good", "crash", "good", "refuse", "nonsense" };
	struct asked asked[20];
	struct question questions[20];
	struct workers w;

	init(&w, true);
	w.most = WORKERS_MAX;
	for (int i = 0; i < 20; i++) {
		prepare(&asked[i], hows[i % 5], "abc");
		questions[i] = asked[i].question;
	}
	cr_assert_eq(workers_ask(&w, questions, 20, NULL), 0);
	for (int i = 0; i < 20; i++) {
		cr_expect_eq(questions[i].err == 0, i % 5 == 0 || i % 5 == 2, "%d: %s", i, questions[i].diag.text);
		cr_expect_str_eq(asked[i].value, questions[i].err ? "" : "abc");
	}
	workers_release(&w);
}

Test(workers, those_that_hang_are_not_waited_for_without_end, .timeout = 30)
{
	struct asked asked[10];
	struct question questions[10];
	struct workers w;
	int64_t before = channel_deadline(0);

	init(&w, true);
	for (int i = 0; i < 10; i++) {
		prepare(&asked[i], "hang", "?");
		questions[i] = asked[i].question;
	}
	cr_assert_eq(workers_ask(&w, questions, 10, NULL), 0);
	for (int i = 0; i < 10; i++)
		cr_expect_neq(questions[i].err, 0);
	cr_expect_lt(channel_deadline(0) - before, 5 * 500);
	workers_release(&w);
}

Test(workers, without_the_program_every_question_says_so)
{
	struct asked a;
	struct workers w;

	init(&w, false);
	prepare(&a, "good", "1");
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(workers_ask(&w, &a.question, 1, NULL), 0);
		cr_expect_eq(a.question.err, ASSAY_ERR_IO);
		cr_expect_str_eq(a.question.diag.text, "it is not installed");
	}
	cr_expect_eq(n_started, 1, "%d", n_started);
	workers_release(&w);
}

Test(workers, nobody_waits_for_an_answer_that_is_not_wanted_any_more)
{
	volatile int cancel = 1;
	struct assay_ctx ctx = { .cancel = &cancel };
	struct assay_diag diag;
	struct asked a;
	struct workers w;

	init(&w, true);
	w.ctx = &ctx;
	prepare(&a, "hang", "1");
	cr_expect_eq(workers_ask(&w, &a.question, 1, &diag), ASSAY_ERR_CANCELED);
	workers_release(&w);
}
