/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/parallel.h"
#include "view/cuts.h"
#include "view/label_filter.h"
#include "view/label_frames.h"
#include "view/names.h"

int view_init(struct view *v, const struct assay_profile *p, const struct label_frame_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	*v = (struct view){
		.profile = p,
		.strings = p->strings.strings.items,
		.n_strings = p->strings.strings.n,
		.functions = p->functions.items,
		.n_functions = p->functions.n,
		.locations = p->locations.items,
		.n_locations = p->locations.n,
		.lines = p->lines.items,
		.stacks = &p->stacks,
		.stack_start = p->stack_start.items,
	};
	return o->root.len || o->leaf.len ? label_frames_add(v, o, ctx, diag) : 0;
}

/* All expressions are compiled before any is applied, in the order in which the reference complains of them. */
struct filters {
	struct name_filter names;
	struct match show_from, prune_from;
	struct label_filter tag_focus, tag_ignore;
	struct regex_budget budget;
};

static int compile(struct filters *f, const struct view *v, const struct filter_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err = name_filter_init(&f->names, v, o, &f->budget, diag);

	if (!err)
		err = match_init(&f->show_from, v, "show_from", o->show_from, &f->budget, diag);
	if (!err)
		err = label_filter_init(&f->tag_focus, v, "tagfocus", o->tag_focus, &f->budget, ctx, diag);
	if (!err)
		err = label_filter_init(&f->tag_ignore, v, "tagignore", o->tag_ignore, &f->budget, ctx, diag);
	if (!err)
		err = match_init(&f->prune_from, v, "prune_from", o->prune_from, &f->budget, diag);
	f->prune_from.simple_names = true;
	return err;
}

static int apply(struct filters *f, struct view *v, const struct filter_options *o, const struct label_units *units,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = 0;

	if (name_filter_is_set(&f->names))
		err = name_filter_apply(&f->names, v, ctx, diag);
	if (!err && match_is_set(&f->show_from))
		err = cuts_show_from(v, &f->show_from, ctx, diag);
	if (!err && (f->tag_focus.is_set || f->tag_ignore.is_set))
		err = label_filters_apply(v, &f->tag_focus, &f->tag_ignore, units, ctx, diag);
	if (!err)
		err = label_keys_apply(v, o, &f->budget, ctx, diag);
	if (!err && match_is_set(&f->prune_from))
		err = cuts_prune_from(v, &f->prune_from, diag);
	return err;
}

int view_filter(struct view *v, const struct filter_options *o, const struct label_units *units, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct filters f = { .budget = { REGEX_QUERY_STEPS, ctx ? ctx->cancel : NULL } };
	int err = compile(&f, v, o, ctx, diag);

	if (!err)
		err = apply(&f, v, o, units, ctx, diag);
	v->no_inlines = o->no_inlines;
	name_filter_release(&f.names);
	match_release(&f.show_from);
	match_release(&f.prune_from);
	label_filter_release(&f.tag_focus);
	label_filter_release(&f.tag_ignore);
	return err;
}

void view_release(struct view *v)
{
	label_frames_release(v->added);
	free(v->dropped);
	free(v->spans);
	free(v->frames);
	free(v->kept_lines);
	free(v->hidden_keys);
	*v = (struct view){ 0 };
}

/* Starting a thread costs what some ten thousand frames do; a share has to be worth it many times over. */
#define FRAMES_WORTH_A_THREAD ((size_t)2 << 20)

size_t view_shares(const struct view *v)
{
	size_t n = v->stack_start[v->profile->n_samples] / FRAMES_WORTH_A_THREAD + 1, width;

	if (n == 1)
		return 1;
	width = parallel_width();
	return n < width ? n : width;
}
