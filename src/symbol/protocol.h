/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_PROTOCOL_H
#define SYMBOL_PROTOCOL_H

#include "base/buf.h"
#include "base/cursor.h"
#include "worker/object.h"

/*
 * What assay and its worker say to each other over a socket. The worker reads ELF and DWARF, which come from anywhere;
 * whatever they make of it is believed by nobody on this side: every count and length is measured before it is used,
 * numbers are only numbers, and texts are texts of a stranger.
 *
 * A message is a type and a body. assay asks, one question at a time, and the worker answers with any number of
 * messages of which the last is DONE or FAILED. In between it may NEED a file; then assay says FILE, with a descriptor
 * or without, and the worker goes on. The worker holds one binary at a time, the one OPENed last.
 *
 *     assay                              worker
 *     OPEN "/bin/prog" + descriptor      INFO  DONE
 *     RESOLVE 0x1139 0x1160 ...          ANSWERS  NEED a.dwo
 *     FILE + descriptor                  ANSWERS  INFO  DONE
 *     SYMBOLS                            SYMBOL_LIST  SYMBOL_LIST  DONE
 *
 * In bodies numbers are varints as in protocol buffers, those with a sign zigzag-coded; a text is its length and its
 * bytes. Lists just end with the body. What is left behind the last field makes a message invalid.
 */
enum message_type {
	/* of assay */
	MESSAGE_OPEN = 1,     /* text name, and a descriptor */
	MESSAGE_RESOLVE,      /* switch symbols_only, number of addresses, each as distance from the one before */
	MESSAGE_SYMBOLS,      /* nothing */
	MESSAGE_SYMBOL,       /* text name: which address has it? */
	MESSAGE_INSTRUCTIONS, /* number from, to, switch intel_syntax */
	MESSAGE_SOURCE_MD5,   /* number address, text file */
	MESSAGE_FILE,         /* nothing, with a descriptor or without */

	/* of the worker */
	MESSAGE_INFO,             /* struct object_info */
	MESSAGE_ANSWERS,          /* a list of struct object_answer, for the addresses in turn */
	MESSAGE_SYMBOL_LIST,      /* a list of struct object_symbol */
	MESSAGE_INSTRUCTION_LIST, /* a list of addresses with texts */
	MESSAGE_VALUE,            /* a number, or nothing where there is none: for SYMBOL */
	MESSAGE_MD5,              /* 16 bytes, or nothing */
	MESSAGE_NEED,             /* struct object_need */
	MESSAGE_DONE,             /* text of a flaw, "" for none */
	MESSAGE_FAILED,           /* number of an enum assay_error without its sign, text why */
	N_MESSAGES,
};

/* A worker's message is no longer than the first, one of assay no longer than the second. */
#define PROTOCOL_MAX_REPLY ((uint32_t)1 << 20)
#define PROTOCOL_MAX_REQUEST ((uint32_t)1 << 30)

/* Lists are cut into messages of about this many bytes. */
#define PROTOCOL_BATCH ((size_t)64 << 10)

/* Names beyond this are cut by the worker; there are no more segments and frames than these. */
#define PROTOCOL_MAX_NAME ((size_t)128 << 10)
#define PROTOCOL_MAX_SEGMENTS 4096
#define PROTOCOL_MAX_FRAMES 1024

/* The parts of bodies. Reading past the end sets the cursor's error, as everywhere. */
void protocol_add_number(struct buf *b, uint64_t v);
void protocol_add_signed(struct buf *b, int64_t v);
void protocol_add_text(struct buf *b, struct str text);
int64_t protocol_signed(struct cursor *c);
struct str protocol_text(struct cursor *c); /* points into the body */

/* 0 when the whole body was read without a fault. */
int protocol_end(const struct cursor *c);

static inline struct cursor protocol_body(struct str body)
{
	return (struct cursor){ (const uint8_t *)body.p, (const uint8_t *)body.p + body.len, 0 };
}

/*
 * Whole objects. The reading ones end with 0 or an error; texts point into the body. segments has room for
 * PROTOCOL_MAX_SEGMENTS, frames for PROTOCOL_MAX_FRAMES.
 */
void protocol_add_info(struct buf *b, const struct object_info *info);
int protocol_read_info(struct cursor *c, struct object_info *info, struct object_segment *segments);

void protocol_add_need(struct buf *b, const struct object_need *need);
int protocol_read_need(struct cursor *c, struct object_need *need);

/* The address is not sent: answers come in the order of the question. */
void protocol_add_answer(struct buf *b, const struct object_answer *answer);
int protocol_read_answer(struct cursor *c, struct object_answer *answer, struct object_frame *frames);

void protocol_add_symbol(struct buf *b, const struct object_symbol *symbol);
int protocol_read_symbol(struct cursor *c, struct object_symbol *symbol);

void protocol_add_addresses(struct buf *b, const uint64_t *addresses, size_t n);
/* to has room for n, which the caller has read and compared with cursor_left(): an address has a byte at least. */
int protocol_read_addresses(struct cursor *c, uint64_t *to, size_t n);

#endif
