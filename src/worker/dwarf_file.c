/* SPDX-License-Identifier: Apache-2.0 */

/* A file's sections of debug information, its units, and the file that dwz made of what several have in common. */

#include <stdio.h>

#include "base/diag.h"
#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"
#include "worker/object_priv.h"

const char *const dwarf_section_names[DWARF_N_SECTIONS] = {
	[DWARF_INFO] = ".debug_info",
	[DWARF_ABBREV] = ".debug_abbrev",
	[DWARF_STR] = ".debug_str",
	[DWARF_LINE_STR] = ".debug_line_str",
	[DWARF_STR_OFFSETS] = ".debug_str_offsets",
	[DWARF_ADDR] = ".debug_addr",
	[DWARF_RANGES] = ".debug_ranges",
	[DWARF_RNGLISTS] = ".debug_rnglists",
	[DWARF_LINE] = ".debug_line",
	[DWARF_ARANGES] = ".debug_aranges",
	[DWARF_CU_INDEX] = ".debug_cu_index",
};

static struct elf_section *find_section(const struct elf_file *elf, const char *name, bool is_split)
{
	struct elf_section *s;
	char full[64];

	snprintf(full, sizeof(full), "%s%s", name, is_split && strcmp(name, ".debug_cu_index") != 0 ? ".dwo" : "");
	s = elf_find_filled(elf, full);
	if (s)
		return s;
	snprintf(full, sizeof(full), ".z%s%s", name + 1, is_split ? ".dwo" : "");
	return elf_find_filled(elf, full);
}

static void load_sections(struct dwarf_file *f, struct assay_diag *flaw)
{
	for (int i = 0; i < DWARF_N_SECTIONS; i++) {
		struct elf_section *s = find_section(f->elf, dwarf_section_names[i], f->is_split);

		if (s)
			elf_section_bytes(f->elf, s, &f->sections[i], flaw);
	}
}

/* Takes what stands behind the length: version, kind, sizes, abbreviations, and the id of split units. */
static bool take_header(struct dwarf_unit *u, struct cursor *c)
{
	const struct dwarf_file *f = u->file;

	u->version = (uint16_t)dwarf_fixed(f, c, 2);
	if (u->version < 2 || u->version > 5)
		return false;
	u->type = DW_UT_compile;
	if (u->version == 5) {
		u->type = (uint8_t)dwarf_fixed(f, c, 1);
		u->address_size = (uint8_t)dwarf_fixed(f, c, 1);
		u->abbrev_offset = dwarf_fixed(f, c, u->offset_size);
	} else {
		u->abbrev_offset = dwarf_fixed(f, c, u->offset_size);
		u->address_size = (uint8_t)dwarf_fixed(f, c, 1);
	}
	if (u->type == DW_UT_skeleton || u->type == DW_UT_split_compile) {
		u->id = dwarf_fixed(f, c, 8);
	} else if (u->type == DW_UT_type || u->type == DW_UT_split_type) {
		cursor_take(c, 8);
		cursor_take(c, u->offset_size);
	}
	return !c->err && u->address_size >= 1 && u->address_size <= 8;
}

/* Sets end also for a unit that is of no use, so that the next one is found; false when that is not known either. */
static bool read_header(struct dwarf_file *f, uint64_t offset, struct dwarf_unit *u)
{
	struct bytes info = f->sections[DWARF_INFO];
	struct cursor c = dwarf_cursor(info, offset);
	uint64_t length = dwarf_fixed(f, &c, 4);

	*u = (struct dwarf_unit){ .file = f, .offset = offset, .offset_size = 4 };
	if (length == 0xffffffff) {
		u->offset_size = 8;
		length = dwarf_fixed(f, &c, 8);
	}
	if (c.err || length > cursor_left(&c))
		return false;
	u->end = (uint64_t)(c.p - info.p) + length;
	c.end = info.p + u->end;
	if (take_header(u, &c))
		u->first = (uint64_t)(c.p - info.p);
	return u->end > offset;
}

