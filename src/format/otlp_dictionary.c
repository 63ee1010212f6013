/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dictionary: tables of strings, attributes, mappings, functions, locations, links and stacks, in any order. How
 * long each is gets counted first, and each is read after those it refers to, so that every reference is checked where
 * it stands.
 */
#include <stdio.h>

#include "base/diag.h"
#include "format/otlp.h"
#include "otlp.pb-c.h"

typedef Opentelemetry__Proto__Profiles__V1development__Function Function;
typedef Opentelemetry__Proto__Profiles__V1development__Line Line;
typedef Opentelemetry__Proto__Profiles__V1development__Link Link;
typedef Opentelemetry__Proto__Profiles__V1development__Location Location;
typedef Opentelemetry__Proto__Profiles__V1development__Mapping Mapping;

#define DESCRIPTOR(name) (&opentelemetry__proto__profiles__v1development__##name##__descriptor)

static const uint8_t data_fields[] = { OTLP_ANY, WIRE_BYTES, WIRE_BYTES };
static const uint8_t dictionary_fields[] = { OTLP_ANY, WIRE_BYTES, WIRE_BYTES, WIRE_BYTES, WIRE_BYTES, WIRE_BYTES,
	WIRE_BYTES, WIRE_BYTES };

typedef int read_entry(struct otlp *o, const struct wire_field *f, size_t index);

/* A message may come in parts, whose lists are then one after the other. */
static int each_field(
	struct otlp *o, const struct wire_field *dictionary, unsigned table, read_entry *read, size_t *index)
{
	struct cursor c = { dictionary->data, dictionary->data + dictionary->len, 0 };
	struct wire_field f;
	int err = 0;

	while (!err && otlp_next(o, &c, &f, dictionary_fields, sizeof(dictionary_fields), "dictionary", &err)) {
		unsigned number = f.tag >> 3 < OTLP_N_TABLES ? (unsigned)(f.tag >> 3) : 0;

		if (!number)
			continue;
		if (!read)
			o->n_entries[number]++;
		else if (number == table)
			err = read(o, &f, (*index)++);
	}
	return err;
}

/* Without read, counts the entries of all tables. */
static int each_entry(struct otlp *o, unsigned table, read_entry *read)
{
	struct cursor c = { o->bytes->data, o->bytes->data + o->bytes->len, 0 };
	struct wire_field f;
	size_t index = 0;
	int err = 0;

	while (!err && otlp_next(o, &c, &f, data_fields, sizeof(data_fields), "", &err))
		if (f.tag == WIRE_TAG(OTLP_DATA_DICTIONARY, WIRE_BYTES))
			err = each_field(o, &f, table, read, &index);
	return err;
}

static int read_string(struct otlp *o, const struct wire_field *f, size_t index)
{
	uint32_t id = 0;
	int err;

	if (index >= STRTAB_MAX)
		return diag_set(o->diag, ASSAY_ERR_TOO_BIG, "more than 2^30 strings");
	err = builder_intern(o->b, (struct str){ (const char *)f->data, f->len }, &id, o->diag);
	if (err)
		return err;
	return vec_push(&o->strings, id) ? 0 : otlp_nomem(o);
}

/* The three kinds of build id, the one that is most telling last. */
#define NAME(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}
static const struct str build_ids[] = {
	NAME("process.executable.build_id.htlhash"),
	NAME("process.executable.build_id.go"),
	NAME("process.executable.build_id.gnu"),
};

/* A binary may have all of them: the linker's is what tools look for. */
static int find_build_id(struct otlp *o, const Mapping *m, const struct wire_field *f, const char *path, uint32_t *id)
{
	size_t best = 0;

	for (size_t i = 0; i < m->n_attribute_indices; i++) {
		uint64_t index = (uint64_t)m->attribute_indices[i];
		const struct label *l;

		if (!otlp_has(o, OTLP_DICTIONARY_ATTRIBUTE, index)) {
			char inner[OTLP_PATH_SIZE];

			otlp_place(inner, "%s.attribute_indices[%zu]", path, i);
			return otlp_no_entry(o, OTLP_DICTIONARY_ATTRIBUTE, index, f->start, inner);
		}
		if (!index)
			continue;
		l = &o->attributes.items[index];
		for (size_t k = 0; k < sizeof(build_ids) / sizeof(build_ids[0]); k++) {
			if (k < best || l->kind != LABEL_TEXT || !str_equal(profile_str(o->p, l->key), build_ids[k]))
				continue;
			best = k;
			*id = l->text;
		}
	}
	return 0;
}

static int string_of(
	struct otlp *o, int64_t index, const struct wire_field *f, const char *path, const char *name, uint32_t *id)
{
	char inner[OTLP_PATH_SIZE];

