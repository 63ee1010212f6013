/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPL_VARIABLES_H
#define REPL_VARIABLES_H

#include "app/options.h"
#include "base/buf.h"
#include "base/str.h"
#include "profile/model.h"

/*
 * The options as variables of the shell: `focus=main`, `sort=cum`, `cum`. They are the rows of the table of options but
 * for those about the run; switches of which one is on at a time are the values of one variable, their group, and each
 * of them is a word by itself, too.
 */

enum variable_kind {
	VARIABLE_NONE,
	VARIABLE_OPTION,
	VARIABLE_CHOICE, /* an option of a group */
	VARIABLE_GROUP,
};

struct variable {
	enum variable_kind kind;
	enum option_id id;
	enum option_group group;
};

struct variable variable_find(struct str name);
const char *variable_name(const struct variable *v);
const char *variable_help(const struct variable *v);

/* All of them by name, choices among them: *i starts at 0. VARIABLE_NONE behind the last. */
struct variable variable_next(size_t *i);

/* The option that is on of a group, N_OPTIONS for none. */
enum option_id variable_choice(const struct assay_options *o, enum option_group group);

/*
 * Sets a variable as a line of the shell does. Switches take more words than on the command line, and none for "yes"; a
 * sample type is looked up in the profile. What is wrong is in diag, the value as it was.
 */
int variable_set(struct assay_options *o, const struct variable *v, struct str value, const struct assay_profile *p,
	struct assay_diag *diag);

/* Its value, as it would be typed. */
void variable_add_value(struct buf *out, const struct assay_options *o, const struct variable *v);

/* A line for each variable, with what else it may be: `options`. Lines can be typed as they are. */
int variables_add_all(struct buf *out, const struct assay_options *o, const struct assay_profile *p);

#endif
