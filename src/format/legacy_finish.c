/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last step of all legacy readers: which mapping each location is in. The rules are asked for one location after
 * the other, and a mapping may be stretched on the way, so that their order counts. To answer them for n locations and
 * m mappings in less than n * m steps, a tree over the sorted addresses has for each of them the first mapping of the
 * list that holds it.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/search.h"
#include "format/legacy.h"

/* Where the linker puts a program that is not relocated, on x86-64 Linux. */
#define USUAL_START UINT64_C(0x400000)
/* Mappings that end before they start are looked at one by one, and no more of them than that. */
#define INVERTED_MAX 64

/* --- the list of mappings --- */

static bool same_or_none(uint32_t a, uint32_t b)
{
	return a == b || !a || !b;
}

/* m goes on where last ends, in memory and, as far as is known, in the file. */
static bool continues(const struct mapping *last, const struct mapping *m)
{
	return same_or_none(last->file, m->file) && same_or_none(last->build_id, m->build_id) &&
	       last->limit == m->start &&
	       (!last->offset || !m->offset || last->offset + (last->limit - last->start) == m->offset);
}

static void join_mappings(struct assay_profile *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->mappings.n; i++) {
		struct mapping m = p->mappings.items[i], *last = n ? &p->mappings.items[n - 1] : NULL;

		if (!last || !continues(last, &m)) {
			p->mappings.items[n++] = m;
			continue;
		}
		last->limit = m.limit;
		if (m.file)
			last->file = m.file;
		if (m.build_id)
			last->build_id = m.build_id;
	}
	p->mappings.n = n;
}

/* "/lib/libc.so.6", "x.so" */
static bool is_library(struct str file)
{
	size_t at;

	while ((at = text_find(file, STR(".so"))) < file.len) {
		struct str rest = str_skip(file, at + 3);

		if (!rest.len || (rest.len > 1 && (*rest.p == '.' || *rest.p == '_') && text_is_digit(rest.p[1])))
			return true;
		file = rest;
	}
	return false;
}

/* What is left of a name without the marks of files that are gone: into to, which has as much room. */
static struct str without_deleted(char *to, struct str file)
{
	const struct str mark = STR("(deleted)");
	size_t n = 0;

	while (file.len) {
		if (text_take(&file, mark))
			continue;
		to[n++] = *file.p;
		file = str_skip(file, 1);
	}
	return text_trim((struct str){ to, n });
}

static bool is_main(struct legacy *l, const struct mapping *m)
{
	struct str file = profile_str(l->p, m->file);
	bool is = file.len && *file.p != '[' && !is_library(file);
	char *copy;

	if (!text_has(file, STR("(deleted)")))
		return is;
	copy = malloc(file.len);
	if (!copy) {
		legacy_nomem(l);
		return false;
	}
	file = without_deleted(copy, file);
	is = file.len && *file.p != '[' && !is_library(file);
	free(copy);
	return is;
}

/* The main binary is the first one, for all that asks for it later. */
static void put_main_first(struct legacy *l)
{
	struct mapping *list = l->p->mappings.items;

	for (size_t i = 0; i < l->p->mappings.n; i++) {
		struct mapping m = list[i];

		if (!is_main(l, &m))
			continue;
		list[i] = list[0];
		list[0] = m;
		return;
	}
}

/* What the list would get wrong: text on huge pages, and programs whose mapping starts behind their header. */
static void mend_first(struct assay_profile *p)
{
	struct mapping *m = p->mappings.items;

	if (p->mappings.n > 1 && str_starts(profile_str(p, m->file), STR("/anon_hugepage")) &&
		m[0].limit == m[1].start) {
		p->mappings.n--;
		memmove(m, m + 1, p->mappings.n * sizeof(*m));
	}
	if (p->mappings.n && m->start - m->offset == USUAL_START) {
		m->start = USUAL_START;
		m->offset = 0;
	}
}

/* --- locations --- */

/* Locations in the order in which samples refer to them, and none that no sample has. */
static void order_locations(struct legacy *l)
{
	struct assay_profile *p = l->p;
	size_t n = p->locations.n;
	uint32_t *place = n ? malloc(n * sizeof(*place)) : NULL;
	struct location *ordered = n ? malloc(n * sizeof(*ordered)) : NULL;
	uint32_t next = 0;

	if (n && (!place || !ordered)) {
		free(place);
		free(ordered);
		legacy_nomem(l);
		return;
	}
	for (size_t i = 0; i < n; i++)
		place[i] = PROFILE_NONE;
	for (size_t i = 0; i < p->stacks.n; i++) {
		uint32_t at = p->stacks.items[i];

		if (place[at] == PROFILE_NONE) {
			ordered[next] = p->locations.items[at];
			ordered[next].id = next + 1;
			place[at] = next++;
		}
		p->stacks.items[i] = place[at];
	}
	free(place);
	if (!n)
		return;
	free(p->locations.items);
	p->locations.items = ordered;
	p->locations.n = next;
	p->locations.cap = n;
}

/* --- from addresses to mappings --- */

/* A tree over places 0 .. n-1: add() puts a number to a span of them, first() gives the least one at a place. */
struct span_tree {
	uint32_t *nodes; /* 2 * n: the leaves are the second half */
	size_t n;
};

static bool span_tree_init(struct span_tree *t, size_t n)
{
	*t = (struct span_tree){ malloc(2 * n * sizeof(*t->nodes)), n };
	for (size_t i = 0; t->nodes && i < 2 * n; i++)
		t->nodes[i] = PROFILE_NONE;
	return t->nodes != NULL;
}

