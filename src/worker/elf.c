/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/elf.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/diag.h"
#include "worker/notes.h"
#include "worker/relocate.h"

/* All that compressed sections of one file may come to; debug information of browsers stays below. */
#define MOST_UNPACKED ((uint64_t)4 << 30)

/* More than the longest name of a section that is looked for here. */
#define MOST_NAME 64

uint32_t elf_u32(const struct elf_file *f, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return f->big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? v : __builtin_bswap32(v);
}

static int map_file(struct elf_file *f, int fd, struct assay_diag *diag)
{
	struct stat st;
	char why[128];
	void *map;

	if (fstat(fd, &st) < 0)
		return diag_set(diag, ASSAY_ERR_IO, "%s", diag_errno(errno, why, sizeof(why)));
	if (!S_ISREG(st.st_mode))
		return diag_set(diag, ASSAY_ERR_FORMAT, "not a regular file");
	if (st.st_size < EI_NIDENT)
		return diag_set(diag, ASSAY_ERR_TRUNCATED, "too short for an ELF file");
	if ((uint64_t)st.st_size > SIZE_MAX)
		return diag_set(diag, ASSAY_ERR_TOO_BIG, "too large for this machine");
	/* Writable, because libelf may convert in place; the file itself is never touched. */
	map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return diag_set(diag, errno == ENOMEM ? ASSAY_ERR_NOMEM : ASSAY_ERR_IO, "cannot be mapped: %s",
			diag_errno(errno, why, sizeof(why)));
	f->bytes = map;
	f->size = (size_t)st.st_size;
	f->is_mapped = true;
	return 0;
}

static int read_segments(struct elf_file *f, struct assay_diag *diag)
{
	size_t n = 0;

	if (elf_getphdrnum(f->elf, &n) < 0)
		return 0;
	f->segments = arena_calloc(&f->arena, n, sizeof(*f->segments));
	if (n && !f->segments)
		return diag_nomem(diag, "program headers");
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(f->elf, (int)i, &ph))
			break;
		f->segments[f->n_segments++] = (struct object_segment){
			.type = ph.p_type,
			.flags = ph.p_flags,
			.offset = ph.p_offset,
			.vaddr = ph.p_vaddr,
			.file_size = ph.p_filesz,
			.mem_size = ph.p_memsz,
			.align = ph.p_align,
		};
	}
	return 0;
}

static int read_sections(struct elf_file *f, struct assay_diag *diag)
{
	size_t n = 0, names = 0;

	if (elf_getshdrnum(f->elf, &n) < 0)
		return 0;
	elf_getshdrstrndx(f->elf, &names);
	f->sections = arena_calloc(&f->arena, n, sizeof(*f->sections));
	if (n && !f->sections)
		return diag_nomem(diag, "section headers");
	for (size_t i = 0; i < n; i++) {
		Elf_Scn *scn = elf_getscn(f->elf, i);
		const char *name;
		GElf_Shdr sh;

		if (!scn || !gelf_getshdr(scn, &sh))
			break;
		name = elf_strptr(f->elf, names, sh.sh_name);
		f->sections[f->n_sections++] = (struct elf_section){
			.name = { name ? name : "", name ? strnlen(name, MOST_NAME) : 0 },
			.index = (uint32_t)i,
			.type = sh.sh_type,
			.link = sh.sh_link,
			.info = sh.sh_info,
			.flags = sh.sh_flags,
			.address = sh.sh_addr,
			.offset = sh.sh_offset,
			.size = sh.sh_size,
			.align = sh.sh_addralign,
			.entry_size = sh.sh_entsize,
		};
	}
	return 0;
}

/* The first table counts: a second would be applied on top of it. */
static void find_relocations(struct elf_file *f)
{
	for (size_t i = 1; f->type == ET_REL && i < f->n_sections; i++) {
		const struct elf_section *s = &f->sections[i];

		if ((s->type == SHT_RELA || s->type == SHT_REL) && s->info < f->n_sections &&
			!f->sections[s->info].relocations)
			f->sections[s->info].relocations = (uint32_t)i;
	}
}

