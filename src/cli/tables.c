/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assay-tables TEMPLATE: copies the template to standard output, and where a line is a placeholder such as
 * @options-bash@ puts the rows of the table of options or reports. Runs during the build and is not installed;
 * completions and manual page are made by it, so that they know what the program knows and no more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "assay-config.h"
#include "base/buf.h"
#include "repl/command.h"
#include "report/report.h"

#define WHEN "auto always never"
#define FORMATS "text json csv tsv markdown"
#define MODES "none local fastlocal force demangle=none demangle=templates demangle=full"
#define UNITS "minimum auto ns us ms s hrs B kB MB GB TB PB"

/* What may stand for an argument, as each of the templates notes it. */
struct value {
	const char *argument; /* as in the tables; NULL for switches */
	const char *bash;     /* a word that the template knows, or the values themselves */
	const char *zsh;      /* an action of _arguments; switches are the template's */
	const char *fish;     /* arguments of complete; switches are the template's */
};

static const struct value values[] = {
	{ NULL, "switch", "", "" },
	{ "dirs", "directories", "_dir_list", "-x -a '(__fish_complete_directories)'" },
	{ "commands", "nothing", " ", "-x" },
	{ "file", "files", "_files", "-r -F" },
	{ "format", "'" FORMATS "'", "(" FORMATS ")", "-x -a '" FORMATS "'" },
	{ "program", "files", "_files", "-r -F" },
	{ "mode", "'" MODES "'", "(" MODES ")", "-x -a '" MODES "'" },
	{ "source", "files", "_files", "-r -F" },
	{ "when", "'" WHEN "'", "(" WHEN ")", "-x -a '" WHEN "'" },
	{ "unit", "'" UNITS "'", "(" UNITS ")", "-x -a '" UNITS "'" },
};

static const struct value *value_of(const char *argument)
{
	static const struct value nothing = { "", "nothing", " ", "-x" };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *known = values[i].argument;

		if (argument && known ? strcmp(argument, known) == 0 : argument == known)
			return &values[i];
	}
	return &nothing;
}

/* text with a backslash before each character that the notation gives a meaning. */
static void add_escaped(struct buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
}

/* The same within single quotes, where a shell takes all but the quote as it is. */
static void add_quoted(struct buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			buf_add_char(out, '\\');
		if (*text == '\'')
			buf_add_str(out, STR("'\\''"));
		else
			buf_add_char(out, *text);
	}
}

static void option_bash(struct buf *out, const struct option *o)
{
	buf_addf(out, "\t[%s]=%s\n", o->name, value_of(o->argument)->bash);
}

static void report_bash(struct buf *out, const struct report *r)
{
	buf_addf(out, "\t[%s]=%s\n", r->name, r->argument ? r->argument : "''");
}

static void option_zsh(struct buf *out, const struct option *o)
{
	buf_addf(out, "\t\t{-,--}'%s%s[", o->name, o->argument ? "=" : "");
	add_quoted(out, o->help, "[]");
	buf_add_char(out, ']');
	if (o->argument)
		buf_addf(out, ":%s:%s", o->argument, value_of(o->argument)->zsh);
	buf_add_str(out, STR("'\n"));
}

static void report_zsh(struct buf *out, const struct report *r)
{
	buf_addf(out, "\t\t'%s:", r->name);
	add_quoted(out, r->help, "");
	buf_add_str(out, STR("'\n"));
}

/* The second word is the report's argument. */
static void argument_zsh(struct buf *out, const struct report *r)
{
	if (r->argument)
		buf_addf(out, "\t\t(%s) _message '%s'; return ;;\n", r->name, r->argument);
}

static void option_fish(struct buf *out, const struct option *o)
{
	buf_addf(out, "__assay_%s %s '", o->argument ? "option" : "switch", o->name);
	add_escaped(out, o->help, "\\'");
	buf_addf(out, "'%s%s\n", o->argument ? " " : "", value_of(o->argument)->fish);
}

