/* SPDX-License-Identifier: Apache-2.0 */
#include "view/names.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/parallel.h"

/* What a sample learns from a location that it passes through. */
enum {
	LOCATION_FOCUSED = 1,
	LOCATION_IGNORED = 2,
	LOCATION_VISIBLE = 4,
};

int name_filter_init(struct name_filter *f, const struct view *v, const struct filter_options *o,
	struct regex_budget *budget, struct assay_diag *diag)
{
	int err;

	*f = (struct name_filter){ 0 };
	err = match_init(&f->focus, v, "focus", o->focus, budget, diag);
	if (!err)
		err = match_init(&f->ignore, v, "ignore", o->ignore, budget, diag);
	if (!err)
		err = match_init(&f->hide, v, "hide", o->hide, budget, diag);
	if (!err)
		err = match_init(&f->show, v, "show", o->show, budget, diag);
	return err;
}

void name_filter_release(struct name_filter *f)
{
	match_release(&f->focus);
	match_release(&f->ignore);
	match_release(&f->hide);
	match_release(&f->show);
}

bool name_filter_is_set(const struct name_filter *f)
{
	return match_is_set(&f->focus) || match_is_set(&f->ignore) || match_is_set(&f->hide) || match_is_set(&f->show);
}

static bool match_location(struct match *m, const struct location *l)
{
	for (uint32_t i = 0; i < l->n_lines; i++)
		if (match_line(m, &m->view->lines[l->first_line + i]))
			return true;
	return match_mapping(m, l);
}

/* ignore has the first word: what it matches is not even asked for focus. */
static uint8_t classify(struct name_filter *f, const struct location *l)
{
	if (match_is_set(&f->ignore) && match_location(&f->ignore, l)) {
		f->ignore_matched = true;
		return LOCATION_IGNORED;
	}
	if (!match_is_set(&f->focus))
		return LOCATION_FOCUSED;
	if (!match_location(&f->focus, l))
		return 0;
	f->focus_matched = true;
	return LOCATION_FOCUSED;
}

/*
 * The lines of a location that stay into the view. hide first: a mapping that matches takes all lines along. Then show
 * on what is left: a mapping that matches keeps it all. A location without lines cannot be shown, only not hidden.
 */
static void filter_lines(
	struct name_filter *f, const struct view *v, const struct location *l, struct frames *frames, struct line *to)
{
	bool hide = match_is_set(&f->hide) && match_location(&f->hide, l), show = match_is_set(&f->show);
	bool hide_all = hide && match_mapping(&f->hide, l);
	bool show_all = show && match_mapping(&f->show, l);

	f->hide_matched |= hide;
	*frames = (struct frames){ .lines = to };
	for (uint32_t i = 0; !hide_all && i < l->n_lines; i++) {
		const struct line *line = &v->lines[l->first_line + i];

		if (hide && match_line(&f->hide, line))
			continue;
		if (show && !show_all && !match_line(&f->show, line))
			continue;
		to[frames->n++] = *line;
	}
	frames->hidden = !frames->n && (hide || show);
	f->show_matched |= show && frames->n;
}

static int filter_frames(struct name_filter *f, struct view *v, uint8_t *classes, bool *any_hidden)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_locations; i++)
		n += v->locations[i].n_lines;
	v->kept_lines = malloc((n + 1) * sizeof(*v->kept_lines));
	v->frames = calloc(v->n_locations + 1, sizeof(*v->frames));
	if (!v->frames || !v->kept_lines)
		return ASSAY_ERR_NOMEM;
	n = 0;
	for (size_t i = 0; i < v->n_locations; i++) {
		filter_lines(f, v, &v->locations[i], &v->frames[i], v->kept_lines + n);
		n += v->frames[i].n;
		if (v->frames[i].hidden)
			*any_hidden = true;
		else
			classes[i] |= LOCATION_VISIBLE;
	}
	return 0;
}

static inline __attribute__((always_inline)) uint8_t classes_of(
	const struct stack *s, const uint8_t *classes, unsigned width)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < s->n; i++)
		seen |= classes[stack_index(s->bytes + i * width, width)];
	return seen;
}

