/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several sources become one profile. Sources that measure the same are added up one by one while they are read, and
 * each goes before the next one comes. What becomes of those that do not (columns in common, the finest unit) depends
 * on all that are combined in a step, so these are held together.
 */
#include "app/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/diag.h"
#include "profile/combine.h"
#include "profile/label_samples.h"
#include "profile/merge.h"
#include "profile/scale.h"

/* Sources that are combined in one step. With more, results depend on this number, so it is the reference's. */
#define MOST_AT_ONCE 128

/* The sources of one side of a difference, or of the only side. */
struct side {
	const struct load_request *request;
	struct assay_ctx *ctx;
	const char *kind; /* "source" or "base", for messages */
	const char *const *sources;
	size_t n, n_read;
	size_t n_replaced; /* labels that had to go for those of tag_source */
};

/* Those of them that are combined in one step. */
struct chunk {
	struct side *side;
	const char *const *sources;
	size_t n, n_seen;
	bool read[MOST_AT_ONCE]; /* could be, of those that were seen */
	uint64_t bytes_left;     /* as it was when none was */
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

/*
 * "a.pb measures [cpu/nanoseconds], b.pb [space/bytes]"; the names alone where these are the same and period types are
 * not, since those are named already. NULL where there is no difference. To be freed.
 */
static char *tell_types(
	const char *name, const struct profile_builder *b, const char *other_name, const struct profile_builder *other)
{
	struct buf text = BUF_INIT, types = BUF_INIT, other_types = BUF_INIT;

	if (merge_check(b->profile, other->profile, NULL) == 0)
		return NULL;
	merge_add_types(&types, b->profile);
	merge_add_types(&other_types, other->profile);
	if (str_equal(buf_str(&types), buf_str(&other_types)))
		buf_addf(&text, "%s and %s", name, other_name);
	else if (types.data && other_types.data)
		buf_addf(&text, "%s measures %s, %s %s", name, types.data, other_name, other_types.data);
	buf_release(&types);
	buf_release(&other_types);
	return buf_detach(&text, NULL);
}

/* Puts the types behind the reason why profiles could not be combined, if it has to do with them. */
static void add_types(struct assay_diag *why, const char *types)
{
	struct assay_diag plain = *why;

	if (types && *types && plain.code == ASSAY_ERR_FORMAT)
		diag_set(why, plain.code, "%s: %s", plain.text, types);
}

static int combine_two(struct profile_builder *out, struct profile_builder *both, const char *name, const char *other,
	struct assay_ctx *ctx, struct assay_diag *why)
{
	char *types = tell_types(name, &both[0], other, &both[1]);
	int err = combine(out, both, 2, ctx, why);

	if (err)
		add_types(why, types);
	free(types);
	return err;
}

/* Reads source number i of the chunk, and tells of it when that fails. Whether it could be read is kept. */
static int read_source(struct profile_builder *b, struct chunk *c, size_t i, struct assay_ctx *ctx, size_t *n_replaced)
{
	const struct load_request *r = c->side->request;
	struct assay_diag why = { 0 };
	int err = load_open(b, c->sources[i], &r->options, ctx, &why);

	if (!err && r->tag_source) {
		err = label_samples(b, STR("source"), str_of(c->sources[i]), n_replaced, &why);
		if (err)
			builder_release(b);
	}
	c->read[i] = !err;
	return err ? complain(r, c->sources[i], err, &why) : 0;
}

static int see_source(struct profile_builder *b, struct chunk *c)
{
	const struct side *s = c->side;

	ctx_progress(s->ctx, ASSAY_PROGRESS_SOURCE, (size_t)(c->sources - s->sources) + c->n_seen + 1, s->n);
	return read_source(b, c, c->n_seen++, c->side->ctx, &c->side->n_replaced);
}

/* Once more, without saying again what has been said. */
static int see_again(struct profile_builder *b, struct chunk *c, size_t i)
{
	struct assay_ctx *ctx = c->side->ctx, quiet = { .cancel = ctx->cancel, .bytes_left = ctx->bytes_left };
	int err = read_source(b, c, i, &quiet, NULL);

	ctx->bytes_left = quiet.bytes_left;
	return err;
}

/* All at once; those that had been seen are read again. *out is left alone when none of them can be read. */
static int hold_chunk(struct profile_builder *out, struct chunk *c, struct assay_diag *why)
{
	struct profile_builder parts[MOST_AT_ONCE];
	size_t n = 0, first = 0, n_seen = c->n_seen;
	char *types = NULL;
	int err = 0;

	c->side->ctx->bytes_left = c->bytes_left;
	for (size_t i = 0; i < c->n && !ends_all(err); i++) {
		if (i < n_seen && !c->read[i])
			continue;
		err = i < n_seen ? see_again(&parts[n], c, i) : see_source(&parts[n], c);
		if (err)
			continue;
		if (!n++)
			first = i;
		else if (!types)
			types = tell_types(c->sources[first], &parts[0], c->sources[i], &parts[n - 1]);
	}
	if (ends_all(err)) {
		while (n)
			builder_release(&parts[--n]);
		free(types);
		return err;
	}
	err = n ? combine(out, parts, n, c->side->ctx, why) : 0;
	if (err) {
		add_types(why, types);
		not_combined(c->side, err, why);
	}
	free(types);
	return err;
}

/* A pipe gives what it has once, and a program that converts need not run twice. */
static bool can_be_seen_again(const struct chunk *c)
{
	const char *program = c->side->request->options.perf_to_profile;
	struct stat st;

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->sources[i], "-") == 0 || (stat(c->sources[i], &st) == 0 && !S_ISREG(st.st_mode)))
			return false;
	return !program || !*program;
}

