/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples, taken from the wire into the columns. A profile has one sample type; what one run measured in several is in
 * several profiles of a scope, whose samples say the same of where they were taken. Those become one row:
 *
 *     profiles[0], samples: stack 5, attributes 2 7, 3          row: stack 5, a=.. b=..    3   30000000
 *     profiles[1], cpu:     stack 5, attributes 7 2, 30000000
 *
 * A row takes a value where it has a zero, so that two samples of one profile stay two rows, and no sum is made that
 * could overflow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"
#include "base/diag.h"
#include "base/hash.h"
#include "format/otlp.h"

/* Samples are given back to the system in steps of this size once they are read. */
#define FORGET_STEP ((size_t)8 << 20)

/* What a row costs besides what is in it: where its stack and its labels start. */
#define ROW_SIZE 16

/* Where a sample was taken. */
struct identity {
	uint32_t scope;
	uint32_t stack, link;
	size_t first_attribute, n_attributes;
};

struct rows {
	VEC(struct identity) identities; /* by row, for those of scopes with several profiles */
	VEC(uint32_t) attributes;
	VEC(uint32_t) samples; /* by identity: the row in the profile, the newest where there are several */
	uint32_t *slots;       /* identity + 1, 0 is empty; n_slots is a power of two */
	size_t n_slots;
	uint64_t key;
};

struct sample_reader {
	struct otlp *o;
	const struct otlp_profile *profile;
	size_t index; /* of the sample in it */
	struct rows rows;

	/* The sample that is read. */
	uint64_t stack, link;
	VEC(uint32_t) attributes; /* ascending, each once */
	wide weight;
	size_t n_values, n_timestamps, n_without_either;
	uint32_t trace_key, span_key; /* strings */
};

static void sample_path(const struct sample_reader *r, char *to, const char *field)
{
	otlp_place(to, "resource_profiles[%u].scope_profiles[%u].profiles[%u].samples[%zu]%s%s", r->profile->resource,
		r->profile->scope, r->profile->index, r->index, *field ? "." : "", field);
}

static int fault(struct sample_reader *r, int err, const uint8_t *at, const char *field, const char *what)
{
	char path[OTLP_PATH_SIZE];

	sample_path(r, path, field);
	return otlp_fail(r->o, err, at, path, what);
}

static int check_index(struct sample_reader *r, unsigned table, uint64_t index, const uint8_t *at, const char *field)
{
	char path[OTLP_PATH_SIZE];

	if (otlp_has(r->o, table, index))
		return 0;
	sample_path(r, path, field);
	return otlp_no_entry(r->o, table, index, at, path);
}

/* --- a sample --- */

static int add_attribute(struct sample_reader *r, uint64_t index, const uint8_t *at)
{
	int err = check_index(r, OTLP_DICTIONARY_ATTRIBUTE, index, at, "attribute_indices");

	if (err || !index)
		return err;
	return vec_push(&r->attributes, (uint32_t)index) ? 0 : otlp_nomem(r->o);
}

/* 2^63 values of 2^63 do not fit any memory, so that this cannot overflow. */
static int add_value(struct sample_reader *r, uint64_t value, const uint8_t *at)
{
	(void)at;
	r->weight += (int64_t)value;
	r->n_values++;
	return 0;
}

typedef int take_number(struct sample_reader *r, uint64_t number, const uint8_t *at);

static int each_number(struct sample_reader *r, const struct wire_field *f, const char *name, take_number *take)
{
	struct cursor c = { .p = f->data };
	int err = 0;

	if ((f->tag & 7) == WIRE_VARINT)
		return take(r, f->value, f->start);
	if ((f->tag & 7) != WIRE_BYTES)
		return fault(r, ASSAY_ERR_FORMAT, f->start, name, "wrong wire type");
	c.end = f->data + f->len;
	while (!err && c.p < c.end) {
		const uint8_t *at = c.p;
		uint64_t number = cursor_varint(&c);

		if (c.err)
			return fault(r, c.err, at, name, "a varint that is cut short or too long");
		err = take(r, number, at);
	}
	return err;
}

