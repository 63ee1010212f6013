/* SPDX-License-Identifier: Apache-2.0 */
#include "report/code.h"

bool code_find_group(const struct code_symbol *symbols, size_t n, uint64_t address, struct code_group *g)
{
	size_t from = 0, to = n;
	const struct code_symbol *last;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (symbols[middle].address <= address)
			from = middle + 1;
		else
			to = middle;
	}
	if (!from)
		return false;
	last = &symbols[from - 1];
	g->from = from - 1;
	g->to = from;
	while (g->from && symbols[g->from - 1].address == last->address)
		g->from--;
	g->start = last->address;
	g->end = from < n ? symbols[from].address : UINT64_MAX;
	if (from == n && last->size && last->size < UINT64_MAX - g->start)
		g->end = g->start + last->size;
	return true;
}
