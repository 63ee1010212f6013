/* SPDX-License-Identifier: Apache-2.0 */
#include "app/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/run.h"
#include "base/diag.h"
#include "base/units.h"
#include "profile/builder.h"

struct compare {
	const struct compare_request *request;
	const struct report *report;
	const struct assay_options *options;
	struct assay_ctx *ctx;
	struct comparison joined;
	struct noise noise;
	struct report_comparison report_comparison;
	enum side side;          /* of the run that is being read */
	char names[N_SIDES][80]; /* where the side has several runs */
};

static int complain(const struct compare *c, const char *source, int err, const struct assay_diag *why)
{
	c->request->complain(c->request->data, source, why);
	return err;
}

static int take_run(void *data, const struct run_graphs *g, struct assay_diag *diag)
{
	struct compare *c = data;
	const struct value_type *t = &g->profile->sample_types.items[g->graph->options.column];

	return comparison_add_run(&c->joined, c->side,
		&(struct compare_source){
			.graph = g->graph,
			.counts = g->counts,
			.total = { g->total, g->total, g->total_count, g->total_count },
			.type = profile_str(g->profile, t->type),
			.unit = profile_str(g->profile, t->unit),
		},
		diag);
}

/* A run that cannot be read is told of; *used says whether this one could. */
static int read_run(struct compare *c, const char *source, bool *used)
{
	const struct load_request load = {
		.sources = &source,
		.n_sources = 1,
		.options = c->request->options,
		.complain = c->request->complain,
		.data = c->request->data,
	};
	const struct assay_profile *profile;
	struct assay_diag why = { 0 };
	int err = load_request(&profile, &load, c->ctx);

	*used = !err;
	if (err)
		return err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED ? err : 0;
	err = run_graph(profile, c->report, c->options, c->ctx, take_run, c, &why);
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
	if (err)
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

static void scale_run(struct comparison *c, size_t run, double factor)
{
	for (size_t row = 0; row < c->rows.n; row++) {
		struct compare_values *v = &c->values[row * c->runs.n + run];

		v->flat = (wide)nearbyint((double)v->flat * factor);
		v->cum = (wide)nearbyint((double)v->cum * factor);
	}
	c->runs.items[run].total.flat = (wide)nearbyint((double)c->runs.items[run].total.flat * factor);
	c->runs.items[run].total.cum = c->runs.items[run].total.flat;
}

/* Each run of NEW is brought to the mean of OLD's totals, whatever its own was. */
static double normalize(struct comparison *c)
{
	double old = (double)comparison_total(c, SIDE_OLD).flat, new = (double)comparison_total(c, SIDE_NEW).flat;

	if (!(new > 0) || !(old > 0))
		return 1;
	for (size_t i = 0; i < c->runs.n; i++) {
		double total = (double)c->runs.items[i].total.flat;

		if (c->runs.items[i].side == SIDE_NEW && total > 0)
			scale_run(c, i, old / total);
	}
	return old / new;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* A file's name, as long as it tells the sides apart. */
static void name_sides(struct compare *c)
{
	const struct compare_request *r = c->request;
	const char *old = r->sources[SIDE_OLD][0], *new = r->sources[SIDE_NEW][0];
	bool same = strcmp(base_name(old), base_name(new)) == 0;

	for (int side = 0; side < N_SIDES; side++) {
		const char *source = r->sources[side][0];

		if (r->n_sources[side] == 1) {
			c->report_comparison.names[side] = str_of(same ? source : base_name(source));
			continue;
		}
		snprintf(c->names[side], sizeof(c->names[side]), "%zu runs", c->joined.n_runs[side]);
		c->report_comparison.names[side] = str_of(c->names[side]);
	}
}

/*
 * "10ms", "1.5%", "300": an amount in the comparison's unit, or a share of OLD's total. A number without a unit is
 * taken in the unit of the profile.
 */
static int parse_amount(
	const struct comparison *c, const char *text, enum option_id id, wide *amount, struct assay_diag *diag)
{
	struct str unit = comparison_str(c, c->unit), given;
	char *end;
	double v = strtod(text, &end);

	if (end == text || !isfinite(v) || v < 0)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-%s: \"%s\" is no amount such as 10ms or 1%%",
			options[id].name, text);
	given = str_of(end);
	if (str_equal(given, STR("%")))
		v *= fabs((double)comparison_total(c, SIDE_OLD).flat) / 100;
	else if (given.len && !units_same_family(given, unit))
		return diag_set(
			diag, ASSAY_ERR_ARGUMENT, "-%s: \"%s\" is not in a unit of %s", options[id].name, text, unit.p);
	else if (given.len)
		v *= units_scale(1000000, given, unit).value / 1000000;
	*amount = v < 0x1p100 ? (wide)ceil(v) : (wide)1 << 100;
	return 0;
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
		err = parse_amount(&c->joined, min_delta, OPT_MIN_DELTA, &rc->min_delta, diag);
		rc->test.min_value = rc->min_delta;
	}
	if (!err && *min_share)
		err = parse_share(min_share, &rc->test.min_share, diag);
	return err;
}

static int report_joined(struct compare *c, struct buf *out, struct assay_diag *diag)
{
	struct report_comparison *rc = &c->report_comparison;
	int err = comparison_join(&c->joined, option_on(c->options, OPT_EXACT_NAMES), diag);

	if (err)
		return err;
	rc->joined = &c->joined;
	rc->noise = &c->noise;
	rc->scale = option_on(c->options, OPT_NORMALIZE) ? normalize(&c->joined) : 1;
	name_sides(c);
	err = plan_test(c, diag);
	if (!err)
		err = noise_judge(&c->noise, &c->joined, &rc->test, diag);
	if (!err)
		err = run_comparison(rc, c->report, c->options, c->ctx, out, diag);
	noise_release(&c->noise);
	return err;
}

int compare_report(const struct compare_request *request, const struct report *report, const struct assay_options *o,
	struct assay_ctx *ctx, struct buf *out)
{
	struct compare c = { .request = request, .report = report, .options = o, .ctx = ctx };
	struct assay_diag why = { 0 };
	int err = comparison_init(&c.joined, &why);

	if (err)
		return complain(&c, NULL, err, &why);
	err = read_side(&c, SIDE_OLD);
	if (!err)
		err = read_side(&c, SIDE_NEW);
	if (!err) {
		err = report_joined(&c, out, &why);
		if (err)
			complain(&c, NULL, err, &why);
	}
	comparison_release(&c.joined);
	return err;
}
