/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/columns.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"

static uint32_t type_name(const struct assay_profile *p, size_t column)
{
	return p->sample_types.items[column].type;
}

/* Column i of the result is column kept[i] of what there was; kept ascends, so values move down in place. */
static void keep_columns(struct assay_profile *p, const size_t *kept, size_t n)
{
	size_t n_types = profile_n_types(p);

	for (size_t s = 0; s < p->n_samples; s++)
		for (size_t i = 0; i < n; i++)
			p->values.items[s * n + i] = p->values.items[s * n_types + kept[i]];
	for (size_t i = 0; i < n; i++)
		p->sample_types.items[i] = p->sample_types.items[kept[i]];
	p->sample_types.n = n;
	p->values.n = p->n_samples * n;
}

static bool has_type(const struct assay_profile *p, uint32_t name)
{
	for (size_t i = 0; i < profile_n_types(p); i++)
		if (type_name(p, i) == name)
			return true;
	return false;
}

/* The columns whose name stands once into kept, which has room for all of them; n_names is by string. */
static size_t find_unique(const struct assay_profile *p, uint32_t *n_names, size_t *kept)
{
	size_t n = 0;

	for (size_t i = 0; i < profile_n_types(p); i++)
		n_names[type_name(p, i)]++;
	for (size_t i = 0; i < profile_n_types(p); i++)
		if (n_names[type_name(p, i)] == 1)
			kept[n++] = i;
	return n;
}

int columns_drop_ambiguous(struct profile_builder *b, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;
	size_t n_types = profile_n_types(p), n = 0;
	uint32_t *n_names = calloc(p->strings.strings.n, sizeof(*n_names));
	size_t *kept = malloc((n_types ? n_types : 1) * sizeof(*kept));

	if (n_names && kept)
		n = find_unique(p, n_names, kept);
	if (n && n < n_types) {
		keep_columns(p, kept, n);
		if (!has_type(p, p->default_sample_type))
			p->default_sample_type = type_name(p, 0);
	}
	if (!n_names || !kept)
		diag_nomem(diag, "sample types");
	else if (!n)
		diag_set(diag, ASSAY_ERR_FORMAT, "profiles have empty common sample type list");
	free(n_names);
	free(kept);
	return n ? 0 : n_names && kept ? ASSAY_ERR_FORMAT : ASSAY_ERR_NOMEM;
}

/* A decimal integer with an optional sign; one that is beyond int64 is taken for a name, as in the reference. */
static bool parse_index(struct str s, bool *negative, uint64_t *value)
{
	size_t i = s.len && (s.p[0] == '-' || s.p[0] == '+');

	*negative = s.len && s.p[0] == '-';
	*value = 0;
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return false;
		if (ckd_mul(value, *value, 10) || ckd_add(value, *value, s.p[i] - '0'))
			return false;
	}
	return *value <= (uint64_t)INT64_MAX + *negative;
}

static int no_such_column(const struct assay_profile *p, struct str name, struct assay_diag *diag)
{
	struct buf b = BUF_INIT;

	buf_add_quoted(&b, name);
	buf_add_str(&b, STR(" must be one of: ["));
	for (size_t i = 0; i < profile_n_types(p); i++) {
		if (i)
			buf_add_char(&b, ' ');
		buf_add_safe(&b, profile_str(p, type_name(p, i)));
	}
	buf_add_char(&b, ']');
	diag_set(diag, ASSAY_ERR_ARGUMENT, "sample_index %s", b.failed ? "names no sample type" : b.data);
	buf_release(&b);
	return ASSAY_ERR_ARGUMENT;
}

static bool find_type(const struct assay_profile *p, struct str name, size_t *column)
{
	struct str inuse = STR("inuse_");
	struct str bare = str_starts(name, inuse) ? str_skip(name, inuse.len) : name;

	for (size_t i = 0; i < profile_n_types(p); i++) {
		struct str type = profile_str(p, type_name(p, i));

		if (str_equal(type, name) || str_equal(type, bare)) {
			*column = i;
			return true;
		}
	}
	return false;
}

int columns_find(const struct assay_profile *p, struct str name, size_t *column, struct assay_diag *diag)
{
	size_t n = profile_n_types(p);
	bool negative;
	uint64_t index;

	if (!n)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "profile has no samples");
	if (!name.len) {
		*column = n - 1;
		if (p->default_sample_type)
			for (size_t i = n; i-- > 0;)
				if (type_name(p, i) == p->default_sample_type)
					*column = i;
		return 0;
	}
	if (parse_index(name, &negative, &index)) {
		if ((negative && index) || index >= n)
			return diag_set(diag, ASSAY_ERR_ARGUMENT, "sample_index %.*s is outside the range [0..%zu]",
				(int)name.len, name.p, n - 1);
		*column = index;
		return 0;
	}
	return find_type(p, name, column) ? 0 : no_such_column(p, name, diag);
}
