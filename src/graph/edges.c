/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting edges costs several times what counting nodes does. So it is done last, among the nodes kept, for the edges
 * that are wanted, in tables that stay in the cache; and large profiles are shared out.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/pairs.h"
#include "base/parallel.h"
#include "graph/graph.h"

/*
 * An edge while it is counted. Caller and callee are places among the nodes kept, 16 bits each, so that slot and sum
 * share a quarter of a cache line: tables like this one are read for every frame of every sample.
 */
struct slot {
	uint32_t key;  /* SLOT_EMPTY, or caller << 16 | callee */
	uint32_t mark; /* the stamp of the last sample that counted, and behind it SLOT_FLAGS */
	int64_t weight;
};

#define SLOT_EMPTY UINT32_MAX
#define SLOT_PLACES ((size_t)UINT16_MAX - 2)
#define SLOT_SAMPLES ((size_t)1 << 30)
#define SLOT_FLAGS 3u

struct slots {
	struct slot *items;
	size_t n, size; /* size is a power of two */
	unsigned shift;
	uint32_t multiplier; /* odd, drawn per process */
};

enum {
	EDGE_CALLED = 1, /* not inlined some time */
	EDGE_RESIDUAL = 2,
};

/* The same for means, sums beyond 64 bits, and more nodes or samples than a slot can name. */
struct edge_tally {
	wide weight, divisor;
	uint32_t stamp;
	uint8_t flags;
};

/* What a node that is kept is to the walk. */
enum {
	NODE_INTO = 1,   /* edges into it are wanted */
	NODE_OUT_OF = 2, /* edges out of it are wanted */
};

/*
 * Nodes that are kept are numbered; a location has the place of its node, or one of these: its node is not kept, it has
 * several, or none at all.
 */
#define PLACE_SKIPPED (UINT32_MAX - 2)
#define PLACE_CHAIN (UINT32_MAX - 1)
#define PLACE_HIDDEN UINT32_MAX

/*
 * The same for the walk that reads one for every frame, in the form in which it gathers them: a place in the high bits,
 * the depth in the stack below it, and these. A location that is neither is passed over.
 */
#define FRAME_KEPT 1u
#define FRAME_ODD 2u     /* in map.frames: hidden */
#define FRAME_INLINED 2u /* in struct few and struct path: into the frame that called it */
#define FRAME_INTO 4u    /* NODE_INTO and NODE_OUT_OF of its node */
#define FRAME_OUT_OF 8u
#define FRAME_DEPTH 16u
#define FRAME_DEPTHS 0xfff0u
#define FRAME_PLACE 16

/* Stacks up to this depth take the way without branches. */
#define DEPTH_PLAIN 512

/*
 * What is kept of a location's frames, innermost first, where some locations have several. Which have follows no pattern
 * that a processor could foresee, so that all are copied together and the end is moved on by how many there are.
 */
#define FEW 3
#define FEW_DEPTH 8
struct few {
	uint32_t kept[FEW]; /* as in map.frames, with the depth in the location */
	uint8_t n, depth;   /* of kept, and of the location's frames */
	bool many;          /* more than FEW are kept, or there are more than FEW_DEPTH; n and depth are 0 then */
};

/* What all shares read. */
struct map {
	struct graph *g;
	uint32_t *kept;       /* by node: its place, or PLACE_SKIPPED */
	uint32_t *nodes;      /* by place */
	uint8_t *flags;       /* by place */
	uint32_t *places;     /* by location */
	uint32_t *frames;     /* by location; of use where all that are kept have numbers below SLOT_PLACES, or NULL: */
	struct few *few;      /* the same where some locations have several frames */
	bool all;             /* every edge is wanted, but for those of a node to itself, which take_slots() drops */
	uint8_t *interesting; /* by location: it has a wanted node; NULL when every sample is walked */
	size_t n_kept;
	const struct assay_ctx *ctx;
};

/* Samples from .. to - 1, counted for themselves. */
struct walker {
	PARALLEL_ALIGN const struct map *map;
	size_t from, to;
	bool is_wide;
	struct slots slots;
	struct pairs pairs;             /* of places, caller and callee, where is_wide */
	VEC(struct edge_tally) tallies; /* by pair */
	int err;
	/* Of the sample at hand. */
	uint32_t stamp;
	int64_t value, divisor;
};

