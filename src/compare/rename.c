/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rename.h"

#include <stdlib.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_at_end(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.p[s.len - 1 - n]))
		n++;
	return n;
}

static bool drop_end(struct str *s, struct str end)
{
	if (s->len <= end.len || !str_equal(str_skip(*s, s->len - end.len), end))
		return false;
	s->len -= end.len;
	return true;
}

/* What a clone is called by, whose number may be missing only where compilers leave it out. */
static const struct clone {
	struct str text;
	bool bare; /* may stand without a number */
} clones[] = {
	{ STR(".isra"), false },
	{ STR(".part"), false },
	{ STR(".constprop"), false },
	{ STR(".cold"), true },
	{ STR(".llvm"), false },
};

/* ".part.3", ".cold": takes one of them off the end. NULL when there is none. */
static const struct clone *drop_clone(struct str *name)
{
	struct str s = *name, bare = s;
	size_t n = digits_at_end(s);

	s.len -= n;
	if (n && drop_end(&s, STR(".")))
		bare = s;
	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++) {
		struct str rest = bare;

		if ((bare.len < name->len || clones[i].bare) && drop_end(&rest, clones[i].text)) {
			*name = rest;
			return &clones[i];
		}
	}
	return NULL;
}

/* Bytes of the bracket that s starts with, 0 when it does not end. */
static size_t bracket_length(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '[')
			depth++;
		else if (s.p[i] == ']' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* Go's shapes become [...]. Behind one that does not end nothing is looked at, or each of many would be to the end. */
static void add_shapeless(struct buf *out, struct str name)
{
	bool open_ended = false;

	while (name.len) {
		const char *open = memchr(name.p, '[', name.len);
		size_t before = open ? (size_t)(open - name.p) : name.len, n = 0;

		buf_add_str(out, (struct str){ name.p, before });
		name = str_skip(name, before);
		if (!name.len)
			return;
		if (!open_ended && str_starts(name, STR("[go.shape."))) {
			n = bracket_length(name);
			open_ended = !n;
		}
		buf_add_str(out, n ? STR("[...]") : STR("["));
		name = str_skip(name, n ? n : 1);
	}
}

void rename_add_plain(struct buf *out, struct str name)
{
	while (drop_clone(&name))
		;
	add_shapeless(out, name);
}

void rename_add_numberless(struct buf *out, struct str name)
{
	const struct clone *clone;
	struct str s = name;

	while (drop_clone(&s))
		;
	add_shapeless(out, s);
	/* From the last to the first; the order matters to nobody, as long as it is always the same. */
	while ((clone = drop_clone(&name)))
		buf_add_str(out, clone->text);
}

bool rename_add_closure(struct buf *out, struct str name)
{
	struct str s = name, parent;

	s.len -= digits_at_end(s);
	if (s.len == name.len || !s.len)
		return false;
	parent = s;
	/* main.run.func2.1 is a closure of main.run.func2. */
	if (s.p[s.len - 1] == '.') {
		size_t n;

		parent.len--;
		n = digits_at_end(parent);
		if (!n)
			return false;
		parent.len -= n;
	}
	if (!drop_end(&parent, STR(".func")))
		return false;
	buf_add_str(out, s);
	return true;
}

/* The names that become one text, as far as there is one on each side at most. */
struct meeting {
	uint32_t names[2]; /* string + 1, 0 for none */
	bool several[2];
};

struct matcher {
	const struct strtab *strings;
	const uint8_t *sides;
	uint32_t *out;
	struct strtab texts;
	VEC(struct meeting) meetings; /* by text */
};

static int meet(struct matcher *m, struct str text, uint32_t name, unsigned side)
{
	struct meeting *at;
	uint32_t id;

	if (strtab_intern(&m->texts, text, &id) < 0)
		return ASSAY_ERR_NOMEM;
	while (m->meetings.n <= id)
		if (!vec_push(&m->meetings, ((struct meeting){ { 0 }, { false } })))
			return ASSAY_ERR_NOMEM;
	at = &m->meetings.items[id];
	at->several[side] |= at->names[side] != 0;
	at->names[side] = name + 1;
	return 0;
}

static bool is_alone(const struct matcher *m, uint32_t name)
{
	return (m->sides[name] == 1 || m->sides[name] == 2) && !m->out[name];
}

static void match_meetings(struct matcher *m)
{
	for (size_t i = 0; i < m->meetings.n; i++) {
		const struct meeting *at = &m->meetings.items[i];

		if (!at->names[0] || !at->names[1] || at->several[0] || at->several[1])
			continue;
		if (!is_alone(m, at->names[0] - 1) || !is_alone(m, at->names[1] - 1))
			continue;
		m->out[at->names[0] - 1] = at->names[1] - 1;
		m->out[at->names[1] - 1] = at->names[0] - 1;
	}
}

static bool add_numberless(struct buf *out, struct str name)
{
	rename_add_numberless(out, name);
	return true;
}

static bool add_plain(struct buf *out, struct str name)
{
	rename_add_plain(out, name);
	return true;
}

/*
 * One after the other, each for what those before left over. Clones of one kind, and shapes, need be alone only among
 * names without a partner: where both sides have parse, parse.part.0 is still parse.part.1. Otherwise a name that has a
 * partner tells that its function, or the parent of a closure, has more than one.
 */
static const struct pass {
	bool (*add_text)(struct buf *out, struct str name); /* false for a name that it is not for */
	bool partnerless;                                   /* those with a partner do not count */
} passes[] = {
	{ add_numberless, true },
	{ add_plain, false },
	{ rename_add_closure, false },
};

static int meet_all(struct matcher *m, const struct pass *pass)
{
	struct buf text = BUF_INIT;
	int err = 0;

	for (uint32_t name = 1; !err && name < m->strings->strings.n; name++) {
		if (!m->sides[name] || (pass->partnerless && !is_alone(m, name)))
			continue;
		buf_reset(&text);
		if (!pass->add_text(&text, strtab_get(m->strings, name)))
			continue;
		if (text.failed)
			err = ASSAY_ERR_NOMEM;
		for (unsigned side = 0; !err && side < 2; side++)
			if (m->sides[name] & 1 << side)
				err = meet(m, buf_str(&text), name, side);
	}
	buf_release(&text);
	return err;
}

static int match(struct matcher *m, const struct pass *pass)
{
	int err = strtab_init(&m->texts);

	if (!err)
		err = meet_all(m, pass);
	if (!err)
		match_meetings(m);
	strtab_release(&m->texts);
	vec_release(&m->meetings);
	return err;
}

int rename_match(const struct strtab *strings, const uint8_t *sides, uint32_t **out)
{
	struct matcher m = { .strings = strings, .sides = sides };
	int err = 0;

	m.out = calloc(strings->strings.n, sizeof(*m.out));
	if (!m.out)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; !err && i < sizeof(passes) / sizeof(passes[0]); i++)
		err = match(&m, &passes[i]);
	if (err) {
		free(m.out);
		return err;
	}
	*out = m.out;
	return 0;
}

int renames_init(struct renames *r)
{
	*r = (struct renames){ 0 };
	return strtab_init(&r->names);
}

void renames_release(struct renames *r)
{
	strtab_release(&r->names);
	vec_release(&r->old);
}

int renames_add(struct renames *r, struct str now, struct str was)
{
	uint32_t id, old;

	if (strtab_intern(&r->names, now, &id) < 0 || strtab_intern(&r->names, was, &old) < 0)
		return ASSAY_ERR_NOMEM;
	while (r->old.n <= id)
		if (!vec_push(&r->old, 0))
			return ASSAY_ERR_NOMEM;
	r->old.items[id] = old;
	return 0;
}

struct str renames_was(const struct renames *r, struct str now)
{
	uint32_t id;

	if (!strtab_find(&r->names, now, &id) || id >= r->old.n)
		return STR("");
	return strtab_get(&r->names, r->old.items[id]);
}
