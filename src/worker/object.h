/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_OBJECT_H
#define WORKER_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/error.h"
#include "base/str.h"

/*
 * A binary, as the worker sees it: what its headers say, its symbols, and the functions and lines that its debug
 * information has for addresses. Addresses are those of the file (as its symbols have them), never those of a process.
 * Files come as open descriptors; one that a binary refers to (separate debug information, split DWARF, what dwz moved
 * out) is asked for, and whoever answers decides what may be opened.
 */

enum object_need_kind {
	OBJECT_NEED_DEBUGLINK, /* name, and crc to be checked by us */
	OBJECT_NEED_BUILD_ID,  /* separate debug information by build id */
	OBJECT_NEED_DWO,       /* name and directory as recorded; id */
	OBJECT_NEED_DWP,       /* the package beside the binary */
	OBJECT_NEED_ALT,       /* dwz: name and build id */
};

struct object_need {
	enum object_need_kind kind;
	struct str name, directory;
	struct str build_id; /* in lower-case hex, "" where there is none */
	uint64_t id;         /* of a .dwo */
};

struct object_files {
	/* A descriptor that the callee owns from then on, or -1. May be asked the same more than once after -1. */
	int (*open)(void *data, const struct object_need *need);
	void *data;
};

struct object_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, file_size, mem_size, align;
};

struct object_info {
	uint16_t type, machine; /* ET_..., EM_... */
	bool is_64, big_endian;
	struct str build_id; /* lower-case hex or "" */
	const struct object_segment *segments;
	size_t n_segments;
	bool has_text;
	uint64_t text; /* address of section .text */
	bool has_symtab, has_dynsym, has_lines, has_units, has_mini_debug;
	struct str debuglink; /* the name, "" for none */
	struct str debug_file; /* what was taken for debug information beside the file itself: the name asked for, or "" */
};

struct object;

/* fd is owned by the object from then on, also on failure. name is for messages only. */
int object_open(struct object **out, int fd, const char *name, const struct object_files *files,
	struct assay_diag *diag);
void object_free(struct object *o);

const struct object_info *object_info(const struct object *o);

/* One frame of an address. Texts live until the sink returns. */
struct object_frame {
	struct str name;   /* linkage name where there is one, as in the file; "" when unknown */
	struct str file;   /* full path as the line table gives it, "" when unknown */
	int64_t line, column;
	int64_t start_line; /* where the function is declared, 0 when unknown */
};

struct object_answer {
	uint64_t address;
	const struct object_frame *frames; /* innermost inlined call first; none when nothing is known */
	size_t n_frames;
	bool from_symbols; /* a name, at most with the base name of its source, from the symbol table */
};

struct object_sink {
	int (*answer)(void *data, const struct object_answer *answer); /* not 0 stops */
	void *data;
};

/*
 * Answers each of n addresses, which must ascend, in that order. Only units that are hit are read. With symbols_only
 * the symbol table alone answers. What is broken in the debug information costs the answers it was needed for; *flaw
 * (may be NULL) then says what was wrong, once, and the result is still 0.
 */
int object_resolve(struct object *o, const uint64_t *addresses, size_t n, bool symbols_only,
	const struct object_sink *sink, struct assay_diag *flaw, struct assay_diag *diag);

/* Symbols in ascending order of address, then of name; as nm has them: defined, no sections, no files. */
struct object_symbol {
	uint64_t address, size;
	struct str name;
	char type;      /* nm's letter */
	uint64_t limit; /* where its section ends */
};

int object_symbols(struct object *o, const struct object_symbol **symbols, size_t *n, struct assay_diag *diag);

/* What the file has at an address, up to n bytes; fewer where a segment ends. The bytes live as long as the object. */
int object_code(struct object *o, uint64_t address, size_t n, const uint8_t **bytes, size_t *n_bytes,
	struct assay_diag *diag);

/* The DWARF 5 checksum of a source file, as the unit that covers the address records it; false when it has none. */
bool object_source_md5(struct object *o, uint64_t address, struct str file, uint8_t md5[16]);

#endif
