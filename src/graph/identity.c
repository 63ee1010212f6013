/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/identity.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/path.h"

/* What makes two frames the same node. All of it is compared bytewise, so there is no padding. */
struct key {
	uint64_t address;
	int64_t line, column, start_line;
	uint32_t name, file, object_file, unused;
};

struct identities {
	struct graph *g;
	const struct view *v;
	struct key *keys; /* by node; shares its growth with the nodes */
	uint32_t *slots; /* node + 1, 0 is empty; n_slots is a power of two */
	size_t n_slots;
	uint64_t hash_key;
	uint32_t *clean_files; /* by string: id in g->files + 1, 0 is not yet known */
	struct buf scratch;
};

static int clean_file(struct identities *ids, uint32_t string, uint32_t *id)
{
	const struct graph_options *o = &ids->g->options;
	struct str file;
	int err = 0;

	if (!ids->clean_files[string]) {
		file = path_trim(view_str(ids->v, string), o->trim_path, o->source_path);
		buf_reset(&ids->scratch);
		if (file.len)
			path_clean(&ids->scratch, file);
		if (ids->scratch.failed || strtab_intern(&ids->g->files, buf_str(&ids->scratch), id))
			err = ASSAY_ERR_NOMEM;
		else
			ids->clean_files[string] = *id + 1;
	}
	*id = ids->clean_files[string] - 1;
	return err;
}

static int frame_key(struct identities *ids, const struct location *l, const struct line *line, struct key *k)
{
	const struct graph_options *o = &ids->g->options;
	const struct function *f = line ? &ids->v->functions[line->function] : NULL;
	bool addresses = o->granularity == GRANULARITY_ADDRESSES;
	bool lines = addresses || o->granularity == GRANULARITY_LINES;
	int err = 0;

	*k = (struct key){ .address = addresses ? l->address : 0 };
	if (!line) {
		k->object_file = profile_mapping_file(ids->v->profile, l);
		return 0;
	}
	if (o->granularity != GRANULARITY_FILES)
		k->name = f->name;
	if (o->granularity != GRANULARITY_FUNCTIONS)
		err = clean_file(ids, f->file, &k->file);
	if (lines)
		k->line = line->number;
	/* Addresses with their inlined calls are told apart by all that is known; otherwise columns are asked for. */
	if (lines && (o->columns || (addresses && !ids->g->view->no_inlines)))
		k->column = line->column;
	if (o->split_objects || !view_str(ids->v, k->name).len) {
		k->start_line = f->start_line;
		k->object_file = profile_mapping_file(ids->v->profile, l);
	}
	return err;
}

static int add_node(struct identities *ids, const struct key *k)
{
	struct node n = {
		.name = view_str(ids->v, k->name),
		.file = strtab_get(&ids->g->files, k->file),
		.object_file = view_str(ids->v, k->object_file),
		.address = k->address,
		.line = k->line,
		.column = k->column,
		.start_line = k->start_line,
	};

	if (ids->g->nodes.n == ids->g->nodes.cap) {
		struct key *grown;

		if (!vec_reserve(&ids->g->nodes, (size_t)1))
			return ASSAY_ERR_NOMEM;
		grown = realloc(ids->keys, ids->g->nodes.cap * sizeof(*grown));
		if (!grown)
			return ASSAY_ERR_NOMEM;
		ids->keys = grown;
	}
	ids->keys[ids->g->nodes.n] = *k;
	ids->g->nodes.items[ids->g->nodes.n++] = n;
	return 0;
}

static uint32_t *find_slot(struct identities *ids, const struct key *k)
{
	size_t mask = ids->n_slots - 1, i = hash_bytes(ids->hash_key, k, sizeof(*k)) & mask;

	while (ids->slots[i] && memcmp(&ids->keys[ids->slots[i] - 1], k, sizeof(*k)) != 0)
		i = (i + 1) & mask;
	return &ids->slots[i];
}

static int grow_slots(struct identities *ids)
{
	size_t n = ids->n_slots ? 2 * ids->n_slots : 256;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return ASSAY_ERR_NOMEM;
	free(ids->slots);
	ids->slots = slots;
	ids->n_slots = n;
	for (size_t i = 0; i < ids->g->nodes.n; i++)
		*find_slot(ids, &ids->keys[i]) = (uint32_t)i + 1;
	return 0;
}

static int node_of(struct identities *ids, const struct location *l, const struct line *line, uint32_t *node)
{
	struct key k;
	uint32_t *slot;
	int err = frame_key(ids, l, line, &k);

	if (!err && ids->g->nodes.n >= ids->n_slots / 2)
		err = grow_slots(ids);
	if (err)
		return err;
	slot = find_slot(ids, &k);
	if (!*slot) {
		if (add_node(ids, &k) < 0)
			return ASSAY_ERR_NOMEM;
		*slot = (uint32_t)ids->g->nodes.n;
	}
	*node = *slot - 1;
	return 0;
}

static int assign_chain(struct identities *ids, const struct location *l, const struct frames *f, uint32_t *place)
{
	struct graph *g = ids->g;

	if (g->chains.n + f->n + 1 >= GRAPH_MANY || !vec_reserve(&g->chains, (size_t)f->n + 1))
		return ASSAY_ERR_NOMEM;
	*place = GRAPH_MANY | (uint32_t)g->chains.n;
	g->chains.items[g->chains.n++] = f->n;
	for (uint32_t i = f->n; i-- > 0;) {
		uint32_t node;
		int err = node_of(ids, l, &f->lines[i], &node);

		if (err)
			return err;
		g->chains.items[g->chains.n++] = node;
	}
	return 0;
}

