/* SPDX-License-Identifier: Apache-2.0 */
#include "report/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "report/json.h"
#include "report/values.h"

int table_begin(struct table *t, enum table_format format, const char *report, int version, struct buf *out,
	struct assay_diag *diag)
{
	*t = (struct table){ .format = format, .out = out };
	if (format != TABLE_JSON)
		return 0;
	if (!json_backend())
		return diag_set(
			diag, ASSAY_ERR_UNSUPPORTED, "-format=json: this build is without jansson, which writes it");
	t->object = json_object_new();
	if (!t->object)
		return diag_nomem(diag, "the report");
	table_field_text(t, "report", str_of(report));
	table_field_integer(t, "version", version);
	return 0;
}

void table_field_text(struct table *t, const char *name, struct str text)
{
	t->failed |= t->object && !json_add_text(t->object, name, text);
}

void table_field_integer(struct table *t, const char *name, wide value)
{
	t->failed |= t->object && !json_add_integer(t->object, name, narrow(value));
}

void table_field_real(struct table *t, const char *name, double value)
{
	t->failed |= t->object && !json_add_real(t->object, name, value);
}

void table_field_texts(struct table *t, const char *name, const struct str *texts, size_t n)
{
	t->failed |= t->object && !json_add_texts(t->object, name, texts, n);
}

/* What ends one object is written, and the next one begun. */
static void write_object(struct table *t)
{
	t->failed |= !t->object || !json_write(t->object, t->out);
	json_object_free(t->object);
	t->object = NULL;
}

/* RFC 4180: what holds a separator, a quote or the end of a line is quoted, with quotes doubled. */
static void add_csv(struct buf *out, struct str text)
{
	bool plain = true;

	for (size_t i = 0; plain && i < text.len; i++)
		plain = !strchr(",\"\r\n", text.p[i]) || !text.p[i];
	if (plain) {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, text.p[i]);
	}
	buf_add_char(out, '"');
}

static size_t longest_run(struct str text, char c)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.len; i++) {
		run = text.p[i] == c ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

/* A blank at both ends would be taken away, a backtick at one of them for one of the fence. */
static bool needs_blanks(struct str text)
{
	char first = text.p[0], last = text.p[text.len - 1];

	return first == '`' || last == '`' || (first == ' ' && last == ' ' && longest_run(text, ' ') < text.len);
}

/* As code between more backticks than there are in it. What divides a table is escaped in there too. */
static void add_code(struct buf *out, struct str text)
{
	size_t fence = longest_run(text, '`') + 1;
	bool blanks;

	if (!text.len)
		return;
	blanks = needs_blanks(text);
	buf_add_fill(out, '`', fence);
	buf_add_fill(out, ' ', blanks);
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '|')
			buf_add_char(out, '\\');
		buf_add_char(out, text.p[i]);
	}
	buf_add_fill(out, ' ', blanks);
	buf_add_fill(out, '`', fence);
}

static enum column_kind kind(const struct table *t)
{
	return t->columns[t->column].kind;
}

/* A cell of what is no JSON, in which text from a profile was made safe. */
static void write_cell(struct table *t, struct str text)
{
	if (t->format == TABLE_MARKDOWN && kind(t) != COLUMN_EXACT) {
		buf_add_str(t->out, t->column ? STR(" ") : STR("| "));
		buf_add_str(t->out, text);
		buf_add_str(t->out, STR(" |"));
	} else if (t->format == TABLE_CSV) {
		if (t->column)
			buf_add_char(t->out, ',');
		add_csv(t->out, text);
	} else if (t->format == TABLE_TSV) {
		if (t->column)
			buf_add_char(t->out, '\t');
		buf_add_str(t->out, text);
	}
}

static bool has_unit_column(const struct table *t)
{
	return t->values && (t->format == TABLE_CSV || t->format == TABLE_TSV);
}

/* The unit is text from the profile, and the same in all rows. */
static void add_unit(struct table *t)
{
	struct buf safe = BUF_INIT;

	buf_add_safe(&safe, t->values->sample_unit);
	write_cell(t, buf_str(&safe));
	t->failed |= safe.failed;
	buf_release(&safe);
}

static void end_line(struct table *t)
{
	buf_add_str(t->out, t->format == TABLE_CSV ? STR("\r\n") : STR("\n"));
}

/* flat_percent is "flat %" to people. */
static void add_title(struct table *t, const char *name)
{
	struct buf title = BUF_INIT;
	size_t len = strlen(name);

	if (t->format != TABLE_MARKDOWN) {
		write_cell(t, str_of(name));
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (strcmp(name + i, "_percent") == 0) {
			buf_add_str(&title, STR(" %"));
			break;
		}
		buf_add_char(&title, name[i] == '_' ? ' ' : name[i]);
	}
	write_cell(t, buf_str(&title));
	t->failed |= title.failed;
	buf_release(&title);
}

