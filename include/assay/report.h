/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_REPORT_H
#define ASSAY_REPORT_H

/**
 * @file
 * Reports over a profile: the tables that the command line prints, as text in memory.
 *
 * Options have the names and values of the command line's flags (`assay --help` lists them): assay_options_set(o,
 * "focus", "main", ...) is -focus=main.
 */

#include <stddef.h>

#include "assay/error.h"
#include "assay/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct assay_options;

/** Options with their defaults, or NULL when memory runs out. Release with assay_options_free(). */
ASSAY_EXPORT struct assay_options *assay_options_new(void);
ASSAY_EXPORT void assay_options_free(struct assay_options *options);

/**
 * Sets one option.
 *
 * @param[in] name   as on the command line, without the dash: "cum", "nodecount", "focus"
 * @param[in] value  "true" or "false" for switches, a number, or a text
 * @return 0, ASSAY_ERR_ARGUMENT (no such option, or no such value) or ASSAY_ERR_NOMEM
 */
ASSAY_EXPORT int assay_options_set(struct assay_options *options, const char *name, const char *value,
	struct assay_diag *diag);

/**
 * Writes a report.
 *
 * @param[out] text    ends in NUL, owned by the caller, released with free(); untouched on error
 * @param[out] len     its length without the NUL, or NULL
 * @param[in]  report  the report's name: "top"
 * @param[in]  ctx     the cancel flag and the warnings, or NULL
 * @return 0, ASSAY_ERR_ARGUMENT (an option's value cannot be used, no such report), ASSAY_ERR_TOO_BIG (a regular
 *         expression used up its steps), ASSAY_ERR_CANCELED or ASSAY_ERR_NOMEM
 */
ASSAY_EXPORT int assay_report(char **text, size_t *len, const struct assay_profile *profile, const char *report,
	const struct assay_options *options, struct assay_ctx *ctx, struct assay_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
