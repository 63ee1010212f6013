/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_PROTO_BUILDER_H
#define UNIT_PROTO_BUILDER_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Writes protocol buffer messages, right ones and wrong ones, a field at a time. The functions at the top know nothing
 * of the schema, so that tests can say what the schema forbids.
 */

void proto_varint(struct buf *b, uint64_t v);

/* number << 3 | type, for fields whose value is then written by hand. */
void proto_tag(struct buf *b, uint64_t number, unsigned type);

void proto_uint(struct buf *b, unsigned number, uint64_t v);
void proto_bytes(struct buf *b, unsigned number, const void *data, size_t len);
void proto_text(struct buf *b, unsigned number, const char *text);

/* Ends with PROTO_END. */
#define PROTO_END UINT64_C(0x70726f746f656e64)
void proto_packed(struct buf *b, unsigned number, ...);

/* Adds the message in *m as a field, and empties *m for the next one. */
void proto_message(struct buf *b, unsigned number, struct buf *m);

/* Strings into the table, "" first: proto_strings(b, "cpu", "ns", NULL) gives them the indexes 1 and 2. */
void proto_strings(struct buf *b, ...);

/* The messages of profile.proto in their usual form; what is 0 is left out. */
void proto_value_type(struct buf *b, unsigned number, uint64_t type, uint64_t unit);
void proto_mapping(struct buf *b, uint64_t id, uint64_t file);
void proto_function(struct buf *b, uint64_t id, uint64_t name, uint64_t file);
void proto_location(struct buf *b, uint64_t id, uint64_t mapping, uint64_t function, uint64_t line);
void proto_sample(struct buf *b, uint64_t location, int64_t value);

#endif