static bool keeps_sample(const struct stack *s, const uint8_t *classes, uint8_t wanted)
{
	uint8_t seen;

	STACK_FOR_WIDTH(s, seen = classes_of(s, classes, width));
	return (seen & wanted) == wanted && !(seen & LOCATION_IGNORED);
}

/* Samples from .. to - 1. */
struct filter_share {
	PARALLEL_ALIGN struct view *v;
	const struct assay_ctx *ctx;
	const uint8_t *classes;
	uint8_t wanted;
	bool focus_alone; /* nothing is ignored or hidden, so that the first match says all */
	size_t from, to;
	bool canceled;
};

static void filter_share(void *argument)
{
	struct filter_share *share = argument;

	for (size_t i = share->from; i < share->to; i++) {
		struct stack s = view_stack(share->v, i);

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(share->ctx)) {
			share->canceled = true;
			return;
		}
		share->v->dropped[i] = share->focus_alone ? !stack_meets(&s, share->classes, LOCATION_FOCUSED)
							  : !keeps_sample(&s, share->classes, share->wanted);
	}
}

/* A sample stays if some location is in focus, none is ignored and, where any is hidden at all, one is left to see. */
static int filter_samples(
	struct name_filter *f, struct view *v, const uint8_t *classes, uint8_t wanted, struct assay_ctx *ctx)
{
	struct filter_share shares[PARALLEL_MAX];
	size_t n = v->profile->n_samples, n_shares = view_shares(v);
	bool focus_alone = !f->ignore_matched && wanted == LOCATION_FOCUSED;

	v->dropped = malloc(n + 1);
	if (!v->dropped)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < n_shares; i++)
		shares[i] = (struct filter_share){ v, ctx, classes, wanted, focus_alone, n / n_shares * i,
			i + 1 < n_shares ? n / n_shares * (i + 1) : n, false };
	parallel_run(filter_share, shares, sizeof(shares[0]), n_shares);
	for (size_t i = 0; i < n_shares; i++)
		if (shares[i].canceled)
			return ASSAY_ERR_CANCELED;
	return 0;
}

static int filter(struct name_filter *f, struct view *v, uint8_t *classes, struct assay_ctx *ctx)
{
	uint8_t wanted = LOCATION_FOCUSED;
	bool any_hidden = false;
	int err = 0;

	for (size_t i = 0; i < v->n_locations; i++)
		classes[i] = classify(f, &v->locations[i]);
	if (match_is_set(&f->hide) || match_is_set(&f->show))
		err = filter_frames(f, v, classes, &any_hidden);
	if (any_hidden)
		wanted |= LOCATION_VISIBLE;
	if (!err)
		err = f->focus.err    ? f->focus.err
		      : f->ignore.err ? f->ignore.err
		      : f->hide.err   ? f->hide.err
				      : f->show.err;
	return err ? err : filter_samples(f, v, classes, wanted, ctx);
}

static void warn_unmatched(const struct name_filter *f, struct assay_ctx *ctx)
{
	const struct {
		const struct match *match;
		bool matched;
		const char *name;
	} expressions[] = {
		{ &f->focus, f->focus_matched, "Focus" },
		{ &f->ignore, f->ignore_matched, "Ignore" },
		{ &f->hide, f->hide_matched, "Hide" },
		{ &f->show, f->show_matched, "Show" },
	};

	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++)
		if (match_is_set(expressions[i].match) && !expressions[i].matched)
			ctx_warn(ctx, "%s expression matched no samples", expressions[i].name);
}

int name_filter_apply(struct name_filter *f, struct view *v, struct assay_ctx *ctx, struct assay_diag *diag)
{
	uint8_t *classes = calloc(v->n_locations + 1, 1);
	int err = classes ? filter(f, v, classes, ctx) : ASSAY_ERR_NOMEM;

	free(classes);
	switch (err) {
	case 0:
		warn_unmatched(f, ctx);
		return 0;
	case ASSAY_ERR_NOMEM:
		return diag_nomem(diag, "filters");
	case ASSAY_ERR_CANCELED:
		return diag_set(diag, err, "canceled");
	}
	return match_failed(&(struct match){ .err = err }, diag);
}