/* libelf does not always say what it is that it does not like. */
static int damaged(struct assay_diag *diag)
{
	int error = elf_errno();

	return diag_set(
		diag, ASSAY_ERR_FORMAT, "a damaged ELF file%s%s", error ? ": " : "", error ? elf_errmsg(error) : "");
}

static int read_headers(struct elf_file *f, struct assay_diag *diag)
{
	GElf_Ehdr eh;
	int err;

	if (f->size < EI_NIDENT || memcmp(f->bytes, ELFMAG, SELFMAG) != 0)
		return diag_set(diag, ASSAY_ERR_FORMAT, "not an ELF file");
	elf_version(EV_CURRENT);
	f->elf = elf_memory((char *)(uintptr_t)f->bytes, f->size);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF || !gelf_getehdr(f->elf, &eh))
		return damaged(diag);
	/* Names and lines are found by these, so that a file that lost its end has none. */
	if (eh.e_shoff && (eh.e_shoff > f->size || (uint64_t)eh.e_shnum * eh.e_shentsize > f->size - eh.e_shoff))
		return diag_set(
			diag, ASSAY_ERR_TRUNCATED, "the file is cut off: its section headers lie outside of it");
	f->is_64 = eh.e_ident[EI_CLASS] == ELFCLASS64;
	f->big_endian = eh.e_ident[EI_DATA] == ELFDATA2MSB;
	f->type = eh.e_type;
	f->machine = eh.e_machine;
	err = read_segments(f, diag);
	if (!err)
		err = read_sections(f, diag);
	if (!err)
		find_relocations(f);
	if (!err)
		err = notes_build_id(f, &f->build_id, diag);
	return err;
}

static struct elf_file *new_file(const char *name, struct assay_diag *diag)
{
	struct elf_file *f = calloc(1, sizeof(*f));

	if (f)
		f->name = arena_copy(&f->arena, name, strlen(name));
	if (!f || !f->name) {
		free(f);
		diag_nomem(diag, "a binary");
		return NULL;
	}
	f->build_id = STR("");
	return f;
}

int elf_file_open(struct elf_file **out, int fd, const char *name, struct assay_diag *diag)
{
	struct elf_file *f = new_file(name, diag);
	int err = f ? map_file(f, fd, diag) : ASSAY_ERR_NOMEM;

	close(fd);
	if (!err)
		err = read_headers(f, diag);
	if (err)
		elf_file_free(f);
	else
		*out = f;
	return err;
}

int elf_file_open_memory(struct elf_file **out, uint8_t *bytes, size_t n, const char *name, struct assay_diag *diag)
{
	struct elf_file *f = new_file(name, diag);
	int err;

	if (!f) {
		free(bytes);
		return ASSAY_ERR_NOMEM;
	}
	f->bytes = bytes;
	f->size = n;
	err = read_headers(f, diag);
	if (err)
		elf_file_free(f);
	else
		*out = f;
	return err;
}

void elf_file_free(struct elf_file *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_sections; i++)
		free(f->sections[i].unpacked);
	if (f->elf)
		elf_end(f->elf);
	if (f->is_mapped)
		munmap((void *)(uintptr_t)f->bytes, f->size);
	else
		free((void *)(uintptr_t)f->bytes);
	arena_release(&f->arena);
	free(f);
}

struct elf_section *elf_find(const struct elf_file *f, const char *name)
{
	for (size_t i = 1; i < f->n_sections; i++)
		if (str_equal(f->sections[i].name, str_of(name)))
			return &f->sections[i];
	return NULL;
}

struct elf_section *elf_find_filled(const struct elf_file *f, const char *name)
{
	struct elf_section *s = elf_find(f, name), *end = f->sections + f->n_sections;

	for (struct elf_section *other = s; f->type == ET_REL && s && other < end; other++)
		if (!(other->flags & SHF_GROUP) && str_equal(other->name, s->name))
			s = other;
	return s && s->type != SHT_NOBITS && s->size ? s : NULL;
}

