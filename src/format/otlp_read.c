/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenTelemetry profiles. The message is walked three times: for the dictionary, which mostly comes last and which
 * everything refers to; for what each profile says of itself; and for the samples (otlp_samples.c). What is worth
 * knowing of the format stands in otlp.h and otlp_read.h.
 */
#include "format/otlp_read.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "format/otlp.h"
#include "format/proto_read.h"
#include "otlp.pb-c.h"

typedef Opentelemetry__Proto__Profiles__V1development__ValueType ValueType;

#define DESCRIPTOR(name) (&opentelemetry__proto__profiles__v1development__##name##__descriptor)

/* --- errors --- */

/* The package name is the format's only version and has not changed with it, so that a fault may come of that. */
#define OTHER_VERSION "(OpenTelemetry profiles, perhaps not v1development as of release 1.9)"

void otlp_place(char *to, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to, OTLP_PATH_SIZE, fmt, ap);
	va_end(ap);
}

int otlp_fail(struct otlp *o, int err, const uint8_t *at, const char *path, const char *what)
{
	return diag_set_at(o->diag, err, (uint64_t)(at - o->bytes->data), path, "%s%s%s", what,
		err == ASSAY_ERR_FORMAT ? " " : "", err == ASSAY_ERR_FORMAT ? OTHER_VERSION : "");
}

int otlp_nomem(struct otlp *o)
{
	return diag_nomem(o->diag, "a profile");
}

int otlp_no_entry(struct otlp *o, unsigned table, uint64_t index, const uint8_t *at, const char *path)
{
	static const char *const names[OTLP_N_TABLES] = { "", "mapping", "location", "function", "link", "string",
		"attribute", "stack" };

	return diag_set_at(o->diag, ASSAY_ERR_FORMAT, (uint64_t)(at - o->bytes->data), path,
		"no %s %lld, the table has %zu " OTHER_VERSION, names[table], (long long)index, o->n_entries[table]);
}

int otlp_string(struct otlp *o, uint64_t index, const uint8_t *at, const char *path, uint32_t *id)
{
	if (!otlp_has(o, OTLP_DICTIONARY_STRING, index))
		return otlp_no_entry(o, OTLP_DICTIONARY_STRING, index, at, path);
	*id = index ? o->strings.items[index] : 0;
	return 0;
}

int otlp_unit(struct otlp *o, uint64_t index, const uint8_t *at, const char *path, uint32_t *id)
{
	int err = otlp_string(o, index, at, path, id);

	if (!err && str_equal(profile_str(o->p, *id), STR("By")))
		err = builder_intern(o->b, STR("bytes"), id, o->diag);
	return err;
}

int otlp_charge(struct otlp *o, uint64_t n, size_t size)
{
	uint64_t bytes;

	if (ckd_mul(&bytes, n, size) || bytes > o->budget)
		return bytes_too_big(o->diag);
	o->budget -= bytes;
	return 0;
}

/* --- fields --- */

const void *otlp_unpack(
	struct otlp *o, const ProtobufCMessageDescriptor *type, const struct wire_field *f, const char *path, int *err)
{
	const void *message = schema_unpack(&o->schema, type, f->data, f->len);
	const struct schema_fault *fault = &o->schema.fault;
	char inner[OTLP_PATH_SIZE];

	if (message)
		return message;
	otlp_place(inner, "%s%s%s", path, *fault->field ? "." : "", fault->field);
	*err = fault->err == ASSAY_ERR_NOMEM ? otlp_nomem(o) : otlp_fail(o, fault->err, fault->at, inner, fault->what);
	return NULL;
}

