/* SPDX-License-Identifier: Apache-2.0 */
#include "view/materialize.h"

#include <assert.h>

#include "base/diag.h"

bool view_is_whole(const struct view *v)
{
	return !v->added && !v->dropped && !v->spans && !v->frames && !v->hidden_keys && !v->no_inlines;
}

#define COPY(to, from, count)                                                                                         \
	(vec_reserve(to, count) &&                                                                                    \
		((count) ? (memcpy((to)->items, from, (count) * sizeof(*(to)->items)), (to)->n = (count), true) : true))

/* All of the view's strings are different, so in a new table they get the ids that they have in the view. */
static int copy_strings(const struct view *v, struct profile_builder *b, struct assay_diag *diag)
{
	for (size_t i = 0; i < v->n_strings; i++) {
		uint32_t id;
		int err = builder_intern(b, v->strings[i], &id, diag);

		if (err)
			return err;
		assert(id == i);
	}
	return 0;
}

static bool copy_head(const struct assay_profile *from, struct assay_profile *to)
{
	to->default_sample_type = from->default_sample_type;
	to->drop_frames = from->drop_frames;
	to->keep_frames = from->keep_frames;
	to->doc_url = from->doc_url;
	to->time_nanos = from->time_nanos;
	to->duration_nanos = from->duration_nanos;
	to->period_type = from->period_type;
	to->period = from->period;
	return COPY(&to->sample_types, from->sample_types.items, from->sample_types.n) &&
		COPY(&to->comments, from->comments.items, from->comments.n);
}

static bool copy_location(const struct view *v, uint32_t index, bool columns, struct assay_profile *to)
{
	struct frames f = view_frames(v, index);
	struct location l = v->locations[index];

	l.first_line = (uint32_t)to->lines.n;
	l.n_lines = f.n;
	for (uint32_t i = 0; i < f.n; i++) {
		struct line line = f.lines[i];

		if (!columns)
			line.column = 0;
		if (!vec_push(&to->lines, line))
			return false;
	}
	return vec_push(&to->locations, l);
}

static bool copy_tables(const struct view *v, bool columns, struct assay_profile *to)
{
	const struct assay_profile *from = v->profile;

	if (!copy_head(from, to) || !COPY(&to->mappings, from->mappings.items, from->mappings.n) ||
		!COPY(&to->functions, v->functions, v->n_functions))
		return false;
	for (size_t i = 0; v->no_inlines && i < to->mappings.n; i++)
		to->mappings.items[i].has_inline_frames = false;
	for (size_t i = 0; i < v->n_locations; i++)
		if (!copy_location(v, (uint32_t)i, columns, to))
			return false;
	return true;
}

static bool copy_sample(const struct view *v, size_t sample, struct assay_profile *to)
{
	const int64_t *values = profile_values(v->profile, sample);
	struct stack s = view_stack(v, sample);
	size_t n, n_types = profile_n_types(to);
	const struct label *labels = view_labels(v, sample, &n);

	if (!vec_reserve(&to->values, n_types) || !vec_reserve(&to->stacks, s.n) || !vec_reserve(&to->labels, n))
		return false;
	for (size_t i = 0; i < n_types; i++)
		to->values.items[to->values.n++] = values[i];
	for (size_t i = 0; i < s.n; i++)
		if (!view_frames(v, stack_at(&s, i)).hidden)
			to->stacks.items[to->stacks.n++] = stack_at(&s, i);
	for (size_t i = 0; i < n; i++)
		if (view_has_label(v, &labels[i]))
			to->labels.items[to->labels.n++] = labels[i];
	return true;
}

static int copy_samples(const struct view *v, struct profile_builder *b, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < v->profile->n_samples; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (!view_has_sample(v, i))
			continue;
		err = copy_sample(v, i, b->profile) ? builder_end_sample(b, diag) : diag_nomem(diag, "a profile");
	}
	return err;
}

int view_materialize(const struct view *v, bool columns, struct profile_builder *out, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct profile_builder b;
	int err = builder_init(&b, diag);

	if (err)
		return err;
	err = copy_strings(v, &b, diag);
	if (!err && !copy_tables(v, columns || !v->no_inlines, b.profile))
		err = diag_nomem(diag, "a profile");
	if (!err)
		err = copy_samples(v, &b, ctx, diag);
	if (err)
		builder_release(&b);
	else
		*out = b;
	return err;
}