static size_t first_slot(const struct slots *s, uint32_t key)
{
	return (uint32_t)(key * s->multiplier) >> s->shift;
}

static bool grow_slots(struct slots *s)
{
	struct slots grown = { .size = s->size ? 2 * s->size : 1024, .n = s->n };

	grown.shift = 32 - (unsigned)__builtin_ctzll(grown.size);
	grown.multiplier = (uint32_t)hash_key() | 1;
	grown.items = grown.size > (size_t)1 << 31 ? NULL : malloc(grown.size * sizeof(*grown.items));
	if (!grown.items)
		return false;
	for (size_t i = 0; i < grown.size; i++)
		grown.items[i].key = SLOT_EMPTY;
	for (size_t i = 0; i < s->size; i++) {
		size_t k;

		if (s->items[i].key == SLOT_EMPTY)
			continue;
		for (k = first_slot(&grown, s->items[i].key); grown.items[k].key != SLOT_EMPTY;)
			k = (k + 1) & (grown.size - 1);
		grown.items[k] = s->items[i];
	}
	free(s->items);
	*s = grown;
	return true;
}

/* The slot of a key, first looked for in slot i. There is room for one more: see make_room(). */
static inline struct slot *find_slot(struct slots *s, size_t i, uint32_t key)
{
	for (; s->items[i].key != key; i = (i + 1) & (s->size - 1)) {
		if (s->items[i].key != SLOT_EMPTY)
			continue;
		s->items[i] = (struct slot){ .key = key };
		s->n++;
		break;
	}
	return &s->items[i];
}

static inline void count_in_slot(struct slots *s, size_t i, uint32_t key, uint32_t mark, int64_t value)
{
	struct slot *edge = find_slot(s, i, key);
	uint32_t last = edge->mark;

	if ((last ^ mark) <= SLOT_FLAGS)
		return;
	edge->mark = mark | (last & SLOT_FLAGS);
	edge->weight += value;
}

/* For a sample of n frames; a table that is at most half full has short ways to look. */
static inline bool make_room(struct slots *s, size_t n)
{
	while (s->n + n > s->size / 2)
		if (!grow_slots(s))
			return false;
	return true;
}

static bool count_wide(struct walker *w, uint32_t caller, uint32_t callee, uint8_t flags)
{
	struct edge_tally *t;
	uint32_t pair;

	if (!pairs_add(&w->pairs, caller, callee, &pair) ||
		(pair == w->tallies.n && !vec_push(&w->tallies, ((struct edge_tally){ 0 }))))
		return false;
	t = &w->tallies.items[pair];
	if (t->stamp == w->stamp)
		return true;
	t->stamp = w->stamp;
	t->weight += w->value;
	t->divisor += w->divisor;
	t->flags |= flags;
	return true;
}

/* Whether an edge is wanted; both ends are places. */
static inline bool is_wanted_edge(const struct map *m, uint32_t caller, uint32_t callee)
{
	return caller != callee && (m->flags[callee] & NODE_INTO || m->flags[caller] & NODE_OUT_OF);
}

static bool count_edge(struct walker *w, uint32_t caller, uint32_t callee, uint8_t flags)
{
	uint32_t key;

	if (!is_wanted_edge(w->map, caller, callee))
		return true;
	if (w->is_wide)
		return count_wide(w, caller, callee, flags);
	key = caller << 16 | callee;
	count_in_slot(&w->slots, first_slot(&w->slots, key), key, w->stamp << 2 | flags, w->value);
	return true;
}

/* Where a walk has come to: the nearest caller that is kept, and whether frames were passed over since. */
struct position {
	uint32_t caller;
	bool residual;
};

static bool pass(struct walker *w, struct position *at, uint32_t place, bool is_inlined)
{
	bool ok = true;

	if (place == PLACE_SKIPPED) {
		at->residual = true;
		return true;
	}
	if (at->caller != PLACE_SKIPPED)
		ok = count_edge(
			w, at->caller, place, (is_inlined ? 0 : EDGE_CALLED) | (at->residual ? EDGE_RESIDUAL : 0));
	*at = (struct position){ .caller = place };
	return ok;
}