/* Adds up the sources one by one, as long as that comes to the same as all at once; *all says whether it did. */
static int add_up(struct combiner *sum, struct chunk *c, bool *all, struct assay_diag *why)
{
	int err = 0;

	*all = true;
	while (*all && !ends_all(err) && c->n_seen < c->n) {
		struct profile_builder b;

		err = see_source(&b, c);
		if (err)
			continue;
		*all = combiner_takes(sum, b.profile);
		if (!*all) {
			builder_release(&b);
			return 0;
		}
		err = combiner_add(sum, &b, c->side->ctx, why);
		if (err)
			return not_combined(c->side, err, why);
	}
	return ends_all(err) ? err : 0;
}

/* The chunk's sources into *out, which is left alone when none of them can be read. */
static int read_chunk(struct profile_builder *out, struct chunk *c)
{
	struct combiner sum = { NULL };
	struct assay_diag why = { 0 };
	bool all = false;
	int err = 0;

	if (can_be_seen_again(c))
		err = add_up(&sum, c, &all, &why);
	if (!err && all && !combiner_is_empty(&sum)) {
		err = combiner_finish(&sum, out, c->side->ctx, &why);
		if (err)
			not_combined(c->side, err, &why);
	}
	combiner_release(&sum);
	return err || all ? err : hold_chunk(out, c, &why);
}

static size_t count_read(const struct chunk *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->read[i];
	return n;
}

/* Adds what became of a chunk to what became of those before, in the same two ways. */
static int add_chunk(struct combiner *sum, struct profile_builder *b, struct chunk *c)
{
	struct profile_builder both[2] = { { NULL }, { NULL } };
	struct side *s = c->side;
	struct assay_diag why = { 0 };
	int err;

	if (combiner_is_empty(sum) || combiner_takes(sum, b->profile)) {
		err = combiner_add(sum, b, s->ctx, &why);
		if (!err)
			err = combiner_settle(sum, &why);
	} else {
		err = combiner_finish(sum, &both[0], s->ctx, &why);
		both[1] = *b;
		if (!err)
			err = combine_two(&sum->alone, both, s->sources[0], c->sources[0], s->ctx, &why);
		builder_release(&both[1]);
	}
	return err ? not_combined(s, err, &why) : 0;
}

static int read_chunks(struct profile_builder *out, struct side *s)
{
	struct combiner sum = { NULL };
	struct assay_diag why = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < s->n; i += MOST_AT_ONCE) {
		struct chunk c = { .side = s, .sources = s->sources + i, .bytes_left = s->ctx->bytes_left };
		struct profile_builder b = { NULL };

		c.n = s->n - i < MOST_AT_ONCE ? s->n - i : MOST_AT_ONCE;
		err = read_chunk(&b, &c);
		s->n_read += count_read(&c);
		if (!err && b.profile)
			err = add_chunk(&sum, &b, &c);
	}
	if (!err && !combiner_is_empty(&sum)) {
		err = combiner_finish(&sum, out, s->ctx, &why);
		if (err)
			not_combined(s, err, &why);
	}
	combiner_release(&sum);
	return err;
}

