/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finds the routines that addresses lie in, by one walk over a unit's entries in the order of the file; of several
 * routines that have an address the last one met has it, which is the innermost.
 *
 *   main [0x10,0x50)              addresses 0x18 and 0x40 give
 *     lexical block [0x14,0x30)   0x18: step, inlined into main
 *       step [0x16,0x20)          0x40: main
 *
 * The first walk leaves out what lies within routines and blocks that have no wanted address, and types. Some compilers
 * put functions there all the same (members of local classes), so that a second walk goes everywhere when the first
 * left addresses over.
 */

#include "base/diag.h"
#include "base/search.h"
#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"

struct level {
	uint64_t entry;
	uint32_t node; /* the entry's, or CALL_NONE when it has none yet */
	bool is_routine, is_function;
};

struct walk {
	struct dwarf_unit *unit;
	struct call_tree *tree;
	bool everywhere;
	bool failed;              /* memory ran out */
	VEC(struct level) levels; /* entries whose children are being walked */

	/* The entry at hand. */
	struct level at;
	bool is_hit;
};

static uint32_t add_node(struct walk *w, const struct level *level, uint32_t parent)
{
	struct call_node node = { .entry = level->entry, .parent = parent };

	if (parent != CALL_NONE)
		node.depth = w->tree->nodes.items[parent].depth + 1;
	if (w->tree->nodes.n >= CALL_NONE || !vec_push(&w->tree->nodes, node)) {
		w->failed = true;
		return CALL_NONE;
	}
	return (uint32_t)(w->tree->nodes.n - 1);
}

/* The node of the routine around the entry at hand, made with those around it up to the function if need be. */
static uint32_t parent_node(struct walk *w)
{
	size_t i = w->levels.n;
	uint32_t parent = CALL_NONE;

	if (w->at.is_function)
		return CALL_NONE;
	while (i && !(w->levels.items[i - 1].is_function || w->levels.items[i - 1].node != CALL_NONE))
		i--;
	if (i)
		i--;
	dwarf_spend(w->unit->file, w->levels.n - i);
	for (; i < w->levels.n && !w->failed; i++) {
		struct level *level = &w->levels.items[i];

		if (!level->is_routine)
			continue;
		if (level->node == CALL_NONE)
			level->node = add_node(w, level, level->is_function ? CALL_NONE : parent);
		parent = level->node;
	}
	return parent;
}

static bool hit_range(void *data, uint64_t low, uint64_t high)
{
	struct walk *w = data;
	struct call_tree *t = w->tree;
	size_t i = first_at_or_above(t->addresses, t->n, low);

	for (; i < t->n && t->addresses[i] < high; i++) {
		w->is_hit = true;
		if (!w->at.is_routine)
			return false;
		if (w->at.node == CALL_NONE)
			w->at.node = add_node(w, &w->at, parent_node(w));
		t->hits[i] = w->at.node;
		dwarf_spend(w->unit->file, 1);
	}
	return !w->failed;
}

/* Takes the attributes of an entry, all or those that tell where its sibling is. */
static void take_attrs(struct walk *w, struct cursor *c, const struct abbrev *a, struct entry_span *span)
{
	*span = (struct entry_span){ 0 };
	dwarf_spend(w->unit->file, a->n_attrs);
	for (uint32_t i = 0; i < a->n_attrs && !c->err; i++) {
		const struct abbrev_attr *spec = &a->attrs[i];
		struct dwarf_attr attr;
		int size = -1;

		switch (spec->name) {
		case DW_AT_low_pc:
		case DW_AT_high_pc:
		case DW_AT_ranges:
		case DW_AT_sibling:
			dwarf_take(w->unit, c, spec, &attr);
			if (!c->err)
				dwarf_span_take(w->unit, span, spec->name, &attr);
			continue;
		}
		size = dwarf_form_size(spec->form, w->unit->version, w->unit->address_size, w->unit->offset_size);
		if (size >= 0)
			cursor_take(c, (uint64_t)size);
		else
			dwarf_take(w->unit, c, spec, &attr);
	}
	dwarf_span_end(span);
}

