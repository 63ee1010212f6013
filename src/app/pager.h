/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_PAGER_H
#define APP_PAGER_H

#include "assay/error.h"
#include "base/str.h"

/*
 * Prints text to standard output; through $PAGER when that is a terminal and the text has more lines than its screen.
 * A pager that is left early, or dies, is no error; one that is not there costs a message, and the text is printed.
 */
int pager_print(struct str text, struct assay_diag *diag);

#endif
