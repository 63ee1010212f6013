/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/names.h"
#include "app/options.h"
#include "base/ctx.h"
#include "base/str.h"
#include "format/bytes.h"
#include "profile/model.h"

/* From a source, as named on a command line, to the profile that reports work on. */

struct load_options {
	const char *executable;      /* the main binary's path, "" to believe the profile */
	const char *build_id;        /* for a main binary without one, or "" */
	const char *comment;         /* to add, or "" */
	const char *perf_to_profile; /* the program to convert perf's data with; NULL or "" for none */
	bool all_frames;             /* do not apply the profile's own drop_frames */
	struct names *names;         /* where names and lines come from that the profile does not have, or NULL */
};

int load_source(const struct assay_profile **out, const char *source, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* The same for bytes in memory; they are released. */
int load_bytes(const struct assay_profile **out, struct bytes *bytes, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* Any number of sources as one profile, and what is to be subtracted from it. */
struct load_request {
	const char *const *sources;
	size_t n_sources; /* not 0 */
	const char *base; /* a source, or NULL or "" */
	bool is_diff;     /* label the base's samples, so that percentages are of the base */
	bool normalize;   /* bring the sources to the base's sums before */
	struct load_options options;

	/*
	 * Told, in order, of each source that cannot be read, and of what makes the whole fail: then source is NULL
	 * where it is no single one's fault. A source that cannot be read counts as a flaw as long as there are others.
	 */
	void (*complain)(void *data, const char *source, const struct assay_diag *why);
	void *data;
};

/* When this fails, complain() has been told all there is to say. */
int load_request(const struct assay_profile **out, const struct load_request *request, struct assay_ctx *ctx);

/* Looks like a server rather than a file: "http://...", "host:port/path". */
bool load_is_remote(const char *source);

/* A regular file that begins with these bytes, of which there may be sixteen. */
bool load_starts_with(const char *path, struct str start);

/* Starts like an ELF file, so that as the first of several names it is the program and not a profile. */
bool load_is_executable(const char *path);

#endif
