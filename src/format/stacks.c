/* SPDX-License-Identifier: Apache-2.0 */
#include "format/stacks.h"

#include "base/ckd.h"
#include "base/diag.h"

int stacks_init(struct stacks *s, struct profile_builder *b, struct assay_diag *diag)
{
	*s = (struct stacks){ .b = b, .diag = diag };
	if (strtab_init(&s->locations) == 0 && strtab_init(&s->samples) == 0 && vec_push(&s->sample_of, 0))
		return 0;
	stacks_release(s);
	return diag_nomem(diag, "stacks");
}

void stacks_release(struct stacks *s)
{
	pairs_release(&s->functions);
	strtab_release(&s->locations);
	strtab_release(&s->samples);
	buf_release(&s->key);
	vec_release(&s->sample_of);
}

static int nomem(struct stacks *s)
{
	return diag_nomem(s->diag, "stacks");
}

int stacks_type(struct stacks *s, struct str type, struct str unit)
{
	struct value_type t = { 0 };
	int err = builder_intern(s->b, type, &t.type, s->diag);

	if (!err)
		err = builder_intern(s->b, unit, &t.unit, s->diag);
	if (err)
		return err;
	return vec_push(&s->b->profile->sample_types, t) ? 0 : nomem(s);
}

static int find_function(struct stacks *s, struct str name, struct str file, uint32_t *index)
{
	struct assay_profile *p = s->b->profile;
	struct function f = { .id = p->functions.n + 1 };
	int err = builder_intern(s->b, name, &f.name, s->diag);

	if (!err)
		err = builder_intern(s->b, file, &f.file, s->diag);
	if (err)
		return err;
	f.system_name = f.name;
	if (!pairs_add(&s->functions, f.name, f.file, index))
		return nomem(s);
	if (*index == p->functions.n && !vec_push(&p->functions, f))
		return nomem(s);
	return 0;
}

int stacks_line(struct stacks *s, struct str name, struct str file, int64_t number)
{
	struct line line = { .number = number };
	int err = find_function(s, name, file, &line.function);

	if (err)
		return err;
	return vec_push(&s->b->profile->lines, line) ? 0 : nomem(s);
}

static void add_key(struct stacks *s, const void *data, size_t size)
{
	buf_add(&s->key, data, size);
}

/* The id of the key at hand in a table; *fresh when it was not there before. */
static int intern_key(struct stacks *s, struct strtab *t, uint32_t *id, bool *fresh)
{
	size_t before = t->strings.n;
	int err = s->key.failed ? ASSAY_ERR_NOMEM : strtab_intern(t, buf_str(&s->key), id);

	if (err == ASSAY_ERR_TOO_BIG)
		return diag_set(s->diag, err, "more than 2^30 different stacks");
	if (err)
		return nomem(s);
	*fresh = t->strings.n > before;
	return 0;
}

static int find_location(struct stacks *s, const struct location *l, uint32_t *id, bool *fresh)
{
	const struct assay_profile *p = s->b->profile;

	buf_reset(&s->key);
	add_key(s, &l->address, sizeof(l->address));
	add_key(s, &l->mapping, sizeof(l->mapping));
	for (size_t i = l->first_line; i < p->lines.n; i++) {
		add_key(s, &p->lines.items[i].function, sizeof(p->lines.items[i].function));
		add_key(s, &p->lines.items[i].number, sizeof(p->lines.items[i].number));
	}
	return intern_key(s, &s->locations, id, fresh);
}

