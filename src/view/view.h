/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/ctx.h"
#include "base/regex.h"
#include "profile/model.h"

/*
 * What the filters leave over of a profile: which samples, and which frames of each location. A view borrows the
 * profile and copies nothing of it but the lines of locations that the filters changed. Whatever stands right of the
 * view asks it for samples and frames and does no filtering of its own.
 */

struct view_options {
	/* Regular expressions, "" for none. */
	struct str focus;  /* keep samples that pass through a match */
	struct str ignore; /* drop samples that pass through a match */
	struct str hide;   /* leave out frames that match */
	struct str show;   /* leave out frames that do not match */
	/* A location's inlined calls are left out; its outermost function stands for all. */
	bool no_inlines;
};

/* The frames of a location: its lines, innermost first. One that has none and is not hidden is a nameless frame. */
struct frames {
	const struct line *lines;
	uint32_t n;
	bool hidden; /* no frame is left: the location is not there */
};

/* The locations of a sample, leaf first. */
struct stack {
	const uint32_t *locations;
	size_t n;
};

struct view {
	const struct assay_profile *profile;
	bool no_inlines;
	uint8_t *dropped;      /* by sample, NULL when all are there */
	struct frames *frames; /* by location, NULL when they are the profile's */
	VEC(struct line) lines; /* of locations that lost some */
};

/*
 * Builds a view. Expressions that matched nothing are told through ctx->warn. Fails with ASSAY_ERR_ARGUMENT for an
 * expression that does not compile, ASSAY_ERR_TOO_BIG for one that takes too long, ASSAY_ERR_CANCELED,
 * ASSAY_ERR_NOMEM; *view needs no release then.
 */
int view_build(struct view *view, const struct assay_profile *profile, const struct view_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag);
void view_release(struct view *view);

static inline bool view_has_sample(const struct view *v, size_t sample)
{
	return !v->dropped || !v->dropped[sample];
}

static inline struct stack view_stack(const struct view *v, size_t sample)
{
	const uint64_t *start = v->profile->stack_start.items + sample;

	return (struct stack){ v->profile->stacks.items + start[0], (size_t)(start[1] - start[0]) };
}

static inline struct frames view_frames(const struct view *v, uint32_t location)
{
	const struct location *l = &v->profile->locations.items[location];
	struct frames f = v->frames ? v->frames[location] :
				      (struct frames){ l->n_lines ? v->profile->lines.items + l->first_line : NULL, l->n_lines, false };

	if (v->no_inlines && f.n > 1)
		f = (struct frames){ f.lines + f.n - 1, 1, false };
	return f;
}

#endif
