/* SPDX-License-Identifier: Apache-2.0 */
#include "format/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/ckd.h"
#include "base/diag.h"
#include "base/pages.h"
#include "format/gzip.h"

#define CHUNK ((size_t)256 << 10)

#define END_WORTH_FORGETTING ((size_t)256 << 10)

/* Of a file, between two looks at whether somebody still wants it. */
#define READ_STEP ((size_t)16 << 20)

/* "stat x: no such file or directory" */
static int system_error(struct assay_diag *diag, const char *call, const char *path)
{
	char why[128];

	return diag_set(diag, errno == ENOMEM ? ASSAY_ERR_NOMEM : ASSAY_ERR_IO, "%s %s: %s", call, path,
		diag_errno(errno, why, sizeof(why)));
}

int bytes_too_big(struct assay_diag *diag)
{
	return diag_set(diag, ASSAY_ERR_TOO_BIG, "larger than the limit on inflated bytes; raise it with -max_size");
}

static bool room(struct bytes *b, size_t *cap, size_t more)
{
	size_t want, grown;
	uint8_t *p;

	if (more <= *cap - b->len)
		return true;
	if (ckd_add(&want, b->len, more))
		return false;
	grown = *cap + *cap / 2;
	p = realloc(b->data, grown > want ? grown : want);
	if (!p)
		return false;
	b->data = p;
	*cap = grown > want ? grown : want;
	return true;
}

/* read() that gives up only at the end of the file, on an error, or when nobody wants the rest: then errno is EINTR. */
static ssize_t read_some(int fd, void *to, size_t n, const struct assay_ctx *ctx)
{
	ssize_t got;

	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR && !ctx_canceled(ctx));
	return got;
}

static int read_error(struct assay_diag *diag, const char *path)
{
	return errno == EINTR ? diag_set(diag, ASSAY_ERR_CANCELED, "canceled") : system_error(diag, "read", path);
}

static int take_size(struct assay_ctx *ctx, size_t len, struct assay_diag *diag)
{
	if (len > ctx->bytes_left)
		return bytes_too_big(diag);
	ctx->bytes_left -= len;
	return 0;
}

/* A file says how long it is; one that grows while it is read is read to its new end. */
static int read_file(
	struct bytes *b, int fd, size_t size, const char *path, struct assay_ctx *ctx, struct assay_diag *diag)
{
	size_t cap = size + 1, step;
	ssize_t got;

	b->data = pages_alloc(cap);
	if (!b->data)
		return diag_nomem(diag, "the file");
	do {
		/* One byte more than the size tells the end of a file from its growing. */
		if (b->len == cap && !room(b, &cap, CHUNK))
			return diag_nomem(diag, "the file");
		step = cap - b->len < READ_STEP ? cap - b->len : READ_STEP;
		got = read_some(fd, b->data + b->len, step, ctx);
		if (got < 0)
			return read_error(diag, path);
		b->len += (size_t)got;
		if (ctx_poll(ctx, ASSAY_PROGRESS_READ, b->len, size))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (b->len > ctx->bytes_left)
			return bytes_too_big(diag);
	} while (got > 0);
	return 0;
}

/* What a pipe brings goes through the inflater when it starts like gzip. Nobody says how much will come. */
static int read_pipe(struct bytes *b, int fd, const char *path, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct inflater *inf = NULL;
	size_t cap = 0, n = 0;
	uint8_t *chunk = malloc(CHUNK);
	ssize_t got;
	int err = chunk ? 0 : diag_nomem(diag, "the input");

	while (!err) {
		got = read_some(fd, chunk + n, CHUNK - n, ctx);
		if (got < 0) {
			err = read_error(diag, path);
			break;
		}
		n += (size_t)got;
		if (ctx_poll(ctx, ASSAY_PROGRESS_READ, b->len, 0)) {
			err = diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
			break;
		}
		/* A first read of one byte does not tell yet whether this is gzip. */
		if (!inf && !b->len && got && n < 2)
			continue;
		if (!inf && !b->len && gzip_is(chunk, n))
			err = inflater_new(&inf, b, ctx->bytes_left, diag);
		if (!err && inf)
			err = inflater_feed(inf, chunk, n, got == 0, diag);
		else if (!err && n > ctx->bytes_left - b->len)
			err = bytes_too_big(diag);
		else if (!err && !room(b, &cap, n))
			err = diag_nomem(diag, "the input");
		else if (!err) {
			if (n)
				memcpy(b->data + b->len, chunk, n);
			b->len += n;
		}
		if (got == 0)
			break;
		n = 0;
	}
	inflater_free(inf);
	free(chunk);
	b->inflated = true;
	return err ? err : take_size(ctx, b->len, diag);
}

