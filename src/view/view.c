/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view.h"

#include <stdlib.h>

#include "base/diag.h"
#include "view/names.h"

static int apply_names(struct view *v, const struct view_options *o, struct regex_budget *budget, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct name_filter filter;
	int err = name_filter_init(&filter, v->profile, o, budget, diag);

	if (!err && name_filter_is_set(&filter))
		err = name_filter_apply(&filter, v, ctx, diag);
	name_filter_release(&filter);
	return err;
}

int view_build(struct view *view, const struct assay_profile *profile, const struct view_options *options,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct view v = { .profile = profile, .no_inlines = options->no_inlines };
	struct regex_budget budget = { REGEX_QUERY_STEPS };
	int err = apply_names(&v, options, &budget, ctx, diag);

	if (err)
		view_release(&v);
	else
		*view = v;
	return err;
}

void view_release(struct view *view)
{
	free(view->dropped);
	free(view->frames);
	vec_release(&view->lines);
}
