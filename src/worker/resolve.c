/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Addresses to frames: sorted by unit, each unit that is hit is read once, and what was found waits until all can be
 * answered in the order of the addresses.
 */

#include "base/diag.h"
#include "worker/debug.h"
#include "worker/object_priv.h"

/* Inlined calls around an address that are more than anybody reads; what stands further out is left away. */
#define MOST_FRAMES 1024

struct place_in_unit {
	uint32_t unit;
	size_t i; /* of the address */
};

struct found {
	size_t first, n; /* into frames */
};

struct job {
	struct object *object;
	struct debug *debug;
	const uint64_t *addresses;
	size_t n;
	struct assay_diag *flaw;
	struct found *found; /* per address */
	VEC(struct object_frame) frames;
	VEC(struct place_in_unit) places; /* by unit, then address */
	struct arena arena;               /* texts that live until the end */
};

/* The unit at hand. */
struct unit_job {
	struct job *job;
	struct dwarf_unit *unit; /* with the entries */
	const struct place_in_unit *places;
	struct call_tree tree;
	struct routine **routines; /* per node, once asked for */
	struct line_table *table;
	struct line_place *lines; /* per address */
	struct arena scratch;
};

static int by_unit(const void *a, const void *b)
{
	const struct place_in_unit *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

static int sort_by_unit(struct job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		struct place_in_unit place = { .unit = dwarf_index_find(&j->debug->index, j->addresses[i]), .i = i };

		if (place.unit != CALL_NONE && !vec_push(&j->places, place))
			return ASSAY_ERR_NOMEM;
	}
	if (j->places.n)
		qsort(j->places.items, j->places.n, sizeof(*j->places.items), by_unit);
	return 0;
}

/* A .dwo is closed when its unit is done; names from it are copied. */
static bool keep_name(struct unit_job *u, struct str *name)
{
	const char *copy;

	if (!u->unit->skeleton)
		return true;
	copy = arena_copy(&u->job->arena, name->p, name->len);
	if (copy)
		name->p = copy;
	return copy != NULL;
}

static const struct routine *routine_of(struct unit_job *u, uint32_t node)
{
	struct routine *r = u->routines[node];

	if (r)
		return r;
	r = arena_alloc(&u->scratch, sizeof(*r));
	if (!r)
		return NULL;
	dwarf_routine(u->unit, u->tree.nodes.items[node].entry, r);
	if (!keep_name(u, &r->name))
		return NULL;
	u->routines[node] = r;
	return r;
}

static struct str path_of(const struct unit_job *u, uint64_t file)
{
	return u->table ? line_table_path(u->table, file) : STR("");
}

static int64_t number(uint64_t v)
{
	return v <= INT64_MAX ? (int64_t)v : 0;
}

/* The frames of an address from the innermost out: the first stands where the line table says, others at the call. */
static int add_frames(struct unit_job *u, size_t k, struct found *found)
{
	struct job *j = u->job;
	struct object_frame frame = { .name = STR(""), .file = STR("") };
	const struct line_place *line = &u->lines[k];
	uint32_t node = u->tree.hits[k];

	if (line->is_found) {
		frame.file = path_of(u, line->file);
		frame.line = number(line->line);
		frame.column = number(line->column);
	}
	found->first = j->frames.n;
	for (size_t depth = 0; node != CALL_NONE && depth < MOST_FRAMES; depth++) {
		if (!dwarf_spend(u->unit->file, 1) && depth)
			break;
		const struct routine *r = routine_of(u, node);

		if (!r)
			return ASSAY_ERR_NOMEM;
		frame.name = r->name;
		frame.start_line = number(r->line);
		if (!vec_push(&j->frames, frame))
			return ASSAY_ERR_NOMEM;
		frame.file = path_of(u, r->call_file);
		frame.line = number(r->call_line);
		frame.column = number(r->call_column);
		node = u->tree.nodes.items[node].parent;
	}
	/* A line without a function: assembly, or entries that are missing. */
	if (u->tree.hits[k] == CALL_NONE && line->is_found && !vec_push(&j->frames, frame))
		return ASSAY_ERR_NOMEM;
	found->n = j->frames.n - found->first;
	return 0;
}

