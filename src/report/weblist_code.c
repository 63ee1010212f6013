/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/path.h"
#include "report/weblist.h"

/* Code on each side of an address that is shown with it. */
#define EXPAND 500

/* The ranges with the largest flat sums are disassembled. */
#define RANGES_MAX 25

/* Instructions without a line belong to the last that has one, if it is so near. */
#define NEIGHBORHOOD 32

/* How far before a range its disassembly may begin, so as to begin where a function does. */
#define LEAD_MAX ((uint64_t)64 << 10)

/* What all the instructions of a page may take. */
#define INSTRUCTIONS_MAX ((size_t)2 << 20)

struct range {
	uint64_t begin, end; /* of the profile */
	uint32_t mapping;
	const struct code_object *object;
	size_t from, to; /* sites */
	wide flat;
};

struct code_walk {
	struct weblist *w;
	const struct code_object **objects; /* by mapping */
	uint8_t *tried;                     /* by mapping */
	VEC(uint32_t) listed;               /* interesting sites in binaries */
	VEC(uint32_t) alone;                /* those that are in none */
	VEC(struct range) ranges;
	VEC(struct weblist_frame) last_frames;
	size_t n_failed;
	struct assay_diag failure; /* the first */
};

static int too_many(struct assay_diag *diag)
{
	return diag_set(diag, ASSAY_ERR_TOO_BIG, "more than %zu instructions; match fewer functions", INSTRUCTIONS_MAX);
}

static int open_object(struct code_walk *k, const struct weblist_site *s, uint32_t mapping, struct assay_diag *diag)
{
	const struct code *code = k->w->ctx->code;
	struct assay_diag why;
	int err;

	if (k->tried[mapping])
		return 0;
	k->tried[mapping] = 1;
	err = code->open(code->data, mapping, s->address, &k->objects[mapping], &why);
	if (err)
		k->objects[mapping] = NULL;
	if (err && !k->n_failed++)
		k->failure = why;
	if (err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED) {
		*diag = why;
		return err;
	}
	return 0;
}

/* Sites that the pattern is about: in a binary that is here, or not. */
static int part_sites(struct code_walk *k, struct assay_diag *diag)
{
	struct weblist *w = k->w;

	for (size_t i = 0; i < w->sites.n; i++) {
		const struct weblist_site *s = &w->sites.items[i];
		uint32_t mapping;
		bool ok;
		int err;

		if (s->location == PROFILE_NONE)
			continue;
		mapping = w->ctx->view->locations[s->location].mapping;
		if (w->ctx->code && mapping != PROFILE_NONE && !s->made_up) {
			err = open_object(k, s, mapping, diag);
			if (err)
				return err;
			ok = k->objects[mapping] ? vec_push(&k->listed, (uint32_t)i) : vec_push(&k->alone, (uint32_t)i);
		} else {
			ok = vec_push(&k->alone, (uint32_t)i);
		}
		if (!ok)
			return diag_nomem(diag, "addresses");
	}
	return 0;
}

static uint32_t mapping_of(const struct code_walk *k, const struct weblist_site *s)
{
	return k->w->ctx->view->locations[s->location].mapping;
}

/* Sites close to each other, from the first on. None begins inside the one before it. */
static struct range range_from(const struct code_walk *k, size_t first, const struct range *previous)
{
	const struct weblist *w = k->w;
	const struct weblist_site *s = &w->sites.items[k->listed.items[first]];
	struct range r = { .begin = s->address, .end = s->address, .mapping = mapping_of(k, s), .from = first };
	const struct mapping *m = &w->ctx->profile->mappings.items[r.mapping];
	uint64_t limit = m->limit > m->start ? m->limit : UINT64_MAX;
	uint64_t start = m->start <= r.begin ? m->start : r.begin;

	if (previous && previous->mapping == r.mapping && start < previous->end)
		start = previous->end < r.begin ? previous->end : r.begin;
	r.object = k->objects[r.mapping];
	for (r.to = first; r.to < k->listed.n; r.to++) {
		s = &w->sites.items[k->listed.items[r.to]];
		if (r.to > first && (s->address - r.end > 2 * EXPAND || s->address >= limit ||
					    mapping_of(k, s) != r.mapping || s->address - r.begin > CODE_RANGE_MAX / 2))
			break;
		r.end = s->address;
		r.flat += s->flat;
	}
	r.begin = r.begin - start >= EXPAND ? r.begin - EXPAND : start;
	if (limit < r.end)
		limit = r.end;
	r.end = limit - r.end >= EXPAND ? r.end + EXPAND : limit;
	return r;
}