static int raw_bytes(const struct elf_file *f, const struct elf_section *s, struct bytes *out, struct assay_diag *diag)
{
	if (s->type == SHT_NOBITS) {
		*out = (struct bytes){ f->bytes, 0 };
		return 0;
	}
	if (s->offset > f->size || s->size > f->size - s->offset)
		return diag_set(diag, ASSAY_ERR_TRUNCATED, "section %.64s lies outside of the file", s->name.p);
	*out = (struct bytes){ f->bytes + s->offset, (size_t)s->size };
	return 0;
}

struct packing {
	enum unpack_kind kind;
	uint64_t size;
	size_t header;
};

/* Elf32_Chdr and Elf64_Chdr: type, (reserved,) size, alignment. */
static bool read_compression_header(const struct elf_file *f, struct bytes raw, struct packing *packing)
{
	uint64_t size;
	uint32_t type;

	if (raw.n < (f->is_64 ? sizeof(Elf64_Chdr) : sizeof(Elf32_Chdr)))
		return false;
	type = elf_u32(f, raw.p);
	size = elf_u32(f, raw.p + (f->is_64 ? 8 : 4));
	if (f->is_64) {
		uint64_t other = elf_u32(f, raw.p + 12);

		size = f->big_endian ? size << 32 | other : other << 32 | size;
	}
	packing->kind = type == 1 ? UNPACK_ZLIB : UNPACK_ZSTD;
	packing->size = size;
	packing->header = f->is_64 ? sizeof(Elf64_Chdr) : sizeof(Elf32_Chdr);
	return type == 1 || type == 2;
}

/* What GNU tools wrote before there was a flag: "ZLIB" and the size, big endian wherever the file is from. */
static bool read_zdebug_header(struct bytes raw, struct packing *packing)
{
	if (raw.n < 12 || memcmp(raw.p, "ZLIB", 4) != 0)
		return false;
	packing->kind = UNPACK_ZLIB;
	packing->header = 12;
	packing->size = 0;
	for (size_t i = 4; i < 12; i++)
		packing->size = packing->size << 8 | raw.p[i];
	return true;
}

static int unpack_section(struct elf_file *f, struct elf_section *s, struct bytes raw, const struct packing *packing,
	struct assay_diag *diag)
{
	struct bytes packed = { raw.p + packing->header, raw.n - packing->header };
	size_t n = 0;
	int err = unpack(packing->kind, packed, packing->size, MOST_UNPACKED - f->n_unpacked, &s->unpacked, &n, diag);

	if (err)
		return err;
	f->n_unpacked += n;
	s->bytes = (struct bytes){ s->unpacked, n };
	return 0;
}

static int unpack_or_point(struct elf_file *f, struct elf_section *s, struct assay_diag *diag)
{
	struct packing packing;
	struct bytes raw;
	int err = raw_bytes(f, s, &raw, diag);

	if (err)
		return err;
	if (s->flags & SHF_COMPRESSED) {
		if (!read_compression_header(f, raw, &packing))
			return diag_set(
				diag, ASSAY_ERR_FORMAT, "section %.64s is compressed in an unknown way", s->name.p);
		return unpack_section(f, s, raw, &packing, diag);
	}
	if (str_starts(s->name, STR(".zdebug_")) && read_zdebug_header(raw, &packing))
		return unpack_section(f, s, raw, &packing, diag);
	s->bytes = raw;
	return 0;
}

/* The file itself stays as it is: other sections may lie in the same bytes. */
static int copy_section(struct elf_file *f, struct elf_section *s, struct assay_diag *diag)
{
	if (s->bytes.n > MOST_UNPACKED - f->n_unpacked)
		return diag_set(diag, ASSAY_ERR_TOO_BIG, "section %.64s is too large", s->name.p);
	s->unpacked = malloc(s->bytes.n + 1);
	if (!s->unpacked)
		return diag_nomem(diag, "a section");
	memcpy(s->unpacked, s->bytes.p, s->bytes.n);
	f->n_unpacked += s->bytes.n;
	s->bytes.p = s->unpacked;
	return 0;
}

