/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/pairs.h"

/*
 * Entries of one column of the result, found by what they say. An entry is written to the end of its column first and
 * then looked for among those before it, so that there is one form of it to be hashed and compared; if it was there
 * already, the end is cut off again.
 */
struct table {
	struct slot {
		uint32_t index; /* + 1, 0 is empty */
		uint32_t hash;
	} * slots;
	size_t n, n_slots; /* a power of two */
};

typedef bool equal_fn(const struct assay_profile *p, uint32_t a, uint32_t b);

/* A label with its place among those of the sample, which sorting keeps within a key. */
struct placed_label {
	struct label label;
	size_t place;
};

struct merger {
	struct profile_builder b;
	struct assay_profile *to;
	const struct assay_profile *from;
	struct assay_ctx *ctx;
	struct assay_diag *diag;
	uint64_t key;
	struct table mapping_table, function_table, location_table, sample_table;
	struct pairs comments;    /* those that the result has */
	size_t n_sources, n_zero; /* samples of the result whose values have cancelled out */
	/* From what the present source calls a thing to what the result does; PROFILE_NONE for what was not met yet. */
	uint32_t *strings, *mappings, *functions, *locations;
	VEC(uint32_t) maps; /* all four */
	VEC(struct placed_label) labels;
};

static int nomem(struct merger *m)
{
	return diag_nomem(m->diag, "merging");
}

static bool table_grow(struct table *t)
{
	size_t n = t->n_slots ? 2 * t->n_slots : 256, mask = n - 1;
	struct slot *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t k = 0; k < t->n_slots; k++) {
		size_t i = t->slots[k].hash & mask;

		if (!t->slots[k].index)
			continue;
		while (slots[i].index)
			i = (i + 1) & mask;
		slots[i] = t->slots[k];
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n;
	return true;
}

/* The index of the entry that equals the last one of its column: an earlier one, or last itself, then added. */
static int table_add(struct merger *m, struct table *t, uint64_t hash, equal_fn *equal, uint32_t last, uint32_t *index)
{
	uint32_t short_hash = (uint32_t)(hash ^ hash >> 32);
	size_t i;

	if (t->n >= t->n_slots / 2 && !table_grow(t))
		return nomem(m);
	for (i = short_hash & (t->n_slots - 1); t->slots[i].index; i = (i + 1) & (t->n_slots - 1)) {
		if (t->slots[i].hash != short_hash || !equal(m->to, t->slots[i].index - 1, last))
			continue;
		*index = t->slots[i].index - 1;
		return 0;
	}
	t->slots[i] = (struct slot){ last + 1, short_hash };
	t->n++;
	*index = last;
	return 0;
}

static int map_string(struct merger *m, uint32_t from, uint32_t *to)
{
	int err = 0;

	if (m->strings[from] == PROFILE_NONE)
		err = builder_intern(&m->b, profile_str(m->from, from), &m->strings[from], m->diag);
	*to = m->strings[from];
	return err;
}

/* Pages that a mapping takes: builds of one binary may differ in their last page by what the linker rounded. */
static uint64_t mapped_size(const struct mapping *mp)
{
	uint64_t size = mp->limit - mp->start + 0xfff;

	return size - size % 0x1000;
}

static uint32_t mapped_file(const struct mapping *mp)
{
	return mp->build_id ? mp->build_id : mp->file;
}

/* Where it was loaded does not count: that changes from run to run. */
static bool equal_mappings(const struct assay_profile *p, uint32_t i, uint32_t k)
{
	const struct mapping *a = &p->mappings.items[i], *b = &p->mappings.items[k];

	return mapped_size(a) == mapped_size(b) && a->offset == b->offset && mapped_file(a) == mapped_file(b);
}

