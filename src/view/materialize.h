/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_MATERIALIZE_H
#define VIEW_MATERIALIZE_H

#include "profile/builder.h"
#include "view/view.h"

/* Whether the view is all of its profile, unchanged. */
bool view_is_whole(const struct view *v);

/*
 * A view turned back into a profile: the samples, frames and labels that are left. The tables stay complete, with the
 * ids of the file: what no sample refers to any more is still in them, locations whose frames are hidden have no lines.
 * columns tells whether column numbers stay where each location has been brought to one line.
 */
int view_materialize(const struct view *v, bool columns, struct profile_builder *out, struct assay_ctx *ctx,
	struct assay_diag *diag);

#endif
