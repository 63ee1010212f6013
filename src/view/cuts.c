/* SPDX-License-Identifier: Apache-2.0 */
#include "view/cuts.h"

#include <stdlib.h>

#include "base/diag.h"

/* The frames of every location and the whole of every stack, where no filter before has made them the view's own. */
static int own_frames_and_spans(struct view *v)
{
	if (!v->frames) {
		struct frames *frames = malloc((v->n_locations + 1) * sizeof(*frames));

		if (!frames)
			return ASSAY_ERR_NOMEM;
		for (size_t i = 0; i < v->n_locations; i++)
			frames[i] = view_frames(v, (uint32_t)i);
		v->frames = frames;
	}
	if (!v->spans) {
		struct span *spans = malloc((v->profile->n_samples + 1) * sizeof(*spans));

		if (!spans)
			return ASSAY_ERR_NOMEM;
		for (size_t i = 0; i < v->profile->n_samples; i++)
			spans[i] = (struct span){ 0, (uint32_t)(v->stack_start[i + 1] - v->stack_start[i]) };
		v->spans = spans;
	}
	return 0;
}

static int own_dropped(struct view *v)
{
	if (!v->dropped)
		v->dropped = calloc(v->profile->n_samples + 1, 1);
	return v->dropped ? 0 : ASSAY_ERR_NOMEM;
}

/* Marks locations with a match; of their lines, what stands outside the outermost match goes. */
static bool mark_show_from(struct view *v, struct match *m, uint8_t *marks)
{
	bool any = false;

	for (size_t i = 0; i < v->n_locations; i++) {
		struct frames *f = &v->frames[i];

		marks[i] = match_mapping(m, &v->locations[i]);
		for (uint32_t k = f->n; !marks[i] && k-- > 0;) {
			if (!match_line(m, &f->lines[k]))
				continue;
			marks[i] = 1;
			f->n = k + 1;
		}
		any |= marks[i];
	}
	return any;
}

/* Everything above the marked location nearest the root goes. */
static void cut_roots(struct view *v, const uint8_t *marks)
{
	for (size_t i = 0; i < v->profile->n_samples; i++) {
		struct stack s = view_stack(v, i);

		while (s.n && (!marks[stack_at(&s, s.n - 1)] || v->frames[stack_at(&s, s.n - 1)].hidden))
			s.n--;
		v->dropped[i] |= s.n == 0;
		v->spans[i].to = v->spans[i].from + (uint32_t)s.n;
	}
}

int cuts_show_from(struct view *v, struct match *m, struct assay_ctx *ctx, struct assay_diag *diag)
{
	uint8_t *marks = malloc(v->n_locations + 1);
	bool any;

	if (!marks || own_frames_and_spans(v) < 0 || own_dropped(v) < 0) {
		free(marks);
		return diag_nomem(diag, "filters");
	}
	any = mark_show_from(v, m, marks);
	cut_roots(v, marks);
	free(marks);
	if (m->err)
		return match_failed(m, diag);
	if (!any)
		ctx_warn(ctx, "ShowFrom expression matched no samples");
	return 0;
}

/* Marks locations with a match; of their lines, what the innermost match called goes. */
static void mark_prune_from(struct view *v, struct match *m, uint8_t *marks)
{
	for (size_t i = 0; i < v->n_locations; i++) {
		struct frames *f = &v->frames[i];

		for (uint32_t k = 0; k < f->n; k++) {
			uint32_t name = v->functions[f->lines[k].function].name;

			if (!name || !match_string(m, name))
				continue;
			marks[i] = 1;
			f->lines += k;
			f->n -= k;
			break;
		}
	}
}

static void cut_leaves(struct view *v, const uint8_t *marks)
{
	for (size_t i = 0; i < v->profile->n_samples; i++) {
		struct stack s = view_stack(v, i);

		for (size_t k = 0; k < s.n; k++) {
			if (!marks[stack_at(&s, k)] || v->frames[stack_at(&s, k)].hidden)
				continue;
			v->spans[i].from += (uint32_t)k;
			break;
		}
	}
}

int cuts_prune_from(struct view *v, struct match *m, struct assay_diag *diag)
{
	uint8_t *marks = calloc(v->n_locations + 1, 1);

	if (!marks || own_frames_and_spans(v) < 0) {
		free(marks);
		return diag_nomem(diag, "filters");
	}
	mark_prune_from(v, m, marks);
	cut_leaves(v, marks);
	free(marks);
	return m->err ? match_failed(m, diag) : 0;
}
