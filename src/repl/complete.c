/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/complete.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "repl/command.h"
#include "repl/place.h"
#include "repl/views.h"

struct collector {
	struct repl *repl;
	struct place place;
	struct completion *c;
	struct buf typed;   /* without what an expression needs to mean itself */
	struct buf scratch; /* for one candidate */
	bool failed;
};

static bool starts(struct str name, struct str typed)
{
	return name.len >= typed.len && (!typed.len || strncasecmp(name.p, typed.p, typed.len) == 0);
}

static bool contains(struct str name, struct str typed)
{
	return !typed.len || memmem(name.p, name.len, typed.p, typed.len);
}

/* What cannot be typed is not offered: control characters, and bytes that are no UTF-8. */
static bool is_typable(struct str name)
{
	struct buf safe = BUF_INIT;
	size_t n = 0;
	bool same;

	while (n < name.len && name.p[n] >= ' ' && name.p[n] <= '~')
		n++;
	if (n == name.len)
		return true;
	buf_add_safe(&safe, name);
	same = !safe.failed && str_equal(buf_str(&safe), name);
	buf_release(&safe);
	return same;
}

static void add(struct collector *k, struct str text)
{
	struct completion *c = k->c;
	char *copy;

	if (!c->candidates.n) {
		c->common = text;
	} else {
		size_t n = 0;

		while (n < c->common.len && n < text.len && c->common.p[n] == text.p[n])
			n++;
		c->common.len = n;
	}
	if (c->candidates.n == COMPLETE_MAX) {
		c->more = true;
		return;
	}
	copy = arena_copy(&c->arena, text.p, text.len);
	if (!copy || !vec_push(&c->candidates, ((struct str){ copy, text.len }))) {
		k->failed = true;
		return;
	}
	if (c->candidates.n == 1)
		c->common = c->candidates.items[0];
}

/* A name out of a table, with what follows if it stays the only one. */
static void consider(struct collector *k, struct str name, char behind)
{
	if (!starts(name, k->place.typed))
		return;
	k->c->behind = behind;
	add(k, name);
}

static void consider_names(struct collector *k, bool starts_line)
{
	size_t i = 0;

	for (const struct command *c = commands; c->name; c++)
		consider(k, str_of(c->name), *c->usage && starts_line && c->name[0] != '!' ? ' ' : 0);
	for (const struct report *r = reports; r->name; r++)
		if (r->run)
			consider(k, str_of(r->name), starts_line ? ' ' : 0);
	for (struct variable v = variable_next(&i); v.kind != VARIABLE_NONE; v = variable_next(&i)) {
		bool alone =
			v.kind == VARIABLE_CHOICE || (v.kind == VARIABLE_OPTION && options[v.id].type == OPTION_SWITCH);

		consider(k, str_of(variable_name(&v)), starts_line && !alone ? '=' : 0);
	}
}

static void consider_sample_types(struct collector *k, const char *prefix)
{
	const struct assay_profile *p = k->repl->profile;

	for (size_t i = 0; i < profile_n_types(p); i++) {
		struct str type = profile_str(p, p->sample_types.items[i].type);
		struct buf name = BUF_INIT;

		buf_addf(&name, "%s", prefix);
		buf_add_str(&name, type);
		if (type.len && is_typable(type) && (!*prefix || k->place.typed.len))
			consider(k, buf_str(&name), 0);
		buf_release(&name);
	}
}

static void consider_start(struct collector *k)
{
	consider_names(k, true);
	consider_sample_types(k, "");
	consider_sample_types(k, "mean_");
	consider_sample_types(k, "total_");
}

static void consider_views(struct collector *k)
{
	struct buf folder = BUF_INIT;
	struct view_names names;

	if (views_folder(&folder, NULL) == 0 && views_names(&names, folder.data) == 0) {
		for (size_t i = 0; i < names.items.n; i++)
			consider(k, str_of(names.items.items[i]), 0);
		view_names_release(&names);
	}
	buf_release(&folder);
}

static void consider_choices(struct collector *k)
{
	static const char *const units[] = { "minimum", "auto", "ns", "us", "ms", "s", "hrs", "B", "kB", "MB", "GB",
		"TB", "PB" };
	const struct variable *v = &k->place.variable;
	const struct option *o = v->kind == VARIABLE_GROUP ? NULL : &options[v->id];

	for (enum option_id id = 0; !o && id < N_OPTIONS; id++)
		if (options[id].group == v->group)
			consider(k, str_of(options[id].name), 0);
	if (o && o->type == OPTION_SWITCH) {
		consider(k, STR("true"), 0);
		if (v->kind != VARIABLE_CHOICE)
			consider(k, STR("false"), 0);
	}
	for (size_t i = 0; o && o->choices && o->choices[i]; i++)
		consider(k, str_of(o->choices[i]), 0);
	for (size_t i = 0; o && v->id == OPT_UNIT && i < sizeof(units) / sizeof(units[0]); i++)
		consider(k, str_of(units[i]), 0);
}

