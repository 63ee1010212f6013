/* SPDX-License-Identifier: Apache-2.0 */
#include "app/load.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/perf_data.h"
#include "base/diag.h"
#include "format/formats.h"
#include "profile/binary.h"
#include "profile/columns.h"
#include "profile/merge.h"
#include "profile/prune.h"
#include "profile/scale.h"

/* Sources that are combined in one step. With more, results depend on this number, so it is the reference's. */
#define MOST_AT_ONCE 128

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

/* Whatever else stood under the key is replaced; only texts do, a number under it is another label. */
static int label_as_base(struct profile_builder *b, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;
	VEC(struct label) labels = { 0 };
	struct label base = { .kind = LABEL_TEXT };
	uint32_t key = 0;
	int err = builder_intern(b, STR("pprof::base"), &key, diag);
	uint64_t start = 0;

	if (!err)
		err = builder_intern(b, STR("true"), &base.text, diag);
	if (!err && !vec_reserve(&labels, p->labels.n + p->n_samples))
		err = diag_nomem(diag, "labels");
	base.key = key & (STRTAB_MAX - 1);
	for (size_t i = 0; !err && i < p->n_samples; i++) {
		uint64_t end = p->label_start.items[i + 1];

		for (; start < end; start++) {
			const struct label *l = &p->labels.items[start];

			if (l->kind != LABEL_TEXT || l->key != base.key)
				labels.items[labels.n++] = *l;
		}
		labels.items[labels.n++] = base;
		p->label_start.items[i + 1] = labels.n;
	}
	if (err)
		return err;
	free(p->labels.items);
	p->labels.items = labels.items;
	p->labels.n = labels.n;
	p->labels.cap = labels.cap;
	return 0;
}

/* What is done to each source by itself. */
static int prepare(struct profile_builder *b, const struct load_options *o, struct assay_diag *diag)
{
	int err = binary_ensure(b, diag);

	return err ? err : binary_override(b, o->executable, o->build_id, diag);
}

/* One profile of n of them, at most MOST_AT_ONCE, which are used up. One alone is not merged: it keeps all it has. */
static int combine(struct profile_builder *out, struct profile_builder *parts, size_t n, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	const struct assay_profile *profiles[MOST_AT_ONCE];
	int err = columns_make_common(parts, n, diag);

	if (!err)
		err = scale_unify(parts, n, diag);
	for (size_t i = 0; i < n; i++)
		profiles[i] = parts[i].profile;
	if (!err && n > 1)
		err = merge_profiles(out, profiles, n, ctx, diag);
	if (!err && n == 1) {
		*out = parts[0];
		parts[0].profile = NULL;
	}
	for (size_t i = 0; i < n; i++)
		builder_release(&parts[i]);
	return err;
}

