/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/options.h"
#include "base/ctx.h"
#include "format/bytes.h"
#include "profile/model.h"

/* From a source, as named on a command line, to the profile that reports work on. */

struct load_options {
	const char *executable; /* the main binary's path, "" to believe the profile */
	const char *build_id;   /* for a main binary without one, or "" */
	const char *comment;    /* to add, or "" */
	bool all_frames;        /* do not apply the profile's own drop_frames */
};

int load_source(const struct assay_profile **out, const char *source, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* The same for bytes in memory; they are released. */
int load_bytes(const struct assay_profile **out, struct bytes *bytes, const struct load_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);

/* Looks like a server rather than a file: "http://...", "host:port/path". */
bool load_is_remote(const char *source);

/* Starts like an ELF file, so that as the first of several names it is the program and not a profile. */
bool load_is_executable(const char *path);

#endif
