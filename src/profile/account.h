/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_ACCOUNT_H
#define PROFILE_ACCOUNT_H

#include <stdbool.h>

#include "base/str.h"

/*
 * What came of looking for the names of a mapping: facts alone, which symbol/ gathers and a report shows to those who
 * ask why there are no names. Paths and build ids are those of files on this machine, or of a stranger.
 */
struct account_try {
	struct str path;
	struct str why; /* it is not of use; "" for the binary, and for files that it refers to */
};

enum account_state {
	ACCOUNT_UNUSED,     /* no location is in the mapping */
	ACCOUNT_NAMED,      /* the profile has the names */
	ACCOUNT_LEFT_ALONE, /* there is no binary of that name: [vdso], //anon */
	ACCOUNT_NOT_LOOKED, /* nobody wanted names: -symbolize=none */
	ACCOUNT_NOT_FOUND,  /* no file, or none that is the right one */
	ACCOUNT_FOUND,      /* path is the file */
	ACCOUNT_BY_ADDRESS, /* no file either, but a list of addresses had names */
};

struct mapping_account {
	enum account_state state;
	struct str file, wanted; /* path and build id that the profile has */
	struct str path, found;  /* path and build id of the file that was taken */
	struct str debug_file;   /* where its debug information was, when not in itself */
	bool has_symbols, has_exports, has_lines, has_units, is_split, split_missing, has_mini_debug;
	const struct account_try *tries; /* in their order */
	size_t n_tries, n_more_tries;

	/* Locations. */
	size_t n, n_before; /* all; those that the profile has names for */
	size_t n_after;     /* those that have names now */
	size_t n_named;     /* those that got them, or got others */
	size_t n_lines;     /* of which with lines */
	size_t n_inlined;   /* of which with inlined calls */
	struct str why;     /* what kept the rest from getting names, "" where nothing is known */
	struct str flaw;    /* what was wrong with the file all the same, or "" */
};

#endif
