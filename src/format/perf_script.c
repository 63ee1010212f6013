/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ckd.h"
#include "base/diag.h"
#include "base/path.h"
#include "format/perf_fields.h"
#include "format/readers.h"
#include "format/stacks.h"
#include "format/text.h"

/*
 * What `perf script` prints:
 *
 *     sh 16459 [001]  6400.215018:     250000 cpu-clock:
 *     	ffffffff82200ff1 _raw_spin_unlock_irq+0x11 ([kernel.kallsyms])
 *     	           14f38 main+0x158 (/usr/bin/sh)
 *
 * Which of these fields there are is up to the options of that command; without call chains the only frame stands on
 * the first line. Two passes: the first finds the events, which become columns.
 */

/* Each event is a column of every sample, so that many events of a hostile file would be a lot of memory. */
#define MOST_EVENTS 64

struct event {
	bool has_period;
	int64_t period; /* of the first sample, -1 when they differ */
};

struct perf {
	struct stacks stacks;
	struct assay_ctx *ctx;
	size_t size;               /* of the input */
	struct strtab event_names; /* an event's id less one is its index */
	VEC(struct event) events;
	bool counts_samples; /* the first column is the number of samples */
	struct strtab dsos;  /* likewise for mappings */
	VEC(int64_t) values;
	int64_t first_time, last_time; /* -1 before the first */

	/* The sample at hand. */
	struct perf_header header;
	bool open;
	struct perf_frame frame; /* the last one, which is complete when the next line is no place of it */
	bool has_frame;
	uint64_t inlined_at; /* address of the location at hand, of which only inlined calls are known yet */
	bool in_location;

	bool fresh_block; /* an empty line stood before this one, so that a header is to be expected */
	struct str winner;
	uint64_t n_votes;
	uint64_t n_foreign, first_foreign;
};

enum line_kind {
	LINE_HEADER,
	LINE_FRAME,
	LINE_PLACE,
	LINE_EMPTY,
	LINE_COMMENT,
	LINE_RECORD,
	LINE_FOREIGN,
};

/* comm alone, or with a number, is told from other text by the call chain below it. */
static bool header_alone(struct perf_header *h, struct str line, const struct text *t)
{
	if (t->p == t->end || *t->p != '\t')
		return false;
	if (h->n_fields)
		return true;
	*h = (struct perf_header){ .comm = text_trim(line), .pid = -1, .tid = -1, .time = -1, .period = -1 };
	return h->comm.len > 0;
}

static bool is_record(const struct perf_header *h)
{
	return str_starts(h->event, STR("PERF_RECORD_")) || str_starts(text_trim(h->rest), STR("PERF_RECORD_"));
}

/* What a line is; a header is parsed on the way. */
static enum line_kind classify(struct perf *r, const struct text *t, struct str line, struct perf_header *h)
{
	bool fresh = r->fresh_block;

	r->fresh_block = !text_trim(line).len;
	if (r->fresh_block)
		return LINE_EMPTY;
	if (line.p[0] == '#') {
		r->fresh_block = fresh;
		return LINE_COMMENT;
	}
	if (line.p[0] == '\t')
		return LINE_FRAME;
	*h = (struct perf_header){ .n_fields = 0 };
	perf_parse_header(h, line);
	if (h->n_fields >= 2 || (fresh && header_alone(h, line, t)))
		return is_record(h) ? LINE_RECORD : LINE_HEADER;
	return line.p[0] == ' ' ? LINE_PLACE : LINE_FOREIGN;
}

static int nomem(struct perf *r)
{
	return diag_nomem(r->stacks.diag, "perf script");
}

/* --- the first pass: events, and whether this is perf's output at all --- */

static int note_event(struct perf *r, const struct perf_header *h)
{
	struct event *e;
	uint32_t id;

	if (!h->event.len)
		return 0;
	if (strtab_intern(&r->event_names, h->event, &id) < 0)
		return nomem(r);
	if (id > MOST_EVENTS)
		return diag_set(r->stacks.diag, ASSAY_ERR_FORMAT, "parsing profile: perf script: more than %d events",
			MOST_EVENTS);
	if (id > r->events.n && !vec_push(&r->events, ((struct event){ h->period >= 0, h->period })))
		return nomem(r);
	e = &r->events.items[id - 1];
	e->has_period |= h->period >= 0;
	if (e->period != h->period)
		e->period = -1;
	return 0;
}

