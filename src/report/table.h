/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdint.h>

#include "assay/error.h"
#include "base/buf.h"
#include "base/ckd.h"

/*
 * The rows of a report for programs: the same rows as in its text, in the same order, as JSON, as comma- or
 * tab-separated values, or as a table for Markdown. A report says what it has in this order:
 *
 *     table_begin()        its name and the version of its form
 *     table_field_...()    what holds for all of it: the type, the unit, the total; in JSON alone
 *     table_columns()      the names of the columns
 *     per row: one table_...() for each column, in their order; the last one ends the row
 *     table_end()
 *
 * Numbers are exact and in the unit of the profile, whatever the text would show. Every form is written as it comes,
 * so that a report of a million rows needs memory for its text alone. Failures are kept until table_end() tells.
 */

enum table_format {
	TABLE_NONE, /* text */
	TABLE_JSON,
	TABLE_CSV,
	TABLE_TSV,
	TABLE_MARKDOWN,
};

struct table {
	enum table_format format;
	struct buf *out;
	const char *const *columns;
	size_t n_columns, column; /* of them, how many the present row has */
	size_t n_rows;
	void *object; /* of JSON: the fields, or the present row */
	bool failed;
};

/* ASSAY_ERR_UNSUPPORTED where this build has no library for the format. */
int table_begin(struct table *t, enum table_format format, const char *report, int version, struct buf *out,
	struct assay_diag *diag);

void table_field_text(struct table *t, const char *name, struct str text);
void table_field_integer(struct table *t, const char *name, wide value);
void table_field_real(struct table *t, const char *name, double value);
void table_field_texts(struct table *t, const char *name, const struct str *texts, size_t n);

/* The array and its names stay the caller's, and have to last. */
void table_columns(struct table *t, const char *const *names, size_t n);

void table_text(struct table *t, struct str text);
void table_integer(struct table *t, wide value);
void table_real(struct table *t, double value); /* one that is not finite is nothing */
void table_bool(struct table *t, bool value);
void table_nothing(struct table *t);

/* A list of texts in one column; where there are no lists, with ";" between them. */
void table_texts(struct table *t, const struct str *texts, size_t n);

/* value as a share of total in percent, nothing where there is no total. */
void table_percent(struct table *t, wide value, wide total);

int table_end(struct table *t, struct assay_diag *diag);

/* The library behind JSON, for --version: "jansson 2.14", or NULL. */
const char *table_backend(void);

#endif
