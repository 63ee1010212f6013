/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/check.h"

#include <assert.h>

#include "base/diag.h"

/*
 * A location may stand for many inlined calls and be in many stacks, so that a small file can mean more frames than any
 * memory holds. No compiler inlines this deep over and over; and a few million frames are no burden, however they are
 * come by.
 */
#define LINES_DEEP 64
#define FRAMES_FEW ((uint64_t)1 << 22)

static int check_frames(const struct assay_profile *p, struct assay_diag *diag)
{
	uint64_t n = 0;
	uint32_t deepest = 0;

	for (size_t i = 0; i < p->locations.n; i++)
		if (p->locations.items[i].n_lines > deepest)
			deepest = p->locations.items[i].n_lines;
	if (deepest <= LINES_DEEP)
		return 0;
	/* At most 2^32 lines each, and fewer stack entries than bytes of memory: this fits. */
	for (size_t i = 0; i < p->stacks.n; i++)
		n += p->locations.items[stack_column_at(&p->stacks, i)].n_lines;
	if (n <= FRAMES_FEW || n / LINES_DEEP <= p->stacks.n)
		return 0;
	return diag_set(diag, ASSAY_ERR_TOO_BIG,
		"inlined calls make %llu frames of %zu locations in stacks, more than %u of each",
		(unsigned long long)n, p->stacks.n, (unsigned)LINES_DEEP);
}

int profile_check(const struct assay_profile *p, struct assay_diag *diag)
{
	assert(p->stack_start.n == p->n_samples + 1 && p->label_start.n == p->n_samples + 1);
	if (p->n_samples && !profile_n_types(p))
		return diag_set(diag, ASSAY_ERR_FORMAT, "missing sample type information");
	if (p->values.n != p->n_samples * profile_n_types(p))
		return diag_set(diag, ASSAY_ERR_FORMAT, "%zu values for %zu samples of %zu types", p->values.n,
			p->n_samples, profile_n_types(p));
	return check_frames(p, diag);
}
