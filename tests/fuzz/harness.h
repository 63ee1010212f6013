/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What a harness is: libFuzzer calls it, and replay_main.c does. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assert that no build type takes out. */
#define CHECK(what)                                                                        \
	do {                                                                               \
		if (!(what)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
			abort();                                                           \
		}                                                                          \
	} while (0)

#endif
