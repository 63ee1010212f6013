/* SPDX-License-Identifier: Apache-2.0 */
#include "format/proto_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/diag.h"
#include "format/gzip.h"
#include "format/proto_fields.h"
#include "format/wire.h"
#include "profile.pb-c.h"

#define VARINT_MAX 10

/* Lists of this many numbers or more are packed; shorter ones are a field for each. */
#define PACKED_MIN 3

struct writer {
	const struct assay_profile *p;
	struct buf *out;
	const struct assay_ctx *ctx;
	uint32_t *indexes;     /* by string of the profile: its index in the table, 0 for none yet */
	VEC(uint32_t) strings; /* the table */
	VEC(uint64_t) numbers; /* a list before it is written */
	VEC(uint8_t) message;  /* a sample before its length is known */
	VEC(const struct label *) labels;
	bool failed, canceled;
};

/* Strings get their index when they are first met. */
static int64_t string_index(struct writer *w, uint32_t string)
{
	if (!string || w->indexes[string])
		return w->indexes[string];
	if (!vec_push(&w->strings, string)) {
		w->failed = true;
		return 0;
	}
	w->indexes[string] = (uint32_t)w->strings.n - 1;
	return w->indexes[string];
}

static uint8_t *put_varint(uint8_t *to, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*to++ = (uint8_t)(v | 0x80);
	*to++ = (uint8_t)v;
	return to;
}

static size_t varint_size(uint64_t v)
{
	size_t n = 1;

	for (; v >= 0x80; v >>= 7)
		n++;
	return n;
}

static void add_varint(struct writer *w, uint64_t v)
{
	uint8_t bytes[VARINT_MAX];

	buf_add(w->out, (const char *)bytes, (size_t)(put_varint(bytes, v) - bytes));
}

/* A number of the profile itself, left out when it is 0. */
static void add_number(struct writer *w, unsigned field, int64_t v)
{
	if (!v)
		return;
	add_varint(w, WIRE_TAG(field, WIRE_VARINT));
	add_varint(w, (uint64_t)v);
}

static void add_bytes(struct writer *w, unsigned field, const void *data, size_t len)
{
	add_varint(w, WIRE_TAG(field, WIRE_BYTES));
	add_varint(w, len);
	buf_add(w->out, data, len);
}

static void add_message(struct writer *w, unsigned field, const ProtobufCMessage *message)
{
	size_t len = protobuf_c_message_get_packed_size(message), at;

	add_varint(w, WIRE_TAG(field, WIRE_BYTES));
	add_varint(w, len);
	at = w->out->len;
	buf_add_fill(w->out, '\0', len);
	if (!w->out->failed)
		protobuf_c_message_pack(message, (uint8_t *)w->out->data + at);
}

static void add_value_type(struct writer *w, unsigned field, const struct value_type *t)
{
	Perftools__Profiles__ValueType m = PERFTOOLS__PROFILES__VALUE_TYPE__INIT;

	m.type = string_index(w, t->type);
	m.unit = string_index(w, t->unit);
	add_message(w, field, &m.base);
}

/* Samples are nearly all there is to write, so they go straight to their bytes. */
static uint8_t *message_room(struct writer *w, size_t n)
{
	if (!vec_reserve(&w->message, n)) {
		w->failed = true;
		return NULL;
	}
	return w->message.items + w->message.n;
}

static void message_end(struct writer *w, const uint8_t *end)
{
	w->message.n = (size_t)(end - w->message.items);
}

/* w->numbers as a field of the sample. Zeros are written, too: their place counts. */
static void put_numbers(struct writer *w, unsigned field)
{
	size_t n = w->numbers.n, size = 0;
	uint8_t *to = message_room(w, 2 * VARINT_MAX * (n + 1));

	if (!to)
		return;
	if (n >= PACKED_MIN) {
		for (size_t i = 0; i < n; i++)
			size += varint_size(w->numbers.items[i]);
		to = put_varint(to, WIRE_TAG(field, WIRE_BYTES));
		to = put_varint(to, size);
	}
	for (size_t i = 0; i < n; i++) {
		if (n < PACKED_MIN)
			to = put_varint(to, WIRE_TAG(field, WIRE_VARINT));
		to = put_varint(to, w->numbers.items[i]);
	}
	message_end(w, to);
}

