/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdint.h>

#include "assay/error.h"
#include "base/buf.h"
#include "base/ckd.h"

/*
 * The rows of a report for programs: the same rows as in its text, in the same order, as JSON, as comma- or
 * tab-separated values, or as a table for Markdown. docs/json.md says what readers may rely on. A report says what it
 * has in this order:
 *
 *     table_field_...()    what holds for all of it: the type, the unit, the total; in JSON alone
 *     table_columns()      what the columns are, and how people are shown their values
 *     per row: one table_...() for each column, in their order; the last one ends the row
 *
 * Numbers are exact and in the unit of the profile, whatever the text would show. In csv and tsv that unit is one more
 * column, as there is no other place for it. Markdown is for people: values as the text has them, names as code, so
 * that nothing in them is taken for markup, a link or the name of a user. Every form is written as it comes, and handed
 * over between rows where somebody takes it, so that a report of a million rows needs little memory. Failures are kept
 * until table_end() tells.
 */

enum table_format {
	TABLE_NONE, /* text */
	TABLE_JSON,
	TABLE_CSV,
	TABLE_TSV,
	TABLE_MARKDOWN,
};

/* What a column holds. The first three are text, or a list of texts. */
enum column_kind {
	COLUMN_NAME,   /* text of the profile */
	COLUMN_SOURCE, /* of a source file, where tabs are spaces to people */
	COLUMN_WORD,   /* one of a few of ours, or yes and no */
	COLUMN_NUMBER,
	COLUMN_VALUE, /* in the unit of the profile */
	COLUMN_DELTA, /* the same, with a sign for people */
	COLUMN_PERCENT,
	COLUMN_GROWTH, /* the same, with a sign for people */
	COLUMN_EXACT,  /* a number that people are shown in another column, so not in Markdown */
};

struct column {
	const char *name;
	enum column_kind kind;
};

struct values;

struct table {
	enum table_format format;
	struct buf *out;
	const struct column *columns;
	size_t n_columns, column; /* of them, how many the present row has */
	size_t n_rows;
	const struct values *values; /* NULL where there are no columns of values */
	bool failed;
	int err; /* of whoever takes a long text over, and why */
	struct assay_diag why;
};

/* ASSAY_ERR_UNSUPPORTED where this build has no library for the format. */
int table_begin(struct table *t, enum table_format format, const char *report, int version, struct buf *out,
	struct assay_diag *diag);

void table_field_text(struct table *t, const char *name, struct str text);
void table_field_integer(struct table *t, const char *name, wide value);
void table_field_real(struct table *t, const char *name, double value);
void table_field_texts(struct table *t, const char *name, const struct str *texts, size_t n);

/*
 * The array stays the caller's, and has to last; so do the values, which know the unit of the columns of values and
 * how the text would print them.
 */
void table_columns(struct table *t, const struct column *columns, size_t n, const struct values *values);

void table_text(struct table *t, struct str text);
void table_integer(struct table *t, wide value);
void table_real(struct table *t, double value); /* one that is not finite is nothing */
void table_bool(struct table *t, bool value);
void table_nothing(struct table *t);
void table_nothings(struct table *t, size_t n); /* in so many columns */

/* value as a share of total in percent, nothing where there is no total. */
void table_percent(struct table *t, wide value, wide total);

/*
 * Lists in one column. Where there are no lists, ";" stands between the items, and a backslash before each ";" and
 * backslash in them. As the same texts may stand in many lists, they are rendered first; a list is of what
 * table_render() gave, each item or several of them with table_between() between them.
 */
void table_render(struct table *t, struct buf *out, struct str text);
struct str table_between(const struct table *t);
void table_rendered(struct table *t, const struct str *items, size_t n);
void table_integers(struct table *t, const int64_t *values, size_t n);

/* A label of a sample: text, or a number with its unit. */
struct table_label {
	struct str key, text, unit;
	int64_t number;
	bool is_number;
};

/* In JSON objects with key and value; elsewhere a list of key:value, with a backslash before each ":" of a key. */
void table_labels(struct table *t, const struct table_label *labels, size_t n);

int table_end(struct table *t, struct assay_diag *diag);

#endif
