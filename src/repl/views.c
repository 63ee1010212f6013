/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of options that are kept: a file for each in $XDG_CONFIG_HOME/assay/views, with a line for each option that is not
 * what it is from the start, as it would be typed. What belongs to this profile or this place is not among them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/folder.h"
#include "app/message.h"
#include "base/diag.h"
#include "format/bytes.h"
#include "repl/command.h"
#include "repl/variables.h"
#include "repl/views.h"

#define SUFFIX ".assay"
#define FILE_MAX ((uint64_t)1 << 20)

int views_folder(struct buf *path, struct assay_diag *diag)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	/* As the XDG specification has it: a path that is not absolute does not count. */
	if (config && *config == '/')
		buf_addf(path, "%s/assay/views", config);
	else if (home && *home)
		buf_addf(path, "%s/.config/assay/views", home);
	else
		return diag_set(diag, ASSAY_ERR_IO, "neither $XDG_CONFIG_HOME nor $HOME are defined");
	return path->failed ? diag_nomem(diag, "a path") : 0;
}

static int failed(struct assay_diag *diag, const char *call, const char *path, int error)
{
	char why[128];

	return diag_set(diag, ASSAY_ERR_IO, "%s %s: %s", call, path, diag_errno(error, why, sizeof(why)));
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '.';
}

/* The one word that a name must be: letters of file names that mean nothing anywhere. */
static int take_name(struct str rest, const char *command, struct str *name, struct assay_diag *diag)
{
	struct lexer l = lexer_of(rest);
	struct word word, more;

	if (!lexer_word(&l, &word))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s needs a name: %s NAME", command, command);
	if (lexer_word(&l, &more))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "%s takes one name", command);
	for (size_t i = 0; i < word.text.len; i++)
		if (!is_name_char(word.text.p[i]))
			word.text.len = 0;
	if (!word.text.len || word.text.len > 100 || word.text.p[0] == '.' || word.text.p[0] == '-')
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"%s: a name is made of letters, digits, - and _, such as my-view", command);
	*name = word.text;
	return 0;
}

static int path_of(struct buf *path, struct str name, struct assay_diag *diag)
{
	int err = views_folder(path, diag);

	if (err)
		return err;
	buf_add_char(path, '/');
	buf_add_str(path, name);
	buf_add_str(path, STR(SUFFIX));
	return path->failed ? diag_nomem(diag, "a path") : 0;
}

/* Whether a set should hold it: values of another place or profile would only surprise. */
static bool is_kept(const struct variable *v)
{
	if (v->kind == VARIABLE_GROUP)
		return true;
	return v->kind == VARIABLE_OPTION && !(options[v->id].flags & OPTION_TRANSIENT);
}

static int add_line(struct buf *out, const struct variable *v, const struct assay_options *o, struct assay_diag *diag)
{
	size_t start;

	buf_addf(out, "%s=", variable_name(v));
	start = out->len;
	variable_add_value(out, o, v);
	if (!out->failed && strpbrk(out->data + start, "\r\n"))
		return diag_set(
			diag, ASSAY_ERR_ARGUMENT, "save: the value of %s has a line break in it", variable_name(v));
	buf_add_char(out, '\n');
	return 0;
}

static int same_value(
	const struct variable *v, const struct assay_options *a, const struct assay_options *b, bool *same)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	int err;

	variable_add_value(&left, a, v);
	variable_add_value(&right, b, v);
	*same = str_equal(buf_str(&left), buf_str(&right));
	err = left.failed || right.failed ? ASSAY_ERR_NOMEM : 0;
	buf_release(&left);
	buf_release(&right);
	return err;
}

/* What every session starts with. */
static int start_options(struct assay_options *o, struct assay_diag *diag)
{
	int err = options_init(o, diag);

	if (!err)
		o->values[OPT_COMPACT_LABELS].on = true;
	return err;
}

