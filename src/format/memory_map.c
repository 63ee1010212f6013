/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two forms of a line are known from expressions that take almost anything for an entry: separators are optional,
 * and a row of digits that no second one follows gives up its last digit for it, so that "abc" is 0xab to 0xc. What
 * follows decides as those expressions would, without ever going back more than that one digit.
 */
#include "format/memory_map.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

/* Names that stand for other text are looked up by all lengths that there are, so these must be few. */
#define NAME_MAX_LEN 64
/* What one line, and all lines together, may grow to by such names; each may hold others, twice. */
#define LINE_GROWN_MAX LEGACY_LINE_MAX
#define GROWN_MAX ((size_t)64 << 20)

struct entry {
	struct str start, limit, offset, permissions, file, build_id;
};

/* --- pieces of a line --- */

static bool take_blanks(struct str *s)
{
	return text_take_run(s, text_is_blank).len != 0;
}

static bool is_permission(char c)
{
	return c == '-' || c == 'r' || c == 'w' || c == 'x' || c == 'p';
}

static bool is_not_blank(char c)
{
	return !text_is_blank(c);
}

/* Digits, with or without 0x. */
static struct str take_address(struct str *s)
{
	struct str rest = *s, digits;

	if (text_take(&rest, STR("0x"))) {
		digits = text_take_run(&rest, text_is_hex);
		if (digits.len) {
			*s = rest;
			return digits;
		}
	}
	return text_take_run(s, text_is_hex);
}

/* Blanks and what may stand behind them: nothing is taken unless there is some of both. */
static struct str take_word(struct str *s, bool (*is_of)(char c))
{
	struct str rest = *s, word;

	if (!take_blanks(&rest))
		return STR("");
	word = text_take_run(&rest, is_of);
	if (word.len)
		*s = rest;
	return word;
}

/* "1000-2000:": two rows of digits. */
static bool take_range(struct str *s, struct entry *e)
{
	struct str rest = *s;

	take_blanks(&rest);
	e->start = take_address(&rest);
	if (!e->start.len)
		return false;
	text_take(&rest, STR("-"));
	take_blanks(&rest);
	e->limit = take_address(&rest);
	if (!e->limit.len)
		return false;
	text_take(&rest, STR(":"));
	*s = rest;
	return true;
}

/* "abc:": one row, whose last digit is the limit; "ab0x1" has a second one after all. */
static bool take_split_range(struct str *s, struct entry *e)
{
	struct str rest = *s;

	take_blanks(&rest);
	e->start = take_address(&rest);
	if (e->start.len < 2)
		return false;
	e->start.len--;
	rest = (struct str){ rest.p - 1, rest.len + 1 };
	e->limit = take_address(&rest);
	text_take(&rest, STR(":"));
	*s = rest;
	return true;
}

/* --- the two forms --- */

/* "fd:01" */
static bool take_device(struct str *s)
{
	struct str rest = *s;

	if (!take_word(&rest, text_is_hex).len || !text_take(&rest, STR(":")) || !text_take_run(&rest, text_is_hex).len)
		return false;
	*s = rest;
	return true;
}

/* A word of such letters that a blank ends, as all words before the file do. */
static struct str take_whole_word(struct str *s, bool (*is_of)(char c))
{
	struct str rest = *s, word = take_word(&rest, is_of);

	if (!word.len || !rest.len || !text_is_blank(*rest.p))
		return STR("");
	*s = rest;
	return word;
}

/* What stands behind the range in /proc/self/maps. The words differ in their letters, so none is taken for another. */
static bool parse_proc_rest(struct str s, struct entry *e)
{
	e->permissions = take_whole_word(&s, is_permission);
	e->offset = take_whole_word(&s, text_is_hex);
	if (!take_device(&s) || !take_word(&s, text_is_digit).len)
		return false;
	e->file = take_word(&s, is_not_blank);
	return true;
}

static bool parse_proc(struct str line, struct entry *e)
{
	struct str rest = line;

	*e = (struct entry){ .build_id = STR("") };
	if (take_range(&rest, e) && parse_proc_rest(rest, e))
		return true;
	rest = line;
	return take_split_range(&rest, e) && parse_proc_rest(rest, e);
}

/* "(@ff00)" */
static struct str take_offset(struct str *s)
{
	struct str rest = *s, digits;

	if (!take_blanks(&rest) || !text_take(&rest, STR("(@")))
		return STR("");
	digits = text_take_run(&rest, text_is_hex);
	if (!digits.len || !text_take(&rest, STR(")")))
		return STR("");
	*s = rest;
	return digits;
}

/* Behind the range all may be missing, so nothing there makes a line fail. */
static bool parse_brief(struct str line, struct entry *e)
{
	struct str rest = line;

	if (!take_range(&rest, e)) {
		rest = line;
		if (!take_split_range(&rest, e))
			return false;
	}
	e->permissions = take_word(&rest, is_permission);
	e->file = take_word(&rest, is_not_blank);
	e->offset = take_offset(&rest);
	e->build_id = take_word(&rest, text_is_hex);
	return true;
}

/* False for digits that are too many. */
static bool to_number(struct str digits, uint64_t *out)
{
	*out = 0;
	return !digits.len || text_take_hex(&digits, out);
}

static void add_mapping(struct legacy *l, const struct entry *e, const struct mapping *found)
{
	struct mapping m = *found;

	l->err = builder_intern(l->b, e->file, &m.file, l->diag);
	if (!l->err)
		l->err = builder_intern(l->b, e->build_id, &m.build_id, l->diag);
	if (!l->err && !vec_push(&l->p->mappings, m))
		legacy_nomem(l);
}

