/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_PAINT_H
#define APP_PAINT_H

#include "base/buf.h"
#include "report/report.h"

/*
 * Colour for a terminal, laid over the finished text of a report: taken away again, the same bytes are left. Names of
 * columns are bold, shares of the total shaded by their size, and what grew or shrank in a difference is red or green.
 */

/* Whether there is anything to paint in that report. */
bool paint_knows(const struct report *report);

/* Adds text to out, painted. text must be as the report printed it, free of escape sequences. */
void paint(const struct report *report, struct str text, struct buf *out);

#endif
