/* SPDX-License-Identifier: Apache-2.0 */
/* What a program outside can do with the library, through its public headers and nothing else. */
#include <assay/report.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_TESTS 12
#define UNTOUCHED ((void *)&untouched)

static char untouched;
static unsigned n_done, n_failed;

#define CHECK(condition) check((condition), #condition, __LINE__)

static bool check(bool holds, const char *what, int line)
{
	if (!holds) {
		printf("# line %d: not so: %s\n", line, what);
		n_failed++;
	}
	return holds;
}

static const char *in_testdata(const char *name)
{
	static char path[4096];
	const char *folder = getenv("ASSAY_TESTDATA");

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : ".", name);
	return path;
}

static struct assay_profile *open_profile(const char *name)
{
	struct assay_diag diag = { .code = ASSAY_OK };
	struct assay_profile *p = NULL;
	int err = assay_profile_open(&p, in_testdata(name), NULL, &diag);

	if (err) {
		printf("Bail out! %s: %s\n", name, diag.text);
		exit(1);
	}
	return p;
}

static char *read_file(const char *name, size_t *len)
{
	FILE *f = fopen(in_testdata(name), "rb");
	char *data = malloc(1 << 20);

	*len = f && data ? fread(data, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	return data;
}

static char *top_of(const struct assay_profile *p)
{
	struct assay_options *o = assay_options_new();
	char *text = NULL;
	size_t len = 0;

	CHECK(o != NULL);
	CHECK(assay_options_set(o, "compact_labels", "true", NULL) == 0);
	CHECK(assay_report(&text, &len, p, "top", o, NULL, NULL) == 0);
	CHECK(text && strlen(text) == len);
	assay_options_free(o);
	return text;
}

static const char plain_top[] =
	"Showing nodes accounting for 105ms, 100% of 105ms total\n"
	"      flat  flat%   sum%        cum   cum%\n"
	"      40ms 38.10% 38.10%       40ms 38.10%  [app]\n"
	"      30ms 28.57% 66.67%       30ms 28.57%  inl (partial-inline)\n"
	"      30ms 28.57% 95.24%       50ms 47.62%  rec\n"
	"       5ms  4.76%   100%        5ms  4.76%  <unknown>\n"
	"         0     0%   100%       10ms  9.52%  caller\n"
	"         0     0%   100%      105ms   100%  main\n";

static void opens_and_reports(void)
{
	struct assay_profile *p = open_profile("odd/appendix.pb.gz");
	char *text = top_of(p);

	CHECK(text && strcmp(text, plain_top) == 0);
	free(text);
	assay_profile_free(p);
}

static void parses_memory_that_may_go(void)
{
	struct assay_profile *p = NULL;
	size_t len;
	char *data = read_file("odd/plain.pb", &len), *text;

	if (!CHECK(data && assay_profile_parse(&p, data, len, NULL, NULL) == 0)) {
		free(data);
		return;
	}
	memset(data, 0xff, len);
	free(data);
	text = top_of(p);
	CHECK(text && strcmp(text, plain_top) == 0);
	free(text);
	assay_profile_free(p);
}

static void shows_values_and_types(void)
{
	struct assay_profile *p = open_profile("odd/plain.pb");
	const char *type, *unit;
	int64_t sum = 0;

	CHECK(assay_profile_n_types(p) == 2);
	CHECK(assay_profile_n_samples(p) == 6);
	assay_profile_type(p, 1, &type, &unit);
	CHECK(strcmp(type, "cpu") == 0 && strcmp(unit, "nanoseconds") == 0);
	assay_profile_type(p, 0, &type, NULL);
	assay_profile_type(p, 0, NULL, &unit);
	CHECK(strcmp(type, "samples") == 0 && strcmp(unit, "count") == 0);
	for (size_t i = 0; i < assay_profile_n_samples(p); i++)
		sum += assay_profile_value(p, i, 1);
	CHECK(sum == 105000000);
	assay_profile_free(p);
}

/* Each refusal fills the diagnosis and leaves the result alone. */
static void expect_refusal(const char *name, struct assay_ctx *ctx, int code)
{
	struct assay_diag diag = { .code = ASSAY_OK };
	struct assay_profile *p = UNTOUCHED;
	int err = assay_profile_open(&p, in_testdata(name), ctx, &diag);

	if (!CHECK(err == code))
		printf("# %s: %d, not %d: %s\n", name, err, code, diag.text);
	CHECK((void *)p == UNTOUCHED);
	CHECK(diag.code == (enum assay_error)err && *diag.text);
	/* Nobody has to ask why. */
	CHECK(assay_profile_open(&p, in_testdata(name), ctx, NULL) == code && (void *)p == UNTOUCHED);
}

static void refusals_leave_the_profile_alone(void)
{
	expect_refusal("no such file", NULL, ASSAY_ERR_IO);
	expect_refusal("odd", NULL, ASSAY_ERR_IO);
	expect_refusal("bad/empty.pb", NULL, ASSAY_ERR_FORMAT);
	expect_refusal("bad/text.pb", NULL, ASSAY_ERR_FORMAT);
	expect_refusal("bad/sample-location-unknown.pb", NULL, ASSAY_ERR_FORMAT);
	expect_refusal("bad/gzip-truncated.pb.gz", NULL, ASSAY_ERR_TRUNCATED);
}

static void limits_hold(void)
{
	struct assay_ctx ctx = { .bytes_left = 1000000 };

	expect_refusal("bad/gzip-bomb.pb.gz", &ctx, ASSAY_ERR_TOO_BIG);
	ctx.bytes_left = 0;
	expect_refusal("odd/plain.pb", &ctx, ASSAY_ERR_TOO_BIG);
}

static void loads_share_a_limit(void)
{
	struct assay_profile *p = NULL;
	struct assay_ctx ctx = { 0 };
	struct assay_diag diag;
	size_t len;
	char *data = read_file("odd/plain.pb", &len);

	ctx.bytes_left = len + len / 2;
	CHECK(assay_profile_open(&p, in_testdata("odd/plain.pb"), &ctx, &diag) == 0);
	CHECK(ctx.bytes_left <= len / 2);
	expect_refusal("odd/appendix.pb.gz", &ctx, ASSAY_ERR_TOO_BIG);
	CHECK(assay_default_max_size() >= 1 << 20);
	assay_profile_free(p);
	free(data);
}

static void parse_leaves_the_profile_alone(void)
{
	static const char garbage[] = "\x0a\xff\xff";
	struct assay_diag diag = { .code = ASSAY_OK };
	struct assay_profile *p = UNTOUCHED;

	CHECK(assay_profile_parse(&p, garbage, sizeof(garbage) - 1, NULL, &diag) < 0);
	CHECK((void *)p == UNTOUCHED && *diag.text);
	CHECK(assay_profile_parse(&p, NULL, 0, NULL, NULL) == ASSAY_ERR_FORMAT);
	CHECK((void *)p == UNTOUCHED);
}

static void expect_no_report(const struct assay_profile *p, const char *report, const struct assay_options *o,
	struct assay_ctx *ctx, int code)
{
	struct assay_diag diag = { .code = ASSAY_OK };
	char *text = UNTOUCHED;
	size_t len = 4711;
	int err = assay_report(&text, &len, p, report, o, ctx, &diag);

	if (!CHECK(err == code))
		printf("# %s: %d, not %d: %s\n", report, err, code, diag.text);
	CHECK(text == UNTOUCHED && len == 4711);
	CHECK(*diag.text);
	CHECK(assay_report(&text, NULL, p, report, o, ctx, NULL) == code && text == UNTOUCHED);
}

static void failing_reports_leave_the_text_alone(void)
{
	struct assay_profile *p = open_profile("odd/plain.pb");
	struct assay_options *o = assay_options_new();

	expect_no_report(p, "no such report", o, NULL, ASSAY_ERR_ARGUMENT);
	CHECK(assay_options_set(o, "focus", "(", NULL) == 0);
	expect_no_report(p, "top", o, NULL, ASSAY_ERR_ARGUMENT);
	CHECK(assay_options_set(o, "focus", "", NULL) == 0);
	CHECK(assay_options_set(o, "sample_index", "wall", NULL) == 0);
	expect_no_report(p, "top", o, NULL, ASSAY_ERR_ARGUMENT);
	assay_options_free(o);
	assay_profile_free(p);
}

static void bad_options_change_nothing(void)
{
	struct assay_profile *p = open_profile("odd/plain.pb");
	struct assay_options *o = assay_options_new();
	struct assay_diag diag = { .code = ASSAY_OK };
	char *text = NULL;

	CHECK(assay_options_set(o, "compact_labels", "true", NULL) == 0);
	CHECK(assay_options_set(o, "nodecount", "many", &diag) == ASSAY_ERR_ARGUMENT && *diag.text);
	CHECK(assay_options_set(o, "no such option", "1", &diag) == ASSAY_ERR_ARGUMENT && *diag.text);
	CHECK(assay_options_set(o, "cum", "perhaps", NULL) == ASSAY_ERR_ARGUMENT);
	CHECK(assay_report(&text, NULL, p, "top", o, NULL, NULL) == 0);
	CHECK(text && strcmp(text, plain_top) == 0);
	free(text);
	assay_options_free(o);
	assay_profile_free(p);
}

static void count_warning(void *data, const char *text)
{
	CHECK(*text && !strchr(text, '\n'));
	++*(unsigned *)data;
}

static void flaws_are_counted_and_told(void)
{
	unsigned n_warnings = 0;
	struct assay_ctx ctx = { .bytes_left = 1 << 20, .warn = count_warning, .data = &n_warnings };
	struct assay_profile *p = NULL;

	CHECK(assay_profile_open(&p, in_testdata("odd/drop-frames-invalid.pb"), &ctx, NULL) == 0);
	CHECK(n_warnings == 1 && ctx.n_flaws == 1);
	assay_profile_free(p);
}

static void cancelling_ends_a_call(void)
{
	volatile int cancel = 1;
	struct assay_ctx ctx = { .bytes_left = 1 << 20, .cancel = &cancel };
	struct assay_profile *p = open_profile("odd/plain.pb");
	struct assay_options *o = assay_options_new();

	expect_refusal("odd/plain.pb", &ctx, ASSAY_ERR_CANCELED);
	expect_no_report(p, "top", o, &ctx, ASSAY_ERR_CANCELED);
	assay_options_free(o);
	assay_profile_free(p);
}

static void nothing_is_freed_and_every_code_has_a_text(void)
{
	assay_profile_free(NULL);
	assay_options_free(NULL);
	for (int code = ASSAY_ERR_NO_MATCH - 2; code <= 1; code++)
		CHECK(assay_strerror(code) && *assay_strerror(code));
}

static void run(const char *name, void (*test)(void))
{
	unsigned before = n_failed;

	test();
	printf("%s %u - %s\n", n_failed > before ? "not ok" : "ok", ++n_done, name);
}

int main(void)
{
	printf("1..%d\n", N_TESTS);
	run("opens a file and reports", opens_and_reports);
	run("parses memory that may go", parses_memory_that_may_go);
	run("shows values and types", shows_values_and_types);
	run("refusals leave the profile alone", refusals_leave_the_profile_alone);
	run("limits hold", limits_hold);
	run("loads share a limit", loads_share_a_limit);
	run("parse leaves the profile alone", parse_leaves_the_profile_alone);
	run("failing reports leave the text alone", failing_reports_leave_the_text_alone);
	run("bad options change nothing", bad_options_change_nothing);
	run("flaws are counted and told", flaws_are_counted_and_told);
	run("cancelling ends a call", cancelling_ends_a_call);
	run("nothing is freed, and every code has a text", nothing_is_freed_and_every_code_has_a_text);
	return n_failed ? 1 : 0;
}