/* False when the line is no entry. What cannot hold code is one, but no mapping. */
static bool add_entry(struct legacy *l, struct str line)
{
	struct mapping m = { .id = 0 };
	struct entry e;

	if (!parse_proc(line, &e) && !parse_brief(line, &e))
		return false;
	if (e.permissions.len && !text_has(e.permissions, STR("x")))
		return true;
	if (!to_number(e.start, &m.start) || !to_number(e.limit, &m.limit) || !to_number(e.offset, &m.offset))
		return false;
	add_mapping(l, &e, &m);
	return true;
}

/* --- names that stand for other text --- */

struct names {
	struct strtab names;    /* with their $, numbered from 1 as they come */
	VEC(struct str) values; /* by number less 1 */
	struct arena text;
	uint64_t lengths; /* bit i: there is a name of i + 1 bytes */
	struct buf line;  /* the line in which they were replaced */
	size_t grown;     /* what all of them added so far */
};

static bool names_init(struct legacy *l, struct names *n)
{
	*n = (struct names){ .lengths = 0 };
	if (strtab_init(&n->names) == 0)
		return true;
	legacy_nomem(l);
	return false;
}

static void names_release(struct names *n)
{
	strtab_release(&n->names);
	vec_release(&n->values);
	arena_release(&n->text);
	buf_release(&n->line);
}

/* "build=/foo". The first value of a name stays. */
static void define(struct legacy *l, struct names *n, struct str line)
{
	size_t equals = text_find(line, STR("="));
	struct str key = text_trim((struct str){ line.p, equals }), value;
	size_t n_values = n->values.n;
	char name[NAME_MAX_LEN] = "$", *copy;
	uint32_t id = 0;
	int err;

	if (equals == line.len)
		return;
	if (key.len + 1 > NAME_MAX_LEN) {
		ctx_flaw(l->ctx, "memory map: a name of over %d bytes stands for nothing (line %llu)", NAME_MAX_LEN - 1,
			(unsigned long long)l->text.number);
		return;
	}
	memcpy(name + 1, key.p, key.len);
	err = strtab_intern(&n->names, (struct str){ name, key.len + 1 }, &id);
	if (err || id <= n_values) {
		if (err)
			legacy_nomem(l);
		return;
	}
	value = text_trim(str_skip(line, equals + 1));
	copy = arena_copy(&n->text, value.p, value.len);
	if (!copy || !vec_push(&n->values, ((struct str){ copy, value.len })))
		legacy_nomem(l);
	n->lengths |= UINT64_C(1) << key.len;
}

/* The earliest of the names that begin a text, 0 when none does. */
static uint32_t name_at(const struct names *n, struct str s)
{
	uint32_t first = 0, id;

	for (uint64_t lengths = n->lengths; lengths; lengths &= lengths - 1) {
		size_t len = (size_t)__builtin_ctzll(lengths) + 1;

		if (len > s.len)
			break;
		if (strtab_find(&n->names, (struct str){ s.p, len }, &id) && (!first || id < first))
			first = id;
	}
	return first;
}

/* A name of the table at the front of *s gives way to its value, else one byte is copied. */
static void replace_one(struct names *n, struct str *s)
{
	uint32_t id = name_at(n, *s);
	struct str value;

	if (!id) {
		buf_add(&n->line, s->p, 1);
		*s = str_skip(*s, 1);
		return;
	}
	value = n->values.items[id - 1];
	*s = str_skip(*s, strtab_get(&n->names, id).len);
	buf_add_str(&n->line, value);
	n->grown += value.len;
}

/* The line with all names replaced; what takes their place is not looked at again. */
static struct str replace_names(struct legacy *l, struct names *n, struct str line)
{
	buf_reset(&n->line);
	while (line.len) {
		struct str plain = { line.p, text_find(line, STR("$")) };

		buf_add_str(&n->line, plain);
		line = str_skip(line, plain.len);
		if (line.len)
			replace_one(n, &line);
		if (n->line.len > LINE_GROWN_MAX || n->grown > GROWN_MAX) {
			legacy_fail(l, "memory map: a line grows too long by what its names stand for");
			break;
		}
	}
	if (n->line.failed)
		legacy_nomem(l);
	return buf_str(&n->line);
}

/* --- lines --- */

/* "I0101 main.cc:12] 1000-2000 ..." was printed by a logger. */
static struct str without_log_prefix(struct str line)
{
	size_t i = 0, digits;

	while (i < line.len && line.p[i] != '[' && line.p[i] != ']')
		i++;
	if (i + 1 >= line.len || line.p[i] == '[' || !text_is_blank(line.p[i + 1]))
		return line;
	for (digits = i; digits && text_is_digit(line.p[digits - 1]); digits--)
		continue;
	return digits < i && digits > 1 && line.p[digits - 1] == ':' ? str_skip(line, i + 2) : line;
}

bool memory_map_starts(struct str line)
{
	return text_has(line, STR("--- Memory map: ---")) || text_has(line, STR("MAPPED_LIBRARIES:"));
}

int memory_map_read(struct legacy *l)
{
	struct names n;

	if (l->err || !names_init(l, &n))
		return l->err;
	while (legacy_next(l)) {
		struct str line = without_log_prefix(l->line);

		if (n.values.n && text_has(line, STR("$")))
			line = replace_names(l, &n, line);
		if (!l->err && !add_entry(l, line))
			define(l, &n, line);
	}
	names_release(&n);
	return l->err;
}

int memory_map_finish(struct legacy *l)
{
	while (!l->err && !memory_map_starts(l->line))
		if (!legacy_next(l))
			break;
	if (l->line.len)
		memory_map_read(l);
	legacy_finish(l);
	return l->err;
}
