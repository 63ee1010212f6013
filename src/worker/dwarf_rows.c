/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Line programs. libdwarf 20210528 runs them too, but since DWARF 5 it starts with file 0 where the standard says file
 * 1, which no caller can tell from a file 0 that was meant; and it allocates every row.
 */

#include "worker/dwarf_rows.h"

#include "base/search.h"
#include "worker/dwarf_constants.h"
#include "worker/dwarf_files.h"

struct row {
	uint64_t address, file, line, column;
};

struct program {
	struct dwarf_file *file;
	struct line_header header;
	struct cursor c;

	struct row row; /* the registers */
	bool has_last;
	struct row last; /* the row before, whose code ends where the next begins */

	const uint64_t *addresses;
	size_t n, next; /* the first address at or above that of the last row */
	struct line_place *places;
};

/* A row tells how far the one before reaches. Of rows at one address the last counts. */
static void add_row(struct program *p)
{
	if (!p->has_last || p->row.address < p->last.address)
		p->next = first_at_or_above(p->addresses, p->n, p->row.address);
	for (; p->has_last && p->next < p->n && p->addresses[p->next] < p->row.address; p->next++) {
		struct line_place *place = &p->places[p->next];

		if (!place->is_found)
			*place = (struct line_place){ true, p->last.file, p->last.line, p->last.column };
	}
	p->last = p->row;
	p->has_last = true;
}

static void start_sequence(struct program *p)
{
	p->row = (struct row){ .file = 1, .line = 1 };
	p->has_last = false;
}

static void run_special(struct program *p, uint8_t opcode)
{
	uint8_t adjusted = opcode - p->header.first_special;

	if (!p->header.line_range) {
		p->c.err = ASSAY_ERR_FORMAT;
		return;
	}
	p->row.address += (uint64_t)(adjusted / p->header.line_range) * p->header.instruction_size;
	p->row.line += (uint64_t)(int64_t)(p->header.line_base + adjusted % p->header.line_range);
	add_row(p);
}

static void run_extended(struct program *p)
{
	uint64_t length = dwarf_uleb(&p->c);
	const uint8_t *start = cursor_take(&p->c, length);
	struct cursor c = { .p = start, .end = p->c.p };

	if (!start || !length)
		return;
	switch (dwarf_fixed(p->file, &c, 1)) {
	case DW_LNE_end_sequence:
		add_row(p);
		start_sequence(p);
		break;
	case DW_LNE_set_address:
		if (length - 1 <= 8)
			p->row.address = dwarf_fixed(p->file, &c, (unsigned)(length - 1));
		break;
	}
}

static void skip_operands(struct program *p, uint8_t opcode)
{
	for (uint8_t i = 0; i < p->header.operands[opcode - 1]; i++)
		dwarf_uleb(&p->c);
}

static void run_standard(struct program *p, uint8_t opcode)
{
	switch (opcode) {
	case DW_LNS_copy:
		add_row(p);
		break;
	case DW_LNS_advance_pc:
		p->row.address += dwarf_uleb(&p->c) * p->header.instruction_size;
		break;
	case DW_LNS_advance_line:
		p->row.line += (uint64_t)dwarf_sleb(&p->c);
		break;
	case DW_LNS_set_file:
		p->row.file = dwarf_uleb(&p->c);
		break;
	case DW_LNS_set_column:
		p->row.column = dwarf_uleb(&p->c);
		break;
	case DW_LNS_const_add_pc:
		if (p->header.line_range)
			p->row.address += (uint64_t)((255 - p->header.first_special) / p->header.line_range) *
					  p->header.instruction_size;
		break;
	case DW_LNS_fixed_advance_pc:
		p->row.address += dwarf_fixed(p->file, &p->c, 2);
		break;
	default:
		skip_operands(p, opcode);
	}
}

bool dwarf_rows_find(
	struct dwarf_file *f, uint64_t offset, const uint64_t *addresses, size_t n, struct line_place *places)
{
	struct program p = { .file = f, .addresses = addresses, .n = n, .places = places };

	memset(places, 0, n * sizeof(*places));
	if (!line_header_read(&p.header, f, offset))
		return false;
	p.c = p.header.program;
	start_sequence(&p);
	while (!p.c.err && p.c.p < p.c.end && dwarf_spend(f, 1)) {
		uint8_t opcode = *p.c.p++;

		if (opcode >= p.header.first_special)
			run_special(&p, opcode);
		else if (opcode)
			run_standard(&p, opcode);
		else
			run_extended(&p);
	}
	return !p.c.err;
}
