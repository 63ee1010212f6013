/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/* The place of the first of n ascending numbers that is not below the given one; n where all are. */
static inline size_t first_at_or_above(const uint64_t *sorted, size_t n, uint64_t number)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sorted[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

#endif
