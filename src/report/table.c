/* SPDX-License-Identifier: Apache-2.0 */
#include "report/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "report/json.h"
#include "report/notation.h"
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
	buf_addf(out, "{\"report\":\"%s\",\"version\":%d", report, version);
	return 0;
}

/* --- fields, which are members of JSON's outermost object --- */

static bool begin_field(struct table *t, const char *name)
{
	if (t->format != TABLE_JSON)
		return false;
	buf_addf(t->out, ",\"%s\":", name);
	return true;
}

static void add_json_text(struct table *t, struct buf *out, struct str text)
{
	t->failed |= !json_add_text(out, text);
}

static void add_json_real(struct table *t, double value)
{
	if (isfinite(value))
		t->failed |= !json_add_real(t->out, value);
	else
		buf_add_str(t->out, STR("null"));
}

static void add_json_texts(struct table *t, const struct str *texts, size_t n)
{
	buf_add_char(t->out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(t->out, ',');
		add_json_text(t, t->out, texts[i]);
	}
	buf_add_char(t->out, ']');
}

void table_field_text(struct table *t, const char *name, struct str text)
{
	if (begin_field(t, name))
		add_json_text(t, t->out, text);
}

void table_field_integer(struct table *t, const char *name, wide value)
{
	if (begin_field(t, name))
		buf_addf(t->out, "%" PRId64, narrow(value));
}

void table_field_real(struct table *t, const char *name, double value)
{
	if (begin_field(t, name))
		add_json_real(t, value);
}

void table_field_texts(struct table *t, const char *name, const struct str *texts, size_t n)
{
	if (begin_field(t, name))
		add_json_texts(t, texts, n);
}

/* --- cells --- */

static enum column_kind kind(const struct table *t)
{
	return t->columns[t->column].kind;
}

/* What stands before a cell. */
static void begin_cell(struct table *t)
{
	switch (t->format) {
	case TABLE_NONE:
		break;
	case TABLE_JSON:
		if (!t->column)
			buf_add_str(t->out, t->n_rows ? STR(",\n{") : STR("\n{"));
		buf_addf(t->out, t->column ? ",\"%s\":" : "\"%s\":", t->columns[t->column].name);
		break;
	case TABLE_CSV:
		buf_add_str(t->out, t->column ? STR(",") : STR(""));
		break;
	case TABLE_TSV:
		buf_add_str(t->out, t->column ? STR("\t") : STR(""));
		break;
	case TABLE_MARKDOWN:
		buf_add_str(t->out, t->column ? STR(" ") : STR("| "));
		break;
	}
}

/* A cell of what is no JSON, in which text from a profile was made safe. */
static void write_cell(struct table *t, struct str text)
{
	if (t->format == TABLE_MARKDOWN && t->column < t->n_columns && kind(t) == COLUMN_EXACT)
		return;
	begin_cell(t);
	if (t->format == TABLE_CSV)
		notation_add_csv(t->out, text);
	else
		buf_add_str(t->out, text);
	if (t->format == TABLE_MARKDOWN)
		buf_add_str(t->out, STR(" |"));
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

static void end_cell(struct table *t)
{
	if (++t->column < t->n_columns)
		return;
	if (t->format == TABLE_JSON) {
		buf_add_char(t->out, '}');
	} else {
		if (has_unit_column(t))
			add_unit(t);
		end_line(t);
	}
	t->column = 0;
	t->n_rows++;
	if (!t->err)
		t->err = buf_pass(t->out, &t->why);
	t->failed |= t->err != 0;
}

/* Ends the cell with what was put together for it. */
static void end_text(struct table *t, struct buf *text)
{
	t->failed |= text->failed;
	write_cell(t, buf_str(text));
	end_cell(t);
	buf_release(text);
}

/* --- titles --- */

/* flat_percent is "flat %" to people. */
static void add_title(struct table *t, const char *name)
{
	struct buf title = BUF_INIT;

	for (; *name && strcmp(name, "_percent") != 0; name++)
		buf_add_char(&title, *name == '_' ? ' ' : *name);
	if (*name)
		buf_add_str(&title, STR(" %"));
	t->failed |= title.failed;
	write_cell(t, buf_str(&title));
	buf_release(&title);
}

/* Numbers stand to the right. */
static void add_rule(struct table *t)
{
	buf_add_char(t->out, '|');
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].kind != COLUMN_EXACT)
			buf_add_str(t->out, t->columns[i].kind < COLUMN_NUMBER ? STR("---|") : STR("---:|"));
	end_line(t);
}

