/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DWARF_FILES_H
#define WORKER_DWARF_FILES_H

#include "worker/dwarf.h"

/*
 * Headers of line tables. They are read here and not by libdwarf, because that has no way to them that does not run the
 * program behind them as well, with an allocation for each row: three quarters of the time that names took.
 */
struct line_header {
	uint16_t version;
	uint8_t offset_size, address_size;
	uint8_t instruction_size, line_range, first_special;
	int8_t line_base;
	const uint8_t *operands; /* of each standard opcode, from 1 on */
	struct cursor files;     /* folders and files */
	struct cursor program;
};

/* The header at an offset of .debug_line; false when it is damaged. */
bool line_header_read(struct line_header *h, struct dwarf_file *f, uint64_t offset);

struct line_file {
	struct dwarf_attr name; /* a text, for dwarf_text() */
	uint64_t directory;     /* which of the directories it lies in */
	const uint8_t *md5;     /* 16 bytes, or NULL */
};

/*
 * Folders and files of a table. Since DWARF 5 both count from 0, and folder 0 is that of the compilation; before, they
 * count from 1, which first tells, and 0 as a folder stands for that of the compilation.
 */
struct line_files {
	struct dwarf_unit unit; /* as which texts are to be read: the table's own sizes */
	unsigned first;
	VEC(struct dwarf_attr) directories;
	VEC(struct line_file) files;
};

/* What is damaged ends the list. false when memory ran out, or there is no table. */
bool line_files_read(struct line_files *t, const struct dwarf_unit *unit);
void line_files_release(struct line_files *t);

#endif