static void put_stack(struct writer *w, size_t sample)
{
	struct stack s = profile_stack(w->p, sample);

	w->numbers.n = 0;
	if (!vec_reserve(&w->numbers, s.n)) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		w->numbers.items[i] = w->p->locations.items[stack_at(&s, i)].id;
	w->numbers.n = s.n;
	put_numbers(w, SAMPLE_LOCATION_ID);
}

static void put_values(struct writer *w, size_t sample)
{
	const int64_t *values = profile_values(w->p, sample);
	size_t n = profile_n_types(w->p);

	w->numbers.n = 0;
	if (!vec_reserve(&w->numbers, n)) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		w->numbers.items[i] = (uint64_t)values[i];
	w->numbers.n = n;
	put_numbers(w, SAMPLE_VALUE);
}

static uint8_t *put_field(uint8_t *to, unsigned field, uint64_t v)
{
	return v ? put_varint(put_varint(to, WIRE_TAG(field, WIRE_VARINT)), v) : to;
}

static void put_label(struct writer *w, const struct label *l)
{
	uint8_t fields[4 * (1 + VARINT_MAX)], *end = put_field(fields, LABEL_KEY, (uint64_t)string_index(w, l->key));
	uint64_t text = l->kind == LABEL_NUMBER ? 0 : (uint64_t)string_index(w, l->text);
	uint8_t *to = message_room(w, sizeof(fields) + 1 + VARINT_MAX);

	if (l->kind != LABEL_TEXT)
		end = put_field(end, LABEL_NUM, (uint64_t)l->number);
	end = put_field(end, l->kind == LABEL_TEXT ? LABEL_STR : LABEL_NUM_UNIT, text);
	if (!to)
		return;
	to = put_varint(to, WIRE_TAG(SAMPLE_LABEL, WIRE_BYTES));
	to = put_varint(to, (uint64_t)(end - fields));
	memcpy(to, fields, (size_t)(end - fields));
	message_end(w, to + (end - fields));
}

/* Texts before numbers, each by the bytes of the key; under one key as in the sample, which is by address. */
static int compare_labels(const void *a, const void *b, void *profile)
{
	const struct label *x = *(const struct label *const *)a, *y = *(const struct label *const *)b;
	const struct assay_profile *p = profile;

	if ((x->kind != LABEL_TEXT) != (y->kind != LABEL_TEXT))
		return x->kind != LABEL_TEXT ? 1 : -1;
	if (x->key != y->key)
		return str_compare(profile_str(p, x->key), profile_str(p, y->key));
	return (x > y) - (x < y);
}

static void put_labels(struct writer *w, size_t sample)
{
	const struct assay_profile *p = w->p;
	bool sorted = true;

	w->labels.n = 0;
	for (uint64_t i = p->label_start.items[sample]; i < p->label_start.items[sample + 1]; i++) {
		const struct label *l = &p->labels.items[i];

		if (!vec_push(&w->labels, l)) {
			w->failed = true;
			return;
		}
		sorted &= w->labels.n == 1 || compare_labels(&w->labels.items[w->labels.n - 2], &l, (void *)p) < 0;
	}
	if (!sorted)
		qsort_r(w->labels.items, w->labels.n, sizeof(*w->labels.items), compare_labels, (void *)p);
	for (size_t i = 0; i < w->labels.n; i++)
		put_label(w, w->labels.items[i]);
}

static void add_sample(struct writer *w, size_t sample)
{
	w->message.n = 0;
	put_stack(w, sample);
	put_values(w, sample);
	put_labels(w, sample);
	add_bytes(w, FIELD_SAMPLE, w->message.items, w->message.n);
}

