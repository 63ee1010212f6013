/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/symbols.h"

#include <ctype.h>
#include <gelf.h>

#include "base/diag.h"

/*
 * Names may share bytes, so that a small table can have very much text in it. Real ones share ends of names only and
 * stay far below this.
 */
#define MOST_SHARED 16

/* Symbols of a table while it is read. */
struct table {
	struct elf_file *file;
	Elf_Data *data;
	struct bytes names;
	uint64_t name_budget;
	struct str source; /* of the local symbols that follow */
	size_t n;
};

static struct elf_section *section_of(const struct elf_file *f, const GElf_Sym *sym)
{
	return sym->st_shndx < f->n_sections ? &f->sections[sym->st_shndx] : NULL;
}

static uint64_t section_end(const struct elf_file *f, const GElf_Sym *sym)
{
	const struct elf_section *s = section_of(f, sym);

	return s && s->address + s->size > s->address ? s->address + s->size : UINT64_MAX;
}

static char section_letter(const struct elf_section *s)
{
	if (!s)
		return '?';
	if (s->flags & SHF_EXECINSTR)
		return 't';
	if (s->type == SHT_NOBITS && s->flags & SHF_ALLOC)
		return 'b';
	if (!(s->flags & SHF_ALLOC))
		return 'n';
	return s->flags & SHF_WRITE ? 'd' : 'r';
}

/* nm's letter; 0 for what nm does not list. */
static char letter_of(const struct elf_file *f, const GElf_Sym *sym)
{
	unsigned type = GELF_ST_TYPE(sym->st_info), bind = GELF_ST_BIND(sym->st_info);
	char letter;

	if (sym->st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE)
		return 0;
	if (sym->st_shndx == SHN_COMMON)
		return 'C';
	if (type == STT_GNU_IFUNC)
		return 'i';
	if (bind == STB_GNU_UNIQUE)
		return 'u';
	if (bind == STB_WEAK)
		return type == STT_OBJECT ? 'V' : 'W';
	if (sym->st_shndx == SHN_ABS)
		letter = 'a';
	else
		letter = section_letter(section_of(f, sym));
	return bind == STB_LOCAL || letter == '?' ? letter : (char)toupper((unsigned char)letter);
}

/* Marks in code for disassemblers, of ARM and RISC-V: $x, $d, $a.12. They are no names, and nm does not list them. */
static bool is_mapping_mark(const struct elf_file *f, struct str name)
{
	return (f->machine == EM_AARCH64 || f->machine == EM_ARM || f->machine == EM_RISCV) && name.len >= 2 &&
	       name.p[0] == '$' && strchr("xdat", name.p[1]) && (name.len == 2 || name.p[2] == '.');
}

static bool names_code(const struct elf_file *f, const GElf_Sym *sym)
{
	const struct elf_section *s = section_of(f, sym);
	unsigned type = GELF_ST_TYPE(sym->st_info);

	if (!s || !(s->flags & SHF_ALLOC))
		return false;
	/* Before it is linked every section begins at the same address, data as well as code. */
	if (f->type == ET_REL && !(s->flags & SHF_EXECINSTR))
		return false;
	return type == STT_NOTYPE || type == STT_FUNC || type == STT_OBJECT || type == STT_GNU_IFUNC;
}

static bool take_name(struct table *t, uint64_t offset, struct str *name)
{
	const char *p = (const char *)t->names.p + offset;
	size_t most;

	if (offset >= t->names.n)
		return false;
	most = t->names.n - (size_t)offset;
	if (most > t->name_budget)
		most = (size_t)t->name_budget;
	*name = (struct str){ p, strnlen(p, most) };
	t->name_budget -= name->len;
	return name->len > 0 && name->len < most;
}

static int add_symbol(struct symbols *s, struct table *t, size_t i)
{
	struct symbol symbol;
	struct str name;
	GElf_Sym sym;

	if (!gelf_getsym(t->data, (int)i, &sym))
		return 0;
	if (!take_name(t, sym.st_name, &name))
		name = STR("");
	if (GELF_ST_TYPE(sym.st_info) == STT_FILE)
		t->source = name;
	if (!name.len)
		return 0;
	symbol = (struct symbol){
		.address = sym.st_value,
		.size = sym.st_size,
		.limit = section_end(t->file, &sym),
		.name = name,
		.file = GELF_ST_BIND(sym.st_info) == STB_LOCAL ? t->source : STR(""),
		.order = (uint32_t)s->all.n,
		.type = letter_of(t->file, &sym),
		.is_code = names_code(t->file, &sym),
	};
	if (!symbol.type || is_mapping_mark(t->file, name))
		return 0;
	return vec_push(&s->all, symbol) ? 0 : ASSAY_ERR_NOMEM;
}

