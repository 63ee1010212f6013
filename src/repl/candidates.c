/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/candidates.h"

#include <wchar.h>

#include "base/utf8.h"

#define GAP 2

/* Columns of a terminal. What the locale does not know is taken to be as wide as a letter. */
static unsigned width_of(struct str text)
{
	unsigned width = 0;

	while (text.len) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, &c);
		int w = c < 0x80 ? 1 : wcwidth((wchar_t)c);

		width += w < 0 ? 1 : (unsigned)w;
		text = str_skip(text, n ? n : 1);
	}
	return width;
}

/* How the names are laid out: entry i stands in row i % rows. */
struct layout {
	unsigned column_width, n_columns;
	size_t n_shown, rows;
};

static unsigned widest(const struct candidates *c, struct buf *name)
{
	unsigned most = 1;

	for (size_t i = 0; i < c->n; i++) {
		unsigned width;

		buf_reset(name);
		buf_add_safe(name, c->names[i]);
		width = width_of(buf_str(name));
		if (width > most)
			most = width;
	}
	return most;
}

static struct layout lay_out(const struct candidates *c, unsigned widest_name, unsigned rows, unsigned width)
{
	struct layout l = { .column_width = widest_name + GAP, .n_shown = c->n };
	unsigned lines_each = 1;

	l.n_columns = (width + GAP) / l.column_width;
	if (!l.n_columns) {
		l.n_columns = 1;
		lines_each = (widest_name + width - 1) / width;
	}
	/* The last row is for the line that counts the rest. */
	rows = rows / lines_each > 2 ? rows / lines_each - 1 : 1;
	if (l.n_shown > (size_t)rows * l.n_columns)
		l.n_shown = (size_t)rows * l.n_columns;
	l.rows = (l.n_shown + l.n_columns - 1) / l.n_columns;
	return l;
}

static void add_row(struct buf *out, const struct candidates *c, const struct layout *l, size_t row, struct buf *name)
{
	unsigned pad = 0;

	for (size_t i = row; i < l->n_shown; i += l->rows) {
		buf_reset(name);
		buf_add_safe(name, c->names[i]);
		buf_add_fill(out, ' ', pad);
		buf_add_str(out, buf_str(name));
		pad = l->column_width - width_of(buf_str(name));
	}
	buf_add_char(out, '\n');
}

void candidates_add(struct buf *out, const struct candidates *c, unsigned rows, unsigned width)
{
	struct buf name = BUF_INIT;
	struct layout l;

	if (!c->n || !width)
		return;
	l = lay_out(c, widest(c, &name), rows, width);
	for (size_t row = 0; row < l.rows; row++)
		add_row(out, c, &l, row, &name);
	if (l.n_shown < c->n)
		buf_addf(out, "... and %s%zu more: type more of the word\n", c->more ? "over " : "", c->n - l.n_shown);
	else if (c->more)
		buf_add_str(out, STR("... and more: type more of the word\n"));
	buf_release(&name);
}
