/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The samples of a profile.proto, taken straight from the wire into the columns. They are nearly all of its bytes, so
 * they are read in chunks, by as many threads as are worth it: a chunk is read into lists of its own, which stay in the
 * cache; when those before it have said how much they are, it is its turn to take its place in the columns. So these
 * are the same however many threads there are, and the first fault of the file is the one that is met first.
 */
#include "format/proto_samples.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pages.h"
#include "base/parallel.h"
#include "format/packed_ids.h"
#include "format/proto_fields.h"

/* Starting a thread costs what some ten thousand samples do. */
#define BYTES_WORTH_A_THREAD ((size_t)4 << 20)

/* Items of lists that chunks of the usual length may need. */
#define LISTS_KEPT (2 * SAMPLE_CHUNK)

/* What was read is given back to the system in steps of this size: each makes all processors drop what they know of it. */
#define FORGET_STEP ((size_t)4 << 20)

/* What the readers of chunks share; fields below the lock are its. */
struct column_writer {
	const struct sample_source *source;
	struct assay_profile *p;
	size_t n_types, n_values; /* n_values: room in the column */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;   /* chunk that nobody has taken yet */
	size_t turn;   /* chunk that is to take its place next */
	size_t copies; /* chunks that are being copied to where they belong, so that columns stay where they are */
	bool stop;
	int err;
	struct assay_diag *diag;
};

/* One chunk after the other, read. */
struct chunk_reader {
	PARALLEL_ALIGN struct column_writer *to;
	bool tells;      /* how far it is; one of them does */
	bool one_by_one; /* ids are looked up as they are read, not all of a chunk at its end */
	size_t sample, n_values; /* at hand: its number in the profile, and the values that it had so far */
	size_t first_id;         /* of it */
	VEC(uint32_t) ids;
	VEC(struct label) labels;
	struct assay_diag diag;
};

static uint64_t offset_of(const struct chunk_reader *r, const uint8_t *at)
{
	return (uint64_t)(at - r->to->source->bytes->data);
}

static int nomem(struct chunk_reader *r)
{
	return diag_nomem(&r->diag, "a profile");
}

static int sample_fault(struct chunk_reader *r, int err, const uint8_t *at, const char *field, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "sample[%zu]%s%s", r->sample, *field ? "." : "", field);
	return diag_set_at(&r->diag, err, offset_of(r, at), path, "%s", what);
}

static int no_location(struct chunk_reader *r, const uint8_t *at, uint64_t id)
{
	char path[96];

	snprintf(path, sizeof(path), "sample[%zu].location_id[%zu]", r->sample, r->ids.n - r->first_id);
	return diag_set_at(&r->diag, ASSAY_ERR_FORMAT, offset_of(r, at), path, "no location %llu", (unsigned long long)id);
}

static int add_location(struct chunk_reader *r, const uint8_t *at, uint64_t id)
{
	uint32_t index = r->one_by_one ? idmap_find(r->to->source->locations, id) : packed_ids_word(id);

	if (r->one_by_one && index == PROFILE_NONE)
		return no_location(r, at, id);
	return vec_push(&r->ids, index) ? 0 : nomem(r);
}

static int read_stack(struct chunk_reader *r, const struct wire_field *f)
{
	const struct bytes *bytes = r->to->source->bytes;
	struct cursor c = { f->data, f->data + f->len, 0 };
	uint32_t *end;
	int err = 0;

	if (!vec_reserve(&r->ids, f->len + PACKED_IDS_ROOM))
		return nomem(r);
	end = r->one_by_one ?
		NULL :
		packed_ids_take(f->data, f->len, bytes->data + bytes->len, r->ids.items + r->ids.n);
	if (end) {
		r->ids.n = (size_t)(end - r->ids.items);
		return 0;
	}
	while (!err && c.p < c.end) {
		const uint8_t *at = c.p;
		uint64_t id = cursor_varint(&c);

		if (c.err)
			return sample_fault(r, c.err, at, "location_id", "a varint that is cut short or too long");
		err = add_location(r, at, id);
	}
	return err;
}

