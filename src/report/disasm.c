/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/path.h"
#include "base/utf8.h"
#include "report/pattern.h"
#include "report/report.h"
#include "report/values.h"

/*
 * The instructions of matching functions, with what was spent in each and below it. The functions are the symbols of
 * the binaries, the values those of a graph by address:
 *
 *     nodes by mapping and address -> the symbol that each lies in -> does its name match? -> its instructions
 *
 * Only symbols with nodes are looked at, so the work is that of the profile, however many symbols a binary has.
 */

#define VALUE_WIDTH 10
#define ADDRESS_WIDTH 10

/* Texts shorter than this have the place in the source on the same line, behind as many columns. */
#define TEXT_WIDTH 40
#define PLACE_COLUMN 74

#define LISTING_MAX ((size_t)1 << 30)

/* How often the instructions of a symbol look at the cancel flag. */
#define POLL_INSTRUCTIONS 4096

struct spot {
	uint32_t mapping, node;
	uint64_t address; /* of the profile; of the file once that is open */
};

/* Spots from .. to - 1. */
struct run {
	size_t from, to;
};

/* A symbol that matched, with the names that are shown and the spots that lie in it. */
struct routine {
	const struct code_object *object;
	const struct code_symbol *aka; /* further names */
	size_t n_aka;
	struct str name;
	uint64_t start, end;
	struct run spots;
};

struct disassembly {
	const struct report_ctx *ctx;
	struct buf *out;
	struct values values;
	bool has_address; /* the argument is one */
	uint64_t address;
	bool address_in_symbol;
	uint8_t *wanted; /* by string: files with a node that matches */
	VEC(struct spot) spots;
	VEC(struct routine) routines;
	struct arena names; /* demangled */
	struct buf scratch;
	VEC(struct str) failures; /* why files could not be opened */
	struct assay_diag last;   /* why the last routine that has none has no instructions */
};

static const struct node *node_of(const struct disassembly *d, const struct spot *s)
{
	return &d->ctx->graph->nodes.items[s->node];
}

static int compare_spots(const void *x, const void *y, void *data)
{
	const struct spot *a = x, *b = y;
	int c = (a->mapping > b->mapping) - (a->mapping < b->mapping);

	if (!c)
		c = (a->address > b->address) - (a->address < b->address);
	if (!c)
		c = str_compare(node_of(data, a)->name, node_of(data, b)->name);
	return c ? c : (a->node > b->node) - (a->node < b->node);
}

static void sort_spots(struct disassembly *d, struct run r)
{
	if (r.to > r.from)
		qsort_r(d->spots.items + r.from, r.to - r.from, sizeof(*d->spots.items), compare_spots, d);
}

/* A node does not know its mapping, but the locations do that it stands for. */
static int place_nodes(struct disassembly *d, struct assay_diag *diag)
{
	const struct view *v = d->ctx->view;
	const struct graph *g = d->ctx->graph;
	uint32_t *mapping_of = malloc((g->nodes.n + 1) * sizeof(*mapping_of));
	bool ok = mapping_of && vec_reserve(&d->spots, g->rows.n);

	for (size_t i = 0; ok && i < g->nodes.n; i++)
		mapping_of[i] = PROFILE_NONE;
	for (size_t i = 0; ok && i < v->n_locations; i++) {
		uint32_t node = g->location_nodes[i];

		/* The report sees no inlined calls, so no location has more than one node. */
		if (node < GRAPH_MANY && mapping_of[node] == PROFILE_NONE)
			mapping_of[node] = v->locations[i].mapping;
	}
	for (size_t i = 0; ok && i < g->rows.n; i++) {
		struct spot s = { .mapping = mapping_of[g->rows.items[i]], .node = g->rows.items[i] };

		s.address = g->nodes.items[s.node].address;
		if (s.mapping != PROFILE_NONE)
			d->spots.items[d->spots.n++] = s;
	}
	free(mapping_of);
	sort_spots(d, (struct run){ 0, d->spots.n });
	return ok ? 0 : diag_nomem(diag, "rows");
}

