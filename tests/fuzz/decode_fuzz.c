/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a profile, and what was read as a report. Options come from a hash of the bytes, so that an input is a
 * plain profile: every file that the program reads is a seed, and every finding can be given to the program as it is.
 */
#include <string.h>

#include "app/run.h"
#include "assay/profile.h"
#include "assay/report.h"
#include "format/gzip.h"
#include "harness.h"

/* What one input may inflate to. */
#define MOST_BYTES (UINT64_C(64) << 20)
/* Pieces of this size go the way of a pipe; small, so that every boundary of a small input is met. */
#define PIECE 7

struct choice {
	const char *option;
	const char *values[6]; /* NULL behind the last */
};

/* "" leaves an option as it is. */
static const struct choice choices[] = {
	{ "sample_index", { "", "", "0", "samples", "inuse_space", NULL } },
	{ "mean", { "", "", "", "true", NULL } },
	{ "focus", { "", "", "main", "^a|b$", "(?i)M.*[a-z]{2}", NULL } },
	{ "ignore", { "", "", "runtime", "\\.go$", NULL } },
	{ "hide", { "", "", "f", "/bin/", "^.$", NULL } },
	{ "show", { "", "", "main|[0-9]", "/bin/", NULL } },
	{ "noinlines", { "", "true", NULL } },
	{ "nodecount", { "", "0", "1", "3", "-7", NULL } },
	{ "nodefraction", { "", "0", "0.3", "-2", "nan", NULL } },
	{ "edgefraction", { "", "0", "1e300", NULL } },
	{ "cum", { "", "true", NULL } },
	{ "drop_negative", { "", "true", NULL } },
	{ "showcolumns", { "", "true", NULL } },
	{ "relative_percentages", { "", "true", NULL } },
	{ "compact_labels", { "", "true", NULL } },
	{ "trim", { "", "", "false", NULL } },
	{ "divide_by", { "", "", "1e-300", "-3", "1e300", NULL } },
	{ "unit", { "", "auto", "ms", "bytes", "sample", NULL } },
	{ "show_from", { "", "", "", "main|a", "\\.go$", NULL } },
	{ "prune_from", { "", "", "", "main|a", "^.$", NULL } },
	{ "tagfocus", { "", "", "", "1:", "bytes=1kb:1mb", NULL } },
	{ "tagignore", { "", "", "", "k=a,b", ":.,[a-z]", NULL } },
	{ "tagshow", { "", "", "[a-m]", NULL } },
	{ "taghide", { "", "", "e", NULL } },
	{ "tagroot", { "", "", "", "key,bytes", NULL } },
	{ "tagleaf", { "", "", "", "a,,key", NULL } },
	{ "call_tree", { "", "true", NULL } },
	{ "trim_path", { "", "/src:/", NULL } },
	{ "source_path", { "", "a:/b//", NULL } },
};

static const char *const granularities[] = { "functions", "filefunctions", "files", "lines", "addresses" };

/* What a report takes as its argument is an expression. */
static const struct {
	const char *name, *argument;
} reports_tried[] = {
	{ "top", NULL }, { "tree", NULL }, { "peek", ".*[a-m]" }, { "dot", NULL }, { "callgrind", NULL },
	{ "traces", NULL }, { "tags", NULL }, { "raw", NULL }, { "comments", NULL }, { "list", "." },
	{ "folded", NULL }, { "flamegraph", NULL }, { "proto", NULL }, { "topproto", NULL },
};

/* A stream of numbers that the input alone decides. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t hash_input(const uint8_t *data, size_t size)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void set_option(struct assay_options *o, const char *name, const char *value)
{
	struct assay_diag diag = { .code = ASSAY_OK };

	CHECK(assay_options_set(o, name, value, &diag) == 0);
}

static void choose_options(struct assay_options *o, uint64_t *random)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		size_t n = 0;
		const char *value;

		while (choices[i].values[n])
			n++;
		value = choices[i].values[next_random(random) % n];
		if (*value)
			set_option(o, choices[i].option, value);
	}
	set_option(o, granularities[next_random(random) % (sizeof(granularities) / sizeof(granularities[0]))], "true");
}

/* Reads what it is given, as whoever prints it would. */
static void warn(void *data, const char *text)
{
	size_t *n = data;

	CHECK(*text);
	*n += strlen(text);
}

