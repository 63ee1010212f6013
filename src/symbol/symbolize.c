/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/symbolize.h"

#include <stdio.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/pairs.h"
#include "base/path.h"
#include "symbol/answers.h"
#include "symbol/name_map.h"

/* What is found by the path and build id that a profile has for it. */
struct known {
	struct strtab keys; /* path, NUL, build id; ids count the binaries from 1 */
	VEC(struct binary *) binaries;
};

struct symbolizer {
	struct symbolize_options options;
	struct assay_ctx *ctx;
	struct workers workers;
	struct known known;
	VEC(struct mapping_account) accounts;
	VEC(struct account_try *) tries; /* of the accounts */
	struct arena texts;              /* of the accounts */
	struct strtab told;              /* warnings, each of which is enough once, however many profiles are read */
};

int symbolizer_new(struct symbolizer **out, const struct symbolize_options *o, const struct worker_host *host,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct symbolizer *s = calloc(1, sizeof(*s));

	if (!s)
		return diag_nomem(diag, "names");
	if (strtab_init(&s->known.keys) < 0 || strtab_init(&s->told) < 0) {
		strtab_release(&s->known.keys);
		free(s);
		return diag_nomem(diag, "names");
	}
	s->options = *o;
	s->ctx = ctx;
	workers_init(&s->workers, host, ctx);
	*out = s;
	return 0;
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	workers_release(&s->workers);
	for (size_t i = 0; i < s->known.binaries.n; i++) {
		binary_release(s->known.binaries.items[i]);
		free(s->known.binaries.items[i]);
	}
	vec_release(&s->known.binaries);
	strtab_release(&s->known.keys);
	strtab_release(&s->told);
	for (size_t i = 0; i < s->tries.n; i++)
		free(s->tries.items[i]);
	vec_release(&s->tries);
	vec_release(&s->accounts);
	arena_release(&s->texts);
	free(s);
}

static void forget_accounts(struct symbolizer *s)
{
	for (size_t i = 0; i < s->tries.n; i++)
		free(s->tries.items[i]);
	s->tries.n = s->accounts.n = 0;
	arena_reset(&s->texts);
}

/* Without memory to remember it by, it is told once more. */
static void tell(struct symbolizer *s, const char *text)
{
	uint32_t id;

	if (strtab_find(&s->told, str_of(text), &id))
		return;
	strtab_intern(&s->told, str_of(text), &id);
	ctx_warn(s->ctx, "%s", text);
}

struct workers *symbolizer_workers(struct symbolizer *s)
{
	return &s->workers;
}

const struct mapping_account *symbolizer_accounts(const struct symbolizer *s, size_t *n)
{
	*n = s->accounts.n;
	return s->accounts.items;
}

static void add_key(struct buf *key, struct str file, struct str build_id)
{
	buf_add_char(key, 'b');
	buf_add_str(key, file);
	buf_add_char(key, '\0');
	buf_add_str(key, build_id);
}

struct binary *symbolizer_known(const struct symbolizer *s, struct str file, struct str build_id)
{
	struct buf key = BUF_INIT;
	uint32_t id = 0;

	add_key(&key, file, build_id);
	if (key.failed || !strtab_find(&s->known.keys, buf_str(&key), &id))
		id = 0;
	buf_release(&key);
	return id && id <= s->known.binaries.n ? s->known.binaries.items[id - 1] : NULL;
}

static int add_binary(struct symbolizer *s, struct str file, struct str build_id, struct binary **out)
{
	struct binary *b = malloc(sizeof(*b));
	struct buf key = BUF_INIT;
	uint32_t id;
	int err = b ? binary_init(b, file, build_id, &s->options.binaries) : ASSAY_ERR_NOMEM;

	if (err) {
		free(b);
		return err;
	}
	add_key(&key, file, build_id);
	err = key.failed || !vec_reserve(&s->known.binaries, 1) ? ASSAY_ERR_NOMEM : 0;
	if (!err)
		err = strtab_intern(&s->known.keys, buf_str(&key), &id);
	buf_release(&key);
	if (err) {
		binary_release(b);
		free(b);
		return err;
	}
	s->known.binaries.items[s->known.binaries.n++] = b;
	*out = b;
	return 0;
}

