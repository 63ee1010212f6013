/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/base.h"

#include <criterion/criterion.h>
#include <elf.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* As gcc links a small program: headers, code, constants, data. The addresses of a PIE; others lie 0x400000 higher. */
static const struct object_segment pie[] = {
	{ PT_PHDR, PF_R, 0x40, 0x40, 0x2d8, 0x2d8, 8 },
	{ PT_LOAD, PF_R, 0, 0, 0x618, 0x618, 0x1000 },
	{ PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0x1d9, 0x1d9, 0x1000 },
	{ PT_LOAD, PF_R, 0x2000, 0x2000, 0xf8, 0xf8, 0x1000 },
	{ PT_LOAD, PF_R | PF_W, 0x2dd0, 0x3dd0, 0x248, 0x250, 0x1000 },
};
static const struct object_segment fixed[] = {
	{ PT_LOAD, PF_R | PF_X, 0, 0x400000, 0x1d9, 0x1d9, 0x1000 },
	{ PT_LOAD, PF_R | PF_W, 0x1e00, 0x402e00, 0x248, 0x250, 0x1000 },
};
/* One segment of code behind one of headers, as ld of binutils makes it. */
static const struct object_segment fixed_apart[] = {
	{ PT_LOAD, PF_R, 0, 0x400000, 0x500, 0x500, 0x1000 },
	{ PT_LOAD, PF_R | PF_X, 0x1000, 0x401000, 0x1d9, 0x1d9, 0x1000 },
};
/* A program of two parts in one page of the file: the loader maps that page twice. */
static const struct object_segment shared_page[] = {
	{ PT_LOAD, PF_R, 0, 0, 0x900, 0x900, 0x1000 },
	{ PT_LOAD, PF_R | PF_X, 0x900, 0x1900, 0x400, 0x400, 0x1000 },
};
static const struct object_segment kernel[] = {
	{ PT_LOAD, PF_R | PF_X, 0x200000, 0xffffffff81000000, 0x1000000, 0x1000000, 0x200000 },
};

struct image_case {
	const char *what;
	struct base_image image;
	struct base_mapping mapping;
	uint64_t address, base;
	bool fails;
};

#define IMAGE(kind, s, text_address)                                                                    \
	{                                                                                               \
		.type = kind, .segments = s, .n_segments = N(s), .has_text = true, .text = text_address \
	}
#define KERNEL_IMAGE(kind, symbol)                                                                               \
	{                                                                                                        \
		.type = kind, .segments = kernel, .n_segments = 1, .has_text = true, .text = 0xffffffff81000000, \
		.has_kernel = true, .kernel = symbol                                                             \
	}

static const struct image_case cases[] = {
	{ "not PIE, all of it", IMAGE(ET_EXEC, fixed, 0x400050), { 0x400000, 0x402000, 0 }, 0x400100, 0, false },
	{ "not PIE, its code alone", IMAGE(ET_EXEC, fixed_apart, 0x401020), { 0x401000, 0x402000, 0x1000 }, 0x401100, 0,
		false },
	{ "PIE", IMAGE(ET_DYN, pie, 0x1050), { 0x55e5a380e000, 0x55e5a380f000, 0x1000 }, 0x55e5a380e170, 0x55e5a380d000,
		false },
	{ "shared library from its start", IMAGE(ET_DYN, pie, 0x1050), { 0x7f0000000000, 0x7f0000001000, 0 },
		0x7f0000000100, 0x7f0000000000, false },
	{ "two segments in a mapping, by address", IMAGE(ET_DYN, pie, 0x1050), { 0x7f0000000000, 0x7f0000003000, 0 },
		0x7f0000001170, 0x7f0000000000, false },
	{ "a page with two segments: the first by its offset", IMAGE(ET_DYN, shared_page, 0x1900),
		{ 0x10000, 0x11000, 0 }, 0x10100, 0x10000, false },
	{ "and the second", IMAGE(ET_DYN, shared_page, 0x1900), { 0x11000, 0x12000, 0 }, 0x11a00, 0x10000, false },
	{ "an offset that no segment has", IMAGE(ET_DYN, pie, 0x1050), { 0x55e5a380e000, 0x55e5a380f000, 0x9000 },
		0x55e5a380e170, 0, true },
	{ "an address outside", IMAGE(ET_DYN, pie, 0x1050), { 0x55e5a380e000, 0x55e5a380f000, 0x1000 }, 0x55e5a380f000,
		0, true },
	{ "a profile without mappings", IMAGE(ET_EXEC, fixed, 0x400050), { 0, 0, 0 }, 0x400100, 0, true },
	{ "the mapping that readers make up", IMAGE(ET_EXEC, fixed, 0x400050), { 0, UINT64_MAX, 0 }, 0x400100, 0,
		false },
	{ "the same for a PIE", IMAGE(ET_DYN, pie, 0x1050), { 0, UINT64_MAX, 0 }, 0x1170, 0, false },
	{ "an object file", { .type = ET_REL }, { 0x2000, 0x3000, 0 }, 0x2100, 0x2000, false },
	{ "an object file with an offset", { .type = ET_REL }, { 0x2000, 0x3000, 0x1000 }, 0x2100, 0, true },
	{ "no segments", { .type = ET_DYN }, { 0x7000, 0x9000, 0x1000 }, 0x7100, 0x6000, false },
	{ "no segments, fixed", { .type = ET_EXEC }, { 0x7000, 0x9000, 0x1000 }, 0x7100, 0, false },
	{ "a core file", { .type = ET_CORE }, { 0x7000, 0x9000, 0x1000 }, 0x7100, 0, true },
	{ "kernel, mapped where it was linked", KERNEL_IMAGE(ET_EXEC, 0xffffffff81000000),
		{ 0xffffffff81000000, 0xffffffff82000000, 0xffffffff81000000 }, 0xffffffff81000123, 0, false },
	{ "kernel, moved", KERNEL_IMAGE(ET_EXEC, 0xffffffff81000198), { 0xffffffff9f000198, 0xffffffffa0000000, 0 },
		0xffffffff9f000200, 0x1e000000, false },
	{ "kernel, moved, measured by another symbol", KERNEL_IMAGE(ET_EXEC, 0xffffffff81000200),
		{ 0xffffffff9f000000, 0xffffffffa0000000, 0 }, 0xffffffff9f000200, 0x1e000000, false },
	{ "kernel, from 0", KERNEL_IMAGE(ET_EXEC, 0xffffffff81000000), { 0, 0xffffffffa0000000, 0 }, 0xffffffff81000123,
		0x7f000000, false },
	{ "a module in user space addresses", KERNEL_IMAGE(ET_EXEC, 0xffffffff81000198), { 0x5198, 0x9000, 0x77 },
		0x5200, 0x7f005000, false },
	{ "no notation of kernels", KERNEL_IMAGE(ET_EXEC, 0xffffffff81000198), { 0x5000, 0x9000, 0x77 }, 0x5200, 0,
		true },
};

