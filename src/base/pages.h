/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/*
 * Blocks of many megabytes, which are written once from end to end: in huge pages where the system has them, since a
 * fault for each small one costs more than what is then done with it. Freed with free(), and resized with realloc().
 */
void *pages_alloc(size_t size);

/* The block's bytes from *done up to end will not be read again; *done moves on over what was given back. */
void pages_forget(void *block, size_t *done, size_t end);

#endif
