/* SPDX-License-Identifier: Apache-2.0 */
#include "app/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "symbol/linkage.h"

/* Bytes that a worker may say about the symbols of a binary, and about a range of code. */
#define SYMBOLS_BUDGET ((uint64_t)1 << 30)
#define CODE_BUDGET ((uint64_t)256 << 20)

/* The binary of a mapping, or why there is none. */
struct object_entry {
	struct code_object object; /* first, so that a report's object leads back to here */
	struct binary *binary;
	bool opened;
	int err;
	struct assay_diag why;
};

struct symbol_list {
	const struct binary *binary;
	struct arena texts;
	VEC(struct code_symbol) symbols;
	int err;
	struct assay_diag why;
};

static struct object_entry *entry_of(const struct code_object *object)
{
	return (struct object_entry *)object;
}

static struct object_entry *find_entry(struct objects *o, uint32_t mapping)
{
	size_t n = o->profile->mappings.n;

	if (mapping >= n)
		return NULL;
	if (!o->entries)
		o->entries = calloc(n, sizeof(struct object_entry *));
	if (!o->entries)
		return NULL;
	if (!o->entries[mapping])
		o->entries[mapping] = calloc(1, sizeof(struct object_entry));
	return o->entries[mapping];
}

static void set_object(struct object_entry *e, struct binary *b, uint64_t base)
{
	e->binary = b;
	e->object = (struct code_object){ base, str_of(b->path), b->identity.modified };
}

static int open_entry(
	struct objects *o, struct object_entry *e, const struct mapping *m, uint64_t address, struct assay_diag *diag)
{
	struct str file = profile_str(o->profile, m->file);
	const struct base_mapping place = { m->start, m->limit, m->offset };
	struct symbolizer *s = o->names->symbolizer;
	struct binary *b;
	uint64_t base = 0;
	int err = symbolizer_binary(s, file, profile_str(o->profile, m->build_id), &b, diag);

	if (err)
		return err;
	if (!b->path)
		return diag_set(diag, (int)b->why.code, "%s", b->why.text);
	err = symbolizer_base(s, &base, b, file, &place, address, diag);
	if (!err)
		set_object(e, b, base);
	return err;
}

static int code_open(
	void *data, uint32_t mapping, uint64_t address, const struct code_object **object, struct assay_diag *diag)
{
	struct objects *o = data;
	struct object_entry *e;

	if (mapping >= o->profile->mappings.n)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "the address is in no mapping");
	e = find_entry(o, mapping);
	if (!e)
		return diag_nomem(diag, "a binary");
	if (!e->opened) {
		e->opened = true;
		e->err = open_entry(o, e, &o->profile->mappings.items[mapping], address, &e->why);
	}
	if (e->err) {
		*diag = e->why;
		return e->err;
	}
	*object = &e->object;
	return 0;
}

static const struct code_object *code_known(void *data, uint32_t mapping)
{
	struct objects *o = data;
	const struct mapping *m;
	struct object_entry *e;
	struct binary *b;

	if (mapping >= o->profile->mappings.n)
		return NULL;
	m = &o->profile->mappings.items[mapping];
	b = symbolizer_known(
		o->names->symbolizer, profile_str(o->profile, m->file), profile_str(o->profile, m->build_id));
	e = b && b->path ? find_entry(o, mapping) : NULL;
	if (!e)
		return NULL;
	if (!e->opened)
		set_object(e, b, 0);
	return e->binary ? &e->object : NULL;
}

static int ask(struct objects *o, struct question *q, struct assay_diag *diag)
{
	int err = workers_ask(symbolizer_workers(o->names->symbolizer), q, 1, diag);

	if (!err && q->err)
		err = diag_set(diag, q->err, "%s", q->diag.text);
	return err;
}

static int keep_text(struct arena *arena, struct str *text)
{
	const char *copy = arena_copy(arena, text->p, text->len);

	if (!copy)
		return ASSAY_ERR_NOMEM;
	text->p = copy;
	return 0;
}

/* In order: whoever searches them relies on it. */
static int add_symbol(struct symbol_list *l, const struct object_symbol *symbol)
{
	struct code_symbol s = { symbol->address, symbol->size, symbol->name };

	if (l->symbols.n && l->symbols.items[l->symbols.n - 1].address > s.address)
		return ASSAY_ERR_FORMAT;
	if (keep_text(&l->texts, &s.name) < 0 || !vec_push(&l->symbols, s))
		return ASSAY_ERR_NOMEM;
	return 0;
}

