/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "graph/identity.h"
#include "report/header.h"
#include "report/labels.h"

/*
 * Every sample as a row: value, labels, frames leaf first, and which of them were inlined into the next. As in the
 * text, the names of a location are written once and copied from then on.
 */

/* The names of a location, written as items of a list. A location has at least one frame, so n 0 is not yet known. */
struct location_names {
	struct str written;
	uint32_t n; /* all but the last are inlined into the next */
};

struct trace_rows {
	const struct report_ctx *ctx;
	struct table *table;
	struct label_entries entries;
	VEC(struct table_label) labels; /* of the present sample; so are the next two */
	VEC(struct str) stack;
	VEC(int64_t) inlined;
	struct location_names *known; /* by location */
	struct arena arena;
	struct buf name, marked, written;
};

static void write_frame(struct trace_rows *r, uint32_t location, const struct line *line, bool is_inline)
{
	const struct report_ctx *ctx = r->ctx;
	struct str name = identity_frame_name(&r->name, ctx->view, ctx->granularity, ctx->columns, location, line);

	/* People read the stack as in the text; programs have a column for it. */
	if (is_inline && r->table->format == TABLE_MARKDOWN) {
		buf_reset(&r->marked);
		buf_add_str(&r->marked, name);
		buf_add_str(&r->marked, STR(" (inline)"));
		name = buf_str(&r->marked);
	}
	table_render(r->table, &r->written, name);
	r->table->failed |= r->name.failed || r->marked.failed;
}

static bool write_location(struct trace_rows *r, uint32_t location, const struct frames *f)
{
	struct location_names *names = &r->known[location];
	char *copy;

	buf_reset(&r->written);
	if (!f->n)
		write_frame(r, location, NULL, false);
	for (uint32_t i = 0; i < f->n; i++) {
		if (i)
			buf_add_str(&r->written, table_between(r->table));
		write_frame(r, location, &f->lines[i], i + 1 < f->n);
	}
	if (r->table->failed || r->written.failed)
		return false;
	copy = arena_copy(&r->arena, buf_str(&r->written).p, r->written.len);
	*names = (struct location_names){ { copy, r->written.len }, f->n ? f->n : 1 };
	return copy != NULL;
}

/* depth is how many frames stand before. */
static bool push_location(struct trace_rows *r, uint32_t location, int64_t *depth)
{
	struct frames f = view_frames(r->ctx->view, location);
	struct location_names *names = &r->known[location];

	if (f.hidden)
		return true;
	if (!names->n && !write_location(r, location, &f))
		return false;
	for (uint32_t i = 1; i < names->n; i++, ++*depth)
		if (!vec_push(&r->inlined, *depth))
			return false;
	++*depth;
	return vec_push(&r->stack, names->written);
}

static bool fill_stack(struct trace_rows *r, size_t sample)
{
	struct stack s = view_stack(r->ctx->view, sample);
	int64_t depth = 0;

	r->stack.n = 0;
	r->inlined.n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!push_location(r, stack_at(&s, i), &depth))
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
	table_rendered(r->table, r->stack.items, r->stack.n);
	table_integers(r->table, r->inlined.items, r->inlined.n);
	return true;
}

/* What fails in the table is told at its end. */
static int add_rows(struct trace_rows *r)
{
	const struct report_ctx *ctx = r->ctx;

	for (size_t i = 0; i < ctx->profile->n_samples && !r->table->failed; i++) {
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
	free(r->known);
	arena_release(&r->arena);
	buf_release(&r->name);
	buf_release(&r->marked);
	buf_release(&r->written);
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
