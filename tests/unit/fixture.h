/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_FIXTURE_H
#define UNIT_FIXTURE_H

#include "graph/graph.h"
#include "profile/builder.h"
#include "report/report.h"

/*
 * Profiles out of one line per sample. A stack is written root first, as a person draws it, a word per location; equal
 * words are the same location:
 *
 *     main work leaf           three locations, leaf is where the value was spent
 *     main outer~mid~inner     two locations, of which the second has three lines: inner inlined into mid into outer
 *     main work@w.c:12:3#10    file, line, column, and the first line of the function
 *     main ?                   a location without lines
 *     main work%libc.so        in a mapping of its own; all others are in the mapping "prog"
 *
 * A name that is only "-" stands for an empty one. "" is an empty stack.
 */
struct fixture {
	struct profile_builder b;
	char *words[64]; /* by location */
};

/* types: "samples/count cpu/nanoseconds". */
void fixture_init(struct fixture *f, const char *types);

/* Labels belong to the sample that is added next. unit may be NULL: it came without. */
void fixture_label(struct fixture *f, const char *key, const char *text);
void fixture_number(struct fixture *f, const char *key, int64_t number, const char *unit);

/* One value for each sample type. */
void fixture_sample(struct fixture *f, const char *stack, ...);
#define SAMPLE(f, stack, ...) fixture_sample(f, stack, FIXTURE_WIDEN(__VA_ARGS__, 0, 0))
#define FIXTURE_WIDEN(a, b, c, ...) (int64_t)(a), (int64_t)(b), (int64_t)(c)

uint32_t fixture_intern(struct fixture *f, const char *text);

const struct assay_profile *fixture_seal(struct fixture *f);
void fixture_release(struct fixture *f);

/* The stacks as they are in the profile now, in the notation above, a line each; locations in their words' order. */
char *fixture_stacks(const struct assay_profile *p);

/* All of a profile. It needs no release. */
struct view view_of(const struct assay_profile *p);

/* A view as app/ makes one: the label frames of frames, which may be NULL, then the filters of o. */
int view_make(struct view *v, const struct assay_profile *p, const struct label_frame_options *frames,
	const struct filter_options *o, struct assay_ctx *ctx, struct assay_diag *diag);

/* The stacks that a view leaves over, root first, a line for each sample; a frame that was hidden is not there. */
char *view_stacks(const struct view *v);

/* The edges of a graph in their order: "caller -> callee weight", and " inline" and " residual" behind. */
char *edge_rows(const struct graph *g);

/* A query as app/ makes one, and the rows that it gives: "name flat cum", and " inline" or " partial" behind. */
struct query {
	struct label_frame_options frames;
	struct filter_options view;
	struct graph_options graph;
	struct trim_options trim;
};

char *query_rows(const struct assay_profile *p, const struct query *q);

/* Warnings, a line each. */
struct warnings {
	struct buf text;
	struct assay_ctx ctx;
};

void warnings_init(struct warnings *w);
const char *warnings_text(const struct warnings *w);
void warnings_release(struct warnings *w);

/* Compares and frees the first. */
#define EXPECT_TEXT(actual, expected)                             \
	do {                                                      \
		char *actual_ = (actual);                         \
		cr_expect_str_eq(actual_, expected, "got\n%s\nwant\n%s", actual_, expected); \
		free(actual_);                                    \
	} while (0)

#endif
