/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/ctx.h"
#include "profile/label_units.h"
#include "profile/model.h"

/*
 * What the filters leave over of a profile: which samples, which part of each stack, which frames of each location,
 * which labels. A view borrows the profile and copies of it only what changes. Whatever stands right of the view reads
 * samples, frames and labels through the functions below, and does no filtering of its own.
 */

/* The frames of a location: lines, innermost first. One that has none and is not hidden is a nameless frame. */
struct frames {
	const struct line *lines;
	uint32_t n;
	bool hidden; /* no frame is left: the location is not there */
};

/* A part of a stack: locations from .. to - 1. */
struct span {
	uint32_t from, to;
};

struct view {
	const struct assay_profile *profile;

	/* The profile's tables, or longer ones of the view's own where frames were added for labels. */
	const struct str *strings;
	const struct function *functions;
	const struct location *locations;
	const struct line *lines;
	size_t n_strings, n_functions, n_locations;
	const struct stack_column *stacks;
	const uint64_t *stack_start;
	struct label_frames *added; /* what owns the longer ones, or NULL */

	/* What the filters say; NULL where none had a say. */
	uint8_t *dropped;      /* by sample */
	struct span *spans;    /* by sample */
	struct frames *frames; /* by location */
	struct line *kept_lines; /* of locations that lost some in the middle */
	uint8_t *hidden_keys;  /* by string: labels under this key are not there */
	bool no_inlines;       /* a location's outermost function stands for all */
};

/* Frames made of labels, added to every sample before any filter looks. */
struct label_frame_options {
	struct str root, leaf; /* label keys with commas between them; the first key of each is the outermost frame */
	struct str unit;       /* to show numbers in */
};

struct filter_options {
	/* Regular expressions, "" for none. */
	struct str focus;      /* keep samples that pass through a match */
	struct str ignore;     /* drop samples that pass through a match */
	struct str hide;       /* leave out frames that match */
	struct str show;       /* leave out frames that do not match */
	struct str show_from;  /* leave out what stands above the outermost match, and samples without any */
	struct str prune_from; /* leave out what the innermost match called */
	struct str tag_show, tag_hide; /* leave out labels whose key does not match, or does */
	/* [key=]range or [key=]regexes: keep, or drop, samples by their labels. */
	struct str tag_focus, tag_ignore;
	bool no_inlines;
};

/* All of a profile, with frames for labels where o asks for them. */
int view_init(struct view *v, const struct assay_profile *p, const struct label_frame_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag);

/*
 * Applies the filters, once. Expressions that matched nothing are told through ctx->warn. Fails with
 * ASSAY_ERR_ARGUMENT for an expression that does not compile, ASSAY_ERR_TOO_BIG for one that takes too long,
 * ASSAY_ERR_CANCELED, ASSAY_ERR_NOMEM; the view is then good for view_release() only.
 */
int view_filter(struct view *v, const struct filter_options *o, const struct label_units *units, struct assay_ctx *ctx,
	struct assay_diag *diag);
void view_release(struct view *v);

/* Into how many shares the samples are worth dividing, so that each is walked by a thread of its own. */
size_t view_shares(const struct view *v);

static inline struct str view_str(const struct view *v, uint32_t id)
{
	return v->strings[id];
}

static inline bool view_has_sample(const struct view *v, size_t sample)
{
	return !v->dropped || !v->dropped[sample];
}

/* The locations of a sample, leaf first. */
static inline struct stack view_stack(const struct view *v, size_t sample)
{
	const uint64_t *start = v->stack_start + sample;
	const struct span *span;

	if (!v->spans)
		return stack_column_part(v->stacks, (size_t)start[0], (size_t)(start[1] - start[0]));
	span = &v->spans[sample];
	return stack_column_part(v->stacks, (size_t)start[0] + span->from, span->to - span->from);
}

static inline struct frames view_frames(const struct view *v, uint32_t location)
{
	const struct location *l = &v->locations[location];
	struct frames f = v->frames ? v->frames[location] : (struct frames){ l->n_lines ? v->lines + l->first_line : NULL, l->n_lines, false };

	if (v->no_inlines && f.n > 1)
		f = (struct frames){ f.lines + f.n - 1, 1, false };
	return f;
}

/* The text of the file of a location's mapping, "" where it has none. */
static inline uint32_t view_mapping_file(const struct view *v, uint32_t location)
{
	return profile_mapping_file(v->profile, &v->locations[location]);
}

/* The labels of a sample; those that view_has_label() denies are to be passed over. */
static inline const struct label *view_labels(const struct view *v, size_t sample, size_t *n)
{
	const uint32_t *start = v->profile->label_start.items + sample;

	*n = (size_t)(start[1] - start[0]);
	return *n ? v->profile->labels.items + start[0] : NULL;
}

static inline bool view_has_label(const struct view *v, const struct label *l)
{
	return !v->hidden_keys || !v->hidden_keys[l->key];
}

#endif