/* The first line that is no comment has to be a header with some fields, or any with a frame below that has an address. */
static bool recognize(const struct perf_header *h, enum line_kind kind, const struct text *t)
{
	struct text ahead = *t;
	struct perf_frame f;
	struct str line;

	if (kind == LINE_RECORD)
		return true;
	if (kind != LINE_HEADER)
		return false;
	if (h->time >= 0 && h->n_fields >= 2)
		return true;
	if (h->event.len && perf_parse_frame(&f, h->rest, true))
		return true;
	return text_next(&ahead, &line) && line.len && line.p[0] == '\t' && perf_parse_frame(&f, line, false) &&
	       (f.has_address || (f.dso.len && h->n_fields));
}

static int find_events(struct perf *r, struct text t, bool *mine)
{
	struct perf_header h;
	struct str line;
	int err = 0;

	r->fresh_block = true;
	while (!err && text_next(&t, &line)) {
		enum line_kind kind = classify(r, &t, line, &h);

		if (t.number % CTX_POLL_SAMPLES == 0 &&
			ctx_poll(r->ctx, ASSAY_PROGRESS_DECODE, r->size - (size_t)(t.end - t.p), r->size))
			return diag_set(r->stacks.diag, ASSAY_ERR_CANCELED, "canceled");
		if (kind == LINE_EMPTY || kind == LINE_COMMENT)
			continue;
		if (!*mine && !recognize(&h, kind, &t))
			return diag_set(r->stacks.diag, ASSAY_ERR_FORMAT, "parsing profile: no output of perf script");
		*mine = true;
		if (kind == LINE_HEADER)
			err = note_event(r, &h);
	}
	if (!err && !*mine)
		err = diag_set(r->stacks.diag, ASSAY_ERR_FORMAT, "parsing profile: no output of perf script");
	return err;
}

static bool is_clock(struct str name)
{
	return str_starts(name, STR("cpu-clock")) || str_starts(name, STR("task-clock"));
}

static bool is_time(struct str name)
{
	return is_clock(name) || memmem(name.p, name.len, "cycles", 6);
}

static struct str unit_of(const struct event *e, struct str name)
{
	return is_clock(name) && e->has_period ? STR("nanoseconds") : STR("count");
}

/* Time before anything else that was recorded beside it. */
static void set_main_event(struct perf *r)
{
	struct assay_profile *p = r->stacks.b->profile;
	size_t main = 0;

	for (size_t i = r->events.n; i-- > 0;)
		if (is_time(strtab_get(&r->event_names, (uint32_t)i + 1)))
			main = i;
	p->period_type = p->sample_types.items[main + r->counts_samples];
	p->period = r->events.items[main].period > 0 ? r->events.items[main].period : 0;
	p->default_sample_type = p->period_type.type;
}

/* One event without periods is what is counted; else there is a column of samples before those of the events. */
static int add_types(struct perf *r)
{
	struct assay_profile *p = r->stacks.b->profile;
	int err = 0;

	r->counts_samples = r->events.n != 1 || r->events.items[0].has_period;
	if (r->counts_samples)
		err = stacks_type(&r->stacks, STR("samples"), STR("count"));
	for (size_t i = 0; !err && i < r->events.n; i++) {
		struct str name = strtab_get(&r->event_names, (uint32_t)i + 1);

		err = stacks_type(&r->stacks, name, unit_of(&r->events.items[i], name));
	}
	for (size_t i = 0; !err && i < profile_n_types(p); i++)
		if (!vec_push(&r->values, 0))
			err = nomem(r);
	if (err || !r->events.n)
		return err;
	set_main_event(r);
	return 0;
}

/* --- the second pass --- */

/* PROFILE_NONE for a frame that belongs to no file. */
static int find_mapping(struct perf *r, const struct perf_frame *f, uint32_t *index)
{
	struct assay_profile *p = r->stacks.b->profile;
	struct mapping m = { .id = p->mappings.n + 1 };
	uint32_t id;
	int err;

	*index = PROFILE_NONE;
	if (!f->dso.len)
		return 0;
	if (strtab_intern(&r->dsos, f->dso, &id) < 0)
		return nomem(r);
	*index = id - 1;
	if (id <= p->mappings.n)
		return 0;
	err = builder_intern(r->stacks.b, f->dso, &m.file, r->stacks.diag);
	if (err)
		return err;
	return vec_push(&p->mappings, m) ? 0 : nomem(r);
}

