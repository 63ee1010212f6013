/* SPDX-License-Identifier: Apache-2.0 */
/* A byte for the mode, and a name. */
#include <string.h>

#include "harness.h"
#include "symbol/demangle.h"

/* What a name of a few thousand bytes may stand for, brackets apart. */
#define MOST (100 << 10)

static void check(const char *name, size_t len, enum demangle_mode mode)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	bool changed = false, changed_again = false;

	CHECK(demangle(&out, (struct str){ name, len }, mode, &changed) == 0);
	CHECK(changed || !out.len);
	CHECK(out.len <= MOST || out.len <= len);
	CHECK(!changed || (out.data[out.len] == '\0' && !str_equal(buf_str(&out), (struct str){ name, len })));
	CHECK(demangle(&again, (struct str){ name, len }, mode, &changed_again) == 0);
	CHECK(changed == changed_again && str_equal(buf_str(&out), buf_str(&again)));
	buf_release(&again);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name;

	if (!size)
		return 0;
	/* A place of its own, so that a look beyond either end is seen. */
	name = malloc(size > 1 ? size - 1 : 1);
	CHECK(name);
	memcpy(name, data + 1, size - 1);
	check(name, size - 1, (enum demangle_mode)(data[0] % 4));
	free(name);
	return 0;
}
