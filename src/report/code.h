/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_CODE_H
#define REPORT_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/error.h"
#include "base/buf.h"
#include "base/str.h"

/*
 * How a report asks for what is in the binaries of a profile: symbols, instructions, and where in the source these come
 * from. Whoever runs the report fills in the functions (app/objects.c); a report that is given none, or whose binaries
 * are not here, does with what the profile says.
 *
 * Addresses are of two kinds. The profile has those of a process; a file has its own, as its symbols are listed. They
 * differ by the base of the object, file = profile - base, modulo 2^64. Everything below takes and gives those of the
 * file, and a report translates.
 */

/* The binary of one mapping, opened. It lives as long as the report, as do its texts. */
struct code_object {
	uint64_t base;
	struct str path;  /* of the file that was opened, for messages */
	int64_t modified; /* when it was last written, in nanoseconds since 1970; 0 when unknown */
};

/* One of the names in a symbol table; several may stand at one address. */
struct code_symbol {
	uint64_t address;
	uint64_t size;   /* 0 when unknown */
	struct str name; /* as in the file */
};

/* The forms in which people write the name of a C++ or Rust function. */
enum code_name_form {
	CODE_NAME_FULL,               /* ns::f<int>(int, char const*) */
	CODE_NAME_WITHOUT_PARAMETERS, /* ns::f<int> */
	CODE_NAME_SHORT,              /* ns::f */
};

#define CODE_NAME_FORMS 3

/* A line of source that an instruction belongs to. */
struct code_frame {
	struct str name;        /* as the functions of the profile are named, demangled; "" when unknown */
	struct str system_name; /* as in the file; "" when unknown */
	struct str file;        /* "" when unknown */
	int64_t line;           /* 0 when unknown */
};

struct code_instruction {
	uint64_t address;
	struct str text;                 /* "movq\t%rsp, %rbp" */
	const struct code_frame *frames; /* innermost inlined call first; none when nothing is known */
	size_t n_frames;
};

/* No more bytes than these are disassembled in one go, so that a symbol table cannot ask for gigabytes of text. */
#define CODE_RANGE_MAX (UINT64_C(4) << 20)

/*
 * All but known() and demangle() return 0 or a negative enum assay_error, with diag->text fit to be printed as it is:
 * "open /bin/x: no such file or directory". A broken binary is never worse than such an answer.
 */
struct code {
	/*
	 * The binary of a mapping of the profile, opened on the first call and the same on each later one; so is a
	 * failure. address is one of the profile's in that mapping, by which the base is found.
	 */
	int (*open)(void *data, uint32_t mapping, uint64_t address, const struct code_object **object,
		struct assay_diag *diag);

	/*
	 * The same binary if it costs next to nothing to say which one it is: because its names were wanted before, or
	 * because it lies where the profile says. NULL when not. Good for modified and source_md5() only.
	 */
	const struct code_object *(*known)(void *data, uint32_t mapping);

	/* In ascending order of address, then of name; as nm lists them. */
	int (*symbols)(void *data, const struct code_object *object, const struct code_symbol **symbols, size_t *n,
		struct assay_diag *diag);

	/* Adds a form of a symbol's name; adds nothing and is false when the name has no other form than its own. */
	bool (*demangle)(void *data, struct str name, enum code_name_form form, struct buf *out);

	/*
	 * The instructions that start in from .. to - 1, in order, and what cannot be decoded as .byte. They stop where
	 * the file has no more code, and CODE_RANGE_MAX bytes behind from. The list and its texts live until the next
	 * call of this function.
	 */
	int (*instructions)(void *data, const struct code_object *object, uint64_t from, uint64_t to,
		const struct code_instruction **list, size_t *n, struct assay_diag *diag);

	/*
	 * The checksum that the debug information has for a source file, named as the profile names it, in the unit
	 * that covers an address; *found is false when it has none.
	 */
	int (*source_md5)(void *data, const struct code_object *object, uint64_t address, struct str file,
		uint8_t md5[16], bool *found, struct assay_diag *diag);

	void *data;
};

/* All symbols of one address: symbols[from] .. symbols[to - 1]. They last until the next symbol starts. */
struct code_group {
	size_t from, to;
	uint64_t start, end;
};

/* The last group that starts at or before an address, which may lie behind its end; false when there is none. */
bool code_find_group(const struct code_symbol *symbols, size_t n, uint64_t address, struct code_group *g);

#endif
