/* SPDX-License-Identifier: Apache-2.0 */
#include "format/proto_read.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto_builder.h"

#define LITERAL(text) { text, sizeof(text) - 1 }

enum { EMPTY, CPU, NS, MAIN, FILE_NAME, N_BASE_STRINGS };

/*
 * The message that most tests add to: strings "", "cpu", "ns", "main", "m.c"; a type cpu in ns; mapping, function and
 * location number 1, the location being line 7 of main in the mapping.
 */
static void add_base(struct buf *b)
{
	proto_strings(b, "cpu", "ns", "main", "m.c", NULL);
	proto_value_type(b, 1, CPU, NS);
	proto_mapping(b, 1, FILE_NAME);
	proto_function(b, 1, MAIN, FILE_NAME);
	proto_location(b, 1, 1, 1, 7);
}

static int decode(const struct buf *b, struct profile_builder *builder, bool *mine, struct assay_diag *diag)
{
	struct bytes bytes = { .data = (uint8_t *)b->data, .len = b->len, .borrowed = true };
	struct assay_ctx ctx = { .bytes_left = UINT64_MAX };
	int err;

	*mine = false;
	*diag = (struct assay_diag){ .text = "" };
	cr_assert_eq(builder_init(builder, diag), 0);
	err = proto_read(builder, &bytes, mine, &ctx, diag);
	cr_assert_eq(err, diag->code, "%d and %d: %s", err, diag->code, diag->text);
	return err;
}

/* The profile of a message that must be right; the message is released. */
static const struct assay_profile *decoded(struct buf *b)
{
	struct profile_builder builder;
	const struct assay_profile *p = NULL;
	struct assay_diag diag;
	bool mine;

	cr_assert_eq(decode(b, &builder, &mine, &diag), 0, "%s: %s", diag.path, diag.text);
	cr_expect(mine);
	buf_release(b);
	cr_assert_eq(profile_seal(&builder, &p, &diag), 0, "%s", diag.text);
	return p;
}

static void dump_string(struct buf *out, const struct assay_profile *p, uint32_t id)
{
	buf_add_safe(out, profile_str(p, id));
	buf_add_char(out, ' ');
}

static void dump_labels(struct buf *out, const struct assay_profile *p, size_t sample)
{
	for (uint64_t i = p->label_start.items[sample]; i < p->label_start.items[sample + 1]; i++) {
		const struct label *l = &p->labels.items[i];
		struct str key = profile_str(p, l->key), text = profile_str(p, l->text);

		buf_addf(out, " %.*s=", (int)key.len, key.p);
		if (l->kind != LABEL_TEXT)
			buf_addf(out, "%" PRId64, l->number);
		if (l->kind != LABEL_NUMBER)
			buf_addf(out, "%s%.*s", l->kind == LABEL_TEXT ? "'" : ":", (int)text.len, text.p);
	}
}

/* A line per sample: values, ids of locations, labels. */
static char *dump_samples(const struct assay_profile *p)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < p->n_samples; i++) {
		for (size_t c = 0; c < profile_n_types(p); c++)
			buf_addf(&out, "%" PRId64 " ", profile_values(p, i)[c]);
		buf_add_char(&out, '@');
		for (uint64_t k = p->stack_start.items[i]; k < p->stack_start.items[i + 1]; k++)
			buf_addf(&out, " %" PRIu64, p->locations.items[stack_column_at(&p->stacks, k)].id);
		dump_labels(&out, p, i);
		buf_add_char(&out, '\n');
	}
	return buf_detach(&out, NULL);
}

static void dump_locations(struct buf *out, const struct assay_profile *p)
{
	for (size_t i = 0; i < p->locations.n; i++) {
		const struct location *l = &p->locations.items[i];

		buf_addf(out, "location %" PRIu64 " %" PRIx64 " mapping %" PRIu64 "%s", l->id, l->address,
			l->mapping == PROFILE_NONE ? 0 : p->mappings.items[l->mapping].id, l->folded ? " folded" : "");
		for (uint32_t k = 0; k < l->n_lines; k++) {
			const struct line *line = &p->lines.items[l->first_line + k];

			buf_addf(out, " %" PRIu64 ":%" PRId64 ":%" PRId64, p->functions.items[line->function].id,
				line->number,
				line->column);
		}
		buf_add_char(out, '\n');
	}
}

/* All that a profile holds, so that two of them can be compared. */
static char *dump(const struct assay_profile *p)
{
	struct buf out = BUF_INIT;
	char *samples = dump_samples(p);

	for (size_t i = 0; i < profile_n_types(p); i++) {
		dump_string(&out, p, p->sample_types.items[i].type);
		dump_string(&out, p, p->sample_types.items[i].unit);
	}
	buf_addf(&out, "\n%s", samples);
	for (size_t i = 0; i < p->mappings.n; i++) {
		const struct mapping *m = &p->mappings.items[i];

		buf_addf(&out, "mapping %" PRIu64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " %d%d%d%d ", m->id, m->start,
			m->limit,
			m->offset, m->has_functions, m->has_filenames, m->has_line_numbers, m->has_inline_frames);
		dump_string(&out, p, m->file);
		dump_string(&out, p, m->build_id);
		buf_add_char(&out, '\n');
	}
	dump_locations(&out, p);
	for (size_t i = 0; i < p->functions.n; i++) {
		const struct function *f = &p->functions.items[i];

		buf_addf(&out, "function %" PRIu64 " %" PRId64 " ", f->id, f->start_line);
		dump_string(&out, p, f->name);
		dump_string(&out, p, f->system_name);
		dump_string(&out, p, f->file);
		buf_add_char(&out, '\n');
	}
	buf_addf(&out, "time %" PRId64 " duration %" PRId64 " period %" PRId64 " ", p->time_nanos, p->duration_nanos,
		p->period);
	dump_string(&out, p, p->period_type.type);
	dump_string(&out, p, p->period_type.unit);
	dump_string(&out, p, p->drop_frames);
	dump_string(&out, p, p->keep_frames);
	dump_string(&out, p, p->default_sample_type);
	dump_string(&out, p, p->doc_url);
	for (size_t i = 0; i < p->comments.n; i++)
		dump_string(&out, p, p->comments.items[i]);
	free(samples);
	return buf_detach(&out, NULL);
}

/* Looks at the samples of a message that must be right. */
static void expect_samples(struct buf *b, const char *expected)
{
	const struct assay_profile *p = decoded(b);
	char *samples = dump_samples(p);

	cr_expect_str_eq(samples, expected, "got\n%s\nwant\n%s", samples, expected);
	free(samples);
	profile_free(p);
}

