/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

/* Bytes that a first byte announces, and the least code point that needs so many. */
static size_t announced(unsigned char first, uint32_t *least, uint32_t *bits)
{
	if (first < 0x80) {
		*least = 0;
		*bits = first;
		return 1;
	}
	if (first >= 0xc2 && first < 0xe0) {
		*least = 0x80;
		*bits = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*least = 0x800;
		*bits = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first < 0xf5) {
		*least = 0x10000;
		*bits = first & 0x07;
		return 4;
	}
	return 0;
}

size_t utf8_decode(struct str s, uint32_t *c)
{
	uint32_t least, v;
	size_t n;

	if (!s.len)
		return 0;
	n = announced((unsigned char)s.p[0], &least, &v);
	if (!n || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (byte & 0x3f);
	}
	if (v < least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return 0;
	*c = v;
	return n;
}

size_t utf8_length(struct str s)
{
	size_t count = 0;

	while (s.len) {
		uint32_t c;
		size_t n = utf8_decode(s, &c);

		s = str_skip(s, n ? n : 1);
		count++;
	}
	return count;
}
