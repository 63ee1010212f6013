/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include "base/ctx.h"

/*
 * qsort_r() for lists that may be long. Once it was canceled it ends soon, with the items in no order: whoever goes on
 * has looked at the flag himself.
 */
void sort_items(void *items, size_t n, size_t size, int (*compare)(const void *a, const void *b, void *data),
	void *data, const struct assay_ctx *ctx);

#endif
