/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_NAMES_H
#define APP_NAMES_H

#include "app/options.h"
#include "symbol/symbolize.h"

/* Names from binaries: symbol/ with the options of a command, the environment, and the program that reads binaries. */
struct names {
	struct symbolize_options options;
	struct symbolizer *symbolizer;
	char *binary_path; /* the default of a variable that is not set, or NULL */
};

/*
 * Tells of words in -symbolize that mean nothing here. With look_at_all there will be an account of all binaries. o
 * and ctx must live as long. Costs next to nothing before a name is wanted.
 */
int names_init(struct names *n, const struct assay_options *o, bool look_at_all, struct assay_ctx *ctx,
	struct assay_diag *diag);
void names_release(struct names *n);

/* Names that are not there are not made up; but nobody shall take [app] for one either. where says how to learn more. */
void names_tell_missing(
	const struct names *n, const struct assay_profile *p, const char *where, const struct assay_ctx *ctx);

#endif
