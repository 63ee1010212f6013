/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens when memory runs out, at every place where it can: a profile is loaded and reported once for each
 * allocation that this takes, with that allocation failing, and again with all that follow failing too. Each run ends
 * in one of two ways: with ASSAY_ERR_NOMEM, a text that says so, and nothing handed out; or, where the program can do
 * without (machine code for expressions, the faster of two inflaters), with the same report as ever. In both, all that
 * was allocated has been given back.
 *
 * The linker renames: what the program calls malloc is __wrap_malloc() here, and __real_malloc() is the C library's,
 * or the sanitizer's. What the C library allocates for itself is not seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/compare.h"
#include "app/request.h"
#include "app/run.h"
#include "app/source_list.h"
#include "assay-config.h"
#include "assay/profile.h"
#include "assay/report.h"
#include "cli/flags.h"
#include "repl/command.h"
#include "repl/complete.h"
#include "repl/variables.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
int __real_posix_memalign(void **p, size_t alignment, size_t size);
void __real_free(void *p);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
int __wrap_posix_memalign(void **p, size_t alignment, size_t size);
void __wrap_free(void *p);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);
void __wrap_message(const char *text);
void __wrap_messagef(const char *fmt, ...);
void __wrap_message_text(struct str text);

/* --- allocations --- */

/* Work that is shared out allocates from several threads at once. */
static struct {
	_Atomic unsigned long n; /* asked for since the start of this run */
	unsigned long failing;   /* the number of the first that fails, from 1; 0 for none */
	bool for_good;           /* and so do all that follow */
	_Atomic bool failed;     /* one did */
	_Atomic long live;       /* blocks that have not been given back */
} memory;

static bool fails(void)
{
	unsigned long n = ++memory.n;

	if (!memory.failing || n < memory.failing || (n > memory.failing && !memory.for_good))
		return false;
	memory.failed = true;
	errno = ENOMEM;
	return true;
}

