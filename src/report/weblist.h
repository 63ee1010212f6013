/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_WEBLIST_H
#define REPORT_WEBLIST_H

#include "report/report.h"
#include "report/values.h"

/*
 * What weblist shows, from the samples to the page:
 *
 *     weblist_sites.c  values by address, and which addresses and names the pattern is about
 *     weblist_code.c   the instructions around these addresses, put on the source lines of functions with such names
 *     weblist.c        lines grouped into functions, as HTML
 */

/* Texts of the report are interned: names of functions, as recorded and as shown, and files. */
struct weblist_text {
	bool interesting;  /* the name of a function that matched */
	struct str pretty; /* the name that the profile has for this system name; p is NULL for none */
	uint32_t clean;    /* of a file: the text of its clean path + 1, 0 when not yet known */
};

/* An address with the samples that passed it. Ascending; those without address stand behind. */
struct weblist_site {
	uint64_t address;
	bool made_up;      /* the profile has no address */
	uint32_t location; /* the first that was interesting, or PROFILE_NONE */
	wide flat, cum;
};

struct weblist_frame {
	uint32_t name, file; /* texts */
	int64_t line;
};

/* Frames stand in the table of frames, innermost first. */
struct weblist_instruction {
	uint64_t address, object_address;
	uint64_t length;
	struct str text; /* "" for one that is made of samples alone */
	wide flat, cum;
	uint32_t first_frame; /* of those that the instruction is shown under */
	uint32_t file;        /* where it is from by its own account */
	int64_t line;
};

/* An instruction on a line: that of one of its frames, with the calls that were inlined there. */
struct weblist_entry {
	uint32_t file; /* text: a clean path */
	uint32_t instruction;
	uint32_t frame; /* the place of the line's frame among those of the instruction: calls inlined into it */
	int64_t line;
};

struct weblist {
	const struct report_ctx *ctx;
	struct values values;
	struct strtab texts;
	VEC(struct weblist_text) facts; /* by text */
	VEC(struct weblist_site) sites;
	VEC(struct weblist_frame) frames;
	VEC(struct weblist_instruction) instructions;
	VEC(struct weblist_entry) entries;
	struct arena arena;
	bool any_interest;
};

/* Fills sites, and facts of functions. */
int weblist_find_sites(struct weblist *w, struct assay_diag *diag);

/* Fills frames, instructions and entries. */
int weblist_find_code(struct weblist *w, struct assay_diag *diag);

/* Interns a text and makes room for its facts. ASSAY_ERR_NOMEM. */
int weblist_intern(struct weblist *w, struct str text, uint32_t *id);

#endif
