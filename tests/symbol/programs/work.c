/* SPDX-License-Identifier: Apache-2.0 */
#include "work.h"

unsigned shared_state = 7;

static unsigned fold(const unsigned *numbers, unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned kept = numbers[i] & 0xff;

		if (kept > 100) {
			unsigned twice = twist_often(kept, 2);

			sum += twice;
		} else {
			sum ^= twist(kept);
		}
	}
	return sum;
}

static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
	return depth ? recurse(depth - 1) + twist(depth) : 1;
}

unsigned work(const unsigned *numbers, unsigned n)
{
	if (__builtin_expect(n > 1000000, 0))
		__builtin_abort();
	return fold(numbers, n) + recurse(n & 15) + shared_state;
}
