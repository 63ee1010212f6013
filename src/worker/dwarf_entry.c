/* SPDX-License-Identifier: Apache-2.0 */

/* Attributes in all their forms. */

#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"

/* No name and no path is longer. */
#define MOST_TEXT ((size_t)1 << 18)

uint64_t dwarf_fixed(const struct dwarf_file *f, struct cursor *c, unsigned n)
{
	const uint8_t *p = cursor_take(c, n);
	uint64_t v = 0;

	if (!p)
		return 0;
	if (f->big_endian) {
		for (unsigned i = 0; i < n; i++)
			v = v << 8 | p[i];
		return v;
	}
	for (unsigned i = n; i--;)
		v = v << 8 | p[i];
	return v;
}

int64_t dwarf_sleb(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte;

		if (c->err || c->p == c->end) {
			c->err = ASSAY_ERR_TRUNCATED;
			return 0;
		}
		byte = *c->p++;
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte >= 0x80)
			continue;
		if (byte & 0x40 && shift + 7 < 64)
			v |= ~UINT64_C(0) << (shift + 7);
		return (int64_t)v;
	}
}

struct cursor dwarf_cursor(struct bytes b, uint64_t offset)
{
	if (!b.p) /* a section that is not there */
		b.p = (const uint8_t *)"";
	if (offset > b.n)
		return (struct cursor){ .p = b.p + b.n, .end = b.p + b.n, .err = ASSAY_ERR_TRUNCATED };
	return (struct cursor){ .p = b.p + offset, .end = b.p + b.n };
}

struct cursor dwarf_unit_cursor(const struct dwarf_unit *unit, uint64_t offset)
{
	struct bytes info = unit->file->sections[DWARF_INFO];

	if (offset < unit->first || offset >= unit->end)
		return (struct cursor){ .p = info.p, .end = info.p, .err = ASSAY_ERR_TRUNCATED };
	return (struct cursor){ .p = info.p + offset, .end = info.p + unit->end };
}

int dwarf_form_size(uint16_t form, uint16_t version, uint8_t address_size, uint8_t offset_size)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_flag:
	case DW_FORM_ref1:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	case DW_FORM_addr:
		return address_size;
	case DW_FORM_ref_addr:
		return version <= 2 ? address_size : offset_size;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return offset_size;
	}
	return -1;
}

static void take_block(struct cursor *c, uint64_t n, struct dwarf_attr *attr)
{
	attr->value = n;
	attr->p = cursor_take(c, n);
}

static void take_string(struct cursor *c, struct dwarf_attr *attr)
{
	const uint8_t *nul = cursor_left(c) ? memchr(c->p, 0, cursor_left(c)) : NULL;

	if (!nul) {
		c->err = ASSAY_ERR_TRUNCATED;
		return;
	}
	attr->value = (uint64_t)(nul - c->p);
	attr->p = c->p;
	c->p = nul + 1;
}

/* Forms whose length the abbreviation does not tell. */
static void take_variable(const struct dwarf_unit *unit, struct cursor *c, struct dwarf_attr *attr)
{
	switch (attr->form) {
	case DW_FORM_block1:
		take_block(c, dwarf_fixed(unit->file, c, 1), attr);
		break;
	case DW_FORM_block2:
		take_block(c, dwarf_fixed(unit->file, c, 2), attr);
		break;
	case DW_FORM_block4:
		take_block(c, dwarf_fixed(unit->file, c, 4), attr);
		break;
	case DW_FORM_block:
	case DW_FORM_exprloc:
		take_block(c, dwarf_uleb(c), attr);
		break;
	case DW_FORM_string:
		take_string(c, attr);
		break;
	case DW_FORM_sdata:
		attr->value = (uint64_t)dwarf_sleb(c);
		break;
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		attr->value = dwarf_uleb(c);
		break;
	default:
		c->err = ASSAY_ERR_FORMAT;
	}
}

void dwarf_take(
	const struct dwarf_unit *unit, struct cursor *c, const struct abbrev_attr *spec, struct dwarf_attr *attr)
{
	uint64_t form = spec->form;
	int size;

	if (form == DW_FORM_indirect)
		form = dwarf_uleb(c);
	/* A constant has no place to be but the abbreviation, and nothing is indirect twice. */
	if (form > UINT16_MAX || (form != spec->form && form == DW_FORM_implicit_const)) {
		c->err = ASSAY_ERR_FORMAT;
		return;
	}
	*attr = (struct dwarf_attr){ .form = (uint16_t)form };
	size = dwarf_form_size(attr->form, unit->version, unit->address_size, unit->offset_size);
	if (size < 0)
		take_variable(unit, c, attr);
	else if (size > 8)
		take_block(c, (uint64_t)size, attr);
	else if (size)
		attr->value = dwarf_fixed(unit->file, c, (unsigned)size);
	else
		attr->value = form == DW_FORM_flag_present ? 1 : (uint64_t)spec->constant;
}