/* The name as an expression that matches it, up to so many bytes; a dot may stay, as it matches itself. */
static void add_expression(struct buf *out, struct str name, bool quoted, size_t limit)
{
	for (size_t i = 0; i < name.len && out->len < limit; i++) {
		if (name.p[i] == ' ' && !quoted) {
			buf_add_str(out, STR("\\s"));
			continue;
		}
		if (strchr("\\+*?()|[]{}^$", name.p[i]) && name.p[i])
			buf_add_char(out, '\\');
		buf_add_char(out, name.p[i]);
	}
}

/* What was typed of an expression, back to a name. */
static void unescape(struct buf *out, struct str typed)
{
	for (size_t i = 0; i < typed.len; i++) {
		if (typed.p[i] == '\\' && i + 1 < typed.len) {
			i++;
			buf_add_char(out, typed.p[i] == 's' ? ' ' : typed.p[i]);
		} else if (typed.p[i] != '^' || i) {
			buf_add_char(out, typed.p[i]);
		}
	}
}

/* In an expression at the start of a word blanks are held by quotes; further on they are \s. */
static void add_name(struct collector *k, struct str name, const char *behind)
{
	const struct place *p = &k->place;
	bool anchored = p->typed.len && p->typed.p[0] == '^';
	char quote = p->at_start ? p->quote : 0;
	struct buf *text = &k->scratch;

	if (!is_typable(name))
		return;
	buf_reset(text);
	if (p->at_start && !quote && memchr(name.p, ' ', name.len))
		quote = '"';
	if (quote && memchr(name.p, quote, name.len))
		quote = 0;
	if (quote)
		buf_add_char(text, quote);
	if (p->at_start && p->dash)
		buf_add_char(text, '-');
	if (anchored)
		buf_add_char(text, '^');
	/* When the list is full only what names share is of interest. */
	add_expression(text, name, quote, k->c->more ? k->c->common.len : SIZE_MAX);
	buf_add_str(text, str_of(behind));
	if (quote && !*behind)
		buf_add_char(text, quote);
	if (text->failed)
		k->failed = true;
	else
		add(k, buf_str(text));
}

static bool mark(uint8_t *seen, uint32_t string)
{
	bool first = !seen[string];

	seen[string] = 1;
	return first;
}