static void add_value(struct chunk_reader *r, uint64_t value)
{
	size_t at = r->sample * r->to->n_types + r->n_values;

	if (r->n_values < r->to->n_types && at < r->to->n_values)
		r->to->p->values.items[at] = (int64_t)value;
	r->n_values++;
}

static int read_values(struct chunk_reader *r, const struct wire_field *f)
{
	struct cursor c = { f->data, f->data + f->len, 0 };

	while (c.p < c.end) {
		const uint8_t *at = c.p;
		uint64_t v = cursor_varint(&c);

		if (c.err)
			return sample_fault(r, c.err, at, "value", "a varint that is cut short or too long");
		add_value(r, v);
	}
	return 0;
}

static int label_string(struct chunk_reader *r, const struct wire_field *label, const char *field, uint64_t string,
	uint32_t *id)
{
	char name[32];

	if (string < r->to->source->n_strings) {
		*id = r->to->source->strings[string];
		return 0;
	}
	snprintf(name, sizeof(name), "label.%s", field);
	return sample_fault(r, ASSAY_ERR_FORMAT, label->start, name, "no such string");
}

/* A text wins over a number; a number 0 without a unit is no label at all. */
static int add_label(struct chunk_reader *r, const struct wire_field *f, const uint64_t *v)
{
	struct label l = { .number = (int64_t)v[LABEL_NUM] };
	uint32_t key = 0, text = 0;
	int err = label_string(r, f, "key", v[LABEL_KEY], &key);

	if (err)
		return err;
	if (v[LABEL_STR]) {
		l.kind = LABEL_TEXT;
		err = label_string(r, f, "str", v[LABEL_STR], &text);
	} else if (v[LABEL_NUM_UNIT]) {
		l.kind = LABEL_NUMBER_UNIT;
		err = label_string(r, f, "num_unit", v[LABEL_NUM_UNIT], &text);
	} else if (v[LABEL_NUM]) {
		l.kind = LABEL_NUMBER;
	} else {
		return 0;
	}
	if (err)
		return err;
	l.key = key & (STRTAB_MAX - 1);
	l.text = text;
	return vec_push(&r->labels, l) ? 0 : nomem(r);
}

static int read_label(struct chunk_reader *r, const struct wire_field *label)
{
	struct cursor c = { label->data, label->data + label->len, 0 };
	uint64_t values[LABEL_NUM_UNIT + 1] = { 0 };
	struct wire_field f;

	if (wire_numbers(label->data, label->len, values, LABEL_NUM_UNIT))
		return add_label(r, label, values);
	memset(values, 0, sizeof(values));
	while (wire_next(&c, &f)) {
		uint64_t number = f.tag >> 3;

		if (number < LABEL_KEY || number > LABEL_NUM_UNIT)
			continue;
		if ((f.tag & 7) != WIRE_VARINT)
			return sample_fault(r, ASSAY_ERR_FORMAT, f.start, "label", "wrong wire type");
		values[number] = f.value;
	}
	if (c.err)
		return sample_fault(r, c.err, f.start, "label", wire_fault(&c, &f));
	return add_label(r, label, values);
}

static int read_sample_field(struct chunk_reader *r, const struct wire_field *f)
{
	static const char *const names[] = { "", "location_id", "value", "label" };

	switch (f->tag) {
	case WIRE_TAG(SAMPLE_LOCATION_ID, WIRE_BYTES):
		return read_stack(r, f);
	case WIRE_TAG(SAMPLE_LOCATION_ID, WIRE_VARINT):
		return add_location(r, f->start, f->value);
	case WIRE_TAG(SAMPLE_VALUE, WIRE_BYTES):
		return read_values(r, f);
	case WIRE_TAG(SAMPLE_VALUE, WIRE_VARINT):
		add_value(r, f->value);
		return 0;
	case WIRE_TAG(SAMPLE_LABEL, WIRE_BYTES):
		return read_label(r, f);
	}
	if (f->tag >> 3 < SAMPLE_LOCATION_ID || f->tag >> 3 > SAMPLE_LABEL)
		return 0;
	return sample_fault(r, ASSAY_ERR_FORMAT, f->start, names[f->tag >> 3], "wrong wire type");
}

