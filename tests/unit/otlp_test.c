/* SPDX-License-Identifier: Apache-2.0 */
#include "format/otlp_read.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto_builder.h"

/*
 * A message in parts. Every test starts from one profile of "samples" in "count" whose only sample is 5 at stack 1,
 * location 1, line 7 of main, and replaces or adds to what it is about. Strings: see below.
 */
enum { EMPTY, SAMPLES, COUNT, MAIN, KEY, VALUE, CPU, NS };

enum part { TYPE, SAMPLE, REST, MAPPINGS, LOCATIONS, FUNCTIONS, LINKS, STRINGS, ATTRIBUTES, STACKS, N_PARTS };

struct message {
	struct buf parts[N_PARTS];
	struct buf scopes;    /* further ScopeProfiles of the same resource */
	struct buf profiles;  /* further Profiles of the same scope */
	struct buf resources; /* further ResourceProfiles */
	uint64_t limit;       /* of the context */
};

static void add_nothing(struct buf *b, unsigned table)
{
	proto_bytes(b, table, "", 0);
}

static void add_type(struct buf *b, unsigned field, uint64_t type, uint64_t unit)
{
	proto_value_type(b, field, type, unit);
}

static void add_strings(struct buf *b)
{
	static const char *const texts[] = { "", "samples", "count", "main", "k", "v", "cpu", "ns" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		proto_text(b, 5, texts[i]);
}

/* stack 0 is left out; values end in PROTO_END by hand */
static void add_sample(struct buf *b, uint64_t stack, int64_t value)
{
	struct buf m = BUF_INIT;

	proto_uint(&m, 1, stack);
	proto_packed(&m, 4, (uint64_t)value, PROTO_END);
	proto_message(b, 2, &m);
}

static void add_stack(struct buf *b, uint64_t location)
{
	struct buf m = BUF_INIT;

	proto_packed(&m, 1, location, PROTO_END);
	proto_message(b, 7, &m);
}

static void add_attribute(struct buf *b, uint64_t key, const char *text)
{
	struct buf m = BUF_INIT, value = BUF_INIT;

	proto_uint(&m, 1, key);
	proto_text(&value, 1, text);
	proto_message(&m, 2, &value);
	proto_message(b, 6, &m);
}

static void message_init(struct message *m)
{
	struct buf inner = BUF_INIT, line = BUF_INIT;

	*m = (struct message){ .limit = UINT64_C(64) << 20 };
	add_type(&m->parts[TYPE], 1, SAMPLES, COUNT);
	add_sample(&m->parts[SAMPLE], 1, 5);
	add_nothing(&m->parts[MAPPINGS], 1);
	add_nothing(&m->parts[LOCATIONS], 2);
	proto_uint(&inner, 2, 0x1010);
	proto_uint(&line, 1, 1);
	proto_uint(&line, 2, 7);
	proto_message(&inner, 3, &line);
	proto_message(&m->parts[LOCATIONS], 2, &inner);
	add_nothing(&m->parts[FUNCTIONS], 3);
	proto_uint(&inner, 1, MAIN);
	proto_message(&m->parts[FUNCTIONS], 3, &inner);
	add_nothing(&m->parts[LINKS], 4);
	add_strings(&m->parts[STRINGS]);
	add_nothing(&m->parts[ATTRIBUTES], 6);
	add_nothing(&m->parts[STACKS], 7);
	add_stack(&m->parts[STACKS], 1);
}

static void replace(struct message *m, enum part part)
{
	buf_reset(&m->parts[part]);
}

static void append(struct buf *to, struct buf *from)
{
	buf_add_str(to, buf_str(from));
	buf_release(from);
}

/* The whole message; the parts are released. */
static struct buf message_bytes(struct message *m)
{
	struct buf out = BUF_INIT, dictionary = BUF_INIT, profile = BUF_INIT, scope = BUF_INIT, resource = BUF_INIT;

	for (unsigned i = TYPE; i <= REST; i++)
		append(&profile, &m->parts[i]);
	for (unsigned i = MAPPINGS; i < N_PARTS; i++)
		append(&dictionary, &m->parts[i]);
	proto_message(&scope, 2, &profile);
	append(&scope, &m->profiles);
	proto_message(&resource, 2, &scope);
	append(&resource, &m->scopes);
	proto_message(&out, 1, &resource);
	append(&out, &m->resources);
	proto_message(&out, 2, &dictionary);
	return out;
}

static int decode(
	const struct buf *b, uint64_t *limit, struct profile_builder *builder, bool *mine, struct assay_diag *diag)
{
	struct bytes bytes = { .data = (uint8_t *)b->data, .len = b->len, .borrowed = true };
	struct assay_ctx ctx = { .bytes_left = *limit };
	int err;

	*mine = false;
	*diag = (struct assay_diag){ .text = "" };
	cr_assert_eq(builder_init(builder, diag), 0);
	err = otlp_read(builder, &bytes, mine, &ctx, diag);
	cr_assert_eq(err, diag->code, "%d and %d: %s", err, diag->code, diag->text);
	*limit = ctx.bytes_left;
	return err;
}

static void add_labels(struct buf *out, const struct assay_profile *p, size_t sample)
{
	for (uint64_t i = p->label_start.items[sample]; i < p->label_start.items[sample + 1]; i++) {
		const struct label *l = &p->labels.items[i];

		buf_addf(out, " %s=", profile_str(p, l->key).p);
		if (l->kind != LABEL_TEXT)
			buf_addf(out, "%" PRId64, l->number);
		buf_addf(out, "%s", profile_str(p, l->text).p);
	}
}

/* A line for the types, and one per sample: values, ids of locations, labels. */
static char *dump(const struct assay_profile *p)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < profile_n_types(p); i++)
		buf_addf(&out, "%s%s/%s", i ? " " : "", profile_str(p, p->sample_types.items[i].type).p,
			profile_str(p, p->sample_types.items[i].unit).p);
	for (size_t i = 0; i < p->n_samples; i++) {
		buf_add_char(&out, '\n');
		for (size_t c = 0; c < profile_n_types(p); c++)
			buf_addf(&out, "%" PRId64 " ", profile_values(p, i)[c]);
		buf_add_char(&out, '@');
		for (uint64_t k = p->stack_start.items[i]; k < p->stack_start.items[i + 1]; k++)
			buf_addf(&out, " %" PRIu64, p->locations.items[stack_column_at(&p->stacks, k)].id);
		add_labels(&out, p, i);
	}
	return buf_detach(&out, NULL);
}

