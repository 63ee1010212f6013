/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/relocate.h"

#include <gelf.h>

/* Kinds that put the address of a symbol somewhere, which are all that compilers want for debug information. */
static const struct kind {
	uint16_t machine;
	uint16_t type;
	uint8_t size;
} kinds[] = {
	{ EM_X86_64, R_X86_64_64, 8 },
	{ EM_X86_64, R_X86_64_32, 4 },
	{ EM_X86_64, R_X86_64_32S, 4 },
	{ EM_AARCH64, R_AARCH64_ABS64, 8 },
	{ EM_AARCH64, R_AARCH64_ABS32, 4 },
	{ EM_386, R_386_32, 4 },
	{ EM_ARM, R_ARM_ABS32, 4 },
	{ EM_PPC64, R_PPC64_ADDR64, 8 },
	{ EM_PPC64, R_PPC64_ADDR32, 4 },
	{ EM_S390, R_390_64, 8 },
	{ EM_S390, R_390_32, 4 },
};

static unsigned size_of(const struct elf_file *f, uint64_t info)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].machine == f->machine && kinds[i].type == GELF_R_TYPE(info))
			return kinds[i].size;
	return 0;
}

bool relocate_is_wanted(const struct elf_section *s)
{
	return s->relocations && (str_starts(s->name, STR(".debug_")) || str_starts(s->name, STR(".zdebug_")));
}

static uint64_t get(const struct elf_file *f, const uint8_t *p, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v = v << 8 | p[f->big_endian ? i : size - 1 - i];
	return v;
}

static void put(const struct elf_file *f, uint8_t *p, unsigned size, uint64_t v)
{
	for (unsigned i = 0; i < size; i++, v >>= 8)
		p[f->big_endian ? size - 1 - i : i] = (uint8_t)v;
}

static bool address_of(const struct elf_file *f, Elf_Data *symbols, uint64_t info, uint64_t *address)
{
	GElf_Sym sym;

	if (GELF_R_SYM(info) > INT32_MAX || !gelf_getsym(symbols, (int)GELF_R_SYM(info), &sym))
		return false;
	*address = sym.st_value;
	if (sym.st_shndx < f->n_sections)
		*address += f->sections[sym.st_shndx].address;
	return true;
}

static bool take(Elf_Data *data, const struct elf_section *table, int i, GElf_Rela *out)
{
	GElf_Rel rel;

	if (table->type == SHT_RELA)
		return gelf_getrela(data, i, out) != NULL;
	if (!gelf_getrel(data, i, &rel))
		return false;
	*out = (GElf_Rela){ .r_offset = rel.r_offset, .r_info = rel.r_info };
	return true;
}

static Elf_Data *data_of(const struct elf_file *f, uint32_t index)
{
	Elf_Scn *scn = index && index < f->n_sections ? elf_getscn(f->elf, index) : NULL;

	return scn ? elf_getdata(scn, NULL) : NULL;
}

void relocate(struct elf_file *f, const struct elf_section *s, uint8_t *bytes, size_t n)
{
	const struct elf_section *table = &f->sections[s->relocations];
	Elf_Data *data = data_of(f, table->index), *symbols = data_of(f, table->link);
	GElf_Rela r;

	if (!data || !symbols)
		return;
	for (int i = 0; take(data, table, i, &r); i++) {
		unsigned size = size_of(f, r.r_info);
		uint64_t address;

		if (!size || r.r_offset > n || n - r.r_offset < size || !address_of(f, symbols, r.r_info, &address))
			continue;
		if (table->type == SHT_REL)
			r.r_addend = (int64_t)get(f, bytes + r.r_offset, size);
		put(f, bytes + r.r_offset, size, address + (uint64_t)r.r_addend);
	}
}
