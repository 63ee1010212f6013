/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/sort.h"
#include "graph/identity.h"
#include "report/stack_tree.h"

/*
 * main;run;memcpy 12: a line per stack, as tools that draw flame graphs read it. Two nodes that print alike are one
 * frame here, because the format knows frames by their text only.
 */

struct folded_line {
	size_t start, len; /* of the stack in the text of all stacks */
	wide value;
};

struct folded {
	const struct report_ctx *ctx;
	struct strtab frames;
	uint32_t *frame_of; /* by node */
	struct stack_tree tree;
	struct buf text; /* the stacks, one behind the other */
	VEC(struct folded_line) lines;
	VEC(uint32_t) path; /* frames of the stack at hand, leaf first */
	uint64_t limit;     /* of text */
};

/* The separator is no part of a name, and neither is what ends a line, which comes out escaped. */
static void add_frame(struct buf *b, struct str name)
{
	size_t start = b->len;

	buf_add_safe(b, name);
	for (size_t i = start; !b->failed && i < b->len; i++)
		if (b->data[i] == ';')
			b->data[i] = ':';
}

static int name_frames(struct folded *f, struct assay_diag *diag)
{
	struct graph *g = f->ctx->graph;
	struct buf b = BUF_INIT;
	int err = strtab_init(&f->frames);

	f->frame_of = calloc(g->nodes.n + 1, sizeof(*f->frame_of));
	if (!f->frame_of)
		err = ASSAY_ERR_NOMEM;
	for (size_t i = 0; !err && i < g->nodes.n; i++) {
		struct str name;

		err = identity_name(g, &g->nodes.items[i], &name);
		if (err)
			break;
		buf_reset(&b);
		add_frame(&b, name);
		err = b.failed ? ASSAY_ERR_NOMEM : strtab_intern(&f->frames, buf_str(&b), &f->frame_of[i]);
	}
	buf_release(&b);
	return err ? diag_nomem(diag, "names") : 0;
}

static int add_stack(struct folded *f, uint32_t path)
{
	f->path.n = 0;
	for (uint32_t p = path; p; p = stack_tree_parent(&f->tree, p))
		if (!vec_push(&f->path, stack_tree_frame(&f->tree, p)))
			return ASSAY_ERR_NOMEM;
	if (!path)
		buf_add_str(&f->text, STR("<no stack>"));
	for (size_t i = f->path.n; i-- > 0;) {
		buf_add_str(&f->text, strtab_get(&f->frames, f->path.items[i]));
		if (i)
			buf_add_char(&f->text, ';');
		/* Long names in a deep recursion make much of a small file. */
		if (f->text.len > f->limit)
			return ASSAY_ERR_TOO_BIG;
	}
	return f->text.failed ? ASSAY_ERR_NOMEM : 0;
}

static int add_lines(struct folded *f, struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < f->tree.sums.n; i++) {
		const struct stack_sums *s = &f->tree.sums.items[i];
		struct folded_line line = { .start = f->text.len, .value = divided(stack_sums_change(s), s->divisor) };

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(f->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (!stack_sums_change(s))
			continue;
		err = add_stack(f, (uint32_t)i);
		line.len = f->text.len - line.start;
		if (!err && !vec_push(&f->lines, line))
			err = ASSAY_ERR_NOMEM;
	}
	if (err == ASSAY_ERR_TOO_BIG)
		return diag_set(diag, err, "the stacks as text are larger than -max_size allows");
	return err ? diag_nomem(diag, "stacks") : 0;
}

static int compare_lines(const void *a, const void *b, void *text)
{
	const struct folded_line *x = a, *y = b;

	return str_compare(
		(struct str){ (char *)text + x->start, x->len }, (struct str){ (char *)text + y->start, y->len });
}

static void print_lines(struct folded *f, struct buf *out)
{
	if (!f->lines.n)
		return;
	sort_items(f->lines.items, f->lines.n, sizeof(*f->lines.items), compare_lines, f->text.data, f->ctx->ctx);
	for (size_t i = 0; i < f->lines.n; i++) {
		const struct folded_line *line = &f->lines.items[i];

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(f->ctx->ctx))
			break;
		buf_add(out, f->text.data + line->start, line->len);
		buf_addf(out, " %" PRId64 "\n", narrow(line->value));
	}
}

int folded_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct folded f = { .ctx = ctx };
	int err;

	f.limit = ctx->ctx ? ctx->ctx->bytes_left : assay_default_max_size();
	err = name_frames(&f, diag);
	if (!err)
		err = stack_tree_build(&f.tree, ctx, f.frame_of, diag);
	if (!err)
		err = add_lines(&f, diag);
	if (!err)
		print_lines(&f, out);
	strtab_release(&f.frames);
	free(f.frame_of);
	stack_tree_release(&f.tree);
	buf_release(&f.text);
	vec_release(&f.lines);
	vec_release(&f.path);
	return err;
}
