/* SPDX-License-Identifier: Apache-2.0 */
/* What `help` says. All of it comes from the tables of commands, reports and options. */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "repl/command.h"
#include "repl/variables.h"

#define NAME_WIDTH 25

struct entry {
	const char *name;
	const char *also; /* "q exit", shown as quit/q/exit; or NULL */
	const char *help;
};

struct entries {
	VEC(struct entry) items;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static size_t add_name(struct buf *out, const struct entry *e)
{
	size_t start = out->len;

	buf_addf(out, "%s", e->name);
	if (e->also)
		buf_add_char(out, '/');
	for (const char *c = e->also; c && *c; c++)
		buf_add_char(out, *c == ' ' ? '/' : *c);
	return out->len - start;
}

static void add_entry(struct buf *out, const struct entry *e)
{
	size_t n;

	buf_add_str(out, STR("  "));
	n = add_name(out, e);
	buf_add_fill(out, ' ', n < NAME_WIDTH ? NAME_WIDTH - n : 0);
	buf_addf(out, " %s\n", e->help);
}

/* Sorts them and lets them go. */
static void add_entries(struct buf *out, struct entries *e)
{
	if (e->items.n)
		qsort(e->items.items, e->items.n, sizeof(*e->items.items), by_name);
	for (size_t i = 0; i < e->items.n; i++)
		add_entry(out, &e->items.items[i]);
	vec_release(&e->items);
}

static void push(struct buf *out, struct entries *to, const char *name, const char *also, const char *help)
{
	if (!vec_push(&to->items, ((struct entry){ name, also, help })))
		out->failed = true;
}

static void add_commands(struct buf *out)
{
	struct entries all = { 0 };

	for (const struct command *c = commands; c->name; c++)
		push(out, &all, c->name, c->also, c->help);
	for (const struct report *r = reports; r->name; r++)
		if (r->run)
			push(out, &all, r->name, NULL, r->help);
	add_entries(out, &all);
}

static void add_options(struct buf *out)
{
	struct entries all = { 0 };
	size_t i = 0;

	for (struct variable v = variable_next(&i); v.kind != VARIABLE_NONE; v = variable_next(&i))
		if (v.kind == VARIABLE_OPTION)
			push(out, &all, variable_name(&v), NULL, variable_help(&v));
	add_entries(out, &all);
}

static void add_group(struct buf *out, enum option_group group)
{
	struct entries all = { 0 };

	buf_addf(out, "\n  %s: %s\n", option_groups[group].name, option_groups[group].help);
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (options[id].group == group)
			push(out, &all, options[id].name, NULL, options[id].help);
	add_entries(out, &all);
}

void listing_add_help(struct buf *out)
{
	buf_add_str(out, STR("Commands:\n"));
	add_commands(out);
	buf_add_str(out, STR("\nOptions (name=value; \"options\" lists their values):\n"));
	add_options(out);
	buf_add_str(out, STR("\nOptions of which one holds at a time (name alone, or as in sort=cum):\n"));
	for (enum option_group g = GROUP_NONE + 1; g < N_GROUPS; g++)
		add_group(out, g);
	buf_add_str(out,
		STR("\n"
		    "  :                         forgets focus, ignore, hide, tagfocus and tagignore\n"
		    "  top 5 main -init -cum     five rows, of what passes through main but not init, by cum\n"
		    "  top >file, >>file, |less  writes a report to a file, adds it to one, hands it to a command\n"
		    "  the name of a sample type shows that type\n"
		    "\nhelp and a name tells more about a command or an option.\n"));
}

static void add_report_usage(struct buf *out, const struct report *r)
{
	const char *file = r->viewer ? "" : " [>file | |command]";

	buf_addf(out, "  Usage:\n    %s", r->name);
	if (r->flags & REPORT_JUDGES)
		buf_add_str(out, STR(" [rule]"));
	else if (r->flags & REPORT_COMPARES)
		buf_add_str(out, STR(" [old_profile]* [n] [-cum]"));
	else if (r->argument)
		buf_addf(out, " %s [focus_regex]* [-ignore_regex]*", r->argument);
	else if (r->flags & REPORT_OF_LABELS)
		buf_add_str(out, STR(" [tag_regex]* [-ignore_regex]*"));
	else
		buf_add_str(out, STR(" [n] [focus_regex]* [-ignore_regex]* [-cum]"));
	buf_addf(out, "%s\n", file);
}

static void add_report(struct buf *out, const struct report *r)
{
	buf_addf(out, "%s\n", r->help);
	add_report_usage(out, r);
	if (r->details)
		buf_addf(out, "%s", r->details);
	buf_add_char(out, '\n');
}

static void add_command(struct buf *out, const struct command *c)
{
	buf_addf(out, "%s\n  Usage:\n    %s%s%s\n\n", c->help, c->name, *c->usage && c->name[0] != '!' ? " " : "",
		c->usage);
}

static void add_variable(struct buf *out, const struct variable *v)
{
	const struct option *o = v->kind == VARIABLE_GROUP ? NULL : &options[v->id];
	const char *value = !o ? "choice" : o->argument ? o->argument : "true|false";

	buf_addf(out, "%s\n  Usage:\n    ", variable_help(v));
	if (v->kind == VARIABLE_CHOICE)
		buf_addf(out, "%s, or %s=%s", o->name, option_groups[v->group].name, o->name);
	else
		buf_addf(out, "%s=%s", variable_name(v), value);
	buf_add_char(out, '\n');
	for (enum option_id id = 0; v->kind == VARIABLE_GROUP && id < N_OPTIONS; id++)
		if (options[id].group == v->group)
			add_entry(out, &(struct entry){ options[id].name, NULL, options[id].help });
	buf_add_char(out, '\n');
}

bool listing_add_help_on(struct buf *out, struct str name)
{
	const struct command *c = command_find(name);
	struct variable v = variable_find(name);

	for (const struct report *r = reports; r->name; r++)
		if (str_equal(str_of(r->name), name) && r->run) {
			add_report(out, r);
			return true;
		}
	if (c)
		add_command(out, c);
	else if (v.kind != VARIABLE_NONE)
		add_variable(out, &v);
	return c || v.kind != VARIABLE_NONE;
}
