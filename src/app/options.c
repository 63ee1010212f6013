/* SPDX-License-Identifier: Apache-2.0 */
#include "app/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/ckd.h"
#include "base/diag.h"

#define NO_FETCH "assay reads files; it does not fetch profiles or serve them"

/* In the order of enum table_format. */
static const char *const formats[] = { "text", "json", "csv", "tsv", "markdown", NULL };

/* In the order of enum colour. */
static const char *const colours[] = { "auto", "always", "never", NULL };

const struct option options[N_OPTIONS] = {
	[OPT_ADD_COMMENT] = {
		.name = "add_comment",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "text",
		.help = "Add a comment to the profile, shown in headers",
	},
	[OPT_ADDRESSES] = {
		.name = "addresses",
		.type = OPTION_SWITCH,
		.group = GROUP_GRANULARITY,
		.fallback = "false",
		.help = "One row per address",
	},
	[OPT_ALL_FRAMES] = {
		.name = "all_frames",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Ignore the profile's own drop_frames and keep_frames",
	},
	[OPT_ALLOC_OBJECTS] = {
		.name = "alloc_objects",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=alloc_objects",
	},
	[OPT_ALLOC_SPACE] = {
		.name = "alloc_space",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=alloc_space",
	},
	[OPT_ALPHA] = {
		.name = "alpha",
		.type = OPTION_FLOAT,
		.fallback = "0.05",
		.argument = "x",
		.help = "Rate of false alarms in diff and check",
	},
	[OPT_ASSERT] = {
		.name = "assert",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE | OPTION_LIST,
		.fallback = "",
		.argument = "rule",
		.help = "A rule for check, such as 'flat(^main\\.) <= 10%'; may be given several times",
	},
	[OPT_BASE] = {
		.name = "base",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "source",
		.help = "Profile to subtract",
	},
	[OPT_BUDGET] = {
		.name = "budget",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "A file with a rule for check on each line",
	},
	[OPT_BUILDID] = {
		.name = "buildid",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "id",
		.help = "Build id of the main binary, where the profile has none",
	},
	[OPT_CALL_TREE] = {
		.name = "call_tree",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Keep different call paths apart in graphs",
	},
	[OPT_COLOR] = {
		.name = "color",
		.type = OPTION_TEXT,
		.fallback = "auto",
		.argument = "when",
		.help = "Whether to paint reports: auto (on a terminal), always, never",
		.choices = colours,
	},
	[OPT_COMPACT_LABELS] = {
		.name = "compact_labels",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Leave out what the profile says of itself",
	},
	[OPT_CONTENTIONS] = {
		.name = "contentions",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=contentions",
	},
	[OPT_CUM] = {
		.name = "cum",
		.type = OPTION_SWITCH,
		.group = GROUP_SORT,
		.fallback = "false",
		.help = "Sort by cumulative value",
	},
	[OPT_DIFF_BASE] = {
		.name = "diff_base",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "source",
		.help = "Profile to subtract, with percentages of it",
	},
	[OPT_DIVIDE_BY] = {
		.name = "divide_by",
		.type = OPTION_FLOAT,
		.flags = OPTION_TRANSIENT,
		.fallback = "1",
		.argument = "x",
		.help = "Divide all values by this",
	},
	[OPT_DROP_NEGATIVE] = {
		.name = "drop_negative",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Leave out negative values",
	},
	[OPT_E] = {
		.name = "e",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "End the shell at the first command that fails",
	},
	[OPT_EDGEFRACTION] = {
		.name = "edgefraction",
		.type = OPTION_FLOAT,
		.fallback = "0.001",
		.argument = "fraction",
		.help = "Leave out edges below this share of the total",
	},
	[OPT_EXACT_NAMES] = {
		.name = "exact_names",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Take no two names for the same function in diff",
	},
	[OPT_FILEFUNCTIONS] = {
		.name = "filefunctions",
		.type = OPTION_SWITCH,
		.group = GROUP_GRANULARITY,
		.fallback = "false",
		.help = "One row per function and file",
	},
	[OPT_FILES] = {
		.name = "files",
		.type = OPTION_SWITCH,
		.group = GROUP_GRANULARITY,
		.fallback = "false",
		.help = "One row per source file",
	},
	[OPT_FILES_FROM] = {
		.name = "files_from",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "Read names of more profiles from this file, one on each line; - is standard input",
	},
	[OPT_FLAT] = {
		.name = "flat",
		.type = OPTION_SWITCH,
		.group = GROUP_SORT,
		.fallback = "false",
		.help = "Sort by the value of the function itself (default)",
	},
	[OPT_FOCUS] = {
		.name = "focus",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Keep samples with a frame that matches",
	},
	[OPT_FORMAT] = {
		.name = "format",
		.type = OPTION_TEXT,
		.fallback = "text",
		.argument = "format",
		.help = "How to print rows: text, json, csv, tsv, markdown",
		.choices = formats,
	},
	[OPT_FUNCTIONS] = {
		.name = "functions",
		.type = OPTION_SWITCH,
		.group = GROUP_GRANULARITY,
		.fallback = "false",
		.help = "One row per function (default)",
	},
	[OPT_HIDE] = {
		.name = "hide",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Leave out frames that match",
	},
	[OPT_HTTP] = {
		.name = "http",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "host:port",
		.help = "Serve the web page",
		.refusal = NO_FETCH,
	},
	[OPT_IGNORE] = {
		.name = "ignore",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Drop samples with a frame that matches",
	},
	[OPT_IGNORE_BUILD_ID] = {
		.name = "ignore_build_id",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Take names from binaries with another build id, too",
	},
	[OPT_INTEL_SYNTAX] = {
		.name = "intel_syntax",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Assembly in Intel's syntax",
	},
	[OPT_INUSE_OBJECTS] = {
		.name = "inuse_objects",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=inuse_objects",
	},
	[OPT_INUSE_SPACE] = {
		.name = "inuse_space",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=inuse_space",
	},
	[OPT_JIT_MAP] = {
		.name = "jit_map",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "Names of generated code, a perf-PID.map",
	},
	[OPT_KALLSYMS] = {
		.name = "kallsyms",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "Names of the kernel, a copy of its /proc/kallsyms",
	},
	[OPT_LINES] = {
		.name = "lines",
		.type = OPTION_SWITCH,
		.group = GROUP_GRANULARITY,
		.fallback = "false",
		.help = "One row per source line",
	},
	[OPT_MAX_SIZE] = {
		.name = "max_size",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "size",
		.help = "Most inflated bytes to read, such as 500M or 2G (default: a quarter of the memory, at most 8G)",
	},
	[OPT_MEAN] = {
		.name = "mean",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Divide values by the first sample type: an average per event",
	},
	[OPT_MEAN_DELAY] = {
		.name = "mean_delay",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=delay -mean",
	},
	[OPT_MIN_DELTA] = {
		.name = "min_delta",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "value",
		.help = "Leave out smaller changes in diff and check, such as 10ms or 1%",
	},
	[OPT_MIN_SHARE] = {
		.name = "min_share",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "value",
		.help = "Test only rows of at least this share of the total: 1% (default 0.5%)",
	},
	[OPT_NO_BROWSER] = {
		.name = "no_browser",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Do not open a browser",
		.refusal = NO_FETCH,
	},
	[OPT_NODECOUNT] = {
		.name = "nodecount",
		.type = OPTION_INT,
		.fallback = "-1",
		.argument = "n",
		.help = "Most rows to show; -1 leaves it to the report, 0 shows all",
	},
	[OPT_NODEFRACTION] = {
		.name = "nodefraction",
		.type = OPTION_FLOAT,
		.fallback = "0.005",
		.argument = "fraction",
		.help = "Leave out rows below this share of the total",
	},
	[OPT_NOINLINES] = {
		.name = "noinlines",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Count inlined functions to the function that they were inlined into",
	},
	[OPT_NORMALIZE] = {
		.name = "normalize",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Scale the profile to the base's total",
	},
	[OPT_OUTPUT] = {
		.name = "output",
		.type = OPTION_TEXT,
		.flags = OPTION_TRANSIENT,
		.fallback = "",
		.argument = "file",
		.help = "Write the report to this file",
	},
	[OPT_OVERDISPERSION] = {
		.name = "overdispersion",
		.type = OPTION_FLOAT,
		.fallback = "2",
		.argument = "x",
		.help = "How much more than by chance sample counts vary, for one run on each side",
	},
	[OPT_PAGER] = {
		.name = "pager",
		.type = OPTION_SWITCH,
		.fallback = "true",
		.help = "Show reports longer than the terminal in $PAGER",
	},
	[OPT_PERF_TO_PROFILE] = {
		.name = "perf_to_profile",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.alone = "perf_to_profile",
		.argument = "program",
		.help = "Let this program convert files of perf record; perf_to_profile if none is named",
	},
	[OPT_PRUNE_FROM] = {
		.name = "prune_from",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Drop the frames below a match",
	},
	[OPT_RELATIVE_PERCENTAGES] = {
		.name = "relative_percentages",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Percentages of what the filters leave",
	},
	[OPT_SAMPLE_INDEX] = {
		.name = "sample_index",
		.type = OPTION_TEXT,
		.flags = OPTION_TRANSIENT,
		.fallback = "",
		.argument = "type",
		.help = "Sample type to report, by name or number",
	},
	[OPT_SECONDS] = {
		.name = "seconds",
		.type = OPTION_INT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "-1",
		.argument = "n",
		.help = "How long to profile a server",
		.refusal = NO_FETCH,
	},
	[OPT_SHOW] = {
		.name = "show",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Leave out frames that do not match",
	},
	[OPT_SHOW_FROM] = {
		.name = "show_from",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Drop the frames above the outermost match",
	},
	[OPT_SHOWCOLUMNS] = {
		.name = "showcolumns",
		.type = OPTION_SWITCH,
		.fallback = "false",
		.help = "Show column numbers with -lines",
	},
	[OPT_SOURCE_PATH] = {
		.name = "source_path",
		.type = OPTION_TEXT,
		.flags = OPTION_TRANSIENT,
		.fallback = "",
		.argument = "dirs",
		.help = "Where sources are, a list with colons",
	},
	[OPT_STRICT] = {
		.name = "strict",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "End with status 2 when anything was skipped or repaired",
	},
	[OPT_SYMBOL_PATH] = {
		.name = "symbol_path",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "dirs",
		.help = "Where binaries and their debug information are, a list with colons",
	},
	[OPT_SYMBOLIZE] = {
		.name = "symbolize",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "mode",
		.help = "How to find names: none, local, fastlocal, force, demangle=none|templates|full",
	},
	[OPT_TAG_SOURCE] = {
		.name = "tag_source",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Label the samples of each profile with its name, under the key source",
	},
	[OPT_TAGFOCUS] = {
		.name = "tagfocus",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "filter",
		.help = "Keep samples with a label that matches",
	},
	[OPT_TAGHIDE] = {
		.name = "taghide",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Leave out labels whose key matches",
	},
	[OPT_TAGIGNORE] = {
		.name = "tagignore",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "filter",
		.help = "Drop samples with a label that matches",
	},
	[OPT_TAGLEAF] = {
		.name = "tagleaf",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "keys",
		.help = "Add frames for these labels at the leaf",
	},
	[OPT_TAGROOT] = {
		.name = "tagroot",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "keys",
		.help = "Add frames for these labels at the root",
	},
	[OPT_TAGSHOW] = {
		.name = "tagshow",
		.type = OPTION_TEXT,
		.fallback = "",
		.argument = "regex",
		.help = "Leave out labels whose key does not match",
	},
	[OPT_TIMEOUT] = {
		.name = "timeout",
		.type = OPTION_INT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "-1",
		.argument = "seconds",
		.help = "How long to wait for a server",
		.refusal = NO_FETCH,
	},
	[OPT_TLS_CA] = {
		.name = "tls_ca",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "Certificates of trusted authorities",
		.refusal = NO_FETCH,
	},
	[OPT_TLS_CERT] = {
		.name = "tls_cert",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "Client certificate",
		.refusal = NO_FETCH,
	},
	[OPT_TLS_KEY] = {
		.name = "tls_key",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "file",
		.help = "Key of the client certificate",
		.refusal = NO_FETCH,
	},
	[OPT_TOOLS] = {
		.name = "tools",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "",
		.argument = "dirs",
		.help = "Accepted and ignored: binutils are not run",
	},
	[OPT_TOTAL_DELAY] = {
		.name = "total_delay",
		.type = OPTION_SWITCH,
		.flags = OPTION_COMMAND_LINE,
		.fallback = "false",
		.help = "Same as -sample_index=delay",
	},
	[OPT_TRIM] = {
		.name = "trim",
		.type = OPTION_SWITCH,
		.fallback = "true",
		.help = "Honour nodecount, nodefraction and edgefraction",
	},
	[OPT_TRIM_PATH] = {
		.name = "trim_path",
		.type = OPTION_TEXT,
		.flags = OPTION_TRANSIENT,
		.fallback = "",
		.argument = "prefixes",
		.help = "Prefixes to cut from source paths, a list with colons",
	},
	[OPT_UNIT] = {
		.name = "unit",
		.type = OPTION_TEXT,
		.fallback = "minimum",
		.argument = "unit",
		.help = "Unit of values; minimum: one for all, auto: one for each",
	},
	[OPT_X] = {
		.name = "x",
		.type = OPTION_TEXT,
		.flags = OPTION_COMMAND_LINE | OPTION_LIST,
		.fallback = "",
		.argument = "commands",
		.help = "Run these commands of the shell, with ; between them; may be given several times",
	},
};

