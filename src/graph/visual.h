/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRAPH_VISUAL_H
#define GRAPH_VISUAL_H

#include "graph/tags.h"

/*
 * Trimming for a picture. Rows are sorted by entropy, which prefers nodes where paths meet; the count limit counts the
 * boxes of tags too; and residual edges whose ends are connected without them are left out. The edges are linked
 * afterwards, and the tags counted.
 */
int visual_trim(struct graph *g, const struct trim_options *options, struct tags *tags, const struct label_units *units,
	struct str unit, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
