/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_PERF_FIELDS_H
#define FORMAT_PERF_FIELDS_H

#include <stdint.h>

#include "base/str.h"

/* The two kinds of line that `perf script` prints for a sample. */

/* The first line. Texts are "" and numbers -1 where the line does not tell. */
struct perf_header {
	struct str comm, event; /* event without the letters for precision: "cpu-clock" for "cpu-clock:pppH" */
	int64_t pid, tid;
	int64_t time; /* in nanoseconds of the clock that perf used */
	int64_t period;
	unsigned n_fields; /* that were found, not counting comm */
	struct str rest;   /* behind the event: a frame, what a tracepoint tells, or nothing */
};

/* False when there is not one field that can be told from a name. */
bool perf_parse_header(struct perf_header *h, struct str line);

/* A line of the call chain, or the rest of a header. */
struct perf_frame {
	uint64_t address;
	bool has_address;
	struct str symbol; /* "" for [unknown] */
	struct str dso;    /* the mapping, "" when not told */
	bool is_inlined;   /* into the frame that follows */
};

/* False when the line is empty, or need_address is set and there is none. */
bool perf_parse_frame(struct perf_frame *f, struct str line, bool need_address);

/* "  file.c:223" below a frame; false for what perf prints when it does not know. */
bool perf_parse_place(struct str line, struct str *file, int64_t *number);

#endif
