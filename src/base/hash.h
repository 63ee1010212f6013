/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Hashes for tables that live in memory only. They are keyed with a number drawn once per process, because a table
 * filled from a stranger's file would otherwise be as slow as the stranger likes. Nothing that is printed may depend
 * on them.
 */
uint64_t hash_key(void);

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xd1342543de82ef95));

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_bytes(uint64_t key, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = hash_mix(key, len), w;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&w, p, 8);
		h = hash_mix(h ^ w, key);
	}
	w = 0;
	if (len)
		memcpy(&w, p, len);
	return hash_mix(h ^ w, key + 1);
}

static inline uint64_t hash_u64(uint64_t key, uint64_t v)
{
	return hash_mix(v ^ key, key + 1);
}

#endif
