/* SPDX-License-Identifier: Apache-2.0 */
#include "app/load.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "format/formats.h"
#include "profile/binary.h"
#include "profile/columns.h"
#include "profile/prune.h"

/* Opens what may be anything without waiting for it: only a regular file can start like a program. */
static size_t read_start(const char *path, char *to, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t got = 0;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		got = read(fd, to, n);
	close(fd);
	return got > 0 ? (size_t)got : 0;
}

bool load_is_executable(const char *path)
{
	char start[4];

	return read_start(path, start, sizeof(start)) == sizeof(start) && memcmp(start, "\177ELF", 4) == 0;
}

bool load_is_remote(const char *source)
{
	const char *colon = strchr(source, ':'), *slash = strchr(source, '/');

	if (strstr(source, "://") || access(source, F_OK) == 0 || !colon || colon == source || (slash && slash < colon))
		return strstr(source, "://") && access(source, F_OK) != 0;
	return isdigit((unsigned char)colon[1]);
}

static int add_comment(struct profile_builder *b, const char *comment, struct assay_diag *diag)
{
	uint32_t id;
	int err;

	if (!comment || !*comment)
		return 0;
	err = builder_intern(b, str_of(comment), &id, diag);
	if (err)
		return err;
	return vec_push(&b->profile->comments, id) ? 0 : diag_nomem(diag, "a comment");
}

/* What is done to every profile once it is read, in this order. */
static int prepare(struct profile_builder *b, const struct load_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err = binary_ensure(b, diag);

	if (!err)
		err = binary_override(b, o->executable, o->build_id, diag);
	if (!err)
		err = columns_drop_ambiguous(b, diag);
	if (!err && !o->all_frames)
		err = prune_uninteresting(b, ctx, diag);
	return err ? err : add_comment(b, o->comment, diag);
}

static int finish(struct profile_builder *b, const struct assay_profile **out, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = prepare(b, o, ctx, diag);

	if (!err)
		err = profile_seal(b, out, diag);
	builder_release(b);
	return err;
}

int load_source(const struct assay_profile **out, const char *source, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct profile_builder b;
	int err = formats_open(&b, source, ctx, diag);

	return err ? err : finish(&b, out, o, ctx, diag);
}

int load_bytes(const struct assay_profile **out, struct bytes *bytes, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct profile_builder b;
	int err = formats_read(&b, bytes, ctx, diag);

	bytes_release(bytes);
	return err ? err : finish(&b, out, o, ctx, diag);
}
