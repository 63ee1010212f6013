/* SPDX-License-Identifier: Apache-2.0 */
#include "app/compare.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/amount.h"
#include "app/request.h"
#include "app/run.h"
#include "base/diag.h"
#include "format/bytes.h"
#include "profile/builder.h"

/* More rules than that nobody wrote. */
#define BUDGET_MAX ((uint64_t)16 << 20)

struct compare {
	const struct compare_request *request;
	const struct report *report;
	const struct assay_options *options;
	struct assay_ctx *ctx;
	struct comparison joined;
	struct noise noise;  /* of flat or cum, as sorted by */
	struct noise others; /* of the other one, for rules */
	struct rules rules;
	struct regex_budget budget;
	struct report_comparison report_comparison;
	enum side side; /* of the run that is being read */
	struct side_names names;
};

static int complain(const struct compare *c, const char *source, int err, const struct assay_diag *why)
{
	c->request->complain(c->request->data, source, why);
	return err;
}

static int take_run(void *data, const struct run_graphs *g, struct assay_diag *diag)
{
	struct compare *c = data;
	size_t column = g->graph->options.column;
	const struct value_type *t = &g->profile->sample_types.items[column];
	int err = comparison_add_run(&c->joined, c->side,
		&(struct compare_source){
			.graph = g->graph,
			.counts = g->counts,
			.per_count = g->per_count,
			.total = { g->total, g->total, g->total_count, g->total_count },
			.type = profile_str(g->profile, t->type),
			.unit = profile_str(g->profile, t->unit),
		},
		diag);

	/* A thousand runs may take a thousand times what one does. */
	c->budget = (struct regex_budget){ REGEX_QUERY_STEPS };
	return err ? err : rules_measure(&c->rules, g->graph, &c->budget, c->ctx, diag);
}

/* A run that cannot be read is told of; *used says whether this one could. */
static int read_run(struct compare *c, const char *source, bool *used)
{
	const struct load_request load = {
		.sources = &source,
		.n_sources = 1,
		.tag_source = c->request->tag_source,
		.options = c->request->options,
		.complain = c->request->complain,
		.data = c->request->data,
	};
	const struct assay_profile *profile;
	struct assay_diag why = { 0 };
	/* Counts say something only as long as there may be no more than one run on each side. */
	const size_t *n_runs = c->joined.n_runs;
	bool count = !n_runs[SIDE_NEW] && n_runs[SIDE_OLD] == (c->side == SIDE_NEW);
	int err = load_request(&profile, &load, c->ctx);

	*used = !err;
	if (err)
		return err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED ? err : 0;
	err = run_graph(profile, c->report, c->options, count, c->ctx, take_run, c, &why);
	profile_free(profile);
	return err ? complain(c, source, err, &why) : 0;
}

