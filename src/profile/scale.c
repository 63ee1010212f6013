/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"
#include "base/diag.h"
#include "base/units.h"
#include "profile/merge.h"

/* Whether the sample stays. */
static bool scale_sample(int64_t *values, const double *ratios, size_t n)
{
	bool stays = false;

	for (size_t i = 0; i < n; i++) {
		if (ratios[i] == 1)
			continue;
		values[i] = trunc_to_int64(round((double)values[i] * ratios[i]));
		stays |= values[i] != 0;
	}
	return stays;
}

/* The n items of a list at `from` go to `to`, which is that place or one before it. */
static void move_list(void *items, size_t size, uint64_t to, uint64_t from, uint64_t n)
{
	char *bytes = items;

	if (n && to != from)
		memmove(bytes + to * size, bytes + from * size, n * size);
}

/* Sample `from`, whose lists start there, becomes sample `to`. */
static void move_sample(struct assay_profile *p, size_t to, size_t from, uint64_t stack, uint32_t label)
{
	size_t n = profile_n_types(p);
	uint64_t n_stack = p->stack_start.items[from + 1] - stack;
	uint32_t n_labels = p->label_start.items[from + 1] - label;

	move_list(p->values.items, sizeof(*p->values.items) * n, to, from, 1);
	move_list(p->stacks.bytes, p->stacks.width, p->stack_start.items[to], stack, n_stack);
	move_list(p->labels.items, sizeof(*p->labels.items), p->label_start.items[to], label, n_labels);
	p->stack_start.items[to + 1] = p->stack_start.items[to] + n_stack;
	p->label_start.items[to + 1] = p->label_start.items[to] + n_labels;
}

void scale_columns(struct profile_builder *b, const double *ratios)
{
	struct assay_profile *p = b->profile;
	size_t n = profile_n_types(p), to = 0;
	uint64_t stack = 0;
	uint32_t label = 0;
	bool scales = false;

	for (size_t i = 0; i < n; i++)
		scales |= ratios[i] != 1;
	if (!scales)
		return;
	for (size_t i = 0; i < p->n_samples; i++) {
		uint64_t stack_end = p->stack_start.items[i + 1];
		uint32_t label_end = p->label_start.items[i + 1];

		if (scale_sample(p->values.items + i * n, ratios, n))
			move_sample(p, to++, i, stack, label);
		stack = stack_end;
		label = label_end;
	}
	p->n_samples = to;
	p->values.n = to * n;
	p->stacks.n = (size_t)p->stack_start.items[to];
	p->labels.n = p->label_start.items[to];
	p->stack_start.n = p->label_start.n = to + 1;
}

static double *new_ratios(const struct assay_profile *p, struct assay_diag *diag)
{
	double *ratios = calloc(profile_n_types(p) + 1, sizeof(*ratios));

	if (!ratios)
		diag_nomem(diag, "scaling");
	return ratios;
}

int scale_all(struct profile_builder *b, double ratio, struct assay_diag *diag)
{
	double *ratios = new_ratios(b->profile, diag);

	if (!ratios)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < profile_n_types(b->profile); i++)
		ratios[i] = ratio;
	scale_columns(b, ratios);
	free(ratios);
	return 0;
}

/* Wraps around like the reference's. */
static int64_t column_sum(const struct assay_profile *p, size_t column)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_samples; i++)
		sum += (uint64_t)profile_values(p, i)[column];
	return (int64_t)sum;
}

int scale_normalize(struct profile_builder *source, const struct assay_profile *base, struct assay_diag *diag)
{
	const struct assay_profile *p = source->profile;
	int err = merge_check(p, base, diag);
	double *ratios;

	if (err)
		return err;
	ratios = new_ratios(p, diag);
	if (!ratios)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < profile_n_types(p); i++) {
		int64_t sum = column_sum(p, i);

		ratios[i] = sum ? (double)column_sum(base, i) / (double)sum : 0;
	}
	scale_columns(source, ratios);
	free(ratios);
	return 0;
}

/* A type with its texts, for comparing those of different profiles. */
struct type_text {
	struct str type, unit;
};

