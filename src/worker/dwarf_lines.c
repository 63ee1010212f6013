/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/dwarf_lines.h"

#include <elf.h>

#include "base/buf.h"
#include "base/diag.h"
#include "worker/dwarf_files.h"
#include "worker/libdwarf_compat.h"

/* Of the sections these are handed over; entries are not read with it. */
static const enum dwarf_section handed_over[] = {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_ARANGES,
};

#define N_HANDED_OVER (sizeof(handed_over) / sizeof(handed_over[0]))

struct line_table {
	struct dwarf_lines *lines;
	struct dwarf_unit *unit;
	struct arena *arena;
	bool is_open;
	struct line_files files;
	VEC(struct str) paths; /* by number of the file; p is NULL for what was not asked yet */
};

struct dwarf_lines {
	struct dwarf_file *file;
	Dwarf_Debug dbg;
	libdwarf_interface interface;
	struct line_table table;
};

/* --- What libdwarf asks --- */

static int section_info(void *data, size_t index, libdwarf_section *out)
{
	const struct dwarf_lines *l = data;

	memset(out, 0, sizeof(*out));
	out->LIBDWARF_SECTION(name) = "";
	if (index > N_HANDED_OVER)
		return DW_DLV_NO_ENTRY;
	if (!index) /* as in ELF the first is no section */
		return DW_DLV_OK;
	out->LIBDWARF_SECTION(name) = dwarf_section_names[handed_over[index - 1]];
	out->LIBDWARF_SECTION(type) = SHT_PROGBITS;
	out->LIBDWARF_SECTION(size) = l->file->sections[handed_over[index - 1]].n;
	return DW_DLV_OK;
}

static int section_bytes(void *data, size_t index, Dwarf_Small **bytes)
{
	const struct dwarf_lines *l = data;

	if (!index || index > N_HANDED_OVER || !l->file->sections[handed_over[index - 1]].n)
		return DW_DLV_NO_ENTRY;
	*bytes = (Dwarf_Small *)(uintptr_t)l->file->sections[handed_over[index - 1]].p;
	return DW_DLV_OK;
}

static int info_narrow(void *data, Dwarf_Half index, libdwarf_section *out, int *error)
{
	(void)error;
	return section_info(data, index, out);
}

static int info_wide(void *data, Dwarf_Unsigned index, libdwarf_section *out, int *error)
{
	(void)error;
	return section_info(data, (size_t)index, out);
}

static int load_narrow(void *data, Dwarf_Half index, Dwarf_Small **bytes, int *error)
{
	(void)error;
	return section_bytes(data, index, bytes);
}

static int load_wide(void *data, Dwarf_Unsigned index, Dwarf_Small **bytes, int *error)
{
	(void)error;
	return section_bytes(data, (size_t)index, bytes);
}

static libdwarf_order byte_order(void *data)
{
	const struct dwarf_lines *l = data;

	return l->file->big_endian ? LIBDWARF_BIG : LIBDWARF_LITTLE;
}

static Dwarf_Small word_size(void *data)
{
	const struct dwarf_lines *l = data;

	return l->file->elf->is_64 ? 8 : 4;
}

static Dwarf_Unsigned section_count(void *data)
{
	(void)data;
	return N_HANDED_OVER + 1;
}

#if LIBDWARF_HAS_FILESIZE
/* Counts may not be larger than the file: those of an unpacked section may be larger than what it was packed to. */
static Dwarf_Unsigned file_size(void *data)
{
	const struct dwarf_lines *l = data;
	Dwarf_Unsigned sum = l->file->elf->size;

	for (size_t i = 0; i < N_HANDED_OVER; i++)
		sum += l->file->sections[handed_over[i]].n;
	return sum;
}
#endif

static const libdwarf_methods methods = {
	.LIBDWARF_METHOD(get_section_info) =
		LIBDWARF_FITTING(LIBDWARF_METHOD(get_section_info), info_narrow, info_wide),
	.LIBDWARF_METHOD(get_byte_order) = byte_order,
	.LIBDWARF_METHOD(get_length_size) = word_size,
	.LIBDWARF_METHOD(get_pointer_size) = word_size,
#if LIBDWARF_HAS_FILESIZE
	.LIBDWARF_METHOD(get_filesize) = file_size,
#endif
	.LIBDWARF_METHOD(get_section_count) = section_count,
	.LIBDWARF_METHOD(load_section) = LIBDWARF_FITTING(LIBDWARF_METHOD(load_section), load_narrow, load_wide),
};

/* --- Opening --- */

/* For failures of no interest; without a place for its error libdwarf ends the process. */
static void drop(struct dwarf_lines *l, Dwarf_Error error)
{
	if (error)
		dwarf_dealloc(l->dbg, error, DW_DLA_ERROR);
}

static int complain(struct dwarf_lines *l, Dwarf_Error error, const char *what, struct assay_diag *flaw)
{
	diag_set(flaw, ASSAY_ERR_FORMAT, "%s: %s", what, error ? dwarf_errmsg(error) : "damaged");
	drop(l, error);
	return ASSAY_ERR_FORMAT;
}

int dwarf_lines_open(struct dwarf_lines **out, struct dwarf_file *f, struct assay_diag *flaw)
{
	struct dwarf_lines *l = calloc(1, sizeof(*l));
	Dwarf_Error error = NULL;
	int ret;

	if (!l)
		return ASSAY_ERR_NOMEM;
	(void)info_wide;
	(void)load_wide;
	(void)info_narrow;
	(void)load_narrow;
	/* libdwarf would note each allocation in a tree, which costs more than the rest; all here is released by hand. */
	dwarf_set_de_alloc_flag(0);
	l->file = f;
	l->interface.LIBDWARF_INTERFACE(object) = l;
	l->interface.LIBDWARF_INTERFACE(methods) = &methods;
	ret = dwarf_object_init_b(&l->interface, NULL, NULL, DW_GROUPNUMBER_ANY, &l->dbg, &error);
	if (ret == DW_DLV_OK) {
		*out = l;
		return 0;
	}
	complain(l, ret == DW_DLV_ERROR ? error : NULL, ".debug_aranges cannot be read", flaw);
	free(l);
	return ASSAY_ERR_FORMAT;
}

