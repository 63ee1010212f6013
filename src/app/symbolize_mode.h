/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SYMBOLIZE_MODE_H
#define APP_SYMBOLIZE_MODE_H

#include <stdbool.h>

#include "symbol/demangle.h"

/* What -symbolize asks for: words with colons between them, in any case. */
struct symbolize_mode {
	bool none;   /* look for no names at all, and leave those that are there alone */
	bool local;  /* from binaries */
	bool remote; /* from the server that the profile came from, which is not done */
	bool fast;   /* from symbol tables alone */
	bool force;  /* also where the profile has names */
	enum demangle_mode demangle;
};

/* false when a word is not known; the others count all the same. */
bool symbolize_mode_parse(struct symbolize_mode *m, const char *text);

#endif