static void *count(void *p)
{
	memory.live += p != NULL;
	return p;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : count(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
	if (fails())
		return NULL;
	return p ? __real_realloc(p, size) : count(__real_malloc(size));
}

int __wrap_posix_memalign(void **p, size_t alignment, size_t size)
{
	int err = fails() ? ENOMEM : __real_posix_memalign(p, alignment, size);

	if (!err)
		count(*p);
	return err;
}

void __wrap_free(void *p)
{
	memory.live -= p != NULL;
	__real_free(p);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : count(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t n)
{
	return fails() ? NULL : count(__real_strndup(text, n));
}

/* What a shell says is not looked at, and would only fill the screen. */
void __wrap_message(const char *text)
{
	(void)text;
}

void __wrap_messagef(const char *fmt, ...)
{
	(void)fmt;
}

void __wrap_message_text(struct str text)
{
	(void)text;
}

/* --- what is swept --- */

enum way {
	WAY_MEMORY,       /* assay_profile_parse() */
	WAY_FILE,         /* assay_profile_open() */
	WAY_PIPE,         /* the same for standard input */
	WAY_REQUEST,      /* load_request(), as the program does it: path, the same once more, and path as base */
	WAY_COMPARE,      /* diff, or check with the argument as a rule: path is OLD, and NEW is other */
	WAY_VIEW,         /* the report as a view of diff */
	WAY_MERGE,        /* the same for the path twice, or with the option "many" more often, labelled, and no base */
	WAY_MIXED,        /* the same for the path and for odd/smallest.pb, which has other columns */
	WAY_LIST,         /* the lines of the file as names of sources */
	WAY_SHELL,        /* lines of a session, in the first place of the options; text is the list of options at its end */
	WAY_COMMAND_LINE, /* flags, as the program reads them, and no profile */
};

struct sweep {
	enum way way;
	const char *path;          /* in the folder of test data */
	size_t padding;            /* a field of this size that no reader knows is added to what the file holds */
	const char *options[8][2]; /* name and value; for a command line, arguments in the first place */
	const char *report;        /* NULL for top by the public interface */
	const char *argument;      /* of the report, or NULL */
	const char *other;         /* like path */
};

static const struct sweep sweeps[] = {
	{ WAY_MEMORY, "odd/plain.pb", 0, { { NULL } } },
	{ WAY_MEMORY, "odd/appendix.pb.gz", 0, { { "lines", "true" }, { "mean", "true" } } },
	{ WAY_MEMORY, "odd/appendix.pb.gz", 0, { { "focus", "m[a-z]+" }, { "ignore", "x|y" }, { "trim", "false" } } },
	{ WAY_MEMORY, "odd/appendix.pb.gz", 0, { { "hide", "ma.n" }, { "show", "." }, { "addresses", "true" } } },
	{ WAY_MEMORY, "odd/appendix.pb.gz", 0, { { "noinlines", "true" }, { "cum", "true" }, { "files", "true" } } },
	/* zlib: libdeflate takes one member only, and none whose header has a checksum. */
	{ WAY_MEMORY, "odd/two-members.pb.gz", 0, { { NULL } } },
	{ WAY_MEMORY, "odd/header-full.pb.gz", 0, { { NULL } } },
	{ WAY_FILE, "odd/appendix.pb.gz", 0, { { "filefunctions", "true" }, { "trim_path", "/src" } } },
	{ WAY_FILE, "odd/two-members.pb.gz", 0, { { "nodecount", "1" } } },
	{ WAY_FILE, "odd/drop-frames.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/drop-keep-frames.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/drop-frames-invalid.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/duplicate-types.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/ids-huge.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "lines", "true" }, { "showcolumns", "true" } } },
	{ WAY_FILE, "odd/labels-units-conflict.pb", 0, { { "unit", "auto" } } },
	{ WAY_FILE, "odd/mean.pb", 0, { { "mean", "true" }, { "sample_index", "0" } } },
	{ WAY_FILE, "odd/names-control.pb", 0, { { "focus", "a|^b" } } },
	{ WAY_FILE, "odd/names-invalid-utf8.pb", 0, { { "hide", "[^a-z]{9}" } } },
	{ WAY_FILE, "odd/names-long.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/unknown-fields.pb", 0, { { NULL } } },
	{ WAY_FILE, "odd/values-overflow.pb", 0, { { "relative_percentages", "true" }, { "focus", "." } } },
	/* Names enough for the expression to become machine code, and blocks that are large. */
	{ WAY_FILE, "work.heap.pb.gz", 0, { { "focus", "r[a-z]*e" }, { "lines", "true" } } },
	/* Large enough for blocks that are aligned to huge pages. */
	{ WAY_FILE, "odd/plain.pb", (size_t)5 << 20, { { NULL } } },
	{ WAY_PIPE, "odd/plain.pb", 0, { { NULL } } },
	{ WAY_PIPE, "odd/two-members.pb.gz", 0, { { NULL } } },
	{ WAY_PIPE, "work.cpu.pb.gz", 0, { { NULL } } },
	/* Formats older than profile.proto. */
	{ WAY_MEMORY, "legacy/cpu-32-big.prof", 0, { { NULL } } },
	{ WAY_MEMORY, "legacy/cpu-appendix.prof", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/cpu-signal-frames.prof", 0, { { NULL } } },
	{ WAY_MEMORY, "legacy/cpu-java.prof", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/heap.txt", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/count-main-binary.txt", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/count-map-forms.txt", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/threadz.txt", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/contention.txt", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/java-heap.txt", 0, { { NULL } }, "raw", NULL },
	{ WAY_MEMORY, "legacy/java-contention.txt", 0, { { NULL } } },
	{ WAY_FILE, "otlp/two-types.pb.gz", 0, { { NULL } }, "raw", NULL },
	{ WAY_FILE, "otlp/dictionary-first.pb", 0, { { NULL } } },
	{ WAY_FILE, "otlp/resources.pb", 0, { { NULL } }, "tags", NULL },
	{ WAY_FILE, "otlp/attributes.pb", 0, { { NULL } }, "traces", NULL },
	{ WAY_FILE, "otlp/types.pb", 0, { { "sample_index", "0" } } },
	{ WAY_FILE, "otlp/overflow.pb", 0, { { NULL } } },
	{ WAY_FILE, "otlp/payload.pb", 0, { { NULL } } },
	/* The other formats. */
	{ WAY_MEMORY, "server.goroutine2.txt", 0, { { NULL } } },
	{ WAY_FILE, "words.perf.txt", 0, { { NULL } } },
	{ WAY_FILE, "words.perf-lines.txt", 0, { { "lines", "true" } } },
	{ WAY_MEMORY, "words.folded", 0, { { NULL } } },
	/* Every report, on a small profile. */
	{ WAY_FILE, "odd/plain.pb", 0, { { NULL } }, "tree", NULL },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "lines", "true" } }, "tree", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { NULL } }, "peek", "m.*" },
	{ WAY_FILE, "odd/labels.pb", 0, { { "trim", "false" } }, "dot", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "call_tree", "true" }, { "nodecount", "3" } }, "dot", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { NULL } }, "callgrind", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { "call_tree", "true" }, { "nodefraction", "0.4" } }, "callgrind", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { NULL } }, "traces", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { NULL } }, "tags", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "taghide", "^a" }, { "focus", "." } }, "raw", NULL },
	{ WAY_FILE, "odd/comments.pb", 0, { { NULL } }, "comments", NULL },
	{ WAY_FILE, "odd/names-cpp.pb", 0, { { NULL } }, "top", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { "source_path", "/nosuch" } }, "list", "." },
	{ WAY_FILE, "odd/plain.pb", 0, { { "source_path", "/nosuch" } }, "weblist", "." },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "source_path", "/nosuch" } }, "weblist", "." },
	{ WAY_FILE, "odd/labels.pb", 0, { { NULL } }, "folded", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { NULL } }, "flamegraph", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "divide_by", "2" } }, "proto", NULL },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "noinlines", "true" }, { "hide", "^x" } }, "proto", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { NULL } }, "topproto", NULL },
