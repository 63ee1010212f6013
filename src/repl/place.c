/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/place.h"

#include <string.h>

#include "repl/command.h"

static bool is_one(struct str s, const enum option_id *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(str_of(options[ids[i]].name), s))
			return true;
	return false;
}

static void drop_start(struct place *p, size_t n)
{
	p->typed = str_skip(p->typed, n);
	p->from = (size_t)(p->typed.p - p->line.p);
	p->at_start = false;
}

/* What stands behind the last of a separator, which is a list's or an expression's. */
static void keep_last(struct place *p, char separator)
{
	for (size_t i = p->typed.len; i-- > 0;)
		if (p->typed.p[i] == separator) {
			drop_start(p, i + 1);
			return;
		}
}

/* [key=]value,value */
static void keep_last_label(struct place *p)
{
	const char *equals = memchr(p->typed.p, '=', p->typed.len);
	size_t n;

	if (!equals)
		return;
	n = (size_t)(equals - p->typed.p);
	p->label_key = p->typed.p;
	p->label_key_len = n;
	drop_start(p, n + 1);
	keep_last(p, ',');
}

static enum place_kind kind_of_value(const struct variable *v)
{
	static const enum option_id functions[] = { OPT_FOCUS, OPT_IGNORE, OPT_HIDE, OPT_SHOW, OPT_SHOW_FROM,
		OPT_PRUNE_FROM };
	static const enum option_id labels[] = { OPT_TAGFOCUS, OPT_TAGIGNORE };
	static const enum option_id keys[] = { OPT_TAGROOT, OPT_TAGLEAF, OPT_TAGSHOW, OPT_TAGHIDE };
	static const enum option_id files[] = { OPT_OUTPUT, OPT_SOURCE_PATH };
	struct str name = str_of(variable_name(v));

	if (v->kind != VARIABLE_OPTION)
		return PLACE_VALUE;
	if (v->id == OPT_SAMPLE_INDEX)
		return PLACE_SAMPLE_TYPES;
	if (is_one(name, functions, sizeof(functions) / sizeof(functions[0])))
		return PLACE_FUNCTIONS;
	if (is_one(name, labels, sizeof(labels) / sizeof(labels[0])))
		return PLACE_LABELS;
	if (is_one(name, keys, sizeof(keys) / sizeof(keys[0])))
		return PLACE_KEYS;
	if (is_one(name, files, sizeof(files) / sizeof(files[0])))
		return PLACE_FILES;
	return PLACE_VALUE;
}

/* Behind the = of an assignment. */
static struct place place_in_value(struct str line, size_t from, const struct variable *v)
{
	struct place p = { .variable = *v, .line = line };

	while (from < line.len && lexer_is_blank(line.p[from]))
		from++;
	p.kind = kind_of_value(v);
	p.from = from;
	p.typed = str_skip(line, from);
	if (p.kind == PLACE_FUNCTIONS)
		keep_last(&p, '|');
	else if (p.kind == PLACE_LABELS)
		keep_last_label(&p);
	else if (p.kind == PLACE_KEYS)
		keep_last(&p, v->id == OPT_TAGROOT || v->id == OPT_TAGLEAF ? ',' : '|');
	else if (v->id == OPT_SOURCE_PATH)
		keep_last(&p, ':');
	return p;
}

/* The words in front of the one in which the line ends, and where that starts. */
struct split {
	struct str first;    /* word of the line; empty where the last is the first */
	enum word_kind last; /* of those in front */
	size_t n;            /* of those in front */
	size_t start;
	bool piped;
};

/* Where an opened quote, or else the last word, starts. */
static size_t last_word(struct str line, const char *end_of_words)
{
	size_t i = (size_t)(end_of_words - line.p);

	while (i < line.len && lexer_is_blank(line.p[i]))
		i++;
	return i;
}

static struct split split(struct str line)
{
	struct split s = { .last = WORD_PLAIN, .start = line.len };
	struct lexer l = lexer_of(line);
	const char *before = line.p;
	struct word w;

