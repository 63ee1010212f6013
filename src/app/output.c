/* SPDX-License-Identifier: Apache-2.0 */
#include "app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"

#define MOST_NUMBERED 9999

static int system_error(struct assay_diag *diag, const char *call, const char *path, int error)
{
	char why[128];

	return diag_set(diag, ASSAY_ERR_IO, "%s %s: %s", call, path, diag_errno(error, why, sizeof(why)));
}

static int write_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.p, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text = str_skip(text, (size_t)n);
	}
	return 0;
}

int output_print(struct str text, struct assay_diag *diag)
{
	return write_all(STDOUT_FILENO, text) < 0 ? system_error(diag, "write", "standard output", errno) : 0;
}

/* Closes fd. A report that could not be written whole leaves no part of it behind. */
static int write_and_close(int fd, const char *path, struct str text, struct assay_diag *diag)
{
	int error = write_all(fd, text) < 0 ? errno : 0;
	struct stat st;

	if (error && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		unlink(path);
	if (close(fd) < 0 && !error)
		error = errno;
	return error ? system_error(diag, "write", path, error) : 0;
}

static int write_file(const char *path, struct str text, struct assay_diag *diag)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);

	return fd < 0 ? system_error(diag, "open", path, errno) : write_and_close(fd, path, text, diag);
}

/* What the name of a report's file ends in, where it is not the report's own name. */
static void add_suffix(char *path, size_t size, const char *report)
{
	static const char *const suffixes[][2] = {
		{ "callgrind", "callgraph.out" },
		{ "proto", "pb.gz" },
		{ "topproto", "pb.gz" },
	};
	const char *suffix = report;
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (strcmp(report, suffixes[i][0]) == 0)
			suffix = suffixes[i][1];
	snprintf(path + n, size - n, ".%s", suffix);
}

static void numbered_path(char *path, size_t size, unsigned number, const char *report)
{
	snprintf(path, size, "profile%03u", number);
	add_suffix(path, size, report);
}

/* profile001.pb.gz, or the first after it that does not exist. */
static int open_numbered(char *path, size_t size, const char *report, int *fd, struct assay_diag *diag)
{
	for (unsigned i = 1; i <= MOST_NUMBERED; i++) {
		numbered_path(path, size, i, report);
		*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (*fd >= 0)
			return 0;
		if (errno != EEXIST)
			return system_error(diag, "open", path, errno);
	}
	numbered_path(path, size, 1, report);
	return diag_set(diag, ASSAY_ERR_IO, "could not create file of the form %s", path);
}

static int write_numbered(const struct report *report, struct str text, const struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	char path[80];
	int fd, err = open_numbered(path, sizeof(path), report->name, &fd, diag);

	if (err)
		return err;
	ctx_warn(ctx, "Generating report in %s", path);
	return write_and_close(fd, path, text, diag);
}

int output_report(const struct report *report, const char *path, struct str text, const struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	if (*path) {
		ctx_warn(ctx, "Generating report in %s", path);
		return write_file(path, text, diag);
	}
	if (report->flags & REPORT_BINARY && isatty(STDOUT_FILENO))
		return write_numbered(report, text, ctx, diag);
	return output_print(text, diag);
}
