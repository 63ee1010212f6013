/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_CUTS_H
#define VIEW_CUTS_H

#include "view/match.h"

/* Filters that cut stacks: show_from takes the root's side off, prune_from the leaf's. */

int cuts_show_from(struct view *v, struct match *m, struct assay_ctx *ctx, struct assay_diag *diag);

/* m must have simple_names set. */
int cuts_prune_from(struct view *v, struct match *m, struct assay_diag *diag);

#endif
