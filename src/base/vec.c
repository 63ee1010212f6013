/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>

#include "base/ckd.h"

bool vec_grow(void **items, size_t *cap, size_t want, size_t item_size)
{
	size_t grown, bytes;
	void *p;

	if (ckd_add(&grown, *cap, *cap / 2) || grown < want)
		grown = want;
	if (grown < 8)
		grown = 8;
	if (ckd_mul(&bytes, grown, item_size))
		return false;
	p = realloc(*items, bytes);
	if (!p)
		return false;
	*items = p;
	*cap = grown;
	return true;
}
