/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/names.h"
#include "app/options.h"
#include "base/ctx.h"
#include "base/str.h"
#include "format/bytes.h"
#include "profile/builder.h"

/* From a source, as named on a command line, to the profile that reports work on; request.h does so for several. */

struct load_options {
	const char *executable;      /* the main binary's path, "" to believe the profile */
	const char *build_id;        /* for a main binary without one, or "" */
	const char *comment;         /* to add, or "" */
	const char *perf_to_profile; /* the program to convert perf's data with; NULL or "" for none */
	bool all_frames;             /* do not apply the profile's own drop_frames, and forget them */
	bool all_stays;              /* do not apply them either, but leave that to whoever reads the result */
	struct names *names;         /* where names and lines come from that the profile does not have, or NULL */
};

int load_source(const struct assay_profile **out, const char *source, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* The same for bytes in memory; they are released. */
int load_bytes(const struct assay_profile **out, struct bytes *bytes, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/*
 * The parts of it, for whoever combines several. The first reads a source and does what is done to each by itself; names
 * are found once it is one profile, or for each of two sides that meet by name; the last does all else, and then b is
 * used up, also on failure.
 */
int load_open(struct profile_builder *b, const char *source, const struct load_options *options, struct assay_ctx *ctx,
	struct assay_diag *diag);
int load_find_names(
	struct profile_builder *b, const struct load_options *options, struct assay_ctx *ctx, struct assay_diag *diag);
int load_finish(struct profile_builder *b, const struct assay_profile **out, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* Looks like a server rather than a file: "http://...", "host:port/path". */
bool load_is_remote(const char *source);

/* A regular file that begins with these bytes, of which there may be sixteen. */
bool load_starts_with(const char *path, struct str start);

/* Starts like an ELF file, so that as the first of several names it is the program and not a profile. */
bool load_is_executable(const char *path);

#endif
