/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_LABELS_H
#define REPORT_LABELS_H

#include "base/buf.h"
#include "view/view.h"

/*
 * The labels of one sample as text: an entry for each key, with all of its values, sorted bytewise. How an entry is
 * written is the report's. Memory is kept from one sample to the next.
 */
struct label_entries {
	VEC(struct str) items; /* as written, not yet made safe; valid until the next fill */

	VEC(const struct label *) sorted;
	struct buf text;
};

#define LABEL_ENTRIES_INIT \
	{                  \
		0          \
	}

enum label_side {
	LABELS_TEXTS,
	LABELS_NUMBERS,
};

/* Writes the entry of a key. Its n labels are all of one side, in the order of the file. */
struct label_writer {
	void (*write)(struct buf *out, const struct label *const *labels, size_t n, const void *data);
	const void *data;
};

/* The entries of a sample on one of the sides; false when memory runs out. */
bool label_entries_fill(struct label_entries *e, const struct view *v, size_t sample, enum label_side side,
	const struct label_writer *writer);

/* Leaves the labels themselves in e->sorted instead, by key and then in the order of the file. */
bool label_entries_sort(struct label_entries *e, const struct view *v, size_t sample, enum label_side side);

void label_entries_release(struct label_entries *e);

#endif