static const struct assay_profile *decoded(struct message *m)
{
	struct buf b = message_bytes(m);
	const struct assay_profile *p = NULL;
	struct profile_builder builder;
	struct assay_diag diag;
	bool mine;

	cr_assert_eq(decode(&b, &m->limit, &builder, &mine, &diag), 0, "%s: %s", diag.path, diag.text);
	cr_expect(mine);
	buf_release(&b);
	cr_assert_eq(profile_seal(&builder, &p, &diag), 0, "%s", diag.text);
	return p;
}

static void expect_dump(struct message *m, const char *expected)
{
	const struct assay_profile *p = decoded(m);
	char *text = dump(p);

	cr_expect_str_eq(text, expected, "got\n%s\nwant\n%s", text, expected);
	free(text);
	profile_free(p);
}

/* The error, path and the beginning of the text; the reader must be sure that the bytes are its own. */
static void expect_refused(struct message *m, int code, const char *path, const char *text)
{
	struct buf b = message_bytes(m);
	struct profile_builder builder;
	struct assay_diag diag;
	bool mine;

	cr_expect_eq(
		decode(&b, &m->limit, &builder, &mine, &diag), code, "%d, %s: %s", diag.code, diag.path, diag.text);
	cr_expect(mine);
	cr_expect_str_eq(diag.path, path);
	cr_expect_eq(strncmp(diag.text, text, strlen(text)), 0, "got %s\nwant %s", diag.text, text);
	builder_release(&builder);
	buf_release(&b);
}

Test(otlp, a_profile_becomes_a_column_and_a_sample_a_row)
{
	struct message m;

	message_init(&m);
	expect_dump(&m, "samples/count\n5 @ 1");
}

Test(otlp, profiles_of_a_scope_share_rows_where_stack_attributes_and_link_are_the_same)
{
	struct message m;
	struct buf profile = BUF_INIT;

	message_init(&m);
	add_stack(&m.parts[STACKS], 1);
	add_sample(&m.parts[SAMPLE], 2, 6);
	add_type(&profile, 1, CPU, NS);
	add_sample(&profile, 1, 50);
	add_sample(&profile, 1, 70);
	add_sample(&profile, 0, 90);
	proto_message(&m.profiles, 2, &profile);
	/* The second 50 does not add to the first: one row holds one sample of each profile. */
	expect_dump(&m, "samples/count cpu/ns\n5 50 @ 1\n6 0 @ 1\n0 70 @ 1\n0 90 @");
}

