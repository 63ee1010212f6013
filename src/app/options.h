/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "assay/error.h"

/*
 * The one table of options. Flags, help, completions, the manual page and the public API read its rows, so an option
 * is added by a row here, with its meaning, and by what app/run.c or app/load.c then does with its value.
 */

enum option_id {
	OPT_ADD_COMMENT,
	OPT_ADDRESSES,
	OPT_ALL_FRAMES,
	OPT_ALLOC_OBJECTS,
	OPT_ALLOC_SPACE,
	OPT_ALPHA,
	OPT_ASSERT,
	OPT_BASE,
	OPT_BUDGET,
	OPT_BUILDID,
	OPT_CALL_TREE,
	OPT_COLOR,
	OPT_COMPACT_LABELS,
	OPT_CONTENTIONS,
	OPT_CUM,
	OPT_DIFF_BASE,
	OPT_DIVIDE_BY,
	OPT_DROP_NEGATIVE,
	OPT_E,
	OPT_EDGEFRACTION,
	OPT_EXACT_NAMES,
	OPT_FILEFUNCTIONS,
	OPT_FILES,
	OPT_FILES_FROM,
	OPT_FLAT,
	OPT_FOCUS,
	OPT_FORMAT,
	OPT_FUNCTIONS,
	OPT_HIDE,
	OPT_HTTP,
	OPT_IGNORE,
	OPT_IGNORE_BUILD_ID,
	OPT_INTEL_SYNTAX,
	OPT_INUSE_OBJECTS,
	OPT_INUSE_SPACE,
	OPT_JIT_MAP,
	OPT_KALLSYMS,
	OPT_LINES,
	OPT_MAX_SIZE,
	OPT_MEAN,
	OPT_MEAN_DELAY,
	OPT_MIN_DELTA,
	OPT_MIN_SHARE,
	OPT_NO_BROWSER,
	OPT_NODECOUNT,
	OPT_NODEFRACTION,
	OPT_NOINLINES,
	OPT_NORMALIZE,
	OPT_OUTPUT,
	OPT_OVERDISPERSION,
	OPT_PAGER,
	OPT_PERF_TO_PROFILE,
	OPT_PRUNE_FROM,
	OPT_RELATIVE_PERCENTAGES,
	OPT_SAMPLE_INDEX,
	OPT_SECONDS,
	OPT_SHOW,
	OPT_SHOW_FROM,
	OPT_SHOWCOLUMNS,
	OPT_SOURCE_PATH,
	OPT_STRICT,
	OPT_SYMBOL_PATH,
	OPT_SYMBOLIZE,
	OPT_TAG_SOURCE,
	OPT_TAGFOCUS,
	OPT_TAGHIDE,
	OPT_TAGIGNORE,
	OPT_TAGLEAF,
	OPT_TAGROOT,
	OPT_TAGSHOW,
	OPT_TIMEOUT,
	OPT_TLS_CA,
	OPT_TLS_CERT,
	OPT_TLS_KEY,
	OPT_TOOLS,
	OPT_TOTAL_DELAY,
	OPT_TRIM,
	OPT_TRIM_PATH,
	OPT_UNIT,
	OPT_X,
	N_OPTIONS,
};

enum option_type {
	OPTION_SWITCH,
	OPTION_INT,
	OPTION_FLOAT,
	OPTION_TEXT,
};

/* Switches of which at most one is on. */
enum option_group {
	GROUP_NONE,
	GROUP_SORT,
	GROUP_GRANULARITY,
	N_GROUPS,
};

/* As a variable of the shell a group has a name, and the option of it that is on as its value. */
struct option_group_row {
	const char *name;
	const char *fallback; /* the value while no option of it is on */
	const char *help;
};

extern const struct option_group_row option_groups[N_GROUPS];

enum option_flags {
	OPTION_COMMAND_LINE = 1 << 0, /* about the run, not the report: no variable of a shell */
	OPTION_LIST = 1 << 1,         /* a text that may be given several times: the values, a newline behind each */
	OPTION_TRANSIENT = 1 << 2,    /* about this profile or this place: no part of a saved set of options */
};

struct option {
	const char *name;
	enum option_type type;
	enum option_group group;
	unsigned flags;
	const char *fallback;       /* the default, as it would be typed */
	const char *alone;          /* the value of a flag without one, NULL when it needs one; not for switches */
	const char *argument;       /* what the value stands for in help: "regex", "n"; NULL for switches */
	const char *help;           /* one line, without a full stop */
	const char *refusal;        /* why this build cannot serve it, or NULL */
	const char *const *choices; /* of a text, the only values it may have, NULL behind them; or NULL for any */
};

/* In alphabetical order, by option_id. */
extern const struct option options[N_OPTIONS];

/* N_OPTIONS when there is none of that name. */
enum option_id option_find(const char *name);

union option_value {
	bool on;
	int64_t number;
	double fraction;
	char *text; /* owned */
};

struct assay_options {
	union option_value values[N_OPTIONS];
	bool given[N_OPTIONS];
};

int options_init(struct assay_options *o, struct assay_diag *diag);
/* to was not initialized; the caller releases it. */
int options_copy(struct assay_options *to, const struct assay_options *from, struct assay_diag *diag);
void options_release(struct assay_options *o);

/*
 * Reads a value in the notation of the command line into the option. ASSAY_ERR_ARGUMENT with "parse error" or "value
 * out of range" as text when it is none; the caller names option and value.
 */
int options_parse(struct assay_options *o, enum option_id id, const char *value, struct assay_diag *diag);

/* The choices of -color, in their order. */
enum colour {
	COLOUR_AUTO,
	COLOUR_ALWAYS,
	COLOUR_NEVER,
};

/* The place of an option's value among its choices. */
size_t option_choice(const struct assay_options *o, enum option_id id);

/* What holds between options: one of a group, nothing that this build refuses; and shortcuts become what they mean. */
int options_settle(
	struct assay_options *o, void (*warn)(void *data, const char *text), void *data, struct assay_diag *diag);

/* A number with an optional K, M, G or T (powers of 1024) behind it, as -max_size takes it. */
int options_parse_size(const char *text, uint64_t *size);

static inline const char *option_text(const struct assay_options *o, enum option_id id)
{
	return o->values[id].text;
}

static inline bool option_on(const struct assay_options *o, enum option_id id)
{
	return o->values[id].on;
}

#endif
