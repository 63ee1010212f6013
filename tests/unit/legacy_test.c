/* SPDX-License-Identifier: Apache-2.0 */
#include "format/legacy.h"

#include <criterion/criterion.h>

#include "format/legacy_frames.h"

static struct assay_diag diag;
static bool mine;

static int run(struct profile_builder *b, int (*read)(struct legacy *l), struct str text)
{
	struct bytes bytes = { .data = (uint8_t *)text.p, .len = text.len, .borrowed = true, .inflated = true };

	diag = (struct assay_diag){ .code = ASSAY_OK };
	cr_assert_eq(builder_init(b, &diag), 0);
	return legacy_read(read, b, &bytes, &mine, NULL, &diag);
}

/* --- lines --- */

static int read_lines(struct legacy *l)
{
	legacy_recognized(l);
	while (legacy_next(l))
		legacy_add_type(l, l->line, STR(""));
	return l->err;
}

static int read_one_unknown(struct legacy *l)
{
	return legacy_next(l) ? 0 : legacy_unrecognized(l, "no line");
}

static char *line_of(size_t n, char last)
{
	char *line = malloc(n);

	cr_assert(line);
	memset(line, 'a', n);
	line[n - 1] = last;
	return line;
}

Test(legacy, a_line_has_65536_bytes_at_most)
{
	static const struct {
		size_t n;
		char last;
		bool fits;
	} cases[] = { { 65536, '\n', true }, { 65537, '\n', false }, { 65535, 'a', true }, { 65536, 'a', false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *line = line_of(cases[i].n, cases[i].last);
		struct profile_builder b;
		int err = run(&b, read_lines, (struct str){ line, cases[i].n });

		cr_expect_eq(err, cases[i].fits ? 0 : ASSAY_ERR_FORMAT, "case %zu", i);
		if (!cases[i].fits)
			cr_expect_str_eq(diag.text, "parsing profile: bufio.Scanner: token too long (line 1)");
		builder_release(&b);
		free(line);
	}
}

Test(legacy, a_first_line_that_is_too_long_is_for_another_reader)
{
	char *line = line_of(70000, 'a');
	struct profile_builder b;

	cr_expect_eq(run(&b, read_one_unknown, (struct str){ line, 70000 }), ASSAY_ERR_FORMAT);
	cr_expect_not(mine);
	builder_release(&b);
	free(line);
}

/* --- addresses --- */

static int read_addresses(struct legacy *l)
{
	legacy_next(l);
	legacy_add_type(l, STR("a"), STR("count"));
	legacy_add_addresses(l, l->line, 1);
	legacy_add_value(l, 1);
	legacy_end_sample(l);
	return l->err;
}

static void expect_addresses(const char *text, size_t n, const uint64_t *want)
{
	struct profile_builder b;

	cr_assert_eq(run(&b, read_addresses, str_of(text)), 0, "'%s': %s", text, diag.text);
	cr_assert_eq(b.profile->stacks.n, n, "'%s'", text);
	for (size_t i = 0; i < n; i++)
		cr_expect_eq(
			b.profile->locations.items[stack_column_at(&b.profile->stacks, i)].address, want[i], "'%s' %zu", text, i);
	builder_release(&b);
}

Test(legacy, finds_addresses_wherever_they_stand)
{
	expect_addresses(" 0x10 0x20", 2, (uint64_t[]){ 0xf, 0x1f });
	expect_addresses("00x10x0x5xx", 2, (uint64_t[]){ 0xf, 0x4 });
	expect_addresses("0x 0X1 0xG x1 1", 0, NULL);
	expect_addresses("0x0 0x000000000000000000001", 2, (uint64_t[]){ UINT64_MAX, 0 });
	/* Upper case ends one. */
	expect_addresses("0x1F", 1, (uint64_t[]){ 0 });
}

Test(legacy, an_address_over_64_bits_is_quoted_with_its_line)
{
	struct profile_builder b;

	cr_expect_eq(run(&b, read_addresses, STR("PC: 0x123456789abcdef01")), ASSAY_ERR_FORMAT);
	cr_expect(mine);
	cr_expect_str_eq(diag.text,
		"parsing profile: malformed sample: PC: 0x123456789abcdef01: failed to parse as hex 64-bit number: "
		"0x123456789abcdef01 (line 1)");
	builder_release(&b);
}

/* --- numbers --- */

Test(legacy, unsamples_as_the_reference_does)
{
	static const struct {
		int64_t count, size, rate, want_count, want_size;
	} cases[] = {
		{ 1, 1024, 524288, 512, 524800 },
		{ 2, 4096, 524288, 513, 1050625 },
		{ 3, 0, 1, 0, 0 },
		{ 3, 30, 1, 3, 30 },
		{ -1, 524288, 524288, 0, -305123 },
		{ -1, INT64_C(1) << 62, 524288, 0, 0 },
		{ 1, 1, INT64_MAX, INT64_MIN, INT64_MIN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t count = cases[i].count, size = cases[i].size;

		legacy_unsample(&count, &size, cases[i].rate);
		cr_expect_eq(count, cases[i].want_count, "case %zu: %lld", i, (long long)count);
		cr_expect_eq(size, cases[i].want_size, "case %zu: %lld", i, (long long)size);
	}
}

Test(legacy, the_least_number_can_be_divided)
{
	cr_expect_eq(legacy_divide(INT64_MIN, -1), INT64_MIN);
	cr_expect_eq(legacy_divide(-7, 2), -3);
	cr_expect_eq(legacy_multiply(INT64_MAX, 2), -2);
}

/* --- mappings --- */

#define N_MAPS 12
#define N_PLACES 24

static struct mapping maps[N_MAPS];
static uint64_t places[N_PLACES];

static int build_places(struct legacy *l)
{
	legacy_add_type(l, STR("a"), STR("count"));
	for (size_t i = 0; i < N_PLACES; i++)
		legacy_add_address(l, places[i]);
	legacy_add_value(l, 1);
	legacy_end_sample(l);
	for (size_t i = 0; i < N_MAPS; i++)
		cr_assert(vec_push(&l->p->mappings, maps[i]));
	legacy_finish(l);
	return l->err;
}

/* The rules as they are worded; *rest is the mapping of last resort. */
static size_t walk(struct mapping *list, size_t n, uint64_t a, bool *rest)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].start <= a && a < list[i].limit)
			return i;
	for (size_t i = 0; !*rest && i < n; i++)
		if (list[i].offset && list[i].start - list[i].offset <= a && a < list[i].start) {
			list[i].start -= list[i].offset;
			list[i].offset = 0;
			return i;
		}
	*rest = true;
	return n;
}