Test(decode, the_smallest_profile_is_one_empty_string)
{
	struct buf b = BUF_INIT;
	const struct assay_profile *p;

	proto_strings(&b, NULL);
	p = decoded(&b);
	cr_expect_eq(p->n_samples, 0);
	cr_expect_eq(profile_n_types(p), 0);
	profile_free(p);
}

/* Every field of every message, each with a value of its own. */
static void add_all_fields(struct buf *parts)
{
	struct buf m = BUF_INIT, inner = BUF_INIT;

	proto_strings(&parts[0], "cpu", "ns", "main", "_Zmain", "m.c", "bin", "id", "drop", "keep", "note", "url", "k",
		"v",
		"bytes", NULL);
	proto_value_type(&parts[1], 1, 1, 2);
	proto_value_type(&parts[1], 1, 12, 13);
	proto_packed(&m, 1, UINT64_C(7), UINT64_C(5), PROTO_END);
	proto_packed(&m, 2, (uint64_t)-3, UINT64_C(4), PROTO_END);
	proto_uint(&inner, 1, 12);
	proto_uint(&inner, 2, 13);
	proto_message(&m, 3, &inner);
	proto_uint(&inner, 1, 14);
	proto_uint(&inner, 3, (uint64_t)-9);
	proto_uint(&inner, 4, 14);
	proto_message(&m, 3, &inner);
	proto_message(&parts[2], 2, &m);
	proto_uint(&m, 1, 3);
	proto_uint(&m, 2, 0x1000);
	proto_uint(&m, 3, 0x2000);
	proto_uint(&m, 4, 0x10);
	proto_uint(&m, 5, 6);
	proto_uint(&m, 6, 7);
	proto_uint(&m, 7, 1);
	proto_uint(&m, 9, 1 << 20);
	proto_message(&parts[3], 3, &m);
	proto_uint(&m, 1, 4);
	proto_uint(&m, 8, UINT64_C(1) << 63);
	proto_uint(&m, 10, 1);
	proto_message(&parts[3], 3, &m);
	proto_uint(&m, 1, 7);
	proto_uint(&m, 2, 4);
	proto_uint(&m, 3, 0x1234);
	proto_uint(&inner, 1, 11);
	proto_uint(&inner, 2, 12);
	proto_uint(&inner, 3, 13);
	proto_message(&m, 4, &inner);
	proto_uint(&inner, 1, 10);
	proto_uint(&inner, 2, (uint64_t)-1);
	proto_message(&m, 4, &inner);
	proto_uint(&m, 5, 1);
	proto_message(&parts[4], 4, &m);
	proto_location(&parts[4], 5, 3, 0, 0);
	proto_uint(&m, 1, 10);
	proto_uint(&m, 2, 3);
	proto_uint(&m, 3, 4);
	proto_uint(&m, 4, 5);
	proto_uint(&m, 5, 6);
	proto_message(&parts[5], 5, &m);
	proto_function(&parts[5], 11, 13, 0);
	proto_uint(&parts[6], 7, 8);
	proto_uint(&parts[6], 8, 9);
	proto_uint(&parts[6], 9, 1600000000);
	proto_uint(&parts[7], 10, 25);
	proto_value_type(&parts[7], 11, 2, 1);
	proto_uint(&parts[7], 12, 100);
	proto_uint(&parts[8], 13, 10);
	proto_packed(&parts[8], 13, UINT64_C(0), UINT64_C(11), PROTO_END);
	proto_uint(&parts[8], 14, 1);
	proto_uint(&parts[8], 15, 11);
}

enum { N_PARTS = 9 };

static const char all_fields[] =
	"cpu ns k v \n"
	"-3 4 @ 7 5 k='v bytes=-9:bytes\n"
	"mapping 3 1000 2000 10 1010 bin id \n"
	"mapping 4 0 0 0 0101   \n"
	"location 7 1234 mapping 4 folded 11:12:13 10:-1:0\n"
	"location 5 0 mapping 3\n"
	"function 10 6 main _Zmain m.c \n"
	"function 11 0 v   \n"
	"time 1600000000 duration 25 period 100 ns cpu drop keep cpu url note  url ";

Test(decode, every_field_arrives_in_whatever_order_the_tables_stand)
{
	for (unsigned order = 0; order < N_PARTS; order++) {
		struct buf parts[N_PARTS] = { BUF_INIT }, b = BUF_INIT;
		const struct assay_profile *p;
		char *text;

		add_all_fields(parts);
		/* Forwards from each part on, so that every one is first and last once. */
		for (unsigned i = 0; i < N_PARTS; i++)
			buf_add_str(&b, buf_str(&parts[(i + order) % N_PARTS]));
		p = decoded(&b);
		text = dump(p);
		cr_expect_str_eq(text, all_fields, "from part %u: got\n%s", order, text);
		free(text);
		profile_free(p);
		for (unsigned i = 0; i < N_PARTS; i++)
			buf_release(&parts[i]);
	}
}

Test(decode, unknown_fields_are_passed_over_wherever_they_stand)
{
	static const struct str unknown[] = {
		LITERAL("\x00\x07"),             /* number 0, varint */
		LITERAL("\x02\x03" "abc"),       /* number 0, bytes */
		LITERAL("\xa0\x06\x80\x01"),     /* number 100, varint */
		LITERAL("\xa1\x06" "12345678"),  /* fixed64 */
		LITERAL("\xa2\x06\x02\xff\xff"), /* bytes */
		LITERAL("\xa5\x06" "1234"),      /* fixed32 */
		LITERAL("\xf8\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01"), /* the largest number of all */
		LITERAL("\x88\x80\x80\x80\x80\x80\x01\x01"),             /* number 2^39 + 1: not number 1 in 32 bits */
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct buf b = BUF_INIT, m = BUF_INIT, inner = BUF_INIT;
		const struct assay_profile *p;
		char *text;

		buf_add_str(&b, unknown[i]);
		proto_strings(&b, "cpu", "ns", "main", "m.c", NULL);
		proto_uint(&m, 1, CPU);
		buf_add_str(&m, unknown[i]);
		proto_uint(&m, 2, NS);
		proto_message(&b, 1, &m);
		buf_add_str(&m, unknown[i]);
		proto_uint(&m, 1, 1);
		proto_message(&b, 3, &m);
		proto_uint(&m, 1, 1);
		buf_add_str(&m, unknown[i]);
		proto_message(&b, 5, &m);
		proto_uint(&m, 1, 1);
		buf_add_str(&inner, unknown[i]);
		proto_uint(&inner, 1, 1);
		buf_add_str(&inner, unknown[i]);
		proto_message(&m, 4, &inner);
		buf_add_str(&m, unknown[i]);
		proto_message(&b, 4, &m);
		buf_add_str(&b, unknown[i]);
		buf_add_str(&m, unknown[i]);
		proto_uint(&m, 1, 1);
		buf_add_str(&m, unknown[i]);
		proto_uint(&m, 2, 5);
		proto_uint(&inner, 1, MAIN);
		buf_add_str(&inner, unknown[i]);
		proto_uint(&inner, 3, 6);
		proto_message(&m, 3, &inner);
		proto_message(&b, 2, &m);
		buf_add_str(&b, unknown[i]);
		p = decoded(&b);
		text = dump(p);
		cr_expect_str_eq(text,
			"cpu ns \n5 @ 1 main=6\nmapping 1 0 0 0 0000   \nlocation 1 0 mapping 0 1:0:0\nfunction 1 0    \n"
			"time 0 duration 0 period 0       ",
			"case %zu: got\n%s", i, text);
		free(text);
		profile_free(p);
	}
}

