/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script for the shell, run on a small profile. Whatever would reach beyond the process (programs, files, other
 * profiles) is replaced at link time by a function that counts: see -Wl,--wrap in meson.build.
 */
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/output.h"
#include "base/diag.h"
#include "format/formats.h"
#include "harness.h"
#include "repl/command.h"
#include "repl/complete.h"
#include "repl/variables.h"

int __wrap_child_shell(const char *command, struct assay_diag *diag);
int __wrap_output_report(const struct report *report, const struct output *to, struct str text,
	const struct assay_ctx *ctx, struct assay_diag *diag);
int __wrap_compare_report(const struct compare_request *request, const struct report *report,
	const struct assay_options *options, struct assay_ctx *ctx, struct buf *out, size_t *n_broken);
int __wrap_session_load(struct repl *r, const struct str *sources, size_t n, const struct str *base, bool is_diff,
	struct assay_diag *diag);
int __wrap_session_load_accounts(
	struct repl *r, const struct assay_profile **profile, struct names **names, struct assay_diag *diag);
int __wrap_views_save(struct repl *r, struct str rest, struct assay_diag *diag);
int __wrap_views_load(struct repl *r, struct str rest, struct assay_diag *diag);
void __wrap_message(const char *text);
void __wrap_message_text(struct str text);

static struct str input; /* the command that runs */

/* Only what stands in the line may get to a shell. */
static void check_typed(const char *command)
{
	CHECK(*command && strlen(command) <= input.len);
	CHECK(memmem(input.p, input.len, command, strlen(command)));
}

int __wrap_child_shell(const char *command, struct assay_diag *diag)
{
	check_typed(command);
	return diag_set(diag, ASSAY_ERR_IO, "exit status 1");
}

int __wrap_output_report(const struct report *report, const struct output *to, struct str text,
	const struct assay_ctx *ctx, struct assay_diag *diag)
{
	(void)ctx;
	(void)diag;
	CHECK(report && to->path && (!text.len || text.p));
	if (to->command)
		check_typed(to->command);
	return 0;
}

int __wrap_compare_report(const struct compare_request *request, const struct report *report,
	const struct assay_options *options, struct assay_ctx *ctx, struct buf *out, size_t *n_broken)
{
	(void)options;
	(void)ctx;
	(void)out;
	CHECK(report->flags & REPORT_JUDGES || request->n_sources[SIDE_OLD]);
	*n_broken = 0;
	return 0;
}

int __wrap_session_load(struct repl *r, const struct str *sources, size_t n, const struct str *base, bool is_diff,
	struct assay_diag *diag)
{
	(void)r;
	(void)is_diff;
	for (size_t i = 0; i < n; i++)
		CHECK(sources[i].p >= input.p && sources[i].p + sources[i].len <= input.p + input.len);
	CHECK(!base || base->p);
	return session_told(diag, ASSAY_ERR_IO);
}

int __wrap_session_load_accounts(
	struct repl *r, const struct assay_profile **profile, struct names **names, struct assay_diag *diag)
{
	(void)r;
	(void)profile;
	(void)names;
	return session_told(diag, ASSAY_ERR_IO);
}

int __wrap_views_save(struct repl *r, struct str rest, struct assay_diag *diag)
{
	(void)r;
	(void)rest;
	(void)diag;
	return 0;
}

int __wrap_views_load(struct repl *r, struct str rest, struct assay_diag *diag)
{
	return __wrap_views_save(r, rest, diag);
}

void __wrap_message(const char *text)
{
	CHECK(*text);
}

void __wrap_message_text(struct str text)
{
	CHECK(!memchr(text.p, '\033', text.len));
}

static const struct assay_profile *make_profile(void)
{
	static const char folded[] = "main;work;operator new(unsigned long) 3\nmain;top;cum 4\nmain;work 1\n";
	struct bytes bytes = { .data = (uint8_t *)folded, .len = sizeof(folded) - 1, .borrowed = true };
	struct assay_ctx ctx = { .bytes_left = 1 << 20 };
	const struct assay_profile *p;
	struct assay_diag diag;

	CHECK(load_bytes(&p, &bytes, &(struct load_options){ 0 }, &ctx, &diag) == 0);
	return p;
}

/* Words lie in their line, in order, and hold no blank unless they were quoted. */
static void check_words(struct str line)
{
	struct lexer l = lexer_of(line);
	const char *at = line.p;
	struct word w;

	while (lexer_word(&l, &w)) {
		CHECK(w.text.p >= at && w.text.p + w.text.len <= line.p + line.len);
		for (size_t i = 0; w.kind == WORD_PLAIN && i < w.text.len; i++)
			CHECK(!lexer_is_blank(w.text.p[i]));
		CHECK(w.kind != WORD_PLAIN || w.text.len);
		at = w.text.p + w.text.len;
	}
}

static void check_options(const struct assay_options *o)
{
	unsigned on[N_GROUPS] = { 0 };

	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		CHECK(options[id].type != OPTION_TEXT || option_text(o, id));
		CHECK(!options[id].choices || options[id].choices[option_choice(o, id)]);
		if (options[id].type == OPTION_SWITCH)
			on[options[id].group] += option_on(o, id);
	}
	CHECK(on[GROUP_SORT] <= 1 && on[GROUP_GRANULARITY] <= 1);
}

/* At the end of the line, and somewhere in it. */
static void check_completion(struct repl *r, struct str line, size_t cursor)
{
	struct completion c;

	CHECK(complete(r, line, cursor, &c) == 0);
	CHECK(c.from <= cursor && c.candidates.n <= COMPLETE_MAX);
	for (size_t i = 0; i < c.candidates.n; i++)
		CHECK(str_starts(c.candidates.items[i], c.common));
	completion_release(&c);
}

static void check_command(struct repl *r, struct str command)
{
	size_t n_failed = r->n_failed;
	int err;

	check_words(command);
	check_completion(r, command, command.len);
	check_completion(r, command, command.len / 2);
	input = command;
	err = command_run(r, command);
	CHECK(r->n_failed == n_failed + (err != 0));
	check_options(&r->options);
}

/* Commands and what stands between them make up the whole script. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct assay_profile *profile;
	struct lexer script = lexer_of((struct str){ (const char *)data, size });
	struct assay_ctx ctx = { 0 };
	struct repl_setup setup = { .ctx = &ctx };
	struct repl r = { .setup = &setup };
	const char *at = script.rest.p;
	struct str command;

	if (!profile)
		profile = make_profile();
	CHECK(options_init(&r.options, NULL) == 0);
	setup.options = &r.options;
	r.base = strdup("");
	r.profile = profile;
	while (!r.leaving && lexer_command(&script, &command)) {
		CHECK(command.p == at);
		at = script.rest.p;
		CHECK(at == command.p + command.len || at == command.p + command.len + 1);
		check_command(&r, command);
	}
	r.profile = NULL;
	session_release(&r);
	return 0;
}
