/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_PICTURE_H
#define APP_PICTURE_H

#include "assay/error.h"
#include "base/buf.h"

/* Draws a graph in DOT notation through graphviz's dot; format is what its -T takes. */
int picture_draw(const char *format, struct str graph, struct buf *out, struct assay_diag *diag);

/* The same as SVG that fills its window and can be moved with the mouse and zoomed with the wheel. */
int picture_draw_svg(struct str graph, struct buf *out, struct assay_diag *diag);

#endif
