/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From addresses to units. .debug_aranges tells it without a look at the units, but compilers may leave it out for all
 * or some of them; for those the unit's own entry tells.
 */

#include "base/diag.h"
#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"
#include "worker/dwarf_lines.h"

/* How many ranges before the nearest are looked at where units overlap, which they do in broken files only. */
#define MOST_OVERLAPS 64

struct filling {
	struct unit_index *index;
	struct dwarf_file *file;
	uint8_t *is_known; /* per unit */
	uint32_t unit;
	bool failed;
};

static bool add_range(void *data, uint64_t low, uint64_t high)
{
	struct filling *f = data;
	struct unit_range range = { .low = low, .high = high, .unit = f->unit };

	if (!vec_push(&f->index->ranges, range))
		f->failed = true;
	return !f->failed;
}

/* A line of .debug_aranges; entry is an offset of the unit's own entry or of the unit. */
static bool add_arange(void *data, uint64_t entry, uint64_t low, uint64_t size)
{
	struct filling *f = data;
	struct dwarf_unit *unit = dwarf_unit_at(f->file, entry);

	if (!unit || (entry != unit->first && entry != unit->offset) || !size || low + size < low)
		return true;
	f->unit = (uint32_t)(unit - f->file->units.items);
	f->is_known[f->unit] = 1;
	return add_range(f, low, low + size);
}

static bool has_code(const struct dwarf_unit *u)
{
	return u->tag == DW_TAG_compile_unit || u->tag == DW_TAG_skeleton_unit;
}

static void add_units(struct filling *f)
{
	for (uint32_t i = 0; i < f->file->units.n && !f->failed; i++) {
		struct dwarf_unit *unit = &f->file->units.items[i];
		struct entry_span span;

		if (f->is_known[i] || unit->type == DW_UT_partial || unit->type == DW_UT_type)
			continue;
		if (!dwarf_unit_read(unit) || !has_code(unit))
			continue;
		f->unit = i;
		dwarf_unit_span(unit, &span);
		dwarf_ranges(unit, &span, add_range, f);
	}
}

static int by_low(const void *a, const void *b)
{
	const struct unit_range *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

static void sort_ranges(struct unit_index *index)
{
	uint64_t reach = 0;

	if (index->ranges.n)
		qsort(index->ranges.items, index->ranges.n, sizeof(*index->ranges.items), by_low);
	for (size_t i = 0; i < index->ranges.n; i++) {
		struct unit_range *r = &index->ranges.items[i];

		reach = r->high > reach ? r->high : reach;
		r->reach = reach;
	}
}

int dwarf_index_fill(
	struct unit_index *index, struct dwarf_file *file, struct dwarf_lines *lines, struct assay_diag *flaw)
{
	struct filling f = { .index = index, .file = file };

	f.is_known = calloc(file->units.n + 1, 1);
	if (!f.is_known)
		return ASSAY_ERR_NOMEM;
	if (lines && file->sections[DWARF_ARANGES].n)
		dwarf_lines_aranges(lines, add_arange, &f, flaw);
	add_units(&f);
	free(f.is_known);
	sort_ranges(index);
	return f.failed ? ASSAY_ERR_NOMEM : 0;
}

void dwarf_index_release(struct unit_index *index)
{
	vec_release(&index->ranges);
}

uint32_t dwarf_index_find(const struct unit_index *index, uint64_t address)
{
	size_t low = 0, high = index->ranges.n;
	uint32_t found = CALL_NONE;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->ranges.items[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t tries = 0; low && tries < MOST_OVERLAPS; tries++) {
		const struct unit_range *r = &index->ranges.items[--low];

		if (r->reach <= address)
			break;
		if (address < r->high && r->unit < found)
			found = r->unit;
	}
	return found;
}
