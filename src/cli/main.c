/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/load.h"
#include "app/run.h"
#include "app/symbolize_mode.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/suggest.h"
#include "profile/builder.h"

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 2,
};

static void warn(void *data, const char *text)
{
	(void)data;
	message(text);
}

static enum status complain_of_errno(const char *call, const char *path, int error)
{
	char why[128];

	messagef("assay: %s %s: %s", call, path, diag_errno(error, why, sizeof(why)));
	return STATUS_FAILED;
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

static enum status print(struct buf *out)
{
	enum status status = STATUS_OK;

	if (out->failed) {
		message("assay: out of memory");
		status = STATUS_FAILED;
	} else if (write_all(STDOUT_FILENO, buf_str(out)) < 0) {
		status = complain_of_errno("write", "standard output", errno);
	}
	buf_release(out);
	return status;
}

/* A report that could not be written whole leaves no part of it behind. */
static enum status write_file(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666), err;
	struct stat st;

	if (fd < 0)
		return complain_of_errno("open", path, errno);
	err = write_all(fd, text) < 0 ? errno : 0;
	if (err && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		unlink(path);
	if (close(fd) < 0 && !err)
		err = errno;
	return err ? complain_of_errno("write", path, err) : STATUS_OK;
}

static enum status output_report(const struct assay_options *o, struct buf *out)
{
	const char *path = option_text(o, OPT_OUTPUT);

	if (!*path)
		return print(out);
	messagef("Generating report in %s", path);
	return write_file(path, buf_str(out));
}

static enum status complain(const struct assay_diag *diag)
{
	messagef("assay: %s", diag->text);
	return STATUS_FAILED;
}

/* "cpu.pb.gz: malformed profile: sample[12].location_id[3]: no location 99, at byte 5120" */
static enum status complain_of_source(const char *source, const struct assay_diag *diag)
{
	if (*diag->path && diag->has_offset)
		messagef("assay: %s: malformed profile: %s: %s, at byte %llu", source, diag->path, diag->text,
			(unsigned long long)diag->offset);
	else
		messagef("assay: %s: %s", source, diag->text);
	return STATUS_FAILED;
}

static int max_size(const struct assay_options *o, uint64_t *size, struct assay_diag *diag)
{
	const char *text = option_text(o, OPT_MAX_SIZE), *where = "-max_size";

	*size = assay_default_max_size();
	if (!*text) {
		text = getenv("ASSAY_MAX_SIZE");
		where = "ASSAY_MAX_SIZE";
	}
	if (!text || !*text || options_parse_size(text, size) == 0)
		return 0;
	return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s: \"%s\" is no size such as 500M or 2G", where, text);
}

/* Names that are not there are not made up; but nobody shall take [app] for one either. */
static void tell_unnamed(const struct assay_profile *p, const char *mode)
{
	struct symbolize_mode m;
	size_t n = 0;

	if (!symbolize_mode_parse(&m, mode)) {
		messagef("ignoring unrecognized symbolization option: %s", mode);
		message("expecting -symbolize=[local|fastlocal|remote|none][:force][:demangle=[none|full|templates|default]]");
	}
	for (size_t i = 0; i < p->locations.n; i++)
		n += p->locations.items[i].n_lines == 0;
	if (n && !m.none)
		messagef("%zu of %zu locations have no names, and this version does not look for them in binaries", n,
			p->locations.n);
}

static int load(const struct assay_profile **profile, const struct command_line *cl, const char *source,
	const char *executable, struct assay_ctx *ctx, struct assay_diag *diag)
{
	const struct load_options o = {
		.executable = executable,
		.build_id = option_text(&cl->options, OPT_BUILDID),
		.comment = option_text(&cl->options, OPT_ADD_COMMENT),
		.all_frames = option_on(&cl->options, OPT_ALL_FRAMES),
	};

	return load_source(profile, source, &o, ctx, diag);
}

static enum status report_on(const struct command_line *cl, const struct assay_profile *profile, struct assay_ctx *ctx)
{
	struct buf out = BUF_INIT;
	struct assay_diag diag;
	enum status status;

	if (run_report(profile, cl->report, &cl->options, ctx, &out, &diag) < 0) {
		status = complain(&diag);
	} else {
		tell_unnamed(profile, option_text(&cl->options, OPT_SYMBOLIZE));
		status = output_report(&cl->options, &out);
	}
	buf_release(&out);
	if (status == STATUS_OK && ctx->n_flaws && option_on(&cl->options, OPT_STRICT))
		status = STATUS_FAILED;
	return status;
}

static enum status run_on_source(const struct command_line *cl, const char *source, const char *executable)
{
	struct assay_ctx ctx = { .warn = warn };
	const struct assay_profile *profile;
	struct assay_diag diag;
	enum status status;

	if (load_is_remote(source)) {
		messagef("assay: %s: assay reads files; it does not fetch profiles or serve them", source);
		return STATUS_FAILED;
	}
	if (max_size(&cl->options, &ctx.bytes_left, &diag) < 0)
		return complain(&diag);
	if (load(&profile, cl, source, executable, &ctx, &diag) < 0)
		return complain_of_source(source, &diag);
	status = report_on(cl, profile, &ctx);
	profile_free(profile);
	return status;
}

static enum status usage(const char *why)
{
	struct buf out = BUF_INIT;

	messagef("assay: %s", why);
	help_add_usage(&out);
	fwrite(buf_str(&out).p, 1, out.len, stderr);
	buf_release(&out);
	return STATUS_FAILED;
}

static enum status no_report(const char *first)
{
	const char *near = access(first, F_OK) == 0 ? NULL : suggest_report(first);

	if (!near)
		return usage("no report named, and this version has no shell yet");
	if (strcmp(near, first) == 0) {
		messagef("assay: a report's name comes first: assay %s ...", first);
		return STATUS_FAILED;
	}
	messagef("assay: no report '%s'; did you mean %s?", first, near);
	return STATUS_FAILED;
}

static enum status run(struct command_line *cl)
{
	const char *const *sources = cl->sources.items;
	size_t n = cl->sources.n;
	const char *executable = "";
	struct assay_diag diag;

	if (n == 0)
		return usage("no profile source specified");
	/* pprof's order: with two names or more, the first may be the program. */
	if (n >= 2 && load_is_executable(sources[0])) {
		executable = *sources++;
		n--;
	}
	if (options_settle(&cl->options, warn, NULL, &diag) < 0)
		return complain(&diag);
	if (!cl->report)
		return no_report(sources[0]);
	if (!cl->report->run) {
		messagef("assay: %s: this version does not have that report yet", cl->report->name);
		return STATUS_FAILED;
	}
	if (n > 1) {
		messagef("assay: %s: this version reads one profile at a time", sources[1]);
		return STATUS_FAILED;
	}
	return run_on_source(cl, sources[0], executable);
}

static enum status print_help(const struct command_line *cl)
{
	struct buf out = BUF_INIT;

	if (cl->version)
		help_add_version(&out);
	else if (cl->report && cl->report->run)
		help_add_report(&out, cl->report);
	else
		help_add_all(&out);
	return print(&out);
}

int main(int argc, char **argv)
{
	struct command_line cl;
	struct assay_diag diag;
	enum status status;

	if (flags_parse(&cl, argc, argv, &diag) < 0)
		return complain(&diag);
	status = cl.help || cl.version ? print_help(&cl) : run(&cl);
	flags_release(&cl);
	return status;
}
