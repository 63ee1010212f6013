/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern, a NUL, and the text to search. Without a NUL all is pattern, and the text is empty. */
#include <string.h>

#include "base/regex.h"
#include "harness.h"

/* Some milliseconds; enough for whatever ends by itself. */
#define STEPS UINT64_C(100000)
/* After as many searches a pattern is machine code. */
#define SEARCHES 70

static int search(const struct regex *re, const char *text, size_t len, bool *found)
{
	struct regex_budget budget = { STEPS };
	int err = regex_search(re, text, len, &budget, found);

	CHECK(err == 0 || err == ASSAY_ERR_TOO_BIG);
	CHECK(budget.steps < STEPS);
	return err;
}

/* The interpreter and the machine code have different limits, but where both end they say the same. */
static void search_often(const struct regex *re, const char *text, size_t len, bool first)
{
	bool found = first;

	for (unsigned i = 0; i < SEARCHES; i++)
		if (search(re, text, len, &found) == 0)
			CHECK(found == first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t len = nul ? (size_t)(nul - data) : size, left = nul ? size - len - 1 : 0;
	/* Places of their own, so that a look beyond either end is seen. */
	char *pattern = malloc(len ? len : 1), *text = malloc(left ? left : 1);
	struct assay_diag diag = { .code = ASSAY_OK };
	struct regex *re = NULL;
	bool found = false;
	int err;

	CHECK(pattern && text);
	if (len)
		memcpy(pattern, data, len);
	if (left)
		memcpy(text, nul + 1, left);
	err = regex_compile(&re, pattern, len, &diag);
	if (err) {
		CHECK(!re && err == ASSAY_ERR_ARGUMENT && (int)diag.code == err);
		CHECK(strncmp(diag.text, "error parsing regexp: ", 22) == 0);
	} else if (search(re, text, left, &found) == 0 && size % 8 == 0) {
		search_often(re, text, left, found);
	}
	regex_free(re);
	free(pattern);
	free(text);
	return 0;
}