	while (lexer_word(&l, &w)) {
		size_t start = last_word(line, before);
		char c = line.p[start];
		/* The lexer takes what a quote opens for words like others; who types it has not come to its end yet. */
		bool opened = w.kind == WORD_PLAIN && (c == '"' || c == '\'') &&
			      !memchr(line.p + start + 1, c, line.len - start - 1);

		if (w.kind == WORD_PIPE)
			s.piped = true;
		if ((!l.rest.len && w.kind != WORD_TO_FILE && w.kind != WORD_APPEND) || opened) {
			s.start = start;
			return s;
		}
		if (!s.n)
			s.first = w.text;
		s.last = w.kind;
		s.n++;
		before = l.rest.p;
	}
	return s;
}

static const struct report *find_report(struct str name)
{
	size_t n = name.len;

	while (n && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
		n--;
	for (const struct report *r = reports; r->name; r++)
		if (str_equal(str_of(r->name), name) || str_equal(str_of(r->name), (struct str){ name.p, n }))
			return r;
	return NULL;
}

static enum place_kind kind_behind(const struct split *s)
{
	const struct command *c = command_find(s->first);
	const struct report *r = find_report(s->first);

	if (s->last == WORD_TO_FILE || s->last == WORD_APPEND)
		return PLACE_FILES;
	if (c)
		return c->words == WORDS_NAMES   ? PLACE_NAMES
		       : c->words == WORDS_VIEWS ? PLACE_VIEWS
		       : c->words == WORDS_NONE  ? PLACE_NOTHING
						 : PLACE_FILES;
	if (!r || r->flags & REPORT_JUDGES)
		return PLACE_NOTHING;
	if (r->flags & REPORT_COMPARES)
		return PLACE_FILES;
	return r->flags & REPORT_OF_LABELS ? PLACE_LABELS : PLACE_FUNCTIONS;
}

/* Behind | or !: another language, whose words end at the same places, more or less. */
static struct place place_in_command(struct str line)
{
	size_t i = line.len;

	while (i && !lexer_is_blank(line.p[i - 1]) && !strchr("|!=<>;&", line.p[i - 1]))
		i--;
	return (struct place){ .kind = PLACE_FILES, .from = i, .typed = str_skip(line, i) };
}

static struct place place_in_words(struct str line)
{
	struct split s = split(line);
	struct place p = { .from = s.start, .typed = str_skip(line, s.start), .line = line, .at_start = true };

	if (s.piped || str_starts(lexer_trim(line), STR("!")))
		return place_in_command(line);
	if (!s.n) {
		p.kind = PLACE_START;
		return p;
	}
	p.kind = kind_behind(&s);
	if (p.typed.len && (p.typed.p[0] == '"' || p.typed.p[0] == '\'')) {
		p.quote = p.typed.p[0];
		p.typed = str_skip(p.typed, 1);
	}
	if ((p.kind == PLACE_FUNCTIONS || p.kind == PLACE_LABELS) && p.typed.len && p.typed.p[0] == '-') {
		p.dash = true;
		p.typed = str_skip(p.typed, 1);
	}
	if (p.kind == PLACE_FUNCTIONS)
		keep_last(&p, '|');
	else if (p.kind == PLACE_LABELS)
		keep_last_label(&p);
	return p;
}

struct place place_of(struct str line)
{
	const char *equals;
	size_t start = 0;

	while (start < line.len && lexer_is_blank(line.p[start]))
		start++;
	if (start < line.len && line.p[start] == '#')
		return (struct place){ .kind = PLACE_NOTHING, .from = line.len, .typed = str_skip(line, line.len) };
	equals = memchr(line.p, '=', line.len);
	if (equals) {
		struct variable v = variable_find(lexer_trim((struct str){ line.p, (size_t)(equals - line.p) }));

		if (v.kind != VARIABLE_NONE)
			return place_in_value(line, (size_t)(equals - line.p) + 1, &v);
	}
	return place_in_words(line);
}
