/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.proto, read in two passes over the message. Samples are nearly all of its bytes and refer to everything else,
 * which may stand behind them: so the first pass decodes all but the samples, references are resolved, and the second
 * pass (proto_samples.c) takes the samples, with every id and string at hand to be checked.
 */
#include "format/proto_read.h"

#include <stdio.h>

#include "base/diag.h"
#include "profile.pb-c.h"
#include "format/proto_fields.h"
#include "format/proto_samples.h"
#include "format/schema.h"
#include "format/wire.h"
#include "profile/idmap.h"

struct reader {
	struct profile_builder *b;
	struct assay_profile *p;
	struct bytes *bytes;
	struct assay_ctx *ctx;
	struct assay_diag *diag;
	bool *mine; /* see struct format */
	struct schema_reader schema;

	VEC(uint32_t) strings;           /* by index in the file's table */
	VEC(uint64_t) line_functions;    /* ids, by line */
	VEC(uint64_t) location_mappings; /* ids, by location */
	struct idmap mappings, locations, functions;
	uint64_t period_type[2];    /* string indexes of the file, until the table is complete */
	uint64_t drop_frames, keep_frames, default_sample_type, doc_url;
	VEC(uint64_t) comments;
	VEC(uint64_t) types; /* type and unit of each sample type */
	struct sample_source samples;
};

static uint64_t offset_of(const struct reader *r, const uint8_t *at)
{
	return (uint64_t)(at - r->bytes->data);
}

static int nomem(struct reader *r)
{
	return diag_nomem(r->diag, "a profile");
}

static int fail_at(struct reader *r, int err, const uint8_t *at, const char *path, const char *what)
{
	return diag_set_at(r->diag, err, offset_of(r, at), path, "%s", what);
}

/* A reference or an id that breaks the model. */
static int malformed(struct reader *r, const uint8_t *at, const char *path, const char *what, uint64_t id)
{
	return diag_set_at(r->diag, ASSAY_ERR_FORMAT, offset_of(r, at), path, "%s %llu", what, (unsigned long long)id);
}

/*
 * First pass: everything but samples. String references are kept as they stand in the file until the table, which may
 * come last, is complete; a reference that no table can hold becomes one that is out of any range.
 */
static uint32_t raw_string(int64_t index)
{
	return index >= 0 && index < PROFILE_NONE ? (uint32_t)index : PROFILE_NONE;
}

#define NOT_IN_LIST SIZE_MAX

static const void *unpack(struct reader *r, const ProtobufCMessageDescriptor *type, const char *name, size_t index,
	const struct wire_field *f, int *err)
{
	const void *message = schema_unpack(&r->schema, type, f->data, f->len);
	const struct schema_fault *fault = &r->schema.fault;
	char path[128], place[24] = "";

	if (message)
		return message;
	if (index != NOT_IN_LIST)
		snprintf(place, sizeof(place), "[%zu]", index);
	snprintf(path, sizeof(path), "%.24s%s%s%s", name, place, *fault->field ? "." : "", fault->field);
	*err = fault->err == ASSAY_ERR_NOMEM ? nomem(r) : fail_at(r, fault->err, fault->at, path, fault->what);
	return NULL;
}

static int read_value_type(struct reader *r, const struct wire_field *f, const char *name, size_t index, uint64_t *type)
{
	int err = 0;
	const Perftools__Profiles__ValueType *m =
		unpack(r, &perftools__profiles__value_type__descriptor, name, index, f, &err);

	if (m) {
		type[0] = (uint64_t)m->type;
		type[1] = (uint64_t)m->unit;
	}
	return err;
}

static int read_sample_type(struct reader *r, const struct wire_field *f)
{
	uint64_t type[2] = { 0 };
	int err = read_value_type(r, f, "sample_type", r->types.n / 2, type);

	if (err)
		return err;
	return vec_push(&r->types, type[0]) && vec_push(&r->types, type[1]) ? 0 : nomem(r);
}

static int read_mapping(struct reader *r, const struct wire_field *f)
{
	int err = 0;
	const Perftools__Profiles__Mapping *m =
		unpack(r, &perftools__profiles__mapping__descriptor, "mapping", r->p->mappings.n, f, &err);

	if (!m)
		return err;
	return vec_push(&r->p->mappings,
		       ((struct mapping){
			       .id = m->id,
			       .start = m->memory_start,
			       .limit = m->memory_limit,
			       .offset = m->file_offset,
			       .file = raw_string(m->filename),
			       .build_id = raw_string(m->build_id),
			       .has_functions = m->has_functions,
			       .has_filenames = m->has_filenames,
			       .has_line_numbers = m->has_line_numbers,
			       .has_inline_frames = m->has_inline_frames,
		       })) ?
		0 :
		nomem(r);
}