/* Equal samples within a profile that came alone become one, as they would have in a merge. */
static int merge_one(struct profile_builder *b, const struct side *s)
{
	const struct assay_profile *p = b->profile;
	struct profile_builder merged;
	struct assay_diag why = { 0 };
	int err = merge_profiles(&merged, &p, 1, s->ctx, &why);

	builder_release(b);
	if (err)
		return not_combined(s, err, &why);
	*b = merged;
	return 0;
}

static int read_side(struct profile_builder *out, struct side *s)
{
	struct profile_builder b = { NULL };
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
	if (s->n_replaced)
		ctx_warn(s->ctx, "-tag_source: %zu samples had a label source already, which was replaced",
			s->n_replaced);
	if (s->request->merge_one && s->n_read == 1)
		err = merge_one(&b, s);
	if (!err)
		*out = b;
	return err;
}

/* What tells the old side from the new one as long as both are one profile. Reports never see it. */
static const char old_key[] = "assay::old";

/* sides[0] less sides[1], both used up. */
static int subtract(
	struct profile_builder *out, struct profile_builder *sides, const struct load_request *r, struct assay_ctx *ctx)
{
	struct assay_diag why = { 0 };
	struct str label = r->keep_old ? str_of(old_key) : STR("pprof::base");
	int err = r->is_diff || r->n_old ? label_samples(&sides[1], label, STR("true"), NULL, &why) : 0;

	/* A profile may bear any label; it cannot choose its side. */
	if (!err && r->keep_old)
		err = label_samples(&sides[0], label, STR("false"), NULL, &why);
	/* Two sides meet by name, so each needs its names before. */
	for (int i = 0; !err && r->n_old && i < 2; i++)
		err = load_find_names(&sides[i], &r->options, ctx, &why);
	if (!err && r->meet)
		err = r->meet(r->meet_data, sides, &why);
	if (!err && r->normalize)
		err = scale_normalize(&sides[0], sides[1].profile, &why);
	if (!err && !r->keep_old)
		err = scale_all(&sides[1], -1, &why);
	if (!err)
		err = combine_two(out, sides, r->sources[0], r->n_old ? r->old[0] : r->base, ctx, &why);
	builder_release(&sides[0]);
	builder_release(&sides[1]);
	return err ? complain(r, NULL, err, &why) : 0;
}

static int read_sides(struct profile_builder *out, const struct load_request *r, struct assay_ctx *ctx)
{
	struct side sources = { .request = r, .ctx = ctx, .kind = "source", .sources = r->sources, .n = r->n_sources };
	struct side base = { .request = r, .ctx = ctx, .kind = "base", .sources = &r->base, .n = 1 };
	struct profile_builder sides[2];
	int err;

	if (r->n_old) {
		sources.kind = "new";
		base = (struct side){ .request = r, .ctx = ctx, .kind = "old", .sources = r->old, .n = r->n_old };
	}
	err = read_side(&sides[0], &sources);
	if (err)
		return err;
	if (!r->n_old && (!r->base || !*r->base)) {
		*out = sides[0];
		return 0;
	}
	err = read_side(&sides[1], &base);
	if (r->n_read) {
		r->n_read[0] = base.n_read;
		r->n_read[1] = sources.n_read;
	}
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
	if (!r->n_old)
		err = load_find_names(&b, &r->options, ctx, &why);
	if (!err)
		err = load_finish(&b, out, &r->options, ctx, &why);
	builder_release(&b);
	return err ? complain(r, r->n_sources == 1 ? r->sources[0] : NULL, err, &why) : 0;
}

int load_find_old(const struct assay_profile *p, uint8_t **is_old, struct assay_diag *diag)
{
	uint8_t *old = calloc(p->n_samples + 1, 1);
	uint32_t key, yes;

	if (!old)
		return diag_nomem(diag, "samples");
	*is_old = old;
	if (!strtab_find(&p->strings, str_of(old_key), &key) || !strtab_find(&p->strings, STR("true"), &yes))
		return 0;
	for (size_t i = 0; i < p->n_samples; i++)
		for (uint64_t k = p->label_start.items[i]; k < p->label_start.items[i + 1]; k++) {
			const struct label *l = &p->labels.items[k];

			old[i] |= l->kind == LABEL_TEXT && l->key == key && l->text == yes;
		}
	return 0;
}
