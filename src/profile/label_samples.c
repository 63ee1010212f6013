/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/label_samples.h"

#include <stdlib.h>

#include "base/diag.h"

int label_samples(
	struct profile_builder *b, struct str key, struct str text, size_t *n_replaced, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;
	VEC(struct label) labels = { 0 };
	struct label all = { .kind = LABEL_TEXT };
	size_t replaced = 0;
	uint32_t key_id = 0;
	int err = builder_intern(b, key, &key_id, diag);
	uint64_t start = 0;

	if (!err)
		err = builder_intern(b, text, &all.text, diag);
	if (!err && p->labels.n + p->n_samples > UINT32_MAX)
		err = diag_set(diag, ASSAY_ERR_TOO_BIG, "more than 2^32 labels");
	if (!err && !vec_reserve(&labels, p->labels.n + p->n_samples))
		err = diag_nomem(diag, "labels");
	all.key = key_id & (STRTAB_MAX - 1);
	for (size_t i = 0; !err && i < p->n_samples; i++) {
		uint64_t end = p->label_start.items[i + 1];

		for (; start < end; start++) {
			const struct label *l = &p->labels.items[start];

			if (l->kind != LABEL_TEXT || l->key != all.key)
				labels.items[labels.n++] = *l;
			else
				replaced += l->text != all.text;
		}
		labels.items[labels.n++] = all;
		p->label_start.items[i + 1] = (uint32_t)labels.n;
	}
	if (err)
		return err;
	free(p->labels.items);
	p->labels.items = labels.items;
	p->labels.n = labels.n;
	p->labels.cap = labels.cap;
	if (n_replaced)
		*n_replaced += replaced;
	return 0;
}
