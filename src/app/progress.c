/* SPDX-License-Identifier: Apache-2.0 */
#include "app/progress.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "app/terminal.h"

#define NANOSECONDS INT64_C(1000000000)

/* What takes less needs no comfort; and no eye follows more than this many lines in a second. */
#define QUIET_NS NANOSECONDS
#define STEP_NS (NANOSECONDS / 10)

static const char *const names[] = {
	[ASSAY_PROGRESS_READ] = "reading",
	[ASSAY_PROGRESS_DECODE] = "decoding",
	[ASSAY_PROGRESS_MERGE] = "merging",
};

/* There is one standard error, so there is one line. */
static struct {
	int64_t next; /* when it is to be drawn */
	uint64_t source, n_sources;
	volatile sig_atomic_t shown;
} line;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NANOSECONDS + t.tv_nsec;
}

static void draw(enum assay_progress step, uint64_t done, uint64_t total)
{
	char text[160];
	int n = snprintf(text, sizeof(text), "\r\033[K%s", names[step]);

	if (line.n_sources > 1 && step != ASSAY_PROGRESS_MERGE)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " source %llu of %llu",
			(unsigned long long)line.source, (unsigned long long)line.n_sources);
	if (total)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %3u%%",
			(unsigned)((double)(done < total ? done : total) / (double)total * 100));
	else
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %.1f MB", (double)done / 1e6);
	line.shown = 1;
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		line.shown = 0;
}

static void tell(void *data, enum assay_progress step, uint64_t done, uint64_t total)
{
	int64_t t = now();

	(void)data;
	if (step == ASSAY_PROGRESS_SOURCE) {
		line.source = done;
		line.n_sources = total;
		return;
	}
	if (t < line.next)
		return;
	line.next = t + STEP_NS;
	draw(step, done, total);
}

void progress_begin(struct assay_ctx *ctx)
{
	unsigned rows, columns;

	if (!terminal_size(STDERR_FILENO, &rows, &columns) || terminal_is_dumb())
		return;
	line.next = now() + QUIET_NS;
	line.n_sources = 0;
	ctx->progress = tell;
}

void progress_end(struct assay_ctx *ctx)
{
	progress_hide();
	ctx->progress = NULL;
}

void progress_hide(void)
{
	static const char erase[] = "\r\033[K";

	if (!line.shown)
		return;
	line.shown = 0;
	if (write(STDERR_FILENO, erase, sizeof(erase) - 1) < 0)
		return;
}