static int map_mapping(struct merger *m, uint32_t from, uint32_t *to)
{
	struct mapping mp;
	uint64_t hash;
	int err;

	if (from == PROFILE_NONE || m->mappings[from] != PROFILE_NONE) {
		*to = from == PROFILE_NONE ? PROFILE_NONE : m->mappings[from];
		return 0;
	}
	mp = m->from->mappings.items[from];
	mp.id = m->to->mappings.n + 1;
	err = map_string(m, mp.file, &mp.file);
	if (!err)
		err = map_string(m, mp.build_id, &mp.build_id);
	if (err)
		return err;
	if (!vec_push(&m->to->mappings, mp))
		return nomem(m);
	hash = hash_mix(hash_u64(m->key, mapped_size(&mp)), hash_mix(mp.offset, mapped_file(&mp)));
	err = table_add(m, &m->mapping_table, hash, equal_mappings, (uint32_t)m->to->mappings.n - 1, to);
	if (!err && *to != m->to->mappings.n - 1)
		m->to->mappings.n--;
	m->mappings[from] = err ? PROFILE_NONE : *to;
	return err;
}

static bool equal_functions(const struct assay_profile *p, uint32_t i, uint32_t k)
{
	const struct function *a = &p->functions.items[i], *b = &p->functions.items[k];

	return a->start_line == b->start_line && a->name == b->name && a->system_name == b->system_name &&
	       a->file == b->file;
}

static int map_function(struct merger *m, uint32_t from, uint32_t *to)
{
	struct function f = m->from->functions.items[from];
	uint64_t hash;
	int err;

	*to = m->functions[from];
	if (*to != PROFILE_NONE)
		return 0;
	f.id = m->to->functions.n + 1;
	err = map_string(m, f.name, &f.name);
	if (!err)
		err = map_string(m, f.system_name, &f.system_name);
	if (!err)
		err = map_string(m, f.file, &f.file);
	if (err)
		return err;
	if (!vec_push(&m->to->functions, f))
		return nomem(m);
	hash = hash_mix(hash_u64(m->key, (uint64_t)f.name << 32 | f.file),
		hash_mix((uint64_t)f.start_line, (uint64_t)f.system_name));
	err = table_add(m, &m->function_table, hash, equal_functions, (uint32_t)m->to->functions.n - 1, to);
	if (!err && *to != m->to->functions.n - 1)
		m->to->functions.n--;
	m->functions[from] = err ? PROFILE_NONE : *to;
	return err;
}

/* The address as it would be in a mapping that starts at 0. */
static uint64_t relative_address(const struct assay_profile *p, const struct location *l)
{
	return l->address - (l->mapping == PROFILE_NONE ? 0 : p->mappings.items[l->mapping].start);
}

/* Of the columns, that of the outermost line alone counts, as the reference has it. */
static bool equal_locations(const struct assay_profile *p, uint32_t i, uint32_t k)
{
	const struct location *a = &p->locations.items[i], *b = &p->locations.items[k];
	const struct line *x = p->lines.items + a->first_line, *y = p->lines.items + b->first_line;
	uint32_t n = a->n_lines;

	/* Where the mapping is the same, so is what addresses are relative to. */
	if (a->address != b->address || a->mapping != b->mapping || a->folded != b->folded || n != b->n_lines)
		return false;
	for (uint32_t j = 0; j < n; j++)
		if (x[j].function != y[j].function || x[j].number != y[j].number)
			return false;
	return !n || x[n - 1].column == y[n - 1].column;
}

static uint64_t hash_location(const struct merger *m, const struct location *l)
{
	const struct line *lines = m->to->lines.items + l->first_line;
	uint64_t h = hash_u64(m->key, relative_address(m->to, l));

	h = hash_mix(h, (uint64_t)l->mapping << 32 | l->n_lines);
	for (uint32_t i = 0; i < l->n_lines; i++)
		h = hash_mix(h ^ lines[i].function, m->key + (uint64_t)lines[i].number);
	return h;
}

