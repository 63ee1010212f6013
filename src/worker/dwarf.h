/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DWARF_H
#define WORKER_DWARF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/vec.h"
#include "worker/elf.h"

/*
 * Debug information, read where it lies. libdwarf reads .debug_aranges (dwarf_lines.c). Our own are
 *
 * - units, abbreviations and entries (dwarf_file.c, dwarf_abbrev.c, dwarf_entry.c), because of what was measured on a
 *   binary of 36 MB from g++ -O2 with 1.5 million entries: libdwarf takes 0.68 s to walk all of them, and 0.14 s when
 *   it skips what it can and reads hardly an attribute; addr2line answers 2,000 addresses in 0.78 s, and a third of
 *   that is allowed for all;
 * - line programs (dwarf_rows.c), because libdwarf's have wrong files in some tables of DWARF 5;
 * - files and folders of line tables (dwarf_files.c), because libdwarf has no way to them but through the program, with
 *   an allocation for each row, which was three quarters of all time.
 *
 * A file has units; a unit has entries, each with a tag and attributes, as its abbreviation table describes them.
 * Offsets are of the section, never of the unit. Everything is bounded: an entry that reads past its unit ends the
 * unit, references are followed only so far, and all work draws on one budget.
 */

enum dwarf_section {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_STR_OFFSETS,
	DWARF_ADDR,
	DWARF_RANGES,
	DWARF_RNGLISTS,
	DWARF_LINE,
	DWARF_ARANGES,
	DWARF_CU_INDEX,
	DWARF_N_SECTIONS
};

extern const char *const dwarf_section_names[DWARF_N_SECTIONS];

struct object;
struct dwarf_unit;

struct dwarf_file {
	struct object *object;
	struct elf_file *elf;
	bool is_owned; /* elf is */
	bool is_split; /* a .dwo or .dwp */
	bool big_endian;
	struct bytes sections[DWARF_N_SECTIONS];
	VEC(struct dwarf_unit) units; /* ascending by offset */
	struct abbrev_cache {
		struct abbrevs **slots; /* by the offset of the table */
		size_t n, cap;
	} abbrevs;
	struct dwarf_file *alt; /* what dwz moved out, or NULL */
	bool alt_tried;
	uint64_t *budget; /* what is left of the work that one look-up may do */
};

struct dwarf_unit {
	struct dwarf_file *file;
	uint64_t offset, end; /* of header and entries */
	uint64_t first;       /* the unit's own entry */
	uint64_t abbrev_offset, id;
	uint16_t version;
	uint8_t type, address_size, offset_size;

	/* Of the unit's own entry, once dwarf_unit_read() was there. */
	bool is_read, has_low, has_lines;
	uint16_t tag;
	uint64_t low;
	uint64_t lines; /* offset of the line table */
	uint64_t str_offsets_base, addr_base, rnglists_base, ranges_base;
	struct str name, directory, split_name;

	/* Split: the unit in the binary that an entry in a .dwo belongs to, and back. */
	struct dwarf_unit *skeleton;
	struct dwarf_unit *split;
	struct dwarf_file *split_file; /* owned, when it is a file of its own */
	bool split_tried;
};

/* Takes steps from the budget; false when nothing is left. */
static inline bool dwarf_spend(const struct dwarf_file *f, uint64_t steps)
{
	*f->budget -= steps < *f->budget ? steps : *f->budget;
	return *f->budget != 0;
}

/* --- Files and units --- */

/* elf stays the caller's unless is_owned is then set. Sections that cannot be read are empty. */
int dwarf_file_open(struct dwarf_file **out, struct object *object, struct elf_file *elf, bool is_split,
	uint64_t *budget, struct assay_diag *flaw);

/* The part of a package that belongs to one unit. */
int dwarf_file_slice(struct dwarf_file **out, struct dwarf_file *package, const struct bytes *sections);
void dwarf_file_free(struct dwarf_file *f);

/* Gives a file's share to the budget, which dwarf_file_open() has done once. */
void dwarf_allow(struct dwarf_file *f);

/* The unit that an offset of .debug_info lies in, or NULL. */
struct dwarf_unit *dwarf_unit_at(struct dwarf_file *f, uint64_t offset);

/* Reads the unit's own entry, once. */
bool dwarf_unit_read(struct dwarf_unit *unit);

/* The unit with the entries: itself, or the one in a .dwo or .dwp, which is asked for. */
struct dwarf_unit *dwarf_unit_full(struct dwarf_unit *unit);

/* Closes what dwarf_unit_full() opened. */
void dwarf_unit_forget_split(struct dwarf_unit *unit);

/* The file that dwz moved entries and texts to, or NULL. */
struct dwarf_file *dwarf_alt(struct dwarf_file *f);

/* --- Entries --- */

struct abbrev_attr {
	uint16_t name, form;
	int64_t constant; /* of DW_FORM_implicit_const */
};

enum entry_kind {
	ENTRY_OTHER,
	ENTRY_ROUTINE, /* a function, or an inlined call */
	ENTRY_BLOCK,   /* has addresses, and routines only within them */
	ENTRY_TYPE,    /* hardly ever has code in it */
};

