/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DWARF_ROWS_H
#define WORKER_DWARF_ROWS_H

#include "worker/dwarf.h"

/* Where a line table puts an address; file counts from 0 since DWARF 5, from 1 before. */
struct line_place {
	bool is_found;
	uint64_t file, line, column;
};

/*
 * Runs the line program at an offset of .debug_line and fills a place for each of the ascending addresses; all zero
 * where the program has nothing. No row is kept. false when the program is damaged; what came before that counts.
 */
bool dwarf_rows_find(
	struct dwarf_file *f, uint64_t offset, const uint64_t *addresses, size_t n, struct line_place *places);

#endif
