/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORK_H
#define WORK_H

static inline __attribute__((always_inline)) unsigned twist(unsigned x)
{
	x ^= x << 13;
	x ^= x >> 17;
	return x ^ x << 5;
}

static inline unsigned twist_often(unsigned x, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		x = twist(x) + i;
	return x;
}

unsigned work(const unsigned *numbers, unsigned n);
extern unsigned shared_state;

#endif