struct abbrev {
	uint64_t code;
	const struct abbrev_attr *attrs;
	uint32_t n_attrs;
	uint16_t tag;
	uint8_t kind; /* enum entry_kind */
	bool has_children, has_sibling;
	uint32_t fixed; /* bytes of all attributes when the abbreviation alone tells, else UINT32_MAX */
};

struct abbrevs {
	uint64_t offset;
	uint8_t address_size, offset_size; /* that `fixed` was counted for */
	uint16_t version;
	VEC(struct abbrev) items; /* ascending by code */
	struct arena arena;
};

/* The unit's table; NULL when it is damaged or memory ran out. Lives as long as the file. */
const struct abbrevs *dwarf_abbrevs(const struct dwarf_unit *unit);
const struct abbrev *abbrev_find(const struct abbrevs *t, uint64_t code);

struct dwarf_attr {
	uint16_t form;
	uint64_t value; /* number, offset, or length of the block at p */
	const uint8_t *p;
};

/* Unsigned of n bytes, 1 to 8. */
uint64_t dwarf_fixed(const struct dwarf_file *f, struct cursor *c, unsigned n);
int64_t dwarf_sleb(struct cursor *c);

/* The same for LEB128 where what does not fit is dropped. */
static inline uint64_t dwarf_uleb(struct cursor *c)
{
	uint64_t v = 0;

	if (!c->err && c->p < c->end && *c->p < 0x80)
		return *c->p++;
	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte;

		if (c->err || c->p == c->end) {
			c->err = ASSAY_ERR_TRUNCATED;
			return 0;
		}
		byte = *c->p++;
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
}

struct cursor dwarf_cursor(struct bytes b, uint64_t offset);
struct cursor dwarf_unit_cursor(const struct dwarf_unit *unit, uint64_t offset);

/* Takes one attribute. */
void dwarf_take(
	const struct dwarf_unit *unit, struct cursor *c, const struct abbrev_attr *spec, struct dwarf_attr *attr);

/* Bytes of a form that is always as long, or -1. */
int dwarf_form_size(uint16_t form, uint16_t version, uint8_t address_size, uint8_t offset_size);

/* Starts on the entry at an offset: c stands on its first attribute. NULL when there is none. */
const struct abbrev *dwarf_entry(const struct dwarf_unit *unit, uint64_t offset, struct cursor *c);

struct str dwarf_text(const struct dwarf_unit *unit, const struct dwarf_attr *attr);
bool dwarf_address(const struct dwarf_unit *unit, const struct dwarf_attr *attr, uint64_t *address);
bool dwarf_is_address(uint16_t form);

/* The entry that an attribute refers to; NULL when it is none. */
struct dwarf_unit *dwarf_reference(struct dwarf_unit *unit, const struct dwarf_attr *attr, uint64_t *offset);

/* --- Addresses --- */

struct range {
	uint64_t low, high;
};

/* What an entry says of its addresses. */
struct entry_span {
	bool has_low, has_high, has_ranges, has_sibling;
	bool high_is_size;
	uint64_t low, high, sibling;
	struct dwarf_attr ranges;
};

void dwarf_span_take(
	const struct dwarf_unit *unit, struct entry_span *span, uint16_t name, const struct dwarf_attr *attr);
void dwarf_span_end(struct entry_span *span); /* after the last attribute */

/* What the unit's own entry says; after dwarf_unit_read(). */
void dwarf_unit_span(const struct dwarf_unit *unit, struct entry_span *span);

/* Calls add for each range that is not empty, until it returns false. */
typedef bool dwarf_range_fn(void *data, uint64_t low, uint64_t high);
void dwarf_ranges(const struct dwarf_unit *unit, const struct entry_span *span, dwarf_range_fn *add, void *data);

/* --- The tree of inlined calls --- */

struct call_node {
	uint64_t entry;
	uint32_t parent; /* what it was inlined into, or CALL_NONE for a function */
	uint32_t depth;
};

#define CALL_NONE UINT32_MAX /* also: no unit */

struct call_tree {
	const uint64_t *addresses; /* ascending */
	uint32_t *hits;            /* for each the node of the innermost routine, or CALL_NONE */
	size_t n;
	VEC(struct call_node) nodes;
};

/* Finds what the addresses lie in. 0, or ASSAY_ERR_NOMEM; a damaged unit gives what was found before the damage. */
int dwarf_walk(struct dwarf_unit *unit, struct call_tree *tree, struct assay_diag *flaw);

struct routine {
	struct str name; /* linkage name if there is one */
	uint64_t line;   /* where it is declared, or 0 */
	uint64_t call_file, call_line, call_column;
};

void dwarf_routine(struct dwarf_unit *unit, uint64_t entry, struct routine *out);

/* --- Which unit --- */

struct unit_range {
	uint64_t low, high;
	uint64_t reach; /* the largest high so far */
	uint32_t unit;  /* index into the file's units */
};

struct unit_index {
	VEC(struct unit_range) ranges; /* ascending by low */
};

struct dwarf_lines;
/* lines may be NULL, when .debug_aranges is of no use. */
int dwarf_index_fill(
	struct unit_index *index, struct dwarf_file *f, struct dwarf_lines *lines, struct assay_diag *flaw);
void dwarf_index_release(struct unit_index *index);
/* CALL_NONE when no unit has the address. */
uint32_t dwarf_index_find(const struct unit_index *index, uint64_t address);

#endif
