/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/variables.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/suggest.h"
#include "base/diag.h"
#include "base/vec.h"
#include "profile/columns.h"

static bool is_variable(enum option_id id)
{
	return !(options[id].flags & OPTION_COMMAND_LINE);
}

static struct variable of_option(enum option_id id)
{
	enum option_group group = options[id].group;

	return (struct variable){ group ? VARIABLE_CHOICE : VARIABLE_OPTION, id, group };
}

struct variable variable_find(struct str name)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (is_variable(id) && str_equal(str_of(options[id].name), name))
			return of_option(id);
	for (enum option_group g = GROUP_NONE + 1; g < N_GROUPS; g++)
		if (str_equal(str_of(option_groups[g].name), name))
			return (struct variable){ VARIABLE_GROUP, N_OPTIONS, g };
	return (struct variable){ VARIABLE_NONE, N_OPTIONS, GROUP_NONE };
}

const char *variable_name(const struct variable *v)
{
	return v->kind == VARIABLE_GROUP ? option_groups[v->group].name : options[v->id].name;
}

const char *variable_help(const struct variable *v)
{
	return v->kind == VARIABLE_GROUP ? option_groups[v->group].help : options[v->id].help;
}

struct variable variable_next(size_t *i)
{
	while (*i < N_OPTIONS) {
		enum option_id id = (enum option_id)(*i)++;

		if (is_variable(id))
			return of_option(id);
	}
	if (*i - N_OPTIONS < N_GROUPS - 1)
		return (struct variable){ VARIABLE_GROUP, N_OPTIONS, (enum option_group)((*i)++ - N_OPTIONS + 1) };
	return (struct variable){ VARIABLE_NONE, N_OPTIONS, GROUP_NONE };
}

enum option_id variable_choice(const struct assay_options *o, enum option_group group)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (options[id].group == group && o->values[id].on)
			return id;
	return N_OPTIONS;
}

/* Words for yes and no, which are more than the command line's; nothing at all is a yes. */
static int parse_bool(struct str value, bool *on, struct assay_diag *diag)
{
	static const char *const yes[] = { "", "true", "t", "yes", "y", "1", "on" };
	static const char *const no[] = { "false", "f", "no", "n", "0", "off" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strlen(yes[i]) == value.len && strncasecmp(yes[i], value.p, value.len) == 0) {
			*on = true;
			return 0;
		}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (strlen(no[i]) == value.len && strncasecmp(no[i], value.p, value.len) == 0) {
			*on = false;
			return 0;
		}
	return diag_set(diag, ASSAY_ERR_ARGUMENT, "illegal value \"%.*s\" for bool variable", (int)value.len, value.p);
}

static void choose(struct assay_options *o, enum option_group group, enum option_id chosen)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (options[id].group == group) {
			o->values[id].on = id == chosen;
			o->given[id] = id == chosen;
		}
}

/* "granularity=": as when nobody had said anything. */
static int set_group(struct assay_options *o, enum option_group group, const char *value, struct assay_diag *diag)
{
	struct nearest near = nearest_to(value);

	if (!*value || strcmp(value, option_groups[group].fallback) == 0) {
		choose(o, group, *value ? option_find(value) : N_OPTIONS);
		return 0;
	}
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		if (options[id].group != group)
			continue;
		if (strcmp(options[id].name, value) == 0) {
			choose(o, group, id);
			return 0;
		}
		nearest_consider(&near, options[id].name);
	}
	return diag_set(diag, ASSAY_ERR_ARGUMENT, "invalid \"%s\" value \"%s\"%s%s%s", option_groups[group].name, value,
		near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static int set_choice(struct assay_options *o, const struct variable *v, struct str value, struct assay_diag *diag)
{
	bool on = false;
	int err = parse_bool(value, &on, diag);

	if (!err && !on)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s is one of several; choose another one, as in %s=<val>",
			options[v->id].name, option_groups[v->group].name);
	if (!err)
		choose(o, v->group, v->id);
	return err;
}

/* The type's name is kept, so that it still means the same when another profile is opened. */
static int set_sample_index(
	struct assay_options *o, const char *value, const struct assay_profile *p, struct assay_diag *diag)
{
	size_t column, named;
	struct str name;
	int err = columns_find(p, str_of(value), &column, diag);

	if (err)
		return err;
	name = profile_str(p, p->sample_types.items[column].type);
	if (columns_find(p, name, &named, NULL) == 0 && named == column)
		value = name.p;
	return options_parse(o, OPT_SAMPLE_INDEX, value, diag);
}

/* What the command line takes for octal, as 010, is decimal here. */
static int set_number(struct assay_options *o, enum option_id id, const char *value, struct assay_diag *diag)
{
	const char *digits = value + (*value == '-' || *value == '+');
	bool is_int = options[id].type == OPTION_INT;
	struct assay_diag why;
	char text[80];
	int err;

	while (is_int && digits[0] == '0' && digits[1])
		digits++;
	snprintf(text, sizeof(text), "%s%s", *value == '-' ? "-" : "", is_int ? digits : value);
	if (is_int && digits[strspn(digits, "0123456789")])
		err = diag_set(&why, ASSAY_ERR_ARGUMENT, "parse error");
	else
		err = options_parse(o, id, is_int ? text : value, &why);
	if (!err)
		return 0;
	return diag_set(diag, err, "%s: parsing \"%s\": %s", options[id].name, value,
		strcmp(why.text, "parse error") == 0 ? "invalid syntax" : why.text);
}

static int set_text(struct assay_options *o, enum option_id id, const char *value, const struct assay_profile *p,
	struct assay_diag *diag)
{
	struct assay_diag why;
	int err;