const struct abbrev *dwarf_entry(const struct dwarf_unit *unit, uint64_t offset, struct cursor *c)
{
	const struct abbrevs *table = dwarf_abbrevs(unit);
	const struct abbrev *a;
	uint64_t code;

	*c = dwarf_unit_cursor(unit, offset);
	code = dwarf_uleb(c);
	a = table && code && !c->err ? abbrev_find(table, code) : NULL;
	return a && dwarf_spend(unit->file, a->n_attrs) ? a : NULL;
}

/* Texts may overlap: each is charged for. */
static struct str text_at(const struct dwarf_file *f, enum dwarf_section which, uint64_t offset)
{
	struct bytes section = f->sections[which];
	const uint8_t *nul;
	size_t most;

	if (offset >= section.n || !dwarf_spend(f, 1))
		return STR("");
	most = section.n - (size_t)offset < MOST_TEXT ? section.n - (size_t)offset : MOST_TEXT;
	nul = memchr(section.p + offset, 0, most);
	dwarf_spend(f, (nul ? (size_t)(nul - section.p) - (size_t)offset : most) / 16);
	if (!nul)
		return STR("");
	return (struct str){ (const char *)section.p + offset, (size_t)(nul - section.p) - (size_t)offset };
}

/* The text at an index of .debug_str_offsets. */
static struct str indexed_text(const struct dwarf_unit *unit, uint64_t index)
{
	const struct dwarf_file *f = unit->file;
	struct cursor c;
	uint64_t offset;

	if (index > f->sections[DWARF_STR_OFFSETS].n)
		return STR("");
	c = dwarf_cursor(f->sections[DWARF_STR_OFFSETS], unit->str_offsets_base + index * unit->offset_size);
	offset = dwarf_fixed(f, &c, unit->offset_size);
	return c.err ? STR("") : text_at(f, DWARF_STR, offset);
}

struct str dwarf_text(const struct dwarf_unit *unit, const struct dwarf_attr *attr)
{
	struct dwarf_file *alt;

	switch (attr->form) {
	case DW_FORM_string:
		return (struct str){ (const char *)attr->p, (size_t)attr->value };
	case DW_FORM_strp:
		return text_at(unit->file, DWARF_STR, attr->value);
	case DW_FORM_line_strp:
		return text_at(unit->file, DWARF_LINE_STR, attr->value);
	case DW_FORM_strx:
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx3:
	case DW_FORM_strx4:
	case DW_FORM_GNU_str_index:
		return indexed_text(unit, attr->value);
	case DW_FORM_GNU_strp_alt:
	case DW_FORM_strp_sup:
		alt = dwarf_alt(unit->file);
		return alt ? text_at(alt, DWARF_STR, attr->value) : STR("");
	}
	return STR("");
}

bool dwarf_is_address(uint16_t form)
{
	switch (form) {
	case DW_FORM_addr:
	case DW_FORM_addrx:
	case DW_FORM_addrx1:
	case DW_FORM_addrx2:
	case DW_FORM_addrx3:
	case DW_FORM_addrx4:
	case DW_FORM_GNU_addr_index:
		return true;
	}
	return false;
}

/* Addresses of split units lie in the binary, from where its own unit says. */
bool dwarf_address(const struct dwarf_unit *unit, const struct dwarf_attr *attr, uint64_t *address)
{
	const struct dwarf_unit *owner = unit->skeleton ? unit->skeleton : unit;
	struct bytes section = owner->file->sections[DWARF_ADDR];
	struct cursor c;

	if (!dwarf_is_address(attr->form))
		return false;
	if (attr->form == DW_FORM_addr) {
		*address = attr->value;
		return true;
	}
	if (attr->value > section.n)
		return false;
	c = dwarf_cursor(section, owner->addr_base + attr->value * owner->address_size);
	*address = dwarf_fixed(owner->file, &c, owner->address_size);
	return !c.err;
}

struct dwarf_unit *dwarf_reference(struct dwarf_unit *unit, const struct dwarf_attr *attr, uint64_t *offset)
{
	struct dwarf_file *f = unit->file;
	uint64_t at = attr->value;

	switch (attr->form) {
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
	case DW_FORM_ref_udata:
		if (at >= unit->end - unit->offset)
			return NULL;
		*offset = unit->offset + at;
		return unit;
	case DW_FORM_ref_addr:
		break;
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
		f = dwarf_alt(f);
		break;
	default:
		return NULL;
	}
	*offset = at;
	return f ? dwarf_unit_at(f, at) : NULL;
}
