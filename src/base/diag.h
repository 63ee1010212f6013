/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stddef.h>

#include "assay/error.h"
#include "base/str.h"

/*
 * Filling a struct assay_diag. Every function takes NULL for a caller who does not want to know, and returns the code
 * so that a failing function can end with `return diag_set(...)`.
 */

int diag_set(struct assay_diag *diag, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same for input that breaks a rule: offset counts from the start of the inflated input, path names the field. */
int diag_set_at(struct assay_diag *diag, int code, uint64_t offset, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* What errno means, as messages have it: without the capital that the system's words begin with. */
const char *diag_errno(int error, char *to, size_t size);

/*
 * The same with a name of the input in the middle, which may hold NUL, where the text would end: it becomes \x00.
 */
int diag_set_name(struct assay_diag *diag, int code, const char *before, struct str name, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Out of memory; what says for what it was wanted. */
int diag_nomem(struct assay_diag *diag, const char *what);

#endif
