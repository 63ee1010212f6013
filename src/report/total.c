/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

/* The samples of a difference's base carry this label; percentages are then of the base, unless a filter took it away. */
static bool is_base(const struct view *view, size_t sample)
{
	const struct assay_profile *p = view->profile;

	for (uint64_t i = p->label_start.items[sample]; i < p->label_start.items[sample + 1]; i++) {
		const struct label *l = &p->labels.items[i];

		if (l->kind == LABEL_TEXT && view_has_label(view, l) &&
			str_equal(profile_str(p, l->key), STR("pprof::base")) &&
			str_equal(profile_str(p, l->text), STR("true")))
			return true;
	}
	return false;
}

/* Whether any label could say so, which spares most profiles a look at their labels. */
static bool may_have_base(const struct assay_profile *p)
{
	for (size_t i = 0; i < p->strings.strings.n; i++)
		if (str_equal(profile_str(p, (uint32_t)i), STR("pprof::base")))
			return p->labels.n != 0;
	return false;
}

wide report_total(const struct view *view, size_t column, bool mean)
{
	const struct assay_profile *p = view->profile;
	wide all = 0, all_divisor = 0, base = 0, base_divisor = 0;
	bool look_for_base = may_have_base(p);

	for (size_t i = 0; i < p->n_samples; i++) {
		const int64_t *values = profile_values(p, i);
		wide v = values[column] < 0 ? -(wide)values[column] : values[column], d = mean ? values[0] : 0;

		if (!view_has_sample(view, i))
			continue;
		all += v;
		all_divisor += d;
		if (look_for_base && is_base(view, i)) {
			base += v;
			base_divisor += d;
		}
	}
	if (base > 0) {
		all = base;
		all_divisor = base_divisor;
	}
	return all_divisor ? all / all_divisor : all;
}
