/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_ELF_H
#define WORKER_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/error.h"
#include "base/arena.h"
#include "base/str.h"
#include "worker/object.h"
#include "worker/unpack.h"

/*
 * One ELF file in memory: headers through libelf, section bytes straight from the mapped file. A file is mapped, so
 * that opening a large one costs no more than the pages looked at.
 */

struct elf_section {
	struct str name;
	uint32_t index, type, link, info;
	uint32_t relocations; /* the section that says what belongs into this one, or 0 */
	uint64_t flags, address, offset, size, align, entry_size;

	/* Set by elf_section_bytes(). */
	bool loaded;
	int error;
	struct bytes bytes;
	uint8_t *unpacked;
};

struct elf_file {
	const char *name; /* for messages */
	const uint8_t *bytes;
	size_t size;
	bool is_mapped; /* else the bytes came from malloc() */
	struct Elf *elf;
	struct arena arena;

	bool is_64, big_endian;
	uint16_t type, machine;
	struct object_segment *segments;
	size_t n_segments;
	struct elf_section *sections;
	size_t n_sections;
	struct str build_id; /* lower-case hex or "" */
	uint64_t n_unpacked; /* bytes so far, which has a limit */
};

/* fd is closed in any case. */
int elf_file_open(struct elf_file **out, int fd, const char *name, struct assay_diag *diag);

/* bytes come from malloc() and are the file's from then on, also on failure. */
int elf_file_open_memory(struct elf_file **out, uint8_t *bytes, size_t n, const char *name, struct assay_diag *diag);
void elf_file_free(struct elf_file *f);

/* The first section of that name, or NULL. */
struct elf_section *elf_find(const struct elf_file *f, const char *name);

/*
 * The same for one that has bytes in this file: in a file of debug information .text has a header and nothing else.
 * Objects, and .dwo files, may have many of a name: type units have a section each, in a group of which the linker
 * keeps one. The section that is meant is in no group and comes last; objcopy, which makes .dwo files, drops the groups.
 */
struct elf_section *elf_find_filled(const struct elf_file *f, const char *name);

/*
 * What the section holds, unpacked when it is compressed by SHF_COMPRESSED or is called .zdebug_*, and relocated when
 * it is debug information of an object that was never linked. Lives as long as the file. Failures are remembered.
 */
int elf_section_bytes(struct elf_file *f, struct elf_section *s, struct bytes *out, struct assay_diag *diag);

/* Up to n bytes of memory at an address, from what the file's segments load there. */
struct bytes elf_memory_at(const struct elf_file *f, uint64_t address, size_t n);

/* The .gnu_debuglink: false when there is none. */
bool elf_debuglink(struct elf_file *f, struct str *name, uint32_t *crc);

/* The .gnu_debugaltlink that dwz writes: a name, and the build id in lower-case hex. */
bool elf_debugaltlink(struct elf_file *f, struct str *name, struct str *build_id);

/* The checksum that a debuglink has of a file. */
uint32_t elf_crc(const struct elf_file *f);

/* A number as the file has it. */
uint32_t elf_u32(const struct elf_file *f, const uint8_t *p);

#endif