int symbolizer_binary(
	struct symbolizer *s, struct str file, struct str build_id, struct binary **binary, struct assay_diag *diag)
{
	struct binary *b = symbolizer_known(s, file, build_id);
	int err = b ? 0 : add_binary(s, file, build_id, &b);

	if (err)
		return diag_nomem(diag, "a binary");
	err = binary_look(b, &s->options.binaries, &s->workers, diag);
	if (!err)
		*binary = b;
	return err;
}

struct symbol_value {
	bool found;
	uint64_t value;
};

static int hear_value(void *data, enum message_type type, struct str body)
{
	struct cursor c = protocol_body(body);
	struct symbol_value *v = data;

	if (type != MESSAGE_VALUE)
		return ASSAY_ERR_FORMAT;
	if (!body.len)
		return 0;
	v->found = true;
	v->value = cursor_varint(&c);
	return protocol_end(&c);
}

/* The address of the symbol that a kernel mapping was measured by: [kernel.kallsyms]_stext. */
static int find_kernel(
	struct symbolizer *s, struct binary *b, struct str file, struct base_image *image, struct assay_diag *diag)
{
	static const struct str head = { "[kernel.kallsyms]", 17 };
	struct symbol_value value = { 0 };
	struct question q = {
		.subject = &b->subject,
		.type = MESSAGE_SYMBOL,
		.budget = PROTOCOL_MAX_REPLY,
		.reply = hear_value,
		.data = &value,
	};
	struct buf body = BUF_INIT;
	int err;

	protocol_add_text(
		&body, str_starts(file, head) && file.len > head.len ? str_skip(file, head.len) : STR("_stext"));
	q.body = buf_str(&body);
	err = body.failed ? diag_nomem(diag, "a symbol") : workers_ask(&s->workers, &q, 1, diag);
	buf_release(&body);
	image->has_kernel = !err && !q.err && value.found;
	image->kernel = value.value;
	return err;
}

int symbolizer_base(struct symbolizer *s, uint64_t *base, struct binary *binary, struct str file,
	const struct base_mapping *m, uint64_t address, struct assay_diag *diag)
{
	struct base_image image = binary_image(binary);
	int err = 0;

	if (base_wants_kernel(str_of(binary->path), m))
		err = find_kernel(s, binary, file, &image, diag);
	if (!err)
		err = base_check(&image, m, diag);
	return err ? err : base_find(base, &image, m, address, diag);
}

/* What is known of a mapping while names are looked for. */
struct plan {
	struct binary *binary; /* NULL: there is nothing to ask */
	uint32_t inquiry;      /* index, PROFILE_NONE when nothing is asked */
	bool has_base;
	uint64_t base;
	struct str why; /* that is told in the account */
};

struct run {
	struct symbolizer *s;
	struct profile_builder *b;
	struct assay_profile *p;
	struct plan *plans; /* by mapping */
	VEC(struct inquiry) inquiries;
	struct answers answers;
	struct pairs names, starts, functions; /* of functions that were added: name and file, start line, both */
	uint32_t first_function;
	uint64_t next_id;
	bool missing;
};

static struct mapping_account *account_of(const struct run *r, size_t mapping)
{
	return &r->s->accounts.items[mapping];
}

/* Texts of the profile may go before the account does. */
static struct str keep(struct symbolizer *s, struct str text)
{
	char *copy = text.len ? arena_copy(&s->texts, text.p, text.len) : NULL;

	return copy ? (struct str){ copy, text.len } : STR("");
}