bool otlp_next(struct otlp *o, struct cursor *c, struct wire_field *f, const uint8_t *known, size_t n_known,
	const char *path, int *err)
{
	if (!wire_next(c, f)) {
		if (c->err)
			*err = otlp_fail(o, c->err, f->start, path, wire_fault(c, f));
		return false;
	}
	if (f->tag >> 3 < n_known && known[f->tag >> 3] != OTLP_ANY && known[f->tag >> 3] != (f->tag & 7)) {
		char what[48];

		snprintf(what, sizeof(what), "field %u has a wrong wire type", (unsigned)(f->tag >> 3));
		*err = otlp_fail(o, ASSAY_ERR_FORMAT, f->start, path, what);
		return false;
	}
	return true;
}

/* --- what each profile says of itself --- */

/* A type that is called like another one and has another unit is told apart by it: names are what columns go by. */
static int name_types(struct otlp *o)
{
	struct pairs names = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < o->types.items.n; i++) {
		struct value_type t = { o->types.items.items[i].a, o->types.items.items[i].b };
		struct buf text = BUF_INIT;
		size_t n_before = names.items.n;
		uint32_t index;

		if (!pairs_add(&names, t.type, 0, &index)) {
			err = otlp_nomem(o);
			break;
		}
		if (names.items.n == n_before) {
			buf_add_str(&text, profile_str(o->p, t.type));
			buf_add_char(&text, '_');
			buf_add_str(&text, profile_str(o->p, t.unit));
			err = text.failed ? otlp_nomem(o) : builder_intern(o->b, buf_str(&text), &t.type, o->diag);
			buf_release(&text);
		}
		if (!err && !vec_push(&o->p->sample_types, t))
			err = otlp_nomem(o);
	}
	pairs_release(&names);
	return err;
}

static int read_value_type(
	struct otlp *o, const struct wire_field *f, const char *path, const char *name, struct value_type *type)
{
	char inner[OTLP_PATH_SIZE];
	const ValueType *m;
	int err = 0;

	otlp_place(inner, "%s.%s", path, name);
	m = otlp_unpack(o, DESCRIPTOR(value_type), f, inner, &err);
	if (m)
		err = otlp_string(o, (uint64_t)m->type_strindex, f->start, inner, &type->type);
	if (m && !err)
		err = otlp_unit(o, (uint64_t)m->unit_strindex, f->start, inner, &type->unit);
	return err;
}

struct head {
	struct otlp_profile profile;
	struct value_type type, period_type;
	bool has_type;
	uint64_t time, duration;
	int64_t period;
	struct str payload, payload_format;
};

static int add_comment_of(struct otlp *o, uint64_t attribute, const uint8_t *at, const char *path)
{
	const struct label *l;
	uint32_t pair;

	if (!otlp_has(o, OTLP_DICTIONARY_ATTRIBUTE, attribute))
		return otlp_no_entry(o, OTLP_DICTIONARY_ATTRIBUTE, attribute, at, path);
	if (!attribute)
		return 0;
	l = &o->attributes.items[attribute];
	/* A number is written with its unit by nobody who reads comments. */
	if (l->kind != LABEL_TEXT) {
		struct buf text = BUF_INIT;
		uint32_t id = 0;
		int err;

		buf_addf(&text, "%lld", (long long)l->number);
		err = text.failed ? otlp_nomem(o) : builder_intern(o->b, buf_str(&text), &id, o->diag);
		buf_release(&text);
		if (err)
			return err;
		return pairs_add(&o->resource_pairs, l->key, id, &pair) ? 0 : otlp_nomem(o);
	}
	return pairs_add(&o->resource_pairs, l->key, l->text, &pair) ? 0 : otlp_nomem(o);
}

