/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/compare.h"
#include "app/interrupt.h"
#include "app/message.h"
#include "app/names.h"
#include "app/output.h"
#include "app/progress.h"
#include "app/request.h"
#include "app/run.h"
#include "app/source_list.h"
#include "app/suggest.h"
#include "base/ctx.h"
#include "base/diag.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "profile/builder.h"
#include "repl/editor.h"
#include "repl/lineedit.h"
#include "repl/repl.h"

enum status {
	STATUS_OK = 0,
	STATUS_BROKEN = 1, /* a rule of check */
	STATUS_FAILED = 2,
};

static void warn(void *data, const char *text)
{
	(void)data;
	message(text);
}

static enum status complain(const struct assay_diag *diag)
{
	messagef("assay: %s", diag->text);
	return STATUS_FAILED;
}

static enum status print(const struct command_line *cl, struct buf *out)
{
	enum status status = STATUS_OK;
	struct assay_diag diag;

	if (out->failed) {
		message("assay: out of memory");
		status = STATUS_FAILED;
	} else if (output_text(&cl->options, buf_str(out), &diag) < 0) {
		status = complain(&diag);
	}
	buf_release(out);
	return status;
}

/* "cpu.pb.gz: malformed profile: sample[12].location_id[3]: no location 99, at byte 5120" */
static void complain_of_source(void *data, const char *source, const struct assay_diag *diag)
{
	(void)data;
	if (!source)
		complain(diag);
	else if (*diag->path && diag->has_offset)
		messagef("assay: %s: malformed profile: %s: %s, at byte %llu", source, diag->path, diag->text,
			(unsigned long long)diag->offset);
	else
		messagef("assay: %s: %s", source, diag->text);
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

static struct load_options load_options_of(const struct command_line *cl, const char *executable, struct names *names)
{
	const struct assay_options *o = &cl->options;

	return (struct load_options){
		.executable = executable,
		.build_id = option_text(o, OPT_BUILDID),
		.comment = option_text(o, OPT_ADD_COMMENT),
		.perf_to_profile = option_text(o, OPT_PERF_TO_PROFILE),
		.all_frames = option_on(o, OPT_ALL_FRAMES),
		.names = names,
		.all_stays = cl->report && cl->report->flags & REPORT_MERGES,
	};
}

static int load(const struct assay_profile **profile, const struct command_line *cl, const char *const *sources,
	size_t n, const char *executable, struct names *names, struct assay_ctx *ctx)
{
	const struct assay_options *o = &cl->options;
	bool is_diff = *option_text(o, OPT_DIFF_BASE);
	const struct load_request request = {
		.sources = sources,
		.n_sources = n,
		.base = option_text(o, is_diff ? OPT_DIFF_BASE : OPT_BASE),
		.is_diff = is_diff,
		.normalize = option_on(o, OPT_NORMALIZE),
		.tag_source = option_on(o, OPT_TAG_SOURCE),
		.merge_one = cl->report->flags & REPORT_MERGES,
		.options = load_options_of(cl, executable, names),
		.complain = complain_of_source,
	};

	return load_request(profile, &request, ctx);
}

static struct output output_of(const struct command_line *cl)
{
	return (struct output){ .path = option_text(&cl->options, OPT_OUTPUT), .options = &cl->options };
}

static int print_report(const struct command_line *cl, const struct report *report, struct str text,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	const struct output to = output_of(cl);

	return output_report(report, &to, text, ctx, diag);
}

static enum status report_on(
	const struct command_line *cl, const struct assay_profile *profile, struct names *names, struct assay_ctx *ctx)
{
	const struct output to = output_of(cl);
	struct buf out = { .sink = output_sink(cl->report, &to) };
	struct assay_diag diag;
	enum status status = STATUS_OK;
	int err;

	err = run_report(profile, cl->report, cl->argument, &cl->options, names, ctx, &out, &diag);
	if (!err && cl->report->flags & REPORT_NEEDS_GRAPH)
		names_tell_missing(names, profile, "assay symbols PROFILE", ctx);
	if (!err)
		err = print_report(cl, cl->report, buf_str(&out), ctx, &diag);
	if (err)
		status = complain(&diag);
	buf_release(&out);
	if (status == STATUS_OK && ctx->n_flaws && option_on(&cl->options, OPT_STRICT))
		status = STATUS_FAILED;
	return status;
}

static enum status run_on_sources(
	const struct command_line *cl, const char *const *sources, size_t n, const char *executable)
{
	struct assay_ctx ctx = { .warn = warn };
	const struct assay_profile *profile;
	struct assay_diag diag;
	struct names names;
	enum status status = STATUS_FAILED;
	int err;

	if (max_size(&cl->options, &ctx.bytes_left, &diag) < 0)
		return complain(&diag);
	if (names_init(&names, &cl->options, cl->report->flags & REPORT_ACCOUNTS, &ctx, &diag) < 0)
		return complain(&diag);
	progress_begin(&ctx);
	err = load(&profile, cl, sources, n, executable, &names, &ctx);
	progress_end(&ctx);
	if (!err) {
		status = report_on(cl, profile, &names, &ctx);
		profile_free(profile);
	}
	names_release(&names);
	return status;
}

/* OLD NEW, or OLD... -vs NEW... */
static int split_sides(struct compare_request *r, const struct command_line *cl, const char *const *sources, size_t n,
	struct assay_diag *diag)
{
	const char *name = cl->report->name;
	bool one_side = cl->report->flags & REPORT_JUDGES && !cl->n_old;
	/* A program in front of the sources was one of those before -vs. */
	size_t n_old = one_side ? 0 : cl->n_old ? cl->n_old - (cl->sources.n - n) : 1;

	if (!one_side && !cl->n_old && n != 2)
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"%s takes two profiles, or several of each side: assay %s OLD NEW, assay %s OLD... -vs NEW...",
			name, name, name);
	if ((!n_old && !one_side) || n_old >= n)
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"-vs stands between the sources of two sides; there is none %s it",
			n_old ? "behind" : "before");
	r->sources[SIDE_OLD] = sources;
	r->n_sources[SIDE_OLD] = n_old;
	r->sources[SIDE_NEW] = sources + n_old;
	r->n_sources[SIDE_NEW] = n - n_old;
	return 0;
}