static int read_side(struct compare *c, enum side side)
{
	static const char *const kinds[N_SIDES] = { "old", "new" };
	size_t n = c->request->n_sources[side], n_read = 0;
	struct assay_diag why = { 0 };
	int err = 0;

	c->side = side;
	for (size_t i = 0; !err && i < n; i++) {
		bool used = false;

		err = read_run(c, c->request->sources[side][i], &used);
		n_read += used;
	}
	if (err || !n)
		return err;
	if (!n_read)
		return n == 1 ? ASSAY_ERR_IO
			      : complain(c, NULL,
					diag_set(&why, ASSAY_ERR_IO, "failed to fetch any %s profiles", kinds[side]),
					&why);
	if (n_read < n)
		ctx_flaw(c->ctx, "Fetched %zu %s profiles out of %zu", n_read, kinds[side], n);
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* A small text file, whole. */
static int read_text(const char *path, char **text, struct assay_diag *diag)
{
	struct assay_ctx ctx = { .bytes_left = BUDGET_MAX };
	struct bytes bytes = BYTES_INIT;
	struct assay_diag why = { 0 };
	int err = bytes_read(&bytes, path, &ctx, &why);

	if (err)
		return diag_set(diag, err, "%s: %s", path, why.text);
	/* What stood behind it would be no rule, and nobody would know. */
	if (memchr(bytes.data, '\0', bytes.len)) {
		bytes_release(&bytes);
		return diag_set(diag, ASSAY_ERR_FORMAT, "%s: not a text file; it holds a NUL byte", path);
	}
	*text = strndup((const char *)bytes.data, bytes.len);
	bytes_release(&bytes);
	return *text ? 0 : diag_nomem(diag, "rules");
}

void compare_name_sides(struct side_names *names, const struct compare_request *r, const size_t n_runs[N_SIDES])
{
	bool same = r->n_sources[SIDE_OLD] &&
		    strcmp(base_name(r->sources[SIDE_OLD][0]), base_name(r->sources[SIDE_NEW][0])) == 0;

	for (int side = 0; side < N_SIDES; side++) {
		const char *source = r->n_sources[side] ? r->sources[side][0] : "";

		if (r->n_sources[side] == 1) {
			names->names[side] = str_of(same ? source : base_name(source));
			continue;
		}
		snprintf(names->text[side], sizeof(names->text[side]), "%zu run%s", n_runs[side],
			n_runs[side] == 1 ? "" : "s");
		names->names[side] = str_of(names->text[side]);
	}
}

static int parse_share(const char *text, double *share, struct assay_diag *diag)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || strcmp(end, "%") != 0 || !(v >= 0 && v <= 100))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-min_share: \"%s\" is no share such as 0.5%%", text);
	*share = v / 100;
	return 0;
}

/* Of tests that are worth it: rows of half a percent, unless the person says which. */
static int plan_test(struct compare *c, struct assay_diag *diag)
{
	const char *min_delta = option_text(c->options, OPT_MIN_DELTA),
		   *min_share = option_text(c->options, OPT_MIN_SHARE);
	struct report_comparison *rc = &c->report_comparison;
	int err = 0;

	rc->test = (struct noise_options){
		.cum = option_on(c->options, OPT_CUM),
		.alpha = c->options->values[OPT_ALPHA].fraction,
		.dispersion = c->options->values[OPT_OVERDISPERSION].fraction,
		.min_value = -1,
		.min_share = *min_delta ? -1 : 0.005,
	};
	if (!(rc->test.alpha > 0 && rc->test.alpha < 1))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-alpha must be above 0 and below 1");
	if (!(rc->test.dispersion > 0 && rc->test.dispersion < 1e6))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-overdispersion must be above 0");
	if (*min_delta) {
		err = amount_parse(&rc->min_delta, OPT_MIN_DELTA, min_delta, comparison_str(&c->joined, c->joined.unit),
			comparison_total(&c->joined, SIDE_OLD).flat, diag);
		rc->test.min_value = rc->min_delta;
	}
	if (!err && *min_share)
		err = parse_share(min_share, &rc->test.min_share, diag);
	return err;
}

/* Each line of text is a rule; from a file, # starts a comment, and messages say which line it is. */
static int add_rules(struct compare *c, const char *text, const char *file, struct assay_diag *diag)
{
	size_t line = 0;

	while (*text) {
		size_t n = strcspn(text, "\n"), end = n, blank;
		struct assay_diag why = { 0 };
		int err = 0;

		line++;
		/* An expression may hold a #, which is no comment unless a blank stands before it. */
		for (size_t i = 0; file && i < end; i++)
			if (text[i] == '#' && (!i || isspace((unsigned char)text[i - 1])))
				end = i;
		blank = strspn(text, " \t\r");
		if (blank < end)
			err = rules_add(&c->rules, (struct str){ text, end }, &why);
		if (err && file)
			return diag_set(diag, err, "%s:%zu: %s", file, line, why.text);
		if (err)
			return diag_set(diag, err, "-assert: %s", why.text);
		text += n + (text[n] == '\n');
	}
	return 0;
}

