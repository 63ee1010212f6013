/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <stdbool.h>
#include <sys/random.h>
#include <time.h>

uint64_t hash_key(void)
{
	static uint64_t key;
	static bool drawn;

	if (!drawn) {
		/* Where the system has no random numbers to give at once, the clock and an address still differ. */
		if (getrandom(&key, sizeof(key), GRND_NONBLOCK) != (ssize_t)sizeof(key))
			key = hash_mix((uint64_t)time(NULL), (uintptr_t)&key);
		drawn = true;
	}
	return key;
}
