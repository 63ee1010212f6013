/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FOLDER_H
#define APP_FOLDER_H

#include "assay/error.h"

/* Makes each folder on the way to path that is missing, and that one, for nobody else to read. path is whole again. */
int folder_make(char *path, struct assay_diag *diag);

#endif