static bool open_table(struct table *t, struct elf_file *f, struct elf_section *section)
{
	Elf_Scn *scn = elf_getscn(f->elf, section->index);
	struct elf_section *names = section->link < f->n_sections ? &f->sections[section->link] : NULL;

	t->file = f;
	t->source = STR("");
	t->data = scn ? elf_getdata(scn, NULL) : NULL;
	if (!t->data || !names || elf_section_bytes(f, names, &t->names, NULL))
		return false;
	t->n = t->data->d_size / gelf_fsize(f->elf, ELF_T_SYM, 1, EV_CURRENT);
	if (t->n > INT32_MAX)
		t->n = INT32_MAX;
	t->name_budget = (uint64_t)t->names.n * MOST_SHARED + 4096;
	return true;
}

int symbols_add(struct symbols *s, struct elf_file *f, const char *table, struct assay_diag *diag)
{
	struct elf_section *section = elf_find_filled(f, table);
	struct table t;

	if (!section || (section->type != SHT_SYMTAB && section->type != SHT_DYNSYM) || !open_table(&t, f, section))
		return 0;
	for (size_t i = 1; i < t.n; i++)
		if (add_symbol(s, &t, i))
			return diag_nomem(diag, "symbols");
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int by_name(const void *a, const void *b)
{
	const struct object_symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (str_compare(x->name, y->name))
		return str_compare(x->name, y->name);
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return x->type - y->type;
}

static bool same_symbol(const struct object_symbol *a, const struct object_symbol *b)
{
	return a->address == b->address && a->size == b->size && a->type == b->type && str_equal(a->name, b->name);
}

int symbols_seal(struct symbols *s, struct assay_diag *diag)
{
	if (s->all.n)
		qsort(s->all.items, s->all.n, sizeof(*s->all.items), by_place);
	if (!vec_reserve(&s->code, s->all.n) || !vec_reserve(&s->sized, s->all.n))
		return diag_nomem(diag, "symbols");
	s->code.n = s->sized.n = 0;
	for (size_t i = 0; i < s->all.n; i++) {
		const struct symbol *symbol = &s->all.items[i];

		if (symbol->size && !symbol->is_made_up)
			s->sized.items[s->sized.n++] = (uint32_t)i;
		if (!symbol->is_code)
			continue;
		if (s->code.n && s->all.items[s->code.items[s->code.n - 1]].address == symbol->address)
			s->code.n--;
		s->code.items[s->code.n++] = (uint32_t)i;
	}
	return 0;
}

int symbols_list(struct symbols *s, struct assay_diag *diag)
{
	size_t kept = 0;

	if (s->listed.n || !s->all.n)
		return 0;
	if (!vec_reserve(&s->listed, s->all.n))
		return diag_nomem(diag, "symbols");
	for (size_t i = 0; i < s->all.n; i++) {
		const struct symbol *symbol = &s->all.items[i];

		s->listed.items[i] = (struct object_symbol){
			.address = symbol->address,
			.size = symbol->size,
			.limit = symbol->limit,
			.name = symbol->name,
			.type = symbol->type,
		};
	}
	qsort(s->listed.items, s->all.n, sizeof(*s->listed.items), by_name);
	for (size_t i = 0; i < s->all.n; i++)
		if (!kept || !same_symbol(&s->listed.items[kept - 1], &s->listed.items[i]))
			s->listed.items[kept++] = s->listed.items[i];
	s->listed.n = kept;
	return 0;
}

void symbols_release(struct symbols *s)
{
	vec_release(&s->all);
	vec_release(&s->code);
	vec_release(&s->sized);
	vec_release(&s->listed);
}

/* The last of the symbols with these numbers that begins at or below the address. */
static const struct symbol *last_below(const struct symbols *s, const uint32_t *numbers, size_t n, uint64_t address)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->all.items[numbers[middle]].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &s->all.items[numbers[low - 1]] : NULL;
}

static bool contains(const struct symbol *symbol, uint64_t address)
{
	return symbol->size ? address - symbol->address < symbol->size : address < symbol->limit;
}

const struct symbol *symbols_at(const struct symbols *s, uint64_t address)
{
	const struct symbol *symbol = last_below(s, s->code.items, s->code.n, address);

	return symbol && contains(symbol, address) ? symbol : NULL;
}

const struct symbol *symbols_below(const struct symbols *s, uint64_t address)
{
	const struct symbol *symbol = last_below(s, s->sized.items, s->sized.n, address);
	const struct symbol *last = s->sized.n ? &s->all.items[s->sized.items[s->sized.n - 1]] : NULL;

	if (!symbol || (symbol == last && !contains(symbol, address)))
		return NULL;
	return strchr("bBdDrRvVW", symbol->type) && !contains(symbol, address) ? NULL : symbol;
}
