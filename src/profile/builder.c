/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/builder.h"

#include <stdlib.h>

#include "base/diag.h"
#include "profile/check.h"

static int nomem(struct assay_diag *diag)
{
	return diag_nomem(diag, "a profile");
}

/* Samples, locations and mappings without any of these point into empty lists; nothing may be added to NULL. */
static bool reserve_lists(struct assay_profile *p)
{
	return vec_reserve(&p->values, (size_t)1) && vec_reserve(&p->stacks, (size_t)1) &&
	       vec_reserve(&p->labels, (size_t)1) && vec_reserve(&p->lines, (size_t)1) &&
	       vec_reserve(&p->locations, (size_t)1);
}

int builder_init(struct profile_builder *b, struct assay_diag *diag)
{
	struct assay_profile *p = calloc(1, sizeof(*p));

	b->profile = NULL;
	if (!p)
		return nomem(diag);
	p->stacks.width = sizeof(*p->stacks.items);
	if (strtab_init(&p->strings) < 0 || !vec_push(&p->stack_start, 0) || !vec_push(&p->label_start, 0) ||
		!reserve_lists(p)) {
		profile_free(p);
		return nomem(diag);
	}
	b->profile = p;
	return 0;
}

void builder_release(struct profile_builder *b)
{
	profile_free(b->profile);
	b->profile = NULL;
}

int builder_intern(struct profile_builder *b, struct str text, uint32_t *id, struct assay_diag *diag)
{
	int err = strtab_intern(&b->profile->strings, text, id);

	if (err == ASSAY_ERR_TOO_BIG)
		return diag_set(diag, err, "more than 2^30 different strings");
	return err ? nomem(diag) : 0;
}

int builder_end_sample(struct profile_builder *b, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;

	if (p->labels.n > UINT32_MAX)
		return diag_set(diag, ASSAY_ERR_TOO_BIG, "more than 2^32 labels");
	if (!vec_push(&p->stack_start, p->stacks.n))
		return nomem(diag);
	if (!vec_push(&p->label_start, (uint32_t)p->labels.n)) {
		p->stack_start.n--;
		return nomem(diag);
	}
	p->n_samples++;
	return 0;
}

static int sum_columns(struct assay_profile *p, struct assay_diag *diag)
{
	size_t n = profile_n_types(p);

	p->magnitudes.n = 0;
	for (size_t c = 0; c < n; c++) {
		wide sum = 0;

		for (size_t i = c; i < p->values.n; i += n)
			sum += p->values.items[i] < 0 ? -(wide)p->values.items[i] : p->values.items[i];
		if (!vec_push(&p->magnitudes, sum))
			return nomem(diag);
	}
	return 0;
}

int profile_seal(struct profile_builder *b, const struct assay_profile **out, struct assay_diag *diag)
{
	int err = profile_check(b->profile, diag);

	if (!err)
		err = sum_columns(b->profile, diag);
	if (err)
		return err;
	*out = b->profile;
	b->profile = NULL;
	return 0;
}

void profile_free(const struct assay_profile *sealed)
{
	/* The one place where a sealed profile is touched again. */
	struct assay_profile *p = (struct assay_profile *)sealed;

	if (!p)
		return;
	strtab_release(&p->strings);
	vec_release(&p->sample_types);
	vec_release(&p->values);
	vec_release(&p->stacks);
	vec_release(&p->stack_start);
	vec_release(&p->labels);
	vec_release(&p->label_start);
	vec_release(&p->mappings);
	vec_release(&p->locations);
	vec_release(&p->lines);
	vec_release(&p->functions);
	vec_release(&p->comments);
	vec_release(&p->magnitudes);
	free(p);
}
