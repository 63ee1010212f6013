/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "base/buf.h"
#include "report/report.h"

/* What --help, `REPORT -h` and --version print, made from the tables of reports and options. */
void help_add_all(struct buf *out);
void help_add_report(struct buf *out, const struct report *report);
void help_add_version(struct buf *out, const char *line_editor);

/* Four lines for somebody who gave no arguments. */
void help_add_usage(struct buf *out);

#endif
