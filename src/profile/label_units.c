/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/label_units.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"

/* Key and unit that differs from the key's first one; sorted, they are the lines to print. */
struct conflict {
	uint32_t key, unit;
};

static int compare(const void *a, const void *b, void *profile)
{
	const struct conflict *x = a, *y = b;
	const struct assay_profile *p = profile;
	int c = str_compare(profile_str(p, x->key), profile_str(p, y->key));

	return c ? c : str_compare(profile_str(p, x->unit), profile_str(p, y->unit));
}

/* Made safe here already, for a warning is a C string and a name may hold anything. */
static void warn(const struct assay_profile *p, const uint32_t *first, const struct conflict *c, size_t n,
	struct assay_ctx *ctx)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, STR("For tag "));
	buf_add_safe(&text, profile_str(p, c->key));
	buf_add_str(&text, STR(" used unit "));
	buf_add_safe(&text, profile_str(p, first[c->key]));
	buf_add_str(&text, STR(", also encountered unit(s) "));
	for (size_t i = 0; i < n; i++) {
		if (i && c[i].unit == c[i - 1].unit)
			continue;
		if (i)
			buf_add_str(&text, STR(", "));
		buf_add_safe(&text, profile_str(p, c[i].unit));
	}
	ctx_warn(ctx, "%s", text.failed ? "out of memory for a warning" : text.data);
	buf_release(&text);
}

/* The first unit of each key into first (by string; 0 for none), and what differs from it into *conflicts. */
static bool collect(const struct assay_profile *p, uint32_t *first, struct conflict **conflicts, size_t *n)
{
	VEC(struct conflict) found = { 0 };

	for (size_t i = 0; i < p->labels.n; i++) {
		const struct label *l = &p->labels.items[i];
		struct conflict c = { l->key, l->text };

		if (l->kind != LABEL_NUMBER_UNIT || !l->text)
			continue;
		if (!first[l->key])
			first[l->key] = l->text;
		if (first[l->key] == l->text)
			continue;
		/* Units come in runs; what repeats is not stored again, so that memory follows the kinds of units. */
		if (found.n && found.items[found.n - 1].key == c.key && found.items[found.n - 1].unit == c.unit)
			continue;
		if (!vec_push(&found, c)) {
			vec_release(&found);
			return false;
		}
	}
	*conflicts = found.items;
	*n = found.n;
	return true;
}

int label_units_init(struct label_units *u, const struct assay_profile *p, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	uint32_t *first;
	struct conflict *c = NULL;
	size_t n = 0;

	*u = (struct label_units){ .profile = p };
	if (!p->labels.n)
		return 0;
	first = calloc(p->strings.strings.n, sizeof(*first));
	if (!first || !collect(p, first, &c, &n)) {
		free(first);
		return diag_nomem(diag, "label units");
	}
	if (n)
		qsort_r(c, n, sizeof(*c), compare, (void *)p);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && c[end].key == c[i].key;)
			end++;
		warn(p, first, c + i, end - i, ctx);
	}
	free(c);
	u->first = first;
	return 0;
}

void label_units_release(struct label_units *u)
{
	free(u->first);
	*u = (struct label_units){ 0 };
}

struct str label_unit(const struct label_units *u, uint32_t key)
{
	struct str name = profile_str(u->profile, key);

	if (u->first && u->first[key])
		return profile_str(u->profile, u->first[key]);
	return str_equal(name, STR("alignment")) || str_equal(name, STR("request")) ? STR("bytes") : name;
}