Test(base, is_that_of_the_notation)
{
	for (size_t i = 0; i < N(cases); i++) {
		const struct image_case *c = &cases[i];
		struct assay_diag diag = { .text = "" };
		uint64_t base = 1;
		int err = base_find(&base, &c->image, &c->mapping, c->address, &diag);

		cr_expect_eq(err != 0, c->fails, "%s: %d %s", c->what, err, diag.text);
		if (c->fails)
			cr_expect(*diag.text && base == 1, "%s", c->what);
		else
			cr_expect_eq(base, c->base, "%s: got %#llx", c->what, (unsigned long long)base);
	}
}

Test(base, counts_no_segment_that_only_shares_the_last_page)
{
	/* The mapping begins in the middle of the tail page of the first segment and goes on far beyond it. */
	static const struct object_segment s[] = {
		{ PT_LOAD, PF_R, 0, 0, 0x1800, 0x1800, 0x1000 },
		{ PT_LOAD, PF_R | PF_X, 0x1800, 0x2800, 0x4000, 0x4000, 0x1000 },
	};
	const struct base_image image = IMAGE(ET_DYN, s, 0x2900);
	const struct base_mapping m = { 0x12000, 0x17000, 0x1000 };
	uint64_t base = 0;

	cr_expect_eq(base_find(&base, &image, &m, 0x12900, NULL), 0);
	cr_expect_eq(base, 0x10000, "%#llx", (unsigned long long)base);
}

Test(base, asks_for_the_kernel_symbol_only_where_no_loader_was)
{
	cr_expect_not(base_wants_kernel(STR("/bin/prog"), &(struct base_mapping){ 0x1000, 0x3000, 0x1000 }));
	cr_expect(base_wants_kernel(STR("/boot/vmlinux-6.1"), &(struct base_mapping){ 0x1000, 0x3000, 0x1000 }));
	cr_expect(base_wants_kernel(STR("/bin/prog"), &(struct base_mapping){ 0x1008, 0x3000, 0x1000 }));
	cr_expect(base_wants_kernel(STR("/bin/prog"), &(struct base_mapping){ 0x1000, UINT64_MAX, 0x1000 }));
	cr_expect(base_wants_kernel(STR("/bin/prog"), &(struct base_mapping){ 0x1000, 0x3000, 0x10 }));
}

Test(base, of_hostile_headers_is_only_a_number)
{
	static const struct object_segment s[] = {
		{ PT_LOAD, PF_X, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, 0 },
		{ PT_LOAD, PF_X, 0, 0, 1, UINT64_MAX, UINT64_MAX },
	};
	static const uint64_t ends[] = { 0, 1, 4096, (uint64_t)1 << 63, UINT64_MAX - 4096, UINT64_MAX };

	for (size_t i = 0; i < N(ends) * N(ends) * N(ends); i++) {
		struct base_image image = IMAGE((uint16_t)(i % 5), s, ends[i % N(ends)]);
		struct base_mapping m = { ends[i % N(ends)], ends[i / N(ends) % N(ends)], ends[i / N(ends) / N(ends)] };
		uint64_t base;

		image.has_kernel = i & 1;
		base_find(&base, &image, &m, m.start, NULL);
	}
}
