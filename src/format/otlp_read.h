/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_OTLP_READ_H
#define FORMAT_OTLP_READ_H

#include "format/formats.h"

/*
 * Reads a plain opentelemetry.proto.profiles.v1development.ProfilesData message. See struct format.
 *
 * All profiles of a file become one: a column per sample type, a row per sample. Samples of different types that were
 * taken in the same scope with one stack, attribute set and link share a row; every other row has zeros in the columns
 * that are not its own. What all resources have in common is in the comments alone; by what tells them apart, their
 * samples are labeled as well.
 *
 * A file may say a stack once and use it a million times. What samples grow to counts against the limit of ctx.
 */
int otlp_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