Test(otlp, profiles_of_different_scopes_share_no_row)
{
	struct message m;
	struct buf profile = BUF_INIT, scope = BUF_INIT;

	message_init(&m);
	add_type(&profile, 1, CPU, NS);
	add_sample(&profile, 1, 50);
	proto_message(&scope, 2, &profile);
	proto_message(&m.scopes, 2, &scope);
	expect_dump(&m, "samples/count cpu/ns\n5 0 @ 1\n0 50 @ 1");
}

static void add_attributed(struct buf *b, uint64_t first, uint64_t second, int64_t value)
{
	struct buf m = BUF_INIT;

	proto_uint(&m, 1, 1);
	proto_packed(&m, 2, first, second, first, UINT64_C(0), PROTO_END);
	proto_packed(&m, 4, (uint64_t)value, PROTO_END);
	proto_message(b, 2, &m);
}

Test(otlp, attributes_are_a_set)
{
	struct message m;
	struct buf profile = BUF_INIT;

	message_init(&m);
	add_attribute(&m.parts[ATTRIBUTES], KEY, "a");
	add_attribute(&m.parts[ATTRIBUTES], VALUE, "b");
	replace(&m, SAMPLE);
	add_attributed(&m.parts[SAMPLE], 1, 2, 3);
	add_type(&profile, 1, CPU, NS);
	add_attributed(&profile, 2, 1, 30);
	proto_message(&m.profiles, 2, &profile);
	expect_dump(&m, "samples/count cpu/ns\n3 30 @ 1 k=a v=b");
}

Test(otlp, a_type_that_differs_in_the_unit_alone_is_a_column_of_its_own_name)
{
	struct message m;
	struct buf profile = BUF_INIT;

	message_init(&m);
	add_type(&profile, 1, SAMPLES, NS);
	add_sample(&profile, 1, 50);
	proto_message(&m.profiles, 2, &profile);
	expect_dump(&m, "samples/count samples_ns/ns\n5 50 @ 1");
}

Test(otlp, timestamps_alone_count_as_one_each)
{
	struct message m;
	struct buf sample = BUF_INIT;

	message_init(&m);
	replace(&m, SAMPLE);
	proto_uint(&sample, 1, 1);
	proto_bytes(&sample, 5, "0123456789abcdef01234567", 24);
	proto_message(&m.parts[SAMPLE], 2, &sample);
	expect_dump(&m, "samples/count\n3 @ 1");
}

Test(otlp, values_whose_sum_has_more_than_64_bits_become_several_rows)
{
	struct message m;
	struct buf sample = BUF_INIT;

	message_init(&m);
	replace(&m, SAMPLE);
	proto_uint(&sample, 1, 1);
	proto_packed(&sample, 4, (uint64_t)INT64_MAX, (uint64_t)INT64_MAX, UINT64_C(2), PROTO_END);
	proto_message(&m.parts[SAMPLE], 2, &sample);
	expect_dump(&m, "samples/count\n9223372036854775807 @ 1\n9223372036854775807 @ 1\n2 @ 1");
}

/* A whole ResourceProfiles: one attribute, one sample. */
static void add_resource(struct buf *b, const char *key, const char *value, int64_t weight)
{
	struct buf resource = BUF_INIT, pair = BUF_INIT, any = BUF_INIT, profile = BUF_INIT, scope = BUF_INIT,
		   all = BUF_INIT;

	proto_text(&pair, 1, key);
	proto_text(&any, 1, value);
	proto_message(&pair, 2, &any);
	proto_message(&resource, 1, &pair);
	proto_message(&all, 1, &resource);
	add_type(&profile, 1, SAMPLES, COUNT);
	add_sample(&profile, 1, weight);
	proto_message(&scope, 2, &profile);
	proto_message(&all, 2, &scope);
	proto_message(b, 1, &all);
}

Test(otlp, what_tells_resources_apart_is_a_label_and_a_comment)
{
	struct message m;
	const struct assay_profile *p;
	char *text;

	message_init(&m);
	add_resource(&m.resources, "service.name", "shop", 7);
	add_resource(&m.resources, "service.name", "mail", 8);
	p = decoded(&m);
	text = dump(p);
	cr_expect_str_eq(text, "samples/count\n5 @ 1\n7 @ 1 service.name=shop\n8 @ 1 service.name=mail");
	cr_assert_eq(p->comments.n, 2);
	cr_expect_str_eq(profile_str(p, p->comments.items[0]).p, "service.name=shop");
	cr_expect_str_eq(profile_str(p, p->comments.items[1]).p, "service.name=mail");
	free(text);
	profile_free(p);
}

