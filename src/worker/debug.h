/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DEBUG_H
#define WORKER_DEBUG_H

#include "worker/dwarf.h"
#include "worker/dwarf_lines.h"

/* An object's debug information, opened once: units, line tables, and which unit has an address. */
struct debug {
	struct dwarf_file *file;
	struct dwarf_lines *lines; /* NULL when libdwarf cannot read it */
	struct unit_index index;
	uint64_t budget; /* of the work of one call */
};

/* NULL in *out when the object has none. */
int object_open_debug(struct object *o, struct debug **out, struct assay_diag *flaw, struct assay_diag *diag);
void debug_free(struct debug *d);

#endif
