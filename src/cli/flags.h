/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FLAGS_H
#define CLI_FLAGS_H

#include "app/options.h"
#include "base/vec.h"
#include "report/report.h"

/* A command line, read but not yet acted on. */
struct command_line {
	struct assay_options options;
	const struct report *report; /* NULL when none was named */
	const char *argument;        /* of the report, or of the view, or NULL */
	const struct report *view;   /* of diff, where one was named; or NULL */
	VEC(const char *) sources;
	size_t n_old; /* of the sources, how many stood before -vs; 0 where there was none */
	bool help, version;
};

/*
 * Reads pprof's grammar: flags with one or two dashes, -name=value, or -name value for all but switches; and beyond it
 * the report's name as first word, and flags behind sources as well. On failure diag is what to tell the person.
 */
int flags_parse(struct command_line *cl, int argc, char *const *argv, struct assay_diag *diag);
void flags_release(struct command_line *cl);

#endif
