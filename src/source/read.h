/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOURCE_READ_H
#define SOURCE_READ_H

#include "base/strtab.h"
#include "source/find.h"

/*
 * The lines of source files, each file read once. A reader remembers what it read, and what it could not read and why,
 * until it is released: the lines of all files live that long.
 */

/* A line of so many bytes, its end not counted, ends the file. So it does in the reference. */
#define SOURCE_MAX_LINE ((size_t)64 << 10)

/* Of all files of a reader together, lines included. */
#define SOURCE_MAX_TOTAL ((uint64_t)256 << 20)

struct source_file {
	char *path; /* where it was found; NULL when it was not */
	char *data;
	size_t len;       /* of data */
	int64_t modified; /* when the file was last written, in nanoseconds since 1970; 0 when unknown */
	struct str *lines; /* without LF, and one CR before it */
	size_t n;
	bool cut;                  /* at a line that is too long */
	bool by_name_alone;        /* see struct source_found */
	struct source_tried tried; /* the caller may release it sooner */
	struct assay_diag error;   /* code 0 when it was read */
	bool told; /* for the caller, who may have something to say of a file, but once; false at first */
};

struct source_reader {
	struct source_options options;
	struct strtab paths;
	VEC(struct source_file) files; /* by id in paths; the one of "" is never asked for */
	uint64_t total;
};

int source_reader_init(struct source_reader *r, const struct source_options *options);
void source_reader_release(struct source_reader *r);

/*
 * The file of a recorded path. It stays where it is until the next one is asked for, its lines as long as the reader.
 * ASSAY_ERR_NOMEM only: what else went wrong is in the file's error.
 */
int source_read(struct source_reader *r, struct str path, struct source_file **file);

#endif
