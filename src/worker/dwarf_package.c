/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/dwarf_package.h"

#include "worker/object_priv.h"

static struct dwarf_file *open_package(struct dwarf_file *binary)
{
	struct object_need need = { .kind = OBJECT_NEED_DWP, .name = STR(""), .directory = STR("") };
	struct dwarf_file *f = NULL;
	struct elf_file *elf;

	need.build_id = binary->elf->build_id;
	if (object_need(binary->object, &need, "a package of split debug information", &elf))
		return NULL;
	if (dwarf_file_open(&f, binary->object, elf, true, binary->budget, NULL)) {
		elf_file_free(elf);
		return NULL;
	}
	f->is_owned = true;
	f->alt_tried = true;
	return f;
}

/* A hash table from ids to rows, and two tables with a column per section: offsets and sizes. */
struct package_index {
	const struct dwarf_file *file;
	uint32_t version, n_columns, n_units, n_slots;
	struct bytes bytes;
	uint64_t ids, rows, columns, offsets, sizes; /* where each begins */
};

static uint64_t number_at(const struct package_index *x, uint64_t at, unsigned size)
{
	struct cursor c = dwarf_cursor(x->bytes, at);

	return dwarf_fixed(x->file, &c, size);
}

static bool read_index(struct package_index *x, const struct dwarf_file *f)
{
	uint64_t table;

	*x = (struct package_index){ .file = f, .bytes = f->sections[DWARF_CU_INDEX] };
	x->version = (uint32_t)number_at(x, 0, 4);
	/* Since DWARF 5 the version has two bytes and padding. */
	if (x->version != 2)
		x->version = (uint32_t)number_at(x, 0, 2);
	x->n_columns = (uint32_t)number_at(x, 4, 4);
	x->n_units = (uint32_t)number_at(x, 8, 4);
	x->n_slots = (uint32_t)number_at(x, 12, 4);
	table = (uint64_t)x->n_columns * 4;
	if ((x->version != 2 && x->version != 5) || !x->n_slots || x->n_slots & (x->n_slots - 1) || x->n_columns > 64)
		return false;
	x->ids = 16;
	x->rows = x->ids + (uint64_t)x->n_slots * 8;
	x->columns = x->rows + (uint64_t)x->n_slots * 4;
	x->offsets = x->columns + table;
	x->sizes = x->offsets + table * x->n_units;
	return x->sizes + table * x->n_units <= x->bytes.n;
}

/* The row of an id, counted from 1; 0 when it is not there. */
static uint32_t find_row(const struct package_index *x, uint64_t id)
{
	uint32_t mask = x->n_slots - 1, slot = (uint32_t)id & mask, step = ((uint32_t)(id >> 32) & mask) | 1;

	for (uint32_t tries = 0; tries < x->n_slots; tries++) {
		uint32_t row = (uint32_t)number_at(x, x->rows + (uint64_t)slot * 4, 4);

		if (!row)
			return 0;
		if (number_at(x, x->ids + (uint64_t)slot * 8, 8) == id)
			return row <= x->n_units ? row : 0;
		slot = (slot + step) & mask;
	}
	return 0;
}

/* The section that a column is of, or -1 for those not needed here. */
static int section_of_column(uint32_t version, uint64_t column)
{
	switch (column) {
	case 1:
		return DWARF_INFO;
	case 3:
		return DWARF_ABBREV;
	case 6:
		return DWARF_STR_OFFSETS;
	case 8:
		return version == 5 ? DWARF_RNGLISTS : -1;
	}
	return -1;
}

static void cut_sections(const struct package_index *x, uint32_t row, struct bytes *sections)
{
	for (uint32_t i = 0; i < x->n_columns; i++) {
		uint64_t cell = ((uint64_t)(row - 1) * x->n_columns + i) * 4;
		int section = section_of_column(x->version, number_at(x, x->columns + (uint64_t)i * 4, 4));
		uint64_t offset = number_at(x, x->offsets + cell, 4), size = number_at(x, x->sizes + cell, 4);
		struct bytes all;

		if (section < 0)
			continue;
		all = x->file->sections[section];
		sections[section] = (struct bytes){ 0 };
		if (offset <= all.n && size <= all.n - offset)
			sections[section] = (struct bytes){ all.p + offset, (size_t)size };
	}
}

struct dwarf_file *dwarf_package_find(struct dwarf_file *binary, uint64_t id)
{
	struct object *o = binary->object;
	struct bytes sections[DWARF_N_SECTIONS];
	struct dwarf_file *part = NULL;
	struct package_index index;
	uint32_t row;

	if (!o->package_tried) {
		o->package_tried = true;
		o->package = open_package(binary);
	}
	if (!o->package || !read_index(&index, o->package))
		return NULL;
	row = find_row(&index, id);
	if (!row)
		return NULL;
	memcpy(sections, o->package->sections, sizeof(sections));
	sections[DWARF_CU_INDEX] = (struct bytes){ 0 };
	cut_sections(&index, row, sections);
	if (dwarf_file_slice(&part, o->package, sections))
		return NULL;
	part->alt_tried = true;
	return part;
}