static int compare_ranges(const void *x, const void *y)
{
	const struct range *a = x, *b = y;

	if (a->flat != b->flat)
		return a->flat > b->flat ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static int make_ranges(struct code_walk *k, struct assay_diag *diag)
{
	for (size_t i = 0; i < k->listed.n;) {
		struct range r = range_from(k, i, k->ranges.n ? &k->ranges.items[k->ranges.n - 1] : NULL);

		if (!vec_push(&k->ranges, r))
			return diag_nomem(diag, "addresses");
		i = r.to;
	}
	if (k->ranges.n)
		qsort(k->ranges.items, k->ranges.n, sizeof(*k->ranges.items), compare_ranges);
	if (k->ranges.n > RANGES_MAX) {
		ctx_warn(k->w->ctx->ctx, "weblist: %zu of %zu ranges of code are left out, those with the least flat",
			k->ranges.n - RANGES_MAX, k->ranges.n);
		k->ranges.n = RANGES_MAX;
	}
	return 0;
}

/* The clean path of a file, without what stands for the working directory in front. */
static int clean_file(struct weblist *w, uint32_t file, uint32_t *clean)
{
	static const char *const prefixes[] = { "/proc/self/cwd/", "./" };
	struct str path = strtab_get(&w->texts, file);
	struct buf b = BUF_INIT;
	int err = 0;

	if (!w->facts.items[file].clean) {
		for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
			if (str_starts(path, str_of(prefixes[i])))
				path = str_skip(path, strlen(prefixes[i]));
		path_clean(&b, path);
		err = b.failed ? ASSAY_ERR_NOMEM : weblist_intern(w, buf_str(&b), clean);
		buf_release(&b);
		if (err)
			return err;
		w->facts.items[file].clean = *clean + 1;
	}
	*clean = w->facts.items[file].clean - 1;
	return 0;
}

/*
 * Puts the last instruction on the line of each frame whose function is interesting. It counts as shown when there is
 * one.
 */
static int add_entries(struct weblist *w, const struct weblist_frame *frames, size_t n, bool *shown)
{
	*shown = false;
	for (size_t i = 0; i < n; i++) {
		struct weblist_entry e = { .instruction = (uint32_t)w->instructions.n - 1, .frame = (uint32_t)i };

		if (!w->facts.items[frames[i].name].interesting)
			continue;
		e.line = frames[i].line;
		if (clean_file(w, frames[i].file, &e.file) || !vec_push(&w->entries, e))
			return ASSAY_ERR_NOMEM;
		*shown = true;
	}
	return 0;
}

/* The instruction that is shown keeps its frames; those that are not leave nothing behind. */
static int add_instruction(struct weblist *w, struct weblist_instruction *made, const struct weblist_frame *frames,
	size_t n, struct assay_diag *diag)
{
	bool shown;

	if (w->instructions.n >= INSTRUCTIONS_MAX || w->frames.n > UINT32_MAX - n)
		return too_many(diag);
	made->first_frame = (uint32_t)w->frames.n;
	if (!vec_push(&w->instructions, *made) || add_entries(w, frames, n, &shown))
		return diag_nomem(diag, "instructions");
	if (!shown) {
		w->instructions.n--;
		return 0;
	}
	if (!vec_reserve(&w->frames, n))
		return diag_nomem(diag, "instructions");
	if (n)
		memcpy(w->frames.items + w->frames.n, frames, n * sizeof(*frames));
	w->frames.n += n;
	/* Texts come and go with what was asked for last. */
	made = &w->instructions.items[w->instructions.n - 1];
	if (made->text.len) {
		made->text.p = arena_copy(&w->arena, made->text.p, made->text.len);
		if (!made->text.p)
			return diag_nomem(diag, "instructions");
	}
	return 0;
}

/* What the binary calls a function may be known to the profile by either name. */
static int frame_of(struct weblist *w, const struct code_frame *from, struct weblist_frame *to)
{
	uint32_t name, system_name = 0;

	if (weblist_intern(w, from->name, &name) || weblist_intern(w, from->file, &to->file))
		return ASSAY_ERR_NOMEM;
	to->name = name;
	to->line = from->line;
	if (from->system_name.len && strtab_find(&w->texts, from->system_name, &system_name) &&
		(w->facts.items[system_name].interesting || w->facts.items[system_name].pretty.p))
		to->name = system_name;
	return 0;
}

static int take_frames(struct code_walk *k, const struct code_instruction *i)
{
	k->last_frames.n = 0;
	for (size_t f = 0; f < i->n_frames; f++) {
		struct weblist_frame made;

		if (frame_of(k->w, &i->frames[f], &made) || !vec_push(&k->last_frames, made))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

/* Samples inside an instruction belong to it. Sites and instructions both ascend. */
static void take_samples(const struct weblist *w, struct weblist_instruction *i, size_t *site)
{
	while (*site < w->sites.n && !w->sites.items[*site].made_up && w->sites.items[*site].address < i->address)
		++*site;
	for (; *site < w->sites.n && !w->sites.items[*site].made_up &&
		w->sites.items[*site].address - i->address < i->length;
		++*site) {
		i->flat += w->sites.items[*site].flat;
		i->cum += w->sites.items[*site].cum;
	}
}

static size_t first_site(const struct weblist *w, uint64_t address)
{
	size_t from = 0, to = w->sites.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (!w->sites.items[middle].made_up && w->sites.items[middle].address < address)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* What the profile knows of a location, into last_frames. */
static int take_location(struct code_walk *k, uint32_t location)
{
	const struct view *v = k->w->ctx->view;
	struct frames f = view_frames(v, location);

	k->last_frames.n = 0;
	for (uint32_t i = 0; i < f.n; i++) {
		const struct function *fn = &v->functions[f.lines[i].function];
		struct weblist_frame frame = { .line = f.lines[i].number };

		if (weblist_intern(k->w, view_str(v, fn->name), &frame.name) ||
			weblist_intern(k->w, view_str(v, fn->file), &frame.file) || !vec_push(&k->last_frames, frame))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

/* The location of an interesting site among from .. to - 1 that has a line, or PROFILE_NONE. */
static uint32_t location_with_line(const struct weblist *w, size_t from, size_t to)
{
	for (; from < to; from++) {
		uint32_t location = w->sites.items[from].location;

		if (location != PROFILE_NONE) {
			struct frames f = view_frames(w->ctx->view, location);

			if (f.n && f.lines[0].number)
				return location;
		}
	}
	return PROFILE_NONE;
}

/* Where the instructions of a range have come to. */
struct range_walk {
	size_t site;
	uint64_t last_address; /* of the last instruction with a line: that of last_frames */
};

/* What a symbol table says of an instruction without line may be that another function has begun. */
static bool same_function(const struct code_walk *k, const struct code_instruction *from)
{
	const struct code_frame *outermost = from->n_frames ? &from->frames[from->n_frames - 1] : NULL;
	struct str last;

	if (!k->last_frames.n || !outermost || !outermost->name.len)
		return k->last_frames.n != 0;
	last = strtab_get(&k->w->texts, k->last_frames.items[k->last_frames.n - 1].name);
	return str_equal(last, outermost->name) || str_equal(last, outermost->system_name);
}

/*
 * Makes last_frames those of an instruction: its own where they have a line; or those of the profile, which may come
 * from where there still was debug information; or those of an instruction just before it.
 */
static int choose_frames(struct code_walk *k, const struct code_instruction *from, struct weblist_instruction *made,
	struct range_walk *at)
{
	size_t first = at->site;
	bool knows_line = from->n_frames && from->frames[0].line;
	uint32_t location = PROFILE_NONE;
	int err = 0;

	take_samples(k->w, made, &at->site);
	if (knows_line) {
		err = take_frames(k, from);
	} else {
		location = location_with_line(k->w, first, at->site);
		if (location != PROFILE_NONE)
			err = take_location(k, location);
		else if (!same_function(k, from) || made->address - at->last_address > NEIGHBORHOOD)
			err = take_frames(k, from);
	}
	if (knows_line || location != PROFILE_NONE)
		at->last_address = made->address;
	if (!err && location != PROFILE_NONE && !made->line) {
		made->file = k->last_frames.items[0].file;
		made->line = k->last_frames.items[0].line;
	}
	return err;
}

static int list_instruction(struct code_walk *k, const struct range *r, const struct code_instruction *list, size_t n,
	size_t i, struct range_walk *at, struct assay_diag *diag)
{
	const struct code_instruction *from = &list[i];
	struct weblist_instruction made = { .object_address = from->address, .length = 1, .text = from->text };

	made.address = from->address + r->object->base;
	if (i + 1 < n && list[i + 1].address > from->address)
		made.length = list[i + 1].address - from->address;
	if (from->n_frames) {
		if (weblist_intern(k->w, from->frames[0].file, &made.file))
			return diag_nomem(diag, "instructions");
		made.line = from->frames[0].line;
	}
	if (choose_frames(k, from, &made, at))
		return diag_nomem(diag, "instructions");
	return add_instruction(k->w, &made, k->last_frames.items, k->last_frames.n, diag);
}

/* The instructions of a range; where it begins inside a function, they are read from the start of that. */
static int read_range(const struct code *code, const struct range *r, const struct code_instruction **list, size_t *n,
	struct assay_diag *diag)
{
	uint64_t begin = r->begin - r->object->base, end = r->end - r->object->base, from = begin;
	const struct code_symbol *symbols;
	struct code_group g;
	size_t n_symbols;
	int err = code->symbols(code->data, r->object, &symbols, &n_symbols, diag);

	if (err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED)
		return err;
	if (!err && code_find_group(symbols, n_symbols, begin, &g) && begin < g.end && begin - g.start <= LEAD_MAX)
		from = g.start;
	err = code->instructions(code->data, r->object, from, end, list, n, diag);
	for (; !err && *n && (*list)->address < begin; ++*list)
		--*n;
	return err;
}

static int list_range(struct code_walk *k, const struct range *r, struct assay_diag *diag)
{
	const struct code_instruction *list;
	struct range_walk at = { .site = first_site(k->w, r->begin) };
	struct assay_diag why;
	size_t n;
	int err = read_range(k->w->ctx->code, r, &list, &n, &why);

	if (err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED) {
		*diag = why;
		return err;
	}
	/* Without instructions the samples speak for themselves. */
	if (err || !n) {
		if (err && !k->n_failed++)
			k->failure = why;
		for (size_t i = r->from; i < r->to; i++)
			if (!vec_push(&k->alone, k->listed.items[i]))
				return diag_nomem(diag, "addresses");
		return 0;
	}
	k->last_frames.n = 0;
	for (size_t i = 0; !err && i < n; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(k->w->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		err = list_instruction(k, r, list, n, i, &at, diag);
	}
	return err;
}

/* An instruction without text, of what the profile says. */
static int list_alone(struct code_walk *k, const struct weblist_site *s, struct assay_diag *diag)
{
	struct weblist *w = k->w;
	struct weblist_instruction made = { .address = s->address,
		.object_address = s->address,
		.length = 1,
		.text = STR(""),
		.flat = s->flat,
		.cum = s->cum };

	if (take_location(k, s->location))
		return diag_nomem(diag, "instructions");
	if (k->last_frames.n) {
		made.file = k->last_frames.items[0].file;
		made.line = k->last_frames.items[0].line;
	}
	return add_instruction(w, &made, k->last_frames.items, k->last_frames.n, diag);
}

static int list_all(struct code_walk *k, struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < k->ranges.n; i++)
		err = list_range(k, &k->ranges.items[i], diag);
	for (size_t i = 0; !err && i < k->alone.n; i++)
		err = list_alone(k, &k->w->sites.items[k->alone.items[i]], diag);
	if (!err && k->n_failed)
		ctx_warn(k->w->ctx->ctx, "weblist: no instructions: %s", k->failure.text);
	return err;
}

int weblist_find_code(struct weblist *w, struct assay_diag *diag)
{
	struct code_walk k = { .w = w };
	size_t n = w->ctx->profile->mappings.n + 1;
	int err;

	k.objects = calloc(n, sizeof(*k.objects));
	k.tried = calloc(n, 1);
	err = k.objects && k.tried ? part_sites(&k, diag) : diag_nomem(diag, "binaries");
	if (!err)
		err = make_ranges(&k, diag);
	if (!err)
		err = list_all(&k, diag);
	free(k.objects);
	free(k.tried);
	vec_release(&k.listed);
	vec_release(&k.alone);
	vec_release(&k.ranges);
	vec_release(&k.last_frames);
	return err;
}
