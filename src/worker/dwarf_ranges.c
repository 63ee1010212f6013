/* SPDX-License-Identifier: Apache-2.0 */

/* The addresses of an entry: one range, or a list of them in .debug_ranges (to DWARF 4) or .debug_rnglists. */

#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"

void dwarf_span_take(
	const struct dwarf_unit *unit, struct entry_span *span, uint16_t name, const struct dwarf_attr *attr)
{
	switch (name) {
	case DW_AT_low_pc:
		span->has_low = dwarf_address(unit, attr, &span->low);
		break;
	case DW_AT_high_pc:
		span->has_high = true;
		span->high_is_size = !dwarf_is_address(attr->form);
		if (span->high_is_size)
			span->high = attr->value;
		else
			span->has_high = dwarf_address(unit, attr, &span->high);
		break;
	case DW_AT_ranges:
		span->has_ranges = true;
		span->ranges = *attr;
		break;
	case DW_AT_sibling:
		span->has_sibling = attr->form != DW_FORM_ref_addr;
		span->sibling = unit->offset + attr->value;
		break;
	}
}

void dwarf_span_end(struct entry_span *span)
{
	if (span->high_is_size && span->has_low)
		span->high += span->low;
	span->has_high = span->has_high && span->has_low;
}

struct list {
	const struct dwarf_unit *unit;
	const struct dwarf_unit *owner; /* that has the bases: the unit in the binary */
	struct cursor c;
	uint64_t base;
	dwarf_range_fn *add;
	void *data;
};

static bool add_range(struct list *l, uint64_t low, uint64_t high)
{
	return low >= high || l->add(l->data, low, high);
}

/* Pairs of addresses relative to a base, which the largest address as first of a pair replaces. */
static void read_pairs(struct list *l)
{
	unsigned size = l->owner->address_size;
	uint64_t most = size == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;

	while (!l->c.err && dwarf_spend(l->unit->file, 1)) {
		uint64_t low = dwarf_fixed(l->owner->file, &l->c, size);
		uint64_t high = dwarf_fixed(l->owner->file, &l->c, size);

		if (l->c.err || (!low && !high))
			return;
		if (low == most)
			l->base = high;
		else if (!add_range(l, (low + l->base) & most, (high + l->base) & most))
			return;
	}
}

static uint64_t indexed(struct list *l)
{
	struct dwarf_attr attr = { .form = DW_FORM_addrx, .value = dwarf_uleb(&l->c) };
	uint64_t address = 0;

	if (!dwarf_address(l->unit, &attr, &address))
		l->c.err = ASSAY_ERR_FORMAT;
	return address;
}

static uint64_t plain(struct list *l)
{
	return dwarf_fixed(l->unit->file, &l->c, l->unit->address_size);
}

/* One entry of a DWARF 5 list; false at its end. */
static bool read_entry(struct list *l)
{
	uint64_t low = 0, high = 0;

	switch (dwarf_fixed(l->unit->file, &l->c, 1)) {
	case DW_RLE_base_addressx:
		l->base = indexed(l);
		return true;
	case DW_RLE_startx_endx:
		low = indexed(l);
		high = indexed(l);
		break;
	case DW_RLE_startx_length:
		low = indexed(l);
		high = low + dwarf_uleb(&l->c);
		break;
	case DW_RLE_offset_pair:
		low = l->base + dwarf_uleb(&l->c);
		high = l->base + dwarf_uleb(&l->c);
		break;
	case DW_RLE_base_address:
		l->base = plain(l);
		return true;
	case DW_RLE_start_end:
		low = plain(l);
		high = plain(l);
		break;
	case DW_RLE_start_length:
		low = plain(l);
		high = low + dwarf_uleb(&l->c);
		break;
	default:
		return false;
	}
	return !l->c.err && add_range(l, low, high);
}

/* Where a DWARF 5 list begins: an offset, or an index into the table of offsets of the unit. */
static bool find_list(struct list *l, const struct dwarf_attr *attr)
{
	struct bytes section = l->unit->file->sections[DWARF_RNGLISTS];
	uint64_t at = attr->value, base = l->unit->rnglists_base;

	if (attr->form == DW_FORM_rnglistx) {
		if (at > section.n)
			return false;
		l->c = dwarf_cursor(section, base + at * l->unit->offset_size);
		at = base + dwarf_fixed(l->unit->file, &l->c, l->unit->offset_size);
		if (l->c.err)
			return false;
	}
	l->c = dwarf_cursor(section, at);
	return !l->c.err;
}

void dwarf_ranges(const struct dwarf_unit *unit, const struct entry_span *span, dwarf_range_fn *add, void *data)
{
	struct list l = { .unit = unit, .owner = unit->skeleton ? unit->skeleton : unit, .add = add, .data = data };

	if (span->has_high) {
		add_range(&l, span->low, span->high);
		return;
	}
	if (!span->has_ranges)
		return;
	l.base = l.owner->low;
	if (unit->version < 5) {
		/* What a .dwo says is relative to the part that its unit has in the binary. */
		uint64_t start = unit->skeleton ? l.owner->ranges_base : 0;

		l.c = dwarf_cursor(l.owner->file->sections[DWARF_RANGES], start + span->ranges.value);
		read_pairs(&l);
		return;
	}
	if (!find_list(&l, &span->ranges))
		return;
	while (dwarf_spend(unit->file, 1) && read_entry(&l))
		;
}