/* Any stack. Of the frames of one location, outermost first, all but the first were inlined into the one before. */
static bool walk_any(struct walker *w, const struct stack *s)
{
	const struct map *m = w->map;
	struct position at = { .caller = PLACE_SKIPPED };
	size_t n = 0;
	bool ok;

	for (size_t i = 0; i < s->n; i++) {
		uint32_t location = stack_at(s, i);

		n += m->places[location] == PLACE_CHAIN
			     ? m->g->chains.items[m->g->location_nodes[location] & ~GRAPH_MANY]
			     : 1;
	}
	ok = w->is_wide || make_room(&w->slots, n);

	for (size_t i = s->n; ok && i-- > 0;) {
		uint32_t location = stack_at(s, i), place = m->places[location];
		const uint32_t *chain;

		if (place == PLACE_HIDDEN)
			continue;
		if (place != PLACE_CHAIN) {
			ok = pass(w, &at, place, false);
			continue;
		}
		chain = m->g->chains.items + (m->g->location_nodes[location] & ~GRAPH_MANY);
		for (uint32_t k = 1; ok && k <= chain[0]; k++)
			ok = pass(w, &at, m->kept[chain[k]], k > 1);
	}
	return ok;
}

/* Four at a time, as processors can do it. */
#define LANES 4
typedef uint32_t lanes __attribute__((vector_size(LANES * sizeof(uint32_t))));

static_assert(sizeof(struct few) == sizeof(lanes), "a location's frames are copied at once");

/* Frames that are kept, leaf first, and the edges between them: edge i is into frame i. */
struct path {
	uint32_t n;
	uint32_t kept[DEPTH_PLAIN + LANES + 1];
	uint32_t keys[DEPTH_PLAIN + LANES], slots[DEPTH_PLAIN + LANES], marks[DEPTH_PLAIN + LANES];
};

/* Frames that are not neighbours had others between them. What is behind the last edge is worked out and not used. */
static inline void prepare_edges(struct path *p, const struct slots *s, uint32_t stamp)
{
	for (uint32_t i = 0; i + 1 < p->n; i += LANES) {
		lanes callee, caller, key, residual, mark;

		memcpy(&callee, &p->kept[i], sizeof(callee));
		memcpy(&caller, &p->kept[i + 1], sizeof(caller));
		key = (caller & 0xffff0000) | callee >> FRAME_PLACE;
		residual = (lanes)((caller & FRAME_DEPTHS) - (callee & FRAME_DEPTHS) != FRAME_DEPTH);
		mark = stamp << 2 | (residual & EDGE_RESIDUAL) |
		       (~callee & FRAME_INLINED) / FRAME_INLINED * EDGE_CALLED;
		memcpy(&p->keys[i], &key, sizeof(key));
		memcpy(&p->marks[i], &mark, sizeof(mark));
		key = key * s->multiplier >> s->shift;
		memcpy(&p->slots[i], &key, sizeof(key));
	}
}

/* Of an edge that a sample has several times the outermost counts. */
static void count_all_between(struct walker *w, struct path *p)
{
	struct slots s = w->slots; /* copies, which no store into a slot could change, are read once */
	int64_t value = w->value;

	if (p->n < 2)
		return;
	prepare_edges(p, &s, w->stamp);
	/* The table outgrows the cache where many nodes are kept; all its lines that are needed are asked for at once. */
	for (uint32_t i = 0; i + 1 < p->n; i++)
		__builtin_prefetch(&s.items[p->slots[i]], 1);
	for (uint32_t i = p->n - 1; i-- > 0;)
		count_in_slot(&s, p->slots[i], p->keys[i], p->marks[i], value);
	w->slots.n = s.n;
}

/* The same where few edges are wanted, so that only theirs are worked out. */
static void count_wanted_between(struct walker *w, const struct path *p)
{
	for (uint32_t i = p->n; i-- > 1;) {
		uint32_t caller = p->kept[i], callee = p->kept[i - 1], key, flags;

		if (!((caller & FRAME_OUT_OF) | (callee & FRAME_INTO)))
			continue;
		key = (caller & 0xffff0000) | callee >> FRAME_PLACE;
		flags = callee & FRAME_INLINED ? 0 : EDGE_CALLED;
		if ((caller & FRAME_DEPTHS) - (callee & FRAME_DEPTHS) != FRAME_DEPTH)
			flags |= EDGE_RESIDUAL;
		count_in_slot(&w->slots, first_slot(&w->slots, key), key, w->stamp << 2 | flags, w->value);
	}
}

