/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports know no terminal, and what they print is looked over here line by line. Where a cell stands is told by the
 * line of column names, so that a name of a function is never taken for one, whatever it looks like.
 */
#include "app/paint.h"

#include <stdlib.h>
#include <string.h>

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

/* Shares of the total from and below which they are told apart, in percent. */
#define LARGE 10
#define SMALL 1

struct painter {
	struct buf *out;
	struct str columns; /* the line of their names, or empty before it */
	bool is_diff;
};

static void add_painted(struct buf *out, const char *colour, struct str text)
{
	if (colour)
		buf_add_str(out, str_of(colour));
	buf_add_str(out, text);
	if (colour)
		buf_add_str(out, STR(PLAIN));
}

/* The blanks in front of what is next in line, and that up to the blank behind it. */
static struct str next_word(struct str line, size_t *at, size_t *start)
{
	size_t i = *at;

	while (i < line.len && line.p[i] == ' ')
		i++;
	*start = i;
	while (i < line.len && line.p[i] != ' ')
		i++;
	*at = i;
	return (struct str){ line.p + *start, i - *start };
}

/* " 5.13%", "100%": how large a share is. */
static const char *shade(struct str percent)
{
	double share = strtod(percent.p, NULL);

	return share >= LARGE || share <= -LARGE ? RED : share < SMALL && share > -SMALL ? DIM : NULL;
}

/* The name of the column that ends where a cell does. */
static struct str column_name(struct str columns, size_t end)
{
	size_t start = end;

	if (end > columns.len || (end < columns.len && columns.p[end] != ' '))
		return STR("");
	while (start && columns.p[start - 1] != ' ')
		start--;
	return (struct str){ columns.p + start, end - start };
}

static const char *cell_colour(const struct painter *p, struct str cell, struct str column)
{
	if (p->is_diff)
		return *cell.p == '+' ? RED : *cell.p == '-' ? GREEN : NULL;
	if (cell.p[cell.len - 1] != '%' || str_equal(column, STR("sum%")))
		return NULL;
	return shade(cell);
}

/* In a difference: a change that is no more than chance would make. */
static bool is_noise(const struct painter *p, struct str line)
{
	const char *mark = memchr(line.p, '~', line.len < p->columns.len ? line.len : p->columns.len);

	return p->is_diff && mark && mark > line.p && mark[-1] == ' ';
}

static void paint_row(const struct painter *p, struct str line)
{
	size_t at = 0, done = 0, start;
	bool is_own = false;

	if (is_noise(p, line)) {
		add_painted(p->out, DIM, line);
		return;
	}
	for (;;) {
		struct str cell = next_word(line, &at, &start), column;

		if (!cell.len || at > p->columns.len || *cell.p == '|')
			break;
		column = column_name(p->columns, at);
		is_own |= str_equal(column, STR("cum%"));
		buf_add(p->out, line.p + done, start - done);
		add_painted(p->out, cell_colour(p, cell, column), cell);
		done = at;
	}
	line = str_skip(line, done);
	/* Of a function with its callers and callees, its own line. */
	add_painted(p->out, is_own && memchr(p->columns.p, '+', p->columns.len) ? BOLD : NULL, line);
}

/* "      flat  flat%   sum%        cum   cum%" */
static bool is_columns(struct str line)
{
	size_t at = 0, start;
	struct str first = next_word(line, &at, &start);

	return str_equal(first, STR("flat")) || (str_equal(first, STR("before")) && start);
}

static void paint_columns(struct painter *p, struct str line)
{
	if (str_starts(line, STR("-----"))) {
		add_painted(p->out, DIM, line);
	} else if (line.len && *line.p == ' ' && is_columns(line)) {
		p->columns = line;
		add_painted(p->out, BOLD, line);
	} else if (p->columns.len && line.len && *line.p == ' ') {
		paint_row(p, line);
	} else {
		buf_add_str(p->out, line);
	}
}

/* " phase: Total 2.83s of 2.98s (94.97%)", and under it "        1.79s (60.07%): scan" */
static void paint_tags(struct painter *p, struct str line)
{
	size_t at = 0, start;
	struct str value = next_word(line, &at, &start), share;

	if (!value.len || !(*value.p == '-' || (*value.p >= '0' && *value.p <= '9'))) {
		add_painted(p->out, value.len ? BOLD : NULL, line);
		return;
	}
	start = at;
	while (start < line.len && (line.p[start] == ' ' || line.p[start] == '('))
		start++;
	at = start;
	while (at < line.len && line.p[at] != '%')
		at++;
	share = (struct str){ line.p + start, at - start };
	buf_add(p->out, line.p, start);
	add_painted(p->out, share.len && at < line.len ? shade(share) : NULL, share);
	buf_add_str(p->out, str_skip(line, at));
}

/* "      10ms       10ms   1132:...": two values, or a dot where there is none. */
static void paint_listing(struct painter *p, struct str line)
{
	size_t at = 0, done = 0, start;

	if (str_starts(line, STR("ROUTINE "))) {
		add_painted(p->out, BOLD, line);
		return;
	}
	for (unsigned i = 0; i < 2 && line.len && *line.p == ' '; i++) {
		struct str value = next_word(line, &at, &start);

		buf_add(p->out, line.p + done, start - done);
		add_painted(p->out, value.len && *value.p != '.' ? BOLD : NULL, value);
		done = at;
	}
	buf_add_str(p->out, str_skip(line, done));
}

static const struct {
	const char *name;
	void (*paint_line)(struct painter *p, struct str line);
} painters[] = {
	{ "diff", paint_columns },
	{ "disasm", paint_listing },
	{ "list", paint_listing },
	{ "peek", paint_columns },
	{ "tags", paint_tags },
	{ "text", paint_columns },
	{ "top", paint_columns },
	{ "tree", paint_columns },
};

static size_t find(const struct report *report)
{
	size_t i = 0;

	while (i < sizeof(painters) / sizeof(painters[0]) && strcmp(painters[i].name, report->name) != 0)
		i++;
	return i;
}

bool paint_knows(const struct report *report)
{
	return find(report) < sizeof(painters) / sizeof(painters[0]);
}

void paint(const struct report *report, struct str text, struct buf *out)
{
	struct painter p = { .out = out, .is_diff = strcmp(report->name, "diff") == 0 };
	size_t i = find(report);

	while (text.len) {
		const char *newline = memchr(text.p, '\n', text.len);
		struct str line = { text.p, newline ? (size_t)(newline - text.p) : text.len };

		painters[i].paint_line(&p, line);
		if (newline)
			buf_add_char(out, '\n');
		text = str_skip(text, line.len + (newline != NULL));
	}
}
