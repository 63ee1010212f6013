/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/child.h"
#include "app/message.h"
#include "app/suggest.h"
#include "base/diag.h"
#include "repl/variables.h"

static int show(struct repl *r, struct buf *text, struct assay_diag *diag)
{
	const struct repl_terminal *t = r->setup->terminal;
	int err = 0;

	if (text->failed)
		err = diag_nomem(diag, "a text");
	else if (t && t->show)
		err = t->show(t->data, &r->options, buf_str(text), diag);
	else
		message_text(buf_str(text));
	buf_release(text);
	return err;
}

static int run_help(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct buf out = BUF_INIT;
	struct nearest near;
	char *name;

	if (!rest.len) {
		listing_add_help(&out);
		return show(r, &out, diag);
	}
	if (listing_add_help_on(&out, rest))
		return show(r, &out, diag);
	name = strndup(rest.p, rest.len);
	if (!name)
		return diag_nomem(diag, "a name");
	near = nearest_to(name);
	command_consider_all(&near);
	diag_set(diag, ASSAY_ERR_ARGUMENT, "Unknown command: %s%s%s%s", name, near.name ? "; did you mean " : "",
		near.name ? near.name : "", near.name ? "?" : "");
	free(name);
	return ASSAY_ERR_ARGUMENT;
}

static int run_options(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct buf out = BUF_INIT;

	(void)rest;
	variables_add_all(&out, &r->options, r->profile);
	return show(r, &out, diag);
}

static int run_quit(struct repl *r, struct str rest, struct assay_diag *diag)
{
	(void)rest;
	(void)diag;
	r->leaving = true;
	return 0;
}

/* The words behind a command that takes files; operators make no sense there. */
static int take_files(
	struct str rest, struct str *files, size_t most, size_t *n, const char *name, struct assay_diag *diag)
{
	struct lexer l = lexer_of(rest);
	struct word word;

	for (*n = 0; lexer_word(&l, &word); (*n)++) {
		if (word.kind != WORD_PLAIN && word.kind != WORD_QUOTED)
			return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s takes files, not %.*s", name,
				word.kind == WORD_PIPE ? 1 : (int)word.text.len,
				word.kind == WORD_PIPE ? "|" : word.text.p);
		if (*n == most)
			return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s takes no more than %zu file%s", name, most,
				most == 1 ? "" : "s");
		files[*n] = word.text;
	}
	return 0;
}

static int set_base(struct repl *r, struct str rest, bool is_diff, struct assay_diag *diag)
{
	struct str file = STR("");
	size_t n;
	int err = take_files(rest, &file, 1, &n, is_diff ? "diff_base" : "base", diag);

	if (err || (!n && !*r->base))
		return err;
	return session_load(r, NULL, 0, &file, is_diff, diag);
}

static int run_base(struct repl *r, struct str rest, struct assay_diag *diag)
{
	return set_base(r, rest, false, diag);
}

static int run_diff_base(struct repl *r, struct str rest, struct assay_diag *diag)
{
	return set_base(r, rest, true, diag);
}

#define OPEN_MAX_FILES 1024

static int run_open(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct str *files = malloc(OPEN_MAX_FILES * sizeof(*files));
	size_t n;
	int err = files ? take_files(rest, files, OPEN_MAX_FILES, &n, "open", diag) : diag_nomem(diag, "files");

	if (!err && !n)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "open needs a profile: open FILE...");
	if (!err)
		err = session_load(r, files, n, NULL, false, diag);
	free(files);
	if (!err && r->setup->terminal)
		session_greet(r);
	return err;
}

static int run_reload(struct repl *r, struct str rest, struct assay_diag *diag)
{
	(void)rest;
	return session_load(r, NULL, 0, NULL, false, diag);
}

static int run_shell(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct assay_diag why;
	char *command;
	int err;

	(void)r;
	if (!rest.len)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "! needs a command: !ls");
	command = strndup(rest.p, rest.len);
	if (!command)
		return diag_nomem(diag, "a command");
	err = child_shell(command, &why);
	if (err)
		diag_set(diag, err, "%s: %s", command, why.text);
	free(command);
	return err;
}

