/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CKD_H
#define BASE_CKD_H

#include <stdint.h>

/* Checked arithmetic under the names of C23: true when the result did not fit. */
#ifndef ckd_add
#define ckd_add(result, a, b) __builtin_add_overflow((a), (b), (result))
#define ckd_mul(result, a, b) __builtin_mul_overflow((a), (b), (result))
#endif

/* Sums of values. The reference wraps silently where these stop at the end of the range. */
typedef __int128 wide; /* the one typedef: __int128 is not standard C, so its spelling stays here */

static inline int64_t narrow(wide v)
{
	if (v > INT64_MAX)
		return INT64_MAX;
	if (v < INT64_MIN)
		return INT64_MIN;
	return (int64_t)v;
}

/* |v|, where the most negative value has no counterpart and gives the largest. */
static inline int64_t magnitude(int64_t v)
{
	if (v == INT64_MIN)
		return INT64_MAX;
	return v < 0 ? -v : v;
}

static inline wide wide_abs(wide v)
{
	return v < 0 ? -v : v;
}

/* A double cut to an integer. What no int64 can hold gives the least one, as the hardware of the reference does. */
static inline int64_t trunc_to_int64(double v)
{
	if (!(v < 9223372036854775808.0 && v >= -9223372036854775808.0))
		return INT64_MIN;
	return (int64_t)v;
}

#endif
