/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/dwarf_files.h"

#include "worker/dwarf_constants.h"

/* More files no unit has. */
#define MOST_FILES (1 << 20)

/* What an entry is made of: there are five things that it may say. */
#define MOST_FIELDS 32

bool line_header_read(struct line_header *h, struct dwarf_file *f, uint64_t offset)
{
	struct cursor c = dwarf_cursor(f->sections[DWARF_LINE], offset);
	uint64_t length = dwarf_fixed(f, &c, 4);
	const uint8_t *start;

	*h = (struct line_header){ .offset_size = 4, .address_size = f->elf->is_64 ? 8 : 4 };
	if (length == 0xffffffff) {
		h->offset_size = 8;
		length = dwarf_fixed(f, &c, 8);
	}
	if (c.err || length > cursor_left(&c))
		return false;
	c.end = c.p + length;
	h->version = (uint16_t)dwarf_fixed(f, &c, 2);
	if (h->version < 2 || h->version > 5)
		return false;
	if (h->version == 5) {
		h->address_size = (uint8_t)dwarf_fixed(f, &c, 1);
		cursor_take(&c, 1);
	}
	length = dwarf_fixed(f, &c, h->offset_size);
	start = c.p;
	if (c.err || length > cursor_left(&c) || h->address_size > 8)
		return false;
	h->instruction_size = (uint8_t)dwarf_fixed(f, &c, 1);
	cursor_take(&c, h->version >= 4 ? 2 : 1); /* operations of an instruction; is_stmt */
	h->line_base = (int8_t)dwarf_fixed(f, &c, 1);
	h->line_range = (uint8_t)dwarf_fixed(f, &c, 1);
	h->first_special = (uint8_t)dwarf_fixed(f, &c, 1);
	h->operands = cursor_take(&c, h->first_special ? h->first_special - 1 : 0);
	if (c.err || c.p > start + length)
		return false;
	h->files = (struct cursor){ .p = c.p, .end = start + length };
	h->program = (struct cursor){ .p = start + length, .end = c.end };
	return true;
}

/* --- Before DWARF 5: texts up to an empty one, then files up to one without a name --- */

static struct dwarf_attr take_text(const struct dwarf_unit *unit, struct cursor *c)
{
	static const struct abbrev_attr string = { .form = DW_FORM_string };
	struct dwarf_attr attr = { 0 };

	dwarf_take(unit, c, &string, &attr);
	return attr;
}

static bool may_go_on(const struct line_files *t, const struct cursor *c, size_t n)
{
	return !c->err && n < MOST_FILES && dwarf_spend(t->unit.file, 1);
}

static bool read_old(struct line_files *t, struct cursor *c)
{
	t->first = 1;
	while (may_go_on(t, c, t->directories.n)) {
		struct dwarf_attr name = take_text(&t->unit, c);

		if (c->err || !name.value)
			break;
		if (!vec_push(&t->directories, name))
			return false;
	}
	while (may_go_on(t, c, t->files.n)) {
		struct line_file file = { .name = take_text(&t->unit, c) };

		if (c->err || !file.name.value)
			break;
		file.directory = dwarf_uleb(c);
		dwarf_uleb(c); /* when it was changed */
		dwarf_uleb(c); /* its size */
		if (!c->err && !vec_push(&t->files, file))
			return false;
	}
	return true;
}

/* --- Since DWARF 5: what an entry is made of, then the entries --- */

struct format {
	struct {
		uint64_t content;
		struct abbrev_attr spec;
	} fields[MOST_FIELDS];
	size_t n;
};

static bool read_format(struct format *format, const struct dwarf_unit *unit, struct cursor *c)
{
	format->n = (size_t)dwarf_fixed(unit->file, c, 1);
	if (format->n > MOST_FIELDS)
		return false;
	for (size_t i = 0; i < format->n; i++) {
		uint64_t content = dwarf_uleb(c), form = dwarf_uleb(c);

		if (form > UINT16_MAX)
			return false;
		format->fields[i].content = content;
		format->fields[i].spec = (struct abbrev_attr){ .form = (uint16_t)form };
	}
	return !c->err;
}

static struct line_file take_entry(const struct dwarf_unit *unit, const struct format *format, struct cursor *c)
{
	struct line_file file = { 0 };

	for (size_t i = 0; i < format->n && !c->err; i++) {
		struct dwarf_attr attr = { 0 };

		dwarf_take(unit, c, &format->fields[i].spec, &attr);
		if (c->err)
			break;
		if (format->fields[i].content == DW_LNCT_path)
			file.name = attr;
		else if (format->fields[i].content == DW_LNCT_directory_index)
			file.directory = attr.value;
		else if (format->fields[i].content == DW_LNCT_MD5 && attr.form == DW_FORM_data16)
			file.md5 = attr.p;
	}
	return file;
}

static bool read_new(struct line_files *t, struct cursor *c)
{
	struct format format;
	uint64_t n;

	if (!read_format(&format, &t->unit, c))
		return true;
	n = dwarf_uleb(c);
	for (uint64_t i = 0; i < n && may_go_on(t, c, i); i++) {
		struct line_file directory = take_entry(&t->unit, &format, c);

		if (!c->err && !vec_push(&t->directories, directory.name))
			return false;
	}
	if (t->directories.n != n || !read_format(&format, &t->unit, c))
		return true;
	n = dwarf_uleb(c);
	for (uint64_t i = 0; i < n && may_go_on(t, c, i); i++) {
		struct line_file file = take_entry(&t->unit, &format, c);

		if (!c->err && !vec_push(&t->files, file))
			return false;
	}
	return true;
}

bool line_files_read(struct line_files *t, const struct dwarf_unit *unit)
{
	struct line_header h;

	*t = (struct line_files){ .unit = *unit };
	if (!unit->has_lines || !line_header_read(&h, unit->file, unit->lines))
		return false;
	t->unit.version = h.version;
	t->unit.offset_size = h.offset_size;
	if (h.version < 5 ? read_old(t, &h.files) : read_new(t, &h.files))
		return true;
	line_files_release(t);
	return false;
}

void line_files_release(struct line_files *t)
{
	vec_release(&t->directories);
	vec_release(&t->files);
}