static int push_lines(struct merger *m, const struct location *from)
{
	struct assay_profile *to = m->to;

	if (to->lines.n + from->n_lines >= PROFILE_NONE || to->locations.n + 1 >= PROFILE_NONE)
		return diag_set(m->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 lines");
	for (uint32_t i = 0; i < from->n_lines; i++) {
		struct line line = m->from->lines.items[from->first_line + i];
		int err = map_function(m, line.function, &line.function);

		if (err)
			return err;
		if (!vec_push(&to->lines, line))
			return nomem(m);
	}
	return 0;
}

/* A location moves with its mapping to where the first profile had that. */
static int push_location(struct merger *m, const struct location *from)
{
	struct assay_profile *to = m->to;
	struct location l = *from;
	int err = map_mapping(m, from->mapping, &l.mapping);

	if (err)
		return err;
	if (l.mapping != PROFILE_NONE)
		l.address += to->mappings.items[l.mapping].start - m->from->mappings.items[from->mapping].start;
	l.id = to->locations.n + 1;
	l.first_line = (uint32_t)to->lines.n;
	err = push_lines(m, from);
	if (err)
		return err;
	return vec_push(&to->locations, l) ? 0 : nomem(m);
}

static int map_location(struct merger *m, uint32_t from, uint32_t *to)
{
	struct assay_profile *p = m->to;
	uint32_t last;
	int err;

	*to = m->locations[from];
	if (*to != PROFILE_NONE)
		return 0;
	err = push_location(m, &m->from->locations.items[from]);
	if (err)
		return err;
	last = (uint32_t)p->locations.n - 1;
	err = table_add(m, &m->location_table, hash_location(m, &p->locations.items[last]), equal_locations, last, to);
	if (!err && *to != last) {
		p->lines.n = p->locations.items[last].first_line;
		p->locations.n--;
	}
	m->locations[from] = err ? PROFILE_NONE : *to;
	return err;
}

/* Texts first, then numbers, each by key; what stands under one key keeps its order. */
static int compare_labels(const void *a, const void *b)
{
	const struct placed_label *x = a, *y = b;

	if ((x->label.kind != LABEL_TEXT) != (y->label.kind != LABEL_TEXT))
		return x->label.kind != LABEL_TEXT ? 1 : -1;
	if (x->label.key != y->label.key)
		return x->label.key < y->label.key ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Fields that the kind gives no meaning are 0, so that labels can be compared as bytes. */
static int translate_label(struct merger *m, const struct label *from, struct label *to)
{
	uint32_t key = 0, text = 0;
	int err = map_string(m, from->key, &key);

	if (!err && from->kind != LABEL_NUMBER)
		err = map_string(m, from->text, &text);
	*to = (struct label){
		.key = key & (STRTAB_MAX - 1),
		.kind = from->kind,
		.text = text,
		.number = from->kind == LABEL_TEXT ? 0 : from->number,
	};
	return err;
}

static int collect_labels(struct merger *m, size_t sample)
{
	const uint32_t *start = m->from->label_start.items + sample;
	bool sorted = true;

	m->labels.n = 0;
	for (uint64_t i = start[0]; i < start[1]; i++) {
		struct placed_label l = { .place = (size_t)(i - start[0]) };
		int err = translate_label(m, &m->from->labels.items[i], &l.label);

		if (err)
			return err;
		if (!vec_push(&m->labels, l))
			return nomem(m);
		sorted &= m->labels.n == 1 || compare_labels(&m->labels.items[m->labels.n - 2], &l) < 0;
	}
	if (!sorted)
		qsort(m->labels.items, m->labels.n, sizeof(*m->labels.items), compare_labels);
	return 0;
}

/* Where one number under a key has a unit, the others have the unit "": [5, 7 ms] is the same as [5 "", 7 ms]. */
static void fill_units(struct label *labels, size_t n)
{
	size_t end;

	for (size_t i = 0; i < n; i = end) {
		bool units = false;

		for (end = i; end < n && labels[end].key == labels[i].key &&
			      (labels[end].kind == LABEL_TEXT) == (labels[i].kind == LABEL_TEXT);
			end++)
			units |= labels[end].kind == LABEL_NUMBER_UNIT;
		for (size_t k = i; units && k < end; k++)
			labels[k].kind = LABEL_NUMBER_UNIT;
	}
}

static int push_labels(struct merger *m, size_t sample)
{
	const uint32_t *start = m->from->label_start.items + sample;
	struct assay_profile *to = m->to;
	size_t first = to->labels.n;
	int err;

	if (start[0] == start[1])
		return 0;
	err = collect_labels(m, sample);
	if (err)
		return err;
	if (!vec_reserve(&to->labels, m->labels.n))
		return nomem(m);
	for (size_t i = 0; i < m->labels.n; i++)
		to->labels.items[to->labels.n++] = m->labels.items[i].label;
	fill_units(to->labels.items + first, m->labels.n);
	return 0;
}

static int push_stack(struct merger *m, size_t sample)
{
	struct stack s = profile_stack(m->from, sample);
	struct assay_profile *to = m->to;

	if (!vec_reserve(&to->stacks, s.n))
		return nomem(m);
	for (size_t i = 0; i < s.n; i++) {
		int err = map_location(m, stack_at(&s, i), &to->stacks.items[to->stacks.n]);

		if (err)
			return err;
		to->stacks.n++;
	}
	return 0;
}

static int push_values(struct merger *m, size_t sample)
{
	const int64_t *values = profile_values(m->from, sample);
	struct assay_profile *to = m->to;
	size_t n = profile_n_types(to);

	if (!vec_reserve(&to->values, n))
		return nomem(m);
	for (size_t i = 0; i < n; i++)
		to->values.items[to->values.n++] = values[i];
	return 0;
}

/* The bytes of a list of one sample. */
#define LIST(p, list, start, i) ((p)->list.items + (p)->start.items[i])
#define LIST_SIZE(p, list, start, i) \
	((size_t)((p)->start.items[(i) + 1] - (p)->start.items[i]) * sizeof((p)->list.items[0]))

static bool equal_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
	return a_size == b_size && (!a_size || memcmp(a, b, a_size) == 0);
}

static bool equal_samples(const struct assay_profile *p, uint32_t a, uint32_t b)
{
	return equal_bytes(LIST(p, stacks, stack_start, a), LIST_SIZE(p, stacks, stack_start, a),
		       LIST(p, stacks, stack_start, b), LIST_SIZE(p, stacks, stack_start, b)) &&
	       equal_bytes(LIST(p, labels, label_start, a), LIST_SIZE(p, labels, label_start, a),
		       LIST(p, labels, label_start, b), LIST_SIZE(p, labels, label_start, b));
}

static uint64_t hash_sample(const struct merger *m, uint32_t i)
{
	const struct assay_profile *p = m->to;
	uint64_t h = hash_bytes(m->key, LIST(p, stacks, stack_start, i), LIST_SIZE(p, stacks, stack_start, i));

	if (p->label_start.items[i] < p->label_start.items[i + 1])
		h ^= hash_bytes(m->key + 1, LIST(p, labels, label_start, i), LIST_SIZE(p, labels, label_start, i));
	return h;
}

/* Two samples whose values add up to more than 64 bits hold stay two; reports add them up in more. */
static bool sums_fit(const struct assay_profile *p, uint32_t into)
{
	const int64_t *sums = profile_values(p, into), *values = profile_values(p, p->n_samples - 1);
	int64_t unused;

	for (size_t i = 0; i < profile_n_types(p); i++)
		if (ckd_add(&unused, sums[i], values[i]))
			return false;
	return true;
}

static bool is_zero(const struct assay_profile *p, size_t sample)
{
	const int64_t *values = profile_values(p, sample);

	for (size_t i = 0; i < profile_n_types(p); i++)
		if (values[i])
			return false;
	return true;
}

static void fold_last_sample(struct merger *m, uint32_t into)
{
	struct assay_profile *p = m->to;
	size_t n = profile_n_types(p), last = p->n_samples - 1;
	int64_t *sums = p->values.items + into * n;
	const int64_t *values = p->values.items + last * n;

	m->n_zero -= is_zero(p, into);
	for (size_t i = 0; i < n; i++)
		sums[i] += values[i];
	m->n_zero += is_zero(p, into);
	p->values.n -= n;
	p->stacks.n = (size_t)p->stack_start.items[last];
	p->labels.n = (size_t)p->label_start.items[last];
	p->stack_start.n--;
	p->label_start.n--;
	p->n_samples--;
}

static int add_sample(struct merger *m, size_t sample)
{
	uint32_t last = (uint32_t)m->to->n_samples, index = last;
	int err;

	if (last >= PROFILE_NONE - 1)
		return diag_set(m->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 samples");
	err = push_stack(m, sample);
	if (!err)
		err = push_labels(m, sample);
	if (!err)
		err = push_values(m, sample);
	if (!err)
		err = builder_end_sample(&m->b, m->diag);
	if (!err)
		err = table_add(m, &m->sample_table, hash_sample(m, last), equal_samples, last, &index);
	if (!err && index != last && sums_fit(m->to, index))
		fold_last_sample(m, index);
	return err;
}

static int add_samples(struct merger *m)
{
	int err = 0;

	for (size_t i = 0; !err && i < m->from->n_samples; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_poll(m->ctx, ASSAY_PROGRESS_MERGE, i, m->from->n_samples))
			return diag_set(m->diag, ASSAY_ERR_CANCELED, "canceled");
		if (!is_zero(m->from, i))
			err = add_sample(m, i);
	}
	return err;
}

static int map_type(struct merger *m, const struct value_type *from, struct value_type *to)
{
	int err = map_string(m, from->type, &to->type);

	return err ? err : map_string(m, from->unit, &to->unit);
}

/* What the first profile says for all. */
static int take_types(struct merger *m)
{
	int err = map_string(m, m->from->drop_frames, &m->to->drop_frames);

	if (!err)
		err = map_string(m, m->from->keep_frames, &m->to->keep_frames);
	if (!err)
		err = map_type(m, &m->from->period_type, &m->to->period_type);
	for (size_t i = 0; !err && i < profile_n_types(m->from); i++) {
		struct value_type t;

		err = map_type(m, &m->from->sample_types.items[i], &t);
		if (!err && !vec_push(&m->to->sample_types, t))
			err = nomem(m);
	}
	return err;
}

static int add_comments(struct merger *m)
{
	int err = 0;

	for (size_t i = 0; !err && i < m->from->comments.n; i++) {
		size_t known = m->comments.items.n;
		uint32_t id, index;

		err = map_string(m, m->from->comments.items[i], &id);
		if (!err && !pairs_add(&m->comments, id, 0, &index))
			err = nomem(m);
		if (!err && index == known && !vec_push(&m->to->comments, id))
			err = nomem(m);
	}
	return err;
}

/* A profile that does not know its time makes the others forget theirs: the reference's rule. */
static int add_head(struct merger *m)
{
	const struct assay_profile *from = m->from;
	struct assay_profile *to = m->to;
	int err = 0;

	if (!to->time_nanos || from->time_nanos < to->time_nanos)
		to->time_nanos = from->time_nanos;
	to->duration_nanos = (int64_t)((uint64_t)to->duration_nanos + (uint64_t)from->duration_nanos);
	if (!to->period || to->period < from->period)
		to->period = from->period;
	if (!to->default_sample_type)
		err = map_string(m, from->default_sample_type, &to->default_sample_type);
	if (!err && !to->doc_url)
		err = map_string(m, from->doc_url, &to->doc_url);
	return err ? err : add_comments(m);
}

/* Maps of which nothing is known yet, for one source after the other in the same memory. */
static bool start_source(struct merger *m, const struct assay_profile *from)
{
	size_t n_strings = from->strings.strings.n, n = n_strings;

	n += from->mappings.n + from->functions.n + from->locations.n;
	m->maps.n = 0;
	if (!vec_reserve(&m->maps, n + 1))
		return false;
	memset(m->maps.items, 0xff, n * sizeof(*m->maps.items));
	m->from = from;
	m->strings = m->maps.items;
	m->mappings = m->strings + n_strings;
	m->functions = m->mappings + from->mappings.n;
	m->locations = m->functions + from->functions.n;
	return true;
}

/* The main binary comes first even when no sample is in it. */
static int add_source(struct merger *m)
{
	uint32_t main_binary;
	int err = m->n_sources++ ? 0 : take_types(m);

	if (!err)
		err = add_head(m);
	if (!err && !m->to->mappings.n && m->from->mappings.n)
		err = map_mapping(m, 0, &main_binary);
	return err ? err : add_samples(m);
}

int merger_new(struct merger **out, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct merger *m = calloc(1, sizeof(*m));
	int err = m ? builder_init(&m->b, diag) : diag_nomem(diag, "merging");

	if (err) {
		free(m);
		return err;
	}
	m->to = m->b.profile;
	m->ctx = ctx;
	m->key = hash_key();
	*out = m;
	return 0;
}

void merger_free(struct merger *m)
{
	if (!m)
		return;
	free(m->mapping_table.slots);
	free(m->function_table.slots);
	free(m->location_table.slots);
	free(m->sample_table.slots);
	pairs_release(&m->comments);
	vec_release(&m->maps);
	vec_release(&m->labels);
	builder_release(&m->b);
	free(m);
}

int merger_add(struct merger *m, const struct assay_profile *p, struct assay_diag *diag)
{
	int err = m->n_sources ? merge_check(m->to, p, diag) : 0;

	if (err)
		return err;
	m->diag = diag;
	return start_source(m, p) ? add_source(m) : nomem(m);
}

/* Everything once more, which leaves behind what only those samples needed. */
int merger_settle(struct merger **m, struct assay_diag *diag)
{
	struct merger *again;
	int err;

	if (!(*m)->n_zero)
		return 0;
	err = merger_new(&again, (*m)->ctx, diag);
	if (err)
		return err;
	err = merger_add(again, (*m)->to, diag);
	if (err) {
		merger_free(again);
		return err;
	}
	merger_free(*m);
	*m = again;
	return 0;
}

int merger_finish(struct merger *m, struct profile_builder *out, struct assay_diag *diag)
{
	int err = merger_settle(&m, diag);

	if (!err) {
		*out = m->b;
		m->b.profile = NULL;
	}
	merger_free(m);
	return err;
}

const struct assay_profile *merger_profile(const struct merger *m)
{
	return m->to;
}

int merge_profiles(struct profile_builder *out, const struct assay_profile *const *profiles, size_t n,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct merger *m;
	int err = merger_new(&m, ctx, diag);

	if (err)
		return err;
	for (size_t i = 0; !err && i < n; i++)
		err = merger_add(m, profiles[i], diag);
	if (!err)
		return merger_finish(m, out, diag);
	merger_free(m);
	return err;
}

static bool equal_types(const struct assay_profile *a, const struct value_type *x, const struct assay_profile *b,
	const struct value_type *y)
{
	return str_equal(profile_str(a, x->type), profile_str(b, y->type)) &&
	       str_equal(profile_str(a, x->unit), profile_str(b, y->unit));
}

void merge_add_types(struct buf *out, const struct assay_profile *p)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < profile_n_types(p); i++) {
		if (i)
			buf_add_char(out, ' ');
		buf_add_str(out, profile_str(p, p->sample_types.items[i].type));
		buf_add_char(out, '/');
		buf_add_str(out, profile_str(p, p->sample_types.items[i].unit));
	}
	buf_add_char(out, ']');
}

