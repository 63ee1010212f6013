/* SPDX-License-Identifier: Apache-2.0 */
#include "format/bytes.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/formats.h"

/* "hello" in a stored block. */
static const uint8_t hello_gz[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x05\0\xfa\xffhello\x86\xa6\x10\x36\x05\0\0";
#define HELLO_GZ_LEN sizeof(hello_gz) /* the last byte of the size is the literal's NUL */

/* Writes to a pipe, step bytes at a time, while the test reads from its other end. */
struct writer {
	int fds[2];
	const uint8_t *data;
	size_t len, step;
	char path[40];
	pthread_t thread;
};

static void *write_all(void *arg)
{
	struct writer *w = arg;

	for (size_t at = 0; at < w->len;) {
		size_t n = w->len - at < w->step ? w->len - at : w->step;
		ssize_t wrote = write(w->fds[1], w->data + at, n);

		if (wrote <= 0)
			break;
		at += (size_t)wrote;
		/* Let the reader have the first bytes alone. */
		if (at < 4)
			usleep(2000);
	}
	close(w->fds[1]);
	return NULL;
}

static int read_pipe(struct bytes *out, const void *data, size_t len, size_t step, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct writer w = { .data = data, .len = len, .step = step };
	int err;

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(w.fds), 0);
	snprintf(w.path, sizeof(w.path), "/dev/fd/%d", w.fds[0]);
	cr_assert_eq(pthread_create(&w.thread, NULL, write_all, &w), 0);
	err = bytes_read(out, w.path, ctx, diag);
	close(w.fds[0]);
	pthread_join(w.thread, NULL);
	return err;
}

static const char *temporary_file(const void *data, size_t len)
{
	static char path[] = "/tmp/assay-bytes-XXXXXX";
	int fd;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
	return path;
}

Test(bytes, a_file_is_read_whole_and_left_compressed)
{
	struct assay_ctx ctx = { .bytes_left = 100 };
	struct assay_diag diag;
	struct bytes b = BYTES_INIT;
	const char *path = temporary_file(hello_gz, HELLO_GZ_LEN);

	cr_assert_eq(bytes_read(&b, path, &ctx, &diag), 0);
	cr_expect_eq(b.len, HELLO_GZ_LEN);
	cr_expect_eq(memcmp(b.data, hello_gz, HELLO_GZ_LEN), 0);
	cr_expect_eq(ctx.bytes_left, 100, "only what is inflated counts");
	cr_assert_eq(bytes_inflate(&b, &ctx, &diag), 0);
	cr_expect(b.len == 5 && memcmp(b.data, "hello", 5) == 0);
	cr_expect_eq(ctx.bytes_left, 95);
	cr_expect_eq(bytes_inflate(&b, &ctx, &diag), 0);
	cr_expect_eq(ctx.bytes_left, 95, "it is counted once");
	bytes_release(&b);
	unlink(path);
}

Test(bytes, large_files_arrive_unchanged)
{
	size_t len = (6 << 20) + 17;
	uint8_t *data = malloc(len);
	struct assay_ctx ctx = { .bytes_left = len };
	struct assay_diag diag;
	struct bytes b = BYTES_INIT;
	const char *path;

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 24);
	path = temporary_file(data, len);
	cr_assert_eq(bytes_read(&b, path, &ctx, &diag), 0);
	cr_expect(b.len == len && memcmp(b.data, data, len) == 0);
	/* What is forgotten is gone, what stands behind it is not. */
	bytes_forget(&b, 5 << 20);
	cr_expect_leq(b.forgotten, 5 << 20);
	cr_expect_eq(memcmp(b.data + (5 << 20), data + (5 << 20), len - (5 << 20)), 0);
	bytes_release(&b);
	unlink(path);
	free(data);
}

Test(bytes, the_limit_counts_what_is_plain_too)
{
	struct assay_ctx ctx = { .bytes_left = 4 };
	struct assay_diag diag;
	struct bytes b = { .data = (uint8_t *)"hello", .len = 5, .borrowed = true };
	const char *path = temporary_file("hello", 5);

	cr_expect_eq(bytes_inflate(&b, &ctx, &diag), ASSAY_ERR_TOO_BIG);
	cr_expect_eq(bytes_read(&b, path, &ctx, &diag), ASSAY_ERR_TOO_BIG);
	cr_expect_not_null(strstr(diag.text, "-max_size"), "%s", diag.text);
	ctx.bytes_left = 5;
	cr_expect_eq(bytes_read(&b, path, &ctx, &diag), 0);
	bytes_release(&b);
	unlink(path);
}

Test(bytes, borrowed_memory_is_neither_changed_nor_freed)
{
	uint8_t data[] = "plain";
	struct assay_ctx ctx = { .bytes_left = 100 };
	struct bytes b = { .data = data, .len = 5, .borrowed = true };

	cr_expect_eq(bytes_inflate(&b, &ctx, NULL), 0);
	cr_expect_eq(b.data, data);
	bytes_forget(&b, 5);
	bytes_release(&b);
	cr_expect_str_eq((char *)data, "plain");
}

Test(bytes, a_pipe_is_inflated_however_its_bytes_come)
{
	static const size_t steps[] = { 1, 2, 3, 7, 1000 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct assay_ctx ctx = { .bytes_left = 100 };
		struct assay_diag diag = { .text = "" };
		struct bytes b = BYTES_INIT;

		cr_expect_eq(read_pipe(&b, hello_gz, HELLO_GZ_LEN, steps[i], &ctx, &diag), 0, "%s", diag.text);
		cr_expect(b.len == 5 && memcmp(b.data, "hello", 5) == 0, "steps of %zu", steps[i]);
		cr_expect_eq(ctx.bytes_left, 95);
		cr_expect_eq(bytes_inflate(&b, &ctx, &diag), 0);
		cr_expect_eq(b.len, 5, "it is not looked at for gzip again");
		cr_expect_eq(ctx.bytes_left, 95);
		bytes_release(&b);
	}
}

