/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_BRACKETS_H
#define SYMBOL_BRACKETS_H

#include <stddef.h>

/*
 * Drops what stands between balanced brackets, outermost pairs with all that is in them. From a closing bracket that
 * closes nothing on, or from an opening one that is never closed, the text stays. Works in place.
 */
void brackets_drop(char *text, size_t *len, char open, char close);

#endif