void dwarf_lines_free(struct dwarf_lines *l)
{
	if (!l)
		return;
	line_table_close(&l->table);
	libdwarf_close(l->dbg);
	free(l);
}

void dwarf_lines_aranges(struct dwarf_lines *l, dwarf_arange_fn *add, void *data, struct assay_diag *flaw)
{
	Dwarf_Arange *aranges = NULL;
	Dwarf_Signed n = 0;
	Dwarf_Error error = NULL;
	bool go_on = true;
	int ret = dwarf_get_aranges(l->dbg, &aranges, &n, &error);

	if (ret != DW_DLV_OK) {
		if (ret == DW_DLV_ERROR)
			complain(l, error, ".debug_aranges", flaw);
		return;
	}
	for (Dwarf_Signed i = 0; i < n; i++) {
		Dwarf_Unsigned segment, segment_size, size;
		Dwarf_Addr low;
		Dwarf_Off entry;

		error = NULL;
		ret = go_on ? dwarf_get_arange_info_b(aranges[i], &segment, &segment_size, &low, &size, &entry, &error)
			    : DW_DLV_NO_ENTRY;
		if (ret == DW_DLV_OK)
			go_on = add(data, entry, low, size);
		else if (ret == DW_DLV_ERROR)
			drop(l, error);
		dwarf_dealloc(l->dbg, aranges[i], DW_DLA_ARANGE);
	}
	dwarf_dealloc(l->dbg, aranges, DW_DLA_LIST);
}

struct line_table *dwarf_lines_unit(
	struct dwarf_lines *l, struct dwarf_unit *unit, struct arena *arena, struct assay_diag *flaw)
{
	line_table_close(&l->table);
	if (!unit->has_lines)
		return NULL;
	l->table = (struct line_table){ .lines = l, .unit = unit, .arena = arena };
	if (!line_files_read(&l->table.files, unit)) {
		diag_set_at(flaw, ASSAY_ERR_FORMAT, unit->lines, "", "a line table in .debug_line is damaged");
		return NULL;
	}
	l->table.is_open = true;
	return &l->table;
}

void line_table_close(struct line_table *t)
{
	if (t->is_open)
		line_files_release(&t->files);
	vec_release(&t->paths);
	t->is_open = false;
}

void line_table_find(
	struct line_table *t, const uint64_t *addresses, size_t n, struct line_place *places, struct assay_diag *flaw)
{
	if (!dwarf_rows_find(t->unit->file, t->unit->lines, addresses, n, places))
		diag_set_at(flaw, ASSAY_ERR_FORMAT, t->unit->lines, "", "a line program in .debug_line is damaged");
}

/* --- Files --- */

static bool is_absolute(struct str path)
{
	return path.len && path.p[0] == '/';
}

/* One slash between the two, whoever brings it. */
static void append(struct buf *path, struct str part)
{
	bool ends = path->len && path->data[path->len - 1] == '/';

	while (ends && part.len && part.p[0] == '/')
		part = str_skip(part, 1);
	if (path->len && !ends && part.len && part.p[0] != '/')
		buf_add_char(path, '/');
	buf_add_str(path, part);
}

static struct str include_directory(const struct line_table *t, uint64_t index)
{
	const struct line_files *f = &t->files;

	if (index < f->first || index - f->first >= f->directories.n)
		return STR("");
	return dwarf_text(&f->unit, &f->directories.items[index - f->first]);
}

/*
 * The folder of the compilation stands before what is not absolute. DWARF 5 has it also as folder 0, where it is not
 * put before itself.
 */
static struct str join(const struct line_table *t, struct str name, uint64_t index)
{
	struct str directory = include_directory(t, index);
	struct buf path = BUF_INIT;
	char *copy;
	size_t len;

	if (is_absolute(name))
		directory = STR("");
	else if ((t->files.first || index) && !is_absolute(directory))
		append(&path, t->unit->directory);
	append(&path, directory);
	append(&path, name);
	len = path.len;
	copy = path.failed ? NULL : arena_copy(t->arena, path.data ? path.data : "", len);
	buf_release(&path);
	return copy ? (struct str){ copy, len } : STR("");
}

static struct str path_of(const struct line_table *t, const struct line_file *file)
{
	struct str name = dwarf_text(&t->files.unit, &file->name);

	return name.len ? join(t, name, file->directory) : STR("");
}

struct str line_table_path(struct line_table *t, uint64_t file)
{
	const struct line_files *f = &t->files;
	uint64_t i = file - f->first;

	if (file < f->first || i >= f->files.n)
		return STR("");
	if (!vec_reserve(&t->paths, f->files.n))
		return STR("");
	while (t->paths.n < f->files.n)
		t->paths.items[t->paths.n++] = (struct str){ 0 };
	if (!t->paths.items[i].p)
		t->paths.items[i] = path_of(t, &f->files.items[i]);
	return t->paths.items[i];
}

bool line_table_md5(struct line_table *t, struct str path, uint8_t md5[16])
{
	for (size_t i = 0; i < t->files.files.n; i++) {
		const struct line_file *file = &t->files.files.items[i];

		if (!file->md5 || !str_equal(path_of(t, file), path))
			continue;
		memcpy(md5, file->md5, 16);
		return true;
	}
	return false;
}