	if (id == OPT_SAMPLE_INDEX && p)
		return set_sample_index(o, value, p, diag);
	/* As `options` shows a text that is not there. */
	if (strcmp(value, "\"\"") == 0)
		value = "";
	if (!*value && options[id].choices)
		value = options[id].fallback;
	err = options_parse(o, id, value, &why);
	return err ? diag_set(diag, err, "%s: %s", options[id].name, why.text) : 0;
}

static int set_option(struct assay_options *o, enum option_id id, const char *value, const struct assay_profile *p,
	struct assay_diag *diag)
{
	bool on = false;
	int err;

	switch (options[id].type) {
	case OPTION_SWITCH:
		err = parse_bool(str_of(value), &on, diag);
		if (!err) {
			o->values[id].on = on;
			o->given[id] = true;
		}
		return err;
	case OPTION_INT:
	case OPTION_FLOAT:
		return set_number(o, id, value, diag);
	case OPTION_TEXT:
		break;
	}
	return set_text(o, id, value, p, diag);
}

int variable_set(struct assay_options *o, const struct variable *v, struct str value, const struct assay_profile *p,
	struct assay_diag *diag)
{
	char *text;
	int err;

	if (memchr(value.p, '\0', value.len))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s: a value cannot hold a NUL", variable_name(v));
	if (v->kind == VARIABLE_CHOICE)
		return set_choice(o, v, value, diag);
	text = strndup(value.p, value.len);
	if (!text)
		return diag_nomem(diag, "a value");
	if (v->kind == VARIABLE_GROUP)
		err = set_group(o, v->group, text, diag);
	else
		err = set_option(o, v->id, text, p, diag);
	free(text);
	return err;
}

/* As few digits as read back to the same number. */
static void add_float(struct buf *out, double v)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_addf(out, "%s", text);
}

void variable_add_value(struct buf *out, const struct assay_options *o, const struct variable *v)
{
	const union option_value *value;

	if (v->kind == VARIABLE_GROUP) {
		enum option_id id = variable_choice(o, v->group);

		buf_addf(out, "%s", id == N_OPTIONS ? option_groups[v->group].fallback : options[id].name);
		return;
	}
	value = &o->values[v->id];
	switch (options[v->id].type) {
	case OPTION_SWITCH:
		buf_addf(out, "%s", value->on ? "true" : "false");
		break;
	case OPTION_INT:
		buf_addf(out, "%lld", (long long)value->number);
		break;
	case OPTION_FLOAT:
		add_float(out, value->fraction);
		break;
	case OPTION_TEXT:
		buf_add_str(out, str_of(value->text));
		break;
	}
}

static void add_choice(struct buf *out, struct str name, const char *before)
{
	buf_addf(out, "%s", before);
	buf_add_safe(out, name);
}

static void add_sample_types(struct buf *out, const struct assay_profile *p)
{
	for (size_t i = 0; i < profile_n_types(p); i++)
		add_choice(out, profile_str(p, p->sample_types.items[i].type), i ? " | " : "[");
	buf_add_char(out, ']');
}

static void add_group(struct buf *out, enum option_group group)
{
	const char *before = "[";

	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (options[id].group == group) {
			add_choice(out, str_of(options[id].name), before);
			before = " | ";
		}
	buf_add_char(out, ']');
}

/* What else it may be. */
static void add_note(
	struct buf *out, const struct assay_options *o, const struct variable *v, const struct assay_profile *p)
{
	const char *const *choices = v->kind == VARIABLE_GROUP ? NULL : options[v->id].choices;

	if (v->kind == VARIABLE_GROUP || choices || v->id == OPT_SAMPLE_INDEX)
		buf_add_str(out, STR("//: "));
	if (v->kind == VARIABLE_GROUP)
		add_group(out, v->group);
	else if (v->id == OPT_SAMPLE_INDEX)
		add_sample_types(out, p);
	else if (v->id == OPT_NODECOUNT && o->values[v->id].number == -1)
		buf_add_str(out, STR("//: default"));
	for (size_t i = 0; choices && choices[i]; i++)
		add_choice(out, str_of(choices[i]), i ? " | " : "[");
	if (choices)
		buf_add_char(out, ']');
}

static void add_line(
	struct buf *out, const struct assay_options *o, const struct variable *v, const struct assay_profile *p)
{
	struct buf value = BUF_INIT, safe = BUF_INIT;
	size_t column;

	if (v->kind == VARIABLE_OPTION && v->id == OPT_SAMPLE_INDEX && !*option_text(o, v->id) &&
		columns_find(p, STR(""), &column, NULL) == 0)
		buf_add_str(&value, profile_str(p, p->sample_types.items[column].type));
	else
		variable_add_value(&value, o, v);
	if (!value.len)
		buf_add_str(&value, STR("\"\""));
	buf_add_safe(&safe, buf_str(&value));
	buf_addf(out, "  %-25s = %-20s ", variable_name(v), safe.data ? safe.data : "");
	add_note(out, o, v, p);
	buf_add_char(out, '\n');
	out->failed = out->failed || value.failed || safe.failed;
	buf_release(&value);
	buf_release(&safe);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(variable_name(a), variable_name(b));
}

int variables_add_all(struct buf *out, const struct assay_options *o, const struct assay_profile *p)
{
	VEC(struct variable) all = { 0 };
	size_t i = 0;

	for (struct variable v = variable_next(&i); v.kind != VARIABLE_NONE; v = variable_next(&i))
		if (v.kind != VARIABLE_CHOICE && !vec_push(&all, v))
			out->failed = true;
	if (all.n)
		qsort(all.items, all.n, sizeof(*all.items), by_name);
	for (i = 0; i < all.n; i++)
		add_line(out, o, &all.items[i], p);
	vec_release(&all);
	return out->failed ? ASSAY_ERR_NOMEM : 0;
}