Test(decode, repeated_numbers_come_packed_or_not_and_mixed)
{
	struct buf b = BUF_INIT, m = BUF_INIT;
	const uint64_t one = 1, two = 2, three = 3;

	proto_strings(&b, "a", "b", "c", NULL);
	for (unsigned i = 1; i <= 3; i++) {
		proto_value_type(&b, 1, i, 0);
		proto_location(&b, i, 0, 0, 0);
	}
	proto_packed(&m, 1, one, two, three, PROTO_END);
	proto_packed(&m, 2, one, two, three, PROTO_END);
	proto_message(&b, 2, &m);
	for (unsigned i = 1; i <= 3; i++) {
		proto_uint(&m, 2, i);
		proto_uint(&m, 1, i);
	}
	proto_message(&b, 2, &m);
	proto_packed(&m, 1, one, PROTO_END);
	proto_uint(&m, 1, 2);
	proto_packed(&m, 1, PROTO_END); /* an empty block adds nothing */
	proto_uint(&m, 2, 1);
	proto_packed(&m, 2, two, three, PROTO_END);
	proto_packed(&m, 1, three, one, PROTO_END);
	proto_message(&b, 2, &m);
	expect_samples(&b, "1 2 3 @ 1 2 3\n1 2 3 @ 1 2 3\n1 2 3 @ 1 2 3 1\n");
}

Test(decode, ids_may_be_dense_sparse_or_huge)
{
	static const uint64_t ids[][3] = {
		{ 1, 2, 3 },
		{ 3, 1, 2 },
		{ 5, 900, 17 },
		{ 1, 1 << 14, 1 << 21 },
		{ UINT64_MAX, 1, UINT64_C(1) << 63 },
		{ UINT64_C(1) << 32, UINT64_C(2) << 32, (UINT64_C(1) << 32) + 1 },
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct buf b = BUF_INIT, m = BUF_INIT;
		const struct assay_profile *p;

		proto_strings(&b, "cpu", NULL);
		proto_value_type(&b, 1, CPU, 0);
		proto_packed(&m, 1, ids[i][2], ids[i][0], ids[i][1], ids[i][2], PROTO_END);
		proto_uint(&m, 1, ids[i][1]);
		proto_uint(&m, 2, 5);
		proto_message(&b, 2, &m);
		for (unsigned k = 0; k < 3; k++) {
			proto_mapping(&b, ids[i][k], 0);
			proto_function(&b, ids[i][k], 0, 0);
			proto_location(&b, ids[i][k], ids[i][2 - k], ids[i][(k + 1) % 3], 0);
		}
		p = decoded(&b);
		cr_assert_eq(p->stacks.n, 5);
		for (unsigned k = 0; k < 5; k++)
			cr_expect_eq(stack_column_at(&p->stacks, k), ((const uint32_t[]){ 2, 0, 1, 2, 1 })[k], "case %zu", i);
		for (unsigned k = 0; k < 3; k++) {
			cr_expect_eq(p->locations.items[k].mapping, 2 - k, "case %zu", i);
			cr_expect_eq(p->lines.items[p->locations.items[k].first_line].function, (k + 1) % 3, "case %zu",
				i);
		}
		profile_free(p);
	}
}

Test(decode, ids_of_every_length_are_read_to_the_end_of_the_block)
{
	/* Location i has id i; blocks that end in ids of one, two and three bytes, and long spellings of short ones. */
	static const struct {
		struct str block;
		const char *expected;
	} cases[] = {
		{ LITERAL("\x01"), "5 @ 1\n" },
		{ LITERAL("\x01\x02"), "5 @ 1 2\n" },
		{ LITERAL("\xac\x02"), "5 @ 300\n" },
		{ LITERAL("\x01\xac\x02"), "5 @ 1 300\n" },
		{ LITERAL("\xac\x02\x01"), "5 @ 300 1\n" },
		{ LITERAL("\xa0\x9c\x01"), "5 @ 20000\n" },
		{ LITERAL("\xa0\x9c\x01\x01"), "5 @ 20000 1\n" },
		{ LITERAL("\x01\x01\xa0\x9c\x01"), "5 @ 1 1 20000\n" },
		{ LITERAL("\x81\x00"), "5 @ 1\n" },
		{ LITERAL("\x81\x80\x80\x00\x02"), "5 @ 1 2\n" },
		{ LITERAL("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00"), "5 @ 1\n" },
		{ LITERAL("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x02\x02"), "5 @ 1 2\n" }, /* bit 64 is dropped */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT, m = BUF_INIT;

		proto_strings(&b, "cpu", NULL);
		proto_value_type(&b, 1, CPU, 0);
		for (unsigned id = 1; id <= 20000; id++)
			proto_location(&b, id, 0, 0, 0);
		proto_bytes(&m, 1, cases[i].block.p, cases[i].block.len);
		proto_uint(&m, 2, 5);
		proto_message(&b, 2, &m);
		expect_samples(&b, cases[i].expected);
	}
}

/* id in at least n bytes: writers may spell a short number long. */
static void add_padded(struct buf *b, uint64_t id, unsigned n)
{
	while (--n || id >= 0x80) {
		buf_add_char(b, (char)(id | 0x80));
		id >>= 7;
		n += !n;
	}
	buf_add_char(b, (char)id);
}

