/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/object.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/vec.h"

/*
 * An ELF file made by hand, 64 bit and little endian:
 *
 *   0x000  header
 *   0x040  program headers: PT_LOAD of the whole file at 0x400000, PT_NOTE of the notes
 *   0x0b0  .text (0x40 bytes of 0x90), then notes, symbols, names, other sections
 *   end    section headers
 */
struct image {
	struct buf bytes;
	Elf64_Ehdr header;
	Elf64_Phdr load, note;
	VEC(Elf64_Shdr) sections;
	struct buf names, texts;
	VEC(Elf64_Sym) symbols;
	uint16_t type, machine;
};

#define TEXT 0x4000b0u

static uint32_t add_name(struct buf *names, const char *name)
{
	uint32_t at = (uint32_t)names->len;

	buf_add(names, name, strlen(name) + 1);
	return at;
}

static uint16_t add_section(
	struct image *m, const char *name, uint32_t type, uint64_t flags, const void *bytes, size_t n)
{
	Elf64_Shdr s = {
		.sh_type = type, .sh_flags = flags, .sh_offset = m->bytes.len, .sh_size = n, .sh_addralign = 1
	};

	s.sh_name = add_name(&m->names, name);
	s.sh_addr = flags & SHF_ALLOC ? 0x400000 + s.sh_offset : 0;
	buf_add(&m->bytes, bytes, n);
	cr_assert(vec_push(&m->sections, s));
	return (uint16_t)(m->sections.n - 1);
}

static void begin(struct image *m)
{
	char code[0x40];

	*m = (struct image){ .type = ET_EXEC, .machine = EM_X86_64 };
	memset(code, 0x90, sizeof(code));
	buf_add_fill(&m->bytes, 0, sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr));
	add_name(&m->names, "");
	add_name(&m->texts, "");
	cr_assert(vec_push(&m->sections, (Elf64_Shdr){ 0 }));
	cr_assert(vec_push(&m->symbols, (Elf64_Sym){ 0 }));
	add_section(m, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, code, sizeof(code));
	add_section(m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "12345678", 8);
}

static void add_symbol(struct image *m, const char *name, uint8_t info, uint16_t section, uint64_t value, uint64_t size)
{
	Elf64_Sym s = { .st_info = info, .st_shndx = section, .st_value = value, .st_size = size };

	s.st_name = add_name(&m->texts, name);
	cr_assert(vec_push(&m->symbols, s));
}

/* A note of the linker's build id, or of whatever name and type. */
static void add_note(struct buf *to, const char *name, uint32_t type, const void *desc, uint32_t n)
{
	uint32_t header[3] = { (uint32_t)strlen(name) + 1, n, type };

	buf_add(to, (const char *)header, sizeof(header));
	buf_add(to, name, header[0]);
	buf_add_fill(to, 0, -to->len & 3);
	buf_add(to, desc, n);
	buf_add_fill(to, 0, -to->len & 3);
}

static void put_notes(struct image *m, const struct buf *notes)
{
	m->note = (Elf64_Phdr){
		.p_type = PT_NOTE, .p_offset = m->bytes.len, .p_filesz = notes->len, .p_memsz = notes->len, .p_align = 4
	};
	buf_add_str(&m->bytes, buf_str(notes));
}