static void add_titles(struct table *t)
{
	for (t->column = 0; t->column < t->n_columns; t->column++)
		add_title(t, t->columns[t->column].name);
	if (has_unit_column(t))
		write_cell(t, STR("unit"));
	end_line(t);
	if (t->format == TABLE_MARKDOWN) {
		buf_add_char(t->out, '|');
		for (size_t i = 0; i < t->n_columns; i++)
			if (t->columns[i].kind != COLUMN_EXACT)
				buf_add_str(t->out, t->columns[i].kind < COLUMN_NUMBER ? STR("---|") : STR("---:|"));
		end_line(t);
	}
	t->column = 0;
}

void table_columns(struct table *t, const struct column *columns, size_t n, const struct values *values)
{
	t->columns = columns;
	t->n_columns = n;
	t->values = values;
	if (t->format != TABLE_JSON) {
		add_titles(t);
		return;
	}
	write_object(t);
	/* The fields stay open for the rows, which follow as their last member. */
	if (t->out->len)
		t->out->len--;
	buf_add_str(t->out, STR(",\"rows\":["));
}

/* JSON's object of the present row, which the first cell makes. NULL once something failed. */
static void *row_object(struct table *t)
{
	if (t->failed || t->column)
		return t->object;
	t->object = json_object_new();
	t->failed = !t->object;
	buf_add_str(t->out, t->n_rows ? STR(",\n") : STR("\n"));
	return t->object;
}

static const char *column_name(const struct table *t)
{
	return t->columns[t->column].name;
}

static void end_cell(struct table *t, bool ok)
{
	t->failed |= !ok;
	if (++t->column < t->n_columns)
		return;
	if (t->format != TABLE_JSON) {
		if (has_unit_column(t))
			add_unit(t);
		end_line(t);
	} else if (!t->failed) {
		write_object(t);
	}
	t->column = 0;
	t->n_rows++;
}

/* Ends the cell with what was put together for it. */
static void end_text(struct table *t, struct buf *text)
{
	write_cell(t, buf_str(text));
	end_cell(t, !text->failed);
	buf_release(text);
}

#define TAB_WIDTH 4

/* Where a file's own tabs would be in the way of the table, blanks stand for them. */
static void add_expanded(struct buf *out, struct str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.p[i] == '\t')
			buf_add_fill(out, ' ', TAB_WIDTH);
		else
			buf_add_char(out, line.p[i]);
}

static void add_markdown(struct buf *out, enum column_kind kind, struct str text)
{
	struct buf expanded = BUF_INIT, safe = BUF_INIT;

	if (kind == COLUMN_SOURCE) {
		add_expanded(&expanded, text);
		text = buf_str(&expanded);
	}
	buf_add_safe(&safe, text);
	if (kind == COLUMN_WORD)
		buf_add_str(out, buf_str(&safe));
	else
		add_code(out, buf_str(&safe));
	out->failed |= expanded.failed || safe.failed;
	buf_release(&expanded);
	buf_release(&safe);
}

void table_text(struct table *t, struct str text)
{
	struct buf cell = BUF_INIT;
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_text(row, column_name(t), text));
		return;
	}
	if (t->format == TABLE_MARKDOWN)
		add_markdown(&cell, kind(t), text);
	else
		buf_add_safe(&cell, text);
	end_text(t, &cell);
}

static void add_value(struct table *t, struct buf *cell, wide value)
{
	if (kind(t) == COLUMN_DELTA && value > 0)
		buf_add_char(cell, '+');
	values_add(cell, t->values, value);
	/* A change that rounds to nothing has no sign. */
	if (str_equal(buf_str(cell), STR("+0"))) {
		buf_reset(cell);
		buf_add_char(cell, '0');
	}
}

void table_integer(struct table *t, wide value)
{
	struct buf cell = BUF_INIT;
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_integer(row, column_name(t), narrow(value)));
		return;
	}
	if (t->format == TABLE_MARKDOWN && (kind(t) == COLUMN_VALUE || kind(t) == COLUMN_DELTA))
		add_value(t, &cell, value);
	else
		buf_addf(&cell, "%" PRId64, narrow(value));
	end_text(t, &cell);
}

static void add_real(struct table *t, struct buf *cell, double value)
{
	char text[40];

	if (t->format == TABLE_MARKDOWN && kind(t) == COLUMN_PERCENT) {
		buf_addf(cell, "%.2f%%", value);
	} else if (t->format == TABLE_MARKDOWN && kind(t) == COLUMN_GROWTH) {
		buf_addf(cell, "%+.2f%%", value);
	} else if (t->format == TABLE_MARKDOWN) {
		buf_addf(cell, "%.4g", value);
	} else {
		/* As few digits as are read back as the same number. */
		snprintf(text, sizeof(text), "%.15g", value);
		if (strtod(text, NULL) != value)
			snprintf(text, sizeof(text), "%.17g", value);
		buf_add_str(cell, str_of(text));
	}
}