static int assign_location(struct identities *ids, uint32_t index)
{
	struct graph *g = ids->g;
	const struct location *l = &ids->v->locations[index];
	struct frames f = view_frames(g->view, index);

	if (f.hidden) {
		g->location_nodes[index] = GRAPH_HIDDEN;
		return 0;
	}
	if (f.n > 1)
		return assign_chain(ids, l, &f, &g->location_nodes[index]);
	return node_of(ids, l, f.n ? f.lines : NULL, &g->location_nodes[index]);
}

/* There are about as many nodes as functions or, where lines or addresses tell them apart, as locations. */
static bool reserve_nodes(struct identities *ids)
{
	const struct view *v = ids->v;
	bool by_function = ids->g->options.granularity == GRANULARITY_FUNCTIONS;
	size_t n = by_function && v->n_functions < v->n_locations ? v->n_functions : v->n_locations;

	if (!vec_reserve(&ids->g->nodes, n + 1))
		return false;
	ids->keys = malloc(ids->g->nodes.cap * sizeof(*ids->keys));
	return ids->keys != NULL;
}

static void release(struct identities *ids)
{
	free(ids->keys);
	free(ids->slots);
	free(ids->clean_files);
	buf_release(&ids->scratch);
}

int identity_assign(struct graph *g)
{
	struct identities ids = { .g = g, .v = g->view, .hash_key = hash_key() };
	int err = strtab_init(&g->files);

	ids.clean_files = calloc(ids.v->n_strings, sizeof(*ids.clean_files));
	g->location_nodes = malloc((ids.v->n_locations + 1) * sizeof(*g->location_nodes));
	if (!ids.clean_files || !g->location_nodes)
		err = ASSAY_ERR_NOMEM;
	if (!err && !reserve_nodes(&ids))
		err = ASSAY_ERR_NOMEM;
	for (size_t i = 0; !err && i < ids.v->n_locations; i++)
		err = assign_location(&ids, (uint32_t)i);
	release(&ids);
	return err;
}

static void add_position(struct buf *b, const struct node *n)
{
	if (n->line) {
		buf_add_char(b, ' ');
		buf_add_str(b, n->file);
		buf_addf(b, ":%" PRId64, n->line);
		if (n->column)
			buf_addf(b, ":%" PRId64, n->column);
	} else if (n->file.len) {
		buf_add_char(b, ' ');
		buf_add_str(b, n->file);
	} else if (!n->name.len) {
		struct str object = n->object_file.len ? path_base(n->object_file) : STR("<unknown>");

		buf_add_str(b, n->object_file.len ? STR(" [") : STR(" "));
		buf_add_str(b, object);
		if (n->object_file.len)
			buf_add_char(b, ']');
	}
}

/* Every part brings a blank before it. */
static void add_parts(struct buf *b, const struct node *n)
{
	if (n->address)
		buf_addf(b, " %016" PRIx64, n->address);
	if (n->name.len) {
		buf_add_char(b, ' ');
		buf_add_str(b, n->name);
	}
	add_position(b, n);
}

int identity_name(struct graph *g, struct node *n, struct str *text)
{
	struct buf b = BUF_INIT;
	struct str s;
	char *copy;

	/* Most names are printed as they are, and need no memory. */
	if (n->name.len && !n->address && !n->line && !n->file.len) {
		*text = n->name;
		return 0;
	}
	add_parts(&b, n);
	s = str_skip(buf_str(&b), b.len ? 1 : 0);
	copy = b.failed ? NULL : arena_copy(&g->arena, s.p, s.len);
	buf_release(&b);
	if (!copy)
		return ASSAY_ERR_NOMEM;
	*text = (struct str){ copy, s.len };
	return 0;
}

/* What frame_key() keeps, and the object file that only a name without anything else shows. */
static struct node frame_node(const struct view *v, enum granularity granularity, bool columns, uint32_t location,
	const struct line *line)
{
	bool addresses = granularity == GRANULARITY_ADDRESSES;
	bool lines = addresses || granularity == GRANULARITY_LINES;
	struct node n = {
		.address = addresses ? v->locations[location].address : 0,
		.object_file = view_str(v, view_mapping_file(v, location)),
	};

	if (!line)
		return n;
	if (granularity != GRANULARITY_FILES)
		n.name = view_str(v, v->functions[line->function].name);
	if (granularity != GRANULARITY_FUNCTIONS)
		n.file = view_str(v, v->functions[line->function].file);
	if (lines)
		n.line = line->number;
	if (lines && (columns || (addresses && !v->no_inlines)))
		n.column = line->column;
	return n;
}

struct str identity_frame_name(struct buf *scratch, const struct view *v, enum granularity granularity, bool columns,
	uint32_t location, const struct line *line)
{
	struct node n = frame_node(v, granularity, columns, location, line);
	struct buf clean = BUF_INIT;

	if (n.file.len)
		path_clean(&clean, n.file);
	n.file = buf_str(&clean);
	buf_reset(scratch);
	add_parts(scratch, &n);
	scratch->failed |= clean.failed;
	buf_release(&clean);
	return str_skip(buf_str(scratch), scratch->len ? 1 : 0);
}
