/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/columns.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"

static uint32_t type_name(const struct assay_profile *p, size_t column)
{
	return p->sample_types.items[column].type;
}

/* The names of all columns of some profiles as ids of one table, for their own tables number them differently. */
struct names {
	struct strtab table;
	VEC(size_t) n_columns; /* by id: of that name, over all profiles */
	VEC(uint32_t) common;  /* ids of the names that are to be kept, in order */
	/* By id, for one profile at a time: its first column of that name; SIZE_MAX for none. */
	VEC(size_t) first;
};

static int count_names(struct names *nm, const struct assay_profile *p)
{
	for (size_t i = 0; i < profile_n_types(p); i++) {
		uint32_t id;

		if (strtab_intern(&nm->table, profile_str(p, type_name(p, i)), &id) < 0)
			return ASSAY_ERR_NOMEM;
		while (nm->n_columns.n < nm->table.strings.n)
			if (!vec_push(&nm->n_columns, 0) || !vec_push(&nm->first, SIZE_MAX))
				return ASSAY_ERR_NOMEM;
		nm->n_columns.items[id]++;
	}
	return 0;
}

static uint32_t name_id(const struct names *nm, const struct assay_profile *p, size_t column)
{
	uint32_t id = 0;

	/* It is there: count_names() has seen it. */
	strtab_find(&nm->table, profile_str(p, type_name(p, column)), &id);
	return id;
}

/* A name is common when it stands as often as there are profiles, so one that is ambiguous in one profile is not. */
static int find_common(struct names *nm, const struct assay_profile *first, size_t n_profiles)
{
	for (size_t i = 0; i < profile_n_types(first); i++) {
		uint32_t id = name_id(nm, first, i);

		if (nm->n_columns.items[id] == n_profiles && !vec_push(&nm->common, id))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static void find_columns(struct names *nm, const struct assay_profile *p)
{
	for (size_t i = 0; i < nm->first.n; i++)
		nm->first.items[i] = SIZE_MAX;
	for (size_t i = profile_n_types(p); i-- > 0;)
		nm->first.items[name_id(nm, p, i)] = i;
}

/* Twice in one profile and not at all in another adds up, too, but is not common. */
static int check_columns(struct names *nm, const struct assay_profile *p, struct assay_diag *diag)
{
	find_columns(nm, p);
	for (size_t i = 0; i < nm->common.n; i++)
		if (nm->first.items[nm->common.items[i]] == SIZE_MAX)
			return diag_set(diag, ASSAY_ERR_FORMAT, "\"%s\" sample type is not found in profile",
				strtab_get(&nm->table, nm->common.items[i]).p);
	return 0;
}

/* Column i of the result is column kept[i] of what there was. None is kept twice, so there are not more than before. */
static int keep_columns(struct assay_profile *p, const size_t *kept, size_t n)
{
	size_t n_types = profile_n_types(p);
	int64_t *row = malloc(n_types * sizeof(*row));
	struct value_type *types = malloc(n_types * sizeof(*types));

	if (!row || !types) {
		free(row);
		free(types);
		return ASSAY_ERR_NOMEM;
	}
	memcpy(types, p->sample_types.items, n_types * sizeof(*types));
	for (size_t i = 0; i < n; i++)
		p->sample_types.items[i] = types[kept[i]];
	for (size_t s = 0; s < p->n_samples; s++) {
		memcpy(row, p->values.items + s * n_types, n_types * sizeof(*row));
		for (size_t i = 0; i < n; i++)
			p->values.items[s * n + i] = row[kept[i]];
	}
	p->sample_types.n = n;
	p->values.n = p->n_samples * n;
	free(row);
	free(types);
	return 0;
}

static bool has_type(const struct assay_profile *p, uint32_t name)
{
	for (size_t i = 0; i < profile_n_types(p); i++)
		if (type_name(p, i) == name)
			return true;
	return false;
}

/* A profile that has just the common columns keeps even a default that is none of them. */
static int keep_common(struct names *nm, struct assay_profile *p)
{
	size_t n = nm->common.n, *kept = malloc(n * sizeof(*kept));
	bool all = n == profile_n_types(p);
	int err = 0;

	if (!kept)
		return ASSAY_ERR_NOMEM;
	find_columns(nm, p);
	for (size_t i = 0; i < n; i++) {
		kept[i] = nm->first.items[nm->common.items[i]];
		all &= kept[i] == i;
	}
	if (!all)
		err = keep_columns(p, kept, n);
	if (!all && !err && !has_type(p, p->default_sample_type))
		p->default_sample_type = type_name(p, 0);
	free(kept);
	return err;
}

/* Nothing is changed before all is known to be well. */
static int make_common(struct names *nm, struct profile_builder *profiles, size_t n, struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = count_names(nm, profiles[i].profile);
	if (!err)
		err = find_common(nm, profiles[0].profile, n);
	if (!err && !nm->common.n)
		return diag_set(diag, ASSAY_ERR_FORMAT, "profiles have empty common sample type list");
	for (size_t i = 0; !err && i < n; i++)
		err = check_columns(nm, profiles[i].profile, diag);
	for (size_t i = 0; !err && i < n; i++)
		err = keep_common(nm, profiles[i].profile);
	return err == ASSAY_ERR_NOMEM ? diag_nomem(diag, "sample types") : err;
}

int columns_make_common(struct profile_builder *profiles, size_t n, struct assay_diag *diag)
{
	struct names nm = { 0 };
	int err = strtab_init(&nm.table) < 0 ? diag_nomem(diag, "sample types") : 0;

	if (!err)
		err = make_common(&nm, profiles, n, diag);
	strtab_release(&nm.table);
	vec_release(&nm.n_columns);
	vec_release(&nm.common);
	vec_release(&nm.first);
	return err;
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