static int read_units(struct dwarf_file *f, struct assay_diag *flaw)
{
	struct dwarf_unit u;
	uint64_t at = 0;

	for (; at < f->sections[DWARF_INFO].n && f->units.n < CALL_NONE; at = u.end) {
		if (!read_header(f, at, &u)) {
			diag_set_at(flaw, ASSAY_ERR_FORMAT, at, "", "a damaged unit in .debug_info");
			break;
		}
		if (u.first && !vec_push(&f->units, u))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static struct dwarf_file *new_file(struct object *object, struct elf_file *elf, bool is_split, uint64_t *budget)
{
	struct dwarf_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->object = object;
	f->elf = elf;
	f->is_split = is_split;
	f->big_endian = elf->big_endian;
	f->budget = budget;
	return f;
}

/*
 * An entry, an attribute or a range is a step, and so is a byte of abbreviations or of a line program: reading
 * everything twice takes fewer than this. What takes more goes over the same bytes again and again.
 */
void dwarf_allow(struct dwarf_file *f)
{
	uint64_t bytes = (uint64_t)f->sections[DWARF_INFO].n + f->sections[DWARF_ABBREV].n + f->sections[DWARF_LINE].n;

	*f->budget += bytes * 4;
}

int dwarf_file_open(struct dwarf_file **out, struct object *object, struct elf_file *elf, bool is_split,
	uint64_t *budget, struct assay_diag *flaw)
{
	struct dwarf_file *f = new_file(object, elf, is_split, budget);

	if (!f)
		return ASSAY_ERR_NOMEM;
	load_sections(f, flaw);
	dwarf_allow(f);
	/* Of a package only the units are read that its index leads to. */
	if (!f->sections[DWARF_CU_INDEX].n && read_units(f, flaw)) {
		dwarf_file_free(f);
		return ASSAY_ERR_NOMEM;
	}
	*out = f;
	return 0;
}

int dwarf_file_slice(struct dwarf_file **out, struct dwarf_file *package, const struct bytes *sections)
{
	struct dwarf_file *f = new_file(package->object, package->elf, true, package->budget);

	if (!f)
		return ASSAY_ERR_NOMEM;
	memcpy(f->sections, sections, sizeof(f->sections));
	dwarf_allow(f);
	if (read_units(f, NULL)) {
		dwarf_file_free(f);
		return ASSAY_ERR_NOMEM;
	}
	*out = f;
	return 0;
}

static void free_abbrevs(struct abbrev_cache *cache)
{
	for (size_t i = 0; i < cache->cap; i++) {
		if (!cache->slots[i])
			continue;
		vec_release(&cache->slots[i]->items);
		arena_release(&cache->slots[i]->arena);
		free(cache->slots[i]);
	}
	free(cache->slots);
}

void dwarf_file_free(struct dwarf_file *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->units.n; i++)
		dwarf_file_free(f->units.items[i].split_file);
	dwarf_file_free(f->alt);
	free_abbrevs(&f->abbrevs);
	vec_release(&f->units);
	if (f->is_owned)
		elf_file_free(f->elf);
	free(f);
}

struct dwarf_unit *dwarf_unit_at(struct dwarf_file *f, uint64_t offset)
{
	size_t low = 0, high = f->units.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->units.items[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low && offset < f->units.items[low - 1].end ? &f->units.items[low - 1] : NULL;
}

static struct dwarf_file *open_alt(struct dwarf_file *f)
{
	struct object_need need = { .kind = OBJECT_NEED_ALT, .directory = STR("") };
	struct dwarf_file *alt = NULL;
	struct elf_file *elf;

	if (!elf_debugaltlink(f->elf, &need.name, &need.build_id))
		return NULL;
	if (object_need(f->object, &need, need.name.p, &elf))
		return NULL;
	if (!str_equal(elf->build_id, need.build_id) || dwarf_file_open(&alt, f->object, elf, false, f->budget, NULL)) {
		elf_file_free(elf);
		return NULL;
	}
	alt->is_owned = true;
	alt->alt_tried = true; /* it has none of its own */
	return alt;
}

struct dwarf_file *dwarf_alt(struct dwarf_file *f)
{
	if (!f->alt_tried) {
		f->alt_tried = true;
		f->alt = open_alt(f);
	}
	return f->alt;
}