static int by_text(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void sort(struct completion *c)
{
	if (c->candidates.n)
		qsort(c->candidates.items, c->candidates.n, sizeof(*c->candidates.items), by_text);
}

static void add_functions(struct collector *k, uint8_t *seen, bool (*fits)(struct str name, struct str typed))
{
	const struct assay_profile *p = k->repl->profile;

	for (size_t i = 0; i < p->functions.n; i++) {
		uint32_t id = p->functions.items[i].name;
		struct str name = profile_str(p, id);

		if (k->c->more && k->c->common.len <= k->place.typed.len)
			return;
		if (name.len && !seen[id] && fits(name, buf_str(&k->typed)) && mark(seen, id))
			add_name(k, name, "");
	}
}

/* Those that start as was typed, or else those that have it anywhere. */
static void consider_functions(struct collector *k)
{
	uint8_t *seen = calloc(k->repl->profile->strings.strings.n + 1, 1);

	if (!seen) {
		k->failed = true;
		return;
	}
	if (k->place.dash && starts(STR("cum"), k->place.typed))
		add(k, STR("-cum"));
	add_functions(k, seen, starts);
	if (!k->c->candidates.n)
		add_functions(k, seen, contains);
	if (k->place.at_start)
		k->c->behind = ' ';
	free(seen);
}

static void consider_labels(struct collector *k, bool values)
{
	const struct assay_profile *p = k->repl->profile;
	uint8_t *seen = calloc(p->strings.strings.n + 1, 1);
	struct str typed = buf_str(&k->typed), key = { k->place.label_key, k->place.label_key_len };

	if (!seen) {
		k->failed = true;
		return;
	}
	for (size_t i = 0; i < p->labels.n; i++) {
		const struct label *l = &p->labels.items[i];
		uint32_t id = key.p ? l->text : l->key;

		if (seen[id] || (key.p && (l->kind != LABEL_TEXT || !str_equal(profile_str(p, l->key), key))))
			continue;
		seen[id] = 1;
		if (contains(profile_str(p, id), typed) && profile_str(p, id).len)
			add_name(k, profile_str(p, id), values && !key.p ? "=" : "");
	}
	k->c->behind = key.p && k->place.at_start ? ' ' : 0;
	free(seen);
}

/* A folder ends in a slash, and may be gone into. */
static void add_file(struct collector *k, struct str folder, struct str name, bool is_folder)
{
	const struct place *p = &k->place;
	struct buf text = BUF_INIT;
	char quote = p->at_start ? p->quote : 0;

	if (p->at_start && !quote && (memchr(name.p, ' ', name.len) || strchr("|>\"'", name.p[0])))
		quote = '"';
	if (quote)
		buf_add_char(&text, quote);
	buf_add_str(&text, folder);
	buf_add_str(&text, name);
	if (is_folder)
		buf_add_char(&text, '/');
	else if (quote)
		buf_add_char(&text, quote);
	if (text.failed)
		k->failed = true;
	else
		add(k, buf_str(&text));
	buf_release(&text);
}

static bool is_folder(const char *folder, const struct dirent *e)
{
	struct buf path = BUF_INIT;
	struct stat st;
	bool is;

	if (e->d_type != DT_LNK && e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	buf_addf(&path, "%s/%s", folder, e->d_name);
	is = !path.failed && stat(path.data, &st) == 0 && S_ISDIR(st.st_mode);
	buf_release(&path);
	return is;
}

static void consider_files(struct collector *k)
{
	struct str typed = k->place.typed, folder = typed;
	char *path;
	DIR *dir;

	while (folder.len && folder.p[folder.len - 1] != '/')
		folder.len--;
	typed = str_skip(typed, folder.len);
	path = folder.len ? strndup(folder.p, folder.len) : strdup(".");
	if (!path) {
		k->failed = true;
		return;
	}
	dir = opendir(path);
	for (struct dirent *e = dir ? readdir(dir) : NULL; e && !k->failed; e = readdir(dir)) {
		struct str name = str_of(e->d_name);

		if (!str_starts(name, typed) || (name.p[0] == '.' && !typed.len) || !is_typable(name) ||
			str_equal(name, STR(".")) || str_equal(name, STR("..")))
			continue;
		add_file(k, folder, name, is_folder(path, e));
	}
	if (dir)
		closedir(dir);
	free(path);
	if (k->c->candidates.n && k->c->common.p[k->c->common.len ? k->c->common.len - 1 : 0] != '/' &&
		k->place.at_start)
		k->c->behind = ' ';
}

static void collect(struct collector *k)
{
	switch (k->place.kind) {
	case PLACE_NOTHING:
		return;
	case PLACE_START:
		consider_start(k);
		break;
	case PLACE_NAMES:
		consider_names(k, false);
		break;
	case PLACE_VIEWS:
		consider_views(k);
		break;
	case PLACE_FILES:
		consider_files(k);
		break;
	case PLACE_FUNCTIONS:
		consider_functions(k);
		break;
	case PLACE_KEYS:
	case PLACE_LABELS:
		consider_labels(k, k->place.kind == PLACE_LABELS);
		break;
	case PLACE_VALUE:
		consider_choices(k);
		/* As a person numbers them: what stands first is the commonest. */
		return;
	case PLACE_SAMPLE_TYPES:
		consider_sample_types(k, "");
		return;
	}
	sort(k->c);
}

static void drop_duplicates(struct completion *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->candidates.n; i++)
		if (!n || !str_equal(c->candidates.items[n - 1], c->candidates.items[i]))
			c->candidates.items[n++] = c->candidates.items[i];
	c->candidates.n = n;
}

int complete(struct repl *repl, struct str line, size_t cursor, struct completion *c)
{
	struct collector k = { .repl = repl, .c = c };

	*c = (struct completion){ 0 };
	if (cursor < line.len)
		line.len = cursor;
	k.place = place_of(line);
	c->from = k.place.from;
	unescape(&k.typed, k.place.typed);
	collect(&k);
	drop_duplicates(c);
	if (k.typed.failed)
		k.failed = true;
	buf_release(&k.typed);
	buf_release(&k.scratch);
	if (!k.failed)
		return 0;
	completion_release(c);
	return ASSAY_ERR_NOMEM;
}

void completion_release(struct completion *c)
{
	vec_release(&c->candidates);
	arena_release(&c->arena);
	*c = (struct completion){ 0 };
}
