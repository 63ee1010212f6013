/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "assay/error.h"

/*
 * Regular expressions in the dialect of pprof, which is RE2's: unanchored search, leftmost-first, case-sensitive
 * unless (?i), `.` does not match a newline, `$` is the end of the text. PCRE2 does the matching; what RE2 refuses
 * (look-around, back references, possessive repeats, verbs, counts over 1000, ...) is refused here first, with RE2's
 * words, and what is left is handed to PCRE2 in an equal spelling.
 *
 * Bytes that are not UTF-8 read as U+FFFD, one each, as they do there. Differences that are left: a pattern may be
 * too large for PCRE2 that RE2 would take ("expression too large", from some ten thousand characters on), more than
 * 1000 groups inside one another are refused even when they are (?:…), and with (?i) a category or script may take in
 * a little more or less.
 *
 * PCRE2 backtracks, so a pattern may need exponential time. Every search therefore draws from a budget of steps that
 * is shared by all the searches of a query: a hostile pattern ends in an error, not in a long wait.
 *
 * A compiled expression keeps memory and machine code for matching, so one expression is for one thread at a time,
 * though a search takes it as const.
 */

struct regex;

struct regex_budget {
	uint64_t steps; /* what is left; a search that needs more fails */
	const volatile int *cancel; /* of the query, see struct assay_ctx; NULL for none */
};

/* Steps for what a person asked for, all patterns of one command together; three to ten seconds of matching. */
#define REGEX_QUERY_STEPS UINT64_C(500000000)
/* Steps for a pattern that came with a profile: a tenth. */
#define REGEX_PROFILE_STEPS (REGEX_QUERY_STEPS / 10)

/*
 * Compiles len bytes of pattern. On ASSAY_ERR_ARGUMENT diag->text is RE2's complaint in Go's wording, such as
 * "error parsing regexp: missing closing ): `(`". diag may be NULL.
 */
int regex_compile(struct regex **out, const char *pattern, size_t len, struct assay_diag *diag);

void regex_free(struct regex *re);

/*
 * Whether text holds a match, into *found. text is any bytes, need not end in NUL and need not be valid UTF-8. Fails
 * with ASSAY_ERR_TOO_BIG when the budget is used up (its steps are then 0, and later searches fail as well) or when
 * this one search needs more than 20 MB of memory, with ASSAY_ERR_NOMEM, and with ASSAY_ERR_CANCELED.
 */
int regex_search(const struct regex *re, const char *text, size_t len, struct regex_budget *budget, bool *found);

/* The library behind it, for --version: "pcre2 10.42". */
const char *regex_backend(void);

#endif