static void add_titles(struct table *t)
{
	for (t->column = 0; t->column < t->n_columns; t->column++)
		if (t->format == TABLE_MARKDOWN)
			add_title(t, t->columns[t->column].name);
		else
			write_cell(t, str_of(t->columns[t->column].name));
	if (has_unit_column(t))
		write_cell(t, STR("unit"));
	end_line(t);
	if (t->format == TABLE_MARKDOWN)
		add_rule(t);
	t->column = 0;
}

void table_columns(struct table *t, const struct column *columns, size_t n, const struct values *values)
{
	t->columns = columns;
	t->n_columns = n;
	t->values = values;
	if (t->format == TABLE_JSON)
		buf_add_str(t->out, STR(",\"rows\":["));
	else
		add_titles(t);
}

/* --- single values --- */

static void add_markdown(struct buf *out, enum column_kind kind, struct str text)
{
	struct buf expanded = BUF_INIT, safe = BUF_INIT;

	if (kind == COLUMN_SOURCE) {
		notation_add_expanded(&expanded, text);
		text = buf_str(&expanded);
	}
	buf_add_safe(&safe, text);
	if (kind == COLUMN_WORD)
		buf_add_str(out, buf_str(&safe));
	else
		notation_add_code(out, buf_str(&safe));
	out->failed |= expanded.failed || safe.failed;
	buf_release(&expanded);
	buf_release(&safe);
}