/* Locations that want names, and those that have them, are counted. */
static int count_locations(struct run *r)
{
	for (size_t i = 0; i < r->p->mappings.n; i++)
		if (!vec_push(&r->s->accounts, ((struct mapping_account){ .state = ACCOUNT_UNUSED })))
			return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < r->p->locations.n; i++) {
		const struct location *l = &r->p->locations.items[i];

		if (l->mapping == PROFILE_NONE)
			continue;
		account_of(r, l->mapping)->n++;
		account_of(r, l->mapping)->n_before += l->n_lines != 0;
	}
	return 0;
}

static bool is_wanted(const struct run *r, const struct location *l)
{
	return r->s->options.force || !l->n_lines;
}

static bool is_http(struct str file)
{
	const char *colon = file.p && file.len ? memmem(file.p, file.len, "://", 3) : NULL;

	return colon && memmem(file.p, (size_t)(colon - file.p), "http", 4);
}

/* The flags of a mapping speak for its locations, as they do in the reference. */
static bool wants_names(const struct run *r, size_t mapping)
{
	const struct mapping *m = &r->p->mappings.items[mapping];
	const struct mapping_account *a = account_of(r, mapping);
	const struct symbolize_options *o = &r->s->options;

	if (o->none || !o->local || !a->n)
		return false;
	if (o->force)
		return true;
	return !m->has_functions && !m->has_filenames && !m->has_line_numbers && a->n_before < a->n;
}

static void tell_failed(struct run *r, struct str file, struct str build_id, const char *why)
{
	struct buf name = BUF_INIT, text = BUF_INIT;

	/* The account is what was asked for, and says as much. */
	if (r->s->options.look_at_all)
		return;
	binary_add_name(&name, file, build_id);
	buf_addf(&text, "Local symbolization failed for %s: %s", name.failed ? "" : buf_str(&name).p, why);
	if (!name.failed && !text.failed)
		tell(r->s, buf_str(&text).p);
	buf_release(&name);
	buf_release(&text);
}

/* Why there is no binary for a mapping that wants names; some of that is worth a line. */
static void tell_missing(struct run *r, size_t mapping, const struct binary *b)
{
	const struct mapping *m = &r->p->mappings.items[mapping];
	struct str file = profile_str(r->p, m->file), id = profile_str(r->p, m->build_id);
	struct mapping_account *a = account_of(r, mapping);
	struct plan *plan = &r->plans[mapping];

	a->state = ACCOUNT_NOT_FOUND;
	if (!file.len) {
		plan->why = STR("the profile does not say which file it is");
		if (mapping == 0 && !r->s->options.look_at_all)
			tell(r->s, "Main binary filename not available.");
		else if (mapping != 0)
			r->missing = true;
	} else if (find_is_unsymbolizable(file)) {
		a->state = ACCOUNT_LEFT_ALONE;
		plan->why = STR("that is no file");
	} else if (!id.len && is_http(file)) {
		plan->why = STR("the profile was fetched from there");
	} else {
		plan->why = keep(r->s, str_of(b->why.text));
		tell_failed(r, file, id, b->why.text);
		r->missing |= !b->is_mismatch;
	}
}

/* The first address of a mapping decides on its base, and on whether there is one. */
static int find_base(struct run *r, const struct location *l, struct plan *plan)
{
	const struct mapping *m = &r->p->mappings.items[l->mapping];
	const struct base_mapping place = { m->start, m->limit, m->offset };
	struct assay_diag why = { .text = "" };
	int err =
		symbolizer_base(r->s, &plan->base, plan->binary, profile_str(r->p, m->file), &place, l->address, &why);

	plan->has_base = !err;
	if (err == ASSAY_ERR_CANCELED || err == ASSAY_ERR_NOMEM)
		return err;
	if (err) {
		plan->why = keep(r->s, str_of(why.text));
		plan->binary = NULL;
	}
	return 0;
}

