/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_SERVE_H
#define WORKER_SERVE_H

/* Answers questions (symbol/protocol.h) until the other side closes the socket. 0, or an error that leaves no way on. */
int serve(int socket);

#endif
