/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/ckd.h"
#include "base/diag.h"
#include "base/pairs.h"
#include "base/units.h"
#include "profile/builder.h"
#include "report/values.h"

/*
 * The rows of top as a profile: a sample of one location for each, with cum and flat as its values, in the unit that
 * top would print. Fractions of that unit are cut off.
 */
struct rows_writer {
	struct profile_builder b;
	/* Name and file; the halves of the line that it starts on; and both, whose index is that of the function. */
	struct pairs names, starts, functions;
	const struct values *values;
};

static int nomem(struct assay_diag *diag)
{
	return diag_nomem(diag, "topproto");
}

static int add_type(struct rows_writer *w, struct str name, struct assay_diag *diag)
{
	struct value_type t;
	int err = builder_intern(&w->b, name, &t.type, diag);

	if (!err)
		err = builder_intern(&w->b, w->values->output_unit, &t.unit, diag);
	if (err)
		return err;
	return vec_push(&w->b.profile->sample_types, t) ? 0 : nomem(diag);
}

static int add_head(struct rows_writer *w, const struct assay_profile *from, struct assay_diag *diag)
{
	struct assay_profile *p = w->b.profile;
	int err = add_type(w, STR("cum"), diag);

	if (!err)
		err = add_type(w, STR("flat"), diag);
	if (!err)
		err = builder_intern(&w->b, profile_str(from, from->period_type.type), &p->period_type.type, diag);
	if (!err)
		err = builder_intern(&w->b, profile_str(from, from->period_type.unit), &p->period_type.unit, diag);
	p->time_nanos = from->time_nanos;
	p->duration_nanos = from->duration_nanos;
	p->period = from->period;
	return err;
}

static int add_function(struct rows_writer *w, const struct node *n, uint32_t *index, struct assay_diag *diag)
{
	struct assay_profile *p = w->b.profile;
	struct function f = { .id = p->functions.n + 1, .start_line = n->start_line };
	uint64_t start = (uint64_t)n->start_line;
	uint32_t name, start_line;
	int err = builder_intern(&w->b, n->name, &f.name, diag);

	if (!err)
		err = builder_intern(&w->b, n->file, &f.file, diag);
	if (err)
		return err;
	if (!pairs_add(&w->names, f.name, f.file, &name) ||
		!pairs_add(&w->starts, (uint32_t)(start >> 32), (uint32_t)start, &start_line) ||
		!pairs_add(&w->functions, name, start_line, index))
		return nomem(diag);
	if (*index < p->functions.n)
		return 0;
	return vec_push(&p->functions, f) ? 0 : nomem(diag);
}

static int64_t scaled(const struct values *v, wide value)
{
	return trunc_to_int64(units_scale(narrow(value), v->sample_unit, v->output_unit).value);
}

static int add_row(struct rows_writer *w, const struct node *n, struct assay_diag *diag)
{
	struct assay_profile *p = w->b.profile;
	struct line line = { .number = n->line, .column = n->column };
	struct location l = {
		.id = p->locations.n + 1,
		.address = n->address,
		.mapping = PROFILE_NONE,
		.first_line = (uint32_t)p->lines.n,
		.n_lines = 1,
	};
	int err = add_function(w, n, &line.function, diag);

	if (err)
		return err;
	if (!vec_push(&p->lines, line) || !vec_push(&p->locations, l) ||
		!vec_push(&p->stacks, (uint32_t)p->locations.n - 1) ||
		!vec_push(&p->values, scaled(w->values, node_cum(n))) ||
		!vec_push(&p->values, scaled(w->values, node_flat(n))))
		return nomem(diag);
	return builder_end_sample(&w->b, diag);
}

static int add_rows(struct rows_writer *w, const struct report_ctx *ctx, struct assay_diag *diag)
{
	const struct graph *g = ctx->graph;
	int err = add_head(w, ctx->profile, diag);

	for (size_t i = 0; !err && i < g->rows.n; i++)
		err = add_row(w, &g->nodes.items[g->rows.items[i]], diag);
	return err;
}

int topproto_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	const struct assay_profile *p = NULL;
	struct rows_writer w = { 0 };
	struct values v;
	int err = builder_init(&w.b, diag);

	if (err)
		return err;
	values_init(&v, ctx);
	values_select_unit(&v, ctx->graph);
	w.values = &v;
	err = add_rows(&w, ctx, diag);
	if (!err)
		err = profile_seal(&w.b, &p, diag);
	if (!err)
		err = ctx->encode(p, ctx->ctx, out, diag);
	profile_free(p);
	builder_release(&w.b);
	pairs_release(&w.names);
	pairs_release(&w.starts);
	pairs_release(&w.functions);
	return err;
}
