/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_CHANNEL_H
#define SYMBOL_CHANNEL_H

#include <stdint.h>

#include "base/buf.h"
#include "symbol/protocol.h"

/*
 * Messages over a socket of the local machine, which carries descriptors as well. A message is four bytes of length,
 * the least significant first, one of type, and the body.
 */
#define CHANNEL_HEAD 5

/* A point in time that nobody waits beyond, on the clock that only goes forward; CHANNEL_FOREVER is none. */
#define CHANNEL_FOREVER INT64_MAX
int64_t channel_deadline(int64_t milliseconds_from_now);

/*
 * fd is sent along unless it is -1; it stays the caller's. ASSAY_ERR_IO when the other side is gone,
 * ASSAY_ERR_CANCELED when the time is over.
 */
int channel_send(int socket, enum message_type type, struct str body, int fd, int64_t deadline);

/*
 * The next message; its body replaces what is in *body. Descriptors that come along go to *fd, where -1 stands for
 * none; where fd is NULL none are taken. ASSAY_ERR_IO when the other side is gone, ASSAY_ERR_CANCELED when the time is
 * over, ASSAY_ERR_FORMAT for a type that is not known or a body of more than max bytes, ASSAY_ERR_NOMEM.
 */
int channel_receive(int socket, enum message_type *type, struct buf *body, uint32_t max, int *fd, int64_t deadline);

#endif