	if (otlp_has(o, OTLP_DICTIONARY_STRING, (uint64_t)index))
		return otlp_string(o, (uint64_t)index, f->start, path, id);
	otlp_place(inner, "%s.%s", path, name);
	return otlp_string(o, (uint64_t)index, f->start, inner, id);
}

static int read_mapping(struct otlp *o, const struct wire_field *f, size_t index)
{
	struct mapping mapping = { .id = index };
	const Mapping *m;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(path, "dictionary.mapping_table[%zu]", index);
	m = otlp_unpack(o, DESCRIPTOR(mapping), f, path, &err);
	if (m) {
		mapping.start = m->memory_start;
		mapping.limit = m->memory_limit;
		mapping.offset = m->file_offset;
		err = string_of(o, m->filename_strindex, f, path, "filename_strindex", &mapping.file);
		if (!err)
			err = find_build_id(o, m, f, path, &mapping.build_id);
	}
	if (err || !index)
		return err;
	return vec_push(&o->p->mappings, mapping) ? 0 : otlp_nomem(o);
}

static int read_function(struct otlp *o, const struct wire_field *f, size_t index)
{
	struct function function = { .id = index };
	const Function *m;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(path, "dictionary.function_table[%zu]", index);
	m = otlp_unpack(o, DESCRIPTOR(function), f, path, &err);
	if (m) {
		function.start_line = m->start_line;
		err = string_of(o, m->name_strindex, f, path, "name_strindex", &function.name);
		if (!err)
			err = string_of(
				o, m->system_name_strindex, f, path, "system_name_strindex", &function.system_name);
		if (!err)
			err = string_of(o, m->filename_strindex, f, path, "filename_strindex", &function.file);
	}
	/* Most leave it out: it is the name then, as profile.proto has it. */
	if (!function.system_name)
		function.system_name = function.name;
	if (err || !index)
		return err;
	return vec_push(&o->p->functions, function) ? 0 : otlp_nomem(o);
}

