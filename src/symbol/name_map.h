/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_NAME_MAP_H
#define SYMBOL_NAME_MAP_H

#include "base/ctx.h"
#include "base/str.h"
#include "base/vec.h"

/*
 * Files of text that say which function lies at which address of a process, for code that is in no binary:
 *
 *     ffffffff81000000 T _stext              /proc/kallsyms: address, nm's letter, name, and the module it is in
 *     ffffffffc0a01000 t probe [veth]
 *     7f2a40001000 1c0 interpret             perf-PID.map: start, size and name, which may hold blanks
 *
 * Neither is read unless the person names it. Addresses are those of the process, not of a file.
 */
enum name_map_format {
	NAME_MAP_KALLSYMS,
	NAME_MAP_PERF,
};

struct name_map_entry {
	uint64_t start, end; /* end is the first address behind it */
	struct str name;
	uint32_t order; /* line of the file: of two that overlap, JITs mean the later */
};

struct name_map {
	char *text;
	VEC(struct name_map_entry) entries; /* by start */
};

#define NAME_MAP_MAX_SIZE ((size_t)512 << 20)

/* Takes text over, which came from malloc(); lines that are none are left out and counted in *n_bad. */
int name_map_parse(struct name_map *m, char *text, size_t len, enum name_map_format format, size_t *n_bad,
	struct assay_diag *diag);

/* The same from a regular file. diag->text names it. */
int name_map_read(struct name_map *m, const char *path, enum name_map_format format, struct assay_ctx *ctx,
	struct assay_diag *diag);
void name_map_release(struct name_map *m);

/* false when there is nothing at that address. */
bool name_map_find(const struct name_map *m, uint64_t address, struct str *name);

#endif