static int read_rules(struct compare *c, struct assay_diag *diag)
{
	const char *file = option_text(c->options, OPT_BUDGET);
	char *text = NULL;
	int err = add_rules(c, option_text(c->options, OPT_ASSERT), NULL, diag);

	if (!err && *file)
		err = read_text(file, &text, diag);
	if (!err && text)
		err = add_rules(c, text, file, diag);
	free(text);
	if (!err && !c->rules.items.n)
		err = diag_set(
			diag, ASSAY_ERR_ARGUMENT, "no rule to check; -assert 'flat(REGEX) <= 10%%' or -budget=FILE");
	if (!err && rules_need_sides(&c->rules) && !c->request->n_sources[SIDE_OLD])
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "growth needs two sides: assay check ... OLD... -vs NEW...");
	return err;
}

/* Both noises, as a rule may ask for either value. */
static int judge_rules(struct compare *c, struct assay_diag *diag)
{
	struct noise_options other = c->report_comparison.test;
	struct rules_options o = { .min_delta = c->report_comparison.min_delta };
	int err;

	other.cum = !other.cum;
	err = noise_judge(&c->others, &c->joined, &other, diag);
	if (err)
		return err;
	o.noise[!other.cum] = &c->noise;
	o.noise[other.cum] = &c->others;
	return rules_judge(&c->rules, &c->joined, &o, &c->budget, diag);
}

static int report_joined(struct compare *c, struct buf *out, struct assay_diag *diag)
{
	struct report_comparison *rc = &c->report_comparison;
	int err = comparison_join(&c->joined, option_on(c->options, OPT_EXACT_NAMES), diag);

	if (err)
		return err;
	rc->joined = &c->joined;
	rc->noise = &c->noise;
	rc->scale = option_on(c->options, OPT_NORMALIZE) ? comparison_normalize(&c->joined) : 1;
	compare_name_sides(&c->names, c->request, c->joined.n_runs);
	rc->names[SIDE_OLD] = c->names.names[SIDE_OLD];
	rc->names[SIDE_NEW] = c->names.names[SIDE_NEW];
	err = plan_test(c, diag);
	if (!err)
		err = noise_judge(&c->noise, &c->joined, &rc->test, diag);
	if (!err && c->report->flags & REPORT_JUDGES) {
		rc->rules = &c->rules;
		err = judge_rules(c, diag);
	}
	if (!err)
		err = run_comparison(rc, c->report, c->options, c->ctx, out, diag);
	return err;
}

static size_t count_broken(const struct rules *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->verdicts.n; i++)
		n += r->verdicts.items[i].kind == VERDICT_BROKEN;
	return n;
}

static int compare_sides(struct compare *c, struct buf *out)
{
	struct assay_diag why = { 0 };
	int err = comparison_init(&c->joined, &why);

	if (!err && c->report->flags & REPORT_JUDGES)
		err = read_rules(c, &why);
	if (err)
		return complain(c, NULL, err, &why);
	err = read_side(c, SIDE_OLD);
	if (!err)
		err = read_side(c, SIDE_NEW);
	if (err)
		return err;
	err = report_joined(c, out, &why);
	return err ? complain(c, NULL, err, &why) : 0;
}

int compare_report(const struct compare_request *request, const struct report *report, const struct assay_options *o,
	struct assay_ctx *ctx, struct buf *out, size_t *n_broken)
{
	struct compare c = {
		.request = request,
		.report = report,
		.options = o,
		.ctx = ctx,
		.budget = { REGEX_QUERY_STEPS, ctx->cancel },
	};
	int err = compare_sides(&c, out);

	*n_broken = count_broken(&c.rules);
	comparison_release(&c.joined);
	noise_release(&c.noise);
	noise_release(&c.others);
	rules_release(&c.rules);
	return err;
}