static int different_types(const struct assay_profile *a, const struct assay_profile *b, struct assay_diag *diag)
{
	struct buf text = BUF_INIT;
	int err;

	merge_add_types(&text, a);
	buf_add_str(&text, STR(" and "));
	merge_add_types(&text, b);
	err = text.failed ? diag_nomem(diag, "a message")
			  : diag_set(diag, ASSAY_ERR_FORMAT, "incompatible sample types %s", text.data);
	buf_release(&text);
	return err;
}

int merge_check(const struct assay_profile *a, const struct assay_profile *b, struct assay_diag *diag)
{
	const struct value_type *x = &a->period_type, *y = &b->period_type;
	bool equal = profile_n_types(a) == profile_n_types(b);

	if (!equal_types(a, x, b, y))
		return diag_set(diag, ASSAY_ERR_FORMAT, "incompatible period types &{%s %s 0 0} and &{%s %s 0 0}",
			profile_str(a, x->type).p, profile_str(a, x->unit).p, profile_str(b, y->type).p,
			profile_str(b, y->unit).p);
	for (size_t i = 0; equal && i < profile_n_types(a); i++)
		equal = equal_types(a, &a->sample_types.items[i], b, &b->sample_types.items[i]);
	return equal ? 0 : different_types(a, b, diag);
}
