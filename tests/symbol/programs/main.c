/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "work.h"

static unsigned numbers[64];

static void fill(unsigned seed)
{
	for (unsigned i = 0; i < 64; i++)
		numbers[i] = seed = twist(seed + i);
}

#line 100 "generated/main.y"
static unsigned generated(unsigned x)
{
	return twist_often(x, 3) * 3;
}

#line 30 "main.c"
int main(int argc, char **argv)
{
	(void)argv;
	fill((unsigned)argc);
	printf("%u %u\n", work(numbers, 64), generated((unsigned)argc));
	return 0;
}
