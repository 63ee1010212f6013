/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_BINARY_H
#define SYMBOL_BINARY_H

#include "symbol/base.h"
#include "symbol/find.h"
#include "symbol/workers.h"

/*
 * The binary that one or more mappings of a profile name by path and build id: where it was looked for, which file was
 * taken, and what a worker says of that. Looked for once; what came of it is kept, also when it is nothing.
 */

/* A file that was looked at and what was wrong with it; why is "" for those that were taken. */
struct binary_try {
	char *path, *why;
};

#define BINARY_MAX_TRIES 64

/* Of the files that a worker wants, the place that its last one had in the order of preference. */
struct binary_need {
	uint64_t hash; /* of the need */
	unsigned n;    /* files that were given for it */
};

struct binary {
	char *file, *build_id; /* wanted, "" for what the profile does not say */
	char *path;            /* taken, or NULL */
	enum find_place place;
	struct find_file identity;
	bool looked, mismatch_used;
	bool is_split, split_missing; /* it refers to .dwo files or a package, and to some that are missing */

	/* Of the file that was taken. */
	char *found_build_id, *debug_file; /* "" for none */
	struct object_info info;           /* without its texts */
	VEC(struct object_segment) segments;

	VEC(struct binary_try) tries;
	size_t n_more_tries;   /* that there was no room for */
	struct assay_diag why; /* why there is no path; code 0 while there is one */
	bool is_mismatch;      /* that is because of the build id alone */
	char flaw[256];        /* what was broken in it all the same, or "" */

	struct binary_need needs[WORKERS_MAX];
	uint32_t inquiry; /* for symbolize.c: its place among what is asked, from 1; 0 is none */
	const struct find_options *places;
	struct subject subject;
};

struct binary_options {
	struct find_options places;
	bool ignore_build_id;
};

int binary_init(struct binary *b, struct str file, struct str build_id, const struct binary_options *o);
void binary_release(struct binary *b);

/*
 * Looks for it, the first time. b->path tells whether it was found. Warns of files that would do but for their build
 * id. Fails only when memory runs out or somebody wants no more.
 */
int binary_look(struct binary *b, const struct binary_options *o, struct workers *w, struct assay_diag *diag);

/* What base_find() wants to know of it. */
struct base_image binary_image(const struct binary *b);

/* "prog (build ID 1f2e)", as messages name it. */
void binary_add_name(struct buf *out, struct str file, struct str build_id);

#endif