static void add_mapping(struct writer *w, const struct mapping *from)
{
	Perftools__Profiles__Mapping m = PERFTOOLS__PROFILES__MAPPING__INIT;

	m.id = from->id;
	m.memory_start = from->start;
	m.memory_limit = from->limit;
	m.file_offset = from->offset;
	m.filename = string_index(w, from->file);
	m.build_id = string_index(w, from->build_id);
	m.has_functions = from->has_functions;
	m.has_filenames = from->has_filenames;
	m.has_line_numbers = from->has_line_numbers;
	m.has_inline_frames = from->has_inline_frames;
	add_message(w, FIELD_MAPPING, &m.base);
}

/* The lines of a location, each as a message and as the pointer to it that protobuf-c wants. */
struct lines {
	VEC(Perftools__Profiles__Line) messages;
	VEC(Perftools__Profiles__Line *) pointers;
};

static bool fill_lines(struct lines *lines, const struct assay_profile *p, const struct location *l)
{
	lines->messages.n = lines->pointers.n = 0;
	if (!vec_reserve(&lines->messages, l->n_lines) || !vec_reserve(&lines->pointers, l->n_lines))
		return false;
	for (uint32_t i = 0; i < l->n_lines; i++) {
		const struct line *from = &p->lines.items[l->first_line + i];
		Perftools__Profiles__Line m = PERFTOOLS__PROFILES__LINE__INIT;

		m.function_id = p->functions.items[from->function].id;
		m.line = from->number;
		m.column = from->column;
		lines->messages.items[i] = m;
		lines->pointers.items[i] = &lines->messages.items[i];
	}
	return true;
}

static void add_location(struct writer *w, struct lines *lines, const struct location *l)
{
	Perftools__Profiles__Location m = PERFTOOLS__PROFILES__LOCATION__INIT;

	if (!fill_lines(lines, w->p, l)) {
		w->failed = true;
		return;
	}
	m.id = l->id;
	m.mapping_id = l->mapping == PROFILE_NONE ? 0 : w->p->mappings.items[l->mapping].id;
	m.address = l->address;
	m.n_line = l->n_lines;
	m.line = lines->pointers.items;
	m.is_folded = l->folded;
	add_message(w, FIELD_LOCATION, &m.base);
}

static void add_locations(struct writer *w)
{
	struct lines lines = { 0 };

	for (size_t i = 0; i < w->p->locations.n; i++)
		add_location(w, &lines, &w->p->locations.items[i]);
	vec_release(&lines.messages);
	vec_release(&lines.pointers);
}

static void add_function(struct writer *w, const struct function *f)
{
	Perftools__Profiles__Function m = PERFTOOLS__PROFILES__FUNCTION__INIT;

	m.id = f->id;
	m.name = string_index(w, f->name);
	m.system_name = string_index(w, f->system_name);
	m.filename = string_index(w, f->file);
	m.start_line = f->start_line;
	add_message(w, FIELD_FUNCTION, &m.base);
}

static void add_comments(struct writer *w)
{
	w->message.n = w->numbers.n = 0;
	for (size_t i = 0; i < w->p->comments.n; i++)
		w->failed |= !vec_push(&w->numbers, (uint64_t)string_index(w, w->p->comments.items[i]));
	put_numbers(w, FIELD_COMMENT);
	buf_add(w->out, (const char *)w->message.items, w->message.n);
}

/* The table stands before the last strings that it holds are used, so they are numbered first. */
static void add_strings(struct writer *w)
{
	const struct assay_profile *p = w->p;

	string_index(w, p->drop_frames);
	string_index(w, p->keep_frames);
	string_index(w, p->period_type.type);
	string_index(w, p->period_type.unit);
	for (size_t i = 0; i < p->comments.n; i++)
		string_index(w, p->comments.items[i]);
	string_index(w, p->default_sample_type);
	string_index(w, p->doc_url);
	for (size_t i = 0; i < w->strings.n; i++) {
		struct str s = profile_str(p, w->strings.items[i]);

		add_bytes(w, FIELD_STRING_TABLE, s.p, s.len);
	}
}

