/* SPDX-License-Identifier: Apache-2.0 */
#include "app/amount.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/units.h"

int amount_parse(
	wide *amount, enum option_id id, const char *text, struct str unit, wide total, struct assay_diag *diag)
{
	struct str given;
	char *end;
	double v = strtod(text, &end);

	if (end == text || !isfinite(v) || v < 0)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "-%s: \"%s\" is no amount such as 10ms or 1%%",
			options[id].name, text);
	given = str_of(end);
	if (str_equal(given, STR("%")))
		v *= fabs((double)total) / 100;
	else if (given.len && !units_same_family(given, unit))
		return diag_set(
			diag, ASSAY_ERR_ARGUMENT, "-%s: \"%s\" is not in a unit of %s", options[id].name, text, unit.p);
	else if (given.len)
		v *= units_scale(1000000, given, unit).value / 1000000;
	*amount = v < 0x1p100 ? (wide)ceil(v) : (wide)1 << 100;
	return 0;
}