static void finish(struct image *m)
{
	Elf64_Shdr names = { .sh_type = SHT_STRTAB, .sh_addralign = 1 };
	uint16_t symtab, strtab;
	size_t table;

	symtab = add_section(m, ".symtab", SHT_SYMTAB, 0, m->symbols.items, m->symbols.n * sizeof(Elf64_Sym));
	m->sections.items[symtab].sh_entsize = sizeof(Elf64_Sym);
	strtab = add_section(m, ".strtab", SHT_STRTAB, 0, m->texts.data, m->texts.len);
	m->sections.items[symtab].sh_link = strtab;
	names.sh_name = add_name(&m->names, ".shstrtab");
	names.sh_offset = m->bytes.len;
	names.sh_size = m->names.len;
	buf_add_str(&m->bytes, buf_str(&m->names));
	cr_assert(vec_push(&m->sections, names));
	table = m->bytes.len;
	buf_add(&m->bytes, (const char *)m->sections.items, m->sections.n * sizeof(Elf64_Shdr));
	m->load = (Elf64_Phdr){ .p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = 0x400000,
		.p_filesz = 0x200,
		.p_memsz = 0x1000,
		.p_align = 0x1000 };
	m->header =
		(Elf64_Ehdr){ .e_ident = ELFMAG, .e_type = m->type, .e_machine = m->machine, .e_version = EV_CURRENT };
	m->header.e_ident[EI_CLASS] = ELFCLASS64;
	m->header.e_ident[EI_DATA] = ELFDATA2LSB;
	m->header.e_ident[EI_VERSION] = EV_CURRENT;
	m->header.e_phoff = sizeof(Elf64_Ehdr);
	m->header.e_shoff = table;
	m->header.e_ehsize = sizeof(Elf64_Ehdr);
	m->header.e_phentsize = sizeof(Elf64_Phdr);
	m->header.e_phnum = 2;
	m->header.e_shentsize = sizeof(Elf64_Shdr);
	m->header.e_shnum = (uint16_t)m->sections.n;
	m->header.e_shstrndx = (uint16_t)(m->sections.n - 1);
	cr_assert(!m->bytes.failed && !m->names.failed && !m->texts.failed);
	memcpy(m->bytes.data, &m->header, sizeof(m->header));
	memcpy(m->bytes.data + sizeof(m->header), &m->load, sizeof(m->load));
	memcpy(m->bytes.data + sizeof(m->header) + sizeof(m->load), &m->note, sizeof(m->note));
}

static void release(struct image *m)
{
	buf_release(&m->bytes);
	buf_release(&m->names);
	buf_release(&m->texts);
	vec_release(&m->sections);
	vec_release(&m->symbols);
}

static int open_bytes(struct object **o, const void *bytes, size_t n, struct assay_diag *diag)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	return object_open(o, fd, "image", NULL, diag);
}

static struct object *open_image(struct image *m)
{
	struct assay_diag diag = { 0 };
	struct object *o = NULL;

	finish(m);
	cr_assert_eq(open_bytes(&o, m->bytes.data, m->bytes.len, &diag), 0, "%s", diag.text);
	release(m);
	return o;
}

static int keep_name(void *data, const struct object_answer *a)
{
	struct buf *to = data;

	buf_addf(to, "%s", to->len ? " " : "");
	if (!a->n_frames)
		buf_add_char(to, '-');
	else
		buf_add_str(to, a->frames[0].name);
	return 0;
}

/* The names of n ascending addresses with blanks between them. */
static void expect_names(struct object *o, bool symbols_only, const uint64_t *addresses, size_t n, const char *expected)
{
	struct buf names = BUF_INIT;
	struct object_sink sink = { .answer = keep_name, .data = &names };

	cr_assert_eq(object_resolve(o, addresses, n, symbols_only, &sink, NULL, NULL), 0);
	cr_expect(str_equal(buf_str(&names), str_of(expected)), "'%.*s' instead of '%s'", (int)names.len, names.data,
		expected);
	buf_release(&names);
}

#define FUNC(bind) ELF64_ST_INFO(bind, STT_FUNC)

Test(object, headers_say_type_machine_text_and_segments)
{
	struct image m;
	struct object *o;
	const struct object_info *info;

	begin(&m);
	o = open_image(&m);
	info = object_info(o);
	cr_expect_eq(info->type, ET_EXEC);
	cr_expect_eq(info->machine, EM_X86_64);
	cr_expect(info->is_64 && !info->big_endian);
	cr_expect(info->has_text && info->text == TEXT);
	cr_expect(info->has_symtab && !info->has_dynsym && !info->has_units && !info->has_lines);
	cr_assert_eq(info->n_segments, 2);
	cr_expect_eq(info->segments[0].vaddr, 0x400000);
	cr_expect_eq(info->segments[0].mem_size, 0x1000);
	object_free(o);
}

