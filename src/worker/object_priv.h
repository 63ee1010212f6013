/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_OBJECT_PRIV_H
#define WORKER_OBJECT_PRIV_H

#include "base/arena.h"
#include "worker/elf.h"
#include "worker/object.h"
#include "worker/symbols.h"

/* A binary with what lies beside it. For the files that answer object.h. */
struct object {
	struct elf_file *main;
	struct elf_file *debug; /* separate debug information, or NULL */
	struct elf_file *mini;  /* unpacked .gnu_debugdata, or NULL */
	struct object_files files;
	struct object_info info;
	uint32_t debuglink_crc;
	bool has_symbols;
	struct symbols symbols;
	struct dwarf_file *package; /* the .dwp, or NULL */
	bool package_tried;
	struct debug *debug_info; /* opened by the first look-up */
	struct arena arena;
};

/* Where debug information is looked for. */
static inline struct elf_file *object_debug(const struct object *o)
{
	return o->debug ? o->debug : o->main;
}

int object_load_symbols(struct object *o, struct assay_diag *diag);

/* Asks for a file; it must be of the same machine. */
int object_need(struct object *o, const struct object_need *need, const char *name, struct elf_file **out);

bool elf_has_units(const struct elf_file *f);

#endif
