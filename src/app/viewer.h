/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_VIEWER_H
#define APP_VIEWER_H

#include "report/report.h"

/*
 * Shows a finished report in the viewer that its row names, through a temporary file that is gone afterwards, and
 * waits until the viewer is closed. REPORT_BROWSER stands for $BROWSER and the usual browsers, the first that starts.
 */
int viewer_show(const struct report *report, struct str text, struct assay_diag *diag);

#endif
