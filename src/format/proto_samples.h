/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_PROTO_SAMPLES_H
#define FORMAT_PROTO_SAMPLES_H

#include "format/formats.h"
#include "format/wire.h"
#include "profile/idmap.h"

/* Samples are read in chunks of about so many bytes of the message, each by whoever is free. */
#define SAMPLE_CHUNK ((size_t)256 << 10)

/* Where the samples of a chunk begin. The chunk goes to where the next one does, or to the end of all samples. */
struct sample_chunk {
	size_t offset, sample;
};

/* A message whose tables are complete, and where its samples are. */
struct sample_source {
	struct assay_profile *profile;
	struct bytes *bytes;
	struct assay_ctx *ctx;

	const struct idmap *locations;
	const uint32_t *strings; /* ids, by index in the file's table */
	size_t n_strings;

	VEC(struct sample_chunk) chunks;
	size_t n_samples, n_bytes; /* of all samples together */
	size_t end;                /* offset behind the last one */
};

/* Notes a sample, in the order of the file. */
bool sample_source_add(struct sample_source *s, const struct wire_field *f);

/*
 * Passes over samples, and notes them, as long as that needs no thought: the next field is one, its length takes two
 * bytes at most, and it does not start a chunk.
 */
void sample_source_pass(struct sample_source *s, struct cursor *c);

/*
 * Reads the samples into the profile's columns, which have none. What has been read of the message may be given back to
 * the system. Of several faults the first one in the message is told.
 */
int proto_read_samples(struct sample_source *s, struct assay_diag *diag);

#endif
