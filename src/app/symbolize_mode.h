/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SYMBOLIZE_MODE_H
#define APP_SYMBOLIZE_MODE_H

#include <stdbool.h>

/* What -symbolize asks for: words with colons between them, in any case. */
struct symbolize_mode {
	bool none; /* look for no names at all; all that this version tells apart */
};

/* false when a word is not known; the others count all the same. */
bool symbolize_mode_parse(struct symbolize_mode *m, const char *text);

#endif
