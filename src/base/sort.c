/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sort.h"

#include <stdlib.h>

struct sorting {
	int (*compare)(const void *a, const void *b, void *data);
	void *data;
	const struct assay_ctx *ctx;
};

/* When all are equal there is nothing left to do. */
static int compare_or_end(const void *a, const void *b, void *data)
{
	const struct sorting *s = data;

	return ctx_canceled(s->ctx) ? 0 : s->compare(a, b, s->data);
}

void sort_items(void *items, size_t n, size_t size, int (*compare)(const void *a, const void *b, void *data),
	void *data, const struct assay_ctx *ctx)
{
	struct sorting s = { compare, data, ctx };

	if (n && ctx && ctx->cancel)
		qsort_r(items, n, size, compare_or_end, &s);
	else if (n)
		qsort_r(items, n, size, compare, data);
}
