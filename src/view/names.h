/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "view/match.h"
#include "view/view.h"

/* focus, ignore, hide and show: filters by function, file and mapping names, applied together. */
struct name_filter {
	struct match focus, ignore, hide, show;
	bool focus_matched, ignore_matched, hide_matched, show_matched;
};

int name_filter_init(struct name_filter *f, const struct view *v, const struct filter_options *o,
	struct regex_budget *budget, struct assay_diag *diag);
void name_filter_release(struct name_filter *f);
bool name_filter_is_set(const struct name_filter *f);

/* Drops samples and frames of the view; the first of the filters, so nothing is dropped yet. */
int name_filter_apply(struct name_filter *f, struct view *v, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