/* Rows for programs, and for Markdown. */
#if HAVE_JANSSON
	{ WAY_FILE, "odd/names-invalid-utf8.pb", 0, { { "format", "json" } }, "top", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "format", "json" }, { "focus", "." } }, "traces", NULL },
#endif
	{ WAY_FILE, "odd/plain.pb", 0, { { "format", "csv" } }, "tree", NULL },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "format", "markdown" } }, "peek", "inline0[12]" },
	{ WAY_FILE, "odd/plain.pb", 0, { { "format", "tsv" }, { "source_path", "/nosuch" } }, "list", "." },
	{ WAY_FILE, "odd/labels.pb", 0, { { "format", "csv" } }, "traces", NULL },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "format", "markdown" } }, "traces", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "format", "markdown" } }, "tags", NULL },
	/* Filters of labels and stacks, with reports that show what is left. */
	{ WAY_FILE, "odd/labels.pb", 0, { { "tagfocus", "1:" } }, "traces", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "tagfocus", ".,:" }, { "tagignore", "nosuch=a,b" } }, "tags", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "tagshow", "." }, { "taghide", "z" } }, "traces", NULL },
	{ WAY_FILE, "odd/labels.pb", 0, { { "tagroot", "a,b" }, { "tagleaf", "bytes" } }, "raw", NULL },
	{ WAY_FILE, "odd/plain.pb", 0, { { "show_from", "m" }, { "prune_from", "." } }, "raw", NULL },
	{ WAY_FILE, "odd/inlines-50.pb", 0, { { "show_from", "1" }, { "prune_from", "4" } }, "tree", NULL },
	/* Sources put together, a base taken away. */
	{ WAY_REQUEST, "odd/plain.pb", 0, { { NULL } }, "top", NULL },
	{ WAY_REQUEST, "odd/labels.pb", 0, { { "normalize", "true" } }, "tags", NULL },
	{ WAY_REQUEST, "odd/comments.pb", 0, { { "diff_base", "path" } }, "raw", NULL },
	/* Two sides. */
	{ WAY_COMPARE, "odd/labels.pb", 0, { { "nodefraction", "0" }, { "normalize", "true" } }, "diff", NULL,
		"odd/plain.pb" },
	{ WAY_COMPARE, "odd/values-cancel.pb", 0, { { "format", "csv" }, { "min_delta", "1ns" }, { "lines", "true" } },
		"diff", NULL, "odd/plain.pb" },
	{ WAY_COMPARE, "odd/labels.pb", 0, { { "assert", "growth(cum, .) < 1%" }, { "assert", "total > 1ns" } },
		"check", NULL, "odd/plain.pb" },
	{ WAY_VIEW, "odd/labels.pb", 0, { { "nodefraction", "0" }, { "cum", "true" } }, "tree", NULL, "odd/plain.pb" },
	{ WAY_VIEW, "odd/values-cancel.pb", 0, { { "normalize", "true" } }, "peek", ".", "odd/plain.pb" },
	{ WAY_VIEW, "odd/plain.pb", 0, { { "source_path", "src" } }, "list", ".", "odd/labels.pb" },
	{ WAY_VIEW, "odd/plain.pb", 0, { { "focus", "." } }, "flamegraph", NULL, "odd/labels.pb" },
	{ WAY_MERGE, "odd/smallest.pb", 0, { { "many", NULL } }, "merge", NULL },
	{ WAY_MERGE, "odd/values-cancel.pb", 0, { { NULL } }, "raw", NULL },
	/* Other columns, and others of the same name: what was added up is read once more. */
	{ WAY_MIXED, "odd/default-type.pb", 0, { { NULL } }, "raw", NULL },
	{ WAY_LIST, "words.folded", 0, { { NULL } } },
	{ WAY_SHELL, "odd/plain.pb", 0,
		{ { "focus=m" }, { "lines" }, { "top 3 main -x >>/dev/null" }, { "peek . >/dev/null" }, { "help" }, { "o" },
			{ "sample_index=0" } } },
	{ WAY_SHELL, "odd/labels.pb", 0,
		{ { "base odd/labels.pb" }, { "normalize" }, { "top >/dev/null" }, { "open odd/labels.pb odd/labels.pb" },
			{ "tags . >/dev/null" }, { "base" }, { "help top" } } },
	{ WAY_SHELL, "odd/plain.pb", 0,
		{ { "cum" }, { "hide=a b" }, { "save sweep" }, { ":" }, { "load sweep" }, { "views" }, { "help sort" } } },
	{ WAY_SHELL, "odd/labels.pb", 0,
		{ { "\tlist m" }, { "\ttagfocus=a" }, { "\tt" }, { "\topen odd/p" }, { "\tload s" }, { "\tunit=" } } },
	{ WAY_COMMAND_LINE, "", 0,
		{ { "top" }, { "-focus=main" }, { "-cum" }, { "a" }, { "b" }, { "-unit" }, { "ms" } } },
	{ WAY_COMMAND_LINE, "", 0, { { "-mean_delay" }, { "-inuse_space" }, { "-text" }, { "-source_path=/a:/b" } } },
};

