/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_SCHEMA_H
#define FORMAT_SCHEMA_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

/*
 * protobuf-c decodes leniently and says nothing but "no" about a message that it does not like. So each message is
 * held against its descriptor first, which finds the place and the kind of every fault, and fields that the schema
 * does not know are taken out, because keeping them is where protobuf-c has had faults of its own.
 */
struct schema_fault {
	int err;                 /* ASSAY_ERR_FORMAT or ASSAY_ERR_TRUNCATED */
	const uint8_t *at;
	char field[64];          /* the path of the field at fault below the message, or "" */
	const char *what;
};

struct schema_reader {
	struct arena scratch; /* of one message; reset by the next */
	struct buf rewritten;
	struct schema_fault fault;
};

/*
 * Decodes one message, whose memory lives until the next call. NULL with r->fault set; fault.err is ASSAY_ERR_NOMEM
 * when memory ran out.
 */
const ProtobufCMessage *schema_unpack(struct schema_reader *r, const ProtobufCMessageDescriptor *type,
	const uint8_t *data, size_t len);

void schema_reader_release(struct schema_reader *r);

#endif