/*
 * Functions and locations are most of a small profile, so where they hold just what the format says they are taken
 * straight from the wire, as samples are. All else is the schema's, which passes over what it does not know and says
 * what is wrong.
 */
static int push_function(struct reader *r, const struct function *f)
{
	return vec_push(&r->p->functions, *f) ? 0 : nomem(r);
}

static int read_function(struct reader *r, const struct wire_field *f)
{
	uint64_t v[FUNCTION_START_LINE + 1] = { 0 };
	int err = 0;
	const Perftools__Profiles__Function *m;

	if (wire_numbers(f->data, f->len, v, FUNCTION_START_LINE))
		return push_function(r,
			&(struct function){
				.id = v[FUNCTION_ID],
				.start_line = (int64_t)v[FUNCTION_START_LINE],
				.name = raw_string((int64_t)v[FUNCTION_NAME]),
				.system_name = raw_string((int64_t)v[FUNCTION_SYSTEM_NAME]),
				.file = raw_string((int64_t)v[FUNCTION_FILENAME]),
			});
	m = unpack(r, &perftools__profiles__function__descriptor, "function", r->p->functions.n, f, &err);
	if (!m)
		return err;
	return push_function(r,
		&(struct function){
			.id = m->id,
			.start_line = m->start_line,
			.name = raw_string(m->name),
			.system_name = raw_string(m->system_name),
			.file = raw_string(m->filename),
		});
}

static bool push_plain_line(struct reader *r, const struct wire_field *f)
{
	uint64_t v[LINE_COLUMN + 1] = { 0 };

	return wire_numbers(f->data, f->len, v, LINE_COLUMN) &&
		vec_push(&r->p->lines, ((struct line){ 0, (int64_t)v[LINE_LINE], (int64_t)v[LINE_COLUMN] })) &&
		vec_push(&r->line_functions, v[LINE_FUNCTION_ID]);
}

static bool take_plain_location(struct reader *r, const struct wire_field *f, struct location *l, uint64_t *mapping)
{
	struct cursor c = { f->data, f->data + f->len, 0 };
	struct wire_field part;

	while (wire_next(&c, &part)) {
		switch (part.tag) {
		case WIRE_TAG(LOCATION_ID, WIRE_VARINT):
			l->id = part.value;
			break;
		case WIRE_TAG(LOCATION_MAPPING_ID, WIRE_VARINT):
			*mapping = part.value;
			break;
		case WIRE_TAG(LOCATION_ADDRESS, WIRE_VARINT):
			l->address = part.value;
			break;
		case WIRE_TAG(LOCATION_IS_FOLDED, WIRE_VARINT):
			l->folded = part.value != 0;
			break;
		case WIRE_TAG(LOCATION_LINE, WIRE_BYTES):
			if (!push_plain_line(r, &part))
				return false;
			break;
		default:
			return false;
		}
	}
	return !c.err;
}

/* false: nothing was read, and it is the schema's turn. */
static bool read_plain_location(struct reader *r, const struct wire_field *f)
{
	struct assay_profile *p = r->p;
	size_t n_lines = p->lines.n;
	struct location l = { .mapping = PROFILE_NONE, .first_line = (uint32_t)n_lines };
	uint64_t mapping = 0;

	if (vec_reserve(&p->locations, 1) && vec_reserve(&r->location_mappings, 1) &&
		take_plain_location(r, f, &l, &mapping) && p->lines.n < PROFILE_NONE) {
		l.n_lines = (uint32_t)(p->lines.n - n_lines);
		p->locations.items[p->locations.n++] = l;
		r->location_mappings.items[r->location_mappings.n++] = mapping;
		return true;
	}
	p->lines.n = r->line_functions.n = n_lines;
	return false;
}