const struct command commands[] = {
	{ "!", NULL, "command", "Run a command of the system's shell", WORDS_SHELL, run_shell },
	{ "base", NULL, "[file]", "Subtract this profile from now on; without a file, none", WORDS_FILES, run_base },
	{ "diff_base", NULL, "[file]", "The same, with percentages of what is subtracted", WORDS_FILES, run_diff_base },
	{ "help", NULL, "[name]", "What there is, or what a command or option means", WORDS_NAMES, run_help },
	{ "load", NULL, "name", "Set the options as they were saved under this name", WORDS_VIEWS, views_load },
	{ "open", NULL, "file...", "Hold another profile, or the sum of several, with the same options", WORDS_FILES,
		run_open },
	{ "options", "o", "", "List the options and their values", WORDS_NONE, run_options },
	{ "quit", "q exit", "", "Leave the shell", WORDS_NONE, run_quit },
	{ "reload", NULL, "", "Read the profile again", WORDS_NONE, run_reload },
	{ "save", NULL, "name", "Keep the options under this name, for other sessions too", WORDS_VIEWS, views_save },
	{ "views", NULL, "", "List the names under which options are kept", WORDS_NONE, views_list },
	{ NULL, NULL, NULL, NULL, WORDS_NONE, NULL },
};

static bool has_name(const struct command *c, struct str name)
{
	struct lexer also = lexer_of(str_of(c->also ? c->also : ""));
	struct word word;

	if (str_equal(str_of(c->name), name))
		return true;
	while (lexer_word(&also, &word))
		if (str_equal(word.text, name))
			return true;
	return false;
}

const struct command *command_find(struct str name)
{
	for (const struct command *c = commands; c->name; c++)
		if (has_name(c, name))
			return c;
	return NULL;
}

void command_consider_all(struct nearest *near)
{
	size_t i = 0;

	for (const struct command *c = commands; c->name; c++)
		nearest_consider(near, c->name);
	for (const struct report *rep = reports; rep->name; rep++)
		if (rep->run)
			nearest_consider(near, rep->name);
	for (struct variable v = variable_next(&i); v.kind != VARIABLE_NONE; v = variable_next(&i))
		nearest_consider(near, variable_name(&v));
}

static const struct report *find_report(struct str name)
{
	for (const struct report *rep = reports; rep->name; rep++)
		if (str_equal(str_of(rep->name), name))
			return rep;
	return NULL;
}

static int fail(struct repl *r, const struct assay_diag *diag, int err)
{
	if (*diag->text)
		message(diag->text);
	r->n_failed++;
	return err;
}

/* What is typed behind the value, as in the lines of `options`, is no part of it. */
static struct str without_note(struct str value)
{
	for (size_t i = value.len; i-- > 0;)
		if (str_starts(str_skip(value, i), STR("//:")))
			return (struct str){ value.p, i };
	return value;
}

/* "nodecount" alone: only switches mean something then. */
static bool needs_value(const struct variable *v)
{
	return v->kind == VARIABLE_GROUP || (v->kind == VARIABLE_OPTION && options[v->id].type != OPTION_SWITCH);
}

/* An assignment, or the bare name of an option; *done is false when the line is neither. */
static int try_assignment(struct repl *r, struct str line, bool *done, struct assay_diag *diag)
{
	const char *equals = memchr(line.p, '=', line.len);
	struct str name = lexer_trim((struct str){ line.p, equals ? (size_t)(equals - line.p) : line.len });
	struct str value = STR("");
	struct variable v = variable_find(name);

	*done = v.kind != VARIABLE_NONE;
	if (!*done)
		return 0;
	if (!equals && needs_value(&v))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "please specify a value, e.g. %s=<val>", variable_name(&v));
	if (equals)
		value = lexer_trim(without_note(str_skip(line, (size_t)(equals - line.p) + 1)));
	return variable_set(&r->options, &v, value, r->profile, diag);
}

static int assign(struct repl *r, enum option_id id, struct str value, struct assay_diag *diag)
{
	const struct variable v = { VARIABLE_OPTION, id, GROUP_NONE };

	return variable_set(&r->options, &v, value, r->profile, diag);
}

static int forget_filters(struct repl *r, struct assay_diag *diag)
{
	static const enum option_id filters[] = { OPT_FOCUS, OPT_IGNORE, OPT_HIDE, OPT_TAGFOCUS, OPT_TAGIGNORE };
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(filters) / sizeof(filters[0]); i++)
		err = assign(r, filters[i], STR(""), diag);
	return err;
}

