/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of addresses: the first byte says which notation the rest is in. */
#include <string.h>

#include "harness.h"
#include "symbol/name_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name_map m;
	struct str name;
	size_t n_bad;
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	CHECK(text);
	memcpy(text, data + 1, size - 1);
	CHECK(name_map_parse(&m, text, size - 1, data[0] & 1 ? NAME_MAP_PERF : NAME_MAP_KALLSYMS, &n_bad, NULL) == 0);
	for (size_t i = 0; i < m.entries.n; i++) {
		const struct name_map_entry *e = &m.entries.items[i];

		CHECK(i == 0 || e->start > e[-1].start);
		CHECK(i == 0 || e[-1].end <= e->start);
		if (e->end > e->start) {
			CHECK(name_map_find(&m, e->start, &name) && name.p == e->name.p);
			CHECK(name_map_find(&m, e->end - 1, &name) && name.p == e->name.p);
		}
	}
	name_map_find(&m, 0, &name);
	name_map_find(&m, UINT64_MAX, &name);
	name_map_release(&m);
	return 0;
}