/* When each event was, which the model cannot say; how many there were is kept. */
static int count_timestamps(struct sample_reader *r, const struct wire_field *f)
{
	if ((f->tag & 7) == WIRE_FIXED64)
		r->n_timestamps++;
	else if ((f->tag & 7) != WIRE_BYTES)
		return fault(r, ASSAY_ERR_FORMAT, f->start, "timestamps_unix_nano", "wrong wire type");
	else if (f->len % 8)
		return fault(
			r, ASSAY_ERR_TRUNCATED, f->start, "timestamps_unix_nano", "is no list of eight bytes each");
	else
		r->n_timestamps += f->len / 8;
	return 0;
}

static int read_index(
	struct sample_reader *r, const struct wire_field *f, unsigned table, const char *name, uint64_t *to)
{
	if ((f->tag & 7) != WIRE_VARINT)
		return fault(r, ASSAY_ERR_FORMAT, f->start, name, "wrong wire type");
	*to = f->value;
	return check_index(r, table, f->value, f->start, name);
}

static int read_field(struct sample_reader *r, const struct wire_field *f)
{
	switch (f->tag >> 3) {
	case OTLP_SAMPLE_STACK:
		return read_index(r, f, OTLP_DICTIONARY_STACK, "stack_index", &r->stack);
	case OTLP_SAMPLE_ATTRIBUTES:
		return each_number(r, f, "attribute_indices", add_attribute);
	case OTLP_SAMPLE_LINK:
		return read_index(r, f, OTLP_DICTIONARY_LINK, "link_index", &r->link);
	case OTLP_SAMPLE_VALUES:
		return each_number(r, f, "values", add_value);
	case OTLP_SAMPLE_TIMESTAMPS:
		return count_timestamps(r, f);
	}
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Attributes are a set: neither their order nor one that is there twice means anything. */
static void settle_attributes(struct sample_reader *r)
{
	uint32_t *items = r->attributes.items;
	size_t n = 0;
	bool ascending = true;

	for (size_t i = 1; i < r->attributes.n; i++)
		ascending &= items[i - 1] < items[i];
	if (ascending)
		return;
	qsort(items, r->attributes.n, sizeof(*items), compare_numbers);
	for (size_t i = 0; i < r->attributes.n; i++)
		if (!n || items[n - 1] != items[i])
			items[n++] = items[i];
	r->attributes.n = n;
}

static int settle_weight(struct sample_reader *r, const struct wire_field *sample)
{
	if (r->n_values && r->n_timestamps && r->n_values != r->n_timestamps) {
		char path[OTLP_PATH_SIZE];

		sample_path(r, path, "");
		return diag_set_at(r->o->diag, ASSAY_ERR_FORMAT, (uint64_t)(sample->start - r->o->bytes->data), path,
			"%zu values and %zu timestamps", r->n_values, r->n_timestamps);
	}
	r->n_without_either += !r->n_values && !r->n_timestamps;
	if (!r->n_values)
		r->weight = (wide)r->n_timestamps;
	return 0;
}

/* --- rows --- */

static uint64_t hash_identity(const struct rows *rows, const struct identity *id)
{
	const uint32_t *attributes = id->n_attributes ? rows->attributes.items + id->first_attribute : NULL;
	uint64_t h = hash_bytes(rows->key, attributes, id->n_attributes * sizeof(*attributes));

	h = hash_mix(h ^ id->scope, rows->key);
	return hash_u64(h, (uint64_t)id->stack << 32 | id->link);
}

static bool same_identity(const struct rows *rows, const struct identity *a, const struct identity *b)
{
	return a->scope == b->scope && a->stack == b->stack && a->link == b->link &&
	       a->n_attributes == b->n_attributes &&
	       (!a->n_attributes ||
		       memcmp(rows->attributes.items + a->first_attribute, rows->attributes.items + b->first_attribute,
			       a->n_attributes * sizeof(*rows->attributes.items)) == 0);
}

static bool grow_slots(struct rows *rows)
{
	size_t n = rows->n_slots ? 2 * rows->n_slots : 256;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	free(rows->slots);
	rows->slots = slots;
	rows->n_slots = n;
	if (!rows->key)
		rows->key = hash_key();
	for (size_t k = 0; k < rows->identities.n; k++) {
		size_t i = hash_identity(rows, &rows->identities.items[k]) & (n - 1);

		while (slots[i])
			i = (i + 1) & (n - 1);
		slots[i] = (uint32_t)k + 1;
	}
	return true;
}

/* The identity of the sample, which is added where it is new; then it has no row yet. */
static bool find_identity(struct sample_reader *r, uint32_t *index)
{
	struct rows *rows = &r->rows;
	struct identity id = { r->profile->scope_number, (uint32_t)r->stack, (uint32_t)r->link, rows->attributes.n,
		r->attributes.n };
	size_t i;

	if (rows->identities.n >= rows->n_slots / 2 && !grow_slots(rows))
		return false;
	if (!vec_reserve(&rows->attributes, id.n_attributes))
		return false;
	/* Put behind the others to be compared, and taken away again where it was known. */
	if (id.n_attributes)
		memcpy(rows->attributes.items + rows->attributes.n, r->attributes.items,
			id.n_attributes * sizeof(*rows->attributes.items));
	for (i = hash_identity(rows, &id) & (rows->n_slots - 1); rows->slots[i]; i = (i + 1) & (rows->n_slots - 1)) {
		if (same_identity(rows, &rows->identities.items[rows->slots[i] - 1], &id)) {
			*index = rows->slots[i] - 1;
			return true;
		}
	}
	if (!vec_push(&rows->identities, id) || !vec_push(&rows->samples, PROFILE_NONE))
		return false;
	rows->attributes.n += id.n_attributes;
	*index = (uint32_t)rows->identities.n - 1;
	rows->slots[i] = *index + 1;
	return true;
}

static bool push_label(struct assay_profile *p, uint32_t key, uint32_t text)
{
	return !text || vec_push(&p->labels, ((struct label){ key & (STRTAB_MAX - 1), LABEL_TEXT, text, 0 }));
}

static bool push_labels(struct sample_reader *r)
{
	struct otlp *o = r->o;
	const struct otlp_resource *resource = &o->resources.items[r->profile->resource];

	for (size_t i = 0; i < r->attributes.n; i++)
		if (!vec_push(&o->p->labels, o->attributes.items[r->attributes.items[i]]))
			return false;
	for (size_t i = 0; i < resource->n_labels; i++)
		if (!vec_push(&o->p->labels, o->resource_labels.items[resource->first_label + i]))
			return false;
	return !r->link || (push_label(o->p, r->trace_key, o->links.items[r->link].trace_id) &&
				   push_label(o->p, r->span_key, o->links.items[r->link].span_id));
}

static bool push_stack(struct sample_reader *r)
{
	struct otlp *o = r->o;
	struct assay_profile *p = o->p;
	uint64_t start = r->stack ? o->stack_start.items[r->stack] : 0;
	uint64_t n = r->stack ? o->stack_start.items[r->stack + 1] - start : 0;

	if (!vec_reserve(&p->stacks, (size_t)n))
		return false;
	if (n)
		memcpy(p->stacks.items + p->stacks.n, o->frames.items + start, (size_t)n * sizeof(*p->stacks.items));
	p->stacks.n += (size_t)n;
	return true;
}

static int charge_row(struct sample_reader *r)
{
	struct otlp *o = r->o;
	uint64_t n_frames = r->stack ? o->stack_start.items[r->stack + 1] - o->stack_start.items[r->stack] : 0;
	uint64_t n_labels = r->attributes.n + o->resources.items[r->profile->resource].n_labels + (r->link ? 2 : 0);
	int err = otlp_charge(o, 1, ROW_SIZE);

	if (!err)
		err = otlp_charge(o, profile_n_types(o->p), sizeof(*o->p->values.items));
	if (!err)
		err = otlp_charge(o, n_frames, sizeof(*o->p->stacks.items));
	return err ? err : otlp_charge(o, n_labels, sizeof(*o->p->labels.items));
}

static int add_row(struct sample_reader *r, int64_t value)
{
	struct otlp *o = r->o;
	struct assay_profile *p = o->p;
	int err = charge_row(r);

	if (err)
		return err;
	if (p->n_samples >= PROFILE_NONE - 1)
		return diag_set(o->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 samples");
	for (size_t i = 0; i < profile_n_types(p); i++)
		if (!vec_push(&p->values, i == r->profile->column ? value : 0))
			return otlp_nomem(o);
	if (!push_stack(r) || !push_labels(r))
		return otlp_nomem(o);
	return builder_end_sample(o->b, o->diag);
}

static int add_part(struct sample_reader *r, int64_t value)
{
	struct assay_profile *p = r->o->p;
	uint32_t index = 0, row;
	int64_t *cell;

	if (r->o->scope_size.items[r->profile->scope_number] < 2)
		return add_row(r, value);
	if (!find_identity(r, &index))
		return otlp_nomem(r->o);
	row = r->rows.samples.items[index];
	cell = row == PROFILE_NONE ? NULL : &p->values.items[row * profile_n_types(p) + r->profile->column];
	if (cell && !*cell) {
		*cell = value;
		return 0;
	}
	r->rows.samples.items[index] = (uint32_t)p->n_samples;
	return add_row(r, value);
}

/* A weight that no int64 holds becomes several rows, whose sum is taken in 128 bits. */
static int add_sample(struct sample_reader *r)
{
	int err;

	do {
		int64_t part = narrow(r->weight);

		err = add_part(r, part);
		r->weight -= part;
	} while (!err && r->weight);
	return err;
}

static int read_sample(struct sample_reader *r, const struct wire_field *sample)
{
	struct cursor c = { sample->data, sample->data + sample->len, 0 };
	struct wire_field f;
	int err = 0;

	r->stack = r->link = 0;
	r->attributes.n = r->n_values = r->n_timestamps = 0;
	r->weight = 0;
	while (!err && wire_next(&c, &f))
		err = read_field(r, &f);
	if (!err && c.err)
		err = fault(r, c.err, f.start, "", wire_fault(&c, &f));
	settle_attributes(r);
	if (!err)
		err = settle_weight(r, sample);
	return err ? err : add_sample(r);
}

static int read_profile(struct sample_reader *r)
{
	struct otlp *o = r->o;
	struct cursor c = { r->profile->data, r->profile->data + r->profile->len, 0 };
	struct wire_field f;
	int err = 0;

	/* It was walked before, so that its fields are sound. */
	for (r->index = 0; !err && wire_next(&c, &f);) {
		if (f.tag != WIRE_TAG(OTLP_PROFILE_SAMPLE, WIRE_BYTES))
			continue;
		if (r->index % CTX_POLL_SAMPLES == 0 &&
			ctx_poll(o->ctx, ASSAY_PROGRESS_DECODE, (size_t)(f.start - o->bytes->data), o->bytes->len))
			return diag_set(o->diag, ASSAY_ERR_CANCELED, "canceled");
		if ((size_t)(f.start - o->bytes->data) - o->bytes->forgotten > FORGET_STEP)
			bytes_forget(o->bytes, (size_t)(f.start - o->bytes->data));
		err = read_sample(r, &f);
		r->index++;
	}
	return err;
}

static void release(struct sample_reader *r)
{
	vec_release(&r->rows.identities);
	vec_release(&r->rows.attributes);
	vec_release(&r->rows.samples);
	free(r->rows.slots);
	vec_release(&r->attributes);
}

int otlp_read_samples(struct otlp *o)
{
	struct sample_reader r = { .o = o };
	int err = builder_intern(o->b, STR("trace_id"), &r.trace_key, o->diag);

	if (!err)
		err = builder_intern(o->b, STR("span_id"), &r.span_key, o->diag);
	for (size_t i = 0; !err && i < o->profiles.n; i++) {
		r.profile = &o->profiles.items[i];
		err = read_profile(&r);
	}
	if (!err && r.n_without_either)
		ctx_flaw(o->ctx, "samples that have neither values nor timestamps count as 0: %zu", r.n_without_either);
	release(&r);
	return err;
}
