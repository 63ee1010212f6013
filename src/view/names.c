/* SPDX-License-Identifier: Apache-2.0 */
#include "view/names.h"

#include <stdlib.h>

#include "base/diag.h"

/* What a sample learns from a location that it passes through. */
enum {
	LOCATION_FOCUSED = 1,
	LOCATION_IGNORED = 2,
	LOCATION_VISIBLE = 4,
};

int name_filter_init(struct name_filter *f, const struct assay_profile *p, const struct view_options *o,
	struct regex_budget *budget, struct assay_diag *diag)
{
	int err;

	*f = (struct name_filter){ 0 };
	err = match_init(&f->focus, p, "focus", o->focus, budget, diag);
	if (!err)
		err = match_init(&f->ignore, p, "ignore", o->ignore, budget, diag);
	if (!err)
		err = match_init(&f->hide, p, "hide", o->hide, budget, diag);
	if (!err)
		err = match_init(&f->show, p, "show", o->show, budget, diag);
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

/* A location without a mapping is in no file, not in one named "". */
static bool match_mapping(struct match *m, const struct location *l)
{
	return l->mapping != PROFILE_NONE && match_string(m, profile_mapping_file(m->profile, l));
}

static bool match_location(struct match *m, const struct location *l)
{
	const struct assay_profile *p = m->profile;

	for (uint32_t i = 0; i < l->n_lines; i++)
		if (match_line(m, &p->lines.items[l->first_line + i]))
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
static bool filter_lines(struct name_filter *f, struct view *v, const struct location *l, struct frames *frames)
{
	const struct assay_profile *p = v->profile;
	bool hide = match_is_set(&f->hide) && match_location(&f->hide, l), show = match_is_set(&f->show);
	bool hide_all = hide && match_mapping(&f->hide, l);
	bool show_all = show && match_mapping(&f->show, l);
	size_t first = v->lines.n;

	f->hide_matched |= hide;
	for (uint32_t i = 0; !hide_all && i < l->n_lines; i++) {
		const struct line *line = &p->lines.items[l->first_line + i];

		if (hide && match_line(&f->hide, line))
			continue;
		if (show && !show_all && !match_line(&f->show, line))
			continue;
		if (!vec_push(&v->lines, *line))
			return false;
	}
	frames->n = (uint32_t)(v->lines.n - first);
	frames->hidden = !frames->n && (hide || show);
	f->show_matched |= show && frames->n;
	return true;
}

/* Pointers are set last, as the lines move while their table grows. */
static void set_lines(struct view *v)
{
	const struct line *next = v->lines.items;

	for (size_t i = 0; i < v->profile->locations.n; i++) {
		v->frames[i].lines = next;
		if (v->frames[i].n)
			next += v->frames[i].n;
	}
}

static int filter_frames(struct name_filter *f, struct view *v, uint8_t *classes, bool *any_hidden)
{
	const struct assay_profile *p = v->profile;

	v->frames = calloc(p->locations.n + 1, sizeof(*v->frames));
	if (!v->frames)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < p->locations.n; i++) {
		if (!filter_lines(f, v, &p->locations.items[i], &v->frames[i]))
			return ASSAY_ERR_NOMEM;
		if (v->frames[i].hidden)
			*any_hidden = true;
		else
			classes[i] |= LOCATION_VISIBLE;
	}
	set_lines(v);
	return 0;
}

static bool keeps_sample(const struct stack *s, const uint8_t *classes, uint8_t wanted)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < s->n; i++)
		seen |= classes[s->locations[i]];
	return (seen & wanted) == wanted && !(seen & LOCATION_IGNORED);
}

/* A sample stays if some location is in focus, none is ignored and, where any is hidden at all, one is left to see. */
static int filter_samples(struct view *v, const uint8_t *classes, uint8_t wanted, struct assay_ctx *ctx)
{
	size_t n = v->profile->n_samples;

	v->dropped = malloc(n + 1);
	if (!v->dropped)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct stack s = view_stack(v, i);

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		v->dropped[i] = !keeps_sample(&s, classes, wanted);
	}
	return 0;
}

static int filter(struct name_filter *f, struct view *v, uint8_t *classes, struct assay_ctx *ctx)
{
	const struct assay_profile *p = v->profile;
	uint8_t wanted = LOCATION_FOCUSED;
	bool any_hidden = false;
	int err = 0;

	for (size_t i = 0; i < p->locations.n; i++)
		classes[i] = classify(f, &p->locations.items[i]);
	if (match_is_set(&f->hide) || match_is_set(&f->show))
		err = filter_frames(f, v, classes, &any_hidden);
	if (any_hidden)
		wanted |= LOCATION_VISIBLE;
	if (!err)
		err = f->focus.err ? f->focus.err : f->ignore.err ? f->ignore.err : f->hide.err ? f->hide.err : f->show.err;
	return err ? err : filter_samples(v, classes, wanted, ctx);
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
	uint8_t *classes = calloc(v->profile->locations.n + 1, 1);
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
	return diag_set(diag, err, "a regular expression of the filters takes too long to match; simplify it");
}
