/* SPDX-License-Identifier: Apache-2.0 */
#include "proto_builder.h"

#include <stdarg.h>

void proto_varint(struct buf *b, uint64_t v)
{
	while (v >= 0x80) {
		buf_add_char(b, (char)(v | 0x80));
		v >>= 7;
	}
	buf_add_char(b, (char)v);
}

void proto_tag(struct buf *b, uint64_t number, unsigned type)
{
	proto_varint(b, number << 3 | type);
}

void proto_uint(struct buf *b, unsigned number, uint64_t v)
{
	proto_tag(b, number, 0);
	proto_varint(b, v);
}

void proto_bytes(struct buf *b, unsigned number, const void *data, size_t len)
{
	proto_tag(b, number, 2);
	proto_varint(b, len);
	buf_add(b, data, len);
}

void proto_text(struct buf *b, unsigned number, const char *text)
{
	proto_bytes(b, number, text, strlen(text));
}

void proto_packed(struct buf *b, unsigned number, ...)
{
	struct buf m = BUF_INIT;
	uint64_t v;
	va_list ap;

	va_start(ap, number);
	while ((v = va_arg(ap, uint64_t)) != PROTO_END)
		proto_varint(&m, v);
	va_end(ap);
	proto_message(b, number, &m);
}

void proto_message(struct buf *b, unsigned number, struct buf *m)
{
	proto_bytes(b, number, buf_str(m).p, m->len);
	buf_release(m);
}

void proto_strings(struct buf *b, ...)
{
	const char *text = "";
	va_list ap;

	va_start(ap, b);
	for (; text; text = va_arg(ap, const char *))
		proto_text(b, 6, text);
	va_end(ap);
}

static void add_set(struct buf *b, unsigned number, uint64_t v)
{
	if (v)
		proto_uint(b, number, v);
}

void proto_value_type(struct buf *b, unsigned number, uint64_t type, uint64_t unit)
{
	struct buf m = BUF_INIT;

	add_set(&m, 1, type);
	add_set(&m, 2, unit);
	proto_message(b, number, &m);
}

void proto_mapping(struct buf *b, uint64_t id, uint64_t file)
{
	struct buf m = BUF_INIT;

	add_set(&m, 1, id);
	add_set(&m, 5, file);
	proto_message(b, 3, &m);
}

void proto_function(struct buf *b, uint64_t id, uint64_t name, uint64_t file)
{
	struct buf m = BUF_INIT;

	add_set(&m, 1, id);
	add_set(&m, 2, name);
	add_set(&m, 4, file);
	proto_message(b, 5, &m);
}

void proto_location(struct buf *b, uint64_t id, uint64_t mapping, uint64_t function, uint64_t line)
{
	struct buf m = BUF_INIT, l = BUF_INIT;

	add_set(&m, 1, id);
	add_set(&m, 2, mapping);
	if (function || line) {
		add_set(&l, 1, function);
		add_set(&l, 2, line);
		proto_message(&m, 4, &l);
	}
	proto_message(b, 4, &m);
}

void proto_sample(struct buf *b, uint64_t location, int64_t value)
{
	struct buf m = BUF_INIT;

	add_set(&m, 1, location);
	proto_uint(&m, 2, (uint64_t)value);
	proto_message(b, 2, &m);
}
