/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/protocol.h"

void protocol_add_number(struct buf *b, uint64_t v)
{
	char bytes[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (char)(v | 0x80);
	bytes[n++] = (char)v;
	buf_add(b, bytes, n);
}

void protocol_add_signed(struct buf *b, int64_t v)
{
	protocol_add_number(b, ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0));
}

void protocol_add_text(struct buf *b, struct str text)
{
	if (text.len > PROTOCOL_MAX_NAME)
		text.len = PROTOCOL_MAX_NAME;
	protocol_add_number(b, text.len);
	buf_add_str(b, text);
}

int64_t protocol_signed(struct cursor *c)
{
	uint64_t v = cursor_varint(c);

	return (int64_t)((v >> 1) ^ (v & 1 ? UINT64_MAX : 0));
}

struct str protocol_text(struct cursor *c)
{
	uint64_t n = cursor_varint(c);
	const uint8_t *p;

	if (!c->err && n > PROTOCOL_MAX_NAME)
		c->err = ASSAY_ERR_FORMAT;
	p = cursor_take(c, n);
	return p ? (struct str){ (const char *)p, (size_t)n } : STR("");
}

int protocol_end(const struct cursor *c)
{
	if (c->err)
		return c->err;
	return cursor_left(c) ? ASSAY_ERR_FORMAT : 0;
}

/* A number that must not be above most. */
static uint64_t bounded(struct cursor *c, uint64_t most)
{
	uint64_t v = cursor_varint(c);

	if (!c->err && v > most)
		c->err = ASSAY_ERR_FORMAT;
	return c->err ? 0 : v;
}

/* The switches of struct object_info, as bits. */
enum info_bits {
	INFO_64 = 1 << 0,
	INFO_BIG_ENDIAN = 1 << 1,
	INFO_TEXT = 1 << 2,
	INFO_SYMTAB = 1 << 3,
	INFO_DYNSYM = 1 << 4,
	INFO_LINES = 1 << 5,
	INFO_UNITS = 1 << 6,
	INFO_MINI_DEBUG = 1 << 7,
	INFO_ALL = (1 << 8) - 1,
};

static unsigned info_bits(const struct object_info *i)
{
	return (i->is_64 ? INFO_64 : 0) | (i->big_endian ? INFO_BIG_ENDIAN : 0) | (i->has_text ? INFO_TEXT : 0) |
	       (i->has_symtab ? INFO_SYMTAB : 0) | (i->has_dynsym ? INFO_DYNSYM : 0) | (i->has_lines ? INFO_LINES : 0) |
	       (i->has_units ? INFO_UNITS : 0) | (i->has_mini_debug ? INFO_MINI_DEBUG : 0);
}

static void set_info_bits(struct object_info *i, unsigned bits)
{
	i->is_64 = bits & INFO_64;
	i->big_endian = bits & INFO_BIG_ENDIAN;
	i->has_text = bits & INFO_TEXT;
	i->has_symtab = bits & INFO_SYMTAB;
	i->has_dynsym = bits & INFO_DYNSYM;
	i->has_lines = bits & INFO_LINES;
	i->has_units = bits & INFO_UNITS;
	i->has_mini_debug = bits & INFO_MINI_DEBUG;
}

void protocol_add_info(struct buf *b, const struct object_info *info)
{
	size_t n = info->n_segments < PROTOCOL_MAX_SEGMENTS ? info->n_segments : PROTOCOL_MAX_SEGMENTS;

	protocol_add_number(b, info->type);
	protocol_add_number(b, info->machine);
	protocol_add_number(b, info_bits(info));
	protocol_add_number(b, info->text);
	protocol_add_text(b, info->build_id);
	protocol_add_text(b, info->debuglink);
	protocol_add_text(b, info->debug_file);
	protocol_add_number(b, n);
	for (size_t i = 0; i < n; i++) {
		const struct object_segment *s = &info->segments[i];

		protocol_add_number(b, s->type);
		protocol_add_number(b, s->flags);
		protocol_add_number(b, s->offset);
		protocol_add_number(b, s->vaddr);
		protocol_add_number(b, s->file_size);
		protocol_add_number(b, s->mem_size);
		protocol_add_number(b, s->align);
	}
}

