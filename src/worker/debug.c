/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/debug.h"

#include "base/diag.h"
#include "worker/object_priv.h"

/* For what small files cost at least, and for what many addresses cost in one place. */
#define LEAST_BUDGET ((uint64_t)1 << 26)

static int open_debug(struct debug *d, struct object *o, struct assay_diag *flaw)
{
	d->budget = LEAST_BUDGET;
	if (dwarf_file_open(&d->file, o, object_debug(o), false, &d->budget, flaw))
		return ASSAY_ERR_NOMEM;
	if (dwarf_lines_open(&d->lines, d->file, flaw) == ASSAY_ERR_NOMEM)
		return ASSAY_ERR_NOMEM;
	return dwarf_index_fill(&d->index, d->file, d->lines, flaw);
}

int object_open_debug(struct object *o, struct debug **out, struct assay_diag *flaw, struct assay_diag *diag)
{
	struct debug *d;

	if (!o->debug_info && elf_has_units(object_debug(o))) {
		d = calloc(1, sizeof(*d));
		if (!d || open_debug(d, o, flaw)) {
			debug_free(d);
			return diag_nomem(diag, "debug information");
		}
		o->debug_info = d;
	}
	if (o->debug_info) {
		o->debug_info->budget = LEAST_BUDGET;
		dwarf_allow(o->debug_info->file);
	}
	*out = o->debug_info;
	return 0;
}

void debug_free(struct debug *d)
{
	if (!d)
		return;
	dwarf_index_release(&d->index);
	dwarf_lines_free(d->lines);
	dwarf_file_free(d->file);
	free(d);
}

bool object_source_md5(struct object *o, uint64_t address, struct str file, uint8_t md5[16])
{
	struct arena arena = ARENA_INIT;
	struct debug *d = NULL;
	struct line_table *table = NULL;
	bool found;
	uint32_t unit;

	if (object_open_debug(o, &d, NULL, NULL) || !d || !d->lines)
		return false;
	unit = dwarf_index_find(&d->index, address);
	if (unit != CALL_NONE && dwarf_unit_read(&d->file->units.items[unit]))
		table = dwarf_lines_unit(d->lines, &d->file->units.items[unit], &arena, NULL);
	found = table && line_table_md5(table, file, md5);
	if (table)
		line_table_close(table);
	arena_release(&arena);
	return found;
}
