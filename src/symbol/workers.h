/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_WORKERS_H
#define SYMBOL_WORKERS_H

#include "base/ctx.h"
#include "symbol/channel.h"

/*
 * The processes that read binaries for us (protocol.h says what is said to them). They may crash, hang, or be taken
 * over by the binary they read: whatever happens to one costs the question it was asked, and the next question gets
 * a new process. Nothing is started before there is something to ask.
 */

/* At most so many at a time; there are no more than processors. */
#define WORKERS_MAX 2

/* Starting and ending processes is app/child.c's. */
struct worker_host {
	/* The other end of *socket is the worker's. The caller owns both. */
	int (*start)(void *data, int *socket, int *pid, struct assay_diag *diag);
	/* Kills and waits. Says in *why how it had ended by itself, "signal 11"; leaves it alone when it had not. */
	void (*end)(void *data, int pid, char *why, size_t size);
	void *data;
};

/* A binary that questions are about. */
struct subject {
	/* A new descriptor of the file, or -1: then diag says why. */
	int (*open)(void *data, struct assay_diag *diag);
	/*
	 * One of a file that the binary refers to, or -1. The worker may want several files for one need, the next when
	 * the one before was not right, so its number is told: each worker goes through them by itself.
	 */
	int (*need)(void *data, unsigned worker, const struct object_need *need);
	/* What the worker found out; texts and segments are gone afterwards. May come several times. */
	int (*info)(void *data, const struct object_info *info);
	const char *name; /* for messages of the worker */
	void *data;
};

struct question {
	const struct subject *subject;
	enum message_type type; /* MESSAGE_OPEN where there is nothing to ask but what the binary is */
	struct str body;
	uint64_t budget; /* bytes that the answer may have */
	/* Called with each message but INFO, NEED, DONE and FAILED. What is not 0 ends the worker: it talks nonsense. */
	int (*reply)(void *data, enum message_type type, struct str body);
	void *data;

	/* What became of it: 0 or an error with diag, and what was wrong with the binary all the same, or "". */
	int err;
	struct assay_diag diag;
	char flaw[256];
};

struct worker {
	int socket, pid;               /* pid 0: none */
	const struct subject *subject; /* the binary it holds, or NULL */
	struct question *question;     /* that it is busy with, or NULL */
	bool opening;                  /* the question itself comes after that */
	uint64_t left;                 /* of the budget */
	int64_t patience, end;         /* points in time: for the next message, for the whole answer */
};

struct workers {
	struct worker_host host;
	struct assay_ctx *ctx;
	size_t most;
	int64_t patience_ms; /* how long a worker may say nothing */
	int64_t end_ms;      /* how long an answer may take */
	struct worker workers[WORKERS_MAX];
	struct buf body;
	struct object_segment *segments;
	unsigned n_hung;
	char unusable[256]; /* why there is no use in asking any more, or "" */
};

void workers_init(struct workers *w, const struct worker_host *host, struct assay_ctx *ctx);
void workers_release(struct workers *w);

/*
 * Asks n questions, several at a time, in no order, and returns when all have their answer or their error. Fails only
 * when memory runs out or somebody wants no more. Questions must not be asked from within answers.
 */
int workers_ask(struct workers *w, struct question *questions, size_t n, struct assay_diag *diag);

/* A subject that goes away must not be held any more. */
void workers_forget(struct workers *w, const struct subject *subject);

#endif