static int add_all(struct buf *out, const struct assay_options *o, struct assay_diag *diag)
{
	struct assay_options start;
	size_t i = 0;
	int err = start_options(&start, diag);

	if (err)
		return err;
	buf_add_str(out, STR("# options of assay's shell, for its command load\n"));
	for (struct variable v = variable_next(&i); !err && v.kind != VARIABLE_NONE; v = variable_next(&i)) {
		bool same = true;

		if (is_kept(&v) && same_value(&v, o, &start, &same) < 0)
			err = diag_nomem(diag, "a value");
		if (!err && !same)
			err = add_line(out, &v, o, diag);
	}
	options_release(&start);
	return !err && out->failed ? diag_nomem(diag, "options") : err;
}

static int write_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.p, text.len);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			text = str_skip(text, (size_t)n);
	}
	return 0;
}

/* Beside it first, so that whoever reads sees the old set or the new one. */
static int write_file(const char *path, struct str text, struct assay_diag *diag)
{
	struct buf beside = BUF_INIT;
	int fd, error;

	buf_addf(&beside, "%s.XXXXXX", path);
	if (beside.failed)
		return diag_nomem(diag, "a path");
	fd = mkostemp(beside.data, O_CLOEXEC);
	error = fd < 0 ? errno : write_all(fd, text);
	if (fd >= 0 && close(fd) < 0 && !error)
		error = errno;
	if (!error && rename(beside.data, path) < 0)
		error = errno;
	if (error && fd >= 0)
		unlink(beside.data);
	buf_release(&beside);
	return error ? failed(diag, "write", path, error) : 0;
}

int views_save(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct buf folder = BUF_INIT, path = BUF_INIT, text = BUF_INIT;
	struct str name;
	int err = take_name(rest, "save", &name, diag);

	if (!err)
		err = views_folder(&folder, diag);
	if (!err)
		err = path_of(&path, name, diag);
	if (!err)
		err = add_all(&text, &r->options, diag);
	if (!err)
		err = folder_make(folder.data, diag);
	if (!err)
		err = write_file(path.data, buf_str(&text), diag);
	buf_release(&folder);
	buf_release(&path);
	buf_release(&text);
	return err;
}

/* The lines are assignments; anything else would be a command, and a file is nobody who may give those. */
static int set_line(struct assay_options *o, struct str line, struct assay_diag *diag)
{
	const char *equals = memchr(line.p, '=', line.len);
	struct variable v;
	struct str name;

	if (!line.len || line.p[0] == '#')
		return 0;
	name = lexer_trim((struct str){ line.p, equals ? (size_t)(equals - line.p) : line.len });
	v = variable_find(name);
	if (!equals || v.kind == VARIABLE_NONE || (v.kind != VARIABLE_CHOICE && !is_kept(&v)))
		return diag_set(diag, ASSAY_ERR_FORMAT, "\"%.*s\" is no option that is kept",
			name.len < 60 ? (int)name.len : 60, name.p);
	return variable_set(o, &v, lexer_trim(str_skip(line, (size_t)(equals - line.p) + 1)), NULL, diag);
}

static int set_lines(struct assay_options *o, struct str text, struct str name, struct assay_diag *diag)
{
	size_t number = 0;

	while (text.len) {
		const char *end = memchr(text.p, '\n', text.len);
		struct str line = { text.p, end ? (size_t)(end - text.p) : text.len };
		struct assay_diag why;
		int err = set_line(o, lexer_trim(line), &why);

		number++;
		if (err)
			return diag_set(diag, err, "load %.*s: line %zu: %s; nothing was changed", (int)name.len,
				name.p, number, why.text);
		text = str_skip(text, line.len + (end != NULL));
	}
	return 0;
}