static int read_location(struct reader *r, const struct wire_field *f)
{
	struct assay_profile *p = r->p;
	int err = 0;
	const Perftools__Profiles__Location *m;

	if (read_plain_location(r, f))
		return 0;
	m = unpack(r, &perftools__profiles__location__descriptor, "location", p->locations.n, f, &err);
	if (!m)
		return err;
	if (p->lines.n + m->n_line >= PROFILE_NONE)
		return diag_set(r->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 lines");
	if (!vec_push(&p->locations,
		    ((struct location){
			    .id = m->id,
			    .address = m->address,
			    .mapping = PROFILE_NONE,
			    .first_line = (uint32_t)p->lines.n,
			    .n_lines = (uint32_t)m->n_line,
			    .folded = m->is_folded,
		    })) ||
		!vec_push(&r->location_mappings, m->mapping_id))
		return nomem(r);
	for (size_t i = 0; i < m->n_line; i++)
		if (!vec_push(&p->lines, ((struct line){ 0, m->line[i]->line, m->line[i]->column })) ||
			!vec_push(&r->line_functions, m->line[i]->function_id))
			return nomem(r);
	return 0;
}

static int read_string(struct reader *r, const struct wire_field *f)
{
	uint32_t id = 0;
	int err;

	if (r->strings.n == 0 && f->len)
		return fail_at(r, ASSAY_ERR_FORMAT, f->start, "string_table[0]", "must be empty");
	if (r->strings.n >= STRTAB_MAX)
		return diag_set(r->diag, ASSAY_ERR_TOO_BIG, "more than 2^30 strings");
	err = builder_intern(r->b, (struct str){ (const char *)f->data, f->len }, &id, r->diag);
	if (err)
		return err;
	return vec_push(&r->strings, id) ? 0 : nomem(r);
}

static int read_packed_comments(struct reader *r, const struct wire_field *f)
{
	struct cursor c = { f->data, f->data + f->len, 0 };

	while (!c.err && c.p < c.end)
		if (!vec_push(&r->comments, cursor_varint(&c)))
			return nomem(r);
	return c.err ? fail_at(r, c.err, c.p, "comment", "a varint that is cut short or too long") : 0;
}

static int read_time(struct reader *r, const struct wire_field *f)
{
	if (r->p->time_nanos) {
		*r->mine = true;
		return diag_set(r->diag, ASSAY_ERR_FORMAT, "parsing profile: concatenated profiles detected");
	}
	r->p->time_nanos = (int64_t)f->value;
	return 0;
}

static int read_scalar(struct reader *r, const struct wire_field *f)
{
	switch (f->tag >> 3) {
	case FIELD_DROP_FRAMES:
		r->drop_frames = f->value;
		break;
	case FIELD_KEEP_FRAMES:
		r->keep_frames = f->value;
		break;
	case FIELD_TIME_NANOS:
		return read_time(r, f);
	case FIELD_DURATION_NANOS:
		r->p->duration_nanos = (int64_t)f->value;
		break;
	case FIELD_PERIOD:
		r->p->period = (int64_t)f->value;
		break;
	case FIELD_COMMENT:
		return vec_push(&r->comments, f->value) ? 0 : nomem(r);
	case FIELD_DEFAULT_SAMPLE_TYPE:
		r->default_sample_type = f->value;
		break;
	case FIELD_DOC_URL:
		r->doc_url = f->value;
		break;
	}
	return 0;
}

static int read_field(struct reader *r, const struct wire_field *f)
{
	switch (f->tag) {
	case WIRE_TAG(FIELD_SAMPLE_TYPE, WIRE_BYTES):
		return read_sample_type(r, f);
	case WIRE_TAG(FIELD_SAMPLE, WIRE_BYTES):
		return sample_source_add(&r->samples, f) ? 0 : nomem(r);
	case WIRE_TAG(FIELD_MAPPING, WIRE_BYTES):
		return read_mapping(r, f);
	case WIRE_TAG(FIELD_LOCATION, WIRE_BYTES):
		return read_location(r, f);
	case WIRE_TAG(FIELD_FUNCTION, WIRE_BYTES):
		return read_function(r, f);
	case WIRE_TAG(FIELD_STRING_TABLE, WIRE_BYTES):
		return read_string(r, f);
	case WIRE_TAG(FIELD_PERIOD_TYPE, WIRE_BYTES):
		return read_value_type(r, f, "period_type", NOT_IN_LIST, r->period_type);
	case WIRE_TAG(FIELD_COMMENT, WIRE_BYTES):
		return read_packed_comments(r, f);
	}
	if (f->tag >> 3 < FIELD_SAMPLE_TYPE || f->tag >> 3 > FIELD_DOC_URL)
		return 0;
	if ((f->tag & 7) != WIRE_VARINT || f->tag >> 3 <= FIELD_STRING_TABLE || f->tag >> 3 == FIELD_PERIOD_TYPE)
		return fail_at(r, ASSAY_ERR_FORMAT, f->start,
			perftools__profiles__profile__descriptor.fields[(f->tag >> 3) - 1].name, "wrong wire type");
	return read_scalar(r, f);
}

static int read_tables(struct reader *r)
{
	struct cursor c = { r->bytes->data, r->bytes->data + r->bytes->len, 0 };
	struct wire_field f;
	size_t n_chunks = 0;

	for (size_t n = 0; sample_source_pass(&r->samples, &c), wire_next(&c, &f); n++) {
		int err = read_field(r, &f);

		if (err)
			return err;
		/* A chunk has up to some thousand samples, which are no fields seen here. */
		if ((n % CTX_POLL_SAMPLES == 0 || r->samples.chunks.n > n_chunks) && ctx_canceled(r->ctx))
			return diag_set(r->diag, ASSAY_ERR_CANCELED, "canceled");
		n_chunks = r->samples.chunks.n;
	}
	if (c.err)
		return fail_at(r, c.err, f.start, "", wire_fault(&c, &f));
	if (!r->strings.n)
		return fail_at(r, ASSAY_ERR_FORMAT, c.p, "string_table", "there is none");
	return 0;
}

/* Where the index-th message of a list starts: looked up only to say it. */
static const uint8_t *find_message(const struct reader *r, unsigned field, size_t index)
{
	struct cursor c = { r->bytes->data, r->bytes->data + r->bytes->len, 0 };
	struct wire_field f;

	while (wire_next(&c, &f))
		if (f.tag == WIRE_TAG(field, WIRE_BYTES) && index-- == 0)
			break;
	return f.start;
}

/* Between the passes: strings. */
static int no_string(struct reader *r, unsigned field, size_t index, const char *path, uint32_t string)
{
	uint64_t offset = offset_of(r, find_message(r, field, index));

	/* Of what is beyond any table no more is kept than that. */
	if (string == PROFILE_NONE)
		return diag_set_at(r->diag, ASSAY_ERR_FORMAT, offset, path, "no such string, the table has %zu", r->strings.n);
	return diag_set_at(r->diag, ASSAY_ERR_FORMAT, offset, path, "no string %u, the table has %zu", (unsigned)string,
		r->strings.n);
}

static int resolve(struct reader *r, uint64_t string, uint32_t *id, const char *name)
{
	if (string >= r->strings.n)
		return diag_set(r->diag, ASSAY_ERR_FORMAT, "%s: no string %lld, the table has %zu", name, (long long)string,
			r->strings.n);
	*id = r->strings.items[string];
	return 0;
}

/* The same for a string of the index-th message of a list, which already holds the raw reference. */
static int resolve_in(struct reader *r, uint32_t *id, unsigned field, size_t index, const char *name)
{
	char path[64];

	if (*id < r->strings.n) {
		*id = r->strings.items[*id];
		return 0;
	}
	snprintf(path, sizeof(path), "%s[%zu].%s", perftools__profiles__profile__descriptor.fields[field - 1].name, index,
		name);
	return no_string(r, field, index, path, *id);
}

static int resolve_types(struct reader *r)
{
	for (size_t i = 0; i < r->types.n; i += 2) {
		struct value_type t;

		t.type = raw_string((int64_t)r->types.items[i]);
		t.unit = raw_string((int64_t)r->types.items[i + 1]);
		int err = resolve_in(r, &t.type, FIELD_SAMPLE_TYPE, i / 2, "type");

		if (!err)
			err = resolve_in(r, &t.unit, FIELD_SAMPLE_TYPE, i / 2, "unit");
		if (err)
			return err;
		if (!vec_push(&r->p->sample_types, t))
			return nomem(r);
	}
	return 0;
}

static int resolve_scalars(struct reader *r)
{
	struct assay_profile *p = r->p;
	int err = resolve(r, r->drop_frames, &p->drop_frames, "drop_frames");

	if (!err)
		err = resolve(r, r->keep_frames, &p->keep_frames, "keep_frames");
	if (!err)
		err = resolve(r, r->period_type[0], &p->period_type.type, "period_type.type");
	if (!err)
		err = resolve(r, r->period_type[1], &p->period_type.unit, "period_type.unit");
	if (!err)
		err = resolve(r, r->default_sample_type, &p->default_sample_type, "default_sample_type");
	if (!err)
		err = resolve(r, r->doc_url, &p->doc_url, "doc_url");
	for (size_t i = 0; !err && i < r->comments.n; i++) {
		uint32_t id = 0;

		err = resolve(r, r->comments.items[i], &id, "comment");
		if (!err && !vec_push(&p->comments, id))
			err = nomem(r);
	}
	return err;
}

static int resolve_strings(struct reader *r)
{
	struct assay_profile *p = r->p;
	int err = 0;

	for (size_t i = 0; !err && i < p->mappings.n; i++) {
		err = resolve_in(r, &p->mappings.items[i].file, FIELD_MAPPING, i, "filename");
		if (!err)
			err = resolve_in(r, &p->mappings.items[i].build_id, FIELD_MAPPING, i, "build_id");
	}
	for (size_t i = 0; !err && i < p->functions.n; i++) {
		struct function *f = &p->functions.items[i];

		err = resolve_in(r, &f->name, FIELD_FUNCTION, i, "name");
		if (!err)
			err = resolve_in(r, &f->system_name, FIELD_FUNCTION, i, "system_name");
		if (!err)
			err = resolve_in(r, &f->file, FIELD_FUNCTION, i, "filename");
	}
	if (!err)
		err = resolve_types(r);
	return err ? err : resolve_scalars(r);
}

/* Between the passes: ids. */
static int map_ids(struct reader *r, struct idmap *m, const uint64_t *ids, size_t stride, size_t n, unsigned field)
{
	const char *name = perftools__profiles__profile__descriptor.fields[field - 1].name;
	struct idmap_fault fault;
	char path[64];
	int err;

	if (n >= PROFILE_NONE)
		return diag_set(r->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 entries of %s", name);
	err = idmap_build(m, ids, stride, n, &fault);
	if (err != ASSAY_ERR_FORMAT)
		return err ? nomem(r) : 0;
	snprintf(path, sizeof(path), "%s[%zu].id", name, fault.index);
	if (!fault.id)
		return malformed(r, find_message(r, field, fault.index), path, "reserved id", 0);
	return malformed(r, find_message(r, field, fault.index), path, "an earlier one has the same id", fault.id);
}

#define MAP_IDS(r, map, list, field) \
	map_ids(r, map, (list)->n ? &(list)->items[0].id : NULL, sizeof((list)->items[0]), (list)->n, field)

static int link_lines(struct reader *r, size_t location)
{
	const struct location *l = &r->p->locations.items[location];

	for (uint32_t i = 0; i < l->n_lines; i++) {
		uint64_t id = r->line_functions.items[l->first_line + i];
		uint32_t function = idmap_find(&r->functions, id);
		char path[64];

		if (function == PROFILE_NONE) {
			snprintf(path, sizeof(path), "location[%zu].line[%u].function_id", location, (unsigned)i);
			return malformed(r, find_message(r, FIELD_LOCATION, location), path, "no function", id);
		}
		r->p->lines.items[l->first_line + i].function = function;
	}
	return 0;
}

static int link_tables(struct reader *r)
{
	struct assay_profile *p = r->p;
	int err = MAP_IDS(r, &r->mappings, &p->mappings, FIELD_MAPPING);

	if (!err)
		err = MAP_IDS(r, &r->functions, &p->functions, FIELD_FUNCTION);
	if (!err)
		err = MAP_IDS(r, &r->locations, &p->locations, FIELD_LOCATION);
	for (size_t i = 0; !err && i < p->locations.n; i++) {
		/* A mapping that is not there is no fault: the location has none then. */
		p->locations.items[i].mapping = idmap_find(&r->mappings, r->location_mappings.items[i]);
		err = link_lines(r, i);
	}
	return err;
}

static void release(struct reader *r)
{
	schema_reader_release(&r->schema);
	vec_release(&r->strings);
	vec_release(&r->line_functions);
	vec_release(&r->location_mappings);
	vec_release(&r->comments);
	vec_release(&r->types);
	vec_release(&r->samples.chunks);
	idmap_release(&r->mappings);
	idmap_release(&r->locations);
	idmap_release(&r->functions);
}

int proto_read(struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct reader r = { .b = b, .p = b->profile, .bytes = bytes, .ctx = ctx, .diag = diag, .mine = mine };
	int err;

	r.samples = (struct sample_source){ .profile = r.p, .bytes = bytes, .ctx = ctx, .locations = &r.locations };
	err = read_tables(&r);

	if (!err) {
		err = resolve_strings(&r);
		/* With tables that hold together, this is a profile, and what is wrong with it is worth saying. */
		*mine = !err;
	}
	if (!err)
		err = link_tables(&r);
	if (!err) {
		/* What stands behind the samples has become tables. */
		bytes_forget_end(bytes, r.samples.end);
		r.samples.strings = r.strings.items;
		r.samples.n_strings = r.strings.n;
		err = proto_read_samples(&r.samples, diag);
	}
	release(&r);
	return err;
}

const char *proto_backend(void)
{
	return "protobuf-c " PROTOBUF_C_VERSION;
}
