/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOURCE_FIND_H
#define SOURCE_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/error.h"
#include "base/buf.h"
#include "base/str.h"

/*
 * From the path that a compiler recorded to the file on this machine. The rules of the reference come first: the path
 * as it is, then without the prefixes that trim_path and source_path name, below each folder of source_path (or the
 * working directory) and the folders above. What they miss is looked for where Go keeps sources:
 *
 *     /usr/local/go/src/runtime/proc.go, runtime/proc.go   $GOROOT/src, or the usual places of an installation
 *     example.com/Mod@v1.2.3/x.go                          $GOMODCACHE, $GOPATH/pkg/mod, ~/go/pkg/mod, or a cache in
 *                                                          source_path; vendor/
 *     example.com/dep/x.go                                 $GOPATH/src, vendor/
 *     example.com/app/cmd/x.go                             cmd/x.go below the folder of the go.mod that holds for
 *                                                          a folder of source_path; or that folder itself, and x.go
 *
 * Recorded paths come from strangers. Those rules take none that has a ".." in it, so they stay in the folders that
 * the person named or Go owns; and nothing but a regular file is ever opened for reading, in no case waited for.
 */

/* Larger files are not read. */
#define SOURCE_MAX_SIZE ((uint64_t)64 << 20)

/* Variables of the environment, "" where they are not set. */
struct source_env {
	struct str goroot, gopath, gomodcache, home;
	struct str cwd;
	struct str system; /* stands before /usr/local/go and the like; "" but in tests */
};

struct source_options {
	struct str trim_path, source_path; /* ':' lists, as path_trim() takes them */
	struct source_env env;
};

#define SOURCE_TRIED_MAX 20

/* Where a file was looked for, and why it was not taken where that is not just that it is not there. */
struct source_tried {
	char *paths[SOURCE_TRIED_MAX];
	size_t n, n_more;
};

struct source_found {
	int fd;
	uint64_t size;
	char *path;
	bool by_name_alone; /* nothing speaks for this file but its name, without any folder */
};

/*
 * Opens the file. found needs source_found_release() after success only, tried source_tried_release() in any case.
 * ASSAY_ERR_IO when there is none, with the words of the reference in diag; ASSAY_ERR_NOMEM.
 */
int source_find(struct source_found *found, struct source_tried *tried, const struct source_options *options,
	struct str path, struct assay_diag *diag);

void source_found_release(struct source_found *found);
void source_tried_release(struct source_tried *tried);

/* "A, B (permission denied), C and 2 more" */
void source_tried_add(struct buf *out, const struct source_tried *tried);

#endif
