/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "app/suggest.h"

struct parser {
	struct command_line *cl;
	char *const *args; /* what is left of argv */
	struct assay_diag *diag;
	const struct report *first;      /* the report that was the first word, or NULL */
	bool wants_argument;             /* its argument has not been seen */
	const char *chosen[REPORTS_MAX]; /* by report: its argument, "" for one without; NULL when not asked for */
};

static int bad_switch(struct parser *p, const char *value, const char *name)
{
	return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "invalid boolean value \"%s\" for -%s: parse error", value, name);
}

/* The value behind '=', or else the next argument whatever it looks like. */
static int take_value(struct parser *p, const char *name, const char **value)
{
	if (*value)
		return 0;
	if (!*p->args)
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "flag needs an argument: -%s", name);
	*value = *p->args++;
	return 0;
}

static int set_option(struct parser *p, enum option_id id, const char *value)
{
	const char *name = options[id].name;
	struct assay_diag why;
	int err;

	if (options[id].type == OPTION_SWITCH) {
		err = options_parse(&p->cl->options, id, value ? value : "true", &why);
		return err == ASSAY_ERR_ARGUMENT ? bad_switch(p, value, name) : err;
	}
	if (!value)
		value = options[id].alone;
	err = take_value(p, name, &value);
	if (err)
		return err;
	err = options_parse(&p->cl->options, id, value, &why);
	if (err == ASSAY_ERR_ARGUMENT)
		return diag_set(p->diag, err, "invalid value \"%s\" for flag -%s: %s", value, name, why.text);
	return err ? diag_nomem(p->diag, "an option") : 0;
}

/* What a report was given last counts: -top=false takes an earlier -top back, as -list= does an earlier -list=main. */
static int set_format(struct parser *p, const struct report *report, const char *value)
{
	struct assay_options scratch = { 0 };
	const char **chosen = &p->chosen[report - reports];

	if (report->argument) {
		int err = take_value(p, report->name, &value);

		*chosen = !err && *value ? value : NULL;
		if (report == p->first)
			p->wants_argument = false;
		return err;
	}
	/* The switch -cum only lends its reading of true and false. */
	if (value && options_parse(&scratch, OPT_CUM, value, NULL) < 0)
		return bad_switch(p, value, report->name);
	*chosen = !value || scratch.values[OPT_CUM].on ? "" : NULL;
	return 0;
}

/* "diff -list=main": the flag says how diff shows what it has. */
static int choose_view(struct parser *p, const struct report *view, const char *argument)
{
	struct command_line *cl = p->cl;

	if (!view->compare)
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT,
			"diff has no view -%s; it has -flamegraph, -list, -peek and -tree", view->name);
	if (cl->view)
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "must set at most one output format");
	cl->view = view;
	cl->argument = *argument ? argument : NULL;
	return 0;
}

static bool has_views(const struct report *r)
{
	return r && r->flags & REPORT_COMPARES && !(r->flags & REPORT_JUDGES);
}

/* The one report that was asked for, if any. */
static int choose_report(struct parser *p)
{
	struct command_line *cl = p->cl;
	int err;

	for (const struct report *r = reports; r->name; r++) {
		const char *chosen = p->chosen[r - reports];

		if (!chosen)
			continue;
		if (has_views(p->first) && r != p->first) {
			err = choose_view(p, r, chosen);
			if (err)
				return err;
			continue;
		}
		if (cl->report)
			return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "must set at most one output format");
		cl->report = r;
		if (!cl->view)
			cl->argument = *chosen ? chosen : NULL;
	}
	return 0;
}

static int unknown_flag(struct parser *p, const char *name)
{
	const char *near = suggest_flag(name);

	if (near)
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "flag provided but not defined: -%s; did you mean -%s?",
			name, near);
	return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "flag provided but not defined: -%s; see assay --help", name);
}

static int set_flag(struct parser *p, const char *name, const char *value)
{
	const struct report *report = report_find(name);
	enum option_id id = option_find(name);

	if (strcmp(name, "h") == 0 || strcmp(name, "help") == 0) {
		p->cl->help = true;
		return 0;
	}
	if (strcmp(name, "version") == 0) {
		p->cl->version = true;
		return 0;
	}
	if (id != N_OPTIONS)
		return set_option(p, id, value);
	if (report && report->flags & REPORT_FORMAT)
		return set_format(p, report, value);
	if (report)
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "%s is no flag; it comes first: assay %s ...", name, name);
	return unknown_flag(p, name);
}

static int parse_flag(struct parser *p, const char *arg)
{
	const char *name = arg + (arg[1] == '-' ? 2 : 1), *equals;
	char plain[64];
	size_t n;

	if (!*name || *name == '-' || *name == '=')
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT, "bad flag syntax: %s", arg);
	equals = strchr(name, '=');
	n = equals ? (size_t)(equals - name) : strlen(name);
	/* No flag has so long a name; the start of it is enough to say so. */
	if (n >= sizeof(plain))
		n = sizeof(plain) - 1;
	memcpy(plain, name, n);
	plain[n] = '\0';
	return set_flag(p, plain, equals ? equals + 1 : NULL);
}

static int add_source(struct parser *p, const char *arg)
{
	if (p->wants_argument) {
		p->chosen[p->first - reports] = arg;
		p->wants_argument = false;
		return 0;
	}
	return vec_push(&p->cl->sources, arg) ? 0 : diag_nomem(p->diag, "sources");
}

static bool is_separator(const char *arg)
{
	return strcmp(arg, "-vs") == 0 || strcmp(arg, "--vs") == 0;
}

/* "a1 a2 -vs b1 b2": what stands before it is the old side. */
static int set_separator(struct parser *p)
{
	if (p->cl->n_old)
		return diag_set(
			p->diag, ASSAY_ERR_ARGUMENT, "-vs stands twice; it separates the old side from the new one");
	if (!p->cl->sources.n)
		return diag_set(p->diag, ASSAY_ERR_ARGUMENT,
			"-vs stands between the sources of two sides; there is none before it");
	p->cl->n_old = p->cl->sources.n;
	return 0;
}

static int parse_all(struct parser *p)
{
	bool flags = true;
	int err = 0;

	while (!err && *p->args) {
		const char *arg = *p->args++;

		if (flags && strcmp(arg, "--") == 0)
			flags = false;
		else if (flags && is_separator(arg))
			err = set_separator(p);
		else if (flags && arg[0] == '-' && arg[1])
			err = parse_flag(p, arg);
		else
			err = add_source(p, arg);
	}
	return err;
}

int flags_parse(struct command_line *cl, int argc, char *const *argv, struct assay_diag *diag)
{
	struct parser p = { .cl = cl, .args = argv + (argc > 0), .diag = diag };
	int err;

	*cl = (struct command_line){ 0 };
	err = options_init(&cl->options, diag);
	if (err)
		return err;
	p.first = *p.args ? report_find(*p.args) : NULL;
	if (p.first) {
		p.wants_argument = p.first->argument != NULL;
		p.chosen[p.first - reports] = "";
		p.args++;
	}
	err = parse_all(&p);
	if (!err && p.wants_argument && !cl->help)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "%s needs a %s: assay %s %s PROFILE", p.first->name,
			p.first->argument, p.first->name, p.first->argument);
	if (!err)
		err = choose_report(&p);
	if (err)
		flags_release(cl);
	return err;
}

void flags_release(struct command_line *cl)
{
	options_release(&cl->options);
	vec_release(&cl->sources);
}