/* The location of frames inlined at one address ends with the frame that they are inlined into. */
static int end_location(struct perf *r, const struct perf_frame *f)
{
	uint32_t mapping;
	int err = find_mapping(r, f, &mapping);

	r->in_location = false;
	if (!err && mapping != PROFILE_NONE) {
		struct mapping *m = &r->stacks.b->profile->mappings.items[mapping];

		m->has_functions |= f->symbol.len > 0;
	}
	return err ? err : stacks_location(&r->stacks, r->inlined_at, mapping);
}

static int end_inlined(struct perf *r)
{
	return r->in_location ? end_location(r, &(struct perf_frame){ .address = 0 }) : 0;
}

/* The frame at hand, now that the line below it was seen. */
static int end_frame(struct perf *r, struct str file, int64_t number)
{
	const struct perf_frame *f = &r->frame;
	int err = 0;

	if (!r->has_frame)
		return 0;
	r->has_frame = false;
	if (r->in_location && r->inlined_at != f->address)
		err = end_inlined(r);
	r->inlined_at = f->address;
	if (!err && f->symbol.len)
		err = stacks_line(&r->stacks, f->symbol, file, number);
	if (!err && !f->symbol.len && !f->has_address)
		err = stacks_line(&r->stacks, STR("[unknown]"), file, number);
	r->in_location = f->is_inlined;
	return err || f->is_inlined ? err : end_location(r, f);
}

static void set_values(struct perf *r)
{
	const struct perf_header *h = &r->header;
	uint32_t id;

	for (size_t i = 0; i < r->values.n; i++)
		r->values.items[i] = 0;
	if (r->counts_samples)
		r->values.items[0] = 1;
	if (h->event.len && strtab_find(&r->event_names, h->event, &id))
		r->values.items[id - 1 + r->counts_samples] =
			r->events.items[id - 1].has_period ? (h->period > 0 ? h->period : 0) : 1;
}

static int add_labels(struct perf *r)
{
	const struct perf_header *h = &r->header;
	int err = h->comm.len ? stacks_text(&r->stacks, STR("comm"), h->comm) : 0;

	if (!err && h->pid >= 0)
		err = stacks_number(&r->stacks, STR("pid"), h->pid, STR(""));
	if (!err && h->tid >= 0)
		err = stacks_number(&r->stacks, STR("tid"), h->tid, STR(""));
	return err;
}

/* Whose samples are more than half of all, if anybody's are: the candidate is the right one then. */
static void vote(struct perf *r, struct str comm)
{
	if (!r->n_votes)
		r->winner = comm;
	if (str_equal(r->winner, comm))
		r->n_votes++;
	else
		r->n_votes--;
}

static int end_sample(struct perf *r)
{
	int err = end_frame(r, STR(""), 0);

	if (!err)
		err = end_inlined(r);
	if (err || !r->open)
		return err;
	r->open = false;
	vote(r, r->header.comm);
	set_values(r);
	err = add_labels(r);
	return err ? err : stacks_sample(&r->stacks, r->values.items);
}

static int start_sample(struct perf *r, const struct perf_header *h)
{
	int err = end_sample(r);

	r->header = *h;
	r->open = true;
	if (h->time >= 0) {
		if (r->first_time < 0 || h->time < r->first_time)
			r->first_time = h->time;
		if (h->time > r->last_time)
			r->last_time = h->time;
	}
	r->has_frame = perf_parse_frame(&r->frame, h->rest, true);
	return err;
}

static int add_frame(struct perf *r, struct str line)
{
	int err = end_frame(r, STR(""), 0);

	r->has_frame = perf_parse_frame(&r->frame, line, false);
	return err;
}

static int add_place(struct perf *r, struct str line)
{
	struct str file = STR("");
	int64_t number = 0;

	if (!perf_parse_place(line, &file, &number)) {
		file = STR("");
		number = 0;
	}
	return end_frame(r, file, number);
}

