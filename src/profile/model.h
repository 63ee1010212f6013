/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_H
#define PROFILE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ckd.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "profile/stack_column.h"

/*
 * A profile in memory: columns, not objects. Strings are ids of one interned table, objects refer to each other by
 * index; the ids of the file are kept only because some reports print them. Lists keep the order of the file.
 *
 *     stack of sample i:   stacks[stack_start[i] .. stack_start[i + 1])   location indexes, leaf first
 *     values of sample i:  values[i * n_types .. (i + 1) * n_types)
 *     labels of sample i:  labels[label_start[i] .. label_start[i + 1])   in the order of the file
 *     lines of location l: lines[l.first_line .. l.first_line + l.n_lines)  innermost inlined call first
 */

#define PROFILE_NONE UINT32_MAX /* an index that points nowhere */

struct value_type {
	uint32_t type, unit; /* strings: "cpu", "nanoseconds" */
};

struct mapping {
	uint64_t id;
	uint64_t start, limit, offset;
	uint32_t file, build_id; /* strings */
	bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct function {
	uint64_t id;
	int64_t start_line;
	uint32_t name, system_name, file; /* strings */
};

struct line {
	uint32_t function; /* index */
	int64_t number, column;
};

struct location {
	uint64_t id;
	uint64_t address;
	uint32_t mapping; /* index or PROFILE_NONE */
	uint32_t first_line, n_lines;
	bool folded;
};

enum label_kind {
	LABEL_TEXT,         /* text is the value */
	LABEL_NUMBER,       /* number is the value, it came without a unit */
	LABEL_NUMBER_UNIT,  /* number is the value, text its unit */
};

struct label {
	uint32_t key : 30; /* string */
	uint32_t kind : 2; /* enum label_kind */
	uint32_t text;     /* string */
	int64_t number;
};

struct assay_profile {
	struct strtab strings;

	VEC(struct value_type) sample_types;
	uint32_t default_sample_type; /* string: the name of a type */

	/* Empty lists of what a sample has have room all the same, so that items + start is a pointer. */
	size_t n_samples;
	VEC(int64_t) values;
	struct stack_column stacks;
	VEC(uint64_t) stack_start; /* n_samples + 1 */
	VEC(struct label) labels;
	VEC(uint32_t) label_start; /* n_samples + 1 */

	VEC(struct mapping) mappings; /* the first one is the main binary */
	VEC(struct location) locations;
	VEC(struct line) lines;
	VEC(struct function) functions;

	VEC(uint32_t) comments;            /* strings */
	uint32_t drop_frames, keep_frames; /* strings: regular expressions, "" for none */
	uint32_t doc_url;                  /* string */
	int64_t time_nanos;                /* since 1970, UTC; 0 when unknown */
	int64_t duration_nanos;
	struct value_type period_type;
	int64_t period;

	/*
	 * Per column, the sum of the magnitudes of its values, set by profile_seal(). Where it fits int64 no sum over
	 * any of the samples can overflow; where it does not, sums are taken in 128 bits.
	 */
	VEC(wide) magnitudes;
};

static inline size_t profile_n_types(const struct assay_profile *p)
{
	return p->sample_types.n;
}

static inline struct str profile_str(const struct assay_profile *p, uint32_t id)
{
	return strtab_get(&p->strings, id);
}

static inline struct stack profile_stack(const struct assay_profile *p, size_t sample)
{
	const uint64_t *start = p->stack_start.items + sample;

	return stack_column_part(&p->stacks, (size_t)start[0], (size_t)(start[1] - start[0]));
}

static inline const int64_t *profile_values(const struct assay_profile *p, size_t sample)
{
	return p->values.items + sample * p->sample_types.n;
}

/* The column's values add up to what int64 holds, in any order and any part. */
static inline bool profile_sums_fit(const struct assay_profile *p, size_t column)
{
	return p->magnitudes.items[column] <= INT64_MAX;
}

/* The text of the mapping's file, "" where the location has no mapping. */
static inline uint32_t profile_mapping_file(const struct assay_profile *p, const struct location *l)
{
	return l->mapping == PROFILE_NONE ? 0 : p->mappings.items[l->mapping].file;
}

#endif
