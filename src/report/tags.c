/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/pairs.h"
#include "base/units.h"
#include "base/utf8.h"
#include "report/header.h"

/*
 * What each value of each label key adds up to:
 *
 *      bytes: Total 10ms of 105ms ( 9.52%)
 *             10ms ( 9.52%): 1kB
 *
 * Samples are counted by the ids of key and value; texts are made of the different ones only. Different numbers may
 * then turn out to read the same, and become one row.
 */

struct counts {
	struct pairs numbers; /* halves of a number; the index stands for it below */
	struct pairs values;  /* key << 1 | is a number, and the text's or the number's index */
	VEC(wide) sums;       /* by index in values */
};

struct tag {
	struct str key, text;
	wide sum;
	int64_t number;
	struct str unit;
	bool is_number; /* one number, and not several that read the same */
};

struct tags {
	struct tag *items;
	size_t n;
	struct arena arena; /* texts of numbers */
};

static bool count(struct counts *c, const struct label *l, int64_t value)
{
	bool is_number = l->kind != LABEL_TEXT;
	uint64_t number = (uint64_t)l->number;
	uint32_t index, what = l->text;

	if (is_number && !pairs_add(&c->numbers, (uint32_t)(number >> 32), (uint32_t)number, &what))
		return false;
	if (!pairs_add(&c->values, (uint32_t)l->key << 1 | is_number, what, &index))
		return false;
	if (index == c->sums.n && !vec_push(&c->sums, 0))
		return false;
	c->sums.items[index] += value;
	return true;
}

static int count_samples(struct counts *c, const struct report_ctx *ctx)
{
	const struct view *v = ctx->view;

	for (size_t i = 0; i < ctx->profile->n_samples; i++) {
		int64_t value = profile_values(ctx->profile, i)[ctx->column];
		size_t n;
		const struct label *labels = view_labels(v, i, &n);

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx->ctx))
			return ASSAY_ERR_CANCELED;
		if (!view_has_sample(v, i))
			continue;
		for (size_t k = 0; k < n; k++)
			if (view_has_label(v, &labels[k]) && !count(c, &labels[k], value))
				return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static void counts_release(struct counts *c)
{
	pairs_release(&c->numbers);
	pairs_release(&c->values);
	vec_release(&c->sums);
}

static bool name_number(struct tags *t, const struct report_ctx *ctx, uint32_t key, int64_t number, struct tag *tag)
{
	struct buf b = BUF_INIT;
	char *copy;

	tag->is_number = true;
	tag->number = number;
	tag->unit = label_unit(ctx->units, key);
	units_add_label(&b, number, tag->unit, ctx->options->unit);
	copy = b.failed ? NULL : arena_copy(&t->arena, b.data, b.len);
	tag->text = (struct str){ copy, b.len };
	buf_release(&b);
	return copy != NULL;
}

static int64_t whole_number(struct pair halves)
{
	return (int64_t)((uint64_t)halves.a << 32 | halves.b);
}

static bool name_tags(struct tags *t, const struct counts *c, const struct report_ctx *ctx)
{
	t->items = malloc((c->sums.n + 1) * sizeof(*t->items));
	if (!t->items)
		return false;
	for (t->n = 0; t->n < c->sums.n; t->n++) {
		struct pair p = c->values.items.items[t->n];
		struct tag *tag = &t->items[t->n];

		*tag = (struct tag){ .key = profile_str(ctx->profile, p.a >> 1), .sum = c->sums.items[t->n] };
		if (!(p.a & 1))
			tag->text = profile_str(ctx->profile, p.b);
		else if (!name_number(t, ctx, p.a >> 1, whole_number(c->numbers.items.items[p.b]), tag))
			return false;
	}
	return true;
}

static int compare_texts(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int c = str_compare(x->key, y->key);

	return c ? c : str_compare(x->text, y->text);
}

/* As they are printed: keys by name, and under each the largest value first, whatever its sign. */
static int compare_tags(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	wide m = wide_abs(x->sum), n = wide_abs(y->sum);
	int c = str_compare(x->key, y->key);

	if (!c)
		c = (m < n) - (m > n);
	return c ? c : str_compare(x->text, y->text);
}

/* Adds up what reads the same, which sorting has brought together. */
static void join_tags(struct tags *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (n && compare_texts(&t->items[n - 1], &t->items[i]) == 0) {
			t->items[n - 1].sum += t->items[i].sum;
			t->items[n - 1].is_number = false;
		} else {
			t->items[n++] = t->items[i];
		}
	}
	t->n = n;
}

static int tags_rows(struct tags *t, const struct report_ctx *ctx)
{
	struct counts c = { 0 };
	int err = count_samples(&c, ctx);

	if (!err && !name_tags(t, &c, ctx))
		err = ASSAY_ERR_NOMEM;
	counts_release(&c);
	if (err)
		return err;
	qsort(t->items, t->n, sizeof(*t->items), compare_texts);
	join_tags(t);
	qsort(t->items, t->n, sizeof(*t->items), compare_tags);
	return 0;
}

