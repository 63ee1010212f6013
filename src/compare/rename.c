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

/* ".part.3", ".cold", one of them; the number may be missing only where compilers leave it out. */
static bool drop_clone(struct str *name)
{
	static const struct str numbered[] = { STR(".isra."), STR(".part."), STR(".constprop."), STR(".cold."),
		STR(".llvm.") };
	struct str s = *name;
	size_t n = digits_at_end(s);

	if (drop_end(name, STR(".cold")))
		return true;
	if (!n)
		return false;
	s.len -= n;
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++)
		if (drop_end(&s, numbered[i])) {
			*name = s;
			return true;
		}
	return false;
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

void rename_add_plain(struct buf *out, struct str name)
{
	while (drop_clone(&name))
		;
	while (name.len) {
		const char *open = memchr(name.p, '[', name.len);
		size_t before = open ? (size_t)(open - name.p) : name.len, n;

		buf_add_str(out, (struct str){ name.p, before });
		name = str_skip(name, before);
		if (!name.len)
			return;
		n = str_starts(name, STR("[go.shape.")) ? bracket_length(name) : 0;
		buf_add_str(out, n ? STR("[...]") : STR("["));
		name = str_skip(name, n ? n : 1);
	}
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

/*
 * Of clones and shapes only names without a partner meet. Of closures all do: one that has a partner tells that its
 * parent has more than one.
 */
static int meet_all(struct matcher *m, bool closures)
{
	struct buf text = BUF_INIT;
	int err = 0;

	for (uint32_t name = 1; !err && name < m->strings->strings.n; name++) {
		struct str s = strtab_get(m->strings, name);

		if (!m->sides[name] || (!closures && !is_alone(m, name)))
			continue;
		buf_reset(&text);
		if (!closures)
			rename_add_plain(&text, s);
		else if (!rename_add_closure(&text, s))
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

static int match(struct matcher *m, bool closures)
{
	int err = strtab_init(&m->texts);

	if (!err)
		err = meet_all(m, closures);
	if (!err)
		match_meetings(m);
	strtab_release(&m->texts);
	vec_release(&m->meetings);
	return err;
}

int rename_match(const struct strtab *strings, const uint8_t *sides, uint32_t **out)
{
	struct matcher m = { .strings = strings, .sides = sides };
	int err;

	m.out = calloc(strings->strings.n, sizeof(*m.out));
	if (!m.out)
		return ASSAY_ERR_NOMEM;
	err = match(&m, false);
	if (!err)
		err = match(&m, true);
	if (err) {
		free(m.out);
		return err;
	}
	*out = m.out;
	return 0;
}