static enum status print_comparison(
	const struct command_line *cl, const struct compare_request *request, struct assay_ctx *ctx)
{
	struct buf out = BUF_INIT;
	const struct report *report = cl->view ? cl->view : cl->report;
	struct assay_diag diag;
	size_t n_broken = 0;
	int err;

	progress_begin(ctx);
	if (cl->view)
		err = compare_view(request, cl->view, cl->argument, &cl->options, ctx, &out);
	else
		err = compare_report(request, cl->report, &cl->options, ctx, &out, &n_broken);
	progress_end(ctx);
	if (!err) {
		err = print_report(cl, report, buf_str(&out), ctx, &diag);
		if (err)
			complain(&diag);
	}
	buf_release(&out);
	if (err || (ctx->n_flaws && option_on(&cl->options, OPT_STRICT)))
		return STATUS_FAILED;
	return n_broken ? STATUS_BROKEN : STATUS_OK;
}

static enum status compare(const struct command_line *cl, const char *const *sources, size_t n, const char *executable)
{
	struct assay_ctx ctx = { .warn = warn };
	struct names names;
	struct compare_request request = {
		.tag_source = option_on(&cl->options, OPT_TAG_SOURCE),
		.options = load_options_of(cl, executable, &names),
		.complain = complain_of_source,
	};
	struct assay_diag diag;
	enum status status;

	if (split_sides(&request, cl, sources, n, &diag) < 0 || max_size(&cl->options, &ctx.bytes_left, &diag) < 0)
		return complain(&diag);
	if (names_init(&names, &cl->options, false, &ctx, &diag) < 0)
		return complain(&diag);
	status = print_comparison(cl, &request, &ctx);
	names_release(&names);
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

static enum status end_of_script(int end)
{
	return end == REPL_BROKEN ? STATUS_BROKEN : end ? STATUS_FAILED : STATUS_OK;
}

/* A person has seen what failed; only a session that could not begin or go on is told by the status. */
static enum status run_terminal(struct repl_setup *setup)
{
	struct editor *editor = editor_new();
	int end;

	if (!editor) {
		message("assay: out of memory");
		return STATUS_FAILED;
	}
	setup->terminal = editor_terminal(editor);
	end = repl_run(setup);
	editor_free(editor);
	return setup->stop_at_error ? end_of_script(end) : end < 0 ? STATUS_FAILED : STATUS_OK;
}

/* Without a report the shell is opened, unless the first source looks more like a slip than like a file. */
static enum status run_shell(
	const struct command_line *cl, const char *const *sources, size_t n, const char *executable)
{
	const struct assay_options *o = &cl->options;
	struct assay_ctx ctx = { .warn = warn };
	struct repl_setup setup = {
		.sources = sources,
		.n_sources = n,
		.load = load_options_of(cl, executable, NULL),
		.options = o,
		.ctx = &ctx,
		.script = *option_text(o, OPT_X) ? option_text(o, OPT_X) : NULL,
		.stop_at_error = option_on(o, OPT_E),
	};
	const char *near = access(sources[0], F_OK) == 0 ? NULL : suggest_report(sources[0]);
	struct assay_diag diag;

	if (near && strcmp(near, sources[0]) == 0) {
		messagef("assay: a report's name comes first: assay %s ...", sources[0]);
		return STATUS_FAILED;
	}
	if (near && !strpbrk(sources[0], "./")) {
		messagef("assay: no report '%s'; did you mean %s?", sources[0], near);
		return STATUS_FAILED;
	}
	if (max_size(o, &ctx.bytes_left, &diag) < 0)
		return complain(&diag);
	if (!setup.script && isatty(STDIN_FILENO))
		return run_terminal(&setup);
	return end_of_script(repl_run(&setup));
}

static int check_base(const struct command_line *cl, struct assay_diag *diag)
{
	const struct assay_options *o = &cl->options;
	bool compares = cl->report && cl->report->flags & REPORT_COMPARES;
	bool base = *option_text(o, OPT_BASE), diff_base = *option_text(o, OPT_DIFF_BASE);

	if (compares && (base || diff_base))
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"%s has two sides already; -base and -diff_base are for the other reports", cl->report->name);
	if (cl->n_old && !compares)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-vs separates the two sides of diff; there is but one here");
	if (cl->report && (option_on(o, OPT_E) || *option_text(o, OPT_X)))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-%s is for the shell, which %s does not start",
			*option_text(o, OPT_X) ? "x" : "e", cl->report->name);
	if (base && diff_base)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-base and -diff_base flags cannot both be specified");
	if (option_on(o, OPT_NORMALIZE) && !base && !diff_base && !compares)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "must have base profile to normalize by");
	return 0;
}

