/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_AMOUNT_H
#define APP_AMOUNT_H

#include "app/options.h"
#include "base/ckd.h"
#include "base/str.h"

/*
 * "10ms", "1.5%", "300", as an option has it: an amount in a unit, or a share of a total. A number without a unit is in
 * that of the profile. ASSAY_ERR_ARGUMENT for what is none, or in a unit that does not convert.
 */
int amount_parse(
	wide *amount, enum option_id id, const char *text, struct str unit, wide total, struct assay_diag *diag);

#endif