/* A block of ids of mixed lengths, in which the one at place bad, if there is any, is beyond the table. */
static void expect_block(uint32_t seed, size_t bad)
{
	enum { N_LOCATIONS = 20000, N_IDS = 60 };
	static struct buf base = BUF_INIT;
	struct buf b = BUF_INIT, m = BUF_INIT, block = BUF_INIT, exact = BUF_INIT;
	struct profile_builder builder;
	struct assay_diag diag;
	uint32_t ids[N_IDS], state = seed;
	size_t bad_at = 0;
	char path[64];
	bool mine;

	if (!base.len) {
		proto_strings(&base, "cpu", NULL);
		proto_value_type(&base, 1, CPU, 0);
		for (unsigned id = 1; id <= N_LOCATIONS; id++)
			proto_location(&base, id, 0, 0, 0);
	}
	for (size_t i = 0; i < N_IDS; i++) {
		static const uint32_t most[] = { 0x7f, 0x3fff, N_LOCATIONS };

		state = state * 1664525 + 1013904223;
		ids[i] = 1 + (state >> 8) % most[(state >> 4) % 3];
		if (i == bad) {
			bad_at = block.len;
			ids[i] = state & 8 ? 0 : N_LOCATIONS + 1;
		}
		/* One in sixteen is spelled with up to ten bytes. */
		add_padded(&block, ids[i], (state >> 24) % 16 ? 1 : 1 + (state >> 28) % 10);
	}
	buf_add_str(&b, buf_str(&base));
	proto_uint(&m, 2, 5);
	proto_bytes(&m, 1, block.data, block.len);
	proto_message(&b, 2, &m);
	/* The block is the end of all, in memory that ends there too. */
	bad_at += b.len - block.len;
	exact.data = memcpy(malloc(b.len), b.data, b.len);
	exact.len = b.len;
	if (bad < N_IDS) {
		cr_expect_eq(decode(&exact, &builder, &mine, &diag), ASSAY_ERR_FORMAT, "seed %u", seed);
		snprintf(path, sizeof(path), "sample[0].location_id[%zu]", bad);
		cr_expect_str_eq(diag.path, path, "seed %u: %s, not %s", seed, diag.path, path);
		cr_expect_eq(diag.offset, bad_at, "seed %u: at %zu, not %zu", seed, (size_t)diag.offset, bad_at);
	} else {
		cr_assert_eq(decode(&exact, &builder, &mine, &diag), 0, "seed %u: %s: %s", seed, diag.path, diag.text);
		cr_assert_eq(builder.profile->stacks.n, N_IDS);
		for (size_t i = 0; i < N_IDS; i++)
			cr_assert_eq(stack_column_at(&builder.profile->stacks, i), ids[i] - 1, "seed %u id %zu", seed, i);
	}
	builder_release(&builder);
	buf_release(&b);
	buf_release(&block);
	free(exact.data);
	if (seed == UINT32_MAX)
		buf_release(&base);
}

Test(decode, blocks_of_ids_of_mixed_lengths_are_read_one_for_one)
{
	for (uint32_t seed = 0; seed < 60; seed++)
		expect_block(seed, SIZE_MAX);
	expect_block(UINT32_MAX, SIZE_MAX);
}

Test(decode, a_bad_id_is_found_wherever_it_stands_in_a_block)
{
	for (uint32_t seed = 0; seed < 60; seed++)
		expect_block(seed, seed);
	expect_block(UINT32_MAX, 59);
}

Test(decode, of_a_scalar_that_comes_twice_the_last_counts)
{
	struct buf b = BUF_INIT, m = BUF_INIT;
	const struct assay_profile *p;

	add_base(&b);
	for (unsigned i = 1; i <= 2; i++) {
		for (unsigned number = 7; number <= 15; number++)
			if (number != 9 && number != 11 && number != 13)
				proto_uint(&b, number, i);
	}
	proto_uint(&m, 1, 2);
	proto_uint(&m, 2, NS);
	proto_uint(&m, 2, FILE_NAME);
	proto_uint(&m, 1, 2);
	proto_message(&b, 5, &m);
	/* The later period_type stands alone: its missing unit is not the earlier one's. */
	proto_value_type(&b, 11, CPU, NS);
	proto_value_type(&b, 11, MAIN, 0);
	p = decoded(&b);
	cr_expect_str_eq(profile_str(p, p->drop_frames).p, "ns");
	cr_expect_str_eq(profile_str(p, p->keep_frames).p, "ns");
	cr_expect_str_eq(profile_str(p, p->default_sample_type).p, "ns");
	cr_expect_str_eq(profile_str(p, p->doc_url).p, "ns");
	cr_expect_eq(p->duration_nanos, 2);
	cr_expect_eq(p->period, 2);
	cr_expect_str_eq(profile_str(p, p->functions.items[1].name).p, "m.c");
	cr_expect_str_eq(profile_str(p, p->period_type.type).p, "main");
	cr_expect_str_eq(profile_str(p, p->period_type.unit).p, "");
	profile_free(p);
}