static char *folder;

/* What a run brought. Texts are the program's own, so that they count as live until they are given back. */
struct outcome {
	int err;
	struct assay_diag diag;
	struct assay_profile *profile;
	char *text;
	size_t len;
};

/* Places that a failing call must not write to. */
static char untouched;
#define UNTOUCHED ((void *)&untouched)

static void fault(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static const struct sweep *current;
static char padded[PATH_MAX]; /* a temporary file, "" when there is none */

static void fault(const char *fmt, ...)
{
	va_list ap;

	if (*padded)
		unlink(padded);
	fprintf(stderr, "%s", *current->path ? current->path : "command line");
	if (current->report)
		fprintf(stderr, " -%s", current->report);
	for (size_t i = 0; i < 8 && current->options[i][0]; i++)
		fprintf(stderr, " -%s=%s", current->options[i][0],
			current->options[i][1] ? current->options[i][1] : "");
	if (memory.failing)
		fprintf(stderr, ", allocation %lu%s", memory.failing, memory.for_good ? " and all that follow" : "");
	fprintf(stderr, ": ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);
}

/* --- input, which is read before anything fails --- */

struct input {
	char path[PATH_MAX];
	uint8_t *data;
	size_t len;
};

/* Field 1000, a run of bytes, its length drawn out to five bytes. */
static void pad_input(struct input *in, size_t n)
{
	uint8_t header[] = { 0xc2, 0x3e, 0x80, 0x80, 0x80, 0x80, 0 };
	int fd;

	for (unsigned i = 0; i < 5; i++)
		header[2 + i] |= n >> 7 * i & 0x7f;
	in->data = __real_realloc(in->data, in->len + sizeof(header) + n);
	if (!in->data)
		fault("no memory for padding");
	memcpy(in->data + in->len, header, sizeof(header));
	memset(in->data + in->len + sizeof(header), 0, n);
	in->len += sizeof(header) + n;
	snprintf(in->path, sizeof(in->path), "%s/alloc-sweep-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(in->path);
	if (fd < 0)
		fault("%s: %s", in->path, strerror(errno));
	strcpy(padded, in->path);
	if (write(fd, in->data, in->len) != (ssize_t)in->len || close(fd) < 0)
		fault("%s: %s", in->path, strerror(errno));
}

static void read_input(struct input *in, const struct sweep *s)
{
	struct stat st;
	int fd;

	snprintf(in->path, sizeof(in->path), "%s/%s", folder, s->path);
	fd = open(in->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		fault("%s", strerror(errno));
	in->data = __real_malloc((size_t)st.st_size + 1);
	in->len = (size_t)st.st_size;
	if (!in->data || read(fd, in->data, in->len) != st.st_size)
		fault("cannot be read");
	close(fd);
	if (s->padding)
		pad_input(in, s->padding);
}

/* All of a small file fits a pipe at once. */
static void pipe_to_stdin(const struct input *in)
{
	int ends[2];

	if (pipe(ends) < 0 || write(ends[1], in->data, in->len) != (ssize_t)in->len || dup2(ends[0], STDIN_FILENO) < 0)
		fault("no pipe: %s", strerror(errno));
	close(ends[0]);
	close(ends[1]);
}

/* --- a run --- */

static void ignore_warning(void *data, const char *text)
{
	(void)data;
	if (!*text)
		fault("an empty warning");
}

static bool has_option(const struct sweep *s, const char *name)
{
	for (size_t i = 0; i < 8 && s->options[i][0]; i++)
		if (strcmp(s->options[i][0], name) == 0)
			return true;
	return false;
}

static void keep_complaint(void *data, const char *source, const struct assay_diag *why)
{
	(void)source;
	*(struct assay_diag *)data = *why;
}

/* More than are combined in a step. */
#define MANY 130

static int request(struct outcome *o, const struct sweep *s, const struct input *in, struct assay_ctx *ctx)
{
	const char *sources[MANY];
	char other[PATH_MAX];
	struct load_request r = {
		.sources = sources,
		.n_sources = has_option(s, "many") ? MANY : 2,
		.base = s->way == WAY_REQUEST ? in->path : NULL,
		.is_diff = has_option(s, "diff_base"),
		.normalize = has_option(s, "normalize"),
		.tag_source = s->way == WAY_MERGE,
		.merge_one = s->way == WAY_MERGE,
		.options = { .executable = "", .build_id = "", .comment = "put together" },
		.complain = keep_complaint,
		.data = &o->diag,
	};
	const struct assay_profile *p;
	int err;

	for (size_t i = 0; i < MANY; i++)
		sources[i] = in->path;
	if (s->way == WAY_MIXED) {
		snprintf(other, sizeof(other), "%s/odd/smallest.pb", folder);
		sources[1] = other;
	}
	err = load_request(&p, &r, ctx);
	if (!err)
		o->profile = (struct assay_profile *)p;
	return err;
}

static int load(struct outcome *o, const struct sweep *s, const struct input *in, struct assay_ctx *ctx)
{
	if (s->way == WAY_MEMORY)
		return assay_profile_parse(&o->profile, in->data, in->len, ctx, &o->diag);
	if (s->way == WAY_FILE)
		return assay_profile_open(&o->profile, in->path, ctx, &o->diag);
	if (s->way == WAY_REQUEST || s->way == WAY_MERGE || s->way == WAY_MIXED)
		return request(o, s, in, ctx);
	pipe_to_stdin(in);
	return assay_profile_open(&o->profile, "-", ctx, &o->diag);
}

/* Makes the text of a report the run's own; like all of these, with its error. */
static int hand_out(struct outcome *o, struct buf *out)
{
	size_t len;
	char *text = buf_detach(out, &len);

	if (!text) {
		o->diag.code = ASSAY_ERR_NOMEM;
		strcpy(o->diag.text, "no text");
		return ASSAY_ERR_NOMEM;
	}
	o->text = text;
	o->len = len;
	return 0;
}

/* What assay_report() does, but that the report may have an argument. */
static int report_with_argument(
	struct outcome *o, const struct sweep *s, struct assay_options *options, struct assay_ctx *ctx)
{
	struct buf out = { 0 };
	int err = options_settle(options, ctx->warn, ctx->data, &o->diag);

	if (!err)
		err = run_report(o->profile, report_find(s->report), s->argument, options, NULL, ctx, &out, &o->diag);
	if (!err)
		err = hand_out(o, &out);
	buf_release(&out);
	return err;
}

static int compare(struct outcome *o, const struct sweep *s, struct assay_options *options, struct assay_ctx *ctx,
	const struct input *in)
{
	const struct report *report = report_find(s->report);
	char path[PATH_MAX];
	const char *old = in->path, *new = path;
	const struct compare_request r = {
		.sources = { &old, &new },
		.n_sources = { 1, 1 },
		.options = { .executable = "", .build_id = "", .comment = "" },
		.complain = keep_complaint,
		.data = &o->diag,
	};
	struct buf out = { 0 };
	size_t n_broken;
	int err = options_settle(options, ctx->warn, ctx->data, &o->diag);

	snprintf(path, sizeof(path), "%s/%s", folder, s->other);
	if (!err)
		err = s->way == WAY_VIEW ? compare_view(&r, report, s->argument, options, ctx, &out)
					 : compare_report(&r, report, options, ctx, &out, &n_broken);
	if (!err)
		err = hand_out(o, &out);
	buf_release(&out);
	return err;
}

static bool has_two_sides(const struct sweep *s)
{
	return s->way == WAY_COMPARE || s->way == WAY_VIEW;
}

static int report(struct outcome *o, const struct sweep *s, const struct input *in, struct assay_ctx *ctx)
{
	struct assay_options *options = assay_options_new();
	int err = 0;

	if (!options) {
		o->diag.code = ASSAY_ERR_NOMEM;
		strcpy(o->diag.text, "no options");
		return ASSAY_ERR_NOMEM;
	}
	for (size_t i = 0; !err && i < 8 && s->options[i][0] && s->options[i][1]; i++)
		err = assay_options_set(options, s->options[i][0], s->options[i][1], &o->diag);
	if (!err && has_two_sides(s))
		err = compare(o, s, options, ctx, in);
	else if (!err && s->report)
		err = report_with_argument(o, s, options, ctx);
	else if (!err)
		err = assay_report(&o->text, &o->len, o->profile, "top", options, ctx, &o->diag);
	assay_options_free(options);
	return err;
}

static void run_profile(struct outcome *o, const struct sweep *s, const struct input *in)
{
	struct assay_ctx ctx = { .bytes_left = UINT64_C(64) << 20, .warn = ignore_warning };

	o->err = has_two_sides(s) ? 0 : load(o, s, in, &ctx);
	if (o->err) {
		if (o->profile != UNTOUCHED)
			fault("a profile was handed out by a load that failed");
		return;
	}
	o->err = report(o, s, in, &ctx);
	if (o->profile != UNTOUCHED)
		assay_profile_free(o->profile);
}

static void run_command_line(struct outcome *o, const struct sweep *s)
{
	char *argv[10] = { (char[]){ "assay" } };
	struct command_line cl;
	int argc = 1;

	while (s->options[argc - 1][0]) {
		argv[argc] = (char *)s->options[argc - 1][0];
		argc++;
	}
	o->err = flags_parse(&cl, argc, argv, &o->diag);
	if (o->err)
		return;
	o->err = options_settle(&cl.options, ignore_warning, NULL, &o->diag);
	flags_release(&cl);
}

static void run_list(struct outcome *o, const struct input *in)
{
	struct source_list l = { 0 };
	const char *names[] = { in->path };

	o->err = source_list_add(&l, names, 1, &o->diag);
	if (!o->err)
		o->err = source_list_read(&l, in->path, &o->diag);
	source_list_release(&l);
}

/* What starts with a tab is completed. */
static int run_line(struct repl *r, struct str line)
{
	struct completion c;
	int err;

	if (line.p[0] != '\t')
		return command_run(r, line);
	line = str_skip(line, 1);
	err = complete(r, line, line.len, &c);
	if (!err)
		completion_release(&c);
	return err;
}

static int list_options(struct outcome *o, struct repl *r)
{
	struct buf out = BUF_INIT;
	int err = variables_add_all(&out, &r->options, r->profile);
	size_t len = out.len;
	char *text = err ? NULL : buf_detach(&out, &len);

	buf_release(&out);
	if (!text)
		return ASSAY_ERR_NOMEM;
	o->text = text;
	o->len = len;
	return 0;
}

static void run_shell(struct outcome *o, const struct sweep *s, const struct input *in)
{
	struct assay_ctx ctx = { .bytes_left = UINT64_C(64) << 20 };
	struct assay_options *options = assay_options_new();
	const char *source = in->path;
	struct repl_setup setup = { .sources = &source, .n_sources = 1, .options = options, .ctx = &ctx };
	struct assay_diag diag;
	struct repl r;

	setup.load = (struct load_options){ .executable = "", .build_id = "", .comment = "" };
	o->err = options ? session_init(&r, &setup, &diag) : ASSAY_ERR_NOMEM;
	if (!o->err) {
		for (size_t i = 0; !o->err && i < 8 && s->options[i][0]; i++)
			o->err = run_line(&r, str_of(s->options[i][0]));
		if (!o->err)
			o->err = list_options(o, &r);
		session_release(&r);
	}
	/* The shell told the person. */
	o->diag.code = (enum assay_error)o->err;
	strcpy(o->diag.text, o->err ? "told" : "");
	assay_options_free(options);
}

static void run(struct outcome *o, const struct sweep *s, const struct input *in)
{
	*o = (struct outcome){ .profile = UNTOUCHED, .text = UNTOUCHED };
	memory.n = 0;
	memory.live = 0;
	memory.failed = false;
	if (s->way == WAY_COMMAND_LINE)
		run_command_line(o, s);
	else if (s->way == WAY_LIST)
		run_list(o, in);
	else if (s->way == WAY_SHELL)
		run_shell(o, s, in);
	else
		run_profile(o, s, in);
}

static void check_failure(const struct outcome *o)
{
	if (o->err != ASSAY_ERR_NOMEM)
		fault("error %d: %s", o->err, o->diag.text);
	if (o->diag.code != ASSAY_ERR_NOMEM || !*o->diag.text)
		fault("nothing says that memory ran out: code %d, text \"%s\"", (int)o->diag.code, o->diag.text);
	if (o->text != UNTOUCHED || o->len)
		fault("a text was handed out by a report that failed");
}

static void check_success(const struct outcome *o, const struct outcome *expected)
{
	if (o->len != expected->len || (o->text != UNTOUCHED && memcmp(o->text, expected->text, o->len) != 0))
		fault("a report that is not the usual one:\n%s", o->text);
}

static void check_outcome(struct outcome *o, const struct outcome *expected)
{
	if (o->err)
		check_failure(o);
	else
		check_success(o, expected);
	if (o->text != UNTOUCHED)
		free(o->text);
	if (memory.live)
		fault("%ld blocks were not given back", memory.live);
}

/* Until a run is over before its failing allocation would have come. Returns how many runs had one. */
static unsigned long sweep_mode(
	const struct sweep *s, const struct input *in, const struct outcome *expected, bool for_good)
{
	struct outcome o;
	unsigned long n = 0;

	memory.for_good = for_good;
	do {
		memory.failing = ++n;
		run(&o, s, in);
		check_outcome(&o, expected);
	} while (memory.failed);
	memory.failing = 0;
	if (o.err)
		fault("an error without a failed allocation: %s", o.diag.text);
	return n - 1;
}

static unsigned long sweep(const struct sweep *s)
{
	struct input in = { .data = NULL };
	struct outcome expected;
	unsigned long n;
	long live;

	current = s;
	if (*s->path)
		read_input(&in, s);
	run(&expected, s, &in);
	if (expected.err)
		fault("error %d with all the memory there is: %s", expected.err, expected.diag.text);
	live = expected.text != UNTOUCHED;
	if (memory.live != live)
		fault("%ld blocks were not given back", memory.live - live);
	n = sweep_mode(s, &in, &expected, false);
	n += sweep_mode(s, &in, &expected, true);
	if (expected.text != UNTOUCHED)
		free(expected.text);
	if (*padded)
		unlink(padded);
	*padded = '\0';
	__real_free(in.data);
	return n;
}

/* Where a session finds its files, and a place for the sets of options that it keeps. */
static char config[] = "/tmp/alloc-sweep-XXXXXX";

static void enter_folder(void)
{
	if (chdir(folder) < 0 || !mkdtemp(config) || setenv("XDG_CONFIG_HOME", config, 1) < 0) {
		perror(folder);
		exit(2);
	}
}

static void remove_config(void)
{
	static const char *const names[] = { "/assay/views/sweep.assay", "/assay/views", "/assay", "" };
	char path[PATH_MAX];

	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", config, names[i]);
		remove(path);
	}
}

int main(int argc, char **argv)
{
	unsigned long n = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: alloc-sweep TESTDATA\n");
		return 2;
	}
	folder = argv[1];
	enter_folder();
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++)
		n += sweep(&sweeps[i]);
	remove_config();
	printf("%lu failed allocations\n", n);
	return 0;
}
