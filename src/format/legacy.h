/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_LEGACY_H
#define FORMAT_LEGACY_H

#include "format/formats.h"
#include "format/text.h"

/*
 * What the readers of formats older than profile.proto have in common: all of them are rows of values with addresses,
 * mostly text, mostly with a memory map behind (memory_map.h). Locations are made when an address is first met; the
 * profile gets its final order, ids and mappings at the end, in legacy_finish().
 *
 * After the first failure err stays and every further step gives nothing, so that a reader may go on to the end of
 * what it is doing and look once.
 */
struct legacy {
	struct profile_builder *b;
	struct assay_profile *p;
	struct assay_ctx *ctx;
	struct assay_diag *diag;
	bool *mine; /* see struct format */
	int err;

	struct text text; /* what is left to read */
	struct str line;  /* the current line, "" behind the last */

	uint32_t *slots; /* address → location index + 1, 0 is empty; n_slots is a power of two */
	size_t n_slots;
	uint64_t key;
};

/* A line of text may have so many bytes with its newline. */
#define LEGACY_LINE_MAX ((size_t)65536)

/*
 * Runs a reader over bytes and gives what it has read the frames to drop that belong to its sample types. The reader
 * returns l->err.
 */
int legacy_read(int (*read)(struct legacy *l), struct profile_builder *b, struct bytes *bytes, bool *mine,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* Another reader may know better what these bytes are. */
int legacy_unrecognized(struct legacy *l, const char *why);

/* From here on a failure is the answer: the bytes are of this format. */
void legacy_recognized(struct legacy *l);

/* The bytes are of this format, and broken: "parsing profile: ", what fmt says, and the number of the line. */
int legacy_fail(struct legacy *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with a text of the input in the middle; much of a long one is left out. */
int legacy_fail_quoting(struct legacy *l, const char *before, struct str quoted, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* "malformed sample: <the current line>: strconv.ParseInt: parsing "<number>": <fault>" */
int legacy_fail_number(struct legacy *l, const char *before, struct str number, enum text_fault fault);

int legacy_nomem(struct legacy *l);

/* Makes the next line the current one; false at the end and when it is too long. */
bool legacy_next(struct legacy *l);

/* The same, and passes over what is blank or begins with #. */
bool legacy_next_content(struct legacy *l);

void legacy_add_type(struct legacy *l, struct str type, struct str unit);
void legacy_set_period(struct legacy *l, struct str type, struct str unit, int64_t period);

/* A sample: its stack, values and labels, leaf first, in any order; then its end. */
void legacy_add_address(struct legacy *l, uint64_t address);
void legacy_add_value(struct legacy *l, int64_t value);
void legacy_add_bytes(struct legacy *l, int64_t n_bytes); /* the label "bytes" */
void legacy_end_sample(struct legacy *l);

/*
 * The next 0x... of *from, lower case, into *address; false when there is none. One that is over 64 bits is an error
 * that quotes the current line.
 */
bool legacy_next_address(struct legacy *l, struct str *from, uint64_t *address);

/* All of them, each less `back`, as the stack of the sample to come. Return addresses stand behind the call. */
void legacy_add_addresses(struct legacy *l, struct str from, uint64_t back);

/* The location of an address, PROFILE_NONE when no sample has it. */
uint32_t legacy_find_address(const struct legacy *l, uint64_t address);

/* A number in wrapping arithmetic, as the reference multiplies. */
static inline int64_t legacy_multiply(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* a / b towards zero; b is not 0. */
static inline int64_t legacy_divide(int64_t a, int64_t b)
{
	return b == -1 ? (int64_t) - (uint64_t)a : a / b;
}

/*
 * A sampling heap profiler saw `count` blocks of `size` bytes in all while it took one block in about `rate` bytes:
 * scales both to what there must have been.
 */
void legacy_unsample(int64_t *count, int64_t *size, int64_t rate);

/*
 * When all samples and mappings are read: brings the mappings into order, numbers the locations as the samples refer to
 * them and finds the mapping of each.
 */
void legacy_finish(struct legacy *l);

/* A leaf that stands twice, once as return address, loses its second place. */
void legacy_remove_twin_leaves(struct legacy *l);

/* Takes the second location out of every stack where which() says so. */
void legacy_cut_callers(struct legacy *l,
	bool (*which)(const struct legacy *l, const uint32_t *stack, const void *data), const void *data);

#endif
