/* SPDX-License-Identifier: Apache-2.0 */
#include "format/gzip.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Stored blocks need no compressor, so that the bytes of these members are known without one. */
static uint32_t crc32_of(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (unsigned k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void add_le(struct buf *b, uint32_t v, unsigned n)
{
	while (n--) {
		buf_add_char(b, (char)v);
		v >>= 8;
	}
}

/* text is at most 64 KiB. */
static void add_member(struct buf *b, const char *text, size_t len)
{
	buf_add(b, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
	buf_add_char(b, 1);
	add_le(b, (uint32_t)len, 2);
	add_le(b, (uint32_t)~len, 2);
	buf_add(b, text, len);
	add_le(b, crc32_of((const uint8_t *)text, len), 4);
	add_le(b, (uint32_t)len, 4);
}

static int inflate_buf(const struct buf *b, uint64_t limit, struct bytes *out, struct assay_diag *diag)
{
	*out = (struct bytes)BYTES_INIT;
	return gzip_inflate(out, (const uint8_t *)b->data, b->len, limit, diag);
}

/* Through the other path, n bytes at a time. */
static int feed_buf(const struct buf *b, uint64_t limit, size_t n, struct bytes *out, struct assay_diag *diag)
{
	struct inflater *inf;
	int err;

	*out = (struct bytes)BYTES_INIT;
	cr_assert_eq(inflater_new(&inf, out, limit, diag), 0);
	for (size_t at = 0; at < b->len; at += n) {
		size_t piece = b->len - at < n ? b->len - at : n;

		err = inflater_feed(inf, (const uint8_t *)b->data + at, piece, false, diag);
		if (err) {
			inflater_free(inf);
			return err;
		}
	}
	err = inflater_feed(inf, (const uint8_t *)"", 0, true, diag);
	inflater_free(inf);
	return err;
}

static void expect_inflates(const struct buf *b, uint64_t limit, const char *expected, size_t len)
{
	for (size_t piece = 0; piece < 20; piece++) {
		struct bytes out;
		struct assay_diag diag = { .text = "" };
		int err = piece ? feed_buf(b, limit, piece, &out, &diag) : inflate_buf(b, limit, &out, &diag);

		cr_expect_eq(err, 0, "pieces of %zu: %s", piece, diag.text);
		cr_expect_eq(out.len, len, "pieces of %zu: %zu bytes", piece, out.len);
		cr_expect(out.len == len && memcmp(out.data, expected, len) == 0, "pieces of %zu", piece);
		bytes_release(&out);
	}
}

static void expect_fails(const struct buf *b, uint64_t limit, int code, const char *text)
{
	for (size_t piece = 0; piece < 20; piece++) {
		struct bytes out;
		struct assay_diag diag = { .text = "" };
		int err = piece ? feed_buf(b, limit, piece, &out, &diag) : inflate_buf(b, limit, &out, &diag);

		cr_expect_eq(err, code, "pieces of %zu: %d, %s", piece, err, diag.text);
		cr_expect_eq(strncmp(diag.text, text, strlen(text)), 0, "pieces of %zu: %s", piece, diag.text);
		bytes_release(&out);
	}
}

Test(gzip, is_known_by_two_bytes)
{
	cr_expect(gzip_is((const uint8_t *)"\x1f\x8b", 2));
	cr_expect_not(gzip_is((const uint8_t *)"\x1f\x8b", 1));
	cr_expect_not(gzip_is((const uint8_t *)"\x1f\x8c", 2));
	cr_expect_not(gzip_is(NULL, 0));
}

Test(gzip, inflates_a_member_whole_and_in_pieces)
{
	struct buf b = BUF_INIT;

	add_member(&b, "hello, profile", 14);
	expect_inflates(&b, 14, "hello, profile", 14);
	buf_release(&b);
}

Test(gzip, members_are_joined)
{
	struct buf b = BUF_INIT;

	add_member(&b, "one", 3);
	add_member(&b, "", 0);
	add_member(&b, "two", 3);
	expect_inflates(&b, 100, "onetwo", 6);
	buf_release(&b);
}

Test(gzip, a_member_may_hold_nothing)
{
	struct buf b = BUF_INIT;

	add_member(&b, "", 0);
	expect_inflates(&b, 0, "", 0);
	buf_release(&b);
}

Test(gzip, the_limit_may_be_reached_but_not_passed)
{
	struct buf b = BUF_INIT;
	char text[5000];

	memset(text, 'x', sizeof(text));
	add_member(&b, text, sizeof(text));
	expect_inflates(&b, sizeof(text), text, sizeof(text));
	expect_fails(&b, sizeof(text) - 1, ASSAY_ERR_TOO_BIG, "larger than the limit");
	expect_fails(&b, 0, ASSAY_ERR_TOO_BIG, "larger than the limit");
	add_member(&b, "y", 1);
	expect_fails(&b, sizeof(text), ASSAY_ERR_TOO_BIG, "larger than the limit");
	buf_release(&b);
}

Test(gzip, a_trailer_that_lies_about_the_size_is_found_out)
{
	static const uint32_t lies[] = { 0, 13, 15, 1 << 20, UINT32_MAX };

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct buf b = BUF_INIT;

		add_member(&b, "hello, profile", 14);
		b.len -= 4;
		add_le(&b, lies[i], 4);
		expect_fails(&b, UINT64_MAX, ASSAY_ERR_FORMAT, "gzip: invalid checksum");
		buf_release(&b);
	}
}

Test(gzip, a_wrong_checksum_is_found_in_any_member)
{
	struct buf b = BUF_INIT;

	add_member(&b, "hello", 5);
	b.data[b.len - 5] ^= 1;
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid checksum");
	buf_reset(&b);
	add_member(&b, "hello", 5);
	add_member(&b, "hello", 5);
	b.data[b.len - 8] ^= 1;
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid checksum");
	buf_release(&b);
}

Test(gzip, every_cut_is_an_unexpected_end)
{
	struct buf b = BUF_INIT;
	size_t len;

	add_member(&b, "hello", 5);
	len = b.len;
	for (b.len = 2; b.len < len; b.len++)
		expect_fails(&b, 100, ASSAY_ERR_TRUNCATED, "unexpected EOF");
	/* Inside the second member as well, after the first one was taken. */
	add_member(&b, "hello", 5);
	b.len -= 3;
	expect_fails(&b, 100, ASSAY_ERR_TRUNCATED, "unexpected EOF");
	buf_release(&b);
}

Test(gzip, broken_headers_and_what_is_no_member_behind_one)
{
	struct buf b = BUF_INIT;

	add_member(&b, "hello", 5);
	b.data[2] = 7;
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid header");
	b.data[2] = 8;
	b.data[3] = (char)0xe0;
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid header");
	b.data[3] = 0;
	buf_add(&b, "0123456789abc", 13);
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid header");
	b.len -= 13;
	buf_add_fill(&b, '\0', 512);
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid header");
	buf_release(&b);
}

Test(gzip, the_checksum_that_a_header_may_have_is_checked)
{
	struct buf b = BUF_INIT;
	uint32_t crc;

	/* A header with FHCRC: two bytes of the checksum of what stands before them. */
	buf_add(&b, "\x1f\x8b\x08\x02\0\0\0\0\0\xff", 10);
	crc = crc32_of((const uint8_t *)b.data, 10);
	add_le(&b, crc, 2);
	buf_add(&b, "\x01\x02\0\xfd\xffhi", 7);
	add_le(&b, crc32_of((const uint8_t *)"hi", 2), 4);
	add_le(&b, 2, 4);
	expect_inflates(&b, 100, "hi", 2);
	b.data[10] ^= 1;
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "gzip: invalid header");
	buf_release(&b);
}

Test(gzip, names_and_comments_of_a_header_are_passed_over)
{
	struct buf b = BUF_INIT, m = BUF_INIT;

	add_member(&m, "hello", 5);
	m.data[3] = 4 | 8 | 16;
	buf_add(&b, m.data, 10);
	buf_add(&b, "\x03\0abc", 5); /* extra */
	buf_add(&b, "cpu.pb", 7);
	buf_add(&b, "by hand", 8);
	buf_add(&b, m.data + 10, m.len - 10);
	expect_inflates(&b, 100, "hello", 5);
	buf_release(&b);
	buf_release(&m);
}

Test(gzip, damaged_data_says_where)
{
	struct buf b = BUF_INIT;

	add_member(&b, "hello", 5);
	b.data[10] = 7; /* a kind of block that does not exist */
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "flate: corrupt input before offset ");
	b.data[10] = 1;
	b.data[13] ^= 1; /* the length and its complement differ */
	expect_fails(&b, 100, ASSAY_ERR_FORMAT, "flate: corrupt input before offset ");
	buf_release(&b);
}
