/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

Test(arena, every_allocation_is_aligned_for_any_type_and_overlaps_no_other)
{
	struct arena a = ARENA_INIT;
	char *before = NULL;

	for (size_t size = 0; size < 100; size++) {
		char *p = arena_alloc(&a, size);

		cr_assert_not_null(p);
		cr_assert_eq((uintptr_t)p % alignof(max_align_t), 0);
		memset(p, (int)size, size);
		if (before && size > 1)
			cr_assert_eq((unsigned char)before[size - 2], size - 1, "size %zu wrote into the one before",
				size);
		before = p;
	}
	arena_release(&a);
}

Test(arena, allocations_beyond_a_block_get_memory_of_their_own)
{
	struct arena a = ARENA_INIT;
	char *small = arena_alloc(&a, 8), *large = arena_alloc(&a, 1 << 20);

	memcpy(small, "12345678", 8);
	memset(large, 'x', 1 << 20);
	cr_expect_eq(memcmp(small, "12345678", 8), 0);
	arena_release(&a);
}

Test(arena, counted_allocations_are_zero_even_where_memory_was_used_before)
{
	struct arena a = ARENA_INIT;
	char *p;

	memset(arena_alloc(&a, 4096), 0xff, 4096);
	arena_reset(&a);
	p = arena_calloc(&a, 64, 64);
	for (size_t i = 0; i < 4096; i++)
		cr_assert_eq(p[i], 0);
	arena_release(&a);
}

Test(arena, sizes_that_no_memory_holds_give_null_and_leave_the_arena_usable)
{
	struct arena a = ARENA_INIT;

	cr_expect_null(arena_alloc(&a, SIZE_MAX));
	cr_expect_null(arena_alloc(&a, SIZE_MAX / 2 + 1));
	cr_expect_null(arena_calloc(&a, SIZE_MAX / 8, 16));
	cr_expect_not_null(arena_alloc(&a, 1));
	arena_release(&a);
}

Test(arena, copies_end_in_nul_and_keep_those_inside)
{
	struct arena a = ARENA_INIT;
	char *copy = arena_copy(&a, "a\0bc", 3);

	cr_expect_eq(memcmp(copy, "a\0b", 4), 0);
	cr_expect_str_eq(arena_copy(&a, NULL, 0), "");
	arena_release(&a);
}

Test(arena, reset_gives_the_first_block_out_again)
{
	struct arena a = ARENA_INIT;
	void *first = arena_alloc(&a, 100);

	arena_alloc(&a, 1 << 20);
	arena_reset(&a);
	cr_expect_eq(arena_alloc(&a, 100), first);
	arena_release(&a);
	cr_expect_null(a.blocks);
	arena_reset(&a);
	cr_expect_not_null(arena_alloc(&a, 1));
	arena_release(&a);
}
