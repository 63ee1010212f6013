/* SPDX-License-Identifier: Apache-2.0 */
#include "view/label_frames.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pairs.h"
#include "base/units.h"

/* What the view's tables point into. */
struct label_frames {
	struct strtab names; /* texts that the profile does not have */
	VEC(struct str) strings;
	VEC(struct function) functions;
	VEC(struct location) locations;
	VEC(struct line) lines;
	struct stack_column stacks;
	VEC(uint64_t) stack_start;
};

struct key {
	uint32_t string; /* id in the view's strings */
	bool found;      /* some sample has a label under it */
};

struct adder {
	struct label_frames *added;
	const struct assay_profile *p;
	VEC(struct key) root, leaf;
	VEC(uint32_t) roots;
	struct pairs frames; /* name and key; the index is that of the location among those added */
	struct str unit;
	struct buf name;
};

/* The id of a text: the profile's where it has it, so that equal texts keep equal ids, else one behind those. */
static bool text_id(struct adder *a, struct str text, uint32_t *id)
{
	struct label_frames *f = a->added;
	size_t known;

	if (strtab_find(&a->p->strings, text, id))
		return true;
	known = f->names.strings.n;
	if (strtab_intern(&f->names, text, id) < 0)
		return false;
	/* The table of new names starts with "", which the profile has. */
	if (f->names.strings.n > known && !vec_push(&f->strings, strtab_get(&f->names, *id)))
		return false;
	*id += (uint32_t)a->p->strings.strings.n - 1;
	return true;
}

static bool split_keys(struct adder *a, struct str list, bool root)
{
	while (list.len) {
		const char *comma = memchr(list.p, ',', list.len);
		struct str item = { list.p, comma ? (size_t)(comma - list.p) : list.len };
		struct key k = { 0 };

		list = str_skip(list, item.len + (comma != NULL));
		if (!item.len)
			continue;
		if (!text_id(a, item, &k.string) || !(root ? vec_push(&a->root, k) : vec_push(&a->leaf, k)))
			return false;
	}
	return true;
}

static bool copy_tables(struct adder *a)
{
	struct label_frames *f = a->added;
	const struct assay_profile *p = a->p;

#define COPY(to, from)                                                                              \
	(vec_reserve(to, (from)->n + 1) &&                                                          \
		((from)->n ? memcpy((to)->items, (from)->items, (from)->n * sizeof(*(to)->items)) : (to)->items) && \
		((to)->n = (from)->n, true))
	return COPY(&f->strings, &p->strings.strings) && COPY(&f->functions, &p->functions) &&
		COPY(&f->locations, &p->locations) && COPY(&f->lines, &p->lines);
#undef COPY
}

/* Where any number of a sample under a key has a unit, all are read with one, "" where it is missing. */
static bool has_units(const struct label *labels, size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		if (labels[i].key == key && labels[i].kind == LABEL_NUMBER_UNIT)
			return true;
	return false;
}

/* The sample's values under a key, with commas between them: texts first, then numbers. */
static void build_name(struct adder *a, const struct label *labels, size_t n, struct key *key)
{
	bool units = has_units(labels, n, key->string), any = false;

	buf_reset(&a->name);
	for (int numbers = 0; numbers < 2; numbers++) {
		for (size_t i = 0; i < n; i++) {
			const struct label *l = &labels[i];
			struct str unit = l->kind == LABEL_NUMBER_UNIT ? profile_str(a->p, l->text) : STR("");

			if (l->key != key->string || (l->kind != LABEL_TEXT) != numbers)
				continue;
			if (any)
				buf_add_char(&a->name, ',');
			any = true;
			if (numbers)
				units_add_label(&a->name, l->number, unit, units ? a->unit : STR(""));
			else
				buf_add_str(&a->name, profile_str(a->p, l->text));
		}
	}
	key->found |= any;
}

static uint64_t largest_id(const struct assay_profile *p, bool functions)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < (functions ? p->functions.n : p->locations.n); i++) {
		uint64_t id = functions ? p->functions.items[i].id : p->locations.items[i].id;

		if (id > largest)
			largest = id;
	}
	return largest;
}

static bool add_location(struct adder *a, uint32_t name, uint32_t file, uint64_t function_id, uint64_t location_id)
{
	struct label_frames *f = a->added;

	if (!vec_push(&f->functions, ((struct function){ .id = function_id, .name = name, .file = file })) ||
		!vec_push(&f->lines, ((struct line){ .function = (uint32_t)f->functions.n - 1 })))
		return false;
	return vec_push(&f->locations,
		((struct location){
			.id = location_id,
			.mapping = PROFILE_NONE,
			.first_line = (uint32_t)f->lines.n - 1,
			.n_lines = 1,
		}));
}

