/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_STACKS_H
#define FORMAT_STACKS_H

#include "base/buf.h"
#include "base/pairs.h"
#include "base/strtab.h"
#include "profile/builder.h"

/*
 * A profile out of texts that know frames by their names. Functions, locations and samples come as often as the text
 * repeats them, and what is equal is one in the profile: equal samples are one with the sum of their values, in the
 * place of the first.
 *
 * A sample is given piece by piece: the lines of a location, innermost inlined call first, and stacks_location() when
 * it is complete; locations leaf first, and labels in any order between; then stacks_sample().
 */
struct stacks {
	struct profile_builder *b;
	struct pairs functions;  /* name and file */
	struct strtab locations; /* by all they consist of; the string's id less one is the index */
	struct strtab samples;   /* likewise */
	struct buf key;
	VEC(uint32_t) sample_of; /* index of the sample by the id in samples */
	size_t first_line;       /* of the location at hand */
	struct assay_diag *diag; /* told of every failure */
};

int stacks_init(struct stacks *s, struct profile_builder *b, struct assay_diag *diag);
void stacks_release(struct stacks *s);

int stacks_type(struct stacks *s, struct str type, struct str unit);

/* One more line of the location at hand. */
int stacks_line(struct stacks *s, struct str name, struct str file, int64_t number);

/* The location at hand, which may have no lines, is complete, and the next one of the sample's stack. */
int stacks_location(struct stacks *s, uint64_t address, uint32_t mapping);

/* The stack of the sample at hand was given root first. */
void stacks_turn(struct stacks *s);

int stacks_text(struct stacks *s, struct str key, struct str text);

/* unit may be "", for a number that has none. */
int stacks_number(struct stacks *s, struct str key, int64_t number, struct str unit);

/* As many values as there are types. */
int stacks_sample(struct stacks *s, const int64_t *values);

#endif