/* The set replaces all that sets hold; what they do not hold stays. */
static int apply(struct repl *r, struct str text, struct str name, struct assay_diag *diag)
{
	struct assay_options o;
	size_t i = 0;
	int err = start_options(&o, diag);

	if (err)
		return err;
	for (struct variable v = variable_next(&i); !err && v.kind != VARIABLE_NONE; v = variable_next(&i)) {
		struct buf value = BUF_INIT;

		if (v.kind != VARIABLE_OPTION || is_kept(&v))
			continue;
		variable_add_value(&value, &r->options, &v);
		err = value.failed ? diag_nomem(diag, "a value")
				   : variable_set(&o, &v, buf_str(&value), r->profile, diag);
		buf_release(&value);
	}
	/* What only a command line says. */
	for (enum option_id id = 0; !err && id < N_OPTIONS; id++)
		if (options[id].flags & OPTION_COMMAND_LINE && options[id].type == OPTION_TEXT) {
			char *swap = o.values[id].text;

			o.values[id].text = r->options.values[id].text;
			r->options.values[id].text = swap;
		} else if (options[id].flags & OPTION_COMMAND_LINE) {
			o.values[id] = r->options.values[id];
		}
	if (!err)
		err = set_lines(&o, text, name, diag);
	if (!err) {
		struct assay_options old = r->options;

		r->options = o;
		o = old;
	}
	options_release(&o);
	return err;
}

static int unknown(const char *folder, struct str name, struct assay_diag *diag)
{
	char typed[128];
	struct nearest near;
	struct view_names names;

	memcpy(typed, name.p, name.len);
	typed[name.len] = '\0';
	near = nearest_to(typed);
	if (views_names(&names, folder) < 0)
		return diag_nomem(diag, "names");
	for (size_t i = 0; i < names.items.n; i++)
		nearest_consider(&near, names.items.items[i]);
	diag_set(diag, ASSAY_ERR_ARGUMENT, "load: nothing was saved as %s%s%s%s", typed,
		near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
	view_names_release(&names);
	return ASSAY_ERR_ARGUMENT;
}

int views_load(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct assay_ctx ctx = { .bytes_left = FILE_MAX };
	struct buf folder = BUF_INIT, path = BUF_INIT;
	struct bytes bytes = BYTES_INIT;
	struct str name;
	int err = take_name(rest, "load", &name, diag);

	if (!err)
		err = views_folder(&folder, diag);
	if (!err)
		err = path_of(&path, name, diag);
	if (!err && access(path.data, F_OK) < 0)
		err = unknown(folder.data, name, diag);
	else if (!err)
		err = bytes_read(&bytes, path.data, &ctx, diag);
	if (!err)
		err = apply(r, (struct str){ (const char *)bytes.data, bytes.len }, name, diag);
	bytes_release(&bytes);
	buf_release(&folder);
	buf_release(&path);
	return err;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int views_names(struct view_names *names, const char *folder)
{
	DIR *dir = opendir(folder);
	bool copied = true;

	*names = (struct view_names){ 0 };
	for (struct dirent *e = dir ? readdir(dir) : NULL; copied && e; e = readdir(dir)) {
		size_t n = strlen(e->d_name), suffix = sizeof(SUFFIX) - 1;
		char *name;

		if (n <= suffix || strcmp(e->d_name + n - suffix, SUFFIX) != 0 || e->d_name[0] == '.')
			continue;
		name = strndup(e->d_name, n - suffix);
		copied = name && vec_push(&names->items, name);
		if (!copied)
			free(name);
	}
	if (dir)
		closedir(dir);
	if (!copied) {
		view_names_release(names);
		return ASSAY_ERR_NOMEM;
	}
	if (names->items.n)
		qsort(names->items.items, names->items.n, sizeof(*names->items.items), by_text);
	return 0;
}

void view_names_release(struct view_names *names)
{
	for (size_t i = 0; i < names->items.n; i++)
		free(names->items.items[i]);
	vec_release(&names->items);
}

int views_list(struct repl *r, struct str rest, struct assay_diag *diag)
{
	struct buf folder = BUF_INIT, out = BUF_INIT;
	struct view_names names;
	int err = views_folder(&folder, diag);

	(void)r;
	(void)rest;
	if (!err && views_names(&names, folder.data) < 0)
		err = diag_nomem(diag, "names");
	if (!err) {
		for (size_t i = 0; i < names.items.n; i++) {
			buf_add_safe(&out, str_of(names.items.items[i]));
			buf_add_char(&out, '\n');
		}
		message_text(buf_str(&out));
		view_names_release(&names);
	}
	buf_release(&out);
	buf_release(&folder);
	return err;
}
