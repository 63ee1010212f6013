/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_PROTO_READ_H
#define FORMAT_PROTO_READ_H

#include "format/formats.h"

/* Reads a plain perftools.profiles.Profile message. See struct format. */
int proto_read(struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx,
	struct assay_diag *diag);

/* The library behind it, for --version: "protobuf-c 1.4.1". */
const char *proto_backend(void);

#endif