static int read_unit(struct unit_job *u, struct dwarf_unit *own)
{
	struct job *j = u->job;
	size_t n = u->tree.n;
	uint64_t *addresses = arena_calloc(&u->scratch, n, sizeof(*addresses));
	int err;

	u->tree.addresses = addresses;
	u->tree.hits = arena_calloc(&u->scratch, n, sizeof(*u->tree.hits));
	u->lines = arena_calloc(&u->scratch, n, sizeof(*u->lines));
	if (!addresses || !u->tree.hits || !u->lines)
		return ASSAY_ERR_NOMEM;
	for (size_t k = 0; k < n; k++)
		addresses[k] = j->addresses[u->places[k].i];
	if (!dwarf_unit_read(own))
		diag_set_at(j->flaw, ASSAY_ERR_FORMAT, own->offset, "", "a unit in .debug_info is damaged");
	u->unit = dwarf_unit_full(own);
	err = dwarf_walk(u->unit, &u->tree, j->flaw);
	if (err)
		return err;
	if (j->debug->lines)
		u->table = dwarf_lines_unit(j->debug->lines, own, &j->arena, j->flaw);
	if (u->table)
		line_table_find(u->table, addresses, n, u->lines, j->flaw);
	u->routines = arena_calloc(&u->scratch, u->tree.nodes.n + 1, sizeof(struct routine *));
	return u->routines ? 0 : ASSAY_ERR_NOMEM;
}

static void forget_unit(struct unit_job *u, struct dwarf_unit *own)
{
	if (u->table)
		line_table_close(u->table);
	vec_release(&u->tree.nodes);
	arena_release(&u->scratch);
	dwarf_unit_forget_split(own);
}

static int resolve_unit(struct job *j, const struct place_in_unit *places, size_t n)
{
	struct unit_job u = { .job = j, .places = places, .tree.n = n };
	struct dwarf_unit *own = &j->debug->file->units.items[places[0].unit];
	int err = read_unit(&u, own);

	for (size_t k = 0; k < n && !err; k++)
		err = add_frames(&u, k, &j->found[places[k].i]);
	forget_unit(&u, own);
	return err;
}

static int resolve_units(struct job *j)
{
	int err = sort_by_unit(j);

	for (size_t i = 0, end; i < j->places.n && !err; i = end) {
		for (end = i + 1; end < j->places.n && j->places.items[end].unit == j->places.items[i].unit;)
			end++;
		err = resolve_unit(j, &j->places.items[i], end - i);
	}
	return err;
}

/*
 * The symbol names the outermost frame, also where there are entries: it tells clones apart, and it has the linkage
 * name of functions that the entries give only the plain one of. Where no line is known the table may know the file.
 */
static void name_from_symbol(struct object_frame *frame, const struct symbol *symbol)
{
	const char *at = memmem(symbol->name.p, symbol->name.len, "@@", 2);

	frame->name = symbol->name;
	/* The version that a program gets by default is told by linkers in one table, and not in the other. */
	if (at && at > symbol->name.p)
		frame->name.len = (size_t)(at - symbol->name.p);
	if (!frame->file.len)
		frame->file = symbol->file;
}

static int answer(struct job *j, size_t i, bool symbols_only, const struct object_sink *sink)
{
	const struct symbols *table = &j->object->symbols;
	uint64_t address = j->addresses[i];
	const struct symbol *symbol = symbols_only ? symbols_below(table, address) : symbols_at(table, address);
	struct object_frame alone = { .name = STR(""), .file = STR("") };
	struct object_answer answer = { .address = address };

	if (j->found && j->found[i].n) {
		struct object_frame *frames = &j->frames.items[j->found[i].first];

		answer.frames = frames;
		answer.n_frames = j->found[i].n;
		if (symbol)
			name_from_symbol(&frames[answer.n_frames - 1], symbol);
	} else if (symbol) {
		name_from_symbol(&alone, symbol);
		if (symbols_only) /* as nm has it */
			alone = (struct object_frame){ .name = symbol->name, .file = STR("") };
		answer.frames = &alone;
		answer.n_frames = 1;
		answer.from_symbols = true;
	}
	return sink->answer(sink->data, &answer);
}

static int look_up(struct job *j, struct assay_diag *diag)
{
	int err = object_open_debug(j->object, &j->debug, j->flaw, diag);

	if (err || !j->debug)
		return err;
	j->found = calloc(j->n + 1, sizeof(*j->found));
	if (!j->found || resolve_units(j))
		return diag_nomem(diag, "names and lines");
	return 0;
}

int object_resolve(struct object *o, const uint64_t *addresses, size_t n, bool symbols_only,
	const struct object_sink *sink, struct assay_diag *flaw, struct assay_diag *diag)
{
	struct job j = { .object = o, .addresses = addresses, .n = n, .flaw = flaw };
	int err = object_load_symbols(o, diag);

	if (!err && !symbols_only)
		err = look_up(&j, diag);
	for (size_t i = 0; i < n && !err; i++)
		err = answer(&j, i, symbols_only, sink);
	free(j.found);
	vec_release(&j.frames);
	vec_release(&j.places);
	arena_release(&j.arena);
	return err;
}