static int read_descriptor(struct bytes *b, int fd, const char *path, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return system_error(diag, "stat", path);
	if (S_ISDIR(st.st_mode))
		return diag_set(diag, ASSAY_ERR_IO, "read %s: is a directory", path);
	if (!S_ISREG(st.st_mode))
		return read_pipe(b, fd, path, ctx, diag);
	if (st.st_size < 0 || (uint64_t)st.st_size > ctx->bytes_left)
		return bytes_too_big(diag);
	return read_file(b, fd, (size_t)st.st_size, path, ctx, diag);
}

int bytes_read(struct bytes *out, const char *path, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct bytes b = BYTES_INIT;
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), err;

	if (fd < 0)
		return system_error(diag, errno == ENOENT ? "stat" : "open", path);
	err = read_descriptor(&b, fd, is_stdin ? "standard input" : path, ctx, diag);
	if (!is_stdin)
		close(fd);
	if (err)
		bytes_release(&b);
	else
		*out = b;
	return err;
}

/* Owns all it works on, so that it may go on when nobody waits for it any more. */
struct inflation {
	struct bytes in, out;
	uint64_t limit;
	struct assay_diag diag;
	int err;
};

static void inflate_all(void *job)
{
	struct inflation *i = job;

	i->err = gzip_inflate(&i->out, i->in.data, i->in.len, i->limit, &i->diag);
}

static void drop_inflation(void *job)
{
	struct inflation *i = job;

	bytes_release(&i->in);
	bytes_release(&i->out);
	free(i);
}

static int take_inflated(struct bytes *b, struct inflation *i, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = i->err ? i->err : take_size(ctx, i->out.len, diag);

	if (i->err && diag)
		*diag = i->diag;
	if (!err) {
		*b = i->out;
		i->out = (struct bytes)BYTES_INIT;
	} else {
		*b = i->in;
		i->in = (struct bytes)BYTES_INIT;
	}
	b->inflated = true;
	drop_inflation(i);
	return err;
}

int bytes_inflate(struct bytes *b, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct inflation *i;

	if (b->inflated)
		return 0;
	b->inflated = true;
	if (!gzip_is(b->data, b->len))
		return take_size(ctx, b->len, diag);
	i = malloc(sizeof(*i));
	if (!i)
		return diag_nomem(diag, "inflating");
	*i = (struct inflation){ .in = *b, .limit = ctx->bytes_left };
	/* What is somebody else's may be gone when we are. */
	if (aside_run(inflate_all, drop_inflation, i, b->borrowed ? NULL : ctx))
		return take_inflated(b, i, ctx, diag);
	*b = (struct bytes)BYTES_INIT;
	return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
}

void bytes_forget(struct bytes *b, size_t n)
{
	if (!b->borrowed)
		pages_forget(b->data, &b->forgotten, n);
}

void bytes_forget_end(struct bytes *b, size_t n)
{
	if (!b->borrowed && b->len - n >= END_WORTH_FORGETTING)
		pages_forget_end(b->data, n, b->len);
}

void bytes_release(struct bytes *b)
{
	if (!b->borrowed)
		free(b->data);
	*b = (struct bytes)BYTES_INIT;
}