/* Gathers the frames that are kept without asking which: that follows no pattern. False when there is an odd one. */
static inline __attribute__((always_inline)) bool gather(
	struct path *path, const struct stack *s, const uint32_t *frames, unsigned width)
{
	const uint8_t *p = s->bytes;
	uint32_t all = 0;
	size_t n = 0;

#pragma GCC unroll 4
	for (uint32_t i = 0; i < s->n; i++, p += width) {
		uint32_t frame = frames[stack_index(p, width)];

		path->kept[n] = frame + i * FRAME_DEPTH;
		n += frame & FRAME_KEPT;
		all |= frame;
	}
	path->n = (uint32_t)n;
	return !(all & FRAME_ODD);
}

static uint32_t frame_of(const struct map *m, uint32_t place)
{
	if (place == PLACE_SKIPPED)
		return 0;
	if (place > PLACE_SKIPPED)
		return FRAME_ODD;
	return place << FRAME_PLACE | FRAME_KEPT | (m->flags[place] & NODE_INTO ? FRAME_INTO : 0) |
	       (m->flags[place] & NODE_OUT_OF ? FRAME_OUT_OF : 0);
}

/* Where a path has come to. */
struct path_end {
	uint32_t n, depth;
};

/* All frames of a location, when the path and the room for depths in it hold them, and those of `after` more. */
static bool gather_many(const struct map *m, struct path *path, struct path_end *end, uint32_t location, size_t after)
{
	const uint32_t *chain = m->g->chains.items + (m->g->location_nodes[location] & ~GRAPH_MANY);

	if (chain[0] > DEPTH_PLAIN || end->n + chain[0] + FEW * after > DEPTH_PLAIN ||
		end->depth + chain[0] + FEW_DEPTH * after > FRAME_DEPTHS / FRAME_DEPTH)
		return false;
	for (uint32_t k = chain[0]; k > 0; k--, end->depth++) {
		uint32_t frame = frame_of(m, m->kept[chain[k]]);

		path->kept[end->n] = (frame | (k > 1 ? FRAME_INLINED : 0)) + end->depth * FRAME_DEPTH;
		end->n += frame & FRAME_KEPT;
	}
	return true;
}

/* As gather(), where locations have several frames or none. False when they are too many. */
static inline __attribute__((always_inline)) bool gather_few(
	const struct map *m, struct path *path, const struct stack *s, unsigned width)
{
	const uint8_t *p = s->bytes;
	struct path_end end = { 0, 0 };

	if (s->n > DEPTH_PLAIN / FEW)
		return false;
	for (size_t i = 0; i < s->n; i++, p += width) {
		const struct few *few = &m->few[stack_index(p, width)];
		lanes kept;

		memcpy(&kept, few, sizeof(kept));
		kept += end.depth * FRAME_DEPTH;
		memcpy(&path->kept[end.n], &kept, sizeof(kept));
		end.n += few->n;
		end.depth += few->depth;
		if (few->many && !gather_many(m, path, &end, stack_index(p, width), s->n - i - 1))
			return false;
	}
	path->n = end.n;
	return true;
}

/* The same for stacks that are not too deep, and into slots. */
static bool walk(struct walker *w, const struct stack *s)
{
	struct path path;
	bool plain;

	if (w->is_wide || s->n > DEPTH_PLAIN)
		return walk_any(w, s);
	if (w->map->few)
		STACK_FOR_WIDTH(s, plain = gather_few(w->map, &path, s, width));
	else
		STACK_FOR_WIDTH(s, plain = gather(&path, s, w->map->frames, width));
	if (!plain)
		return walk_any(w, s);
	if (!make_room(&w->slots, path.n))
		return false;
	if (w->map->all)
		count_all_between(w, &path);
	else
		count_wanted_between(w, &path);
	return true;
}

