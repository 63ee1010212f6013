/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/units.h"
#include "graph/identity.h"
#include "report/header.h"
#include "report/labels.h"

/*
 * Every sample with its labels, its value and its frames, leaf first. Most locations stand in many samples, so the
 * lines of a location are written once and copied from then on:
 *
 *           k:  v
 *        10ms   inl (inline)
 *               caller
 *               main
 *
 * The value takes the place of the first ten columns, which belong to no location.
 */

#define VALUE_WIDTH 10
#define SEPARATOR STR("-----------+-------------------------------------------------------\n")

/* The lines of a location in traces.frames, the first ten columns blank; none is empty, so len 0 is not yet known. */
struct written {
	size_t start, len;
};

struct traces {
	const struct report_ctx *ctx;
	struct values values;
	struct label_entries labels;
	struct buf frames, name;
	struct written *written; /* by location */
};

static void write_key(struct buf *out, const struct traces *t, const struct label *l)
{
	buf_add_right(out, profile_str(t->ctx->profile, l->key), VALUE_WIDTH);
	buf_add_str(out, STR(": "));
}

static void write_texts(struct buf *out, const struct label *const *labels, size_t n, const void *data)
{
	const struct traces *t = data;

	write_key(out, t, labels[0]);
	for (size_t i = 0; i < n; i++) {
		buf_add_char(out, ' ');
		buf_add_str(out, profile_str(t->ctx->profile, labels[i]->text));
	}
}

static void write_numbers(struct buf *out, const struct label *const *labels, size_t n, const void *data)
{
	const struct traces *t = data;
	struct str unit = label_unit(t->ctx->units, labels[0]->key);

	write_key(out, t, labels[0]);
	for (size_t i = 0; i < n; i++) {
		buf_add_char(out, ' ');
		units_add_label(out, labels[i]->number, unit, STR("auto"));
	}
}

static bool add_labels(struct traces *t, struct buf *out, size_t sample)
{
	const struct label_writer writers[] = {
		[LABELS_TEXTS] = { write_texts, t },
		[LABELS_NUMBERS] = { write_numbers, t },
	};

	for (int side = LABELS_TEXTS; side <= LABELS_NUMBERS; side++) {
		if (!label_entries_fill(&t->labels, t->ctx->view, sample, (enum label_side)side, &writers[side]))
			return false;
		for (size_t i = 0; i < t->labels.items.n; i++) {
			buf_add_safe(out, t->labels.items.items[i]);
			buf_add_char(out, '\n');
		}
	}
	return true;
}

static void write_frame(struct traces *t, uint32_t location, const struct line *line, bool is_inline)
{
	const struct report_ctx *ctx = t->ctx;
	struct str name = identity_frame_name(&t->name, ctx->view, ctx->granularity, ctx->columns, location, line);

	buf_add_fill(&t->frames, ' ', VALUE_WIDTH);
	buf_add_str(&t->frames, STR("   "));
	buf_add_safe(&t->frames, name);
	buf_add_str(&t->frames, is_inline ? STR(" (inline)\n") : STR("\n"));
	t->frames.failed |= t->name.failed;
}

static struct written write_location(struct traces *t, uint32_t location)
{
	struct frames f = view_frames(t->ctx->view, location);
	size_t start = t->frames.len;

	if (!f.n)
		write_frame(t, location, NULL, false);
	for (uint32_t i = 0; i < f.n; i++)
		write_frame(t, location, &f.lines[i], i + 1 < f.n);
	return (struct written){ start, t->frames.len - start };
}

/* filled is how many columns of the first line there are already. */
static void add_location(struct traces *t, struct buf *out, uint32_t location, size_t filled)
{
	struct written *w = &t->written[location];

	if (!w->len)
		*w = write_location(t, location);
	if (!t->frames.failed)
		buf_add(out, t->frames.data + w->start + filled, w->len - filled);
}

/* Places the next location of the stack that has a frame at *i; false at the end. */
static bool next_frame(const struct traces *t, const struct stack *s, size_t *i)
{
	while (*i < s->n && view_frames(t->ctx->view, stack_at(s, *i)).hidden)
		++*i;
	return *i < s->n;
}

static bool add_sample(struct traces *t, struct buf *out, size_t sample)
{
	const struct report_ctx *ctx = t->ctx;
	const int64_t *values = profile_values(ctx->profile, sample);
	struct stack s = view_stack(ctx->view, sample);
	size_t i = 0;

	if (!next_frame(t, &s, &i))
		return true;
	buf_add_str(out, SEPARATOR);
	if (!add_labels(t, out, sample))
		return false;
	values_add_right(out, &t->values, divided(values[ctx->column], ctx->mean ? values[0] : 0), VALUE_WIDTH);
	add_location(t, out, stack_at(&s, i), VALUE_WIDTH);
	for (i++; next_frame(t, &s, &i); i++)
		add_location(t, out, stack_at(&s, i), 0);
	return !t->frames.failed && !out->failed;
}

static int add_samples(struct traces *t, struct buf *out, struct assay_diag *diag)
{
	const struct report_ctx *ctx = t->ctx;

	for (size_t i = 0; i < ctx->profile->n_samples; i++) {
		int err;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (view_has_sample(ctx->view, i) && !add_sample(t, out, i))
			return diag_nomem(diag, "traces");
		err = buf_pass(out, diag);
		if (err)
			return err;
	}
	buf_add_str(out, SEPARATOR);
	return 0;
}

/* Labels always, whatever compact_labels says; and without any, one empty line in their place. */
static void add_header(const struct traces *t, struct buf *out)
{
	size_t before = out->len;

	header_add_labels(out, t->ctx, &t->values);
	if (out->len == before)
		buf_add_char(out, '\n');
}

int traces_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct traces t = { .ctx = ctx };
	int err;

	values_init(&t.values, ctx);
	t.written = calloc(ctx->view->n_locations + 1, sizeof(*t.written));
	if (!t.written)
		return diag_nomem(diag, "traces");
	add_header(&t, out);
	err = add_samples(&t, out, diag);
	free(t.written);
	label_entries_release(&t.labels);
	buf_release(&t.frames);
	buf_release(&t.name);
	return err;
}
