/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_VIEWS_H
#define REPL_VIEWS_H

#include "assay/error.h"
#include "base/buf.h"
#include "base/vec.h"

/* The names under which sets of options are kept, for completion; the commands are in command.h. */
struct view_names {
	VEC(char *) items; /* owned, sorted */
};

/* Where they are kept, which need not exist. */
int views_folder(struct buf *path, struct assay_diag *diag);

/* A folder that cannot be read holds none. ASSAY_ERR_NOMEM alone. */
int views_names(struct view_names *names, const char *folder);
void view_names_release(struct view_names *names);

#endif