static void walk_share(void *argument)
{
	struct walker *w = argument;
	const struct view *v = w->map->g->view;
	const struct graph_options *o = &w->map->g->options;

	w->is_wide = o->mean || !profile_sums_fit(v->profile, o->column) || w->map->n_kept >= SLOT_PLACES ||
		     v->profile->n_samples >= SLOT_SAMPLES - 1;
	for (size_t i = w->from; !w->err && i < w->to; i++) {
		const int64_t *values = profile_values(v->profile, i);
		struct stack s;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(w->map->ctx))
			w->err = ASSAY_ERR_CANCELED;
		w->value = values[o->column];
		w->divisor = o->mean ? values[0] : 0;
		if ((!w->value && !w->divisor) || !view_has_sample(v, i))
			continue;
		s = view_stack(v, i);
		w->stamp = (uint32_t)i + 1;
		if ((!w->map->interesting || stack_meets(&s, w->map->interesting, 1)) && !walk(w, &s))
			w->err = ASSAY_ERR_NOMEM;
	}
}

static void keep(struct map *m, const struct edge_options *o, uint32_t node)
{
	m->flags[m->n_kept] = (o->all || (o->into && o->into[node]) ? NODE_INTO : 0) |
			      (o->out_of && o->out_of[node] ? NODE_OUT_OF : 0);
	m->nodes[m->n_kept] = node;
	m->kept[node] = (uint32_t)m->n_kept++;
}

static bool is_wanted(const struct map *m, uint32_t node)
{
	return m->kept[node] != PLACE_SKIPPED && m->flags[m->kept[node]];
}

static bool any_wanted(const struct map *m, uint32_t node)
{
	const uint32_t *chain;

	if (node == GRAPH_HIDDEN)
		return false;
	if (!(node & GRAPH_MANY))
		return is_wanted(m, node);
	chain = m->g->chains.items + (node & ~GRAPH_MANY);
	for (uint32_t k = 1; k <= chain[0]; k++)
		if (is_wanted(m, chain[k]))
			return true;
	return false;
}

static struct few few_of(const struct map *m, uint32_t node)
{
	struct few f = { .n = 0 };
	const uint32_t *chain;

	if (node == GRAPH_HIDDEN)
		return f;
	if (!(node & GRAPH_MANY)) {
		f.kept[0] = frame_of(m, m->kept[node]);
		f.n = f.kept[0] & FRAME_KEPT;
		f.depth = 1;
		return f;
	}
	chain = m->g->chains.items + (node & ~GRAPH_MANY);
	for (uint32_t k = chain[0]; k > 0; k--, f.depth++) {
		uint32_t frame = frame_of(m, m->kept[chain[k]]);

		if (f.depth == FEW_DEPTH || (frame && f.n == FEW))
			return (struct few){ .many = true };
		if (frame)
			f.kept[f.n++] = (frame | (k > 1 ? FRAME_INLINED : 0)) + f.depth * FRAME_DEPTH;
	}
	return f;
}

static void place_locations(struct map *m)
{
	for (size_t i = 0; i < m->g->view->n_locations; i++) {
		uint32_t node = m->g->location_nodes[i];

		if (node == GRAPH_HIDDEN)
			m->places[i] = PLACE_HIDDEN;
		else
			m->places[i] = node & GRAPH_MANY ? PLACE_CHAIN : m->kept[node];
		if (m->few)
			m->few[i] = few_of(m, node);
		else
			m->frames[i] = frame_of(m, m->places[i]);
		if (m->interesting)
			m->interesting[i] = any_wanted(m, node);
	}
}

static int prepare(struct map *m, const struct edge_options *o)
{
	const struct graph *g = m->g;

	m->flags = malloc(g->nodes.n + 1);
	m->nodes = malloc((g->nodes.n + 1) * sizeof(*m->nodes));
	m->kept = malloc((g->nodes.n + 1) * sizeof(*m->kept));
	m->places = malloc((g->view->n_locations + 1) * sizeof(*m->places));
	if (g->chains.n)
		m->few = malloc((g->view->n_locations + 1) * sizeof(*m->few));
	else
		m->frames = malloc((g->view->n_locations + 1) * sizeof(*m->frames));
	m->all = o->all;
	m->interesting = o->all ? NULL : malloc(g->view->n_locations + 1);
	if (!m->flags || !m->nodes || !m->kept || !m->places || (!m->frames && !m->few) || (!o->all && !m->interesting))
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < g->nodes.n; i++)
		m->kept[i] = PLACE_SKIPPED;
	/* As long as nothing was dropped, nodes that are no rows, since their values cancel out, still have edges. */
	for (size_t i = 0; !g->rebuilt && i < g->nodes.n; i++)
		keep(m, o, (uint32_t)i);
	for (size_t i = 0; g->rebuilt && i < g->rows.n; i++)
		keep(m, o, g->rows.items[i]);
	place_locations(m);
	return 0;
}

