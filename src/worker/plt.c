/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plt.h"

#include <gelf.h>

#include "base/diag.h"

/* No jump takes more, with a mark for where indirect jumps may end. */
#define LARGEST_X86 16
#define LARGEST_ARM64 24

struct slot {
	uint64_t address;
	uint32_t symbol;
};

struct plt {
	struct symbols *out;
	struct elf_file *file;
	struct arena *arena;
	Elf_Data *symbols;
	struct bytes names;
	VEC(struct slot) slots; /* by address */
	uint64_t name_budget;
	size_t first; /* of those added */
};

static bool is_slot(const struct elf_file *f, uint64_t info)
{
	uint64_t type = GELF_R_TYPE(info);

	if (f->machine == EM_X86_64)
		return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT;
	return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT;
}

static int add_slots(struct plt *p, const char *name)
{
	const struct elf_section *s = elf_find_filled(p->file, name);
	Elf_Scn *scn = s && s->type == SHT_RELA ? elf_getscn(p->file->elf, s->index) : NULL;
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	GElf_Rela r;

	for (int i = 0; data && gelf_getrela(data, i, &r); i++) {
		if (!is_slot(p->file, r.r_info) || !GELF_R_SYM(r.r_info) || GELF_R_SYM(r.r_info) > INT32_MAX)
			continue;
		if (!vec_push(&p->slots, ((struct slot){ r.r_offset, (uint32_t)GELF_R_SYM(r.r_info) })))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

static const struct slot *find_slot(const struct plt *p, uint64_t address)
{
	const struct slot wanted = { .address = address };
	size_t low = 0, high = p->slots.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_address(&p->slots.items[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->slots.n && p->slots.items[low].address == address ? &p->slots.items[low] : NULL;
}

/* [endbr64] [bnd] jmp *slot(%rip) */
static bool take_x86(struct bytes b, uint64_t address, uint64_t *slot, size_t *n)
{
	static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	size_t at = 0;
	uint32_t distance;

	if (b.n >= sizeof(endbr) && memcmp(b.p, endbr, sizeof(endbr)) == 0)
		at += sizeof(endbr);
	at += at < b.n && b.p[at] == 0xf2;
	if (b.n < at + 6 || b.p[at] != 0xff || b.p[at + 1] != 0x25)
		return false;
	distance = (uint32_t)b.p[at + 2] | (uint32_t)b.p[at + 3] << 8 | (uint32_t)b.p[at + 4] << 16 |
		   (uint32_t)b.p[at + 5] << 24;
	*n = at + 6;
	*slot = address + *n + (uint64_t)(int64_t)(int32_t)distance;
	return true;
}

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* [bti c] adrp x16, page; ldr x17, [x16, #offset] */
static bool take_arm64(struct bytes b, uint64_t address, uint64_t *slot, size_t *n)
{
	size_t at = b.n >= 12 && word(b.p) == 0xd503245f ? 4 : 0;
	uint32_t adrp, ldr;
	uint64_t pages;

	if (b.n < at + 8)
		return false;
	adrp = word(b.p + at);
	ldr = word(b.p + at + 4);
	if ((adrp & 0x9f00001f) != 0x90000010 || (ldr & 0xffc003ff) != 0xf9400211)
		return false;
	pages = (uint64_t)(adrp >> 29 & 3) | (uint64_t)(adrp >> 5 & 0x7ffff) << 2;
	if (pages >> 20)
		pages |= ~(uint64_t)0 << 21;
	*slot = ((address + at) & ~(uint64_t)4095) + (pages << 12) + (uint64_t)(ldr >> 10 & 0xfff) * 8;
	*n = at + 8;
	return true;
}

/* Names may share bytes; each is copied, so that all of them have a limit. */
static struct str name_of(struct plt *p, uint32_t symbol)
{
	GElf_Sym sym;
	struct str name;
	char *copy;

	if (!gelf_getsym(p->symbols, (int)symbol, &sym) || sym.st_name >= p->names.n)
		return STR("");
	name.p = (const char *)p->names.p + sym.st_name;
	name.len = strnlen(name.p, p->names.n - sym.st_name);
	if (!name.len || name.len >= p->name_budget)
		return STR("");
	p->name_budget -= name.len;
	copy = arena_alloc(p->arena, name.len + 4);
	if (!copy)
		return (struct str){ NULL, 0 };
	memcpy(copy, name.p, name.len);
	memcpy(copy + name.len, "@plt", 4);
	return (struct str){ copy, name.len + 4 };
}

static int add_jump(struct plt *p, const struct elf_section *s, uint64_t address, const struct slot *slot)
{
	struct str name = name_of(p, slot->symbol);
	struct symbol symbol = {
		.address = address,
		.name = name,
		.file = STR(""),
		.order = (uint32_t)p->out->all.n,
		.type = 't',
		.is_code = true,
		.is_made_up = true,
	};

	if (!name.p)
		return ASSAY_ERR_NOMEM;
	if (!name.len)
		return 0;
	symbol.limit = s->address + s->size;
	symbol.size = p->file->machine == EM_X86_64 ? LARGEST_X86 : LARGEST_ARM64;
	if (symbol.size > symbol.limit - address)
		symbol.size = symbol.limit - address;
	return vec_push(&p->out->all, symbol) ? 0 : ASSAY_ERR_NOMEM;
}

/* The jump before ends where this one begins. */
static void end_last(struct plt *p, uint64_t address)
{
	struct symbol *last = p->out->all.n > p->first ? &p->out->all.items[p->out->all.n - 1] : NULL;

	if (last && last->address < address && address - last->address < last->size)
		last->size = address - last->address;
}

static int add_jumps(struct plt *p, const char *name)
{
	struct elf_section *s = elf_find_filled(p->file, name);
	bool is_x86 = p->file->machine == EM_X86_64;
	struct bytes b;
	size_t n;

	if (!s || elf_section_bytes(p->file, s, &b, NULL))
		return 0;
	p->first = p->out->all.n;
	for (size_t at = 0; at < b.n; at += is_x86 ? 8 : 4) {
		struct bytes rest = { b.p + at, b.n - at };
		const struct slot *found;
		uint64_t slot;

		if (!(is_x86 ? take_x86 : take_arm64)(rest, s->address + at, &slot, &n))
			continue;
		end_last(p, s->address + at);
		found = find_slot(p, slot);
		if (found && add_jump(p, s, s->address + at, found))
			return ASSAY_ERR_NOMEM;
		if (!is_x86) /* the mark at its start is passed, what it marks is not seen once more */
			at += n - 8;
	}
	return 0;
}

static bool open_names(struct plt *p)
{
	struct elf_section *s = elf_find_filled(p->file, ".dynsym");
	Elf_Scn *scn = s && s->type == SHT_DYNSYM ? elf_getscn(p->file->elf, s->index) : NULL;

	if (!scn || s->link >= p->file->n_sections)
		return false;
	p->symbols = elf_getdata(scn, NULL);
	if (!p->symbols || elf_section_bytes(p->file, &p->file->sections[s->link], &p->names, NULL))
		return false;
	p->name_budget = (uint64_t)p->names.n * 4 + 4096;
	return true;
}

int plt_add(struct symbols *s, struct elf_file *f, struct arena *arena, struct assay_diag *diag)
{
	static const char *const sections[] = { ".plt", ".plt.sec", ".plt.got", ".plt.bnd" };
	struct plt p = { .out = s, .file = f, .arena = arena };
	int err;

	if ((f->machine != EM_X86_64 && f->machine != EM_AARCH64) || f->big_endian || !open_names(&p))
		return 0;
	err = add_slots(&p, ".rela.plt");
	if (!err)
		err = add_slots(&p, ".rela.dyn");
	if (p.slots.n)
		qsort(p.slots.items, p.slots.n, sizeof(*p.slots.items), by_address);
	for (size_t i = 0; !err && p.slots.n && i < sizeof(sections) / sizeof(sections[0]); i++)
		err = add_jumps(&p, sections[i]);
	vec_release(&p.slots);
	return err ? diag_nomem(diag, "symbols") : 0;
}
