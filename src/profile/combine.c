/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/combine.h"

#include <stdlib.h>

#include "base/ckd.h"
#include "base/diag.h"
#include "base/units.h"
#include "profile/columns.h"
#include "profile/merge.h"
#include "profile/scale.h"

static int merge_parts(struct profile_builder *out, struct profile_builder *parts, size_t n, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct merger *m;
	int err = merger_new(&m, ctx, diag);

	if (err)
		return err;
	for (size_t i = 0; !err && i < n; i++) {
		err = merger_add(m, parts[i].profile, diag);
		builder_release(&parts[i]);
	}
	if (!err)
		return merger_finish(m, out, diag);
	merger_free(m);
	return err;
}

int combine(struct profile_builder *out, struct profile_builder *parts, size_t n, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	int err = columns_make_common(parts, n, diag);

	if (!err)
		err = scale_unify(parts, n, diag);
	if (!err && n > 1)
		err = merge_parts(out, parts, n, ctx, diag);
	if (!err && n == 1) {
		*out = parts[0];
		parts[0].profile = NULL;
	}
	for (size_t i = 0; i < n; i++)
		builder_release(&parts[i]);
	return err;
}

void combiner_release(struct combiner *c)
{
	merger_free(c->merger);
	builder_release(&c->alone);
	c->merger = NULL;
}

bool combiner_is_empty(const struct combiner *c)
{
	return !c->merger && !c->alone.profile;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* A name that stands twice is ambiguous, and goes with its columns. */
static bool has_plain_columns(const struct assay_profile *p)
{
	size_t n = profile_n_types(p);
	uint32_t *names = malloc((n + 1) * sizeof(*names));
	bool plain = n && names;

	if (!names)
		return false;
	for (size_t i = 0; i < n; i++)
		names[i] = p->sample_types.items[i].type;
	qsort(names, n, sizeof(*names), compare_ids);
	for (size_t i = 1; i < n; i++)
		plain &= names[i] != names[i - 1];
	free(names);
	return plain;
}

/* Bringing it to the unit that it has goes through a double, which may not hold it. */
static bool has_plain_period(const struct assay_profile *p)
{
	struct str unit = profile_str(p, p->period_type.unit);

	return trunc_to_int64(units_scale(p->period, unit, unit).value) == p->period;
}

bool combiner_takes(const struct combiner *c, const struct assay_profile *p)
{
	const struct assay_profile *others = c->merger ? merger_profile(c->merger) : c->alone.profile;

	if (!has_plain_period(p) || (others && !has_plain_period(others)))
		return false;
	return others ? merge_check(others, p, NULL) == 0 : has_plain_columns(p);
}

/* The second profile is the one that makes it a sum. */
static int start_merger(struct combiner *c, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = merger_new(&c->merger, ctx, diag);

	if (!err)
		err = merger_add(c->merger, c->alone.profile, diag);
	builder_release(&c->alone);
	return err;
}

int combiner_add(struct combiner *c, struct profile_builder *b, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = 0;

	if (combiner_is_empty(c)) {
		c->alone = *b;
		b->profile = NULL;
		return 0;
	}
	if (!c->merger)
		err = start_merger(c, ctx, diag);
	if (!err)
		err = merger_add(c->merger, b->profile, diag);
	builder_release(b);
	return err;
}

int combiner_settle(struct combiner *c, struct assay_diag *diag)
{
	return c->merger ? merger_settle(&c->merger, diag) : 0;
}

int combiner_finish(struct combiner *c, struct profile_builder *out, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct merger *m = c->merger;

	if (!m)
		return combine(out, &c->alone, 1, ctx, diag);
	c->merger = NULL;
	return merger_finish(m, out, diag);
}