static bool add_edge(struct graph *g, struct pairs *all, struct pair ends, const struct edge_tally *t)
{
	struct edge *e;
	uint32_t index;

	if (!pairs_add(all, ends.a, ends.b, &index) ||
		(index == g->edges.n &&
			!vec_push(&g->edges, ((struct edge){ .caller = ends.a, .callee = ends.b, .inlined = true }))))
		return false;
	e = &g->edges.items[index];
	e->weight += t->weight;
	e->divisor += t->divisor;
	e->inlined &= !(t->flags & EDGE_CALLED);
	e->residual |= (t->flags & EDGE_RESIDUAL) != 0;
	return true;
}

static bool join_slots(struct slots *to, const struct slots *from)
{
	for (size_t i = 0; i < from->size; i++) {
		const struct slot *at = &from->items[i];
		struct slot *edge;

		if (at->key == SLOT_EMPTY)
			continue;
		if (!make_room(to, 1))
			return false;
		edge = find_slot(to, first_slot(to, at->key), at->key);
		edge->mark |= at->mark & SLOT_FLAGS;
		edge->weight += at->weight;
	}
	return true;
}

static bool take_slots(const struct map *m, const struct slots *s)
{
	struct graph *g = m->g;

	if (!vec_reserve(&g->edges, s->n))
		return false;
	for (size_t i = 0; i < s->size; i++) {
		const struct slot *at = &s->items[i];
		uint32_t caller = at->key >> 16, callee = at->key & 0xffff;

		if (at->key != SLOT_EMPTY && caller != callee)
			g->edges.items[g->edges.n++] = (struct edge){
				.caller = m->nodes[caller],
				.callee = m->nodes[callee],
				.weight = at->weight,
				.inlined = !(at->mark & EDGE_CALLED),
				.residual = (at->mark & EDGE_RESIDUAL) != 0,
			};
	}
	return true;
}

static bool take_tallies(const struct map *m, const struct walker *w, struct pairs *all)
{
	bool ok = true;

	for (size_t i = 0; ok && i < w->tallies.n; i++) {
		const struct pair *p = &w->pairs.items.items[i];

		ok = add_edge(m->g, all, (struct pair){ m->nodes[p->a], m->nodes[p->b] }, &w->tallies.items[i]);
	}
	return ok;
}

/* Sums and flags of the shares together; neither depends on their order, and edges are sorted later. */
static bool take_edges(const struct map *m, struct walker *shares, size_t n)
{
	struct pairs all = { 0 };
	bool ok = true;

	m->g->edges.n = 0;
	if (!shares[0].is_wide) {
		for (size_t i = 1; ok && i < n; i++)
			ok = join_slots(&shares[0].slots, &shares[i].slots);
		return ok && take_slots(m, &shares[0].slots);
	}
	for (size_t i = 0; ok && i < n; i++)
		ok = take_tallies(m, &shares[i], &all);
	pairs_release(&all);
	return ok;
}

static int walk_all(struct map *m)
{
	size_t n_samples = m->g->view->profile->n_samples, n = view_shares(m->g->view);
	struct walker shares[PARALLEL_MAX] = { 0 };
	int err = 0;

	for (size_t i = 0; i < n; i++)
		shares[i] = (struct walker){
			.map = m, .from = n_samples / n * i, .to = i + 1 < n ? n_samples / n * (i + 1) : n_samples
		};
	parallel_run(walk_share, shares, sizeof(shares[0]), n);
	for (size_t i = 0; i < n && !err; i++)
		err = shares[i].err;
	if (!err && !take_edges(m, shares, n))
		err = ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		pairs_release(&shares[i].pairs);
		vec_release(&shares[i].tallies);
		free(shares[i].slots.items);
	}
	return err;
}

int graph_count_edges(struct graph *g, const struct edge_options *o, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct map m = { .g = g, .ctx = ctx };
	int err = prepare(&m, o);

	if (!err)
		err = walk_all(&m);
	free(m.flags);
	free(m.nodes);
	free(m.kept);
	free(m.places);
	free(m.frames);
	free(m.few);
	free(m.interesting);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "edges") : 0;
}