static void report_fish(struct buf *out, const struct report *r)
{
	buf_addf(out, "complete -c assay -n __assay_is_first -a %s -d '", r->name);
	add_escaped(out, r->help, "\\'");
	buf_add_str(out, STR("'\n"));
	if (r->argument)
		buf_addf(out, "complete -c assay -n '__assay_is_behind %s' -f\n", r->name);
}

static void add_scd(struct buf *out, const char *text)
{
	add_escaped(out, text, "\\*_`#[|]<>");
}

/* What holds without the option, where that is worth a sentence; switches are off and texts empty. */
static void add_default(struct buf *out, const struct option *o)
{
	if (o->type == OPTION_SWITCH && strcmp(o->fallback, "true") == 0)
		buf_addf(out, " On by default; *-%s=false* turns it off.", o->name);
	else if (o->type != OPTION_SWITCH && *o->fallback)
		buf_addf(out, " The default is %s.", o->fallback);
}

static void option_scd(struct buf *out, const struct option *o)
{
	buf_add_str(out, STR("*-"));
	add_scd(out, o->name);
	buf_add_char(out, '*');
	if (o->argument) {
		buf_add_str(out, o->alone ? STR("\\[=_") : STR("=_"));
		add_scd(out, o->argument);
		buf_add_str(out, o->alone ? STR("_\\]") : STR("_"));
	}
	buf_add_str(out, STR("\n\t"));
	add_scd(out, o->help);
	buf_add_char(out, '.');
	add_default(out, o);
	buf_add_str(out, STR("\n\n"));
}

/* Of rows that are read in the same way the last one says how. */
static bool is_explained_later(const struct report *r)
{
	for (const struct report *later = r + 1; later->name; later++)
		if (later->run && later->details == r->details)
			return true;
	return false;
}

/* As a block that keeps its columns. */
static void add_details(struct buf *out, const char *details)
{
	bool at_start = true;

	buf_add_str(out, STR("\n\t```\n"));
	for (; *details; details++) {
		if (at_start)
			buf_add_char(out, '\t');
		if (*details == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *details);
		at_start = *details == '\n';
	}
	buf_add_str(out, STR("\t```\n"));
}

static void report_scd(struct buf *out, const struct report *r)
{
	buf_addf(out, "*%s*", r->name);
	if (r->argument)
		buf_addf(out, " _%s_", r->argument);
	if (r->flags & REPORT_FORMAT)
		buf_addf(out, ", *-%s*", r->name);
	if (r->flags & REPORT_FORMAT && r->argument)
		buf_addf(out, "=_%s_", r->argument);
	buf_add_str(out, STR("\n\t"));
	add_scd(out, r->help);
	buf_add_str(out, STR(".\n"));
	if (r->details && !is_explained_later(r))
		add_details(out, r->details);
	buf_add_char(out, '\n');
}

/* The switches of each group, a list with an entry for each. */
static void groups_scd(struct buf *out)
{
	static const enum option_group groups[] = { GROUP_GRANULARITY, GROUP_SORT };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		const char *before = "- ";

		for (enum option_id id = 0; id < N_OPTIONS; id++) {
			if (options[id].group != groups[i])
				continue;
			buf_addf(out, "%s*-%s*", before, options[id].name);
			before = ", ";
		}
		buf_add_char(out, '\n');
	}
}

static void commands_scd(struct buf *out)
{
	for (const struct command *c = commands; c->name; c++) {
		buf_addf(out, "*%s*", c->name);
		if (*c->usage) {
			buf_addf(out, "%s_", c->name[0] == '!' ? "" : " ");
			add_scd(out, c->usage);
			buf_add_char(out, '_');
		}
		for (const char *also = c->also; also && *also;) {
			size_t n = strcspn(also, " ");

			buf_addf(out, ", *%.*s*", (int)n, also);
			also += n + (also[n] == ' ');
		}
		buf_add_str(out, STR("\n\t"));
		add_scd(out, c->help);
		buf_add_str(out, STR(".\n\n"));
	}
}

