/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "graph/identity.h"
#include "report/header.h"
#include "report/labels.h"

/*
 * Every sample as a row: value, labels, frames leaf first, and which of them were inlined into the next. The names of a
 * location are made once, as in the text.
 */

struct frame_name {
	struct str name;
	bool inlined;
};

/* Some of trace_rows.frames; a location has at least one frame, so n 0 is not yet known. */
struct location_names {
	size_t first, n;
};

struct trace_rows {
	const struct report_ctx *ctx;
	struct table *table;
	struct label_entries entries;
	VEC(struct table_label) labels; /* of the present sample; so are the next two */
	VEC(struct str) stack;
	VEC(int64_t) inlined;
	VEC(struct frame_name) frames;
	struct location_names *known; /* by location */
	struct arena arena;           /* names */
	struct buf name;
};

static bool add_frame(struct trace_rows *r, uint32_t location, const struct line *line, bool is_inline)
{
	const struct report_ctx *ctx = r->ctx;
	struct str name = identity_frame_name(&r->name, ctx->view, ctx->granularity, ctx->columns, location, line);
	struct buf marked = BUF_INIT;
	char *copy;

	buf_add_str(&marked, name);
	/* People read the stack as in the text; programs have a column for it. */
	if (is_inline && r->table->format == TABLE_MARKDOWN)
		buf_add_str(&marked, STR(" (inline)"));
	copy = r->name.failed || marked.failed ? NULL : arena_copy(&r->arena, buf_str(&marked).p, marked.len);
	name.p = copy;
	name.len = marked.len;
	buf_release(&marked);
	return copy && vec_push(&r->frames, ((struct frame_name){ name, is_inline }));
}

static bool name_location(struct trace_rows *r, uint32_t location, const struct frames *f)
{
	size_t first = r->frames.n;

	if (!f->n && !add_frame(r, location, NULL, false))
		return false;
	for (uint32_t i = 0; i < f->n; i++)
		if (!add_frame(r, location, &f->lines[i], i + 1 < f->n))
			return false;
	r->known[location] = (struct location_names){ first, r->frames.n - first };
	return true;
}

static bool push_frames(struct trace_rows *r, uint32_t location)
{
	struct frames f = view_frames(r->ctx->view, location);
	struct location_names names;

	if (f.hidden)
		return true;
	if (!r->known[location].n && !name_location(r, location, &f))
		return false;
	names = r->known[location];
	for (size_t i = names.first; i < names.first + names.n; i++) {
		if (r->frames.items[i].inlined && !vec_push(&r->inlined, (int64_t)r->stack.n))
			return false;
		if (!vec_push(&r->stack, r->frames.items[i].name))
			return false;
	}
	return true;
}

static bool fill_stack(struct trace_rows *r, size_t sample)
{
	struct stack s = view_stack(r->ctx->view, sample);

	r->stack.n = 0;
	r->inlined.n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!push_frames(r, s.locations[i]))
			return false;
	return true;
}

static struct table_label make_label(const struct report_ctx *ctx, const struct label *l)
{
	struct table_label label = { .key = profile_str(ctx->profile, l->key), .is_number = l->kind != LABEL_TEXT };

	if (label.is_number) {
		label.number = l->number;
		label.unit = label_unit(ctx->units, l->key);
	} else {
		label.text = profile_str(ctx->profile, l->text);
	}
	return label;
}

static bool fill_labels(struct trace_rows *r, size_t sample)
{
	r->labels.n = 0;
	for (int side = LABELS_TEXTS; side <= LABELS_NUMBERS; side++) {
		if (!label_entries_sort(&r->entries, r->ctx->view, sample, (enum label_side)side))
			return false;
		for (size_t i = 0; i < r->entries.sorted.n; i++)
			if (!vec_push(&r->labels, make_label(r->ctx, r->entries.sorted.items[i])))
				return false;
	}
	return true;
}

/* A sample without any frame is left out, as in the text. */
static bool add_row(struct trace_rows *r, size_t sample)
{
	const struct report_ctx *ctx = r->ctx;
	const int64_t *values = profile_values(ctx->profile, sample);

	if (!fill_stack(r, sample))
		return false;
	if (!r->stack.n)
		return true;
	if (!fill_labels(r, sample))
		return false;
	table_integer(r->table, divided(values[ctx->column], ctx->mean ? values[0] : 0));
	table_labels(r->table, r->labels.items, r->labels.n);
	table_texts(r->table, r->stack.items, r->stack.n);
	table_integers(r->table, r->inlined.items, r->inlined.n);
	return !r->table->failed;
}

static int add_rows(struct trace_rows *r)
{
	const struct report_ctx *ctx = r->ctx;

	for (size_t i = 0; i < ctx->profile->n_samples; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx->ctx))
			return ASSAY_ERR_CANCELED;
		if (view_has_sample(ctx->view, i) && !add_row(r, i))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static void release(struct trace_rows *r)
{
	label_entries_release(&r->entries);
	vec_release(&r->labels);
	vec_release(&r->stack);
	vec_release(&r->inlined);
	vec_release(&r->frames);
	free(r->known);
	arena_release(&r->arena);
	buf_release(&r->name);
}

int traces_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	static const struct column columns[] = {
		{ "value", COLUMN_VALUE },
		{ "labels", COLUMN_NAME },
		{ "stack", COLUMN_NAME },
		{ "inlined", COLUMN_EXACT },
	};
	struct trace_rows r = { .ctx = ctx, .table = t, .arena = ARENA_INIT };
	struct values v;
	int err = ASSAY_ERR_NOMEM;

	values_init(&v, ctx);
	header_add_fields(t, ctx);
	table_columns(t, columns, sizeof(columns) / sizeof(columns[0]), &v);
	r.known = calloc(ctx->view->n_locations + 1, sizeof(*r.known));
	if (r.known)
		err = add_rows(&r);
	release(&r);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "traces") : 0;
}