static int find_inquiry(struct run *r, struct plan *plan)
{
	if (!plan->binary->inquiry) {
		if (!vec_push(&r->inquiries, ((struct inquiry){ .binary = plan->binary })))
			return ASSAY_ERR_NOMEM;
		plan->binary->inquiry = (uint32_t)r->inquiries.n;
	}
	plan->inquiry = plan->binary->inquiry - 1;
	return 0;
}

static int plan_mapping(struct run *r, size_t mapping, struct assay_diag *diag)
{
	const struct mapping *m = &r->p->mappings.items[mapping];
	struct str file = profile_str(r->p, m->file), id = profile_str(r->p, m->build_id);
	bool wanted = wants_names(r, mapping);
	struct plan *plan = &r->plans[mapping];
	struct mapping_account *a = account_of(r, mapping);
	struct binary *b;
	int err;

	plan->inquiry = PROFILE_NONE;
	if (a->n)
		a->state = a->n_before == a->n || m->has_functions || m->has_filenames || m->has_line_numbers
				   ? ACCOUNT_NAMED
				   : ACCOUNT_NOT_LOOKED;
	if (!wanted && !r->s->options.look_at_all)
		return 0;
	if (!a->n)
		return 0;
	err = symbolizer_binary(r->s, file, id, &b, diag);
	if (err)
		return err;
	if (b->path && wanted) {
		a->state = ACCOUNT_FOUND;
		plan->binary = b;
	} else if (wanted) {
		tell_missing(r, mapping, b);
	}
	return 0;
}

static int plan_mappings(struct run *r, struct assay_diag *diag)
{
	r->plans = calloc(r->p->mappings.n + 1, sizeof(*r->plans));
	if (!r->plans || count_locations(r) < 0)
		return diag_nomem(diag, "names");
	for (size_t i = 0; i < r->p->mappings.n; i++) {
		int err = plan_mapping(r, i, diag);

		if (err)
			return err;
	}
	return 0;
}

static int add_address(struct run *r, const struct location *l, struct plan *plan)
{
	int err = 0;

	if (!plan->has_base)
		err = find_base(r, l, plan);
	if (!err && plan->binary && plan->inquiry == PROFILE_NONE)
		err = find_inquiry(r, plan);
	if (err || !plan->binary)
		return err;
	return vec_push(&r->inquiries.items[plan->inquiry].addresses, l->address - plan->base) ? 0 : ASSAY_ERR_NOMEM;
}