Test(object, code_is_what_the_segment_loads)
{
	struct image m;
	struct object *o;
	const uint8_t *bytes = NULL;
	struct assay_diag diag = { 0 };
	size_t n = 0;

	begin(&m);
	o = open_image(&m);
	cr_assert_eq(object_code(o, TEXT, 16, &bytes, &n, &diag), 0);
	cr_expect(n == 16 && bytes[0] == 0x90);
	cr_assert_eq(object_code(o, 0x4001f0, 64, &bytes, &n, &diag), 0);
	cr_expect_eq(n, 16, "no more than the segment has in the file");
	cr_expect_eq(object_code(o, 0x400200, 1, &bytes, &n, &diag), ASSAY_ERR_NO_MATCH);
	cr_expect_eq(object_code(o, 0, 1, &bytes, &n, &diag), ASSAY_ERR_NO_MATCH);
	object_free(o);
}

Test(object, build_id_follows_the_rules_of_notes)
{
	static const struct {
		const char *notes; /* a letter per note: b build id, o of another owner, t of another type */
		const char *id;
	} cases[] = { { "", "" }, { "b", "abcdef01" }, { "otb", "abcdef01" }, { "ot", "" }, { "bb", "" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf notes = BUF_INIT;
		struct image m;
		struct object *o;
		struct str id;

		begin(&m);
		for (const char *p = cases[i].notes; *p; p++)
			add_note(&notes, *p == 'o' ? "Go" : "GNU", *p == 't' ? 5 : NT_GNU_BUILD_ID, "\xab\xcd\xef\x01",
				4);
		put_notes(&m, &notes);
		o = open_image(&m);
		id = object_info(o)->build_id;
		cr_expect(str_equal(id, str_of(cases[i].id)), "notes '%s' give '%.*s'", cases[i].notes, (int)id.len,
			id.p);
		object_free(o);
		buf_release(&notes);
	}
}

Test(object, build_id_may_lie_in_a_section_alone)
{
	struct buf notes = BUF_INIT;
	struct image m;
	struct object *o;

	begin(&m);
	add_note(&notes, "GNU", NT_GNU_BUILD_ID, "\x12\x34\x56", 3);
	/* Padding behind the last note may be missing. */
	add_section(&m, ".note.x", SHT_NOTE, 0, notes.data, notes.len - 1);
	o = open_image(&m);
	cr_expect(str_equal(object_info(o)->build_id, STR("123456")));
	object_free(o);
	buf_release(&notes);
}

Test(object, damaged_notes_are_no_build_id)
{
	struct buf notes = BUF_INIT;
	struct image m;
	struct object *o;

	begin(&m);
	add_note(&notes, "GNU", NT_GNU_BUILD_ID, "\x12\x34\x56\x78", 4);
	notes.len -= 2;
	put_notes(&m, &notes);
	o = open_image(&m);
	cr_expect_eq(object_info(o)->build_id.len, 0);
	object_free(o);
	buf_release(&notes);
}

/*
 *   0xb0 small, large (to 0xc0)   0xc0 gap   0xc8 first, second (to 0xd0)   0xd8 unsized
 */
static struct object *open_with_symbols(void)
{
	struct image m;

	begin(&m);
	add_symbol(&m, "source.c", ELF64_ST_INFO(STB_LOCAL, STT_FILE), SHN_ABS, 0, 0);
	add_symbol(&m, "large", FUNC(STB_LOCAL), 1, TEXT, 0x10);
	add_symbol(&m, "small", FUNC(STB_GLOBAL), 1, TEXT, 4);
	add_symbol(&m, "first", FUNC(STB_GLOBAL), 1, TEXT + 0x18, 8);
	add_symbol(&m, "second", FUNC(STB_WEAK), 1, TEXT + 0x18, 8);
	add_symbol(&m, "unsized", ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), 1, TEXT + 0x28, 0);
	add_symbol(&m, "missing", FUNC(STB_GLOBAL), SHN_UNDEF, 0, 0);
	add_symbol(&m, "datum", ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 2, TEXT + 0x40, 4);
	return open_image(&m);
}