/* A file is opened where a node in it prints a name that matches. */
static int find_wanted(struct disassembly *d, struct assay_diag *diag)
{
	const struct assay_profile *p = d->ctx->profile;

	d->wanted = calloc(p->strings.strings.n + 1, 1);
	if (!d->wanted)
		return diag_nomem(diag, "rows");
	for (size_t i = 0; i < d->spots.n; i++) {
		uint32_t file = p->mappings.items[d->spots.items[i].mapping].file;
		bool found;
		int err;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(d->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (!file || d->wanted[file])
			continue;
		err = pattern_search(d->ctx, node_of(d, &d->spots.items[i])->text, &found, diag);
		if (err)
			return err;
		d->wanted[file] = found;
	}
	return 0;
}

/* The form of a symbol's name that matches, into *name, with p NULL for none. */
static int match_name(struct disassembly *d, struct str symbol, struct str *name, struct assay_diag *diag)
{
	const struct code *code = d->ctx->code;
	bool found;
	int err = pattern_search(d->ctx, symbol, &found, diag);

	*name = found ? symbol : (struct str){ 0 };
	for (int form = 0; !err && !found && form < CODE_NAME_FORMS; form++) {
		buf_reset(&d->scratch);
		if (!code->demangle(code->data, symbol, (enum code_name_form)form, &d->scratch))
			break;
		if (d->scratch.failed)
			return diag_nomem(diag, "names");
		err = pattern_search(d->ctx, buf_str(&d->scratch), &found, diag);
		if (err || !found)
			continue;
		name->len = d->scratch.len;
		name->p = arena_copy(&d->names, d->scratch.len ? d->scratch.data : "", name->len);
		if (!name->p)
			return diag_nomem(diag, "names");
	}
	return err;
}

/* An address selects a symbol with all its names, the expression one of them. */
static int choose_names(struct disassembly *d, const struct code_symbol *symbols, const struct code_group *g,
	const struct code_object *object, struct routine *r, struct assay_diag *diag)
{
	uint64_t address = d->address - object->base;
	int err = 0;

	*r = (struct routine){ .object = object, .start = g->start, .end = g->end };
	if (d->has_address && address >= g->start && address < g->end) {
		r->name = symbols[g->from].name;
		r->aka = symbols + g->from + 1;
		r->n_aka = g->to - g->from - 1;
		return 0;
	}
	for (size_t i = g->from; !err && !r->name.p && i < g->to; i++)
		err = match_name(d, symbols[i].name, &r->name, diag);
	return err;
}

/* Spots and symbols both ascend. */
static int match_symbols(struct disassembly *d, const struct code_object *object, struct run spots,
	const struct code_symbol *symbols, size_t n, struct assay_diag *diag)
{
	struct code_group g;

	while (spots.from < spots.to) {
		struct routine r;
		int err;

		if (ctx_canceled(d->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (!code_find_group(symbols, n, d->spots.items[spots.from].address, &g)) {
			spots.from++;
			continue;
		}
		err = choose_names(d, symbols, &g, object, &r, diag);
		if (err)
			return err;
		r.spots.from = spots.from;
		/* One that lies behind the last symbol is passed over by itself. */
		do
			spots.from++;
		while (spots.from < spots.to && d->spots.items[spots.from].address < g.end);
		r.spots.to = spots.from;
		if (r.name.p && d->spots.items[r.spots.from].address < g.end && !vec_push(&d->routines, r))
			return diag_nomem(diag, "symbols");
	}
	return 0;
}

static bool covers(const struct mapping *m, uint64_t address)
{
	return m->start <= address && address <= m->limit;
}

static int keep_failure(struct disassembly *d, const struct assay_diag *why, struct assay_diag *diag)
{
	struct str text = str_of(why->text);

	text.p = arena_copy(&d->names, text.p, text.len);
	if (why->code == ASSAY_ERR_NOMEM || why->code == ASSAY_ERR_CANCELED) {
		*diag = *why;
		return why->code;
	}
	return text.p && vec_push(&d->failures, text) ? 0 : diag_nomem(diag, "rows");
}

static int look_into(struct disassembly *d, uint32_t mapping, struct run spots, struct assay_diag *diag)
{
	const struct code *code = d->ctx->code;
	uint64_t address = spots.from < spots.to ? d->spots.items[spots.from].address : d->address;
	const struct code_object *object;
	const struct code_symbol *symbols;
	struct assay_diag why;
	struct code_group g;
	size_t n;
	int err = code->open(code->data, mapping, address, &object, &why);

	if (!err)
		err = code->symbols(code->data, object, &symbols, &n, &why);
	if (err)
		return keep_failure(d, &why, diag);
	if (d->has_address && covers(&d->ctx->profile->mappings.items[mapping], d->address) &&
		code_find_group(symbols, n, d->address - object->base, &g))
		d->address_in_symbol |= d->address - object->base < g.end;
	for (size_t i = spots.from; i < spots.to; i++)
		d->spots.items[i].address -= object->base;
	/* The base of a strange binary may turn the order around. */
	sort_spots(d, spots);
	return match_symbols(d, object, spots, symbols, n, diag);
}

static int look_into_all(struct disassembly *d, struct assay_diag *diag)
{
	const struct assay_profile *p = d->ctx->profile;
	struct run spots = { 0, 0 };
	int err = 0;

	for (size_t i = 0; !err && i < p->mappings.n; i++) {
		const struct mapping *m = &p->mappings.items[i];

		for (spots.from = spots.to; spots.to < d->spots.n && d->spots.items[spots.to].mapping == i;)
			spots.to++;
		if (d->wanted[m->file] || (d->has_address && covers(m, d->address)))
			err = look_into(d, (uint32_t)i, spots, diag);
	}
	return err;
}

static int compare_routines(const void *x, const void *y)
{
	const struct routine *a = x, *b = y;
	int c = str_compare(a->name, b->name);

	if (!c)
		c = (a->start > b->start) - (a->start < b->start);
	return c ? c : (a->spots.from > b->spots.from) - (a->spots.from < b->spots.from);
}

static void add_value(const struct disassembly *d, wide value, wide divisor)
{
	values_add_cell(d->out, &d->values, divided(value, divisor), VALUE_WIDTH);
}

static void add_heading(const struct disassembly *d, const struct routine *r)
{
	wide flat = 0, cum = 0;

	for (size_t i = r->spots.from; i < r->spots.to; i++) {
		flat += node_of(d, &d->spots.items[i])->flat;
		cum += node_of(d, &d->spots.items[i])->cum;
	}
	buf_add_str(d->out, STR("ROUTINE ======================== "));
	buf_add_safe(d->out, r->name);
	buf_add_char(d->out, '\n');
	for (size_t i = 0; i < r->n_aka; i++) {
		buf_add_str(d->out, STR("    AKA ======================== "));
		buf_add_safe(d->out, r->aka[i].name);
		buf_add_char(d->out, '\n');
	}
	values_add_right(d->out, &d->values, flat, VALUE_WIDTH);
	buf_add_char(d->out, ' ');
	values_add_right(d->out, &d->values, cum, VALUE_WIDTH);
	buf_add_str(d->out, STR(" (flat, cum) "));
	values_add_percent(d->out, cum, d->values.total);
	buf_add_str(d->out, STR(" of Total\n"));
}

/* An instruction with the samples that fall on it. */
struct row {
	const struct code_instruction *instruction;
	struct str function, file;
	int64_t line;
	wide flat, flat_divisor, cum, cum_divisor;
};

/* Adds the spots in front of end, which may lie inside the instruction; they also say what the binary does not. */
static void take_spots(const struct disassembly *d, struct row *row, struct run *spots, uint64_t end, bool last)
{
	for (; spots->from < spots->to && (last || d->spots.items[spots->from].address < end); spots->from++) {
		const struct node *n = node_of(d, &d->spots.items[spots->from]);

		row->flat += n->flat;
		row->flat_divisor += n->flat_divisor;
		row->cum += n->cum;
		row->cum_divisor += n->cum_divisor;
		if (!row->file.len && n->file.len)
			row->file = path_base(n->file);
		if (!row->line)
			row->line = n->line;
		if (!row->function.len)
			row->function = n->name;
	}
}

static struct row row_of(const struct code_instruction *i)
{
	struct row row = { .instruction = i, .function = STR(""), .file = STR("") };

	if (!i->n_frames)
		return row;
	row.function = i->frames[0].name;
	row.line = i->frames[0].line;
	if (i->frames[0].file.len)
		row.file = path_base(i->frames[0].file);
	return row;
}

/* main.busyLoop sample.go:29, or nothing where that is the same as for the instruction before. */
static void make_place(struct disassembly *d, const struct row *row, const struct row *previous)
{
	struct buf *b = &d->scratch;

	buf_reset(b);
	if (str_equal(row->function, previous->function) && str_equal(row->file, previous->file) &&
		row->line == previous->line)
		return;
	buf_add_safe(b, row->function);
	if (row->function.len)
		buf_add_char(b, ' ');
	buf_add_safe(b, row->file);
	if (row->file.len && row->line)
		buf_addf(b, ":%" PRId64, row->line);
}

static void add_row(struct disassembly *d, const struct row *row, const struct row *previous)
{
	struct str text = row->instruction->text;
	size_t start;

	make_place(d, row, previous);
	if (d->scratch.len && text.len >= TEXT_WIDTH) {
		buf_add_fill(d->out, ' ', PLACE_COLUMN);
		buf_add_char(d->out, ';');
		buf_add_str(d->out, buf_str(&d->scratch));
		buf_add_char(d->out, '\n');
	}
	add_value(d, row->flat, row->flat_divisor);
	buf_add_char(d->out, ' ');
	add_value(d, row->cum, row->cum_divisor);
	buf_addf(d->out, " %*" PRIx64 ": ", ADDRESS_WIDTH, row->instruction->address);
	start = d->out->len;
	buf_add_safe_line(d->out, text);
	if (d->scratch.len && text.len < TEXT_WIDTH && !d->out->failed) {
		size_t n = utf8_length((struct str){ d->out->data + start, d->out->len - start });

		buf_add_fill(d->out, ' ', n < TEXT_WIDTH ? TEXT_WIDTH - n : 0);
		buf_add_char(d->out, ';');
		buf_add_str(d->out, buf_str(&d->scratch));
	}
	buf_add_char(d->out, '\n');
	d->out->failed |= d->scratch.failed;
}

static int add_instructions(struct disassembly *d, const struct routine *r, const struct code_instruction *list,
	size_t n, struct assay_diag *diag)
{
	struct row row, previous = { .function = STR(""), .file = STR("") };
	struct run spots = r->spots;

	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n;

		if (i % POLL_INSTRUCTIONS == 0 && ctx_canceled(d->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		row = row_of(&list[i]);
		take_spots(d, &row, &spots, last ? 0 : list[i + 1].address, last);
		add_row(d, &row, &previous);
		previous = row;
	}
	if (d->out->len > LISTING_MAX)
		return diag_set(diag, ASSAY_ERR_TOO_BIG, "the disassembly is larger than 1 GiB; match fewer functions");
	return 0;
}

/* What is wrong with one binary costs its instructions; that there is no disassembler costs the report. */
static int add_routine(struct disassembly *d, const struct routine *r, struct assay_diag *diag)
{
	const struct code *code = d->ctx->code;
	const struct code_instruction *list;
	struct assay_diag why;
	size_t n;
	int err = code->instructions(code->data, r->object, r->start, r->end, &list, &n, &why);

	if (err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED || err == ASSAY_ERR_UNSUPPORTED) {
		*diag = why;
		return err;
	}
	add_heading(d, r);
	if (err) {
		/* All routines of a file may lack them for one reason. */
		if (strcmp(why.text, d->last.text) != 0)
			ctx_warn(d->ctx->ctx, "%s", why.text);
		d->last = why;
		return 0;
	}
	if (r->end - r->start > CODE_RANGE_MAX && r->end != UINT64_MAX)
		ctx_warn(d->ctx->ctx, "%.*s: instructions beyond the first %" PRIu64 " MiB are left out",
			(int)r->name.len, r->name.p, CODE_RANGE_MAX >> 20);
	return add_instructions(d, r, list, n, diag);
}

/* Nothing is printed of a report that fails, so what it would have begun with is told as warnings. */
static int no_match(const struct disassembly *d, struct assay_diag *diag)
{
	for (size_t i = 0; i < d->failures.n; i++)
		ctx_warn(d->ctx->ctx, "%s", d->failures.items[i].p);
	if (!d->has_address)
		return diag_set(diag, ASSAY_ERR_NO_MATCH, "no matches found for regexp %s", d->ctx->argument);
	if (!d->address_in_symbol)
		return diag_set(diag, ASSAY_ERR_NO_MATCH, "no matches found for address 0x%" PRIx64, d->address);
	return diag_set(diag, ASSAY_ERR_NO_MATCH,
		"address 0x%" PRIx64
		" found in binary, but the corresponding symbols do not have samples in the profile",
		d->address);
}

static int print_routines(struct disassembly *d, struct assay_diag *diag)
{
	int err = 0;

	if (!d->routines.n)
		return no_match(d, diag);
	qsort(d->routines.items, d->routines.n, sizeof(*d->routines.items), compare_routines);
	for (size_t i = 0; i < d->failures.n; i++) {
		buf_add_safe(d->out, d->failures.items[i]);
		buf_add_char(d->out, '\n');
	}
	buf_add_str(d->out, STR("Total: "));
	values_add(d->out, &d->values, d->values.total);
	buf_add_char(d->out, '\n');
	for (size_t i = 0; !err && i < d->routines.n; i++)
		err = add_routine(d, &d->routines.items[i], diag);
	return err;
}

static void release(struct disassembly *d)
{
	free(d->wanted);
	vec_release(&d->spots);
	vec_release(&d->routines);
	vec_release(&d->failures);
	arena_release(&d->names);
	buf_release(&d->scratch);
}

int disassembly_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct disassembly d = { .ctx = ctx, .out = out };
	int err;

	if (!ctx->code)
		return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "disasm: this build reads no binaries");
	values_init(&d.values, ctx);
	d.has_address = pattern_address(ctx, &d.address);
	err = place_nodes(&d, diag);
	if (!err)
		err = find_wanted(&d, diag);
	if (!err)
		err = look_into_all(&d, diag);
	if (!err)
		err = print_routines(&d, diag);
	release(&d);
	return err;
}