static int hear_symbols(void *data, enum message_type type, struct str body)
{
	struct cursor c = protocol_body(body);
	struct symbol_list *l = data;
	int err = type == MESSAGE_SYMBOL_LIST ? 0 : ASSAY_ERR_FORMAT;

	while (!err && cursor_left(&c)) {
		struct object_symbol symbol;

		err = protocol_read_symbol(&c, &symbol);
		if (!err)
			err = add_symbol(l, &symbol);
	}
	return err;
}

static struct symbol_list *add_symbol_list(struct objects *o, struct binary *b)
{
	struct symbol_list *l = calloc(1, sizeof(*l));
	struct question q = {
		.subject = &b->subject,
		.type = MESSAGE_SYMBOLS,
		.budget = SYMBOLS_BUDGET,
		.reply = hear_symbols,
		.data = l,
	};

	if (!l || !vec_push(&o->symbols, l)) {
		free(l);
		return NULL;
	}
	l->binary = b;
	l->err = ask(o, &q, &l->why);
	return l;
}

static int code_symbols(void *data, const struct code_object *object, const struct code_symbol **symbols, size_t *n,
	struct assay_diag *diag)
{
	struct binary *b = entry_of(object)->binary;
	struct symbol_list *l = NULL;
	struct objects *o = data;

	for (size_t i = 0; !l && i < o->symbols.n; i++)
		if (o->symbols.items[i]->binary == b)
			l = o->symbols.items[i];
	if (!l)
		l = add_symbol_list(o, b);
	if (!l)
		return diag_nomem(diag, "symbols");
	if (l->err) {
		*diag = l->why;
		return l->err;
	}
	*symbols = l->symbols.items;
	*n = l->symbols.n;
	return 0;
}

static bool code_demangle(void *data, struct str name, enum code_name_form form, struct buf *out)
{
	static const enum demangle_mode modes[CODE_NAME_FORMS] = {
		[CODE_NAME_FULL] = DEMANGLE_FULL,
		[CODE_NAME_WITHOUT_PARAMETERS] = DEMANGLE_TEMPLATES,
		[CODE_NAME_SHORT] = DEMANGLE_DEFAULT,
	};

	(void)data;
	return linkage_name_is_likely(name) && linkage_name_add(out, name, modes[form]);
}

static int hear_instructions(void *data, enum message_type type, struct str body)
{
	struct cursor c = protocol_body(body);
	struct objects *o = data;
	int err = type == MESSAGE_INSTRUCTION_LIST ? 0 : ASSAY_ERR_FORMAT;

	while (!err && cursor_left(&c)) {
		struct code_instruction i = { .address = cursor_varint(&c) };

		i.text = protocol_text(&c);
		err = c.err;
		if (!err && o->instructions.n && o->instructions.items[o->instructions.n - 1].address >= i.address)
			err = ASSAY_ERR_FORMAT;
		if (!err && (keep_text(&o->texts, &i.text) < 0 || !vec_push(&o->instructions, i)))
			err = ASSAY_ERR_NOMEM;
	}
	return err;
}

static void forget_instructions(struct objects *o)
{
	arena_reset(&o->texts);
	o->instructions.n = o->frames.n = o->demangled.n = 0;
	if (o->answers.read)
		answers_release(&o->answers);
	vec_release(&o->inquiry.addresses);
	free(o->inquiry.answers);
	o->inquiry = (struct inquiry){ 0 };
}

static int disassemble(struct objects *o, struct binary *b, uint64_t from, uint64_t to, struct assay_diag *diag)
{
	struct question q = {
		.subject = &b->subject,
		.type = MESSAGE_INSTRUCTIONS,
		.budget = CODE_BUDGET,
		.reply = hear_instructions,
		.data = o,
	};
	struct buf body = BUF_INIT;
	int err;

	protocol_add_number(&body, from);
	protocol_add_number(&body, to);
	protocol_add_number(&body, o->intel_syntax);
	q.body = buf_str(&body);
	err = body.failed ? diag_nomem(diag, "instructions") : ask(o, &q, diag);
	buf_release(&body);
	return err;
}

static int resolve(struct objects *o, struct binary *b, struct assay_diag *diag)
{
	o->inquiry.binary = b;
	if (answers_init(&o->answers) < 0 || !vec_reserve(&o->inquiry.addresses, o->instructions.n))
		return diag_nomem(diag, "instructions");
	for (size_t i = 0; i < o->instructions.n; i++)
		o->inquiry.addresses.items[o->inquiry.addresses.n++] = o->instructions.items[i].address;
	return answers_ask(&o->answers, &o->inquiry, 1, o->names->options.symbols_only,
		symbolizer_workers(o->names->symbolizer), diag);
}

