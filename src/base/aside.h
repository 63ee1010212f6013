/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ASIDE_H
#define BASE_ASIDE_H

#include "base/ctx.h"

/*
 * Work of a library that cannot be stopped once it has begun. It is done in a thread of its own while the caller looks
 * at the cancel flag; where nobody could cancel, or there is no thread to be had, it is done at once.
 *
 * Returns true when work(job) has been done. False: it was canceled, and goes on by itself; the job is no longer the
 * caller's, and drop(job) is called at the end of it. So a job must own all that it touches.
 */
bool aside_run(void (*work)(void *job), void (*drop)(void *job), void *job, const struct assay_ctx *ctx);

#endif
