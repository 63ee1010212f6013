/* SPDX-License-Identifier: Apache-2.0 */
#include "app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/child.h"
#include "app/interrupt.h"
#include "app/pager.h"
#include "app/paint.h"
#include "app/picture.h"
#include "app/terminal.h"
#include "app/viewer.h"
#include "base/diag.h"

#define MOST_NUMBERED 9999

/* Bytes between two looks at whether somebody still wants them. */
#define WRITE_STEP ((size_t)1 << 20)

static int system_error(struct assay_diag *diag, const char *call, const char *path, int error)
{
	char why[128];

	if (error == EINTR)
		return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	return diag_set(diag, ASSAY_ERR_IO, "%s %s: %s", call, path, diag_errno(error, why, sizeof(why)));
}

/* Gives up on an error and, with EINTR, on ^C: a terminal takes its time with a long text. */
static int write_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.p, text.len < WRITE_STEP ? text.len : WRITE_STEP);

		if (interrupt_flag) {
			errno = EINTR;
			return -1;
		}
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			text = str_skip(text, (size_t)n);
	}
	return 0;
}

int output_print(struct str text, struct assay_diag *diag)
{
	return write_all(STDOUT_FILENO, text) < 0 ? system_error(diag, "write", "standard output", errno) : 0;
}

/* Whether path is the file itself. A link to it, which /dev/stdout is too, is not ours to remove. */
static bool is_itself(const char *path, const struct stat *file)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

/* Closes fd. A report that could not be written whole leaves no part behind; what was in the file before stays. */
static int write_and_close(int fd, const char *path, struct str text, struct assay_diag *diag)
{
	struct stat before;
	bool is_file = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
	bool is_new = is_file && before.st_size == 0 && is_itself(path, &before);
	int error;

	interrupt_guard(is_new ? path : NULL);
	error = write_all(fd, text) < 0 ? errno : 0;
	if (error && is_new)
		unlink(path);
	else if (error && is_file && ftruncate(fd, before.st_size) < 0)
		error = errno;
	interrupt_unguard(is_new ? path : NULL);
	if (close(fd) < 0 && !error)
		error = errno;
	return error ? system_error(diag, "write", path, error) : 0;
}

static int write_file(const char *path, bool append, struct str text, struct assay_diag *diag)
{
	int fd = open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC) | O_CLOEXEC | O_NOCTTY, 0666);

	return fd < 0 ? system_error(diag, "open", path, errno) : write_and_close(fd, path, text, diag);
}

/* PREFIX001.SUFFIX, or the first after it that does not exist. */
static int open_numbered(
	const char *prefix, const char *suffix, mode_t mode, char *path, size_t size, int *fd, struct assay_diag *diag)
{
	for (unsigned i = 1; i <= MOST_NUMBERED; i++) {
		if ((size_t)snprintf(path, size, "%s%03u.%s", prefix, i, suffix) >= size)
			return system_error(diag, "open", prefix, ENAMETOOLONG);
		*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (*fd >= 0)
			return 0;
		if (errno != EEXIST)
			return system_error(diag, "open", path, errno);
	}
	return diag_set(diag, ASSAY_ERR_IO, "could not create file of the form %s001.%s", prefix, suffix);
}

int output_temporary(
	const char *folder, const char *suffix, struct str text, char *path, size_t size, struct assay_diag *diag)
{
	char prefix[4000];
	int fd, err;

	if ((size_t)snprintf(prefix, sizeof(prefix), "%s/pprof", folder) >= sizeof(prefix))
		return system_error(diag, "open", folder, ENAMETOOLONG);
	err = open_numbered(prefix, suffix, 0600, path, size, &fd, diag);
	return err ? err : write_and_close(fd, path, text, diag);
}

static int write_numbered(
	const struct report *report, struct str text, const struct assay_ctx *ctx, struct assay_diag *diag)
{
	char path[80];
	int fd, err = open_numbered("profile", report->suffix, 0666, path, sizeof(path), &fd, diag);

	if (err)
		return err;
	ctx_warn(ctx, "Generating report in %s", path);
	return write_and_close(fd, path, text, diag);
}

int output_text(const struct assay_options *o, struct str text, struct assay_diag *diag)
{
	return option_on(o, OPT_PAGER) ? pager_print(text, diag) : output_print(text, diag);
}

static bool wants_colour(const struct report *report, const struct assay_options *o)
{
	enum colour colour = (enum colour)option_choice(o, OPT_COLOR);

	if (!paint_knows(report) || option_choice(o, OPT_FORMAT) != 0)
		return false;
	return colour == COLOUR_ALWAYS || (colour == COLOUR_AUTO && terminal_has_colours(STDOUT_FILENO));
}

static int print_piece(void *data, struct str piece, struct assay_diag *diag)
{
	(void)data;
	return output_print(piece, diag);
}

const struct buf_sink *output_sink(const struct report *report, const struct output *to)
{
	static const struct buf_sink sink = { .take = print_piece };
	bool as_it_is = !to->command && !*to->path && !report->viewer && !report->picture &&
			!(report->flags & REPORT_BINARY) && !wants_colour(report, to->options);

	return as_it_is && !isatty(STDOUT_FILENO) ? &sink : NULL;
}

static int show(const struct report *report, const struct output *to, struct str text, struct assay_diag *diag)
{
	struct buf painted = BUF_INIT;
	int err;

	if (wants_colour(report, to->options))
		paint(report, text, &painted);
	/* Better plain than not at all, where memory ran out. */
	if (painted.len && !painted.failed)
		text = buf_str(&painted);
	err = to->unpaged ? output_print(text, diag) : output_text(to->options, text, diag);
	buf_release(&painted);
	return err;
}

static int write_somewhere(const struct report *report, const struct output *to, struct str text,
	const struct assay_ctx *ctx, struct assay_diag *diag)
{
	if (to->command)
		return child_pipe(to->command, text, diag);
	if (*to->path) {
		ctx_warn(ctx, "%s report in %s", to->append ? "Appending" : "Generating", to->path);
		return write_file(to->path, to->append, text, diag);
	}
	if (report->viewer)
		return viewer_show(report, text, diag);
	if (report->flags & REPORT_BINARY && (to->numbered || isatty(STDOUT_FILENO)))
		return write_numbered(report, text, ctx, diag);
	return show(report, to, text, diag);
}

int output_report(const struct report *report, const struct output *to, struct str text, const struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct buf drawn = BUF_INIT;
	int err = 0;

	/* Nobody waits for it any more, so it must not start anything. */
	if (ctx_canceled(ctx))
		return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	if (report->picture) {
		err = strcmp(report->picture, "svg") == 0 &&
				      !(report->viewer && strcmp(report->viewer, REPORT_BROWSER) != 0)
			      ? picture_draw_svg(text, &drawn, diag)
			      : picture_draw(report->picture, text, &drawn, diag);
		text = buf_str(&drawn);
	}
	if (!err)
		err = write_somewhere(report, to, text, ctx, diag);
	buf_release(&drawn);
	return err;
}
