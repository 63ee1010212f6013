/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/object.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "worker/debug.h"
#include "worker/elf.h"
#include "worker/object_priv.h"
#include "worker/plt.h"

static int need_file(struct object *o, const struct object_need *need)
{
	return o->files.open ? o->files.open(o->files.data, need) : -1;
}

int object_need(struct object *o, const struct object_need *need, const char *name, struct elf_file **out)
{
	struct elf_file *f = NULL;
	int fd = need_file(o, need);

	if (fd < 0)
		return ASSAY_ERR_IO;
	if (elf_file_open(&f, fd, name, NULL))
		return ASSAY_ERR_FORMAT;
	if (f->machine != o->main->machine || f->is_64 != o->main->is_64 || f->big_endian != o->main->big_endian) {
		elf_file_free(f);
		return ASSAY_ERR_FORMAT;
	}
	*out = f;
	return 0;
}

bool elf_has_units(const struct elf_file *f)
{
	return elf_find_filled(f, ".debug_info") || elf_find_filled(f, ".zdebug_info");
}

static bool has_lines(const struct elf_file *f)
{
	return elf_find_filled(f, ".debug_line") || elf_find_filled(f, ".zdebug_line");
}

/* Debug information of another build would give wrong lines, which are worse than none. */
static bool is_same_build(const struct elf_file *a, const struct elf_file *b)
{
	return !a->build_id.len || !b->build_id.len || str_equal(a->build_id, b->build_id);
}

static bool take_debug_file(struct object *o, struct elf_file *f, struct str name)
{
	const char *copy;

	if (!is_same_build(o->main, f) || (!elf_has_units(f) && !elf_find_filled(f, ".symtab"))) {
		elf_file_free(f);
		return false;
	}
	copy = arena_copy(&o->arena, name.p, name.len);
	o->info.debug_file = copy ? (struct str){ copy, name.len } : STR("");
	o->debug = f;
	return true;
}

static bool find_by_build_id(struct object *o)
{
	struct object_need need = { .kind = OBJECT_NEED_BUILD_ID, .name = STR(""), .directory = STR("") };
	struct elf_file *f;

	need.build_id = o->main->build_id;
	if (!need.build_id.len || object_need(o, &need, "debug information by build id", &f))
		return false;
	if (!str_equal(f->build_id, o->main->build_id)) {
		elf_file_free(f);
		return false;
	}
	return take_debug_file(o, f, need.build_id);
}

static bool find_by_debuglink(struct object *o)
{
	struct object_need need = { .kind = OBJECT_NEED_DEBUGLINK, .directory = STR("") };
	struct elf_file *f;

	need.name = o->info.debuglink;
	need.build_id = o->main->build_id;
	if (!need.name.len || object_need(o, &need, need.name.p, &f))
		return false;
	/* The build id says the same as the checksum, without reading all of the file. */
	if (!(o->main->build_id.len && str_equal(o->main->build_id, f->build_id)) && elf_crc(f) != o->debuglink_crc) {
		elf_file_free(f);
		return false;
	}
	return take_debug_file(o, f, need.name);
}

/* .gnu_debugdata: a stripped-down copy of the binary, of which only the symbols matter. */
static void open_mini_debug(struct object *o)
{
	struct elf_section *s = elf_find_filled(o->main, ".gnu_debugdata");
	struct bytes packed;
	uint8_t *bytes;
	size_t n;

	o->info.has_mini_debug = s != NULL;
	if (!s || elf_section_bytes(o->main, s, &packed, NULL))
		return;
	if (unpack(UNPACK_XZ, packed, 0, (uint64_t)1 << 30, &bytes, &n, NULL))
		return;
	elf_file_open_memory(&o->mini, bytes, n, "compressed symbols", NULL);
}