/* Shares are of the report's total, not of the key's. */
static void add_share(struct buf *out, const struct values *v, wide sum)
{
	if (v->total <= 0)
		return;
	buf_add_str(out, STR(" ("));
	values_add_percent(out, sum, v->total);
	buf_add_char(out, ')');
}

static void add_value(struct buf *out, const struct values *v, wide sum)
{
	values_add(out, v, sum);
	add_share(out, v, sum);
	buf_add_char(out, ':');
}

static wide key_sum(const struct tag *tags, size_t n)
{
	wide sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += tags[i].sum;
	return sum;
}

/* "bytes: Total 10ms of 105ms ( 9.52%)"; the width of what stands before " Total" is that of the rows below. */
static size_t print_key(struct buf *out, const struct values *v, const struct tag *tags, size_t n)
{
	size_t start = out->len, width;
	wide sum = key_sum(tags, n);

	buf_add_char(out, ' ');
	buf_add_safe(out, tags->key);
	buf_add_char(out, ':');
	width = out->failed ? 0 : utf8_length((struct str){ out->data + start, out->len - start });
	buf_add_str(out, STR(" Total "));
	values_add(out, v, sum);
	buf_add_str(out, STR(" of "));
	values_add(out, v, v->total);
	add_share(out, v, sum);
	buf_add_char(out, '\n');
	return width;
}

/* Values stand at the right of a column that is as wide as the widest of them and one more. */
static void print_values(struct buf *out, const struct values *v, const struct tag *tags, size_t n, size_t indent)
{
	struct buf value = BUF_INIT;
	size_t width = 0;

	for (size_t i = 0; i < n; i++) {
		size_t w;

		buf_reset(&value);
		add_value(&value, v, tags[i].sum);
		w = utf8_length(buf_str(&value));
		out->failed |= value.failed;
		if (w > width)
			width = w;
	}
	for (size_t i = 0; i < n; i++) {
		buf_reset(&value);
		add_value(&value, v, tags[i].sum);
		out->failed |= value.failed;
		buf_add_fill(out, ' ', indent);
		buf_add_right(out, buf_str(&value), width + 1);
		buf_add_char(out, ' ');
		buf_add_safe(out, tags[i].text);
		buf_add_char(out, '\n');
	}
	buf_release(&value);
}

/* The end of the values whose key is that of the first. */
static size_t key_end(const struct tags *t, size_t first)
{
	size_t end = first + 1;

	while (end < t->n && str_equal(t->items[end].key, t->items[first].key))
		end++;
	return end;
}

static void tags_print(struct buf *out, const struct values *v, const struct tags *t)
{
	size_t end;

	for (size_t i = 0; i < t->n; i = end) {
		size_t indent;

		end = key_end(t, i);
		indent = print_key(out, v, t->items + i, end - i);
		print_values(out, v, t->items + i, end - i, indent);
		buf_add_char(out, '\n');
	}
}

static void add_key_row(struct table *table, struct str key, wide sum, wide total)
{
	table_text(table, STR("key"));
	table_text(table, key);
	table_nothing(table);
	table_integer(table, sum);
	table_percent(table, sum, total);
	table_nothings(table, 2);
}

static void add_value_row(struct table *table, const struct tag *tag, wide total)
{
	table_text(table, STR("value"));
	table_text(table, tag->key);
	table_text(table, tag->text);
	table_integer(table, tag->sum);
	table_percent(table, tag->sum, total);
	if (tag->is_number) {
		table_integer(table, tag->number);
		table_text(table, tag->unit);
	} else {
		table_nothings(table, 2);
	}
}

static void add_table(struct table *table, const struct report_ctx *ctx, const struct values *v, const struct tags *t)
{
	static const struct column columns[] = {
		{ "role", COLUMN_WORD },
		{ "key", COLUMN_NAME },
		{ "value", COLUMN_NAME },
		{ "sum", COLUMN_VALUE },
		{ "percent", COLUMN_PERCENT },
		{ "number", COLUMN_EXACT },
		{ "number_unit", COLUMN_EXACT },
	};
	size_t end;

	header_add_fields(table, ctx);
	table_columns(table, columns, sizeof(columns) / sizeof(columns[0]), v);
	for (size_t i = 0; i < t->n; i = end) {
		end = key_end(t, i);
		add_key_row(table, t->items[i].key, key_sum(t->items + i, end - i), ctx->total);
		for (size_t k = i; k < end; k++)
			add_value_row(table, &t->items[k], ctx->total);
	}
}

/* As text, or, where there is no place for that, as a table. */
static int run(const struct report_ctx *ctx, struct buf *out, struct table *table, struct assay_diag *diag)
{
	struct tags t = { .arena = ARENA_INIT };
	struct values v;
	int err = tags_rows(&t, ctx);

	values_init(&v, ctx);
	if (!err && out)
		tags_print(out, &v, &t);
	else if (!err)
		add_table(table, ctx, &v, &t);
	free(t.items);
	arena_release(&t.arena);
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	return err ? diag_nomem(diag, "tags") : 0;
}

int tags_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	return run(ctx, out, NULL, diag);
}

int tags_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	return run(ctx, NULL, t, diag);
}