Test(bytes, a_plain_pipe_is_taken_as_it_is)
{
	static const struct {
		const char *text;
		size_t len, step;
	} cases[] = {
		{ "", 0, 1 }, { "\x1f", 1, 1 }, { "x", 1, 1 }, { "\x1fx", 2, 1 }, { "x\x1f\x8b", 3, 1 },
		{ "hello", 5, 1 },
		{ "hello", 5, 9 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct assay_ctx ctx = { .bytes_left = 5 };
		struct assay_diag diag = { .text = "" };
		struct bytes b = BYTES_INIT;

		cr_expect_eq(read_pipe(&b, cases[i].text, cases[i].len, cases[i].step, &ctx, &diag), 0, "case %zu", i);
		cr_expect(b.len == cases[i].len && (!b.len || memcmp(b.data, cases[i].text, b.len) == 0), "case %zu",
			i);
		cr_expect_eq(ctx.bytes_left, 5 - cases[i].len, "case %zu", i);
		bytes_release(&b);
	}
}

Test(bytes, a_large_pipe_stops_at_the_limit)
{
	size_t len = 1 << 20;
	char *data = malloc(len);
	struct assay_ctx ctx = { .bytes_left = len };
	struct assay_diag diag;
	struct bytes b = BYTES_INIT;

	memset(data, 'x', len);
	cr_assert_eq(read_pipe(&b, data, len, len, &ctx, &diag), 0);
	cr_expect(b.len == len && memcmp(b.data, data, len) == 0);
	bytes_release(&b);
	ctx.bytes_left = len - 1;
	cr_expect_eq(read_pipe(&b, data, len, len, &ctx, &diag), ASSAY_ERR_TOO_BIG);
	free(data);
}

Test(bytes, faults_in_a_compressed_pipe_come_out)
{
	struct assay_ctx ctx = { .bytes_left = 100 };
	struct assay_diag diag;
	uint8_t broken[sizeof(hello_gz)];
	struct bytes b = BYTES_INIT;

	cr_expect_eq(read_pipe(&b, hello_gz, HELLO_GZ_LEN - 1, 100, &ctx, &diag), ASSAY_ERR_TRUNCATED);
	cr_expect_str_eq(diag.text, "unexpected EOF");
	memcpy(broken, hello_gz, sizeof(broken));
	broken[20] ^= 1;
	cr_expect_eq(read_pipe(&b, broken, sizeof(broken), 100, &ctx, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.text, "gzip: invalid checksum");
	cr_expect_eq(b.data, NULL, "out is untouched on failure");
}

Test(bytes, a_path_that_cannot_be_read_says_which_and_why)
{
	struct assay_ctx ctx = { .bytes_left = 100 };
	struct assay_diag diag;
	struct bytes b;

	cr_expect_eq(bytes_read(&b, "/no/such/file", &ctx, &diag), ASSAY_ERR_IO);
	cr_expect_str_eq(diag.text, "stat /no/such/file: no such file or directory");
	cr_expect_eq(bytes_read(&b, "/", &ctx, &diag), ASSAY_ERR_IO);
	cr_expect_str_eq(diag.text, "read /: is a directory");
}

Test(formats, what_is_no_profile_is_named_for_what_it_is)
{
	static const struct {
		struct str data;
		const char *expected;
	} cases[] = {
		{ { "", 0 }, "parsing profile: empty input file" },
		{ { "\n", 1 }, "parsing profile: unrecognized profile format (a text, but no profile)" },
		{ { "hello, world\n", 13 }, "parsing profile: unrecognized profile format (a text, but no profile)" },
		{ { "PERFILE2\x01\x02", 10 },
			"parsing profile: unrecognized profile format (perf data: run assay with -perf_to_profile, which "
			"starts the program of that name, or give it what perf script prints)" },
		{ { "\x1f\x8b", 2 }, "decompressing profile: unexpected EOF" },
		{ { "\x0b", 1 },
			"parsing profile: unrecognized profile format (as profile.proto: a wire type that does not exist, at byte 0)" },
		{ { "\x50\x01", 2 },
			"parsing profile: unrecognized profile format (as profile.proto: string_table: there is none, at byte 2)" },
		{ { "\x48\x01\x48\x02", 4 }, "parsing profile: concatenated profiles detected" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes b = { .data = (uint8_t *)cases[i].data.p, .len = cases[i].data.len, .borrowed = true };
		struct assay_ctx ctx = { .bytes_left = 100 };
		struct assay_diag diag = { .text = "" };
		struct profile_builder builder;

		cr_expect_lt(formats_read(&builder, &b, &ctx, &diag), 0);
		cr_expect_str_eq(diag.text, cases[i].expected, "case %zu: %s", i, diag.text);
	}
}

Test(formats, gzip_is_unwrapped_once)
{
	struct assay_ctx ctx = { .bytes_left = 1000 };
	struct assay_diag diag = { .text = "" };
	struct profile_builder builder;
	struct bytes b = BYTES_INIT;

	/* gzip in a pipe that holds gzip: what comes out of the pipe is plain as far as this goes. */
	b = (struct bytes){ .data = (uint8_t *)hello_gz, .len = HELLO_GZ_LEN, .borrowed = true, .inflated = true };
	cr_expect_eq(formats_read(&builder, &b, &ctx, &diag), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(diag.text, "parsing profile: unrecognized profile format (gzip inside gzip)");
}
