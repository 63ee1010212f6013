/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

/* The flag, option or report, whose name is nearest to what was typed; NULL when none is near. */
const char *suggest_flag(const char *typed);

/* Likewise of the reports that are here. */
const char *suggest_report(const char *typed);

#endif