static void fill_info(struct object *o)
{
	const struct elf_file *f = o->main, *d;
	const struct elf_section *text = elf_find(f, ".text");
	struct object_info *info = &o->info;

	info->type = f->type;
	info->machine = f->machine;
	info->is_64 = f->is_64;
	info->big_endian = f->big_endian;
	info->build_id = f->build_id;
	info->segments = f->segments;
	info->n_segments = f->n_segments;
	info->has_text = text != NULL;
	info->text = text ? text->address : 0;
	info->debuglink = info->debug_file = STR("");
	elf_debuglink(o->main, &info->debuglink, &o->debuglink_crc);
	if (!elf_has_units(f) && !find_by_build_id(o))
		find_by_debuglink(o);
	d = object_debug(o);
	info->has_symtab = elf_find_filled(f, ".symtab") || elf_find_filled(d, ".symtab");
	info->has_dynsym = elf_find_filled(f, ".dynsym");
	info->has_units = elf_has_units(d);
	info->has_lines = has_lines(d);
	open_mini_debug(o);
}

int object_open(
	struct object **out, int fd, const char *name, const struct object_files *files, struct assay_diag *diag)
{
	struct object *o = calloc(1, sizeof(*o));
	int err;

	if (!o) {
		close(fd);
		return diag_nomem(diag, "a binary");
	}
	if (files)
		o->files = *files;
	err = elf_file_open(&o->main, fd, name, diag);
	if (err) {
		object_free(o);
		return err;
	}
	fill_info(o);
	*out = o;
	return 0;
}

void object_free(struct object *o)
{
	if (!o)
		return;
	debug_free(o->debug_info);
	dwarf_file_free(o->package);
	symbols_release(&o->symbols);
	elf_file_free(o->mini);
	elf_file_free(o->debug);
	elf_file_free(o->main);
	arena_release(&o->arena);
	free(o);
}

const struct object_info *object_info(const struct object *o)
{
	return &o->info;
}

/* The fullest table there is: .symtab here or beside, else what is exported and what a distribution left in. */
static int load_symbols(struct object *o, struct assay_diag *diag)
{
	struct elf_file *full = elf_find_filled(o->main, ".symtab") ? o->main : o->debug;
	int err;

	if (full && elf_find_filled(full, ".symtab"))
		err = symbols_add(&o->symbols, full, ".symtab", diag);
	else
		err = symbols_add(&o->symbols, o->main, ".dynsym", diag);
	if (!err && o->mini)
		err = symbols_add(&o->symbols, o->mini, ".symtab", diag);
	if (!err)
		err = plt_add(&o->symbols, o->main, &o->arena, diag);
	return err ? err : symbols_seal(&o->symbols, diag);
}

int object_load_symbols(struct object *o, struct assay_diag *diag)
{
	int err;

	if (o->has_symbols)
		return 0;
	err = load_symbols(o, diag);
	if (err)
		symbols_release(&o->symbols);
	o->has_symbols = !err;
	return err;
}

int object_symbols(struct object *o, const struct object_symbol **symbols, size_t *n, struct assay_diag *diag)
{
	int err = object_load_symbols(o, diag);

	if (!err)
		err = symbols_list(&o->symbols, diag);
	if (err)
		return err;
	*symbols = o->symbols.listed.items;
	*n = o->symbols.listed.n;
	return 0;
}

int object_code(
	struct object *o, uint64_t address, size_t n, const uint8_t **bytes, size_t *n_bytes, struct assay_diag *diag)
{
	struct bytes found = elf_memory_at(o->main, address, n);
	const struct elf_section *text = elf_find(o->main, ".text");

	if (!found.n && text && text->type == SHT_NOBITS)
		return diag_set(diag, ASSAY_ERR_NO_MATCH,
			"the file has debug information alone: instructions are in the binary, which was not found");
	if (!found.n)
		return diag_set(diag, ASSAY_ERR_NO_MATCH, "the file has nothing at address 0x%llx",
			(unsigned long long)address);
	*bytes = found.p;
	*n_bytes = found.n;
	return 0;
}
