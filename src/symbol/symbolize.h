/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_SYMBOLIZE_H
#define SYMBOL_SYMBOLIZE_H

#include "profile/account.h"
#include "profile/builder.h"
#include "symbol/binary.h"
#include "symbol/demangle.h"

/*
 * Names and lines for the locations of a profile that have none: from the binaries of its mappings, and from lists of
 * addresses. What the profile says is never replaced, unless that is asked for. Binaries stay open for reports that
 * want to see their code.
 */
struct symbolize_options {
	bool none;         /* nothing at all, not even demangling */
	bool local;        /* look at binaries */
	bool symbols_only; /* at their symbol tables alone */
	bool force;        /* also where the profile has names, which are replaced */
	bool look_at_all;  /* also for binaries whose names are not wanted, to give account of them */
	enum demangle_mode demangle;
	struct binary_options binaries;
	const char *kallsyms, *jit_map; /* files, "" for none */
};

struct symbolizer;

/* All of this must live as long as the symbolizer. No process is started before there is something to ask. */
int symbolizer_new(struct symbolizer **out, const struct symbolize_options *o, const struct worker_host *host,
	struct assay_ctx *ctx, struct assay_diag *diag);
void symbolizer_free(struct symbolizer *s);

/*
 * Gives the profile what can be found. What cannot be is warned of, a line for each binary, and is no failure; that is
 * left for memory and for somebody who wants no more. For any number of profiles, one after the other: what is known of
 * binaries stays, and no warning is given twice.
 */
int symbolizer_run(struct symbolizer *s, struct profile_builder *b, struct assay_diag *diag);

/* What became of each mapping of the last profile, by its index; none before symbolizer_run(). */
const struct mapping_account *symbolizer_accounts(const struct symbolizer *s, size_t *n);

/*
 * The binary for a path and a build id, looked for unless it was before: binary->path is NULL when it was not found.
 * It lives as long as the symbolizer.
 */
int symbolizer_binary(
	struct symbolizer *s, struct str file, struct str build_id, struct binary **binary, struct assay_diag *diag);

/* The same if it was looked for before, else NULL. */
struct binary *symbolizer_known(const struct symbolizer *s, struct str file, struct str build_id);

/*
 * The base of a mapping in its binary, see base.h. file is the mapping's: the name of a kernel mapping says by which
 * symbol it was measured.
 */
int symbolizer_base(struct symbolizer *s, uint64_t *base, struct binary *binary, struct str file,
	const struct base_mapping *m, uint64_t address, struct assay_diag *diag);

struct workers *symbolizer_workers(struct symbolizer *s);

#endif
