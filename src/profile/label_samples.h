/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_LABEL_SAMPLES_H
#define PROFILE_LABEL_SAMPLES_H

#include "profile/builder.h"

/*
 * Puts a label with a text on every sample. Whatever other text stood under the key is replaced; a number under it is
 * another label and stays. *n_replaced, unless it is NULL, grows by the texts that went and were not the same.
 */
int label_samples(
	struct profile_builder *b, struct str key, struct str text, size_t *n_replaced, struct assay_diag *diag);

#endif
