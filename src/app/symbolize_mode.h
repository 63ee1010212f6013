/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SYMBOLIZE_MODE_H
#define APP_SYMBOLIZE_MODE_H

#include <stdbool.h>

#include "symbol/demangle.h"

/* What -symbolize asks for: words with colons between them, in any case. */
struct symbolize_mode {
	bool none;   /* look for no names at all, and leave those that are there as they are */
	bool local;  /* in binaries on this machine */
	bool remote; /* from the server that the profile came from, which nothing here does */
	bool fast;   /* symbol tables alone, no debug information */
	bool force;  /* also where the profile has names */
	enum demangle_mode demangle;
};

/* false when a word is not known; the others count all the same, up to the first "none" or "no". */
bool symbolize_mode_parse(struct symbolize_mode *m, const char *text);

#endif
