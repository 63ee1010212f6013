/* SPDX-License-Identifier: Apache-2.0 */
#include "app/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"

int folder_make(char *path, struct assay_diag *diag)
{
	char why[128];

	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return diag_set(diag, ASSAY_ERR_IO, "mkdir %s: %s", path, diag_errno(errno, why, sizeof(why)));
		if (!slash)
			return 0;
		*slash = '/';
	}
}
