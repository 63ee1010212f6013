/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_OTLP_H
#define FORMAT_OTLP_H

#include "base/ctx.h"
#include "base/pairs.h"
#include "format/bytes.h"
#include "format/schema.h"
#include "format/wire.h"
#include "profile/builder.h"

/*
 * What the parts of the OpenTelemetry reader share: the dictionary (otlp_dictionary.c) with its attributes
 * (otlp_attributes.c), the profiles that otlp_read.c finds, and the samples (otlp_samples.c) taken from them.
 *
 * Everything refers to the tables of the dictionary by index, and entry 0 of each means "none". Entry i of a table is
 * entry i - 1 of the model's, so that the ids which reports show are the indexes of the file.
 */

/* Field numbers of what is read without generated code. */
enum {
	OTLP_DATA_RESOURCE_PROFILES = 1,
	OTLP_DATA_DICTIONARY = 2,

	OTLP_DICTIONARY_MAPPING = 1,
	OTLP_DICTIONARY_LOCATION = 2,
	OTLP_DICTIONARY_FUNCTION = 3,
	OTLP_DICTIONARY_LINK = 4,
	OTLP_DICTIONARY_STRING = 5,
	OTLP_DICTIONARY_ATTRIBUTE = 6,
	OTLP_DICTIONARY_STACK = 7,
	OTLP_N_TABLES = 8,

	OTLP_RESOURCE = 1,
	OTLP_RESOURCE_SCOPE = 2,
	OTLP_SCOPE_PROFILE = 2,

	OTLP_PROFILE_SAMPLE_TYPE = 1,
	OTLP_PROFILE_SAMPLE = 2,
	OTLP_PROFILE_TIME = 3,
	OTLP_PROFILE_DURATION = 4,
	OTLP_PROFILE_PERIOD_TYPE = 5,
	OTLP_PROFILE_PERIOD = 6,
	OTLP_PROFILE_PAYLOAD_FORMAT = 9,
	OTLP_PROFILE_PAYLOAD = 10,
	OTLP_PROFILE_ATTRIBUTES = 11,

	OTLP_SAMPLE_STACK = 1,
	OTLP_SAMPLE_ATTRIBUTES = 2,
	OTLP_SAMPLE_LINK = 3,
	OTLP_SAMPLE_VALUES = 4,
	OTLP_SAMPLE_TIMESTAMPS = 5,

	OTLP_STACK_LOCATIONS = 1,
};

/* One Profile message: where it is, and what is known of it before its samples are read. */
struct otlp_profile {
	const uint8_t *data;
	size_t len;
	uint32_t resource, scope, index; /* resource_profiles[resource].scope_profiles[scope].profiles[index] */
	uint32_t scope_number;           /* over all resources */
	uint32_t column;
	size_t n_samples;
	struct str payload; /* a profile.proto, where there is one */
};

struct otlp_resource {
	size_t first_attribute, n_attributes; /* of resource_attributes */
	size_t first_label, n_labels;         /* of resource_labels */
};

struct otlp_link {
	uint32_t trace_id, span_id; /* strings, in hex; "" for none */
};

struct otlp {
	struct profile_builder *b;
	struct assay_profile *p;
	struct bytes *bytes;
	struct assay_ctx *ctx;
	struct assay_diag *diag;
	struct schema_reader schema;
	uint64_t budget; /* bytes that samples may still grow to */

	/* The dictionary. Sizes are counted, entry 0 included, before any entry is read. */
	size_t n_entries[OTLP_N_TABLES];
	VEC(uint32_t) strings;        /* by index in the file's table */
	VEC(struct label) attributes; /* by index; an entry without a key and a value is { 0 } */
	VEC(struct otlp_link) links;  /* by index */
	VEC(uint32_t) frames;         /* indexes of the model's locations, stack after stack */
	VEC(uint64_t) stack_start;    /* by index, and one behind the last */
	size_t n_frames_without_location, n_lines_without_function;

	VEC(struct otlp_resource) resources;
	VEC(uint32_t) resource_attributes; /* indexes of resource_pairs */
	struct pairs resource_pairs;       /* key and value, both strings */
	VEC(struct label) resource_labels;
	VEC(struct otlp_profile) profiles;
	struct pairs types;       /* type and unit: the columns */
	VEC(uint32_t) scope_size; /* by scope_number: how many profiles */
};

/* A path for errors, cut where it is too long. */
#define OTLP_PATH_SIZE sizeof(((struct assay_diag *)NULL)->path)
void otlp_place(char *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Errors. The path says where in the message; at is the field. */
int otlp_fail(struct otlp *o, int err, const uint8_t *at, const char *path, const char *what);
int otlp_nomem(struct otlp *o);

/* The entry `index` of a table is asked for, which has no such one. */
int otlp_no_entry(struct otlp *o, unsigned table, uint64_t index, const uint8_t *at, const char *path);

static inline bool otlp_has(const struct otlp *o, unsigned table, uint64_t index)
{
	/* Index 0 means none, so that it is right where there is no table, too. */
	return index < o->n_entries[table] || !index;
}

/* A string of the dictionary; "" where there is no table. */
int otlp_string(struct otlp *o, uint64_t index, const uint8_t *at, const char *path, uint32_t *id);

/* The same for a unit. What OpenTelemetry calls "By" are bytes; other units go by the names that they have here. */
int otlp_unit(struct otlp *o, uint64_t index, const uint8_t *at, const char *path, uint32_t *id);

/* Takes n items of some size from what samples may grow to. */
int otlp_charge(struct otlp *o, uint64_t n, size_t size);

/* Decodes a message with generated code, NULL with *err set. */
const void *otlp_unpack(
	struct otlp *o, const ProtobufCMessageDescriptor *type, const struct wire_field *f, const char *path, int *err);

/*
 * The fields of a message in turn. known has the wire type that each known field must have, by number, OTLP_ANY for one
 * that is looked at by whoever reads it or that nobody reads. Ends with false at the end, and with *err set at a fault.
 */
#define OTLP_ANY 8
bool otlp_next(struct otlp *o, struct cursor *c, struct wire_field *f, const uint8_t *known, size_t n_known,
	const char *path, int *err);

void otlp_add_hex(struct buf *out, const uint8_t *data, size_t len);

int otlp_read_dictionary(struct otlp *o);

/* Entry 0 included, strings must have been read. */
int otlp_read_attribute(struct otlp *o, const struct wire_field *f, size_t index);

/* The attributes of a resource, as pairs of strings. */
int otlp_read_resource(struct otlp *o, const struct wire_field *f, const char *path);

/* All samples of all profiles; everything else has been read. */
int otlp_read_samples(struct otlp *o);

#endif