/* One location per name and key, shared by all samples, roots and leaves. */
static bool make_frame(struct adder *a, struct key *key, const struct label *labels, size_t n, uint32_t *location)
{
	struct label_frames *f = a->added;
	size_t known = a->frames.items.n;
	uint32_t name, index;

	build_name(a, labels, n, key);
	if (a->name.failed || !text_id(a, buf_str(&a->name), &name) || !pairs_add(&a->frames, name, key->string, &index))
		return false;
	if (index == known) {
		uint64_t next_function = f->functions.n > a->p->functions.n ? f->functions.items[f->functions.n - 1].id :
									       largest_id(a->p, true);
		uint64_t next_location = f->locations.n > a->p->locations.n ? f->locations.items[f->locations.n - 1].id :
									       largest_id(a->p, false);

		if (!add_location(a, name, key->string, next_function + 1, next_location + 1))
			return false;
	}
	*location = (uint32_t)(a->p->locations.n + index);
	return true;
}

/* Frames get their ids from the last key to the first, roots before leaves, though leaves come first in the stack. */
static bool push_sample(struct adder *a, size_t sample)
{
	struct label_frames *f = a->added;
	const uint32_t *label_start = a->p->label_start.items + sample;
	struct stack s = profile_stack(a->p, sample);
	size_t n = (size_t)(label_start[1] - label_start[0]);
	const struct label *labels = a->p->labels.items + label_start[0];
	uint32_t location;

	a->roots.n = 0;
	for (size_t i = a->root.n; i-- > 0;)
		if (!make_frame(a, &a->root.items[i], labels, n, &location) || !vec_push(&a->roots, location))
			return false;
	for (size_t i = a->leaf.n; i-- > 0;)
		if (!make_frame(a, &a->leaf.items[i], labels, n, &location) || !vec_push(&f->stacks, location))
			return false;
	for (size_t i = 0; i < s.n; i++)
		if (!vec_push(&f->stacks, stack_at(&s, i)))
			return false;
	for (size_t i = 0; i < a->roots.n; i++)
		if (!vec_push(&f->stacks, a->roots.items[i]))
			return false;
	return vec_push(&f->stack_start, f->stacks.n);
}

static int push_samples(struct adder *a, struct assay_ctx *ctx)
{
	if (!vec_push(&a->added->stack_start, 0) || !vec_reserve(&a->added->stacks, (size_t)1))
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < a->p->n_samples; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		if (!push_sample(a, i))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static bool any_found(const struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].found)
			return true;
	return n == 0;
}

static void set_tables(struct view *v, const struct label_frames *f)
{
	v->strings = f->strings.items;
	v->n_strings = f->strings.n;
	v->functions = f->functions.items;
	v->n_functions = f->functions.n;
	v->locations = f->locations.items;
	v->n_locations = f->locations.n;
	v->lines = f->lines.items;
	v->stacks = &f->stacks;
	v->stack_start = f->stack_start.items;
}

static int add_frames(struct adder *a, const struct label_frame_options *o, struct assay_ctx *ctx)
{
	int err;

	if (strtab_init(&a->added->names) < 0 || !copy_tables(a) || !split_keys(a, o->root, true) ||
		!split_keys(a, o->leaf, false))
		return ASSAY_ERR_NOMEM;
	err = push_samples(a, ctx);
	if (!err && !any_found(a->root.items, a->root.n))
		ctx_warn(ctx, "TagRoot expression matched no samples");
	if (!err && !any_found(a->leaf.items, a->leaf.n))
		ctx_warn(ctx, "TagLeaf expression matched no samples");
	return err;
}

int label_frames_add(struct view *v, const struct label_frame_options *o, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct adder a = { .p = v->profile, .unit = o->unit };
	int err = ASSAY_ERR_NOMEM;

	a.added = calloc(1, sizeof(*a.added));
	if (a.added) {
		a.added->stacks.width = sizeof(*a.added->stacks.items);
		err = add_frames(&a, o, ctx);
	}
	vec_release(&a.root);
	vec_release(&a.leaf);
	vec_release(&a.roots);
	pairs_release(&a.frames);
	buf_release(&a.name);
	if (err) {
		label_frames_release(a.added);
		return err == ASSAY_ERR_CANCELED ? diag_set(diag, err, "canceled") : diag_nomem(diag, "label frames");
	}
	v->added = a.added;
	set_tables(v, a.added);
	return 0;
}

void label_frames_release(struct label_frames *f)
{
	if (!f)
		return;
	strtab_release(&f->names);
	vec_release(&f->strings);
	vec_release(&f->functions);
	vec_release(&f->locations);
	vec_release(&f->lines);
	vec_release(&f->stacks);
	vec_release(&f->stack_start);
	free(f);
}
