/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SUGGEST_H
#define APP_SUGGEST_H

#include <stddef.h>

/*
 * The nearest of some names to what was typed, as few slips away as may happen. `struct nearest n = nearest_to("tpo")`, then
 * nearest_consider() for each name, and n.name is the nearest of those that are near, or NULL.
 */
struct nearest {
	const char *typed, *name;
	size_t distance; /* from here on a name is too far away */
};

struct nearest nearest_to(const char *typed);
void nearest_consider(struct nearest *n, const char *name);

/* The flag, option or report, whose name is nearest to what was typed; NULL when none is near. */
const char *suggest_flag(const char *typed);

/* Likewise of the reports that are here. */
const char *suggest_report(const char *typed);

#endif