static void add_head(struct writer *w)
{
	const struct assay_profile *p = w->p;

	add_number(w, FIELD_DROP_FRAMES, string_index(w, p->drop_frames));
	add_number(w, FIELD_KEEP_FRAMES, string_index(w, p->keep_frames));
	add_number(w, FIELD_TIME_NANOS, p->time_nanos);
	add_number(w, FIELD_DURATION_NANOS, p->duration_nanos);
	if (p->period_type.type || p->period_type.unit)
		add_value_type(w, FIELD_PERIOD_TYPE, &p->period_type);
	add_number(w, FIELD_PERIOD, p->period);
	add_comments(w);
	/* The one number that is written when it is 0, too. */
	add_varint(w, WIRE_TAG(FIELD_DEFAULT_SAMPLE_TYPE, WIRE_VARINT));
	add_varint(w, (uint64_t)string_index(w, p->default_sample_type));
	add_number(w, FIELD_DOC_URL, string_index(w, p->doc_url));
}

static void add_profile(struct writer *w)
{
	const struct assay_profile *p = w->p;

	for (size_t i = 0; i < p->sample_types.n; i++)
		add_value_type(w, FIELD_SAMPLE_TYPE, &p->sample_types.items[i]);
	for (size_t i = 0; i < p->n_samples && !w->failed && !w->canceled && !w->out->failed; i++) {
		w->canceled = i % CTX_POLL_SAMPLES == 0 && ctx_canceled(w->ctx);
		add_sample(w, i);
	}
	for (size_t i = 0; i < p->mappings.n; i++)
		add_mapping(w, &p->mappings.items[i]);
	add_locations(w);
	for (size_t i = 0; i < p->functions.n; i++)
		add_function(w, &p->functions.items[i]);
	add_strings(w);
	add_head(w);
}

static int write_profile(
	const struct assay_profile *p, const struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct writer w = { .p = p, .out = out, .ctx = ctx };

	w.indexes = calloc(p->strings.strings.n, sizeof(*w.indexes));
	if (w.indexes && vec_push(&w.strings, 0))
		add_profile(&w);
	else
		w.failed = true;
	free(w.indexes);
	vec_release(&w.strings);
	vec_release(&w.numbers);
	vec_release(&w.message);
	vec_release(&w.labels);
	if (w.canceled)
		return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	return w.failed || out->failed ? diag_nomem(diag, "writing a profile") : 0;
}

int proto_write(const struct assay_profile *p, struct buf *out, struct assay_diag *diag)
{
	return write_profile(p, NULL, out, diag);
}

/* Owns all it works on, so that it may go on when nobody waits for it any more. */
struct deflation {
	struct buf plain, out;
	struct assay_diag diag;
	int err;
};

static void deflate_all(void *job)
{
	struct deflation *d = job;

	d->err = gzip_deflate(&d->out, (const uint8_t *)d->plain.data, d->plain.len, &d->diag);
}

static void drop_deflation(void *job)
{
	struct deflation *d = job;

	buf_release(&d->plain);
	buf_release(&d->out);
	free(d);
}

static int deflate_within(struct deflation *d, const struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	int err;

	if (!aside_run(deflate_all, drop_deflation, d, ctx))
		return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
	err = d->err;
	if (err && diag)
		*diag = d->diag;
	if (!err && !out->data) {
		*out = d->out;
		d->out = (struct buf)BUF_INIT;
	} else if (!err) {
		buf_add_str(out, buf_str(&d->out));
	}
	drop_deflation(d);
	return !err && out->failed ? diag_nomem(diag, "compressing") : err;
}

int proto_write_gzip(
	const struct assay_profile *p, const struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct deflation *d = calloc(1, sizeof(*d));
	int err = d ? write_profile(p, ctx, &d->plain, diag) : diag_nomem(diag, "compressing");

	if (!err)
		return deflate_within(d, ctx, out, diag);
	if (d)
		drop_deflation(d);
	return err;
}
