/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_NOTATION_H
#define REPORT_NOTATION_H

#include "base/buf.h"

/*
 * How text stands in the cells of csv, tsv and Markdown, and in other notations with an escape character. It was made
 * safe before, so that it is one line.
 */

/* RFC 4180: what holds a comma or a quote is quoted. */
void notation_add_csv(struct buf *out, struct str text);

/* What stands between the quotes: quotes doubled. */
void notation_add_doubled(struct buf *out, struct str text);

/* As code, in which nothing is markup; what divides a table is escaped in there too. Nothing where text is "". */
void notation_add_code(struct buf *out, struct str text);

/* With a backslash before each of the characters in special. */
void notation_add_escaped(struct buf *out, struct str text, const char *special);

/* With blanks for tabs. */
void notation_add_expanded(struct buf *out, struct str line);

#endif
