/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/notes.h"

#include <elf.h>

#include "base/cursor.h"
#include "base/diag.h"

#define MOST_NOTE ((uint32_t)1 << 20) /* no name and no description of a note is longer */

int notes_hex(struct elf_file *f, const uint8_t *p, size_t n, struct str *out)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = arena_alloc(&f->arena, n * 2 + 1);

	if (!hex)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[p[i] >> 4];
		hex[2 * i + 1] = digits[p[i] & 15];
	}
	hex[2 * n] = 0;
	*out = (struct str){ hex, 2 * n };
	return 0;
}

/* To the next multiple of align, counted from start. Padding that is missing at the very end is no flaw. */
static void skip_padding(struct cursor *c, const uint8_t *start, uint64_t align)
{
	uint64_t over = align > 1 ? (uint64_t)(c->p - start) % align : 0;

	if (over && align - over <= cursor_left(c))
		cursor_take(c, align - over);
	else if (over)
		c->p = c->end;
}

/* The name counts as long as it is up to its NUL, whatever the header says. */
static struct bytes take_name(struct cursor *c)
{
	const uint8_t *nul = cursor_left(c) ? memchr(c->p, 0, cursor_left(c)) : NULL;
	struct bytes name = { c->p, 0 };

	if (!nul) {
		c->err = ASSAY_ERR_TRUNCATED;
		return name;
	}
	name.n = (size_t)(nul - c->p);
	cursor_take(c, name.n + 1);
	return name;
}

/* One note; *desc is set when it is a GNU build id. */
static void take_note(const struct elf_file *f, struct cursor *c, uint64_t align, struct bytes *desc)
{
	const uint8_t *start = c->p, *header = cursor_take(c, 12);
	uint32_t name_size, desc_size;
	struct bytes name = { 0 };
	const uint8_t *p;

	if (!header)
		return;
	name_size = elf_u32(f, header);
	desc_size = elf_u32(f, header + 4);
	if (name_size > MOST_NOTE || desc_size > MOST_NOTE) {
		c->err = ASSAY_ERR_FORMAT;
		return;
	}
	if (name_size)
		name = take_name(c);
	skip_padding(c, start, align);
	p = cursor_take(c, desc_size);
	if (!p)
		return;
	skip_padding(c, start, align);
	if (name.n == 3 && memcmp(name.p, "GNU", 3) == 0 && elf_u32(f, header + 8) == NT_GNU_BUILD_ID)
		*desc = (struct bytes){ p, desc_size };
}

/* ASSAY_ERR_FORMAT when the notes are damaged or name two build ids. */
static int find_build_id(const struct elf_file *f, struct bytes notes, uint64_t align, struct bytes *id)
{
	struct cursor c = { .p = notes.p, .end = notes.p + notes.n };

	while (!c.err && cursor_left(&c)) {
		struct bytes found = { 0 };

		take_note(f, &c, align, &found);
		if (found.p && id->p)
			return ASSAY_ERR_FORMAT;
		if (found.p)
			*id = found;
	}
	return c.err ? ASSAY_ERR_FORMAT : 0;
}

static int search_segments(const struct elf_file *f, struct bytes *id)
{
	for (size_t i = 0; i < f->n_segments && !id->p; i++) {
		const struct object_segment *s = &f->segments[i];
		int err;

		if (s->type != PT_NOTE)
			continue;
		if (s->offset > f->size || s->file_size > f->size - s->offset)
			return ASSAY_ERR_TRUNCATED;
		err = find_build_id(f, (struct bytes){ f->bytes + s->offset, (size_t)s->file_size }, s->align, id);
		if (err)
			return err;
	}
	return 0;
}

static int search_sections(struct elf_file *f, struct bytes *id)
{
	for (size_t i = 1; i < f->n_sections && !id->p; i++) {
		struct elf_section *s = &f->sections[i];
		struct bytes b;
		int err;

		if (s->type != SHT_NOTE)
			continue;
		err = elf_section_bytes(f, s, &b, NULL);
		if (!err)
			err = find_build_id(f, b, s->align, id);
		if (err)
			return err;
	}
	return 0;
}

int notes_build_id(struct elf_file *f, struct str *out, struct assay_diag *diag)
{
	struct bytes id = { 0 };
	int err = search_segments(f, &id);

	/* What separate debug information has of segments lies in the other file; its sections are its own. */
	if (err == ASSAY_ERR_TRUNCATED && !id.p)
		err = 0;
	if (!err && !id.p)
		err = search_sections(f, &id);
	*out = STR("");
	if (err || !id.p)
		return 0;
	return notes_hex(f, id.p, id.n, out) ? diag_nomem(diag, "a build id") : 0;
}