Test(object, the_symbol_that_contains_an_address_names_it)
{
	static const uint64_t addresses[] = { 0x10, TEXT, TEXT + 8, TEXT + 0x10, TEXT + 0x18, TEXT + 0x1f, TEXT + 0x20,
		TEXT + 0x30, TEXT + 0x43, TEXT + 0x44 };
	struct object *o = open_with_symbols();

	expect_names(o, false, addresses, 10, "- large large - second second - unsized datum -");
	object_free(o);
}

Test(object, a_default_version_is_no_part_of_the_name)
{
	static const uint64_t addresses[] = { TEXT, TEXT + 8, TEXT + 0x10 };
	struct object *o;
	struct image m;

	begin(&m);
	add_symbol(&m, "copy@@VERS_2", FUNC(STB_GLOBAL), 1, TEXT, 8);
	add_symbol(&m, "copy@VERS_1", FUNC(STB_GLOBAL), 1, TEXT + 8, 8);
	add_symbol(&m, "@@", FUNC(STB_GLOBAL), 1, TEXT + 0x10, 8);
	o = open_image(&m);
	expect_names(o, false, addresses, 3, "copy copy@VERS_1 @@");
	expect_names(o, true, addresses, 3, "copy@@VERS_2 copy@VERS_1 @@");
	object_free(o);
}

Test(object, a_symbol_without_a_size_ends_with_its_section)
{
	static const uint64_t addresses[] = { TEXT + 0x30, TEXT + 0x3f, TEXT + 0x40, TEXT + 0x100 };
	struct object *o;
	struct image m;

	begin(&m);
	add_symbol(&m, "_init", FUNC(STB_GLOBAL), 1, TEXT + 0x30, 0);
	o = open_image(&m);
	expect_names(o, false, addresses, 4, "_init _init - -");
	object_free(o);
}

Test(object, before_it_is_linked_data_begins_where_code_does_and_names_none)
{
	static const uint64_t addresses[] = { 0, 4 };
	struct object *o;
	struct image m;

	begin(&m);
	m.type = ET_REL;
	add_symbol(&m, "code", FUNC(STB_GLOBAL), 1, 0, 8);
	add_symbol(&m, "datum", ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 2, 0, 0x10);
	o = open_image(&m);
	expect_names(o, false, addresses, 2, "code code");
	object_free(o);
}

Test(object, asked_alone_the_table_of_sized_symbols_fills_gaps_between_functions)
{
	static const uint64_t addresses[] = { 0x10, TEXT + 0xf, TEXT + 0x10, TEXT + 0x18, TEXT + 0x40, TEXT + 0x44 };
	struct object *o = open_with_symbols();

	/* The weak one must contain the address, the large one need not; the one without a size is not listed. */
	expect_names(o, true, addresses, 6, "- large large second datum -");
	object_free(o);
}

