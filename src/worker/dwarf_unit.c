/* SPDX-License-Identifier: Apache-2.0 */

/* A unit's own entry: its addresses, its bases, and where the rest of it lies when it was split. */

#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"
#include "worker/dwarf_package.h"
#include "worker/object_priv.h"

/* Texts and addresses may need bases that come after them, and so are resolved last. */
struct own_entry {
	struct dwarf_attr name, directory, split_name, low;
	struct entry_span span;
};

static void keep_attr(struct dwarf_unit *u, struct own_entry *own, uint16_t name, const struct dwarf_attr *attr)
{
	switch (name) {
	case DW_AT_name:
		own->name = *attr;
		break;
	case DW_AT_comp_dir:
		own->directory = *attr;
		break;
	case DW_AT_dwo_name:
	case DW_AT_GNU_dwo_name:
		own->split_name = *attr;
		break;
	case DW_AT_GNU_dwo_id:
		u->id = attr->value;
		break;
	case DW_AT_stmt_list:
		u->has_lines = true;
		u->lines = attr->value;
		break;
	case DW_AT_str_offsets_base:
		u->str_offsets_base = attr->value;
		break;
	case DW_AT_addr_base:
	case DW_AT_GNU_addr_base:
		u->addr_base = attr->value;
		break;
	case DW_AT_rnglists_base:
		u->rnglists_base = attr->value;
		break;
	case DW_AT_GNU_ranges_base:
		u->ranges_base = attr->value;
		break;
	}
}

static bool read_attrs(struct dwarf_unit *u, struct own_entry *own, struct cursor *c, const struct abbrev *a)
{
	for (uint32_t i = 0; i < a->n_attrs && !c->err; i++) {
		struct dwarf_attr attr = { 0 };

		dwarf_take(u, c, &a->attrs[i], &attr);
		if (!c->err)
			keep_attr(u, own, a->attrs[i].name, &attr);
	}
	return !c->err;
}

/* A .dwo has one table of each kind, behind a header of its own. */
static void set_default_bases(struct dwarf_unit *u)
{
	if (!u->file->is_split || u->version < 5)
		return;
	u->str_offsets_base = u->offset_size == 8 ? 16 : 8;
	u->rnglists_base = u->offset_size == 8 ? 20 : 12;
}

bool dwarf_unit_read(struct dwarf_unit *u)
{
	struct own_entry own = { 0 };
	const struct abbrev *a;
	struct cursor c;

	if (u->is_read)
		return u->tag != 0;
	u->is_read = true;
	u->name = u->directory = u->split_name = STR("");
	set_default_bases(u);
	a = dwarf_entry(u, u->first, &c);
	if (!a || !read_attrs(u, &own, &c, a))
		return false;
	u->tag = a->tag;
	u->name = dwarf_text(u, &own.name);
	u->directory = dwarf_text(u, &own.directory);
	u->split_name = dwarf_text(u, &own.split_name);
	dwarf_unit_span(u, &own.span);
	u->has_low = own.span.has_low;
	u->low = own.span.low;
	return true;
}

void dwarf_unit_span(const struct dwarf_unit *u, struct entry_span *span)
{
	struct cursor c;
	const struct abbrev *a = dwarf_entry(u, u->first, &c);

	*span = (struct entry_span){ 0 };
	for (uint32_t i = 0; a && i < a->n_attrs && !c.err; i++) {
		struct dwarf_attr attr = { 0 };

		dwarf_take(u, &c, &a->attrs[i], &attr);
		if (!c.err)
			dwarf_span_take(u, span, a->attrs[i].name, &attr);
	}
	dwarf_span_end(span);
}

/* The unit with an id in a .dwo, which mostly has one. */
static struct dwarf_unit *find_split(struct dwarf_file *f, uint64_t id)
{
	for (size_t i = 0; i < f->units.n; i++) {
		struct dwarf_unit *u = &f->units.items[i];

		if (u->type != DW_UT_compile && u->type != DW_UT_split_compile)
			continue;
		if (dwarf_unit_read(u) && u->id == id)
			return u;
	}
	return NULL;
}

static struct dwarf_file *open_split_file(struct dwarf_unit *u)
{
	struct object *o = u->file->object;
	struct object_need need = { .kind = OBJECT_NEED_DWO, .build_id = STR("") };
	struct dwarf_file *f = NULL;
	struct elf_file *elf;

	need.name = u->split_name;
	need.directory = u->directory;
	need.id = u->id;
	if (object_need(o, &need, "split debug information", &elf))
		return NULL;
	if (dwarf_file_open(&f, o, elf, true, u->file->budget, NULL)) {
		elf_file_free(elf);
		return NULL;
	}
	f->is_owned = true;
	f->alt_tried = true;
	return f;
}

static struct dwarf_unit *take_split(struct dwarf_unit *u, struct dwarf_file *f)
{
	struct dwarf_unit *split = f ? find_split(f, u->id) : NULL;

	if (!split) {
		dwarf_file_free(f);
		return NULL;
	}
	split->skeleton = u;
	u->split_file = f;
	return split;
}

struct dwarf_unit *dwarf_unit_full(struct dwarf_unit *u)
{
	if (!dwarf_unit_read(u) || !u->split_name.len || u->file->is_split)
		return u;
	if (!u->split_tried) {
		u->split_tried = true;
		u->split = take_split(u, dwarf_package_find(u->file, u->id));
		if (!u->split)
			u->split = take_split(u, open_split_file(u));
	}
	/* What is left in the binary may still have the inlined calls. */
	return u->split ? u->split : u;
}

void dwarf_unit_forget_split(struct dwarf_unit *u)
{
	dwarf_file_free(u->split_file);
	u->split_file = NULL;
	/* What was not there is not asked for again. */
	u->split_tried = u->split_tried && !u->split;
	u->split = NULL;
}
