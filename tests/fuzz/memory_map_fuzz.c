/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a memory map, behind a sample whose addresses come from a hash of them, so that some are in mappings.
 * Each must end up in a mapping that holds it.
 */
#include <string.h>

#include "format/memory_map.h"
#include "harness.h"

#define N_ADDRESSES 40

static const uint64_t *addresses;
static size_t n_read;

static uint64_t hash_input(const uint8_t *data, size_t size)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * UINT64_C(0x100000001b3);
	return h;
}

static int read_map(struct legacy *l)
{
	legacy_recognized(l);
	legacy_add_type(l, STR("a"), STR("count"));
	for (size_t i = 0; i < N_ADDRESSES; i++)
		legacy_add_address(l, addresses[i]);
	legacy_add_value(l, 1);
	legacy_end_sample(l);
	if (memory_map_read(l) < 0)
		return l->err;
	n_read = l->p->mappings.n;
	legacy_finish(l);
	return l->err;
}

static void check_mappings(const struct assay_profile *p)
{
	for (size_t i = 0; i < p->mappings.n; i++)
		CHECK(p->mappings.items[i].id == i + 1);
	for (size_t i = 0; i < p->locations.n; i++) {
		const struct location *l = &p->locations.items[i];
		const struct mapping *m;

		CHECK(l->id == i + 1);
		CHECK((l->mapping == PROFILE_NONE) == (l->address == 0));
		if (l->mapping == PROFILE_NONE)
			continue;
		CHECK(l->mapping < p->mappings.n);
		m = &p->mappings.items[l->mapping];
		/* One that ends before it starts holds nothing, but may be stretched down to an address. */
		CHECK(l->address >= m->start);
		CHECK(l->address < m->limit || m->limit == UINT64_MAX || m->offset == 0);
	}
	CHECK(p->mappings.n <= n_read + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { .data = (uint8_t *)data, .len = size, .borrowed = true, .inflated = true };
	uint64_t random = hash_input(data, size), picked[N_ADDRESSES];
	struct assay_diag diag = { .code = ASSAY_OK };
	struct assay_ctx ctx = { .bytes_left = 1 << 20 };
	struct profile_builder b;
	bool mine = false;
	int err;

	for (size_t i = 0; i < N_ADDRESSES; i++) {
		random = random * UINT64_C(6364136223846793005) + 1;
		picked[i] = i % 4 ? random >> (30 + random % 34) : random >> 41 & 0xfff000;
	}
	picked[N_ADDRESSES - 1] = UINT64_MAX;
	addresses = picked;
	CHECK(builder_init(&b, &diag) == 0);
	err = legacy_read(read_map, &b, &bytes, &mine, &ctx, &diag);
	if (err)
		CHECK(mine && (int)diag.code == err && *diag.text);
	else
		check_mappings(b.profile);
	builder_release(&b);
	return 0;
}
