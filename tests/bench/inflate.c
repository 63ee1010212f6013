/* SPDX-License-Identifier: Apache-2.0 */
/* Inflates gzip files, one after the other, into the same memory: the least that a program does that reads them. */
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST ((size_t)16 << 20)

int main(int argc, char **argv)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	char *packed = malloc(MOST), *plain = malloc(MOST);
	size_t total = 0;

	for (int i = 1; d && packed && plain && i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n = f ? fread(packed, 1, MOST, f) : 0, len;

		if (!f || libdeflate_gzip_decompress(d, packed, n, plain, MOST, &len) != LIBDEFLATE_SUCCESS) {
			fprintf(stderr, "%s cannot be inflated\n", argv[i]);
			return 1;
		}
		fclose(f);
		total += len;
	}
	printf("%zu bytes\n", total);
	return 0;
}