int stacks_location(struct stacks *s, uint64_t address, uint32_t mapping)
{
	struct assay_profile *p = s->b->profile;
	struct location l = { .address = address, .mapping = mapping };
	bool fresh = false;
	uint32_t id;
	int err;

	if (p->lines.n > UINT32_MAX)
		return diag_set(s->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 lines");
	l.first_line = (uint32_t)s->first_line;
	l.n_lines = (uint32_t)(p->lines.n - s->first_line);
	err = find_location(s, &l, &id, &fresh);
	if (err)
		return err;
	l.id = id;
	if (!fresh)
		p->lines.n = s->first_line;
	else if (!vec_push(&p->locations, l))
		return nomem(s);
	s->first_line = p->lines.n;
	return vec_push(&p->stacks, id - 1) ? 0 : nomem(s);
}

void stacks_turn(struct stacks *s)
{
	struct assay_profile *p = s->b->profile;
	size_t from = p->stack_start.items[p->n_samples], to = p->stacks.n;

	while (from + 1 < to) {
		uint32_t other = p->stacks.items[from];

		p->stacks.items[from++] = p->stacks.items[--to];
		p->stacks.items[to] = other;
	}
}

static int add_label(struct stacks *s, struct str key, struct label *l, struct str text)
{
	uint32_t id;
	int err = builder_intern(s->b, key, &id, s->diag);

	if (!err)
		err = builder_intern(s->b, text, &l->text, s->diag);
	if (err)
		return err;
	l->key = id & (STRTAB_MAX - 1);
	return vec_push(&s->b->profile->labels, *l) ? 0 : nomem(s);
}

int stacks_text(struct stacks *s, struct str key, struct str text)
{
	struct label l = { .kind = LABEL_TEXT };

	return add_label(s, key, &l, text);
}

int stacks_number(struct stacks *s, struct str key, int64_t number, struct str unit)
{
	struct label l = { .kind = unit.len ? LABEL_NUMBER_UNIT : LABEL_NUMBER, .number = number };

	return add_label(s, key, &l, unit);
}

static int find_sample(struct stacks *s, uint32_t *id, bool *fresh)
{
	const struct assay_profile *p = s->b->profile;
	uint64_t stack = p->stack_start.items[p->n_samples], label = p->label_start.items[p->n_samples];
	uint64_t n = p->stacks.n - stack;

	buf_reset(&s->key);
	add_key(s, &n, sizeof(n));
	if (n)
		add_key(s, p->stacks.items + stack, n * sizeof(*p->stacks.items));
	for (; label < p->labels.n; label++) {
		const struct label *l = &p->labels.items[label];
		uint64_t parts[] = { (uint64_t)l->key << 2 | l->kind, l->text, (uint64_t)l->number };

		add_key(s, parts, sizeof(parts));
	}
	return intern_key(s, &s->samples, id, fresh);
}

/* False, and nothing added, when one of the sums does not fit. */
static bool add_values(struct assay_profile *p, size_t sample, const int64_t *values)
{
	int64_t *to = p->values.items + sample * profile_n_types(p), sum;

	for (size_t i = 0; i < profile_n_types(p); i++)
		if (ckd_add(&sum, to[i], values[i]))
			return false;
	for (size_t i = 0; i < profile_n_types(p); i++)
		to[i] += values[i];
	return true;
}

int stacks_sample(struct stacks *s, const int64_t *values)
{
	struct assay_profile *p = s->b->profile;
	bool fresh = false;
	uint32_t id;
	int err = find_sample(s, &id, &fresh);

	if (err)
		return err;
	if (p->n_samples >= UINT32_MAX)
		return diag_set(s->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 samples");
	if (!fresh && add_values(p, s->sample_of.items[id], values)) {
		p->stacks.n = p->stack_start.items[p->n_samples];
		p->labels.n = p->label_start.items[p->n_samples];
		return 0;
	}
	/* What does not fit stays by itself, and so do those that follow. */
	if (fresh && !vec_push(&s->sample_of, 0))
		return nomem(s);
	s->sample_of.items[id] = (uint32_t)p->n_samples;
	for (size_t i = 0; i < profile_n_types(p); i++)
		if (!vec_push(&p->values, values[i]))
			return nomem(s);
	return builder_end_sample(s->b, s->diag);
}