static int compare_addresses(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void sort_addresses(struct inquiry *q)
{
	size_t n = 0;

	if (!q->addresses.n)
		return;
	qsort(q->addresses.items, q->addresses.n, sizeof(uint64_t), compare_addresses);
	for (size_t i = 0; i < q->addresses.n; i++)
		if (!n || q->addresses.items[n - 1] != q->addresses.items[i])
			q->addresses.items[n++] = q->addresses.items[i];
	q->addresses.n = n;
}

static int collect_addresses(struct run *r, struct assay_diag *diag)
{
	for (size_t i = 0; i < r->p->locations.n; i++) {
		const struct location *l = &r->p->locations.items[i];
		int err = 0;

		if (l->mapping != PROFILE_NONE && r->plans[l->mapping].binary && is_wanted(r, l))
			err = add_address(r, l, &r->plans[l->mapping]);
		if (err)
			return err == ASSAY_ERR_CANCELED ? diag_set(diag, err, "canceled")
							 : diag_nomem(diag, "addresses");
	}
	for (size_t i = 0; i < r->inquiries.n; i++)
		sort_addresses(&r->inquiries.items[i]);
	return 0;
}

/* A function is the same as another that was added when it has the same name, file and first line. */
static int find_function(struct run *r, const struct answer_frame *f, uint32_t *function, struct assay_diag *diag)
{
	const struct strtab *texts = &r->answers.strings;
	struct function new = { .id = r->next_id, .start_line = f->start_line };
	uint64_t start = (uint64_t)f->start_line;
	uint32_t name, line, index;
	int err = builder_intern(r->b, strtab_get(texts, f->name), &new.name, diag);

	if (!err)
		err = builder_intern(r->b, strtab_get(texts, f->file), &new.file, diag);
	if (err)
		return err;
	new.system_name = new.name;
	if (!pairs_add(&r->names, new.name, new.file, &name) ||
		!pairs_add(&r->starts, (uint32_t)start, (uint32_t)(start >> 32), &line) ||
		!pairs_add(&r->functions, name, line, &index))
		return diag_nomem(diag, "a function");
	*function = r->first_function + index;
	if (*function < r->p->functions.n)
		return 0;
	r->next_id++;
	return vec_push(&r->p->functions, new) ? 0 : diag_nomem(diag, "a function");
}

static int add_line(struct run *r, const struct answer_frame *f, struct location *l, struct assay_diag *diag)
{
	struct line line = { .number = f->line, .column = f->column };
	int err = find_function(r, f, &line.function, diag);

	if (err)
		return err;
	if (r->p->lines.n == PROFILE_NONE || !vec_push(&r->p->lines, line))
		return diag_nomem(diag, "lines");
	l->n_lines++;
	return 0;
}

static void note_frame(struct mapping *m, const struct answer_frame *f)
{
	m->has_functions |= f->name != 0;
	m->has_filenames |= f->file != 0;
	m->has_line_numbers |= f->line != 0;
	/* The reference says so of every mapping that it found any frame for. */
	m->has_inline_frames = true;
}

static int fill_location(struct run *r, struct location *l, struct assay_diag *diag)
{
	const struct plan *plan = &r->plans[l->mapping];
	const struct inquiry *q = &r->inquiries.items[plan->inquiry];
	struct mapping_account *a = account_of(r, l->mapping);
	uint64_t address = l->address - plan->base;
	const uint64_t *at = bsearch(&address, q->addresses.items, q->addresses.n, sizeof(address), compare_addresses);
	const struct answer *answer = &q->answers[at - q->addresses.items];
	const struct answer_frame *frames = r->answers.frames.items + answer->first;
	bool lines = false;

	if (!answer->n)
		return 0;
	l->first_line = (uint32_t)r->p->lines.n;
	l->n_lines = 0;
	l->folded = false;
	for (uint32_t i = 0; i < answer->n; i++) {
		int err = add_line(r, &frames[i], l, diag);

		if (err)
			return err;
		note_frame(&r->p->mappings.items[l->mapping], &frames[i]);
		lines |= frames[i].line != 0;
	}
	a->n_named++;
	a->n_lines += lines;
	a->n_inlined += answer->n > 1;
	return 0;
}

static int fill_locations(struct run *r, struct assay_diag *diag)
{
	for (size_t i = 0; i < r->p->locations.n; i++) {
		struct location *l = &r->p->locations.items[i];
		int err = 0;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(r->s->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (l->mapping != PROFILE_NONE && r->plans[l->mapping].inquiry != PROFILE_NONE && is_wanted(r, l))
			err = fill_location(r, l, diag);
		if (err)
			return err;
	}
	return 0;
}

static bool holds_nothing(const struct binary *b)
{
	const struct object_info *i = &b->info;

	return !i->has_symtab && !i->has_dynsym && !i->has_lines && !i->has_units && !i->has_mini_debug;
}

/* One line for each binary that was too much for a worker, or that has broken parts. */
static void tell_inquiries(struct run *r)
{
	for (size_t i = 0; i < r->inquiries.n; i++) {
		const struct inquiry *q = &r->inquiries.items[i];
		struct binary *b = q->binary;
		const char *flaw = q->why.code ? q->why.text : q->flaw;

		if (!*flaw && holds_nothing(b))
			flaw = "it has neither symbols nor debug information";
		if (!*flaw)
			continue;
		snprintf(b->flaw, sizeof(b->flaw), "%.250s", flaw);
		tell_failed(r, str_of(b->file), str_of(b->build_id), flaw);
	}
}

static int ask_binaries(struct run *r, struct assay_diag *diag)
{
	int err = collect_addresses(r, diag);

	if (err || !r->inquiries.n)
		return err;
	if (answers_init(&r->answers) < 0)
		return diag_nomem(diag, "names");
	err = answers_ask(
		&r->answers, r->inquiries.items, r->inquiries.n, r->s->options.symbols_only, &r->s->workers, diag);
	if (!err)
		tell_inquiries(r);
	return err ? err : fill_locations(r, diag);
}

/* The kernel's addresses are the upper half's, whatever the mapping is called. */
static bool is_kernel(const struct run *r, const struct location *l)
{
	return l->address >> 63 || str_starts(profile_str(r->p, profile_mapping_file(r->p, l)), STR("[kernel"));
}

static int name_location(struct run *r, struct location *l, struct str name, struct assay_diag *diag)
{
	struct answer_frame f = { 0 };
	int err = strtab_intern(&r->answers.strings, name, &f.name);

	if (err)
		return diag_nomem(diag, "a name");
	l->first_line = (uint32_t)r->p->lines.n;
	l->n_lines = 0;
	err = add_line(r, &f, l, diag);
	if (err || l->mapping == PROFILE_NONE)
		return err;
	r->p->mappings.items[l->mapping].has_functions = true;
	account_of(r, l->mapping)->n_named++;
	if (account_of(r, l->mapping)->state != ACCOUNT_FOUND)
		account_of(r, l->mapping)->state = ACCOUNT_BY_ADDRESS;
	return 0;
}

static int name_by_map(struct run *r, const struct name_map *m, bool kernel, struct assay_diag *diag)
{
	for (size_t i = 0; i < r->p->locations.n; i++) {
		struct location *l = &r->p->locations.items[i];
		struct str name;
		int err = 0;

		if (!l->n_lines && is_kernel(r, l) == kernel && name_map_find(m, l->address, &name))
			err = name_location(r, l, name, diag);
		if (err)
			return err;
	}
	return 0;
}

/* A list that the person named and that cannot be read costs its names, as a binary does. */
static int use_map(struct run *r, const char *path, enum name_map_format format, struct assay_diag *diag)
{
	struct name_map m;
	struct assay_diag why;
	int err;

	if (!path || !*path)
		return 0;
	if (!r->answers.read && answers_init(&r->answers) < 0)
		return diag_nomem(diag, "names");
	err = name_map_read(&m, path, format, r->s->ctx, &why);
	if (err == ASSAY_ERR_NOMEM)
		return diag_nomem(diag, "names of addresses");
	if (err) {
		ctx_flaw(r->s->ctx, "%s", why.text);
		return 0;
	}
	err = name_by_map(r, &m, format == NAME_MAP_KALLSYMS, diag);
	name_map_release(&m);
	return err;
}

static void account_tries(struct symbolizer *s, struct mapping_account *a, const struct binary *b)
{
	struct account_try *tries = calloc(b->tries.n + 1, sizeof(*tries));

	a->n_more_tries = b->n_more_tries;
	if (!tries || !vec_push(&s->tries, tries)) {
		free(tries);
		a->n_more_tries += b->tries.n;
		return;
	}
	for (size_t i = 0; i < b->tries.n; i++)
		tries[i] = (struct account_try){ str_of(b->tries.items[i].path), str_of(b->tries.items[i].why) };
	a->tries = tries;
	a->n_tries = b->tries.n;
}

static void account_binary(struct symbolizer *s, struct mapping_account *a, const struct binary *b)
{
	account_tries(s, a, b);
	a->flaw = str_of(b->flaw);
	if (!b->path)
		return;
	a->path = str_of(b->path);
	a->found = str_of(b->found_build_id);
	a->debug_file = str_of(b->debug_file);
	a->has_symbols = b->info.has_symtab;
	a->has_exports = b->info.has_dynsym;
	a->has_lines = b->info.has_lines;
	a->has_units = b->info.has_units;
	a->is_split = b->is_split;
	a->split_missing = b->split_missing;
	a->has_mini_debug = b->info.has_mini_debug;
}

/* What is told of a mapping is made when all is over; nobody wants it unless it is asked for. */
static void make_accounts(struct run *r)
{
	for (size_t i = 0; i < r->p->locations.n; i++) {
		const struct location *l = &r->p->locations.items[i];

		if (l->mapping != PROFILE_NONE)
			account_of(r, l->mapping)->n_after += l->n_lines != 0;
	}
	for (size_t i = 0; i < r->p->mappings.n; i++) {
		const struct mapping *m = &r->p->mappings.items[i];
		struct str file = profile_str(r->p, m->file), id = profile_str(r->p, m->build_id);
		struct binary *b = symbolizer_known(r->s, file, id);
		struct mapping_account *a = account_of(r, i);

		a->file = keep(r->s, file);
		a->wanted = keep(r->s, id);
		a->why = r->plans[i].why;
		if (b)
			account_binary(r->s, a, b);
		if (b && !b->path && !a->why.len && b->why.code)
			a->why = str_of(b->why.text);
	}
}

static void release(struct run *r)
{
	for (size_t i = 0; i < r->inquiries.n; i++) {
		r->inquiries.items[i].binary->inquiry = 0;
		vec_release(&r->inquiries.items[i].addresses);
		free(r->inquiries.items[i].answers);
	}
	vec_release(&r->inquiries);
	if (r->answers.read)
		answers_release(&r->answers);
	pairs_release(&r->names);
	pairs_release(&r->starts);
	pairs_release(&r->functions);
	free(r->plans);
}

/* Ids go on behind those of the file. */
static uint64_t next_function_id(const struct assay_profile *p)
{
	uint64_t most = 0;

	for (size_t i = 0; i < p->functions.n; i++)
		if (p->functions.items[i].id > most)
			most = p->functions.items[i].id;
	return most + 1;
}

static bool anything_to_do(const struct symbolize_options *o, const struct assay_profile *p)
{
	if (o->force || o->look_at_all)
		return true;
	for (size_t i = 0; i < p->locations.n; i++)
		if (!p->locations.items[i].n_lines)
			return true;
	return false;
}

static int find_names(struct symbolizer *s, struct profile_builder *b, struct assay_diag *diag)
{
	struct run r = {
		.s = s,
		.b = b,
		.p = b->profile,
		.first_function = (uint32_t)b->profile->functions.n,
		.next_id = next_function_id(b->profile),
	};
	int err = plan_mappings(&r, diag);

	if (!err)
		err = ask_binaries(&r, diag);
	if (!err && !s->options.none)
		err = use_map(&r, s->options.kallsyms, NAME_MAP_KALLSYMS, diag);
	if (!err && !s->options.none)
		err = use_map(&r, s->options.jit_map, NAME_MAP_PERF, diag);
	if (!err && r.missing && !s->options.look_at_all) {
		tell(s, "Some binary filenames not available. Symbolization may be incomplete.");
		tell(s, "Try setting PPROF_BINARY_PATH to the search path for local binaries.");
	}
	if (!err)
		make_accounts(&r);
	release(&r);
	return err;
}

int symbolizer_run(struct symbolizer *s, struct profile_builder *b, struct assay_diag *diag)
{
	const struct symbolize_options *o = &s->options;
	int err = 0;

	forget_accounts(s);
	if (anything_to_do(o, b->profile) && (!o->none || o->look_at_all))
		err = find_names(s, b, diag);
	if (!err && !o->none)
		err = demangle_functions(b, o->demangle, o->force, s->ctx, diag);
	return err;
}
