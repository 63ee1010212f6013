/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include <stdint.h>

#include "assay/profile.h"

/*
 * A line on standard error that says how far a long load is. Only on a terminal, only once a second has passed, and
 * gone when it is over or when something else is to be printed there.
 */

/* Sets the progress function of ctx; the second begins. */
void progress_begin(struct assay_ctx *ctx);
void progress_end(struct assay_ctx *ctx);

/* Takes the line away until there is more to say. A signal handler may call it. */
void progress_hide(void);

#endif