static int check_values(struct chunk_reader *r, const struct wire_field *sample)
{
	size_t n_types = r->to->n_types;
	char path[64];

	if (r->n_values == n_types)
		return 0;
	if (!n_types)
		return sample_fault(r, ASSAY_ERR_FORMAT, sample->start, "", "missing sample type information");
	snprintf(path, sizeof(path), "sample[%zu]", r->sample);
	return diag_set_at(&r->diag, ASSAY_ERR_FORMAT, offset_of(r, sample->start), path,
		"mismatch: sample has %zu values vs. %zu types", r->n_values, n_types);
}

/* Where its stack and its labels end is counted from the start of the chunk until that is known. */
static int read_sample(struct chunk_reader *r, const struct wire_field *sample)
{
	struct cursor c = { sample->data, sample->data + sample->len, 0 };
	struct assay_profile *p = r->to->p;
	struct wire_field f;
	int err = 0;

	r->n_values = 0;
	r->first_id = r->ids.n;
	while (!err && wire_next(&c, &f))
		err = read_sample_field(r, &f);
	if (!err && c.err)
		err = sample_fault(r, c.err, f.start, "", wire_fault(&c, &f));
	if (!err)
		err = check_values(r, sample);
	p->stack_start.items[r->sample + 1] = r->ids.n;
	p->label_start.items[r->sample + 1] = (uint32_t)r->labels.n;
	r->sample++;
	return err;
}

static size_t chunk_end(const struct sample_source *s, size_t chunk)
{
	return chunk + 1 < s->chunks.n ? s->chunks.items[chunk + 1].offset : s->end;
}

static int read_samples(struct chunk_reader *r, size_t chunk)
{
	const struct sample_source *s = r->to->source;
	struct cursor c = { s->bytes->data + s->chunks.items[chunk].offset, s->bytes->data + chunk_end(s, chunk), 0 };
	struct wire_field f;
	int err = 0;

	r->ids.n = r->labels.n = 0;
	r->sample = s->chunks.items[chunk].sample;
	while (!err && wire_next(&c, &f))
		if (f.tag == WIRE_TAG(FIELD_SAMPLE, WIRE_BYTES))
			err = read_sample(r, &f);
	return err;
}

/* Words that were taken become indexes. */
static bool find_locations(struct chunk_reader *r)
{
	const struct idmap *locations = r->to->source->locations;
	uint32_t highest;

	if (!packed_ids_join(r->ids.items, r->ids.n, &highest))
		return false;
	if (locations->identity)
		return !r->ids.n || highest < locations->n;
	for (size_t i = 0; i < r->ids.n; i++) {
		uint32_t index = idmap_find(locations, (uint64_t)(r->ids.items[i] + 1));

		if (index == PROFILE_NONE)
			return false;
		r->ids.items[i] = index;
	}
	return true;
}

/*
 * What is wrong with a chunk, and where, is found out one id after the other; so are ids that are no small numbers, and
 * who has met some expects more of them.
 */
static int read_chunk(struct chunk_reader *r, size_t chunk)
{
	const struct sample_source *s = r->to->source;
	uint64_t at = s->chunks.items[chunk].offset;
	int err;

	if (r->tells ? ctx_poll(s->ctx, ASSAY_PROGRESS_DECODE, at, s->bytes->len) : ctx_canceled(s->ctx))
		return diag_set(&r->diag, ASSAY_ERR_CANCELED, "canceled");
	err = read_samples(r, chunk);
	if (r->one_by_one || err == ASSAY_ERR_NOMEM)
		return err;
	if (!err && !vec_reserve(&r->ids, (size_t)PACKED_IDS_ROOM))
		return nomem(r);
	if (!err && find_locations(r))
		return 0;
	r->one_by_one = true;
	return read_samples(r, chunk);
}

/* With the lock: whether this chunk is the next to take its place. */
static bool wait_for_turn(struct column_writer *to, size_t chunk)
{
	while (to->turn != chunk && !to->stop)
		pthread_cond_wait(&to->changed, &to->lock);
	return !to->stop;
}

/* The column of stacks wants a byte behind its last index. */
static bool has_room(const struct assay_profile *p, const struct chunk_reader *r)
{
	return r->ids.n < p->stacks.cap - p->stacks.n && r->labels.n <= p->labels.cap - p->labels.n;
}

