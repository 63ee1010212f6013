/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DWARF_LINES_H
#define WORKER_DWARF_LINES_H

#include "worker/dwarf_rows.h"

/*
 * Line tables, and .debug_aranges through libdwarf, which gets the sections as dwarf_file.c has them: unpacked, and only
 * those it needs for this.
 */
struct dwarf_lines;

int dwarf_lines_open(struct dwarf_lines **out, struct dwarf_file *f, struct assay_diag *flaw);
void dwarf_lines_free(struct dwarf_lines *l);

/* Calls add for each range of .debug_aranges until it returns false. */
typedef bool dwarf_arange_fn(void *data, uint64_t entry, uint64_t low, uint64_t size);
void dwarf_lines_aranges(struct dwarf_lines *l, dwarf_arange_fn *add, void *data, struct assay_diag *flaw);

struct line_table;

/*
 * The table of a unit; NULL when there is none or it is damaged. Paths live in the arena, the table until the next one
 * or line_table_close().
 */
struct line_table *dwarf_lines_unit(
	struct dwarf_lines *l, struct dwarf_unit *unit, struct arena *arena, struct assay_diag *flaw);
void line_table_close(struct line_table *t);

/* As dwarf_rows_find() for the table's program. */
void line_table_find(
	struct line_table *t, const uint64_t *addresses, size_t n, struct line_place *places, struct assay_diag *flaw);

/* The full path of a file of the table, "" when it has none of that number. */
struct str line_table_path(struct line_table *t, uint64_t file);

/* The checksum of the file with that path; false when the table has none. */
bool line_table_md5(struct line_table *t, struct str path, uint8_t md5[16]);

#endif