int protocol_read_info(struct cursor *c, struct object_info *info, struct object_segment *segments)
{
	*info = (struct object_info){ 0 };
	info->type = (uint16_t)bounded(c, UINT16_MAX);
	info->machine = (uint16_t)bounded(c, UINT16_MAX);
	set_info_bits(info, (unsigned)bounded(c, INFO_ALL));
	info->text = cursor_varint(c);
	info->build_id = protocol_text(c);
	info->debuglink = protocol_text(c);
	info->debug_file = protocol_text(c);
	info->n_segments = (size_t)bounded(c, PROTOCOL_MAX_SEGMENTS);
	info->segments = segments;
	for (size_t i = 0; !c->err && i < info->n_segments; i++) {
		struct object_segment *s = &segments[i];

		s->type = (uint32_t)bounded(c, UINT32_MAX);
		s->flags = (uint32_t)bounded(c, UINT32_MAX);
		s->offset = cursor_varint(c);
		s->vaddr = cursor_varint(c);
		s->file_size = cursor_varint(c);
		s->mem_size = cursor_varint(c);
		s->align = cursor_varint(c);
	}
	return protocol_end(c);
}

void protocol_add_need(struct buf *b, const struct object_need *need)
{
	protocol_add_number(b, need->kind);
	protocol_add_text(b, need->name);
	protocol_add_text(b, need->directory);
	protocol_add_text(b, need->build_id);
	protocol_add_number(b, need->id);
}

int protocol_read_need(struct cursor *c, struct object_need *need)
{
	need->kind = (enum object_need_kind)bounded(c, OBJECT_NEED_ALT);
	need->name = protocol_text(c);
	need->directory = protocol_text(c);
	need->build_id = protocol_text(c);
	need->id = cursor_varint(c);
	return protocol_end(c);
}

void protocol_add_answer(struct buf *b, const struct object_answer *answer)
{
	size_t n = answer->n_frames < PROTOCOL_MAX_FRAMES ? answer->n_frames : PROTOCOL_MAX_FRAMES;

	protocol_add_number(b, (uint64_t)n << 1 | answer->from_symbols);
	for (size_t i = 0; i < n; i++) {
		const struct object_frame *f = &answer->frames[i];

		protocol_add_text(b, f->name);
		protocol_add_text(b, f->file);
		protocol_add_signed(b, f->line);
		protocol_add_signed(b, f->column);
		protocol_add_signed(b, f->start_line);
	}
}

int protocol_read_answer(struct cursor *c, struct object_answer *answer, struct object_frame *frames)
{
	uint64_t head = bounded(c, 2 * PROTOCOL_MAX_FRAMES + 1);

	*answer = (struct object_answer){ .frames = frames, .n_frames = head >> 1, .from_symbols = head & 1 };
	for (size_t i = 0; !c->err && i < answer->n_frames; i++) {
		struct object_frame *f = &frames[i];

		f->name = protocol_text(c);
		f->file = protocol_text(c);
		f->line = protocol_signed(c);
		f->column = protocol_signed(c);
		f->start_line = protocol_signed(c);
	}
	return c->err;
}

void protocol_add_symbol(struct buf *b, const struct object_symbol *symbol)
{
	protocol_add_number(b, symbol->address);
	protocol_add_number(b, symbol->size);
	protocol_add_number(b, (unsigned char)symbol->type);
	protocol_add_text(b, symbol->name);
}

int protocol_read_symbol(struct cursor *c, struct object_symbol *symbol)
{
	symbol->address = cursor_varint(c);
	symbol->size = cursor_varint(c);
	symbol->type = (char)bounded(c, 127);
	symbol->name = protocol_text(c);
	return c->err;
}

void protocol_add_addresses(struct buf *b, const uint64_t *addresses, size_t n)
{
	uint64_t before = 0;

	for (size_t i = 0; i < n; i++) {
		protocol_add_number(b, addresses[i] - before);
		before = addresses[i];
	}
}

int protocol_read_addresses(struct cursor *c, uint64_t *to, size_t n)
{
	uint64_t at = 0;

	for (size_t i = 0; !c->err && i < n; i++) {
		at += cursor_varint(c);
		to[i] = at;
	}
	return c->err;
}
