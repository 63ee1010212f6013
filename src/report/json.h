/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "base/buf.h"

/*
 * Values in the notation of JSON. False when memory ran out, or where this build is without the library that writes
 * them.
 */

/*
 * All that is not ASCII is escaped, and so is DEL, so that nothing in a name acts on a terminal. Bytes that are no
 * UTF-8, which JSON cannot hold, become \xff as in the text of reports.
 */
bool json_add_text(struct buf *out, struct str text);

/* With as many digits as it takes to read back the same number. It must be finite. */
bool json_add_real(struct buf *out, double value);

/* "jansson 2.14", or NULL. */
const char *json_backend(void);

#endif