static int load_section(struct elf_file *f, struct elf_section *s, struct assay_diag *diag)
{
	int err = unpack_or_point(f, s, diag);

	if (err || !relocate_is_wanted(s))
		return err;
	if (!s->unpacked)
		err = copy_section(f, s, diag);
	if (!err)
		relocate(f, s, s->unpacked, s->bytes.n);
	return err;
}

int elf_section_bytes(struct elf_file *f, struct elf_section *s, struct bytes *out, struct assay_diag *diag)
{
	if (!s->loaded) {
		s->error = load_section(f, s, diag);
		s->loaded = true;
	} else if (s->error) {
		diag_set(diag, s->error, "section %.64s cannot be read", s->name.p);
	}
	if (!s->error)
		*out = s->bytes;
	return s->error;
}

static struct bytes piece(const struct elf_file *f, uint64_t offset, uint64_t size, uint64_t skip, size_t n)
{
	if (offset > f->size)
		return (struct bytes){ 0 };
	if (size > f->size - offset)
		size = f->size - offset;
	if (skip >= size)
		return (struct bytes){ 0 };
	return (struct bytes){ f->bytes + offset + skip, n < size - skip ? n : (size_t)(size - skip) };
}

struct bytes elf_memory_at(const struct elf_file *f, uint64_t address, size_t n)
{
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct object_segment *s = &f->segments[i];

		if (s->type == PT_LOAD && address >= s->vaddr && address - s->vaddr < s->file_size)
			return piece(f, s->offset, s->file_size, address - s->vaddr, n);
	}
	/* An object that was never linked has sections only, code from address 0 on. */
	for (size_t i = 1; f->type == ET_REL && i < f->n_sections; i++) {
		const struct elf_section *s = &f->sections[i];

		if (s->type == SHT_PROGBITS && s->flags & SHF_EXECINSTR && address >= s->address &&
			address - s->address < s->size)
			return piece(f, s->offset, s->size, address - s->address, n);
	}
	return (struct bytes){ 0 };
}

/* A text with its NUL at the start of a section. */
static bool leading_name(struct bytes b, struct str *name, size_t *used)
{
	const uint8_t *end = b.n ? memchr(b.p, 0, b.n) : NULL;

	if (!end || end == b.p)
		return false;
	*name = (struct str){ (const char *)b.p, (size_t)(end - b.p) };
	*used = name->len + 1;
	return true;
}

bool elf_debuglink(struct elf_file *f, struct str *name, uint32_t *crc)
{
	struct elf_section *s = elf_find_filled(f, ".gnu_debuglink");
	struct bytes b;
	struct str text;
	size_t used;

	if (!s || elf_section_bytes(f, s, &b, NULL) || !leading_name(b, &text, &used))
		return false;
	used = (used + 3) & ~(size_t)3;
	if (used > b.n || b.n - used < 4)
		return false;
	*name = text;
	*crc = elf_u32(f, b.p + used);
	return true;
}

bool elf_debugaltlink(struct elf_file *f, struct str *name, struct str *build_id)
{
	struct elf_section *s = elf_find_filled(f, ".gnu_debugaltlink");
	struct bytes b;
	struct str text;
	size_t used;

	if (!s || elf_section_bytes(f, s, &b, NULL) || !leading_name(b, &text, &used))
		return false;
	if (notes_hex(f, b.p + used, b.n - used, build_id))
		return false;
	*name = text;
	return true;
}

uint32_t elf_crc(const struct elf_file *f)
{
	uLong crc = crc32(0, NULL, 0);

	for (size_t at = 0; at < f->size;) {
		size_t n = f->size - at < (size_t)1 << 30 ? f->size - at : (size_t)1 << 30;

		crc = crc32(crc, f->bytes + at, (uInt)n);
		at += n;
	}
	return (uint32_t)crc;
}