const struct option_group_row option_groups[N_GROUPS] = {
	[GROUP_SORT] = { "sort", "flat", "What rows are sorted by" },
	[GROUP_GRANULARITY] = { "granularity", "(default)", "What makes a row" },
};

enum option_id option_find(const char *name)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (strcmp(options[id].name, name) == 0)
			return id;
	return N_OPTIONS;
}

int options_init(struct assay_options *o, struct assay_diag *diag)
{
	*o = (struct assay_options){ 0 };
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		int err = options_parse(o, id, options[id].fallback, diag);

		if (err) {
			options_release(o);
			return err;
		}
		o->given[id] = false;
	}
	return 0;
}

void options_release(struct assay_options *o)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (options[id].type == OPTION_TEXT)
			free(o->values[id].text);
	*o = (struct assay_options){ 0 };
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static int parse_switch(bool *on, const char *text)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True", NULL };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False", NULL };

	*on = is_one_of(text, yes);
	return *on || is_one_of(text, no) ? 0 : EINVAL;
}

/* Digits of a base, with '_' between them or behind the prefix that tells the base, as Go has it: 1_000, 0x_ff. */
static int parse_digits(unsigned long long *v, const char *text, unsigned base, bool behind_prefix)
{
	bool may_separate = behind_prefix;

	*v = 0;
	for (; *text; text++) {
		unsigned digit = isdigit((unsigned char)*text)   ? (unsigned)(*text - '0')
				 : isalpha((unsigned char)*text) ? (unsigned)(tolower((unsigned char)*text) - 'a') + 10
								 : base;

		if (*text == '_' && may_separate && text[1]) {
			may_separate = false;
			continue;
		}
		if (digit >= base)
			return EINVAL;
		if (ckd_mul(v, *v, base) || ckd_add(v, *v, digit))
			return ERANGE;
		may_separate = true;
	}
	return text[-1] == '_' ? EINVAL : 0;
}

