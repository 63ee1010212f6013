/* SPDX-License-Identifier: Apache-2.0 */
#include "format/proto_write.h"

#include <criterion/criterion.h>

#include "fixture.h"
#include "format/formats.h"
#include "format/gzip.h"
#include "proto_builder.h"

static struct buf written(const struct assay_profile *p)
{
	struct buf out = BUF_INIT;

	cr_assert_eq(proto_write(p, &out, NULL), 0);
	return out;
}

static void expect_bytes(const struct buf *actual, const struct buf *expected)
{
	cr_assert_eq(actual->len, expected->len, "%zu bytes, not %zu", actual->len, expected->len);
	for (size_t i = 0; i < actual->len; i++)
		cr_assert_eq(actual->data[i], expected->data[i], "byte %zu: %02x, not %02x", i,
			(uint8_t)actual->data[i], (uint8_t)expected->data[i]);
}

Test(proto_write, of_nothing_are_a_string_and_the_default_type)
{
	struct buf out, expected = BUF_INIT;
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "");
	f.b.profile->mappings.n = 0;
	p = fixture_seal(&f);
	out = written(p);
	proto_text(&expected, 6, "");
	proto_uint(&expected, 14, 0);
	expect_bytes(&out, &expected);
	buf_release(&out);
	buf_release(&expected);
	profile_free(p);
}

Test(proto_write, numbers_strings_as_they_are_met_and_packs_lists_of_three)
{
	struct buf out, expected = BUF_INIT, m = BUF_INIT, label = BUF_INIT;
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "a/x b/y");
	fixture_number(&f, "n", 5, NULL);
	fixture_label(&f, "z", "text");
	fixture_label(&f, "k", "other");
	SAMPLE(&f, "f g h", 0, 7);
	f.b.profile->drop_frames = fixture_intern(&f, "drop");
	cr_assert(vec_push(&f.b.profile->comments, fixture_intern(&f, "hello")));
	p = fixture_seal(&f);
	out = written(p);
	/* "" a x b y, labels k other z text n, prog, functions h g f, drop, hello */
	proto_value_type(&expected, 1, 1, 2);
	proto_value_type(&expected, 1, 3, 4);
	proto_packed(&m, 1, UINT64_C(1), UINT64_C(2), UINT64_C(3), PROTO_END);
	proto_uint(&m, 2, 0);
	proto_uint(&m, 2, 7);
	proto_uint(&label, 1, 5);
	proto_uint(&label, 2, 6);
	proto_message(&m, 3, &label);
	proto_uint(&label, 1, 7);
	proto_uint(&label, 2, 8);
	proto_message(&m, 3, &label);
	proto_uint(&label, 1, 9);
	proto_uint(&label, 3, 5);
	proto_message(&m, 3, &label);
	proto_message(&expected, 2, &m);
	proto_uint(&m, 1, 1);
	proto_uint(&m, 5, 10);
	proto_message(&expected, 3, &m);
	for (uint64_t i = 1; i <= 3; i++) {
		proto_uint(&m, 1, i);
		proto_uint(&m, 2, 1);
		proto_uint(&m, 3, 0x1000 + 0x10 * (i - 1));
		proto_uint(&label, 1, i);
		proto_message(&m, 4, &label);
		proto_message(&expected, 4, &m);
	}
	for (uint64_t i = 1; i <= 3; i++) {
		proto_uint(&m, 1, i);
		proto_uint(&m, 2, 10 + i);
		proto_uint(&m, 3, 10 + i);
		proto_message(&expected, 5, &m);
	}
	static const char *const strings[] = { "", "a", "x", "b", "y", "k", "other", "z", "text", "n", "prog", "h", "g",
		"f", "drop", "hello" };

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		proto_text(&expected, 6, strings[i]);
	proto_uint(&expected, 7, 14);
	proto_uint(&expected, 13, 15);
	proto_uint(&expected, 14, 0);
	expect_bytes(&out, &expected);
	buf_release(&out);
	buf_release(&expected);
	buf_release(&m);
	buf_release(&label);
	profile_free(p);
}

Test(proto_write, what_was_written_is_read_and_written_as_the_same_bytes)
{
	struct assay_ctx ctx = { .bytes_left = 1 << 20 };
	struct profile_builder b = { NULL };
	const struct assay_profile *p, *again = NULL;
	struct buf out = BUF_INIT, plain, second;
	struct assay_diag diag;
	struct bytes bytes;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ns mem/bytes");
	fixture_label(&f, "k", "v");
	fixture_number(&f, "bytes", -5, "kb");
	fixture_number(&f, "bytes", 0, "kb");
	SAMPLE(&f, "main a@a.c:12:3#10 b~c@x.c:-1", -1, INT64_MIN, INT64_MAX);
	SAMPLE(&f, "", 0, 0, 0);
	SAMPLE(&f, "main ?%lib.so - ?", 1, 2, 3);
	f.b.profile->time_nanos = -7;
	f.b.profile->duration_nanos = 8;
	f.b.profile->period = 9;
	f.b.profile->period_type.type = fixture_intern(&f, "cpu");
	f.b.profile->keep_frames = fixture_intern(&f, "keep");
	f.b.profile->doc_url = fixture_intern(&f, "https://x.org");
	f.b.profile->default_sample_type = fixture_intern(&f, "mem");
	f.b.profile->locations.items[0].folded = true;
	f.b.profile->mappings.items[0].has_functions = true;
	p = fixture_seal(&f);
	plain = written(p);
	cr_assert_eq(proto_write_gzip(p, NULL, &out, NULL), 0);
	cr_assert_geq(out.len, 10);
	cr_expect_eq(memcmp(out.data, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10), 0, "the header is the reference's");
	bytes = (struct bytes){ .data = (uint8_t *)out.data, .len = out.len, .borrowed = true };
	cr_assert_eq(formats_read(&b, &bytes, &ctx, &diag), 0, "%s", diag.text);
	cr_assert_eq(profile_seal(&b, &again, &diag), 0, "%s", diag.text);
	second = written(again);
	expect_bytes(&second, &plain);
	bytes_release(&bytes);
	buf_release(&out);
	buf_release(&plain);
	buf_release(&second);
	profile_free(p);
	profile_free(again);
}
