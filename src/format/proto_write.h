/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_PROTO_WRITE_H
#define FORMAT_PROTO_WRITE_H

#include "assay/error.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "profile/model.h"

/*
 * A profile as a profile.proto message, byte for byte what the reference writes: which fields are left out when they
 * are 0, which lists are packed and in which order strings enter the table are the same. Ids are written as they are.
 * What is lost on the way back: labels whose text is "", and numbers 0 without a unit.
 */
int proto_write(const struct assay_profile *p, struct buf *out, struct assay_diag *diag);

/* The same, compressed; with a ctx that may be NULL, for it takes long. */
int proto_write_gzip(
	const struct assay_profile *p, const struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag);

#endif