/* Decimal, or 0x, 0o, 0b, or a leading 0 for octal. */
static int parse_int(int64_t *number, const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	bool negative = *text == '-', prefixed = digits[0] == '0' && digits[1];
	unsigned base = 10;
	unsigned long long v;
	int fault;

	if (prefixed) {
		base = digits[1] == 'x' || digits[1] == 'X' ? 16 : digits[1] == 'b' || digits[1] == 'B' ? 2 : 8;
		digits += base == 8 && digits[1] != 'o' && digits[1] != 'O' ? 1 : 2;
	}
	fault = *digits ? parse_digits(&v, digits, base, prefixed) : EINVAL;
	if (fault)
		return fault;
	if (v > (unsigned long long)INT64_MAX + negative)
		return ERANGE;
	*number = negative ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

/* What strtod() takes beyond Go's floats: blanks in front, nan(...), a sign before nan, hexadecimal without exponent. */
static bool is_foreign_float(const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');

	if (isspace((unsigned char)*text) || strchr(text, '('))
		return true;
	return (digits != text && strcasecmp(digits, "nan") == 0) || (hex && !strpbrk(digits, "pP"));
}

/* A copy without the underscores that Go lets stand between digits, or behind 0x; false when one stands elsewhere. */
static bool without_underscores(char *to, size_t size, const char *from)
{
	for (const char *at = from; *at; at++) {
		if (*at == '_' && (at == from || !(isxdigit((unsigned char)at[-1]) || strchr("xX", at[-1])) ||
					  !isxdigit((unsigned char)at[1])))
			return false;
		if (*at == '_')
			continue;
		if (--size == 0)
			return false;
		*to++ = *at;
	}
	*to = '\0';
	return true;
}

static int parse_float(double *fraction, const char *text)
{
	char plain[400], *end;

	if (!without_underscores(plain, sizeof(plain), text) || !*plain || is_foreign_float(plain))
		return EINVAL;
	errno = 0;
	*fraction = strtod(plain, &end);
	if (*end)
		return EINVAL;
	return errno == ERANGE && isinf(*fraction) ? ERANGE : 0;
}

size_t option_choice(const struct assay_options *o, enum option_id id)
{
	size_t i = 0;

	while (options[id].choices[i] && strcmp(options[id].choices[i], o->values[id].text) != 0)
		i++;
	return i;
}

static int not_a_choice(const char *const *choices, struct assay_diag *diag)
{
	struct buf text = BUF_INIT;
	int err;

	for (; *choices; choices++)
		buf_addf(&text, "%s%s", text.len ? ", " : "", *choices);
	err = text.failed ? diag_nomem(diag, "an option")
			  : diag_set(diag, ASSAY_ERR_ARGUMENT, "choose one of %s", text.data);
	buf_release(&text);
	return err;
}

/* A list that has values gets one more. */
static char *text_with(const struct assay_options *o, enum option_id id, const char *text)
{
	size_t len = o->given[id] ? strlen(o->values[id].text) : 0, more = strlen(text);
	char *joined;

	if (!(options[id].flags & OPTION_LIST) || !*text)
		return strdup(text);
	joined = malloc(len + more + 2);
	if (!joined)
		return NULL;
	if (len)
		memcpy(joined, o->values[id].text, len);
	memcpy(joined + len, text, more);
	memcpy(joined + len + more, "\n", 2);
	return joined;
}

int options_parse(struct assay_options *o, enum option_id id, const char *text, struct assay_diag *diag)
{
	union option_value v = { 0 };
	int fault = 0;

	switch (options[id].type) {
	case OPTION_SWITCH:
		fault = parse_switch(&v.on, text);
		break;
	case OPTION_INT:
		fault = parse_int(&v.number, text);
		break;
	case OPTION_FLOAT:
		fault = parse_float(&v.fraction, text);
		break;
	case OPTION_TEXT:
		if (options[id].choices && !is_one_of(text, options[id].choices))
			return not_a_choice(options[id].choices, diag);
		v.text = text_with(o, id, text);
		if (!v.text)
			return diag_nomem(diag, "an option");
		free(o->values[id].text);
		break;
	}
	if (fault)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, fault == ERANGE ? "value out of range" : "parse error");
	o->values[id] = v;
	o->given[id] = true;
	return 0;
}