/* What is done to the profile once it is one. */
static int finish(struct profile_builder *b, const struct assay_profile **out, const struct load_options *o,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = o->names ? symbolizer_run(o->names->symbolizer, b, diag) :
			     demangle_functions(b, DEMANGLE_DEFAULT, false, ctx, diag);

	if (o->all_frames)
		b->profile->drop_frames = b->profile->keep_frames = 0;
	else if (!err)
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
	struct profile_builder one;
	int err = prepare(b, o, diag);

	if (!err)
		err = combine(&one, b, 1, ctx, diag);
	builder_release(b);
	return err ? err : finish(&one, out, o, ctx, diag);
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

/* The sources of one side of a comparison, or of the only side. */
struct side {
	const struct load_request *request;
	struct assay_ctx *ctx;
	const char *kind; /* "source" or "base", for messages */
	const char *const *sources;
	size_t n, n_read;
};

static int complain(const struct load_request *r, const char *source, int err, const struct assay_diag *why)
{
	r->complain(r->data, source, why);
	return err;
}

static int complainf(const struct load_request *r, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static int complainf(const struct load_request *r, int err, const char *fmt, ...)
{
	struct assay_diag why = { .code = (enum assay_error)err };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	return complain(r, NULL, err, &why);
}

static int read_source(struct profile_builder *b, const struct side *s, const char *source, struct assay_diag *why)
{
	const char *program = s->request->options.perf_to_profile;
	int err;

	if (load_is_remote(source))
		return diag_set(
			why, ASSAY_ERR_UNSUPPORTED, "assay reads files; it does not fetch profiles or serve them");
	if (program && *program)
		err = perf_data_open(b, source, program, s->ctx, why);
	else
		err = formats_open(b, source, s->ctx, why);
	if (err)
		return err;
	err = prepare(b, &s->request->options, why);
	if (err)
		builder_release(b);
	return err;
}

/* Fewer profiles than were asked for are an answer, too; but not when memory ran out, or somebody wants no more. */
static bool ends_all(int err)
{
	return err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED;
}

/* What came of one source belongs to it; of several, one cannot say to which. */
static int not_combined(const struct side *s, int err, const struct assay_diag *why)
{
	if (s->n == 1)
		return complain(s->request, s->sources[0], err, why);
	return complainf(s->request, err, "problem fetching %s profiles: %s", s->kind, why->text);
}

/* Sources from .. to - 1 into *out, which is left alone when none of them can be read. */
static int read_some(struct profile_builder *out, struct side *s, size_t from, size_t to)
{
	struct profile_builder parts[MOST_AT_ONCE];
	struct assay_diag why = { 0 };
	size_t n = 0;
	int err = 0;

	for (size_t i = from; i < to && !ends_all(err); i++) {
		why = (struct assay_diag){ 0 };
		ctx_progress(s->ctx, ASSAY_PROGRESS_SOURCE, i + 1, s->n);
		err = read_source(&parts[n], s, s->sources[i], &why);
		if (err)
			complain(s->request, s->sources[i], err, &why);
		else
			n++;
	}
	if (ends_all(err)) {
		while (n)
			builder_release(&parts[--n]);
		return err;
	}
	s->n_read += n;
	err = n ? combine(out, parts, n, s->ctx, &why) : 0;
	return err ? not_combined(s, err, &why) : 0;
}

/* However many sources there are, no more than MOST_AT_ONCE are held in memory beside what became of those before. */
static int read_chunks(struct profile_builder *out, struct side *s)
{
	struct profile_builder both[2] = { { NULL }, { NULL } };
	struct assay_diag why = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < s->n; i += MOST_AT_ONCE) {
		struct profile_builder *chunk = &both[both[0].profile != NULL];

		err = read_some(chunk, s, i, s->n - i < MOST_AT_ONCE ? s->n : i + MOST_AT_ONCE);
		if (err || !both[1].profile)
			continue;
		err = combine(out, both, 2, s->ctx, &why);
		if (err)
			not_combined(s, err, &why);
		else
			both[0] = *out;
	}
	if (err)
		builder_release(&both[0]);
	else
		*out = both[0];
	return err;
}

static int read_side(struct profile_builder *out, struct side *s)
{
	struct profile_builder b;
	int err = read_chunks(&b, s);

	if (err)
		return err;
	if (!s->n_read) {
		/* About the only source there is enough said already. */
		return s->n == 1 ? ASSAY_ERR_IO
				 : complainf(s->request, ASSAY_ERR_IO, "failed to fetch any %s profiles", s->kind);
	}
	if (s->n_read < s->n)
		ctx_flaw(s->ctx, "Fetched %zu %s profiles out of %zu", s->n_read, s->kind, s->n);
	*out = b;
	return 0;
}

/* sides[0] less sides[1], both used up. */
static int subtract(
	struct profile_builder *out, struct profile_builder *sides, const struct load_request *r, struct assay_ctx *ctx)
{
	struct assay_diag why = { 0 };
	int err = r->is_diff ? label_as_base(&sides[1], &why) : 0;

	if (!err && r->normalize)
		err = scale_normalize(&sides[0], sides[1].profile, &why);
	if (!err)
		err = scale_all(&sides[1], -1, &why);
	if (!err)
		err = combine(out, sides, 2, ctx, &why);
	builder_release(&sides[0]);
	builder_release(&sides[1]);
	return err ? complain(r, NULL, err, &why) : 0;
}

static int read_sides(struct profile_builder *out, const struct load_request *r, struct assay_ctx *ctx)
{
	struct side sources = { .request = r, .ctx = ctx, .kind = "source", .sources = r->sources, .n = r->n_sources };
	struct side base = { .request = r, .ctx = ctx, .kind = "base", .sources = &r->base, .n = 1 };
	struct profile_builder sides[2];
	int err = read_side(&sides[0], &sources);

	if (err)
		return err;
	if (!r->base || !*r->base) {
		*out = sides[0];
		return 0;
	}
	err = read_side(&sides[1], &base);
	if (!err)
		return subtract(out, sides, r, ctx);
	builder_release(&sides[0]);
	return err;
}

int load_request(const struct assay_profile **out, const struct load_request *r, struct assay_ctx *ctx)
{
	struct assay_diag why = { 0 };
	struct profile_builder b;
	int err = read_sides(&b, r, ctx);

	if (err)
		return err;
	err = finish(&b, out, &r->options, ctx, &why);
	return err ? complain(r, r->n_sources == 1 ? r->sources[0] : NULL, err, &why) : 0;
}
