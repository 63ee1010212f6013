/* SPDX-License-Identifier: Apache-2.0 */

/* Abbreviation tables: each is read once per file, and units share it. */

#include "base/hash.h"
#include "worker/dwarf.h"
#include "worker/dwarf_constants.h"

static uint8_t kind_of(uint64_t tag)
{
	switch (tag) {
	case DW_TAG_subprogram:
	case DW_TAG_inlined_subroutine:
		return ENTRY_ROUTINE;
	case DW_TAG_lexical_block:
		return ENTRY_BLOCK;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_array_type:
	case DW_TAG_subroutine_type:
		return ENTRY_TYPE;
	}
	return ENTRY_OTHER;
}

struct reading {
	struct abbrevs *table;
	struct cursor c;
	VEC(struct abbrev_attr) attrs; /* of the abbreviation at hand */
};

static bool read_attrs(struct reading *r)
{
	r->attrs.n = 0;
	for (;;) {
		struct abbrev_attr attr = { 0 };
		uint64_t name = dwarf_uleb(&r->c), form = dwarf_uleb(&r->c);

		if (form == DW_FORM_implicit_const)
			attr.constant = dwarf_sleb(&r->c);
		if (r->c.err || name > UINT16_MAX || form > UINT16_MAX)
			return false;
		if (!name && !form)
			return true;
		attr.name = (uint16_t)name;
		attr.form = (uint16_t)form;
		if (!vec_push(&r->attrs, attr))
			return false;
	}
}

static void measure(const struct abbrevs *table, struct abbrev *a)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < a->n_attrs; i++) {
		const struct abbrev_attr *attr = &a->attrs[i];
		int size = dwarf_form_size(attr->form, table->version, table->address_size, table->offset_size);

		a->has_sibling |= attr->name == DW_AT_sibling;
		sum = size < 0 || sum == UINT32_MAX ? UINT32_MAX : sum + (uint64_t)size;
	}
	a->fixed = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

static bool read_abbrev(struct reading *r, uint64_t code)
{
	struct abbrev a = { .code = code };
	uint64_t tag = dwarf_uleb(&r->c);
	const uint8_t *children = cursor_take(&r->c, 1);
	struct abbrev_attr *attrs;

	if (!children || tag > UINT16_MAX || !read_attrs(r))
		return false;
	attrs = arena_alloc(&r->table->arena, r->attrs.n * sizeof(*attrs) + 1);
	if (!attrs)
		return false;
	if (r->attrs.n)
		memcpy(attrs, r->attrs.items, r->attrs.n * sizeof(*attrs));
	a.attrs = attrs;
	a.n_attrs = (uint32_t)r->attrs.n;
	a.tag = (uint16_t)tag;
	a.kind = kind_of(tag);
	a.has_children = *children != 0;
	measure(r->table, &a);
	return vec_push(&r->table->items, a);
}

static int by_code(const void *a, const void *b)
{
	const struct abbrev *x = a, *y = b;

	return (x->code > y->code) - (x->code < y->code);
}

/* What comes before a damage is kept: entries that need the rest end their unit. */
static void read_table(struct reading *r)
{
	bool is_sorted = true;
	struct abbrevs *t = r->table;

	for (;;) {
		uint64_t code = dwarf_uleb(&r->c);

		if (!code || r->c.err || !read_abbrev(r, code))
			break;
		if (t->items.n > 1 && t->items.items[t->items.n - 2].code >= code)
			is_sorted = false;
	}
	if (!is_sorted)
		qsort(t->items.items, t->items.n, sizeof(*t->items.items), by_code);
}

const struct abbrev *abbrev_find(const struct abbrevs *t, uint64_t code)
{
	size_t low = 0, high = t->items.n;

	/* Compilers count from one. */
	if (code - 1 < t->items.n && t->items.items[code - 1].code == code)
		return &t->items.items[code - 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->items.items[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->items.n && t->items.items[low].code == code ? &t->items.items[low] : NULL;
}

static bool same_table(const struct abbrevs *t, const struct dwarf_unit *u)
{
	return t->offset == u->abbrev_offset && t->version == u->version && t->address_size == u->address_size &&
	       t->offset_size == u->offset_size;
}

static struct abbrevs **find_slot(const struct abbrev_cache *cache, const struct dwarf_unit *unit)
{
	size_t i = (size_t)hash_u64(hash_key(), unit->abbrev_offset) & (cache->cap - 1);

	while (cache->slots[i] && !same_table(cache->slots[i], unit))
		i = (i + 1) & (cache->cap - 1);
	return &cache->slots[i];
}

static bool grow(struct abbrev_cache *cache)
{
	struct abbrev_cache grown = { .cap = cache->cap ? cache->cap * 2 : 64, .n = cache->n };

	grown.slots = calloc(grown.cap, sizeof(struct abbrevs *));
	if (!grown.slots)
		return false;
	for (size_t i = 0; i < cache->cap; i++) {
		struct dwarf_unit like;

		if (!cache->slots[i])
			continue;
		like = (struct dwarf_unit){
			.abbrev_offset = cache->slots[i]->offset,
			.version = cache->slots[i]->version,
			.address_size = cache->slots[i]->address_size,
			.offset_size = cache->slots[i]->offset_size,
		};
		*find_slot(&grown, &like) = cache->slots[i];
	}
	free(cache->slots);
	*cache = grown;
	return true;
}

static struct abbrevs *load_table(const struct dwarf_unit *unit)
{
	struct reading r = { .c = dwarf_cursor(unit->file->sections[DWARF_ABBREV], unit->abbrev_offset) };
	const uint8_t *start = r.c.p;
	uint64_t used;

	r.table = calloc(1, sizeof(*r.table));
	if (!r.table)
		return NULL;
	r.table->offset = unit->abbrev_offset;
	r.table->version = unit->version;
	r.table->address_size = unit->address_size;
	r.table->offset_size = unit->offset_size;
	/* Tables of a hostile file may overlap, each as long as the section. */
	if (dwarf_spend(unit->file, 16))
		read_table(&r);
	used = (uint64_t)(r.c.p - start);
	dwarf_spend(unit->file, used);
	vec_release(&r.attrs);
	return r.table;
}

const struct abbrevs *dwarf_abbrevs(const struct dwarf_unit *unit)
{
	struct abbrev_cache *cache = &unit->file->abbrevs;
	struct abbrevs **slot;

	if (cache->n * 2 >= cache->cap && !grow(cache))
		return NULL;
	slot = find_slot(cache, unit);
	if (!*slot) {
		*slot = load_table(unit);
		cache->n += *slot != NULL;
	}
	return *slot;
}