int options_parse_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	const char *unit;
	char *end;
	double v;

	if (*text < '0' || *text > '9')
		return ASSAY_ERR_ARGUMENT;
	v = strtod(text, &end);
	unit = *end ? strchr(units, *end >= 'a' && *end <= 'z' ? *end - 'a' + 'A' : *end) : NULL;
	if (unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		end++;
		if (*end == 'i')
			end++;
	}
	if (*end == 'B' || *end == 'b')
		end++;
	v = ldexp(v, (int)shift);
	if (*end || !(v < 0x1p63))
		return ASSAY_ERR_ARGUMENT;
	*size = (uint64_t)v;
	return 0;
}

int options_copy(struct assay_options *to, const struct assay_options *from, struct assay_diag *diag)
{
	*to = *from;
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		if (options[id].type == OPTION_TEXT)
			to->values[id].text = NULL;
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		if (options[id].type != OPTION_TEXT)
			continue;
		to->values[id].text = strdup(option_text(from, id));
		if (!to->values[id].text) {
			options_release(to);
			return diag_nomem(diag, "an option");
		}
	}
	return 0;
}

static bool is_set(const struct assay_options *o, enum option_id id)
{
	const union option_value *v = &o->values[id];

	switch (options[id].type) {
	case OPTION_SWITCH:
		return v->on;
	case OPTION_TEXT:
		return *v->text;
	case OPTION_INT:
	case OPTION_FLOAT:
		break;
	}
	return o->given[id];
}

