/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a routine is called. An inlined call names an abstract origin, that may name the declaration it specifies, each
 * perhaps in another unit or file; what the nearer entry says counts.
 */

#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"

/* More steps are taken by nobody but those who go round in circles. */
#define MOST_STEPS 16

struct place {
	struct dwarf_unit *unit;
	uint64_t entry;
};

struct search {
	struct routine *out;
	struct str name;
	struct place origin, specification; /* of the entry at hand */
	struct place waiting[2 * MOST_STEPS];
	size_t n_waiting;
	bool is_first;
};

static void follow(struct dwarf_unit *unit, const struct dwarf_attr *attr, struct place *to)
{
	to->unit = dwarf_reference(unit, attr, &to->entry);
}

static void keep_text(struct dwarf_unit *unit, const struct dwarf_attr *attr, struct str *text)
{
	if (!text->len)
		*text = dwarf_text(unit, attr);
}

static void keep(struct search *s, struct dwarf_unit *unit, uint16_t name, const struct dwarf_attr *attr)
{
	switch (name) {
	case DW_AT_linkage_name:
	case DW_AT_MIPS_linkage_name:
		keep_text(unit, attr, &s->out->name);
		break;
	case DW_AT_name:
		keep_text(unit, attr, &s->name);
		break;
	case DW_AT_decl_line:
		if (!s->out->line)
			s->out->line = attr->value;
		break;
	case DW_AT_abstract_origin:
		follow(unit, attr, &s->origin);
		break;
	case DW_AT_specification:
		follow(unit, attr, &s->specification);
		break;
	}
}

/* Where it was called from is told by the call itself only. */
static void keep_call(struct search *s, uint16_t name, const struct dwarf_attr *attr)
{
	switch (name) {
	case DW_AT_call_file:
		s->out->call_file = attr->value;
		break;
	case DW_AT_call_line:
		s->out->call_line = attr->value;
		break;
	case DW_AT_call_column:
		s->out->call_column = attr->value;
		break;
	}
}

static void read_entry(struct search *s, const struct place *at)
{
	struct cursor c;
	const struct abbrev *a;

	s->origin.unit = s->specification.unit = NULL;
	if (!dwarf_unit_read(at->unit))
		return;
	a = dwarf_entry(at->unit, at->entry, &c);
	for (uint32_t i = 0; a && i < a->n_attrs; i++) {
		struct dwarf_attr attr = { 0 };

		dwarf_take(at->unit, &c, &a->attrs[i], &attr);
		if (c.err)
			return;
		keep(s, at->unit, a->attrs[i].name, &attr);
		if (s->is_first)
			keep_call(s, a->attrs[i].name, &attr);
	}
}

static void push(struct search *s, const struct place *p)
{
	if (p->unit && s->n_waiting < sizeof(s->waiting) / sizeof(s->waiting[0]))
		s->waiting[s->n_waiting++] = *p;
}

void dwarf_routine(struct dwarf_unit *unit, uint64_t entry, struct routine *out)
{
	struct search s = { .out = out, .name = STR(""), .is_first = true };

	*out = (struct routine){ .name = STR("") };
	s.waiting[s.n_waiting++] = (struct place){ unit, entry };
	for (int steps = 0; s.n_waiting && steps < MOST_STEPS; steps++) {
		struct place at = s.waiting[--s.n_waiting];

		read_entry(&s, &at);
		push(&s, &s.origin);
		push(&s, &s.specification);
		s.is_first = false;
	}
	if (!out->name.len)
		out->name = s.name;
}