static uint64_t random_below(uint64_t *state, uint64_t n)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*state >> 33) % n;
}

/* Without files, so that none comes first. */
static void make_maps(uint64_t *state)
{
	for (size_t i = 0; i < N_MAPS; i++) {
		maps[i] = (struct mapping){ .start = 16 + random_below(state, 100) };
		maps[i].limit = maps[i].start + random_below(state, 20) - (random_below(state, 5) ? 0 : 12);
		maps[i].offset = random_below(state, 3) ? random_below(state, 30) : 0;
	}
	for (size_t i = 0; i < N_PLACES; i++)
		places[i] = random_below(state, 40) ? 1 + random_below(state, 140) : UINT64_MAX;
}

static bool any_joined(void)
{
	for (size_t i = 0; i + 1 < N_MAPS; i++)
		if (maps[i].limit == maps[i + 1].start)
			return true;
	return false;
}

Test(legacy, finds_the_mapping_that_a_plain_walk_over_the_list_finds)
{
	uint64_t state = 1;
	unsigned n_stretched = 0;

	for (unsigned round = 0; round < 2000; round++) {
		struct mapping list[N_MAPS];
		struct profile_builder b;
		bool rest = false;

		make_maps(&state);
		if (any_joined())
			continue;
		memcpy(list, maps, sizeof(list));
		cr_assert_eq(run(&b, build_places, STR("")), 0, "%s", diag.text);
		for (size_t i = 0; i < b.profile->locations.n; i++) {
			const struct location *l = &b.profile->locations.items[i];
			size_t want = walk(list, N_MAPS, l->address, &rest);

			cr_assert_eq(l->mapping, want, "round %u, address %llu: %u, not %zu", round,
				(unsigned long long)l->address, (unsigned)l->mapping, want);
		}
		for (size_t i = 0; i < N_MAPS; i++)
			n_stretched += list[i].start != maps[i].start;
		builder_release(&b);
	}
	cr_expect_gt(n_stretched, 500);
}

/* --- frames --- */

static const char *drop_of(const char *const types[4])
{
	struct assay_profile *p;
	struct profile_builder b;
	const char *drop;

	cr_assert_eq(builder_init(&b, &diag), 0);
	p = b.profile;
	for (size_t i = 0; i < 4 && types[i]; i++) {
		struct value_type t = { 0 };

		cr_assert_eq(builder_intern(&b, str_of(types[i]), &t.type, &diag), 0);
		cr_assert(vec_push(&p->sample_types, t));
	}
	drop = legacy_frames_of(p)->drop;
	builder_release(&b);
	return drop;
}

Test(legacy, drops_frames_by_the_names_of_all_types)
{
	static const struct {
		const char *types[4], *start;
	} cases[] = {
		{ { "objects", "space" }, "calloc|" },
		{ { "allocations", "size" }, "calloc|" },
		{ { "alloc_objects", "alloc_space", "inuse_objects", "inuse_space" }, "calloc|" },
		{ { "contentions", "delay" }, "RecordLockProfileData|" },
		{ { "delay", "contentions" }, "ProfileData::Add|" },
		{ { "objects" }, "ProfileData::Add|" },
		{ { "objects", "space", "objects" }, "ProfileData::Add|" },
		{ { NULL }, "ProfileData::Add|" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(str_starts(str_of(drop_of(cases[i].types)), str_of(cases[i].start)), "case %zu", i);
}
