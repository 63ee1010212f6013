/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_LABEL_FRAMES_H
#define VIEW_LABEL_FRAMES_H

#include "view/view.h"

/*
 * tagroot and tagleaf: each sample's values under a label key become a frame, whose function is named like the values
 * and whose file is the key. The view then has tables and stacks of its own, which begin with all of the profile's.
 */
int label_frames_add(struct view *v, const struct label_frame_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag);
void label_frames_release(struct label_frames *added);

#endif