static void title_scd(struct buf *out)
{
	buf_add_str(out, STR("assay(1) \"assay " ASSAY_VERSION "\" \"User commands\"\n"));
}

/* One of the three is set. */
struct placeholder {
	const char *name;
	void (*add)(struct buf *out);
	void (*add_option)(struct buf *out, const struct option *o);
	void (*add_report)(struct buf *out, const struct report *r);
	bool formats; /* reports that are flags too follow the options, as if they were options */
};

static const struct placeholder placeholders[] = {
	{ "arguments-zsh", NULL, NULL, argument_zsh, false },
	{ "commands-scd", commands_scd, NULL, NULL, false },
	{ "groups-scd", groups_scd, NULL, NULL, false },
	{ "options-bash", NULL, option_bash, NULL, true },
	{ "options-fish", NULL, option_fish, NULL, true },
	{ "options-scd", NULL, option_scd, NULL, false },
	{ "options-zsh", NULL, option_zsh, NULL, true },
	{ "reports-bash", NULL, NULL, report_bash, false },
	{ "reports-fish", NULL, NULL, report_fish, false },
	{ "reports-scd", NULL, NULL, report_scd, false },
	{ "reports-zsh", NULL, NULL, report_zsh, false },
	{ "title-scd", title_scd, NULL, NULL, false },
};

static const struct placeholder *placeholder_find(struct str name)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		if (str_equal(name, str_of(placeholders[i].name)))
			return &placeholders[i];
	return NULL;
}

static void add_options(struct buf *out, void (*add)(struct buf *out, const struct option *o), bool formats)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (!options[id].refusal)
			add(out, &options[id]);
	for (const struct report *r = reports; formats && r->name; r++) {
		const struct option as_option = {
			.name = r->name,
			.type = r->argument ? OPTION_TEXT : OPTION_SWITCH,
			.argument = r->argument,
			.help = r->help,
		};

		if (r->run && r->flags & REPORT_FORMAT)
			add(out, &as_option);
	}
}

static void fill(struct buf *out, const struct placeholder *p)
{
	if (p->add)
		p->add(out);
	if (p->add_option)
		add_options(out, p->add_option, p->formats);
	for (const struct report *r = reports; p->add_report && r->name; r++)
		if (r->run)
			p->add_report(out, r);
}

/* False for a placeholder of no known name. */
static bool add_line(struct buf *out, struct str line)
{
	const struct placeholder *p;

	if (line.len < 4 || line.p[0] != '@' || memcmp(line.p + line.len - 2, "@\n", 2) != 0) {
		buf_add_str(out, line);
		return true;
	}
	p = placeholder_find((struct str){ line.p + 1, line.len - 3 });
	if (p)
		fill(out, p);
	return p != NULL;
}

static bool copy(struct buf *out, FILE *template, const char *path)
{
	char *line = NULL;
	size_t cap = 0, number = 0;
	bool ok = true;
	ssize_t n;

	while (ok && (n = getline(&line, &cap, template)) > 0) {
		number++;
		ok = add_line(out, (struct str){ line, (size_t)n });
		if (!ok)
			fprintf(stderr, "assay-tables: %s:%zu: no such placeholder: %s", path, number, line);
	}
	free(line);
	if (ok && (ferror(template) || out->failed)) {
		fprintf(stderr, "assay-tables: cannot read %s\n", path);
		return false;
	}
	return ok;
}

int main(int argc, char **argv)
{
	struct buf out = BUF_INIT;
	FILE *template;
	bool ok;

	if (argc != 2) {
		fputs("usage: assay-tables TEMPLATE\n", stderr);
		return 1;
	}
	template = fopen(argv[1], "r");
	if (!template) {
		perror(argv[1]);
		return 1;
	}
	ok = copy(&out, template, argv[1]);
	fclose(template);
	if (ok)
		ok = fwrite(buf_str(&out).p, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
	buf_release(&out);
	return ok ? 0 : 1;
}
