/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SOURCES_H
#define APP_SOURCES_H

#include <limits.h>

#include "app/options.h"
#include "report/report.h"
#include "source/read.h"

/* Source files for reports: source/ with the options of a command and the environment of the process. */
struct sources {
	struct source_options options;
	struct assay_ctx *ctx;
	struct source_reader reader;
	char cwd[PATH_MAX];
	bool ready; /* the reader is there; it is made for the first file */
};

/* Costs nothing until a report asks for a file. o must live as long. */
void sources_init(struct sources *s, const struct assay_options *o, struct assay_ctx *ctx);
void sources_release(struct sources *s);

/*
 * report_ctx.read_source(), with a struct sources as data. Warns, once per file, of what was not found and where it was
 * looked for, of what may be another file, and of lines that are missing.
 */
int sources_read(void *data, struct str path, struct source_text *text, struct assay_diag *diag);

#endif
