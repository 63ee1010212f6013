/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SOURCE_LIST_H
#define APP_SOURCE_LIST_H

#include <stdbool.h>

#include "assay/error.h"
#include "base/vec.h"

/*
 * The names of sources: those of the command line, and behind them those of a file that has one on each line. Lines may
 * end as on Windows; empty ones are passed over; all else, blanks included, belongs to the name.
 */
struct source_list {
	VEC(const char *) names;
	char *text; /* of the file */
};

/* Adds names that live longer than the list. */
int source_list_add(struct source_list *l, const char *const *names, size_t n, struct assay_diag *diag);

/* Adds the lines of a file, or of standard input for "-"; once. There must be one. diag names file and line. */
int source_list_read(struct source_list *l, const char *path, struct assay_diag *diag);

void source_list_release(struct source_list *l);

/* The first name that is of the same regular file as path, by whatever name; NULL when there is none. */
const char *source_list_find(const struct source_list *l, const char *path);

/* Whether both are one regular file. */
bool source_is_same_file(const char *a, const char *b);

#endif