Test(decode, a_second_time_means_that_two_profiles_were_joined)
{
	static const struct {
		uint64_t first, second;
		bool joined;
	} cases[] = {
		{ 1, 2, true }, { 1, 1, true }, { 1, 0, true }, { (uint64_t)-1, 5, true }, { 0, 5, false },
		{ 0, 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile_builder builder;
		struct buf b = BUF_INIT;
		struct assay_diag diag;
		bool mine;

		add_base(&b);
		proto_uint(&b, 9, cases[i].first);
		proto_uint(&b, 9, cases[i].second);
		cr_expect_eq(decode(&b, &builder, &mine, &diag), cases[i].joined ? ASSAY_ERR_FORMAT : 0, "case %zu", i);
		cr_expect(mine, "case %zu", i);
		if (cases[i].joined)
			cr_expect_str_eq(diag.text, "parsing profile: concatenated profiles detected");
		else
			cr_expect_eq(builder.profile->time_nanos, (int64_t)cases[i].second);
		builder_release(&builder);
		buf_release(&b);
	}
}

Test(decode, strings_are_any_bytes)
{
	struct buf b = BUF_INIT;
	const struct assay_profile *p;

	proto_strings(&b, NULL);
	proto_bytes(&b, 6, "a\0b\xff\x1b", 5);
	proto_text(&b, 6, "");
	proto_bytes(&b, 6, "a\0b\xff\x1b", 5);
	proto_function(&b, 1, 1, 2);
	proto_function(&b, 2, 3, 0);
	p = decoded(&b);
	cr_expect(str_equal(profile_str(p, p->functions.items[0].name), (struct str){ "a\0b\xff\x1b", 5 }));
	cr_expect_eq(p->functions.items[0].name, p->functions.items[1].name, "equal texts are one string");
	cr_expect_eq(p->functions.items[0].file, 0, "and an empty one is 0 wherever it stands");
	profile_free(p);
}

Test(decode, a_mapping_that_is_not_there_is_no_fault)
{
	struct buf b = BUF_INIT;
	const struct assay_profile *p;

	add_base(&b);
	proto_location(&b, 2, 99, 0, 0);
	proto_location(&b, 3, 0, 0, 0);
	p = decoded(&b);
	cr_expect_eq(p->locations.items[0].mapping, 0);
	cr_expect_eq(p->locations.items[1].mapping, PROFILE_NONE);
	cr_expect_eq(p->locations.items[2].mapping, PROFILE_NONE);
	profile_free(p);
}

Test(decode, odd_samples_are_kept)
{
	struct buf b = BUF_INIT, m = BUF_INIT;

	add_base(&b);
	proto_uint(&m, 2, 5); /* no stack */
	proto_message(&b, 2, &m);
	proto_sample(&b, 1, 0);
	proto_sample(&b, 1, INT64_MIN);
	proto_sample(&b, 1, INT64_MAX);
	expect_samples(&b, "5 @\n0 @ 1\n-9223372036854775808 @ 1\n9223372036854775807 @ 1\n");
}

Test(decode, labels_are_text_or_number_and_what_says_nothing_is_dropped)
{
	/* key, str, num, num_unit; 99 is beyond the string table */
	static const struct {
		uint64_t fields[4];
		const char *expected;
	} cases[] = {
		{ { MAIN, CPU, 0, 0 }, "5 @ 1 main='cpu\n" },
		{ { MAIN, CPU, 7, NS }, "5 @ 1 main='cpu\n" }, /* the text wins */
		{ { MAIN, CPU, 7, 99 }, "5 @ 1 main='cpu\n" }, /* and the unit is not even looked at */
		{ { MAIN, 0, 7, 0 }, "5 @ 1 main=7\n" },
		{ { MAIN, 0, (uint64_t)-7, NS }, "5 @ 1 main=-7:ns\n" },
		{ { MAIN, 0, 0, NS }, "5 @ 1 main=0:ns\n" }, /* 0 with a unit is a label, 0 without is none */
		{ { MAIN, 0, 0, 0 }, "5 @ 1\n" },
		{ { 0, CPU, 0, 0 }, "5 @ 1 ='cpu\n" },
		{ { 0, 0, 0, 0 }, "5 @ 1\n" },
		{ { MAIN, 5, 0, 0 }, "5 @ 1 main='\n" },    /* an empty text that is not string 0 */
		{ { MAIN, 0, 3, 5 }, "5 @ 1 main=3:\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT, m = BUF_INIT, label = BUF_INIT;

		add_base(&b);
		proto_text(&b, 6, "");
		proto_uint(&m, 1, 1);
		proto_uint(&m, 2, 5);
		for (unsigned k = 0; k < 4; k++)
			if (cases[i].fields[k])
				proto_uint(&label, k + 1, cases[i].fields[k]);
		proto_message(&m, 3, &label);
		proto_message(&b, 2, &m);
		expect_samples(&b, cases[i].expected);
	}
}

/*
 * What is added to the base message is wrong. at counts from the start of the addition. Until the tables hold together
 * the bytes might still be of another format; from then on they are a profile.
 */
struct fault {
	struct str added;
	int code;
	size_t at;
	const char *path, *text;
	bool mine;
};

#define BEYOND "goes beyond the end of what holds it"
#define CUT "a varint that is cut short or too long"
#define WIRE "wrong wire type"
#define NO_WIRE "a wire type that does not exist"
#define LONG "a varint of over ten bytes"
#define FORMAT ASSAY_ERR_FORMAT
#define TRUNCATED ASSAY_ERR_TRUNCATED
#define MINUS_1 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"

static void expect_faults(const struct fault *faults, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct fault *f = &faults[i];
		struct profile_builder builder;
		struct buf b = BUF_INIT;
		struct assay_diag diag;
		size_t base;
		bool mine;

		add_base(&b);
		base = b.len;
		buf_add_str(&b, f->added);
		cr_expect_eq(decode(&b, &builder, &mine, &diag), f->code, "case %zu: %d", i, diag.code);
		cr_expect_str_eq(diag.path, f->path, "case %zu: path '%s'", i, diag.path);
		cr_expect_str_eq(diag.text, f->text, "case %zu: text '%s'", i, diag.text);
		cr_expect(diag.has_offset, "case %zu", i);
		cr_expect_eq(diag.offset, base + f->at, "case %zu: offset %zd", i, (ssize_t)(diag.offset - base));
		cr_expect_eq(mine, f->mine, "case %zu", i);
		builder_release(&builder);
		buf_release(&b);
	}
}

Test(decode, faults_of_samples_are_named_to_the_value)
{
	static const struct fault faults[] = {
		{ LITERAL("\x12\x08\x0a\x04\x01\x01\x01\x09\x10\x05"), FORMAT, 7, "sample[0].location_id[3]",
			"no location 9", true },
		{ LITERAL("\x12\x04\x08\x01\x10\x05\x12\x08\x0a\x04\x01\x01\x01\x09\x10\x05"), FORMAT, 13,
			"sample[1].location_id[3]", "no location 9", true },
		{ LITERAL("\x12\x04\x08\x09\x10\x05"), FORMAT, 2, "sample[0].location_id[0]", "no location 9", true },
		{ LITERAL("\x12\x04\x08\x00\x10\x05"), FORMAT, 2, "sample[0].location_id[0]", "no location 0", true },
		{ LITERAL("\x12\x05\x0a\x01\x00\x10\x05"), FORMAT, 4, "sample[0].location_id[0]", "no location 0",
			true },
		{ LITERAL("\x12\x08\x0a\x02\x01\x01\x08\x02\x10\x05"), FORMAT, 6, "sample[0].location_id[2]",
			"no location 2", true },
		{ LITERAL("\x12\x0d\x08" MINUS_1 "\x10\x05"), FORMAT, 2, "sample[0].location_id[0]",
			"no location 18446744073709551615", true },
		/* Numbers whose low part alone would be a location. */
		{ LITERAL("\x12\x0c\x0a\x08\x01\x81\x80\x80\x80\x01\x01\x01\x10\x05"), FORMAT, 5,
			"sample[0].location_id[1]",
			"no location 268435457", true },
		{ LITERAL("\x12\x0c\x0a\x08\x81\x80\x80\x80\x01\x01\x01\x01\x10\x05"), FORMAT, 4,
			"sample[0].location_id[0]",
			"no location 268435457", true },
		{ LITERAL("\x12\x06\x0a\x02\x01\x80\x10\x05"), TRUNCATED, 5, "sample[0].location_id", CUT, true },
		{ LITERAL("\x12\x0d\x0a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), FORMAT, 4,
			"sample[0].location_id", CUT,
			true },
		{ LITERAL("\x12\x04\x12\x02\x05\x80"), TRUNCATED, 5, "sample[0].value", CUT, true },
		{ LITERAL("\x12\x06\x08\x01\x10\x05\x10\x06"), FORMAT, 0, "sample[0]",
			"mismatch: sample has 2 values vs. 1 types", true },
		{ LITERAL("\x12\x02\x08\x01"), FORMAT, 0, "sample[0]", "mismatch: sample has 0 values vs. 1 types",
			true },
		{ LITERAL("\x12\x00"), FORMAT, 0, "sample[0]", "mismatch: sample has 0 values vs. 1 types", true },
		{ LITERAL("\x12\x09\x11" "12345678"), FORMAT, 2, "sample[0].value", WIRE, true },
		{ LITERAL("\x12\x05\x0d" "1234"), FORMAT, 2, "sample[0].location_id", WIRE, true },
		{ LITERAL("\x12\x02\x18\x01"), FORMAT, 2, "sample[0].label", WIRE, true },
		{ LITERAL("\x12\x03\x08\x01\x10"), TRUNCATED, 4, "sample[0]", BEYOND, true },
		{ LITERAL("\x12\x01\x0b"), FORMAT, 2, "sample[0]", NO_WIRE, true },
		{ LITERAL("\x12\x0e\xa0\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), FORMAT, 2, "sample[0]",
			LONG, true },
		{ LITERAL("\x12\x08\x08\x01\x10\x05\x1a\x02\x08\x63"), FORMAT, 6, "sample[0].label.key",
			"no such string", true },
		{ LITERAL("\x12\x0a\x08\x01\x10\x05\x1a\x04\x08\x03\x10\x63"), FORMAT, 6, "sample[0].label.str",
			"no such string",
			true },
		{ LITERAL("\x12\x0a\x08\x01\x10\x05\x1a\x04\x08\x03\x20\x63"), FORMAT, 6, "sample[0].label.num_unit",
			"no such string", true },
		/* Even a label that says nothing must have a key. */
		{ LITERAL("\x12\x11\x08\x01\x10\x05\x1a\x0b\x08" MINUS_1), FORMAT, 6, "sample[0].label.key",
			"no such string", true },
		{ LITERAL("\x12\x0b\x08\x01\x10\x05\x1a\x05\x0d" "1234"), FORMAT, 8, "sample[0].label", WIRE, true },
		{ LITERAL("\x12\x07\x08\x01\x10\x05\x1a\x01\x08"), TRUNCATED, 8, "sample[0].label", BEYOND, true },
	};

	expect_faults(faults, sizeof(faults) / sizeof(faults[0]));
}

Test(decode, faults_of_the_wire_are_named_with_their_place)
{
	static const struct fault faults[] = {
		{ LITERAL("\x12\x05\x08"), TRUNCATED, 0, "", BEYOND, false },
		{ LITERAL("\x60\x01\x12\xff\xff\xff\xff\x07"), TRUNCATED, 2, "", BEYOND, false },
		{ LITERAL("\x80"), TRUNCATED, 0, "", BEYOND, false },
		{ LITERAL("\x61" "1234567"), TRUNCATED, 0, "", BEYOND, false },
		{ LITERAL("\x7b"), FORMAT, 0, "", NO_WIRE, false },
		{ LITERAL("\x7c"), FORMAT, 0, "", NO_WIRE, false },
		{ LITERAL("\xa6\x06"), FORMAT, 0, "", NO_WIRE, false }, /* unknown fields too */
		{ LITERAL("\xa7\x06"), FORMAT, 0, "", NO_WIRE, false },
		{ LITERAL("\xa0\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), FORMAT, 0, "", LONG, false },
		{ LITERAL("\x08\x01"), FORMAT, 0, "sample_type", WIRE, false },
		{ LITERAL("\x10\x01"), FORMAT, 0, "sample", WIRE, false },
		{ LITERAL("\x1d" "1234"), FORMAT, 0, "mapping", WIRE, false },
		{ LITERAL("\x20\x01"), FORMAT, 0, "location", WIRE, false },
		{ LITERAL("\x28\x01"), FORMAT, 0, "function", WIRE, false },
		{ LITERAL("\x30\x01"), FORMAT, 0, "string_table", WIRE, false },
		{ LITERAL("\x3a\x01\x01"), FORMAT, 0, "drop_frames", WIRE, false },
			/* no block where one value belongs */
		{ LITERAL("\x42\x00"), FORMAT, 0, "keep_frames", WIRE, false },
		{ LITERAL("\x4a\x01\x01"), FORMAT, 0, "time_nanos", WIRE, false },
		{ LITERAL("\x55" "1234"), FORMAT, 0, "duration_nanos", WIRE, false },
		{ LITERAL("\x58\x01"), FORMAT, 0, "period_type", WIRE, false },
		{ LITERAL("\x61" "12345678"), FORMAT, 0, "period", WIRE, false },
		{ LITERAL("\x6d" "1234"), FORMAT, 0, "comment", WIRE, false },
		{ LITERAL("\x72\x00"), FORMAT, 0, "default_sample_type", WIRE, false },
		{ LITERAL("\x7a\x00"), FORMAT, 0, "doc_url", WIRE, false },
		{ LITERAL("\x6a\x01\x80"), TRUNCATED, 3, "comment", CUT, false },
		{ LITERAL("\x0a\x02\x0a\x00"), FORMAT, 2, "sample_type[1].type", WIRE, false },
		{ LITERAL("\x5a\x02\x0a\x00"), FORMAT, 2, "period_type.type", WIRE, false },
		{ LITERAL("\x22\x07\x22\x05\x0d" "1234"), FORMAT, 4, "location[1].line[0].function_id", WIRE, false },
		{ LITERAL("\x1a\x09\x11" "12345678"), FORMAT, 2, "mapping[1].memory_start", WIRE, false },
		{ LITERAL("\x1a\x01\x08"), TRUNCATED, 2, "mapping[1]", BEYOND, false },
		{ LITERAL("\x1a\x03\x08\x02\x0b"), FORMAT, 4, "mapping[1]", NO_WIRE, false },
		{ LITERAL("\x22\x02\x20\x01"), FORMAT, 2, "location[1].line", WIRE, false },
		{ LITERAL("\x2a\x02\x12\x00"), FORMAT, 2, "function[1].name", WIRE, false },
	};

	expect_faults(faults, sizeof(faults) / sizeof(faults[0]));
}

Test(decode, faults_of_references_are_named_with_the_message_they_stand_in)
{
	static const struct fault faults[] = {
		{ LITERAL("\x60\x01\x0a\x02\x08\x63"), FORMAT, 2, "sample_type[1].type",
			"no string 99, the table has 5", false },
		{ LITERAL("\x0a\x02\x10\x05"), FORMAT, 0, "sample_type[1].unit", "no string 5, the table has 5",
			false },
		{ LITERAL("\x0a\x0b\x08" MINUS_1), FORMAT, 0, "sample_type[1].type", "no such string, the table has 5",
			false },
		{ LITERAL("\x1a\x04\x08\x02\x28\x63"), FORMAT, 0, "mapping[1].filename",
			"no string 99, the table has 5", false },
		{ LITERAL("\x1a\x04\x08\x02\x30\x63"), FORMAT, 0, "mapping[1].build_id",
			"no string 99, the table has 5", false },
		{ LITERAL("\x2a\x04\x08\x02\x10\x63"), FORMAT, 0, "function[1].name", "no string 99, the table has 5",
			false },
		{ LITERAL("\x2a\x04\x08\x02\x18\x63"), FORMAT, 0, "function[1].system_name",
			"no string 99, the table has 5", false },
		{ LITERAL("\x2a\x04\x08\x02\x20\x63"), FORMAT, 0, "function[1].filename",
			"no string 99, the table has 5", false },
		{ LITERAL("\x2a\x09\x08\x02\x10\x80\x80\x80\x80\x80\x01"), FORMAT, 0, "function[1].name",
			"no such string, the table has 5", false },
		{ LITERAL("\x1a\x00"), FORMAT, 0, "mapping[1].id", "reserved id 0", true },
		{ LITERAL("\x2a\x00"), FORMAT, 0, "function[1].id", "reserved id 0", true },
		{ LITERAL("\x22\x00"), FORMAT, 0, "location[1].id", "reserved id 0", true },
		{ LITERAL("\x1a\x02\x08\x02\x1a\x02\x08\x01"), FORMAT, 4, "mapping[2].id",
			"an earlier one has the same id 1", true },
		{ LITERAL("\x2a\x02\x08\x01"), FORMAT, 0, "function[1].id", "an earlier one has the same id 1", true },
		{ LITERAL("\x22\x02\x08\x01"), FORMAT, 0, "location[1].id", "an earlier one has the same id 1", true },
		{ LITERAL("\x22\x06\x08\x02\x22\x02\x08\x09"), FORMAT, 0, "location[1].line[0].function_id",
			"no function 9", true },
		{ LITERAL("\x22\x04\x08\x02\x22\x00"), FORMAT, 0, "location[1].line[0].function_id", "no function 0",
			true },
		{ LITERAL("\x22\x0a\x08\x02\x22\x02\x08\x01\x22\x02\x08\x09"), FORMAT, 0,
			"location[1].line[1].function_id",
			"no function 9", true },
	};

	expect_faults(faults, sizeof(faults) / sizeof(faults[0]));
}

Test(decode, faults_of_the_profile_s_own_references_are_named)
{
	static const struct {
		struct str added;
		const char *text;
	} cases[] = {
		{ LITERAL("\x38\x63"), "drop_frames: no string 99, the table has 5" },
		{ LITERAL("\x40\x63"), "keep_frames: no string 99, the table has 5" },
		{ LITERAL("\x5a\x02\x08\x63"), "period_type.type: no string 99, the table has 5" },
		{ LITERAL("\x5a\x02\x10\x63"), "period_type.unit: no string 99, the table has 5" },
		{ LITERAL("\x68\x63"), "comment: no string 99, the table has 5" },
		{ LITERAL("\x6a\x02\x01\x63"), "comment: no string 99, the table has 5" },
		{ LITERAL("\x70\x63"), "default_sample_type: no string 99, the table has 5" },
		{ LITERAL("\x78" MINUS_1), "doc_url: no string -1, the table has 5" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile_builder builder;
		struct buf b = BUF_INIT;
		struct assay_diag diag;
		bool mine;

		add_base(&b);
		buf_add_str(&b, cases[i].added);
		cr_expect_eq(decode(&b, &builder, &mine, &diag), ASSAY_ERR_FORMAT, "case %zu", i);
		cr_expect_str_eq(diag.text, cases[i].text, "case %zu: %s", i, diag.text);
		cr_expect_not(mine);
		builder_release(&builder);
		buf_release(&b);
	}
}

static void expect_refused(struct buf *b, const char *path, const char *text)
{
	struct profile_builder builder;
	struct assay_diag diag;
	bool mine;

	cr_expect_eq(decode(b, &builder, &mine, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.path, path, "%s", diag.path);
	cr_expect_str_eq(diag.text, text, "%s", diag.text);
	builder_release(&builder);
	buf_release(b);
}

Test(decode, the_string_table_must_be_there_and_begin_with_nothing)
{
	struct buf b = BUF_INIT;

	proto_uint(&b, 12, 1);
	expect_refused(&b, "string_table", "there is none");
	proto_text(&b, 6, "x");
	expect_refused(&b, "string_table[0]", "must be empty");
}

Test(decode, samples_need_types)
{
	struct buf b = BUF_INIT, m = BUF_INIT;

	proto_strings(&b, NULL);
	proto_uint(&m, 2, 1);
	proto_message(&b, 2, &m);
	expect_refused(&b, "sample[0]", "missing sample type information");
}

Test(decode, every_cut_of_a_message_is_an_error_or_a_smaller_profile)
{
	struct buf parts[N_PARTS] = { BUF_INIT }, b = BUF_INIT;
	struct profile_builder builder;
	struct assay_diag diag;
	bool mine;

	add_all_fields(parts);
	for (unsigned i = 0; i < N_PARTS; i++) {
		buf_add_str(&b, buf_str(&parts[i]));
		buf_release(&parts[i]);
	}
	for (size_t len = b.len; len-- > 0;) {
		/* A block of its own, so that a read beyond it is found. */
		struct buf cut = BUF_INIT;
		int err;

		cut.data = malloc(len ? len : 1);
		memcpy(cut.data, b.data, len);
		cut.len = len;
		err = decode(&cut, &builder, &mine, &diag);
		cr_expect(!err || err == ASSAY_ERR_FORMAT || err == ASSAY_ERR_TRUNCATED);
		cr_expect(!err || *diag.text);
		builder_release(&builder);
		free(cut.data);
	}
	buf_release(&b);
}

Test(decode, every_changed_byte_is_an_error_or_another_profile)
{
	struct buf parts[N_PARTS] = { BUF_INIT }, b = BUF_INIT;
	struct profile_builder builder;
	struct assay_diag diag;
	bool mine;

	add_all_fields(parts);
	for (unsigned i = 0; i < N_PARTS; i++) {
		buf_add_str(&b, buf_str(&parts[i]));
		buf_release(&parts[i]);
	}
	for (size_t at = 0; at < b.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			b.data[at] ^= (char)(1 << bit);
			if (!decode(&b, &builder, &mine, &diag)) {
				const struct assay_profile *p = NULL;

				if (!profile_seal(&builder, &p, &diag))
					free(dump(p));
				profile_free(p);
			}
			builder_release(&builder);
			b.data[at] ^= (char)(1 << bit);
		}
	}
	buf_release(&b);
}

Test(decode, loading_stops_when_it_is_canceled)
{
	const volatile int yes = 1;
	struct assay_ctx ctx = { .bytes_left = UINT64_MAX, .cancel = &yes };
	struct profile_builder builder;
	struct buf b = BUF_INIT;
	struct assay_diag diag;
	struct bytes bytes;
	bool mine = false;

	add_base(&b);
	proto_sample(&b, 1, 5);
	bytes = (struct bytes){ .data = (uint8_t *)b.data, .len = b.len, .borrowed = true };
	cr_assert_eq(builder_init(&builder, &diag), 0);
	cr_expect_eq(proto_read(&builder, &bytes, &mine, &ctx, &diag), ASSAY_ERR_CANCELED);
	builder_release(&builder);
	buf_release(&b);
}

/*
 * Messages of many chunks, which several threads read: a location more or less decides how wide the column is. Samples
 * have up to 40 locations, now and then one that stands alone and not in a list, and a label.
 */
struct long_message {
	struct buf bytes;
	size_t n_locations, n_samples;
	uint32_t stride; /* of location ids */
	uint32_t state;
};

static uint32_t draw(struct long_message *m, uint32_t n)
{
	m->state = m->state * 1664525 + 1013904223;
	return (m->state >> 8) % n;
}

static void add_sample(struct long_message *m, size_t i, uint64_t id)
{
	struct buf sample = BUF_INIT, list = BUF_INIT, label = BUF_INIT;
	uint32_t n = draw(m, 40);

	proto_uint(&sample, 2, i);
	for (uint32_t k = 0; k < n; k++)
		proto_varint(&list, (uint64_t)(1 + draw(m, (uint32_t)m->n_locations)) * m->stride);
	if (list.len)
		proto_bytes(&sample, 1, list.data, list.len);
	if (draw(m, 4) == 0)
		proto_uint(&sample, 1, (uint64_t)(1 + draw(m, (uint32_t)m->n_locations)) * m->stride);
	if (id)
		proto_uint(&sample, 1, id);
	if (draw(m, 3) == 0) {
		proto_uint(&label, 1, CPU);
		proto_uint(&label, 3, 1 + i % 1000);
		proto_message(&sample, 3, &label);
	}
	proto_message(&m->bytes, 2, &sample);
	buf_release(&sample);
	buf_release(&list);
	buf_release(&label);
}

/* bad: samples with a location that is not there, SIZE_MAX for none. */
static void make_long(struct long_message *m, const size_t *bad, size_t n_bad)
{
	proto_value_type(&m->bytes, 1, CPU, 0);
	for (size_t i = 0; i < m->n_samples; i++) {
		uint64_t id = 0;

		for (size_t k = 0; k < n_bad; k++)
			if (bad[k] == i)
				id = (m->n_locations + 1 + k) * m->stride;
		add_sample(m, i, id);
	}
	for (size_t id = 1; id <= m->n_locations; id++)
		proto_location(&m->bytes, id * m->stride, 0, 0, 0);
	proto_strings(&m->bytes, "cpu", NULL);
}

static void expect_long(size_t n_locations, uint32_t stride, unsigned width)
{
	struct long_message m = { .n_locations = n_locations, .n_samples = 130000, .stride = stride, .state = 7 }, again = m;
	struct profile_builder b;
	struct assay_diag diag;
	size_t at = 0, labels = 0;
	bool mine;

	make_long(&m, NULL, 0);
	cr_assert_gt(m.bytes.len, 5 << 20, "only %zu bytes: nothing is shared out", m.bytes.len);
	cr_assert_eq(decode(&m.bytes, &b, &mine, &diag), 0, "%s: %s", diag.path, diag.text);
	cr_expect_eq(b.profile->stacks.width, width);
	cr_assert_eq(b.profile->n_samples, m.n_samples);
	for (size_t i = 0; i < m.n_samples; i++) {
		uint32_t n = draw(&again, 40), one;

		cr_assert_eq(b.profile->stack_start.items[i], at, "sample %zu", i);
		cr_assert_eq(b.profile->label_start.items[i], labels, "sample %zu", i);
		cr_assert_eq(*profile_values(b.profile, i), (int64_t)i);
		for (uint32_t k = 0; k < n; k++)
			cr_assert_eq(stack_column_at(&b.profile->stacks, at++), draw(&again, (uint32_t)n_locations));
		if (draw(&again, 4) == 0) {
			one = draw(&again, (uint32_t)n_locations);
			cr_assert_eq(stack_column_at(&b.profile->stacks, at++), one, "sample %zu", i);
		}
		if (draw(&again, 3) == 0)
			cr_assert_eq(b.profile->labels.items[labels++].number, (int64_t)(1 + i % 1000));
	}
	cr_expect_eq(b.profile->stacks.n, at);
	cr_expect_eq(b.profile->labels.n, labels);
	builder_release(&b);
	buf_release(&m.bytes);
}

Test(decode, long_messages_become_the_same_columns_whoever_reads_which_part)
{
	expect_long(60000, 1, 2);
	expect_long(65537, 1, 3);
	/* Ids with gaps, and ids that are too large for the quick way. */
	expect_long(30000, 3, 2);
	expect_long(30000, 100000, 2);
}

Test(decode, of_several_faults_in_a_long_message_the_first_is_told)
{
	static const size_t bad[][3] = { { 129999, 65000, 120000 }, { 3, 60000, 129000 }, { 129999, 129998, SIZE_MAX } };

	for (size_t i = 0; i < 3; i++) {
		struct long_message m = { .n_locations = 60000, .n_samples = 130000, .stride = 1, .state = 7 };
		size_t first = SIZE_MAX;
		struct profile_builder b;
		struct assay_diag diag;
		char start[64];
		bool mine;

		for (size_t k = 0; k < 3; k++)
			first = bad[i][k] < first ? bad[i][k] : first;
		make_long(&m, bad[i], 3);
		cr_assert_eq(decode(&m.bytes, &b, &mine, &diag), ASSAY_ERR_FORMAT);
		snprintf(start, sizeof(start), "sample[%zu].location_id[", first);
		cr_expect_eq(strncmp(diag.path, start, strlen(start)), 0, "%s, not %s", diag.path, start);
		cr_expect_eq(strncmp(diag.text, "no location 6000", 16), 0, "%s", diag.text);
		builder_release(&b);
		buf_release(&m.bytes);
	}
}
