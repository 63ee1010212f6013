/* SPDX-License-Identifier: Apache-2.0 */
#include "format/schema.h"

#include <stdio.h>
#include <string.h>

#include "format/wire.h"

/* A location holds lines, an attribute lists of lists: what is deeper than this nobody means. */
#define DEPTH_MAX 16

static bool fail(struct schema_fault *fault, int err, const uint8_t *at, const char *field, const char *what)
{
	*fault = (struct schema_fault){ .err = err, .at = at, .what = what };
	snprintf(fault->field, sizeof(fault->field), "%s", field);
	return false;
}

static enum wire_type wanted_type(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
		return WIRE_BYTES;
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return WIRE_FIXED64;
	default:
		return WIRE_VARINT;
	}
}

static void add_varint(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_add_char(out, (char)(v | 0x80));
		v >>= 7;
	}
	buf_add_char(out, (char)v);
}

/* A fault inside a nested message gets that one's name and place before its own. */
static bool fail_inside(struct schema_fault *fault, const ProtobufCFieldDescriptor *field, unsigned index)
{
	char inner[sizeof(fault->field)], place[16] = "";

	memcpy(inner, fault->field, sizeof(inner));
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		snprintf(place, sizeof(place), "[%u]", index);
	snprintf(fault->field, sizeof(fault->field), "%.20s%s%s%.24s", field->name, place, *inner ? "." : "", inner);
	return false;
}

/* A varint of five bytes for a length that is known only later. */
static void put_length(struct buf *out, size_t at, size_t len)
{
	if (out->failed)
		return;
	for (unsigned i = 0; i < 5; i++)
		out->data[at + i] = (char)((len >> 7 * i & 0x7f) | (i < 4 ? 0x80 : 0));
}

/* Numbers of a list in one block, which protobuf-c takes for such as well. */
static bool is_packed(const ProtobufCFieldDescriptor *field, const struct wire_field *f)
{
	return (f->tag & 7) == WIRE_BYTES && field->label == PROTOBUF_C_LABEL_REPEATED &&
	       wanted_type(field) == WIRE_VARINT;
}

static bool check_packed(struct schema_fault *fault, const ProtobufCFieldDescriptor *field, const struct wire_field *f)
{
	struct cursor c = { f->data, f->data + f->len, 0 };

	while (!c.err && c.p < c.end)
		cursor_varint(&c);
	return c.err ? fail(fault, c.err, f->start, field->name, "a varint that is cut short or too long") : true;
}

static bool rewrite(struct schema_fault *fault, const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t len,
	struct buf *out, unsigned depth);

/* The index-th message inside another. */
static bool rewrite_inside(struct schema_fault *fault, const ProtobufCFieldDescriptor *field,
	const struct wire_field *f, struct buf *out, unsigned depth, unsigned index)
{
	size_t at = out->len;

	if (depth == DEPTH_MAX)
		return fail(fault, ASSAY_ERR_FORMAT, f->start, field->name, "nests too deeply");
	buf_add_fill(out, '\0', 5);
	if (!rewrite(fault, field->descriptor, f->data, f->len, out, depth + 1))
		return fail_inside(fault, field, index);
	put_length(out, at, out->len - at - 5);
	return true;
}

static bool rewrite_block(struct schema_fault *fault, const ProtobufCFieldDescriptor *field, const struct wire_field *f,
	struct buf *out, unsigned depth, unsigned *n_nested)
{
	if (f->len > UINT32_MAX)
		return fail(fault, ASSAY_ERR_FORMAT, f->start, field->name, "is too long");
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return rewrite_inside(fault, field, f, out, depth, (*n_nested)++);
	add_varint(out, f->len);
	buf_add(out, (const char *)f->data, f->len);
	return true;
}

/* Checks a message, and writes it again to out with what the schema knows of it and nothing else. */
static bool rewrite(struct schema_fault *fault, const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t len,
	struct buf *out, unsigned depth)
{
	struct cursor c = { data, data + len, 0 };
	unsigned n_nested = 0; /* no message of ours has lists of two kinds of messages */
	struct wire_field f;

	while (wire_next(&c, &f)) {
		const ProtobufCFieldDescriptor *field =
			f.tag >> 3 > UINT32_MAX ? NULL
						: protobuf_c_message_descriptor_get_field(type, (unsigned)(f.tag >> 3));
		bool packed;

		if (!field)
			continue;
		packed = is_packed(field, &f);
		if ((f.tag & 7) != wanted_type(field) && !packed)
			return fail(fault, ASSAY_ERR_FORMAT, f.start, field->name, "wrong wire type");
		if (packed && !check_packed(fault, field, &f))
			return false;
		add_varint(out, f.tag);
		if ((f.tag & 7) == WIRE_VARINT)
			add_varint(out, f.value);
		else if ((f.tag & 7) == WIRE_FIXED64)
			buf_add(out, (const char *)f.data, f.len);
		else if (!rewrite_block(fault, field, &f, out, depth, &n_nested))
			return false;
	}
	return c.err ? fail(fault, c.err, f.start, "", wire_fault(&c, &f)) : true;
}

static void *scratch_alloc(void *scratch, size_t size)
{
	return arena_alloc(scratch, size);
}

/* The arena is reset as a whole. */
static void scratch_free(void *scratch, void *pointer)
{
	(void)scratch;
	(void)pointer;
}

const ProtobufCMessage *schema_unpack(
	struct schema_reader *r, const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t len)
{
	ProtobufCAllocator allocator = { scratch_alloc, scratch_free, &r->scratch };
	const ProtobufCMessage *message;

	arena_reset(&r->scratch);
	buf_reset(&r->rewritten);
	if (!rewrite(&r->fault, type, data, len, &r->rewritten, 0))
		return NULL;
	message = r->rewritten.failed ? NULL
				      : protobuf_c_message_unpack(type, &allocator, r->rewritten.len,
						(const uint8_t *)buf_str(&r->rewritten).p);
	if (!message)
		fail(&r->fault, ASSAY_ERR_NOMEM, data, "", "out of memory");
	return message;
}

void schema_reader_release(struct schema_reader *r)
{
	arena_release(&r->scratch);
	buf_release(&r->rewritten);
}