/* The names of the answers as those of the profile's functions are written. */
static int demangle_names(struct objects *o)
{
	size_t n = o->answers.strings.strings.n;
	struct buf b = BUF_INIT;
	int err = vec_reserve(&o->demangled, n) ? 0 : ASSAY_ERR_NOMEM;

	for (uint32_t i = 0; !err && i < n; i++) {
		struct str name = strtab_get(&o->answers.strings, i);

		buf_reset(&b);
		if (linkage_name_is_likely(name) && o->names->options.demangle != DEMANGLE_NONE &&
			!o->names->options.none && linkage_name_add(&b, name, o->names->options.demangle)) {
			name = buf_str(&b);
			err = keep_text(&o->texts, &name);
		}
		err = b.failed ? ASSAY_ERR_NOMEM : err;
		o->demangled.items[o->demangled.n++] = name;
	}
	buf_release(&b);
	return err;
}

static int add_frames(struct objects *o)
{
	const struct answer_frame *from = o->answers.frames.items;

	if (!vec_reserve(&o->frames, o->answers.frames.n))
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < o->answers.frames.n; i++)
		o->frames.items[o->frames.n++] = (struct code_frame){
			.name = o->demangled.items[from[i].name],
			.system_name = strtab_get(&o->answers.strings, from[i].name),
			.file = strtab_get(&o->answers.strings, from[i].file),
			.line = from[i].line,
		};
	for (size_t i = 0; i < o->instructions.n; i++) {
		o->instructions.items[i].frames = o->frames.items + o->inquiry.answers[i].first;
		o->instructions.items[i].n_frames = o->inquiry.answers[i].n;
	}
	return 0;
}

static int code_instructions(void *data, const struct code_object *object, uint64_t from, uint64_t to,
	const struct code_instruction **list, size_t *n, struct assay_diag *diag)
{
	struct binary *b = entry_of(object)->binary;
	struct objects *o = data;
	int err;

	forget_instructions(o);
	if (to < from)
		to = from;
	if (to - from > CODE_RANGE_MAX)
		to = from + CODE_RANGE_MAX;
	err = disassemble(o, b, from, to, diag);
	if (!err && o->instructions.n) {
		err = resolve(o, b, diag);
		if (!err && (demangle_names(o) < 0 || add_frames(o) < 0))
			err = diag_nomem(diag, "instructions");
	}
	if (err)
		return err;
	*list = o->instructions.items;
	*n = o->instructions.n;
	return 0;
}

struct md5 {
	uint8_t *to;
	bool found;
};

static int hear_md5(void *data, enum message_type type, struct str body)
{
	struct md5 *m = data;

	if (type != MESSAGE_MD5 || (body.len && body.len != 16))
		return ASSAY_ERR_FORMAT;
	m->found = body.len == 16;
	if (m->found)
		memcpy(m->to, body.p, 16);
	return 0;
}

static int code_source_md5(void *data, const struct code_object *object, uint64_t address, struct str file,
	uint8_t md5[16], bool *found, struct assay_diag *diag)
{
	struct md5 answer = { md5, false };
	struct question q = {
		.subject = &entry_of(object)->binary->subject,
		.type = MESSAGE_SOURCE_MD5,
		.budget = PROTOCOL_MAX_REPLY,
		.reply = hear_md5,
		.data = &answer,
	};
	struct buf body = BUF_INIT;
	int err;

	protocol_add_number(&body, address);
	protocol_add_text(&body, file);
	q.body = buf_str(&body);
	err = body.failed ? diag_nomem(diag, "a checksum") : ask(data, &q, diag);
	buf_release(&body);
	if (!err)
		*found = answer.found;
	return err;
}

void objects_init(struct objects *o, struct names *names, const struct assay_profile *p, bool intel_syntax)
{
	*o = (struct objects){
		.code = {
			.open = code_open,
			.known = code_known,
			.symbols = code_symbols,
			.demangle = code_demangle,
			.instructions = code_instructions,
			.source_md5 = code_source_md5,
			.data = o,
		},
		.names = names,
		.profile = p,
		.intel_syntax = intel_syntax,
	};
}

void objects_release(struct objects *o)
{
	forget_instructions(o);
	for (size_t i = 0; o->entries && i < o->profile->mappings.n; i++)
		free(o->entries[i]);
	free(o->entries);
	for (size_t i = 0; i < o->symbols.n; i++) {
		arena_release(&o->symbols.items[i]->texts);
		vec_release(&o->symbols.items[i]->symbols);
		free(o->symbols.items[i]);
	}
	vec_release(&o->symbols);
	vec_release(&o->instructions);
	vec_release(&o->frames);
	vec_release(&o->demangled);
	arena_release(&o->texts);
}
