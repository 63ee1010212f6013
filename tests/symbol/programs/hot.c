/* SPDX-License-Identifier: Apache-2.0 */
#include "hot.h"

static inline __attribute__((always_inline)) unsigned long stir(unsigned long x)
{
	x ^= x >> 7;
	return x * 2654435761u + 1; /* the line that costs */
}

__attribute__((noinline)) unsigned long hot(unsigned long n)
{
	unsigned long x = n;

	for (unsigned long i = 0; i < 4 * n; i++)
		x = stir(x);
	return x;
}

__attribute__((noinline)) unsigned long warm(unsigned long n)
{
	unsigned long x = n;

	for (unsigned long i = 0; i < n; i++)
		x = stir(x);
	return x;
}
