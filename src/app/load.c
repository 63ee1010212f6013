/* SPDX-License-Identifier: Apache-2.0 */
#include "app/load.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/perf_data.h"
#include "base/diag.h"
#include "format/formats.h"
#include "profile/binary.h"
#include "profile/combine.h"
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

bool load_starts_with(const char *path, struct str start)
{
	char bytes[16];

	return read_start(path, bytes, start.len) == start.len && memcmp(bytes, start.p, start.len) == 0;
}

bool load_is_executable(const char *path)
{
	return load_starts_with(path, STR("\177ELF"));
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

static int prepare(struct profile_builder *b, const struct load_options *o, struct assay_diag *diag)
{
	int err = binary_ensure(b, diag);

	return err ? err : binary_override(b, o->executable, o->build_id, diag);
}

int load_open(struct profile_builder *b, const char *source, const struct load_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err;

	if (load_is_remote(source))
		return diag_set(
			diag, ASSAY_ERR_UNSUPPORTED, "assay reads files; it does not fetch profiles or serve them");
	if (o->perf_to_profile && *o->perf_to_profile)
		err = perf_data_open(b, source, o->perf_to_profile, ctx, diag);
	else
		err = formats_open(b, source, ctx, diag);
	if (err)
		return err;
	err = prepare(b, o, diag);
	if (err)
		builder_release(b);
	return err;
}

int load_find_names(
	struct profile_builder *b, const struct load_options *o, struct assay_ctx *ctx, struct assay_diag *diag)
{
	return o->names ? symbolizer_run(o->names->symbolizer, b, diag)
			: demangle_functions(b, DEMANGLE_DEFAULT, false, ctx, diag);
}

int load_finish(struct profile_builder *b, const struct assay_profile **out, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = 0;

	if (o->all_frames)
		b->profile->drop_frames = b->profile->keep_frames = 0;
	else if (!o->all_stays)
		err = prune_uninteresting(b, ctx, diag);
	binary_forget_urls(b);
	if (!err)
		err = add_comment(b, o->comment, diag);
	if (!err)
		err = profile_seal(b, out, diag);
	builder_release(b);
	return err;
}

static int finish_alone(struct profile_builder *b, const struct assay_profile **out, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct profile_builder one = { NULL };
	int err = prepare(b, o, diag);

	if (!err)
		err = combine(&one, b, 1, ctx, diag);
	builder_release(b);
	if (!err)
		err = load_find_names(&one, o, ctx, diag);
	if (!err)
		return load_finish(&one, out, o, ctx, diag);
	builder_release(&one);
	return err;
}

int load_source(const struct assay_profile **out, const char *source, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct profile_builder b;
	int err = formats_open(&b, source, ctx, diag);

	return err ? err : finish_alone(&b, out, o, ctx, diag);
}

int load_bytes(const struct assay_profile **out, struct bytes *bytes, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct profile_builder b;
	int err = formats_read(&b, bytes, ctx, diag);

	bytes_release(bytes);
	return err ? err : finish_alone(&b, out, o, ctx, diag);
}