/* A line without a function says nothing that the model could hold. */
static int add_lines(struct otlp *o, const Location *m, const struct wire_field *f, const char *path)
{
	struct assay_profile *p = o->p;

	if (p->lines.n + m->n_lines >= PROFILE_NONE)
		return diag_set(o->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 lines");
	for (size_t i = 0; i < m->n_lines; i++) {
		const Line *l = m->lines[i];
		uint64_t function = (uint64_t)l->function_index;
		char inner[OTLP_PATH_SIZE];

		if (!otlp_has(o, OTLP_DICTIONARY_FUNCTION, function)) {
			otlp_place(inner, "%s.lines[%zu].function_index", path, i);
			return otlp_no_entry(o, OTLP_DICTIONARY_FUNCTION, function, f->start, inner);
		}
		if (!function) {
			o->n_lines_without_function++;
			continue;
		}
		if (!vec_push(&p->lines, ((struct line){ (uint32_t)function - 1, l->line, l->column })))
			return otlp_nomem(o);
	}
	return 0;
}

static int read_location(struct otlp *o, const struct wire_field *f, size_t index)
{
	struct location location = { .id = index, .mapping = PROFILE_NONE, .first_line = (uint32_t)o->p->lines.n };
	const Location *m;
	char path[OTLP_PATH_SIZE], inner[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(path, "dictionary.location_table[%zu]", index);
	m = otlp_unpack(o, DESCRIPTOR(location), f, path, &err);
	if (!m)
		return err;
	location.address = m->address;
	if (!otlp_has(o, OTLP_DICTIONARY_MAPPING, (uint64_t)m->mapping_index)) {
		otlp_place(inner, "%s.mapping_index", path);
		return otlp_no_entry(o, OTLP_DICTIONARY_MAPPING, (uint64_t)m->mapping_index, f->start, inner);
	}
	if (m->mapping_index)
		location.mapping = (uint32_t)m->mapping_index - 1;
	if (!index)
		return 0;
	err = add_lines(o, m, f, path);
	if (err)
		return err;
	location.n_lines = (uint32_t)o->p->lines.n - location.first_line;
	return vec_push(&o->p->locations, location) ? 0 : otlp_nomem(o);
}

static int intern_hex(struct otlp *o, const ProtobufCBinaryData *id, uint32_t *string)
{
	struct buf text = BUF_INIT;
	int err;

	otlp_add_hex(&text, id->data, id->len);
	err = text.failed ? otlp_nomem(o) : builder_intern(o->b, buf_str(&text), string, o->diag);
	buf_release(&text);
	return err;
}

static int read_link(struct otlp *o, const struct wire_field *f, size_t index)
{
	struct otlp_link link = { 0 };
	const Link *m;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(path, "dictionary.link_table[%zu]", index);
	m = otlp_unpack(o, DESCRIPTOR(link), f, path, &err);
	if (m)
		err = intern_hex(o, &m->trace_id, &link.trace_id);
	if (m && !err)
		err = intern_hex(o, &m->span_id, &link.span_id);
	if (err)
		return err;
	return vec_push(&o->links, link) ? 0 : otlp_nomem(o);
}

static int add_frame(struct otlp *o, uint64_t location, const uint8_t *at, size_t stack)
{
	char path[OTLP_PATH_SIZE];

	if (!otlp_has(o, OTLP_DICTIONARY_LOCATION, location)) {
		otlp_place(path, "dictionary.stack_table[%zu].location_indices[%zu]", stack,
			o->frames.n - (size_t)o->stack_start.items[stack]);
		return otlp_no_entry(o, OTLP_DICTIONARY_LOCATION, location, at, path);
	}
	if (!location) {
		o->n_frames_without_location++;
		return 0;
	}
	return vec_push(&o->frames, (uint32_t)location - 1) ? 0 : otlp_nomem(o);
}

static int add_frames(struct otlp *o, const struct wire_field *f, size_t stack)
{
	struct cursor c = { f->data, f->data + f->len, 0 };
	int err = 0;

	while (!err && c.p < c.end) {
		const uint8_t *at = c.p;
		uint64_t location = cursor_varint(&c);

		if (c.err)
			return otlp_fail(
				o, c.err, at, "dictionary.stack_table", "a varint that is cut short or too long");
		err = add_frame(o, location, at, stack);
	}
	return err;
}

static int read_stack(struct otlp *o, const struct wire_field *stack, size_t index)
{
	static const uint8_t known[] = { OTLP_ANY, OTLP_ANY };
	struct cursor c = { stack->data, stack->data + stack->len, 0 };
	struct wire_field f;
	char path[OTLP_PATH_SIZE];
	int err = 0;

	otlp_place(path, "dictionary.stack_table[%zu]", index);
	if (!vec_push(&o->stack_start, o->frames.n))
		return otlp_nomem(o);
	while (!err && otlp_next(o, &c, &f, known, sizeof(known), path, &err)) {
		if (f.tag == WIRE_TAG(OTLP_STACK_LOCATIONS, WIRE_BYTES))
			err = add_frames(o, &f, index);
		else if (f.tag == WIRE_TAG(OTLP_STACK_LOCATIONS, WIRE_VARINT))
			err = add_frame(o, f.value, f.start, index);
		else if (f.tag >> 3 == OTLP_STACK_LOCATIONS)
			err = otlp_fail(o, ASSAY_ERR_FORMAT, f.start, path, "wrong wire type");
	}
	return err;
}

/* A mapping has what all of its locations have: where one lacks it, somebody may want to look for more. */
static void set_flags(struct assay_profile *p)
{
	for (size_t i = 0; i < p->locations.n; i++) {
		uint32_t mapping = p->locations.items[i].mapping;

		if (mapping != PROFILE_NONE)
			p->mappings.items[mapping].has_functions = p->mappings.items[mapping].has_filenames =
				p->mappings.items[mapping].has_line_numbers = true;
	}
	for (size_t i = 0; i < p->locations.n; i++) {
		const struct location *l = &p->locations.items[i];
		struct mapping *m = l->mapping == PROFILE_NONE ? NULL : &p->mappings.items[l->mapping];
		const struct line *line = l->n_lines ? &p->lines.items[l->first_line] : NULL;

		if (!m)
			continue;
		m->has_functions &= line && p->functions.items[line->function].name;
		m->has_filenames &= line && p->functions.items[line->function].file;
		m->has_line_numbers &= line && line->number;
		m->has_inline_frames |= l->n_lines > 1;
	}
}

static int check_sizes(struct otlp *o)
{
	for (unsigned i = 0; i < OTLP_N_TABLES; i++)
		if (o->n_entries[i] >= PROFILE_NONE)
			return diag_set(
				o->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 entries in a table of the dictionary");
	return 0;
}

int otlp_read_dictionary(struct otlp *o)
{
	static const struct {
		unsigned table;
		read_entry *read;
	} steps[] = {
		{ OTLP_DICTIONARY_STRING, read_string },
		{ OTLP_DICTIONARY_ATTRIBUTE, otlp_read_attribute },
		{ OTLP_DICTIONARY_MAPPING, read_mapping },
		{ OTLP_DICTIONARY_FUNCTION, read_function },
		{ OTLP_DICTIONARY_LOCATION, read_location },
		{ OTLP_DICTIONARY_LINK, read_link },
		{ OTLP_DICTIONARY_STACK, read_stack },
	};
	int err = each_entry(o, 0, NULL);

	if (!err)
		err = check_sizes(o);
	for (size_t i = 0; !err && i < sizeof(steps) / sizeof(steps[0]); i++)
		err = each_entry(o, steps[i].table, steps[i].read);
	if (!err && !vec_push(&o->stack_start, o->frames.n))
		err = otlp_nomem(o);
	if (!err)
		set_flags(o->p);
	return err;
}