static int check_group(const struct assay_options *o, enum option_group group, struct assay_diag *diag)
{
	struct buf names = BUF_INIT;
	unsigned n = 0;
	int err = 0;

	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		if (options[id].group != group || !o->values[id].on)
			continue;
		buf_addf(&names, "%s%s", n++ ? " " : "", options[id].name);
	}
	if (n > 1)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "conflicting options set: [%s]", names.data ? names.data : "");
	buf_release(&names);
	return err;
}

/* A shortcut names a sample type unless one is named already; the first of them wins. */
static int apply_shortcut(struct assay_options *o, enum option_id id, const char *type,
	void (*warn)(void *data, const char *text), void *data, struct assay_diag *diag)
{
	char text[80];

	if (!o->values[id].on)
		return 0;
	if (id == OPT_MEAN_DELAY)
		o->values[OPT_MEAN].on = true;
	if (!*option_text(o, OPT_SAMPLE_INDEX))
		return options_parse(o, OPT_SAMPLE_INDEX, type, diag);
	snprintf(text, sizeof(text), "Multiple value selections, ignoring -%s", options[id].name);
	if (warn)
		warn(data, text);
	return 0;
}

static int apply_shortcuts(
	struct assay_options *o, void (*warn)(void *data, const char *text), void *data, struct assay_diag *diag)
{
	static const struct {
		enum option_id id;
		const char *type;
	} shortcuts[] = {
		{ OPT_TOTAL_DELAY, "delay" },
		{ OPT_MEAN_DELAY, "delay" },
		{ OPT_CONTENTIONS, "contentions" },
		{ OPT_INUSE_SPACE, "inuse_space" },
		{ OPT_INUSE_OBJECTS, "inuse_objects" },
		{ OPT_ALLOC_SPACE, "alloc_space" },
		{ OPT_ALLOC_OBJECTS, "alloc_objects" },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(shortcuts) / sizeof(shortcuts[0]); i++)
		err = apply_shortcut(o, shortcuts[i].id, shortcuts[i].type, warn, data, diag);
	return err;
}

int options_settle(
	struct assay_options *o, void (*warn)(void *data, const char *text), void *data, struct assay_diag *diag)
{
	int err = check_group(o, GROUP_GRANULARITY, diag);

	if (!err)
		err = check_group(o, GROUP_SORT, diag);
	for (enum option_id id = 0; !err && id < N_OPTIONS; id++)
		if (options[id].refusal && is_set(o, id))
			err = diag_set(diag, ASSAY_ERR_UNSUPPORTED, "-%s: %s", options[id].name, options[id].refusal);
	return err ? err : apply_shortcuts(o, warn, data, diag);
}
