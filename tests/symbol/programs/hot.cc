// SPDX-License-Identifier: Apache-2.0
#include "hot.h"

namespace mix {

template <typename T> struct bowl {
	T x;

	template <typename F> __attribute__((noinline)) T turn(unsigned long n, F f)
	{
		for (unsigned long i = 0; i < n; i++)
			x = f(x);
		return x;
	}
};

} // namespace mix

__attribute__((noinline)) unsigned long hot(unsigned long n)
{
	return mix::bowl<unsigned long>{ n }.turn(4 * n, [](unsigned long x) {
		x ^= x >> 7;
		return x * 2654435761u + 1; // the line that costs
	}) + 1;
}

__attribute__((noinline)) unsigned long warm(unsigned long n)
{
	return mix::bowl<unsigned long>{ n }.turn(n, [](unsigned long x) {
		x ^= x >> 9;
		return x * 2654435761u + 2;
	}) + 1;
}