/* ":", or a sample type: "cpu", "total_cpu", "mean_cpu". *done is false when the line is neither. */
static int try_shortcut(struct repl *r, struct str line, bool *done, struct assay_diag *diag)
{
	const struct assay_profile *p = r->profile;

	*done = str_equal(line, STR(":"));
	if (*done)
		return forget_filters(r, diag);
	for (size_t i = 0; i < profile_n_types(p); i++) {
		struct str type = profile_str(p, p->sample_types.items[i].type);
		bool total = str_starts(line, STR("total_")) && str_equal(str_skip(line, 6), type);
		bool mean = str_starts(line, STR("mean_")) && str_equal(str_skip(line, 5), type);

		*done = total || mean || str_equal(line, type);
		if (!*done)
			continue;
		if (total || mean)
			r->options.values[OPT_MEAN].on = mean;
		return assign(r, OPT_SAMPLE_INDEX, type, diag);
	}
	return 0;
}

/* "top10": a report's name, and the digits behind it as its first word. */
static struct str split_digits(struct str *name)
{
	size_t n = name->len;
	struct str digits;

	while (n && name->p[n - 1] >= '0' && name->p[n - 1] <= '9')
		n--;
	digits = str_skip(*name, n);
	if (!n || !digits.len)
		return STR("");
	name->len = n;
	return digits;
}

/* Neither a command nor an option: "nodecount 5" looks like an assignment, "tpo" like top. */
static int unknown(struct str name, struct str number, struct str rest, struct assay_diag *diag)
{
	struct variable v = variable_find(name);
	struct lexer words = lexer_of(rest);
	struct word first = { WORD_PLAIN, number };
	struct nearest near;
	char typed[64], plain[64];

	if (v.kind != VARIABLE_NONE) {
		if (!number.len && !lexer_word(&words, &first))
			first.text = STR("<val>");
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "did you mean: %s=%.*s", variable_name(&v),
			(int)first.text.len, first.text.p);
	}
	if (name.len >= sizeof(typed))
		return diag_set(
			diag, ASSAY_ERR_ARGUMENT, "unrecognized command: \"%.*s...\"", (int)sizeof(typed), name.p);
	memcpy(typed, name.p, name.len);
	typed[name.len] = '\0';
	/* "focsu=main" is about the name. */
	snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(typed, "="), typed);
	near = nearest_to(plain);
	command_consider_all(&near);
	return diag_set(diag, ASSAY_ERR_ARGUMENT, "unrecognized command: \"%s\"%s%s%s", typed,
		near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

/* A command or a report. */
static int run_words(struct repl *r, struct str line, struct assay_diag *diag)
{
	struct lexer words = lexer_of(line);
	const struct command *c;
	const struct report *report;
	struct word first;
	struct str number = STR("");

	lexer_word(&words, &first);
	c = command_find(first.text);
	if (c)
		return c->run(r, lexer_trim(words.rest), diag);
	report = find_report(first.text);
	if (!report) {
		number = split_digits(&first.text);
		report = find_report(first.text);
	}
	if (!report)
		return unknown(first.text, number, words.rest, diag);
	return report_command_run(r, report, number, words.rest, diag);
}

static int run_line(struct repl *r, struct str line, struct assay_diag *diag)
{
	bool done = false;
	int err;

	if (line.p[0] == '!')
		return run_shell(r, lexer_trim(str_skip(line, 1)), diag);
	err = try_assignment(r, line, &done, diag);
	if (!err && !done && !command_find(line) && !find_report(line))
		err = try_shortcut(r, line, &done, diag);
	return err || done ? err : run_words(r, line, diag);
}

int command_run(struct repl *r, struct str line)
{
	struct assay_diag diag = { 0 };
	int err;

	line = lexer_trim(line);
	if (!line.len || line.p[0] == '#')
		return 0;
	if (memchr(line.p, '\0', line.len))
		return fail(r, &diag, diag_set(&diag, ASSAY_ERR_ARGUMENT, "a line cannot hold a NUL"));
	err = run_line(r, line, &diag);
	return err ? fail(r, &diag, err) : 0;
}