/* Columns may move when they grow, so nobody may be writing into them then. */
static bool make_room(struct column_writer *to, const struct chunk_reader *r)
{
	struct assay_profile *p = to->p;
	size_t want = p->stacks.n + r->ids.n + 1;

	if (has_room(p, r))
		return true;
	while (to->copies)
		pthread_cond_wait(&to->changed, &to->lock);
	return (want <= p->stacks.cap ||
		       vec_grow((void **)&p->stacks.items, &p->stacks.cap, want, p->stacks.width)) &&
		vec_reserve(&p->labels, r->labels.n);
}

struct place {
	size_t stacks, labels;
};

/* With the lock. */
static int take_place(struct chunk_reader *r, size_t chunk, struct place *place)
{
	struct column_writer *to = r->to;
	struct assay_profile *p = to->p;
	struct bytes *bytes = to->source->bytes;
	size_t done = to->source->chunks.items[chunk].offset;

	if (p->labels.n + r->labels.n > UINT32_MAX)
		return diag_set(&r->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 labels");
	if (!make_room(to, r))
		return nomem(r);
	*place = (struct place){ p->stacks.n, p->labels.n };
	p->stacks.n += r->ids.n;
	p->labels.n += r->labels.n;
	/* All before this chunk was read, since it is in the lists of its readers. */
	if (done - bytes->forgotten >= FORGET_STEP)
		bytes_forget(bytes, done);
	return 0;
}

static void copy_chunk(struct chunk_reader *r, size_t first_sample, const struct place *place)
{
	struct assay_profile *p = r->to->p;
	uint64_t *stack_start = p->stack_start.items;
	uint32_t *label_start = p->label_start.items;

	stack_write(p->stacks.bytes + place->stacks * p->stacks.width, p->stacks.width, r->ids.items, r->ids.n);
	if (r->labels.n)
		memcpy(p->labels.items + place->labels, r->labels.items, r->labels.n * sizeof(*r->labels.items));
	for (size_t i = first_sample; i < r->sample; i++) {
		stack_start[i + 1] += place->stacks;
		label_start[i + 1] += (uint32_t)place->labels;
	}
}

/* A sample may be as long as the message; the lists that it took are not kept for the next ones. */
static void forget_long_lists(struct chunk_reader *r)
{
	if (r->ids.cap > LISTS_KEPT || r->labels.cap > LISTS_KEPT) {
		vec_release(&r->ids);
		vec_release(&r->labels);
	}
}

/* With the lock. */
static void fail(struct column_writer *to, struct chunk_reader *r, int err)
{
	to->stop = true;
	to->err = err;
	if (to->diag)
		*to->diag = r->diag;
	pthread_cond_broadcast(&to->changed);
}

static void read_chunks(void *argument)
{
	struct chunk_reader *r = argument;
	struct column_writer *to = r->to;
	const struct sample_source *s = to->source;

	pthread_mutex_lock(&to->lock);
	while (!to->stop && to->next < s->chunks.n) {
		size_t chunk = to->next++;
		struct place place = { 0 };
		int err;

		pthread_mutex_unlock(&to->lock);
		err = read_chunk(r, chunk);
		pthread_mutex_lock(&to->lock);
		if (!wait_for_turn(to, chunk))
			break;
		if (!err)
			err = take_place(r, chunk, &place);
		if (err) {
			fail(to, r, err);
			break;
		}
		to->turn++;
		to->copies++;
		pthread_cond_broadcast(&to->changed);
		pthread_mutex_unlock(&to->lock);
		copy_chunk(r, s->chunks.items[chunk].sample, &place);
		forget_long_lists(r);
		pthread_mutex_lock(&to->lock);
		if (--to->copies == 0)
			pthread_cond_broadcast(&to->changed);
	}
	pthread_mutex_unlock(&to->lock);
	vec_release(&r->ids);
	vec_release(&r->labels);
}

/*
 * An id has a byte or more, so this is as long as the column can become; memory that is not written costs nothing. Where
 * the system does not lend that much, it grows as it must: what there is room for now is counted in narrower indexes then.
 */
static void reserve_stacks(const struct sample_source *s, struct stack_column *stacks)
{
	size_t n = s->n_bytes + 1, size;
	void *bytes;

	stacks->width = stack_width(s->locations->n);
	stacks->cap = stacks->cap * sizeof(*stacks->items) / stacks->width;
	if (n <= stacks->cap)
		return;
	bytes = ckd_mul(&size, n, stacks->width) ? NULL : pages_alloc(size);
	if (!bytes)
		return;
	free(stacks->bytes);
	stacks->bytes = bytes;
	stacks->cap = n;
}

/* Columns of which the length is known. */
static int reserve(struct column_writer *to)
{
	const struct sample_source *s = to->source;
	struct assay_profile *p = to->p;

	if (s->n_samples >= PROFILE_NONE)
		return diag_set(to->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 samples");
	/* A value takes a byte or more: what samples and types claim together may be beyond all that. */
	if (ckd_mul(&to->n_values, s->n_samples, to->n_types) || to->n_values > s->bytes->len)
		to->n_values = s->bytes->len;
	if (!vec_reserve(&p->stack_start, s->n_samples) || !vec_reserve(&p->label_start, s->n_samples) ||
		!vec_reserve(&p->values, to->n_values))
		return diag_nomem(to->diag, "a profile");
	reserve_stacks(s, &p->stacks);
	return 0;
}

bool sample_source_add(struct sample_source *s, const struct wire_field *f)
{
	size_t offset = (size_t)(f->start - s->bytes->data);
	const struct sample_chunk *last = s->chunks.n ? &s->chunks.items[s->chunks.n - 1] : NULL;

	if ((!last || offset - last->offset >= SAMPLE_CHUNK) &&
		!vec_push(&s->chunks, ((struct sample_chunk){ offset, s->n_samples })))
		return false;
	s->n_samples++;
	s->n_bytes += f->len;
	s->end = (size_t)(f->data + f->len - s->bytes->data);
	return true;
}

void sample_source_pass(struct sample_source *s, struct cursor *c)
{
	const uint8_t *p = c->p, *last;

	if (!s->chunks.n || c->err)
		return;
	last = s->bytes->data + s->chunks.items[s->chunks.n - 1].offset;
	while (c->end - p > 2 && p[0] == WIRE_TAG(FIELD_SAMPLE, WIRE_BYTES) && (size_t)(p - last) < SAMPLE_CHUNK) {
		size_t len = p[1], head = 2;

		if (len >= 0x80) {
			if (p[2] >= 0x80)
				break;
			len = (len & 0x7f) | (size_t)p[2] << 7;
			head = 3;
		}
		if (len > (size_t)(c->end - p) - head)
			break;
		p += head + len;
		s->n_samples++;
		s->n_bytes += len;
		s->end = (size_t)(p - s->bytes->data);
	}
	c->p = p;
}

int proto_read_samples(struct sample_source *s, struct assay_diag *diag)
{
	struct column_writer to = { .source = s, .p = s->profile, .n_types = profile_n_types(s->profile), .diag = diag };
	struct chunk_reader readers[PARALLEL_MAX];
	size_t n = s->n_bytes / BYTES_WORTH_A_THREAD + 1, width = n > 1 ? parallel_width() : 1;
	int err = reserve(&to);

	if (err)
		return err;
	if (n > width)
		n = width;
	for (size_t i = 0; i < n; i++)
		readers[i] = (struct chunk_reader){ .to = &to, .tells = i == 0 };
	pthread_mutex_init(&to.lock, NULL);
	pthread_cond_init(&to.changed, NULL);
	parallel_run(read_chunks, readers, sizeof(readers[0]), n);
	pthread_cond_destroy(&to.changed);
	pthread_mutex_destroy(&to.lock);
	if (to.err)
		return to.err;
	pages_forget_end(s->profile->stacks.bytes, s->profile->stacks.n * s->profile->stacks.width + 1,
		s->profile->stacks.cap * s->profile->stacks.width);
	s->profile->n_samples = s->n_samples;
	s->profile->stack_start.n = s->profile->label_start.n = s->n_samples + 1;
	s->profile->values.n = s->n_samples * to.n_types;
	return 0;
}