/* What holds for a whole profile is told in a comment, as what holds for its resource. */
static int read_profile_attributes(struct otlp *o, const struct wire_field *f, const char *path)
{
	struct cursor c = { .p = f->data };
	char inner[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(inner, "%s.attribute_indices", path);
	if ((f->tag & 7) == WIRE_VARINT)
		return add_comment_of(o, f->value, f->start, inner);
	if ((f->tag & 7) != WIRE_BYTES)
		return otlp_fail(o, ASSAY_ERR_FORMAT, f->start, inner, "wrong wire type");
	c.end = f->data + f->len;
	while (!err && c.p < c.end) {
		uint64_t attribute = cursor_varint(&c);

		if (c.err)
			return otlp_fail(o, c.err, f->start, inner, "a varint that is cut short or too long");
		err = add_comment_of(o, attribute, f->start, inner);
	}
	return err;
}

static uint64_t fixed64_of(const struct wire_field *f)
{
	uint64_t v;

	memcpy(&v, f->data, sizeof(v));
	return le64toh(v);
}

static int read_head_field(struct otlp *o, struct head *h, const struct wire_field *f, const char *path)
{
	switch (f->tag >> 3) {
	case OTLP_PROFILE_SAMPLE_TYPE:
		/* A list of them is how older releases had it. */
		if (h->has_type)
			return otlp_fail(o, ASSAY_ERR_FORMAT, f->start, path, "a second sample_type");
		h->has_type = true;
		return read_value_type(o, f, path, "sample_type", &h->type);
	case OTLP_PROFILE_SAMPLE:
		h->profile.n_samples++;
		return 0;
	case OTLP_PROFILE_TIME:
		h->time = fixed64_of(f);
		return 0;
	case OTLP_PROFILE_DURATION:
		h->duration = f->value;
		return 0;
	case OTLP_PROFILE_PERIOD_TYPE:
		return read_value_type(o, f, path, "period_type", &h->period_type);
	case OTLP_PROFILE_PERIOD:
		h->period = (int64_t)f->value;
		return 0;
	case OTLP_PROFILE_PAYLOAD_FORMAT:
		h->payload_format = (struct str){ (const char *)f->data, f->len };
		return 0;
	case OTLP_PROFILE_PAYLOAD:
		h->payload = (struct str){ (const char *)f->data, f->len };
		return 0;
	case OTLP_PROFILE_ATTRIBUTES:
		return read_profile_attributes(o, f, path);
	}
	return 0;
}

/* From the first start to the last end, where all say when they started; else the longest duration. */
static void add_time(struct assay_profile *p, const struct head *h, bool is_first)
{
	int64_t time = h->time > INT64_MAX ? 0 : (int64_t)h->time;
	int64_t duration = h->duration > INT64_MAX ? INT64_MAX : (int64_t)h->duration;
	wide end = (wide)time + duration, other_end = (wide)p->time_nanos + p->duration_nanos;

	if (is_first) {
		p->time_nanos = time;
		p->duration_nanos = duration;
	} else if (time && p->time_nanos) {
		p->time_nanos = time < p->time_nanos ? time : p->time_nanos;
		p->duration_nanos = narrow((end > other_end ? end : other_end) - p->time_nanos);
	} else {
		p->time_nanos = time ? time : p->time_nanos;
		p->duration_nanos = duration > p->duration_nanos ? duration : p->duration_nanos;
	}
}

static int add_profile(struct otlp *o, struct head *h)
{
	struct assay_profile *p = o->p;

	if (!pairs_add(&o->types, h->type.type, h->type.unit, &h->profile.column))
		return otlp_nomem(o);
	if (str_equal(h->payload_format, STR("pprof")))
		h->profile.payload = h->payload;
	if (!p->period && !p->period_type.type) {
		p->period = h->period;
		p->period_type = h->period_type;
	}
	add_time(p, h, !o->profiles.n);
	return vec_push(&o->profiles, h->profile) ? 0 : otlp_nomem(o);
}

static int read_head(struct otlp *o, const struct wire_field *profile, const struct otlp_profile *place)
{
	static const uint8_t known[] = { OTLP_ANY, WIRE_BYTES, WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WIRE_BYTES,
		WIRE_VARINT, WIRE_BYTES, WIRE_VARINT, WIRE_BYTES, WIRE_BYTES, OTLP_ANY };
	struct cursor c = { profile->data, profile->data + profile->len, 0 };
	struct head h = { .profile = *place };
	struct wire_field f;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	h.profile.data = profile->data;
	h.profile.len = profile->len;
	otlp_place(path, "resource_profiles[%u].scope_profiles[%u].profiles[%u]", place->resource, place->scope,
		place->index);
	while (!err && otlp_next(o, &c, &f, known, sizeof(known), path, &err))
		err = read_head_field(o, &h, &f, path);
	return err ? err : add_profile(o, &h);
}

static int read_scope(struct otlp *o, const struct wire_field *scope, struct otlp_profile *place)
{
	static const uint8_t known[] = { OTLP_ANY, WIRE_BYTES, WIRE_BYTES, WIRE_BYTES };
	struct cursor c = { scope->data, scope->data + scope->len, 0 };
	struct wire_field f;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	place->scope_number = (uint32_t)o->scope_size.n;
	place->index = 0;
	otlp_place(path, "resource_profiles[%u].scope_profiles[%u]", place->resource, place->scope);
	while (!err && otlp_next(o, &c, &f, known, sizeof(known), path, &err)) {
		if (f.tag >> 3 != OTLP_SCOPE_PROFILE)
			continue;
		err = read_head(o, &f, place);
		place->index++;
	}
	if (!err && !vec_push(&o->scope_size, place->index))
		err = otlp_nomem(o);
	return err;
}

static int read_resource_profiles(struct otlp *o, const struct wire_field *resource)
{
	static const uint8_t known[] = { OTLP_ANY, WIRE_BYTES, WIRE_BYTES, WIRE_BYTES };
	struct cursor c = { resource->data, resource->data + resource->len, 0 };
	struct otlp_profile place = { .resource = (uint32_t)o->resources.n };
	struct otlp_resource r = { .first_attribute = o->resource_attributes.n };
	struct wire_field f;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(path, "resource_profiles[%zu]", o->resources.n);
	while (!err && otlp_next(o, &c, &f, known, sizeof(known), path, &err)) {
		if (f.tag >> 3 == OTLP_RESOURCE)
			err = otlp_read_resource(o, &f, path);
		else if (f.tag >> 3 == OTLP_RESOURCE_SCOPE) {
			err = read_scope(o, &f, &place);
			place.scope++;
		}
	}
	r.n_attributes = o->resource_attributes.n - r.first_attribute;
	if (!err && !vec_push(&o->resources, r))
		err = otlp_nomem(o);
	return err;
}

static int read_heads(struct otlp *o)
{
	static const uint8_t known[] = { OTLP_ANY, WIRE_BYTES, WIRE_BYTES };
	struct cursor c = { o->bytes->data, o->bytes->data + o->bytes->len, 0 };
	struct wire_field f;
	int err = 0;

	/* A message takes two bytes: there are fewer than 2^32 of any kind. */
	if (o->bytes->len / 2 >= PROFILE_NONE)
		return diag_set(o->diag, ASSAY_ERR_TOO_BIG, "OpenTelemetry profiles of more than 8 GiB");
	while (!err && otlp_next(o, &c, &f, known, sizeof(known), "", &err))
		if (f.tag >> 3 == OTLP_DATA_RESOURCE_PROFILES)
			err = read_resource_profiles(o, &f);
	return err ? err : name_types(o);
}

/* --- resources: what tells them apart becomes labels, all of it comments --- */

static int add_comments(struct otlp *o)
{
	for (size_t i = 0; i < o->resource_pairs.items.n; i++) {
		const struct pair *pair = &o->resource_pairs.items.items[i];
		struct buf text = BUF_INIT;
		uint32_t id = 0;
		int err;

		buf_add_str(&text, profile_str(o->p, pair->a));
		buf_add_char(&text, '=');
		buf_add_str(&text, profile_str(o->p, pair->b));
		err = text.failed ? otlp_nomem(o) : builder_intern(o->b, buf_str(&text), &id, o->diag);
		buf_release(&text);
		if (err)
			return err;
		if (!vec_push(&o->p->comments, id))
			return otlp_nomem(o);
	}
	return 0;
}

/* Of how many resources each pair is an attribute; last[] is the resource, from 1, that counted it last. */
static void count_pairs(const struct otlp *o, uint32_t *n_resources, uint32_t *last)
{
	for (size_t i = 0; i < o->resources.n; i++) {
		const struct otlp_resource *r = &o->resources.items[i];

		for (size_t k = 0; k < r->n_attributes; k++) {
			uint32_t pair = o->resource_attributes.items[r->first_attribute + k];

			n_resources[pair] += last[pair] != i + 1;
			last[pair] = (uint32_t)i + 1;
		}
	}
}

static int add_resource_labels(struct otlp *o, struct otlp_resource *r, const uint32_t *n_resources)
{
	r->first_label = o->resource_labels.n;
	for (size_t k = 0; k < r->n_attributes; k++) {
		uint32_t index = o->resource_attributes.items[r->first_attribute + k];
		const struct pair *pair = &o->resource_pairs.items.items[index];
		struct label l = { pair->a & (STRTAB_MAX - 1), LABEL_TEXT, pair->b, 0 };

		if (n_resources[index] < o->resources.n && !vec_push(&o->resource_labels, l))
			return otlp_nomem(o);
	}
	r->n_labels = o->resource_labels.n - r->first_label;
	return 0;
}

static int label_resources(struct otlp *o)
{
	size_t n = o->resource_pairs.items.n;
	uint32_t *counts = calloc(n ? n : 1, 2 * sizeof(*counts));
	int err = counts ? 0 : otlp_nomem(o);

	if (!err)
		count_pairs(o, counts, counts + n);
	for (size_t i = 0; !err && i < o->resources.n; i++)
		err = add_resource_labels(o, &o->resources.items[i], counts);
	free(counts);
	return err;
}

/* --- the profile that was converted to this one --- */

/* One payload for all profiles: it has all their columns. NULL when there is none, or several. */
static const struct otlp_profile *find_payload(struct otlp *o)
{
	const struct otlp_profile *first = NULL;
	size_t n_without = 0, n_other = 0;

	for (size_t i = 0; i < o->profiles.n; i++) {
		const struct otlp_profile *p = &o->profiles.items[i];

		n_without += !p->payload.len && p->n_samples;
		if (p->payload.len && !first)
			first = p;
		/* The same bytes once more, or others: told by the first that differs. */
		n_other += p->payload.len && !str_equal(first->payload, p->payload);
	}
	if (first && (n_without || n_other)) {
		ctx_warn(o->ctx, "the profiles were made from several, or not all, original payloads; their own "
				 "samples are read");
		return NULL;
	}
	return first;
}

static int read_payload(struct otlp *o, struct str payload)
{
	struct bytes bytes = { .data = (uint8_t *)payload.p, .len = payload.len, .borrowed = true };
	struct assay_diag why = { .code = ASSAY_OK };
	bool mine = false;
	int err;

	builder_release(o->b);
	err = builder_init(o->b, &why);
	if (!err)
		err = bytes_inflate(&bytes, o->ctx, &why);
	if (!err)
		err = proto_read(o->b, &bytes, &mine, o->ctx, &why);
	bytes_release(&bytes);
	/* Its offsets are its own. */
	if (err == ASSAY_ERR_FORMAT || err == ASSAY_ERR_TRUNCATED)
		return diag_set(o->diag, err, "in original_payload: %s%s%s", why.path, *why.path ? ": " : "", why.text);
	if (err && o->diag)
		*o->diag = why;
	return err;
}

/* --- all of it --- */

/* The dictionary that makes a message one of these: its string table starts with "". */
static bool starts_with_empty_string(const struct wire_field *dictionary)
{
	struct cursor c = { dictionary->data, dictionary->data + dictionary->len, 0 };
	struct wire_field f;

	while (wire_next(&c, &f))
		if (f.tag == WIRE_TAG(OTLP_DICTIONARY_STRING, WIRE_BYTES))
			return f.len == 0;
	return false;
}

/* Messages in field 2 and nothing but messages around: what `data` is of, if these were profiles. */
static bool holds_messages(const uint8_t *data, size_t len, struct wire_field *second)
{
	struct cursor c = { data, data + len, 0 };
	struct wire_field f;
	bool found = false;

	while (wire_next(&c, &f)) {
		if ((f.tag & 7) != WIRE_BYTES || f.tag >> 3 < 1 || f.tag >> 3 > 3)
			return false;
		if (f.tag >> 3 == 2) {
			*second = f;
			found = true;
		}
	}
	return found && !c.err;
}

/* Before there was a dictionary: resource_profiles, in them scope_profiles, in them profiles. */
static bool is_older(const struct wire_field *resource)
{
	struct wire_field scope, profile;
	struct cursor c;

	if (!holds_messages(resource->data, resource->len, &scope) || !holds_messages(scope.data, scope.len, &profile))
		return false;
	c = (struct cursor){ profile.data, profile.data + profile.len, 0 };
	while (wire_next(&c, &profile))
		;
	return !c.err;
}

static int recognize(const struct bytes *bytes, bool *mine, struct assay_diag *diag)
{
	struct cursor c = { bytes->data, bytes->data + bytes->len, 0 };
	bool has_dictionary = false, older = false;
	struct wire_field f;

	while (wire_next(&c, &f)) {
		if (f.tag == WIRE_TAG(OTLP_DATA_DICTIONARY, WIRE_BYTES))
			has_dictionary |= starts_with_empty_string(&f);
		else if (f.tag == WIRE_TAG(OTLP_DATA_RESOURCE_PROFILES, WIRE_BYTES))
			older |= is_older(&f);
	}
	if (c.err)
		return diag_set(diag, c.err, "%s", wire_fault(&c, &f));
	*mine = has_dictionary || older;
	if (has_dictionary)
		return 0;
	return diag_set(diag, ASSAY_ERR_FORMAT,
		"parsing profile: OpenTelemetry profiles of another version than v1development as of release 1.9: "
		"there is no dictionary");
}

static void tell_flaws(struct otlp *o)
{
	if (o->n_frames_without_location)
		ctx_flaw(o->ctx, "frames of stacks that have no location are left out: %zu",
			o->n_frames_without_location);
	if (o->n_lines_without_function)
		ctx_flaw(o->ctx, "lines of locations that have no function are left out: %zu",
			o->n_lines_without_function);
}

static int read_all(struct otlp *o)
{
	const struct otlp_profile *original;
	int err = otlp_read_dictionary(o);

	if (!err)
		err = read_heads(o);
	if (err)
		return err;
	original = find_payload(o);
	if (original)
		return read_payload(o, original->payload);
	err = add_comments(o);
	if (!err)
		err = label_resources(o);
	if (!err)
		err = otlp_read_samples(o);
	if (!err)
		tell_flaws(o);
	return err;
}

static void release(struct otlp *o)
{
	schema_reader_release(&o->schema);
	vec_release(&o->strings);
	vec_release(&o->attributes);
	vec_release(&o->links);
	vec_release(&o->frames);
	vec_release(&o->stack_start);
	vec_release(&o->resources);
	vec_release(&o->resource_attributes);
	pairs_release(&o->resource_pairs);
	vec_release(&o->resource_labels);
	vec_release(&o->profiles);
	pairs_release(&o->types);
	vec_release(&o->scope_size);
}

int otlp_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct otlp o = { .b = b, .p = b->profile, .bytes = bytes, .ctx = ctx, .diag = diag };
	int err = recognize(bytes, mine, diag);

	if (err)
		return err;
	o.budget = ctx->bytes_left;
	err = read_all(&o);
	/* A payload has taken its part itself. */
	if (o.budget < ctx->bytes_left)
		ctx->bytes_left = o.budget;
	release(&o);
	return err;
}