void table_text(struct table *t, struct str text)
{
	struct buf cell = BUF_INIT;

	if (t->format == TABLE_JSON) {
		begin_cell(t);
		add_json_text(t, t->out, text);
		end_cell(t);
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

/* What is the same for people and programs but for quotes, which it does not need. */
static void add_plain(struct table *t, struct str text)
{
	if (t->format == TABLE_JSON) {
		begin_cell(t);
		buf_add_str(t->out, text);
	} else {
		write_cell(t, text);
	}
	end_cell(t);
}

void table_integer(struct table *t, wide value)
{
	struct buf cell = BUF_INIT;
	char text[24];

	if (t->format == TABLE_MARKDOWN && (kind(t) == COLUMN_VALUE || kind(t) == COLUMN_DELTA)) {
		add_value(t, &cell, value);
		end_text(t, &cell);
		return;
	}
	snprintf(text, sizeof(text), "%" PRId64, narrow(value));
	add_plain(t, str_of(text));
}

/* To people as many digits as they want, to others as few as are read back as the same number. */
static void add_real(struct table *t, struct buf *cell, double value)
{
	char text[40];

	if (t->format == TABLE_MARKDOWN && kind(t) == COLUMN_VALUE) {
		add_value(t, cell, trunc_to_int64(value));
	} else if (t->format == TABLE_MARKDOWN && kind(t) == COLUMN_PERCENT) {
		buf_addf(cell, "%.2f%%", value);
	} else if (t->format == TABLE_MARKDOWN && kind(t) == COLUMN_GROWTH) {
		buf_addf(cell, "%+.2f%%", value);
	} else if (t->format == TABLE_MARKDOWN) {
		buf_addf(cell, "%.4g", value);
	} else {
		snprintf(text, sizeof(text), "%.15g", value);
		if (strtod(text, NULL) != value)
			snprintf(text, sizeof(text), "%.17g", value);
		buf_add_str(cell, str_of(text));
	}
}

void table_real(struct table *t, double value)
{
	struct buf cell = BUF_INIT;

	if (!isfinite(value)) {
		table_nothing(t);
	} else if (t->format == TABLE_JSON) {
		begin_cell(t);
		add_json_real(t, value);
		end_cell(t);
	} else {
		add_real(t, &cell, value);
		end_text(t, &cell);
	}
}

void table_bool(struct table *t, bool value)
{
	if (t->format == TABLE_MARKDOWN)
		add_plain(t, value ? STR("yes") : STR(""));
	else
		add_plain(t, value ? STR("true") : STR("false"));
}

void table_nothing(struct table *t)
{
	add_plain(t, t->format == TABLE_JSON ? STR("null") : STR(""));
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

/* --- lists --- */

struct str table_between(const struct table *t)
{
	switch (t->format) {
	case TABLE_NONE:
	case TABLE_JSON:
		break;
	case TABLE_CSV:
	case TABLE_TSV:
		return STR(";");
	case TABLE_MARKDOWN:
		return STR("<br>");
	}
	return STR(",");
}

void table_render(struct table *t, struct buf *out, struct str text)
{
	struct buf escaped = BUF_INIT, safe = BUF_INIT;

	if (t->format == TABLE_JSON) {
		add_json_text(t, out, text);
	} else if (t->format == TABLE_MARKDOWN) {
		add_markdown(out, COLUMN_NAME, text);
	} else {
		notation_add_escaped(&escaped, text, ";\\");
		buf_add_safe(&safe, buf_str(&escaped));
		if (t->format == TABLE_CSV)
			notation_add_doubled(out, buf_str(&safe));
		else
			buf_add_str(out, buf_str(&safe));
	}
	t->failed |= escaped.failed || safe.failed || out->failed;
	buf_release(&escaped);
	buf_release(&safe);
}

void table_rendered(struct table *t, const struct str *items, size_t n)
{
	begin_cell(t);
	if (t->format == TABLE_JSON)
		buf_add_char(t->out, '[');
	else if (t->format == TABLE_CSV)
		buf_add_char(t->out, '"');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_str(t->out, table_between(t));
		buf_add_str(t->out, items[i]);
	}
	if (t->format == TABLE_JSON)
		buf_add_char(t->out, ']');
	else if (t->format == TABLE_CSV)
		buf_add_char(t->out, '"');
	else if (t->format == TABLE_MARKDOWN)
		buf_add_str(t->out, STR(" |"));
	end_cell(t);
}

void table_integers(struct table *t, const int64_t *values, size_t n)
{
	struct buf cell = BUF_INIT;

	buf_add_str(&cell, t->format == TABLE_JSON ? STR("[") : STR(""));
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_str(&cell, table_between(t));
		buf_addf(&cell, "%" PRId64, values[i]);
	}
	buf_add_str(&cell, t->format == TABLE_JSON ? STR("]") : STR(""));
	t->failed |= cell.failed;
	add_plain(t, buf_str(&cell));
	buf_release(&cell);
}

static void add_label_object(struct table *t, const struct table_label *l)
{
	buf_add_str(t->out, STR("{\"key\":"));
	add_json_text(t, t->out, l->key);
	buf_add_str(t->out, STR(",\"value\":"));
	if (l->is_number) {
		buf_addf(t->out, "%" PRId64 ",\"unit\":", l->number);
		add_json_text(t, t->out, l->unit);
	} else {
		add_json_text(t, t->out, l->text);
	}
	buf_add_char(t->out, '}');
}

static void add_label_objects(struct table *t, const struct table_label *labels, size_t n)
{
	begin_cell(t);
	buf_add_char(t->out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(t->out, ',');
		add_label_object(t, &labels[i]);
	}
	buf_add_char(t->out, ']');
	end_cell(t);
}

/* "key:text" or "key:16bytes"; for programs with what they need to take it apart. */
static void add_label(struct table *t, struct buf *out, const struct table_label *l)
{
	bool escape = t->format != TABLE_MARKDOWN;

	notation_add_escaped(out, l->key, escape ? ":;\\" : "");
	buf_add_char(out, ':');
	if (l->is_number)
		buf_addf(out, "%" PRId64, l->number);
	notation_add_escaped(out, l->is_number ? l->unit : l->text, escape ? ";\\" : "");
}

void table_labels(struct table *t, const struct table_label *labels, size_t n)
{
	struct buf cell = BUF_INIT, label = BUF_INIT;

	if (t->format == TABLE_JSON) {
		add_label_objects(t, labels, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		buf_reset(&label);
		add_label(t, &label, &labels[i]);
		t->failed |= label.failed;
		if (i)
			buf_add_str(&cell, table_between(t));
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
	if (t->err) {
		if (diag)
			*diag = t->why;
		return t->err;
	}
	if (t->format == TABLE_JSON)
		buf_add_str(t->out, t->n_rows ? STR("\n]}\n") : STR("]}\n"));
	return t->failed || t->out->failed ? diag_nomem(diag, "the report") : 0;
}
