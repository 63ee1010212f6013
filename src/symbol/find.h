/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_FIND_H
#define SYMBOL_FIND_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/vec.h"
#include "worker/object.h"

/*
 * Where the binary of a mapping, and what belongs to it, may lie on this machine. Paths that a profile or a binary
 * names are looked at and nothing else: only regular files are opened, without waiting for anything, and nothing is
 * fetched. Names cannot climb out of the folders that are searched.
 */

struct find_options {
	struct str symbol_path; /* folders, a list with colons: what -symbol_path says */
	struct str binary_path; /* the same: $PPROF_BINARY_PATH, or $HOME/pprof/binaries */
	struct str debug_root;  /* "/usr/lib/debug" */
};

/* Beyond that it is a folder of something else, or a file that nobody reads to its end. */
#define FIND_MAX_ENTRIES 1000
#define FIND_MAX_SIZE ((off_t)16 << 30)

enum find_place {
	FIND_SEARCHED, /* below one of the folders that the person named */
	FIND_RECORDED, /* the path of the mapping */
	FIND_DEBUG,    /* separate debug information, which has names and lines as well, where the binary is gone */
};

/* Is told of each path in the order of preference; not 0 ends the search. */
struct find_visitor {
	int (*visit)(void *data, const char *path, enum find_place place);
	void *data;
};

/*
 * Where the binary of a mapping may be. file and build_id are as the profile has them, either may be "". What the
 * visitor returned last, or ASSAY_ERR_NOMEM.
 */
int find_binary(const struct find_options *o, struct str file, struct str build_id, const struct find_visitor *v);

/* Where a file may be that a binary at path refers to; its name and folder are those of a stranger. */
int find_needed(
	const struct find_options *o, const char *path, const struct object_need *need, const struct find_visitor *v);

/* A name of no file: "[vdso]", "//anon", a device. There is nothing to look for by that name. */
bool find_is_unsymbolizable(struct str file);

struct find_file {
	dev_t device;
	ino_t inode;
	int64_t modified; /* nanoseconds since 1970 */
};

/*
 * Opens a regular file that starts like ELF. On failure diag->text says why, naming the path. ASSAY_ERR_IO for a file
 * that is not there or not to be read, ASSAY_ERR_FORMAT for one that is no binary.
 */
int find_open(int *fd, struct find_file *file, const char *path, struct assay_diag *diag);

/* Opens any regular file of at most max bytes. */
int find_open_regular(int *fd, struct find_file *file, const char *path, off_t max, struct assay_diag *diag);

#endif