/* "# cmdline : /usr/bin/perf record -g sleep 1" is worth keeping. */
static int add_comment(struct perf *r, struct str line)
{
	uint32_t id;
	int err;

	if (!str_starts(line, STR("# cmdline : ")))
		return 0;
	err = builder_intern(r->stacks.b, text_trim(str_skip(line, 12)), &id, r->stacks.diag);
	if (err)
		return err;
	return vec_push(&r->stacks.b->profile->comments, id) ? 0 : nomem(r);
}

static void pass_over(struct perf *r, const struct text *t)
{
	if (r->n_foreign++ == 0)
		r->first_foreign = t->number;
}

static int add_line(struct perf *r, const struct text *t, struct str line)
{
	struct perf_header h;

	switch (classify(r, t, line, &h)) {
	case LINE_HEADER:
		return start_sample(r, &h);
	case LINE_FRAME:
		if (r->open)
			return add_frame(r, line);
		break;
	case LINE_PLACE:
		if (r->has_frame)
			return add_place(r, line);
		break;
	case LINE_COMMENT:
		return add_comment(r, line);
	case LINE_EMPTY:
	case LINE_RECORD:
		return end_sample(r);
	case LINE_FOREIGN:
		break;
	}
	pass_over(r, t);
	return 0;
}

static int read_samples(struct perf *r, struct text t)
{
	struct str line;
	int err = 0;

	r->fresh_block = true;
	while (!err && text_next(&t, &line)) {
		if (t.number % CTX_POLL_SAMPLES == 0 &&
			ctx_poll(r->ctx, ASSAY_PROGRESS_DECODE, r->size - (size_t)(t.end - t.p), r->size))
			return diag_set(r->stacks.diag, ASSAY_ERR_CANCELED, "canceled");
		err = add_line(r, &t, line);
	}
	return err ? err : end_sample(r);
}

/*
 * Reports show the first mapping as the program. That is the one named like most samples' comm; without one, as of a
 * whole system, it is one without a name.
 */
static int find_main(struct perf *r, size_t *main)
{
	struct assay_profile *p = r->stacks.b->profile;
	size_t n = p->mappings.n;

	for (*main = 0; *main < n; ++*main)
		if (r->winner.len && str_starts(path_base(profile_str(p, p->mappings.items[*main].file)), r->winner))
			return 0;
	return n == 0 || vec_push(&p->mappings, (struct mapping){ .id = n + 1 }) ? 0 : nomem(r);
}

static void move_to_front(struct assay_profile *p, size_t main)
{
	struct mapping *m = p->mappings.items, first;

	if (main == 0 || !p->mappings.n)
		return;
	first = m[0];
	m[0] = m[main];
	m[main] = first;
	m[0].id = 1;
	m[main].id = main + 1;
	for (size_t i = 0; i < p->locations.n; i++) {
		struct location *l = &p->locations.items[i];

		if (l->mapping == 0 || l->mapping == main)
			l->mapping = l->mapping == 0 ? (uint32_t)main : 0;
	}
}

static int finish(struct perf *r)
{
	struct assay_profile *p = r->stacks.b->profile;
	size_t main;
	int err = find_main(r, &main);

	if (err)
		return err;
	move_to_front(p, main);
	if (r->last_time > r->first_time)
		p->duration_nanos = r->last_time - r->first_time;
	text_tell_foreign(r->ctx, "perf script", r->n_foreign, r->first_foreign);
	return 0;
}

static int read_all(struct perf *r, const struct text *t, bool *mine)
{
	int err = 0;

	if (strtab_init(&r->event_names) < 0 || strtab_init(&r->dsos) < 0)
		return nomem(r);
	err = find_events(r, *t, mine);
	if (!err)
		err = add_types(r);
	if (!err)
		err = read_samples(r, *t);
	return err ? err : finish(r);
}

int perf_script_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct text t = text_of(bytes->data, bytes->len);
	struct perf r = { .ctx = ctx, .size = bytes->len, .first_time = -1, .last_time = -1 };
	int err = stacks_init(&r.stacks, b, diag);

	if (err)
		return err;
	err = read_all(&r, &t, mine);
	stacks_release(&r.stacks);
	strtab_release(&r.event_names);
	strtab_release(&r.dsos);
	vec_release(&r.events);
	vec_release(&r.values);
	return err;
}
