/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/dwarf_lines.h"

#include <elf.h>

#include "base/buf.h"
#include "base/diag.h"
#include "worker/libdwarf_compat.h"

/* Of the sections these are handed over; entries are not read with it. */
static const enum dwarf_section handed_over[] = {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_STR_OFFSETS,
	DWARF_ADDR,
	DWARF_RANGES,
	DWARF_LINE,
	DWARF_ARANGES,
};

/* libdwarf keeps files in a list, and walks it for each that is asked for. */
#define MOST_FILES (1 << 16)

#define N_HANDED_OVER (sizeof(handed_over) / sizeof(handed_over[0]))

struct line_table {
	struct dwarf_lines *lines;
	struct dwarf_unit *unit;
	struct arena *arena;
	Dwarf_Line_Context context;
	Dwarf_Signed first_file, end_file;
	unsigned version;
	VEC(struct str) paths; /* by number of the file; p is NULL for what was not asked yet */
};

struct dwarf_lines {
	struct dwarf_file *file;
	Dwarf_Debug dbg;
	libdwarf_interface interface;
	Dwarf_Unsigned next; /* where the unit begins whose header comes next */
	bool is_broken;
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
	complain(l, ret == DW_DLV_ERROR ? error : NULL, "line tables cannot be read", flaw);
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

/* Goes to the next unit; its offset, or -1 behind the last one, after which it starts over. */
static int64_t next_unit(struct dwarf_lines *l, struct assay_diag *flaw)
{
	Dwarf_Unsigned length, type_offset, next = 0, at = l->next;
	Dwarf_Half version, address_size, offset_size, extension, type;
	Dwarf_Off abbrev;
	Dwarf_Sig8 signature;
	Dwarf_Error error = NULL;
	int ret = dwarf_next_cu_header_d(l->dbg, 1, &length, &version, &abbrev, &address_size, &offset_size, &extension,
		&signature, &type_offset, &next, &type, &error);

	if (ret == DW_DLV_OK) {
		l->next = next;
		return (int64_t)at;
	}
	l->next = 0;
	if (ret == DW_DLV_ERROR) {
		l->is_broken = true;
		complain(l, error, "units for line tables", flaw);
	}
	return -1;
}

static bool go_to_unit(struct dwarf_lines *l, uint64_t offset, struct assay_diag *flaw)
{
	while (l->next > offset && !l->is_broken && next_unit(l, flaw) >= 0)
		;
	while (!l->is_broken) {
		int64_t at = next_unit(l, flaw);

		if (at < 0 || (uint64_t)at > offset)
			return false;
		if ((uint64_t)at == offset)
			return true;
	}
	return false;
}

static bool read_table(struct line_table *t, Dwarf_Die die, struct assay_diag *flaw)
{
	Dwarf_Error error = NULL;
	Dwarf_Unsigned version = 0;
	Dwarf_Small count = 0;
	Dwarf_Signed n_files = 0;
	int ret = dwarf_srclines_b(die, &version, &count, &t->context, &error);

	if (ret == DW_DLV_OK)
		ret = dwarf_srclines_files_indexes(t->context, &t->first_file, &n_files, &t->end_file, &error);
	t->version = (unsigned)version;
	if (t->end_file > MOST_FILES)
		t->end_file = MOST_FILES;
	if (ret == DW_DLV_ERROR)
		complain(t->lines, error, "a line table", flaw);
	return ret == DW_DLV_OK;
}

struct line_table *dwarf_lines_unit(
	struct dwarf_lines *l, struct dwarf_unit *unit, struct arena *arena, struct assay_diag *flaw)
{
	Dwarf_Error error = NULL;
	Dwarf_Die die = NULL;
	int ret;

	line_table_close(&l->table);
	if (!unit->has_lines || !go_to_unit(l, unit->offset, flaw))
		return NULL;
	ret = dwarf_siblingof_b(l->dbg, NULL, 1, &die, &error);
	if (ret != DW_DLV_OK) {
		if (ret == DW_DLV_ERROR)
			complain(l, error, "a unit for its line table", flaw);
		return NULL;
	}
	l->table = (struct line_table){ .lines = l, .unit = unit, .arena = arena };
	ret = read_table(&l->table, die, flaw);
	dwarf_dealloc(l->dbg, die, DW_DLA_DIE);
	if (ret)
		return &l->table;
	line_table_close(&l->table);
	return NULL;
}

void line_table_close(struct line_table *t)
{
	if (t->context)
		dwarf_srclines_dealloc_b(t->context);
	vec_release(&t->paths);
	t->context = NULL;
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
	const char *name = NULL;
	Dwarf_Error error = NULL;
	int ret;

	if (index > INT32_MAX || (t->version < 5 && !index))
		return STR("");
	ret = dwarf_srclines_include_dir_data(t->context, (Dwarf_Signed)index, &name, &error);
	if (ret == DW_DLV_ERROR)
		drop(t->lines, error);
	return ret == DW_DLV_OK && name ? str_of(name) : STR("");
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
	else if ((t->version < 5 || index) && !is_absolute(directory))
		append(&path, t->unit->directory);
	append(&path, directory);
	append(&path, name);
	len = path.len;
	copy = path.failed ? NULL : arena_copy(t->arena, path.data ? path.data : "", len);
	buf_release(&path);
	return copy ? (struct str){ copy, len } : STR("");
}

struct file_entry {
	struct str name;
	uint64_t directory;
	const Dwarf_Form_Data16 *md5;
};

static bool file_entry(const struct line_table *t, uint64_t file, struct file_entry *out)
{
	Dwarf_Unsigned directory = 0, time = 0, size = 0;
	Dwarf_Form_Data16 *md5 = NULL;
	const char *name = NULL;
	Dwarf_Error error = NULL;
	int ret;

	if (file < (uint64_t)t->first_file || file >= (uint64_t)t->end_file)
		return false;
	ret = dwarf_srclines_files_data_b(
		t->context, (Dwarf_Signed)file, &name, &directory, &time, &size, &md5, &error);
	if (ret == DW_DLV_ERROR)
		drop(t->lines, error);
	if (ret != DW_DLV_OK || !name)
		return false;
	*out = (struct file_entry){ .name = str_of(name), .directory = directory, .md5 = md5 };
	return true;
}

struct str line_table_path(struct line_table *t, uint64_t file)
{
	struct file_entry entry;

	if (t->end_file < 0 || file >= (uint64_t)t->end_file)
		return STR("");
	if (!vec_reserve(&t->paths, (size_t)file + 1))
		return STR("");
	while (t->paths.n <= file)
		t->paths.items[t->paths.n++] = (struct str){ 0 };
	if (!t->paths.items[file].p)
		t->paths.items[file] = file_entry(t, file, &entry) ? join(t, entry.name, entry.directory) : STR("");
	return t->paths.items[file];
}

bool line_table_md5(struct line_table *t, struct str path, uint8_t md5[16])
{
	for (Dwarf_Signed i = t->first_file; i < t->end_file; i++) {
		struct file_entry entry;

		if (!file_entry(t, (uint64_t)i, &entry) || !entry.md5)
			continue;
		if (!str_equal(join(t, entry.name, entry.directory), path))
			continue;
		memcpy(md5, entry.md5->fd_data, 16);
		return true;
	}
	return false;
}
