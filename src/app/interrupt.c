/* SPDX-License-Identifier: Apache-2.0 */
#include "app/interrupt.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "app/progress.h"

/* perf.data from a pipe goes through two files, and what is written meanwhile is a third. */
#define MOST_GUARDED 4

static const int ends[] = { SIGHUP, SIGINT, SIGTERM };

volatile int interrupt_flag;
static volatile sig_atomic_t caught, wants_line;

/* Read by the handler: a path is written before its place is taken. */
static char paths[MOST_GUARDED][PATH_MAX];
static volatile sig_atomic_t guarded[MOST_GUARDED];

static void end(int signal)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t this;

	for (size_t i = 0; i < MOST_GUARDED; i++)
		if (guarded[i])
			unlink(paths[i]);
	progress_hide();
	sigaction(signal, &usual, NULL);
	raise(signal);
	/* It is blocked as long as its handler runs; not all systems let go of it there. */
	sigemptyset(&this);
	sigaddset(&this, signal);
	pthread_sigmask(SIG_UNBLOCK, &this, NULL);
}

static void handle(int signal)
{
	int kept = errno;

	if (signal != SIGINT || !caught)
		end(signal);
	else if (!interrupt_flag && wants_line && write(STDERR_FILENO, "\n", 1) < 0)
		wants_line = 0;
	interrupt_flag = 1;
	errno = kept;
}

/* Without SA_RESTART: who waits for a terminal or a child shall hear of it. */
void interrupt_init(void)
{
	struct sigaction action = { .sa_handler = handle }, ignore = { .sa_handler = SIG_IGN }, before;

	/* A file that may not grow is told of like a disk that is full, and the part of it that is there is removed. */
	sigaction(SIGXFSZ, &ignore, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sigaction(ends[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
			sigaction(ends[i], &action, NULL);
}

void interrupt_catch(bool new_line)
{
	interrupt_flag = 0;
	wants_line = new_line;
	caught = true;
}

void interrupt_guard(const char *path)
{
	for (size_t i = 0; path && i < MOST_GUARDED; i++) {
		if (guarded[i] || strlen(path) >= PATH_MAX)
			continue;
		strcpy(paths[i], path);
		guarded[i] = true;
		return;
	}
}

void interrupt_unguard(const char *path)
{
	for (size_t i = 0; path && i < MOST_GUARDED; i++)
		if (guarded[i] && strcmp(paths[i], path) == 0)
			guarded[i] = false;
}