Test(otlp, indexes_beyond_their_table_are_refused_where_they_stand)
{
	static const struct {
		uint64_t index;
		const char *text;
	} cases[] = {
		{ 2, "no stack 2, the table has 2" },
		{ UINT64_C(1) << 32 | 1, "no stack 4294967297, the table has 2" },
		{ UINT64_MAX, "no stack -1, the table has 2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message m;

		message_init(&m);
		add_sample(&m.parts[SAMPLE], cases[i].index, 1);
		expect_refused(&m, ASSAY_ERR_FORMAT,
			"resource_profiles[0].scope_profiles[0].profiles[0].samples[1].stack_index", cases[i].text);
	}
}

Test(otlp, a_location_in_no_mapping_of_the_table_is_refused)
{
	struct message m;
	struct buf location = BUF_INIT;

	message_init(&m);
	proto_uint(&location, 1, 9);
	proto_message(&m.parts[LOCATIONS], 2, &location);
	expect_refused(
		&m, ASSAY_ERR_FORMAT, "dictionary.location_table[2].mapping_index", "no mapping 9, the table has 1");
}

/* 20,000 samples of two bytes each that refer to one stack of 20,000 frames: 400,000,000 frames. */
Test(otlp, a_stack_that_is_used_over_and_over_counts_each_time)
{
	struct message m;
	struct buf stack = BUF_INIT, frames = BUF_INIT;

	message_init(&m);
	for (unsigned i = 0; i < 20000; i++) {
		proto_varint(&frames, 1);
		add_sample(&m.parts[SAMPLE], 2, 1);
	}
	proto_message(&stack, 1, &frames);
	proto_message(&m.parts[STACKS], 7, &stack);
	expect_refused(&m, ASSAY_ERR_TOO_BIG, "", "larger than the limit on inflated bytes; raise it with -max_size");
}

/* 3000 profiles of 3000 types with one sample each make a table of 9,000,000 cells. */
Test(otlp, columns_that_are_nearly_all_zero_count_as_well)
{
	struct message m;
	struct buf profile = BUF_INIT, scope = BUF_INIT;
	char text[16];

	message_init(&m);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "type%u", i);
		proto_text(&m.parts[STRINGS], 5, text);
		add_type(&profile, 1, NS + 1 + i, COUNT);
		add_sample(&profile, 1, 1);
		proto_message(&scope, 2, &profile);
		proto_message(&m.scopes, 2, &scope);
	}
	expect_refused(&m, ASSAY_ERR_TOO_BIG, "", "larger than the limit");
}

Test(otlp, what_samples_grow_to_is_taken_from_the_limit)
{
	struct message m;

	message_init(&m);
	profile_free(decoded(&m));
	/* A row, its value and one frame. */
	cr_expect_eq((UINT64_C(64) << 20) - m.limit, 16 + 8 + 4);
}

Test(otlp, other_versions_are_refused_by_name)
{
	struct message m;

	message_init(&m);
	add_type(&m.parts[TYPE], 1, CPU, NS);
	expect_refused(&m, ASSAY_ERR_FORMAT, "resource_profiles[0].scope_profiles[0].profiles[0]",
		"a second sample_type (OpenTelemetry profiles, perhaps not v1development as of release 1.9)");
	message_init(&m);
	replace(&m, STRINGS);
	expect_refused(&m, ASSAY_ERR_FORMAT, "", "parsing profile: OpenTelemetry profiles of another version");
}

Test(otlp, bytes_of_other_formats_are_left_to_their_readers)
{
	static const char *const others[] = { "", "heap profile: 1: 2 [3: 4] @ heapprofile\n",
		"\x0a\x04\x08\x01\x10\x02", "\n" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct buf b = BUF_INIT;
		struct profile_builder builder;
		struct assay_diag diag;
		uint64_t limit = 1 << 20;
		bool mine;

		buf_add_str(&b, str_of(others[i]));
		cr_expect_lt(decode(&b, &limit, &builder, &mine, &diag), 0);
		cr_expect_not(mine, "%zu", i);
		builder_release(&builder);
		buf_release(&b);
	}
}
