/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes: a key, a value of any kind, perhaps a unit. Those of samples become labels; what a label can hold is a
 * text or a whole number, so that everything else is written down as text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "format/otlp.h"
#include "otlp.pb-c.h"

typedef Opentelemetry__Proto__Profiles__V1development__AnyValue AnyValue;
typedef Opentelemetry__Proto__Profiles__V1development__ArrayValue ArrayValue;
typedef Opentelemetry__Proto__Profiles__V1development__KeyValue KeyValue;
typedef Opentelemetry__Proto__Profiles__V1development__KeyValueAndUnit KeyValueAndUnit;
typedef Opentelemetry__Proto__Profiles__V1development__KeyValueList KeyValueList;
typedef Opentelemetry__Proto__Profiles__V1development__Resource Resource;

#define KIND(name) OPENTELEMETRY__PROTO__PROFILES__V1DEVELOPMENT__ANY_VALUE__VALUE_##name
#define DESCRIPTOR(name) (&opentelemetry__proto__profiles__v1development__##name##__descriptor)

/* An attribute, and where to complain about it. */
struct place {
	const uint8_t *at;
	const char *path;
};

void otlp_add_hex(struct buf *out, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		buf_add_char(out, "0123456789abcdef"[data[i] >> 4]);
		buf_add_char(out, "0123456789abcdef"[data[i] & 15]);
	}
}

/* With as few digits as tell it from all others. */
static void add_double(struct buf *out, double v)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_add_str(out, str_of(text));
}

static int add_string(struct otlp *o, struct buf *out, uint64_t index, const struct place *place)
{
	uint32_t id = 0;
	int err = otlp_string(o, index, place->at, place->path, &id);

	if (!err)
		buf_add_str(out, profile_str(o->p, id));
	return err;
}

static int add_value(struct otlp *o, struct buf *out, const AnyValue *v, const struct place *place);

static int add_array(struct otlp *o, struct buf *out, const ArrayValue *list, const struct place *place)
{
	int err = 0;

	buf_add_char(out, '[');
	for (size_t i = 0; !err && i < list->n_values; i++) {
		buf_add_str(out, i ? STR(", ") : STR(""));
		err = add_value(o, out, list->values[i], place);
	}
	buf_add_char(out, ']');
	return err;
}

static int add_key(struct otlp *o, struct buf *out, const KeyValue *kv, const struct place *place)
{
	if (kv->key_strindex)
		return add_string(o, out, (uint64_t)kv->key_strindex, place);
	buf_add(out, (const char *)kv->key.data, kv->key.len);
	return 0;
}

static int add_map(struct otlp *o, struct buf *out, const KeyValueList *map, const struct place *place)
{
	int err = 0;

	buf_add_char(out, '{');
	for (size_t i = 0; !err && i < map->n_values; i++) {
		buf_add_str(out, i ? STR(", ") : STR(""));
		err = add_key(o, out, map->values[i], place);
		buf_add_str(out, STR(": "));
		if (!err && map->values[i]->value)
			err = add_value(o, out, map->values[i]->value, place);
	}
	buf_add_char(out, '}');
	return err;
}

/* How deep values nest was bounded when they were decoded. */
static int add_value(struct otlp *o, struct buf *out, const AnyValue *v, const struct place *place)
{
	switch (v->value_case) {
	case KIND(STRING_VALUE):
		buf_add(out, (const char *)v->string_value.data, v->string_value.len);
		return 0;
	case KIND(BOOL_VALUE):
		buf_add_str(out, v->bool_value ? STR("true") : STR("false"));
		return 0;
	case KIND(INT_VALUE):
		buf_addf(out, "%" PRId64, v->int_value);
		return 0;
	case KIND(DOUBLE_VALUE):
		add_double(out, v->double_value);
		return 0;
	case KIND(ARRAY_VALUE):
		return add_array(o, out, v->array_value, place);
	case KIND(KVLIST_VALUE):
		return add_map(o, out, v->kvlist_value, place);
	case KIND(BYTES_VALUE):
		otlp_add_hex(out, v->bytes_value.data, v->bytes_value.len);
		return 0;
	case KIND(STRING_VALUE_STRINDEX):
		return add_string(o, out, (uint64_t)v->string_value_strindex, place);
	default:
		return 0;
	}
}

static int intern(struct otlp *o, struct buf *text, uint32_t *id)
{
	int err = text->failed ? otlp_nomem(o) : builder_intern(o->b, buf_str(text), id, o->diag);

	buf_release(text);
	return err;
}

static int intern_value(struct otlp *o, const AnyValue *v, const struct place *place, uint32_t *id)
{
	struct buf text = BUF_INIT;
	int err = v ? add_value(o, &text, v, place) : 0;

	if (!err)
		return intern(o, &text, id);
	buf_release(&text);
	return err;
}

static int make_label(struct otlp *o, const KeyValueAndUnit *m, const struct place *place, struct label *out)
{
	struct label l = { .kind = LABEL_TEXT };
	uint32_t key = 0, text = 0;
	int err = otlp_string(o, (uint64_t)m->key_strindex, place->at, place->path, &key);

	if (!err && m->value && m->value->value_case == KIND(INT_VALUE)) {
		l.number = m->value->int_value;
		l.kind = m->unit_strindex ? LABEL_NUMBER_UNIT : LABEL_NUMBER;
		err = otlp_unit(o, (uint64_t)m->unit_strindex, place->at, place->path, &text);
	} else if (!err) {
		err = intern_value(o, m->value, place, &text);
	}
	if (err)
		return err;
	l.key = key & (STRTAB_MAX - 1);
	l.text = text;
	*out = l;
	return 0;
}

int otlp_read_attribute(struct otlp *o, const struct wire_field *f, size_t index)
{
	struct label label = { 0 };
	char path[OTLP_PATH_SIZE];
	struct place place = { f->start, path };
	const KeyValueAndUnit *m;
	int err = 0;

	otlp_place(path, "dictionary.attribute_table[%zu]", index);
	m = otlp_unpack(o, DESCRIPTOR(key_value_and_unit), f, path, &err);
	if (m)
		err = make_label(o, m, &place, &label);
	if (err)
		return err;
	return vec_push(&o->attributes, label) ? 0 : otlp_nomem(o);
}

static int read_pair(struct otlp *o, const KeyValue *kv, const struct place *place)
{
	struct buf text = BUF_INIT;
	uint32_t key = 0, value = 0, pair;
	int err = add_key(o, &text, kv, place);

	if (err) {
		buf_release(&text);
		return err;
	}
	err = intern(o, &text, &key);
	if (!err)
		err = intern_value(o, kv->value, place, &value);
	if (err)
		return err;
	return pairs_add(&o->resource_pairs, key, value, &pair) && vec_push(&o->resource_attributes, pair)
		       ? 0
		       : otlp_nomem(o);
}

int otlp_read_resource(struct otlp *o, const struct wire_field *f, const char *path)
{
	char inner[OTLP_PATH_SIZE];
	struct place place = { f->start, inner };
	const Resource *m;
	int err = 0;

	otlp_place(inner, "%s.resource", path);
	m = otlp_unpack(o, DESCRIPTOR(resource), f, inner, &err);
	for (size_t i = 0; m && !err && i < m->n_attributes; i++) {
		otlp_place(inner, "%s.resource.attributes[%zu]", path, i);
		err = read_pair(o, m->attributes[i], &place);
	}
	return err;
}