static void lower(uint32_t *node, uint32_t number)
{
	if (number < *node)
		*node = number;
}

static void span_tree_add(struct span_tree *t, size_t from, size_t to, uint32_t number)
{
	for (from += t->n, to += t->n; from < to; from /= 2, to /= 2) {
		if (from & 1)
			lower(&t->nodes[from++], number);
		if (to & 1)
			lower(&t->nodes[--to], number);
	}
}

static uint32_t span_tree_first(const struct span_tree *t, size_t place)
{
	uint32_t first = PROFILE_NONE;

	for (place += t->n; place; place /= 2)
		lower(&first, t->nodes[place]);
	return first;
}

struct search {
	struct assay_profile *p;
	uint64_t *sorted; /* the addresses, each once */
	size_t n;
	struct span_tree within;         /* start <= address < limit */
	struct span_tree below;          /* within reach when the mapping is stretched down by its offset */
	uint32_t inverted[INVERTED_MAX]; /* the same for those that end before they start */
	size_t n_inverted;
	uint32_t rest; /* the mapping for all that is in none, PROFILE_NONE as long as there is no need */
};

static int compare_addresses(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add_span(const struct search *s, struct span_tree *t, uint64_t start, uint64_t limit, uint32_t mapping)
{
	if (start < limit)
		span_tree_add(t, first_at_or_above(s->sorted, s->n, start), first_at_or_above(s->sorted, s->n, limit), mapping);
}

static bool reaches(const struct mapping *m, uint64_t address)
{
	return m->offset && m->start - m->offset <= address && address < m->start;
}

static void add_mapping(struct search *s, uint32_t index)
{
	const struct mapping *m = &s->p->mappings.items[index];

	add_span(s, &s->within, m->start, m->limit, index);
	if (!m->offset)
		return;
	if (m->start <= m->limit)
		add_span(s, &s->below, m->start - m->offset, m->start, index);
	else if (s->n_inverted < INVERTED_MAX)
		s->inverted[s->n_inverted++] = index;
}

static bool search_init(struct search *s, struct assay_profile *p)
{
	*s = (struct search){ .p = p, .rest = PROFILE_NONE, .n = p->locations.n };
	s->sorted = malloc(s->n * sizeof(*s->sorted));
	if (!s->sorted || !span_tree_init(&s->within, s->n) || !span_tree_init(&s->below, s->n))
		return false;
	for (size_t i = 0; i < s->n; i++)
		s->sorted[i] = p->locations.items[i].address;
	qsort(s->sorted, s->n, sizeof(*s->sorted), compare_addresses);
	for (size_t i = 0; i < p->mappings.n; i++)
		add_mapping(s, (uint32_t)i);
	return true;
}

static void search_release(struct search *s)
{
	free(s->sorted);
	free(s->within.nodes);
	free(s->below.nodes);
}

/* The first mapping that holds the address once it is stretched down to the start of its file. */
static uint32_t find_below(const struct search *s, uint64_t address, size_t place)
{
	uint32_t found = span_tree_first(&s->below, place);

	for (size_t i = 0; i < s->n_inverted; i++)
		if (reaches(&s->p->mappings.items[s->inverted[i]], address))
			lower(&found, s->inverted[i]);
	return found;
}

/*
 * A mapping that was stretched holds all that it reached for, so it is found in `within` from then on and its place in
 * `below` does no harm; but for an inverted one, whose offset tells that it was.
 */
static void stretch(struct search *s, uint32_t mapping)
{
	struct mapping *m = &s->p->mappings.items[mapping];

	m->start -= m->offset;
	m->offset = 0;
	add_span(s, &s->within, m->start, m->limit, mapping);
}

/* The mapping of last resort holds every address but the last one, which asks for it each time. */
static uint32_t find_rest(struct search *s)
{
	if (s->rest != PROFILE_NONE)
		return s->rest;
	if (!vec_push(&s->p->mappings, ((struct mapping){ .limit = UINT64_MAX })))
		return PROFILE_NONE;
	s->rest = (uint32_t)s->p->mappings.n - 1;
	add_span(s, &s->within, 0, UINT64_MAX, s->rest);
	return s->rest;
}

static uint32_t find_mapping(struct search *s, uint64_t address)
{
	size_t place = first_at_or_above(s->sorted, s->n, address);
	uint32_t found = span_tree_first(&s->within, place);

	if (found != PROFILE_NONE)
		return found;
	found = find_below(s, address, place);
	if (found == PROFILE_NONE)
		return find_rest(s);
	stretch(s, found);
	return found;
}

static void find_mappings(struct legacy *l)
{
	struct assay_profile *p = l->p;
	struct search s;

	if (!p->locations.n)
		return;
	if (p->mappings.n >= PROFILE_NONE - 1) {
		l->err = diag_set(l->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 mappings");
		return;
	}
	if (!search_init(&s, p))
		legacy_nomem(l);
	for (size_t i = 0; !l->err && i < p->locations.n; i++) {
		struct location *loc = &p->locations.items[i];

		if (!loc->address)
			continue;
		loc->mapping = find_mapping(&s, loc->address);
		if (loc->mapping == PROFILE_NONE)
			legacy_nomem(l);
	}
	search_release(&s);
}

void legacy_finish(struct legacy *l)
{
	struct assay_profile *p = l->p;

	if (l->err)
		return;
	join_mappings(p);
	put_main_first(l);
	if (!l->err)
		order_locations(l);
	if (l->err)
		return;
	mend_first(p);
	find_mappings(l);
	for (size_t i = 0; i < p->mappings.n; i++)
		p->mappings.items[i].id = i + 1;
}
