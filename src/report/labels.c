/* SPDX-License-Identifier: Apache-2.0 */
#include "report/labels.h"

#include <stdlib.h>

/* By key; the values of a key stay in the order of the file, which is that of their addresses. */
static int compare_labels(const void *a, const void *b)
{
	const struct label *x = *(const struct label *const *)a, *y = *(const struct label *const *)b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x > y) - (x < y);
}

static int compare_entries(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool collect(struct label_entries *e, const struct view *v, size_t sample, enum label_side side)
{
	size_t n;
	const struct label *labels = view_labels(v, sample, &n);

	e->sorted.n = 0;
	for (size_t i = 0; i < n; i++) {
		if ((labels[i].kind == LABEL_TEXT) != (side == LABELS_TEXTS) || !view_has_label(v, &labels[i]))
			continue;
		if (!vec_push(&e->sorted, &labels[i]))
			return false;
	}
	if (e->sorted.n > 1)
		qsort(e->sorted.items, e->sorted.n, sizeof(*e->sorted.items), compare_labels);
	return true;
}

/* Where an entry starts is known only when the text has stopped growing; its length is known at once. */
static bool write_entries(struct label_entries *e, const struct label_writer *writer)
{
	size_t end;

	for (size_t i = 0; i < e->sorted.n; i = end) {
		size_t start = e->text.len;

		for (end = i + 1; end < e->sorted.n && e->sorted.items[end]->key == e->sorted.items[i]->key;)
			end++;
		writer->write(&e->text, e->sorted.items + i, end - i, writer->data);
		if (!vec_push(&e->items, ((struct str){ NULL, e->text.len - start })))
			return false;
	}
	return !e->text.failed;
}

static void place_entries(struct label_entries *e)
{
	const char *p = e->text.data;

	for (size_t i = 0; i < e->items.n; i++) {
		e->items.items[i].p = p;
		p += e->items.items[i].len;
	}
}

bool label_entries_fill(struct label_entries *e, const struct view *v, size_t sample, enum label_side side,
	const struct label_writer *writer)
{
	e->items.n = 0;
	buf_reset(&e->text);
	if (!collect(e, v, sample, side) || !write_entries(e, writer))
		return false;
	place_entries(e);
	if (e->items.n > 1)
		qsort(e->items.items, e->items.n, sizeof(*e->items.items), compare_entries);
	return true;
}

static int compare_keys(const void *a, const void *b, void *profile)
{
	const struct label *x = *(const struct label *const *)a, *y = *(const struct label *const *)b;
	int c = str_compare(profile_str(profile, x->key), profile_str(profile, y->key));

	return c ? c : (x > y) - (x < y);
}

bool label_entries_sort(struct label_entries *e, const struct view *v, size_t sample, enum label_side side)
{
	if (!collect(e, v, sample, side))
		return false;
	if (e->sorted.n > 1)
		qsort_r(e->sorted.items, e->sorted.n, sizeof(*e->sorted.items), compare_keys, (void *)v->profile);
	return true;
}

void label_entries_release(struct label_entries *e)
{
	vec_release(&e->items);
	vec_release(&e->sorted);
	buf_release(&e->text);
}