/* A file that is merged into itself grows with every run, and is lost if writing fails. */
static int check_output(const struct command_line *cl, const struct source_list *l, struct assay_diag *diag)
{
	const struct assay_options *o = &cl->options;
	const char *output = option_text(o, OPT_OUTPUT), *list = option_text(o, OPT_FILES_FROM), *source;

	if (!*output || !cl->report || !(cl->report->flags & REPORT_MERGES))
		return 0;
	source = source_list_find(l, output);
	if (source)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-output=%s: %s is one of the sources", output, source);
	if (*list && source_is_same_file(list, output))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-output=%s: is the list of sources", output);
	return 0;
}

static bool has_stdin(const struct command_line *cl)
{
	for (size_t i = 0; i < cl->sources.n; i++)
		if (strcmp(cl->sources.items[i], "-") == 0)
			return true;
	return false;
}

/* Those of the command line, and behind them those of -files_from. */
static int list_sources(struct source_list *l, const struct command_line *cl, struct assay_diag *diag)
{
	const char *list = option_text(&cl->options, OPT_FILES_FROM);
	int err = source_list_add(l, cl->sources.items, cl->sources.n, diag);

	if (err || !*list)
		return err;
	if (cl->n_old || (cl->report && cl->report->flags & REPORT_COMPARES && !(cl->report->flags & REPORT_JUDGES)))
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"-files_from names the sources of one side; merge those of each side first");
	if (strcmp(list, "-") == 0 && has_stdin(cl))
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"-files_from=-: standard input cannot be a source and the list of sources");
	return source_list_read(l, list, diag);
}

static enum status run_on_list(struct command_line *cl, const struct source_list *l)
{
	const char *const *sources = l->names.items;
	size_t n = l->names.n;
	const char *executable = "";
	struct assay_diag diag;

	if (n == 0)
		return usage("no profile source specified");
	/* pprof's order: with two names or more, the first may be the program. A list has none. */
	if (n >= 2 && cl->sources.n && load_is_executable(sources[0])) {
		executable = *sources++;
		n--;
	}
	if (options_settle(&cl->options, warn, NULL, &diag) < 0 || check_base(cl, &diag) < 0)
		return complain(&diag);
	if (!cl->report)
		return run_shell(cl, sources, n, executable);
	if (check_output(cl, l, &diag) < 0)
		return complain(&diag);
	if (!cl->report->run) {
		messagef("assay: %s: this version does not have that report yet", cl->report->name);
		return STATUS_FAILED;
	}
	if (cl->report->flags & REPORT_COMPARES)
		return compare(cl, sources, n, executable);
	return run_on_sources(cl, sources, n, executable);
}

static enum status run(struct command_line *cl)
{
	struct source_list list = { 0 };
	struct assay_diag diag;
	enum status status;

	status = list_sources(&list, cl, &diag) < 0 ? complain(&diag) : run_on_list(cl, &list);
	source_list_release(&list);
	return status;
}

static enum status print_help(const struct command_line *cl)
{
	struct buf out = BUF_INIT;

	if (cl->version)
		help_add_version(&out, lineedit_backend());
	else if (cl->report && cl->report->run)
		help_add_report(&out, cl->report);
	else
		help_add_all(&out);
	return print(cl, &out);
}

int main(int argc, char **argv)
{
	struct command_line cl;
	struct assay_diag diag;
	enum status status;

	interrupt_init();
	if (flags_parse(&cl, argc, argv, &diag) < 0)
		return complain(&diag);
	status = cl.help || cl.version ? print_help(&cl) : run(&cl);
	flags_release(&cl);
	return status;
}