/* Whether the children of the entry at hand need no look. */
static bool is_prunable(const struct walk *w, const struct abbrev *a)
{
	if (w->everywhere)
		return false;
	return a->kind == ENTRY_TYPE || ((a->kind == ENTRY_ROUTINE || a->kind == ENTRY_BLOCK) && !w->is_hit);
}

static const uint8_t *sibling_of(const struct walk *w, const struct cursor *c, const struct entry_span *span)
{
	const uint8_t *info = w->unit->file->sections[DWARF_INFO].p;

	if (!span->has_sibling || span->sibling <= (uint64_t)(c->p - info) || span->sibling >= w->unit->end)
		return NULL;
	return info + span->sibling;
}

static void visit(struct walk *w, struct cursor *c, const struct abbrev *a)
{
	const uint8_t *sibling;
	struct entry_span span = { 0 };

	w->is_hit = false;
	if (a->fixed != UINT32_MAX && a->kind == ENTRY_OTHER)
		cursor_take(c, a->fixed);
	else
		take_attrs(w, c, a, &span);
	if (c->err)
		return;
	if ((a->kind == ENTRY_ROUTINE || a->kind == ENTRY_BLOCK) && (span.has_high || span.has_ranges))
		dwarf_ranges(w->unit, &span, hit_range, w);
	else if (a->kind == ENTRY_BLOCK)
		w->is_hit = true; /* not known where, so look */
	if (!a->has_children)
		return;
	sibling = is_prunable(w, a) ? sibling_of(w, c, &span) : NULL;
	if (sibling)
		c->p = sibling;
	else if (!vec_push(&w->levels, w->at))
		w->failed = true;
}

static void walk_entries(struct walk *w, const struct abbrevs *table, struct cursor *c)
{
	const uint8_t *info = w->unit->file->sections[DWARF_INFO].p;

	do {
		uint64_t entry = (uint64_t)(c->p - info), code = dwarf_uleb(c);
		const struct abbrev *a;

		if (!code && !c->err) {
			w->levels.n -= w->levels.n != 0;
			continue;
		}
		a = c->err ? NULL : abbrev_find(table, code);
		if (!a) {
			c->err = ASSAY_ERR_FORMAT;
			return;
		}
		w->at = (struct level){
			.entry = entry,
			.node = CALL_NONE,
			.is_routine = a->kind == ENTRY_ROUTINE,
			.is_function = a->tag == DW_TAG_subprogram,
		};
		visit(w, c, a);
	} while (w->levels.n && !w->failed && !c->err && dwarf_spend(w->unit->file, 1));
}

static bool all_hit(const struct call_tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->hits[i] == CALL_NONE)
			return false;
	return true;
}

static int walk_once(struct dwarf_unit *unit, struct call_tree *tree, bool everywhere, struct assay_diag *flaw)
{
	struct walk w = { .unit = unit, .tree = tree, .everywhere = everywhere };
	const struct abbrevs *table = dwarf_abbrevs(unit);
	struct cursor c = dwarf_unit_cursor(unit, unit->first);

	if (!table)
		return ASSAY_ERR_NOMEM;
	walk_entries(&w, table, &c);
	vec_release(&w.levels);
	if (c.err)
		diag_set_at(flaw, ASSAY_ERR_FORMAT, unit->offset, "", "a unit in .debug_info is damaged");
	else if (!*unit->file->budget)
		diag_set_at(flaw, ASSAY_ERR_TOO_BIG, unit->offset, "", "the debug information takes too long to read");
	return w.failed ? ASSAY_ERR_NOMEM : 0;
}

int dwarf_walk(struct dwarf_unit *unit, struct call_tree *tree, struct assay_diag *flaw)
{
	int err;

	for (size_t i = 0; i < tree->n; i++)
		tree->hits[i] = CALL_NONE;
	err = walk_once(unit, tree, false, flaw);
	if (err || all_hit(tree))
		return err;
	tree->nodes.n = 0;
	for (size_t i = 0; i < tree->n; i++)
		tree->hits[i] = CALL_NONE;
	return walk_once(unit, tree, true, flaw);
}