Test(object, symbols_are_listed_as_nm_does)
{
	static const char *const expected = "large:t small:T first:T second:W unsized:T datum:D";
	struct object *o = open_with_symbols();
	const struct object_symbol *symbols = NULL;
	struct buf listed = BUF_INIT;
	size_t n = 0;

	cr_assert_eq(object_symbols(o, &symbols, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		buf_addf(&listed, "%s%.*s:%c", i ? " " : "", (int)symbols[i].name.len, symbols[i].name.p,
			symbols[i].type);
	cr_expect(str_equal(buf_str(&listed), str_of(expected)), "%.*s", (int)listed.len, listed.data);
	buf_release(&listed);
	object_free(o);
}

Test(object, marks_for_disassemblers_are_no_symbols_where_machines_have_them)
{
	static const char *const expected[] = { "code", "$x.0" };
	static const uint16_t machines[] = { EM_AARCH64, EM_X86_64 };

	for (size_t i = 0; i < 2; i++) {
		const struct object_symbol *symbols;
		struct object *o;
		struct image m;
		size_t n;

		begin(&m);
		m.machine = machines[i];
		add_symbol(&m, "$x.0", ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE), 1, TEXT, 0);
		add_symbol(&m, "code", FUNC(STB_GLOBAL), 1, TEXT, 8);
		o = open_image(&m);
		cr_assert_eq(object_symbols(o, &symbols, &n, NULL), 0);
		cr_expect_eq(n, i + 1);
		cr_expect(str_equal(symbols[0].name, str_of(expected[i])), "%.*s", (int)symbols[0].name.len,
			symbols[0].name.p);
		object_free(o);
	}
}

Test(object, debuglink_has_a_name)
{
	struct image m;
	struct object *o;

	begin(&m);
	add_section(&m, ".gnu_debuglink", SHT_PROGBITS, 0, "app.debug\0\0\0\x78\x56\x34\x12", 16);
	o = open_image(&m);
	cr_expect(str_equal(object_info(o)->debuglink, STR("app.debug")));
	object_free(o);
}

static int count_needs(void *data, const struct object_need *need)
{
	struct buf *asked = data;

	buf_addf(asked, "%d:%.*s:%.*s ", (int)need->kind, (int)need->name.len, need->name.p, (int)need->build_id.len,
		need->build_id.p);
	return -1;
}

Test(object, separate_debug_information_is_asked_for_by_build_id_then_by_name)
{
	struct buf notes = BUF_INIT, asked = BUF_INIT;
	struct object_files files = { .open = count_needs, .data = &asked };
	struct object *o = NULL;
	struct image m;
	int fd = memfd_create("image", MFD_CLOEXEC);

	begin(&m);
	add_note(&notes, "GNU", NT_GNU_BUILD_ID, "\x12\x34", 2);
	put_notes(&m, &notes);
	add_section(&m, ".gnu_debuglink", SHT_PROGBITS, 0, "a.debug\0\1\2\3\4", 12);
	finish(&m);
	cr_assert_eq(write(fd, m.bytes.data, m.bytes.len), (ssize_t)m.bytes.len);
	cr_assert_eq(object_open(&o, fd, "image", &files, NULL), 0);
	cr_expect(str_equal(buf_str(&asked), STR("1::1234 0:a.debug:1234 ")), "%.*s", (int)asked.len, asked.data);
	object_free(o);
	release(&m);
	buf_release(&notes);
	buf_release(&asked);
}

Test(object, every_truncation_is_refused_or_read)
{
	struct image m;

	begin(&m);
	add_symbol(&m, "f", FUNC(STB_GLOBAL), 1, TEXT, 4);
	finish(&m);
	for (size_t n = 0; n < m.bytes.len; n++) {
		static const uint64_t addresses[] = { TEXT, TEXT + 8 };
		struct object_sink sink = { .answer = keep_name };
		struct assay_diag diag = { 0 };
		struct buf names = BUF_INIT;
		struct object *o = NULL;
		int err = open_bytes(&o, m.bytes.data, n, &diag);

		sink.data = &names;
		cr_assert((err == 0) == (o != NULL) && (!err || diag.text[0]));
		if (o)
			cr_assert_eq(object_resolve(o, addresses, 2, false, &sink, NULL, &diag), 0);
		object_free(o);
		buf_release(&names);
	}
	release(&m);
}

Test(object, a_file_that_lost_its_end_is_said_to_be_cut_off)
{
	struct assay_diag diag = { 0 };
	struct object *o = NULL;
	struct image m;

	begin(&m);
	finish(&m);
	cr_assert(open_bytes(&o, m.bytes.data, m.bytes.len - 1, &diag) == ASSAY_ERR_TRUNCATED);
	cr_assert(strstr(diag.text, "cut off"), "%s", diag.text);
	release(&m);
}

Test(object, what_is_no_regular_elf_file_is_refused)
{
	struct assay_diag diag = { 0 };
	struct object *o = NULL;

	cr_expect_eq(open_bytes(&o, "#!/bin/sh\necho this is not a binary\n", 36, &diag), ASSAY_ERR_FORMAT);
	cr_expect_eq(object_open(&o, open("/", O_RDONLY | O_CLOEXEC), "folder", NULL, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.text, "not a regular file");
	cr_expect_null(o);
}
