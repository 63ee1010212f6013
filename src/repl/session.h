/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_SESSION_H
#define REPL_SESSION_H

#include "app/run.h"
#include "base/ctx.h"
#include "base/vec.h"
#include "repl/repl.h"

/*
 * What the shell holds between two lines: the profile, where it came from, and the options. A command that fails leaves
 * all of it as it was.
 */

struct str_list {
	VEC(char *) items; /* owned */
};

bool str_list_add(struct str_list *l, struct str text); /* false when memory runs out */
void str_list_clear(struct str_list *l);

struct repl {
	const struct repl_setup *setup;
	struct assay_ctx ctx;
	uint64_t bytes_max; /* what each load may inflate */

	struct str_list sources;
	char *base; /* "" for none */
	bool is_diff;
	bool normalized; /* what the profile was made with */
	const struct assay_profile *profile;
	struct run_cache *cache; /* of the profile; may be NULL */
	struct names *names;     /* that the profile got its names from */

	struct assay_options options;
	bool leaving;    /* somebody said quit */
	size_t n_failed; /* commands */
	size_t n_broken; /* commands that found a rule of check broken */
};

int session_init(struct repl *r, const struct repl_setup *setup, struct assay_diag *diag);
void session_release(struct repl *r);

/*
 * Another profile in place of the one that is held: other sources where there are any (n != 0), another base where it is
 * not NULL. When it fails complaints have been printed, diag->text is empty, and the session is as it was.
 */
int session_load(struct repl *r, const struct str *sources, size_t n, const struct str *base, bool is_diff,
	struct assay_diag *diag);

/*
 * Another reading of what the session holds, for a report that wants an account of all binaries. The session stays as it
 * is; the caller releases both.
 */
int session_load_accounts(
	struct repl *r, const struct assay_profile **profile, struct names **names, struct assay_diag *diag);

/* Names for a load, or NULL with diag. */
struct names *session_names(struct repl *r, bool look_at_all, struct assay_diag *diag);
void session_names_free(struct names *names);

/* Brings the profile to what -normalize says now; does nothing when it is so already. */
int session_refresh(struct repl *r, struct assay_diag *diag);

/* What the profile says of itself. */
void session_greet(struct repl *r);

/* Prints what is wrong with a source, as struct load_request wants it. */
void session_complain(void *data, const char *source, const struct assay_diag *diag);

/* The error that has been told already. */
int session_told(struct assay_diag *diag, int err);

#endif
