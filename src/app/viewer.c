/* SPDX-License-Identifier: Apache-2.0 */
#include "app/viewer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/child.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "base/diag.h"

/* Words of a command, the file behind them, and the end. */
#define WORDS_MAX 30

/* Splits at single blanks, as no shell is there to do it better. */
static void split(char *command, char *file, char *argv[WORDS_MAX + 2])
{
	size_t n = 0;

	for (char *word = command; word && n < WORDS_MAX; n++) {
		char *blank = strchr(word, ' ');

		if (blank)
			*blank = '\0';
		argv[n] = word;
		word = blank ? blank + 1 : NULL;
	}
	argv[n++] = file;
	argv[n] = NULL;
}

/* Browsers hand the file to one that runs already and end at once; the file must not go before it has been read. */
static void wait_a_second(const struct timespec *since)
{
	struct timespec now, rest;
	int64_t left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = 1000000000 - ((now.tv_sec - since->tv_sec) * INT64_C(1000000000) + now.tv_nsec - since->tv_nsec);
	if (left <= 0)
		return;
	rest = (struct timespec){ left / 1000000000, left % 1000000000 };
	nanosleep(&rest, NULL);
}

static int try_command(const char *command, char *file, bool *started, struct assay_diag *diag)
{
	char *words = strdup(command), *argv[WORDS_MAX + 2];
	struct timespec since;
	int err;

	*started = false;
	if (!words)
		return diag_nomem(diag, "a command");
	split(words, file, argv);
	clock_gettime(CLOCK_MONOTONIC, &since);
	err = child_run(argv, started, diag);
	if (*started)
		wait_a_second(&since);
	free(words);
	return err;
}

static int try_browsers(char *file, struct assay_diag *diag)
{
	const char *commands[] = { getenv("BROWSER"), "chrome", "google-chrome", "chromium", "firefox", "sensible-browser",
		"xdg-open" };
	const char *display = getenv("DISPLAY");
	bool started = false;
	int err = 0;

	for (size_t i = 0; !started && i < sizeof(commands) / sizeof(commands[0]); i++) {
		bool needs_display = strcmp(commands[i] ? commands[i] : "", "xdg-open") == 0;

		if (commands[i] && *commands[i] && (!needs_display || (display && *display)))
			err = try_command(commands[i], file, &started, diag);
	}
	return err;
}

int viewer_show(const struct report *report, struct str text, struct assay_diag *diag)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	bool started;
	int err = output_temporary(folder && *folder ? folder : "/tmp", report->suffix, text, path, sizeof(path), diag);

	if (err)
		return err;
	interrupt_guard(path);
	if (strcmp(report->viewer, REPORT_BROWSER) == 0)
		err = try_browsers(path, diag);
	else
		err = try_command(report->viewer, path, &started, diag);
	unlink(path);
	interrupt_unguard(path);
	return err;
}
