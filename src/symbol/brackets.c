/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/brackets.h"

#include <string.h>

void brackets_drop(char *text, size_t *len, char open, char close)
{
	size_t to = 0, group = 0, depth = 0, i;

	for (i = 0; i < *len; i++) {
		if (text[i] == open && depth++ == 0)
			group = to;
		if (text[i] == close && depth-- == 0)
			break;
		text[to++] = text[i];
		if (text[i] == close && depth == 0)
			to = group;
	}
	memmove(text + to, text + i, *len - i);
	*len = to + *len - i;
}