void table_real(struct table *t, double value)
{
	struct buf cell = BUF_INIT;
	void *row;

	if (!isfinite(value)) {
		table_nothing(t);
		return;
	}
	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_real(row, column_name(t), value));
		return;
	}
	add_real(t, &cell, value);
	end_text(t, &cell);
}

void table_bool(struct table *t, bool value)
{
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_bool(row, column_name(t), value));
		return;
	}
	if (t->format == TABLE_MARKDOWN)
		write_cell(t, value ? STR("yes") : STR(""));
	else
		write_cell(t, value ? STR("true") : STR("false"));
	end_cell(t, true);
}

void table_nothing(struct table *t)
{
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_null(row, column_name(t)));
		return;
	}
	write_cell(t, STR(""));
	end_cell(t, true);
}

void table_nothings(struct table *t, size_t n)
{
	while (n-- > 0)
		table_nothing(t);
}

void table_percent(struct table *t, wide value, wide total)
{
	table_real(t, total ? (double)value / (double)total * 100 : NAN);
}

static void add_escaped(struct buf *out, struct str text, char special)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == ';' || text.p[i] == '\\' || text.p[i] == special)
			buf_add_char(out, '\\');
		buf_add_char(out, text.p[i]);
	}
}

static struct str between_items(const struct table *t)
{
	return t->format == TABLE_MARKDOWN ? STR("<br>") : STR(";");
}

static void add_item(struct table *t, struct buf *cell, struct buf *scratch, struct str text)
{
	if (t->format == TABLE_MARKDOWN) {
		add_markdown(cell, COLUMN_NAME, text);
		return;
	}
	buf_reset(scratch);
	add_escaped(scratch, text, ';');
	buf_add_safe(cell, buf_str(scratch));
	cell->failed |= scratch->failed;
}

void table_texts(struct table *t, const struct str *texts, size_t n)
{
	struct buf cell = BUF_INIT, scratch = BUF_INIT;
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_texts(row, column_name(t), texts, n));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_str(&cell, between_items(t));
		add_item(t, &cell, &scratch, texts[i]);
	}
	end_text(t, &cell);
	buf_release(&scratch);
}

void table_integers(struct table *t, const int64_t *values, size_t n)
{
	struct buf cell = BUF_INIT;
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && json_add_integers(row, column_name(t), values, n));
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(&cell, i ? ";%" PRId64 : "%" PRId64, values[i]);
	end_text(t, &cell);
}

static void *label_object(const struct table_label *l)
{
	void *object = json_object_new();
	bool ok = object && json_add_text(object, "key", l->key);

	if (ok && l->is_number)
		ok = json_add_integer(object, "value", l->number) && json_add_text(object, "unit", l->unit);
	else if (ok)
		ok = json_add_text(object, "value", l->text);
	if (ok)
		return object;
	json_object_free(object);
	return NULL;
}

static bool add_label_objects(void *row, const char *name, const struct table_label *labels, size_t n)
{
	void *list = json_list_new();

	for (size_t i = 0; list && i < n; i++) {
		void *object = label_object(&labels[i]);

		if (!object || !json_list_add(list, object)) {
			json_list_free(list);
			return false;
		}
	}
	return list && json_add_list(row, name, list);
}

/* "key:text" or "key:16bytes". */
static void add_label(struct table *t, struct buf *out, const struct table_label *l)
{
	struct str value = l->text;
	struct buf number = BUF_INIT;

	if (l->is_number) {
		buf_addf(&number, "%" PRId64, l->number);
		buf_add_str(&number, l->unit);
		value = buf_str(&number);
	}
	if (t->format == TABLE_MARKDOWN) {
		buf_add_str(out, l->key);
		buf_add_char(out, ':');
		buf_add_str(out, value);
	} else {
		add_escaped(out, l->key, ':');
		buf_add_char(out, ':');
		add_escaped(out, value, ';');
	}
	out->failed |= number.failed;
	buf_release(&number);
}

void table_labels(struct table *t, const struct table_label *labels, size_t n)
{
	struct buf cell = BUF_INIT, label = BUF_INIT;
	void *row;

	if (t->format == TABLE_JSON) {
		row = row_object(t);
		end_cell(t, row && add_label_objects(row, column_name(t), labels, n));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		buf_reset(&label);
		add_label(t, &label, &labels[i]);
		cell.failed |= label.failed;
		if (i)
			buf_add_str(&cell, between_items(t));
		if (t->format == TABLE_MARKDOWN)
			add_markdown(&cell, COLUMN_NAME, buf_str(&label));
		else
			buf_add_safe(&cell, buf_str(&label));
	}
	end_text(t, &cell);
	buf_release(&label);
}

int table_end(struct table *t, struct assay_diag *diag)
{
	if (t->format == TABLE_JSON)
		buf_add_str(t->out, t->n_rows ? STR("\n]}\n") : STR("]}\n"));
	json_object_free(t->object);
	t->object = NULL;
	return t->failed || t->out->failed ? diag_nomem(diag, "the report") : 0;
}

const char *table_backend(void)
{
	return json_backend();
}