static struct type_text type_text(const struct assay_profile *p, const struct value_type *t)
{
	return (struct type_text){ profile_str(p, t->type), profile_str(p, t->unit) };
}

static struct str without_plural(struct str s)
{
	s.len -= s.len && s.p[s.len - 1] == 's';
	return s;
}

static bool fit_together(struct type_text a, struct type_text b)
{
	return str_equal(without_plural(a.type), without_plural(b.type)) && units_same_family(a.unit, b.unit);
}

/* Takes t into account for the unit that all shall have; what says what the types are of. */
static int take_finer(struct type_text *common, struct type_text t, const char *what, struct assay_diag *diag)
{
	if (!fit_together(*common, t))
		return diag_set(diag, ASSAY_ERR_FORMAT, "%s: incompatible types: {%s %s 0 0} {%s %s 0 0}", what,
			common->type.p, common->unit.p, t.type.p, t.unit.p);
	if (units_scale(1, t.unit, common->unit).value < 1)
		*common = t;
	return 0;
}

static int common_period_type(const struct profile_builder *profiles, size_t n, struct type_text *common,
	struct assay_diag *diag)
{
	int err = 0;

	*common = type_text(profiles[0].profile, &profiles[0].profile->period_type);
	for (size_t i = 1; !err && i < n; i++)
		err = take_finer(common, type_text(profiles[i].profile, &profiles[i].profile->period_type),
			"period type", diag);
	return err;
}

static int common_column_type(const struct profile_builder *profiles, size_t n, size_t column,
	struct type_text *common, struct assay_diag *diag)
{
	int err = 0;

	*common = type_text(profiles[0].profile, &profiles[0].profile->sample_types.items[column]);
	for (size_t i = 1; !err && i < n; i++)
		err = take_finer(common,
			type_text(profiles[i].profile, &profiles[i].profile->sample_types.items[column]),
			"sample types", diag);
	return err;
}

/* common may point into the profile's own table of strings, which keeps texts where they are while it grows. */
static int set_period_unit(struct profile_builder *b, struct type_text common, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;

	p->period = trunc_to_int64(units_scale(p->period, profile_str(p, p->period_type.unit), common.unit).value);
	return builder_intern(b, common.unit, &p->period_type.unit, diag);
}

static int set_column_units(struct profile_builder *b, const struct type_text *common, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;
	double *ratios = new_ratios(p, diag);
	int err = 0;

	if (!ratios)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; !err && i < profile_n_types(p); i++) {
		struct value_type *t = &p->sample_types.items[i];

		ratios[i] = units_scale(1, profile_str(p, t->unit), common[i].unit).value;
		err = builder_intern(b, common[i].unit, &t->unit, diag);
	}
	if (!err)
		scale_columns(b, ratios);
	free(ratios);
	return err;
}

static int same_number_of_types(const struct profile_builder *profiles, size_t n, struct assay_diag *diag)
{
	size_t n_types = profile_n_types(profiles[0].profile);

	for (size_t i = 1; i < n; i++)
		if (profile_n_types(profiles[i].profile) != n_types)
			return diag_set(diag, ASSAY_ERR_FORMAT, "inconsistent samples type count: %zu != %zu", n_types,
				profile_n_types(profiles[i].profile));
	return 0;
}

int scale_unify(struct profile_builder *profiles, size_t n, struct assay_diag *diag)
{
	size_t n_types = profile_n_types(profiles[0].profile);
	struct type_text period, *types;
	int err;

	if (n < 2)
		return 0;
	types = calloc(n_types + 1, sizeof(*types));
	err = types ? common_period_type(profiles, n, &period, diag) : diag_nomem(diag, "scaling");
	if (!err)
		err = same_number_of_types(profiles, n, diag);
	for (size_t i = 0; !err && i < n_types; i++)
		err = common_column_type(profiles, n, i, &types[i], diag);
	for (size_t i = 0; !err && i < n; i++) {
		err = set_period_unit(&profiles[i], period, diag);
		if (!err)
			err = set_column_units(&profiles[i], types, diag);
	}
	free(types);
	return err;
}
