/* SPDX-License-Identifier: Apache-2.0 */
/* Spends processor time: as many milliseconds as the argument says. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hot.h"

int main(int argc, char **argv)
{
	clock_t end = clock() + (clock_t)(argc > 1 ? atol(argv[1]) : 100) * (CLOCKS_PER_SEC / 1000);
	unsigned long x = 0;

	while (clock() < end)
		x += hot(100000) + warm(100000);
	return printf("%lu\n", x) < 0;
}
