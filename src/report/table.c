/* SPDX-License-Identifier: Apache-2.0 */
#include "report/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "report/json.h"

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

static char separator(const struct table *t)
{
	return t->format == TABLE_TSV ? '\t' : ',';
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

/* Control characters are escaped before: of what divides a table, | alone is left. */
static void add_markdown(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (strchr("|\\`*_<>[]", text.p[i]))
			buf_add_char(out, '\\');
		buf_add_char(out, text.p[i]);
	}
}

/* A cell of what is no JSON; text from a profile is made safe first, tabs and newlines too. */
static void add_cell(struct table *t, struct str text, bool name)
{
	struct buf safe = BUF_INIT;

	if (name)
		buf_add_safe(&safe, text);
	else
		buf_add_str(&safe, text);
	if (t->format == TABLE_MARKDOWN) {
		buf_add_str(t->out, t->column ? STR(" ") : STR("| "));
		add_markdown(t->out, buf_str(&safe));
		buf_add_str(t->out, STR(" |"));
	} else {
		if (t->column)
			buf_add_char(t->out, separator(t));
		if (t->format == TABLE_CSV)
			add_csv(t->out, buf_str(&safe));
		else
			buf_add_str(t->out, buf_str(&safe));
	}
	t->failed |= safe.failed;
	buf_release(&safe);
}

static void end_line(struct table *t)
{
	buf_add_str(t->out, t->format == TABLE_CSV ? STR("\r\n") : STR("\n"));
}

void table_columns(struct table *t, const char *const *names, size_t n)
{
	t->columns = names;
	t->n_columns = n;
	if (t->format == TABLE_JSON) {
		write_object(t);
		/* The fields stay open for the rows, which follow as their last member. */
		if (t->out->len)
			t->out->len--;
		buf_add_str(t->out, STR(",\"rows\":["));
		return;
	}
	for (t->column = 0; t->column < n; t->column++)
		add_cell(t, str_of(names[t->column]), false);
	end_line(t);
	t->column = 0;
	if (t->format != TABLE_MARKDOWN)
		return;
	for (size_t i = 0; i < n; i++)
		buf_add_str(t->out, i ? STR("---|") : STR("|---|"));
	end_line(t);
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
	return t->columns[t->column];
}

static void end_cell(struct table *t, bool ok)
{
	t->failed |= !ok;
	if (++t->column < t->n_columns)
		return;
	if (t->format == TABLE_JSON && !t->failed)
		write_object(t);
	else if (t->format != TABLE_JSON)
		end_line(t);
	t->column = 0;
	t->n_rows++;
}

static bool add_plain(struct table *t, struct str text)
{
	add_cell(t, text, false);
	return true;
}

void table_text(struct table *t, struct str text)
{
	void *row;

	if (t->format != TABLE_JSON) {
		add_cell(t, text, true);
		end_cell(t, true);
		return;
	}
	row = row_object(t);
	end_cell(t, row && json_add_text(row, column_name(t), text));
}

void table_integer(struct table *t, wide value)
{
	char text[24];
	void *row;

	if (t->format != TABLE_JSON) {
		snprintf(text, sizeof(text), "%" PRId64, narrow(value));
		end_cell(t, add_plain(t, str_of(text)));
		return;
	}
	row = row_object(t);
	end_cell(t, row && json_add_integer(row, column_name(t), narrow(value)));
}

void table_real(struct table *t, double value)
{
	char text[40];
	void *row;

	if (!isfinite(value)) {
		table_nothing(t);
		return;
	}
	if (t->format != TABLE_JSON) {
		/* Enough digits to be read back as the same number; people are shown fewer. */
		snprintf(text, sizeof(text), "%.15g", value);
		if (t->format == TABLE_MARKDOWN)
			snprintf(text, sizeof(text), "%.6g", value);
		else if (strtod(text, NULL) != value)
			snprintf(text, sizeof(text), "%.17g", value);
		end_cell(t, add_plain(t, str_of(text)));
		return;
	}
	row = row_object(t);
	end_cell(t, row && json_add_real(row, column_name(t), value));
}

void table_bool(struct table *t, bool value)
{
	void *row;

	if (t->format != TABLE_JSON) {
		end_cell(t, add_plain(t, value ? STR("true") : STR("false")));
		return;
	}
	row = row_object(t);
	end_cell(t, row && json_add_bool(row, column_name(t), value));
}

void table_nothing(struct table *t)
{
	void *row;

	if (t->format != TABLE_JSON) {
		end_cell(t, add_plain(t, STR("")));
		return;
	}
	row = row_object(t);
	end_cell(t, row && json_add_null(row, column_name(t)));
}

static bool add_joined(struct table *t, const struct str *texts, size_t n)
{
	struct buf joined = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(&joined, ';');
		buf_add_str(&joined, texts[i]);
	}
	add_cell(t, buf_str(&joined), true);
	t->failed |= joined.failed;
	buf_release(&joined);
	return true;
}

void table_texts(struct table *t, const struct str *texts, size_t n)
{
	void *row;

	if (t->format != TABLE_JSON) {
		end_cell(t, add_joined(t, texts, n));
		return;
	}
	row = row_object(t);
	end_cell(t, row && json_add_texts(row, column_name(t), texts, n));
}

void table_percent(struct table *t, wide value, wide total)
{
	table_real(t, total ? (double)value / (double)total * 100 : NAN);
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