static void check_failure(int err, const struct assay_diag *diag)
{
	CHECK(err < 0);
	CHECK((int)diag->code == err);
	CHECK(*diag->text);
	CHECK(memchr(diag->text, '\0', sizeof(diag->text)));
	CHECK(memchr(diag->path, '\0', sizeof(diag->path)));
}

static void report(const struct assay_profile *p, struct assay_ctx *ctx, uint64_t *random)
{
	size_t n = next_random(random) % (sizeof(reports_tried) / sizeof(reports_tried[0]));
	const struct report *r = report_find(reports_tried[n].name);
	struct assay_options *o = assay_options_new();
	struct assay_diag diag = { .code = ASSAY_OK };
	struct buf out = { 0 };
	int err;

	CHECK(o && r);
	choose_options(o, random);
	err = options_settle(o, ctx->warn, ctx->data, &diag);
	if (!err)
		err = run_report(p, r, reports_tried[n].argument, o, NULL, ctx, &out, &diag);
	if (err)
		check_failure(err, &diag);
	else
		CHECK(!out.data || r->flags & REPORT_BINARY || strlen(out.data) == out.len);
	buf_release(&out);
	assay_options_free(o);
}

/* The same by the public interface, for the report that every program shows first. */
static void report_top(const struct assay_profile *p, struct assay_ctx *ctx, uint64_t *random)
{
	struct assay_options *o = assay_options_new();
	struct assay_diag diag = { .code = ASSAY_OK };
	char *text = NULL;
	size_t len = 0;
	int err;

	CHECK(o);
	choose_options(o, random);
	err = assay_report(&text, &len, p, "top", o, ctx, &diag);
	if (err) {
		CHECK(!text);
		check_failure(err, &diag);
	} else {
		CHECK(strlen(text) == len);
	}
	free(text);
	assay_options_free(o);
}

/* All that the public interface tells of a profile. */
static void look_at(const struct assay_profile *p)
{
	volatile int64_t sum = 0;
	const char *type, *unit;

	for (size_t t = 0; t < assay_profile_n_types(p); t++) {
		assay_profile_type(p, t, &type, &unit);
		sum += (int64_t)(strlen(type) + strlen(unit));
		for (size_t s = 0; s < assay_profile_n_samples(p); s++)
			sum ^= assay_profile_value(p, s, t);
	}
	(void)sum;
}

static int inflate_pieces(struct bytes *out, const uint8_t *data, size_t size, struct assay_diag *diag)
{
	struct inflater *inf;
	int err = inflater_new(&inf, out, MOST_BYTES, diag);

	if (err)
		return err;
	for (size_t at = 0; !err && at < size; at += PIECE)
		err = inflater_feed(inf, data + at, size - at < PIECE ? size - at : PIECE, false, diag);
	if (!err)
		err = inflater_feed(inf, data, 0, true, diag);
	inflater_free(inf);
	return err;
}

/* A file and a pipe are inflated by different code, which must agree. */
static void compare_inflaters(const uint8_t *data, size_t size)
{
	struct bytes whole = BYTES_INIT, pieces = BYTES_INIT;
	struct assay_diag diag = { .code = ASSAY_OK };
	int err = gzip_inflate(&whole, data, size, MOST_BYTES, &diag);

	if (err)
		check_failure(err, &diag);
	CHECK(inflate_pieces(&pieces, data, size, &diag) == err);
	if (!err) {
		CHECK(whole.len == pieces.len);
		CHECK(whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0);
	}
	bytes_release(&whole);
	bytes_release(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_warned = 0;
	struct assay_ctx ctx = { .bytes_left = MOST_BYTES, .warn = warn, .data = &n_warned };
	struct assay_diag diag = { .code = ASSAY_OK };
	struct assay_profile *p = NULL;
	uint64_t random = hash_input(data, size);
	int err;

	if (gzip_is(data, size))
		compare_inflaters(data, size);
	err = assay_profile_parse(&p, data, size, &ctx, &diag);
	if (err) {
		CHECK(!p);
		check_failure(err, &diag);
		return 0;
	}
	look_at(p);
	report_top(p, &ctx, &random);
	for (unsigned i = 0; i < 4; i++)
		report(p, &ctx, &random);
	assay_profile_free(p);
	return 0;
}
