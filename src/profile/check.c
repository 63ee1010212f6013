/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/check.h"

#include <assert.h>

#include "base/diag.h"

int profile_check(const struct assay_profile *p, struct assay_diag *diag)
{
	assert(p->stack_start.n == p->n_samples + 1 && p->label_start.n == p->n_samples + 1);
	if (p->n_samples && !profile_n_types(p))
		return diag_set(diag, ASSAY_ERR_FORMAT, "missing sample type information");
	if (p->values.n != p->n_samples * profile_n_types(p))
		return diag_set(diag, ASSAY_ERR_FORMAT, "%zu values for %zu samples of %zu types", p->values.n, p->n_samples,
			profile_n_types(p));
	return 0;
}
