/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_BASE_H
#define SYMBOL_BASE_H

#include "worker/object.h"

/*
 * Where a file lies in a process. A mapping says that bytes of the file from `offset` on are at `start` .. `limit`;
 * the file's headers say which addresses those bytes were linked for. The base is what lies between:
 *
 *     address in the file = address in the process - base        (modulo 2^64)
 *
 *     PIE, text segment at offset 0x1000 linked for 0x1000, mapped at 0x55e5a380e000:   base 0x55e5a380d000
 *     not PIE, linked for 0x401000 and mapped there:                                    base 0
 *
 * Kernels are another matter: their mappings are made up by whoever recorded them, often from the address of a symbol
 * such as _stext, and there are several such notations.
 */
struct base_mapping {
	uint64_t start, limit, offset;
};

struct base_image {
	uint16_t type; /* ET_... */
	const struct object_segment *segments;
	size_t n_segments;
	bool has_text;
	uint64_t text;   /* address of section .text */
	bool has_kernel; /* the next is known */
	uint64_t kernel; /* the value of the symbol that the mapping was measured by */
};

/* A mapping that no loader of programs can have made, or a file with such a name: the symbol is to be looked up. */
bool base_wants_kernel(struct str path, const struct base_mapping *m);

/*
 * The file holds debug information alone: it has the addresses of the segments, but not their bytes, nor where these
 * were. As long as the mapping is that of the code, or begins with the file, that is enough for a base.
 */
bool base_is_debug_alone(const struct base_image *image);

/* The file can lie there at all: asked for before any address is. */
int base_check(const struct base_image *image, const struct base_mapping *m, struct assay_diag *diag);

/* address is one of the process, by which one of several segments is chosen. */
int base_find(uint64_t *base, const struct base_image *image, const struct base_mapping *m, uint64_t address,
	struct assay_diag *diag);

#endif
