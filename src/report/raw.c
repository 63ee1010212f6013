/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/diag.h"
#include "base/utf8.h"
#include "report/labels.h"

/*
 * The profile as text: samples with all their values, then the tables as they are. Filters take samples, and frames
 * out of stacks and locations, but no row out of a table: ids stay those of the file, and what nobody refers to any
 * more is still there to be looked at.
 */

#define VALUE_WIDTH 10
#define LABEL_INDENT 16
#define LINE_INDENT 13
#define NANOS_PER_SECOND 1000000000

static void add_text(struct buf *out, const struct report_ctx *ctx, uint32_t string)
{
	buf_add_safe(out, view_str(ctx->view, string));
}

/* "Comment: hello" */
static void add_line(struct buf *out, const struct report_ctx *ctx, struct str label, uint32_t string)
{
	buf_add_str(out, label);
	add_text(out, ctx, string);
	buf_add_char(out, '\n');
}

/* Samples are mostly numbers, and printf() would take most of the time. */
static void add_number(struct buf *out, bool negative, uint64_t magnitude, size_t width)
{
	char text[21];
	size_t at = sizeof(text), n;

	do
		text[--at] = (char)('0' + magnitude % 10);
	while (magnitude /= 10);
	if (negative)
		text[--at] = '-';
	n = sizeof(text) - at;
	if (n < width)
		buf_add_fill(out, ' ', width - n);
	buf_add(out, text + at, n);
}

static void add_signed(struct buf *out, int64_t value, size_t width)
{
	add_number(out, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value, width);
}

/* Adds ".123456789", where digits are all that the fraction may have; without the zeros at its end. */
static void add_fraction(struct buf *out, uint64_t fraction, int digits)
{
	char text[24];
	int n = snprintf(text, sizeof(text), ".%0*" PRIu64, digits, fraction);

	while (n > 0 && (text[n - 1] == '0' || text[n - 1] == '.'))
		n--;
	buf_add(out, text, (size_t)n);
}

/* Time: 2023-11-14 22:13:20.123456789 +0000 UTC */
static void add_time(struct buf *out, int64_t time_nanos)
{
	int64_t fraction = time_nanos % NANOS_PER_SECOND;
	time_t t = (time_t)(time_nanos / NANOS_PER_SECOND - (fraction < 0));
	char text[64], zone[64];
	struct tm tm;

	if (!time_nanos)
		return;
	tzset();
	if (!localtime_r(&t, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) ||
		!strftime(zone, sizeof(zone), "%z %Z", &tm))
		return;
	buf_addf(out, "Time: %s", text);
	if (fraction)
		add_fraction(out, (uint64_t)(fraction < 0 ? fraction + NANOS_PER_SECOND : fraction), 9);
	buf_add_char(out, ' ');
	buf_add_safe(out, str_of(zone));
	buf_add_char(out, '\n');
}

/* Less than a second in the largest unit that leaves 1, more than that as 1h2m3.5s. */
static void add_duration_text(struct buf *out, uint64_t nanos)
{
	uint64_t seconds = nanos / NANOS_PER_SECOND;

	if (nanos < 1000) {
		buf_addf(out, "%" PRIu64 "ns", nanos);
	} else if (nanos < 1000000) {
		buf_addf(out, "%" PRIu64, nanos / 1000);
		add_fraction(out, nanos % 1000, 3);
		buf_add_str(out, STR("\xc2\xb5s"));
	} else if (nanos < NANOS_PER_SECOND) {
		buf_addf(out, "%" PRIu64, nanos / 1000000);
		add_fraction(out, nanos % 1000000, 6);
		buf_add_str(out, STR("ms"));
	} else {
		if (seconds >= 3600)
			buf_addf(out, "%" PRIu64 "h", seconds / 3600);
		if (seconds >= 60)
			buf_addf(out, "%" PRIu64 "m", seconds / 60 % 60);
		buf_addf(out, "%" PRIu64, seconds % 60);
		add_fraction(out, nanos % NANOS_PER_SECOND, 9);
		buf_add_char(out, 's');
	}
}

/* The reference cuts the text to its first four characters, so 1m30.5s is 1m30 and 1500ns is 1.5 and a half unit. */
static void add_duration(struct buf *out, int64_t nanos)
{
	struct buf text = BUF_INIT;
	struct str s;
	size_t len = 0;
	uint32_t c;

	if (!nanos)
		return;
	if (nanos < 0)
		buf_add_char(&text, '-');
	add_duration_text(&text, nanos < 0 ? -(uint64_t)nanos : (uint64_t)nanos);
	s = buf_str(&text);
	for (int i = 0; i < 4 && len < s.len; i++)
		len += utf8_decode(str_skip(s, len), &c);
	buf_add_str(out, STR("Duration: "));
	buf_add(out, s.p, len);
	buf_add_char(out, '\n');
	out->failed |= text.failed;
	buf_release(&text);
}

static void add_head(struct buf *out, const struct report_ctx *ctx)
{
	const struct assay_profile *p = ctx->profile;

	for (size_t i = 0; i < p->comments.n; i++)
		add_line(out, ctx, STR("Comment: "), p->comments.items[i]);
	if (p->doc_url)
		add_line(out, ctx, STR("Doc: "), p->doc_url);
	buf_add_str(out, STR("PeriodType: "));
	add_text(out, ctx, p->period_type.type);
	add_line(out, ctx, STR(" "), p->period_type.unit);
	buf_addf(out, "Period: %" PRId64 "\n", p->period);
	add_time(out, p->time_nanos);
	add_duration(out, p->duration_nanos);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct str trim(struct str s)
{
	while (s.len && is_blank(*s.p))
		s = str_skip(s, 1);
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/* samples/count cpu/nanoseconds[dflt] */
static void add_sample_types(struct buf *out, const struct report_ctx *ctx)
{
	const struct assay_profile *p = ctx->profile;
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < p->sample_types.n; i++) {
		const struct value_type *t = &p->sample_types.items[i];

		if (i)
			buf_add_char(&line, ' ');
		buf_add_str(&line, profile_str(p, t->type));
		buf_add_char(&line, '/');
		buf_add_str(&line, profile_str(p, t->unit));
		if (t->type == p->default_sample_type)
			buf_add_str(&line, STR("[dflt]"));
	}
	buf_add_safe(out, trim(buf_str(&line)));
	buf_add_char(out, '\n');
	out->failed |= line.failed;
	buf_release(&line);
}

/* k:[v1 v2] */
static void write_texts(struct buf *out, const struct label *const *labels, size_t n, const void *data)
{
	const struct assay_profile *p = data;

	buf_add_str(out, profile_str(p, labels[0]->key));
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i ? STR(" ") : STR(":["));
		buf_add_str(out, profile_str(p, labels[i]->text));
	}
	buf_add_char(out, ']');
}

static bool has_units(const struct label *const *labels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (labels[i]->kind == LABEL_NUMBER_UNIT)
			return true;
	return false;
}

/* bytes:[1024 bytes]; where any number has a unit, one that has none shows its place. */
static void write_numbers(struct buf *out, const struct label *const *labels, size_t n, const void *data)
{
	const struct assay_profile *p = data;
	bool units = has_units(labels, n);

	buf_add_str(out, profile_str(p, labels[0]->key));
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i ? STR(" ") : STR(":["));
		add_signed(out, labels[i]->number, 0);
		if (units)
			buf_add_char(out, ' ');
		if (labels[i]->kind == LABEL_NUMBER_UNIT)
			buf_add_str(out, profile_str(p, labels[i]->text));
	}
	buf_add_char(out, ']');
}

static bool add_labels(struct buf *out, const struct report_ctx *ctx, size_t sample, struct label_entries *e)
{
	const struct label_writer writers[] = {
		[LABELS_TEXTS] = { write_texts, ctx->profile },
		[LABELS_NUMBERS] = { write_numbers, ctx->profile },
	};

	for (int side = LABELS_TEXTS; side <= LABELS_NUMBERS; side++) {
		if (!label_entries_fill(e, ctx->view, sample, (enum label_side)side, &writers[side]))
			return false;
		for (size_t i = 0; i < e->items.n; i++) {
			buf_add_fill(out, ' ', i ? 1 : LABEL_INDENT);
			buf_add_safe(out, e->items.items[i]);
		}
		if (e->items.n)
			buf_add_char(out, '\n');
	}
	return true;
}

/* "          1   10000000: 2 1 " */
static void add_values(struct buf *out, const struct report_ctx *ctx, size_t sample)
{
	const struct view *v = ctx->view;
	const int64_t *values = profile_values(ctx->profile, sample);
	struct stack s = view_stack(v, sample);

	for (size_t i = 0; i < profile_n_types(ctx->profile); i++) {
		buf_add_char(out, ' ');
		add_signed(out, values[i], VALUE_WIDTH);
	}
	buf_add_str(out, STR(": "));
	for (size_t i = 0; i < s.n; i++) {
		if (view_frames(v, stack_at(&s, i)).hidden)
			continue;
		add_number(out, false, v->locations[stack_at(&s, i)].id, 0);
		buf_add_char(out, ' ');
	}
	buf_add_char(out, '\n');
}

static int add_samples(
	struct buf *out, const struct report_ctx *ctx, struct label_entries *labels, struct assay_diag *diag)
{
	for (size_t i = 0; i < ctx->profile->n_samples; i++) {
		int err;

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (!view_has_sample(ctx->view, i))
			continue;
		add_values(out, ctx, i);
		if (!add_labels(out, ctx, i, labels) || out->failed)
			return diag_nomem(diag, "raw");
		err = buf_pass(out, diag);
		if (err)
			return err;
	}
	return 0;
}

/* caller m.c:20:7 s=15(_Z6callerv); with one frame for each location, a column is shown only where it is asked for. */
static void add_frame(struct buf *out, const struct report_ctx *ctx, const struct line *line)
{
	const struct function *f = &ctx->view->functions[line->function];
	bool columns = ctx->columns || !ctx->view->no_inlines;

	add_text(out, ctx, f->name);
	buf_add_char(out, ' ');
	add_text(out, ctx, f->file);
	buf_addf(out, ":%" PRId64 ":%" PRId64 " s=%" PRId64, line->number, columns ? line->column : 0, f->start_line);
	if (f->name != f->system_name) {
		buf_add_char(out, '(');
		add_text(out, ctx, f->system_name);
		buf_add_char(out, ')');
	}
	buf_add_char(out, '\n');
}

static void add_location(struct buf *out, const struct report_ctx *ctx, uint32_t index)
{
	const struct location *l = &ctx->view->locations[index];
	struct frames f = view_frames(ctx->view, index);

	buf_addf(out, "%6" PRIu64 ": 0x%" PRIx64 " ", l->id, l->address);
	if (l->mapping != PROFILE_NONE)
		buf_addf(out, "M=%" PRIu64 " ", ctx->profile->mappings.items[l->mapping].id);
	if (l->folded)
		buf_add_str(out, STR("[F] "));
	if (!f.n)
		buf_add_char(out, '\n');
	for (uint32_t i = 0; i < f.n; i++) {
		if (i)
			buf_add_fill(out, ' ', LINE_INDENT);
		add_frame(out, ctx, &f.lines[i]);
	}
}

static void add_mapping(struct buf *out, const struct report_ctx *ctx, const struct mapping *m)
{
	buf_addf(out, "%" PRIu64 ": 0x%" PRIx64 "/0x%" PRIx64 "/0x%" PRIx64 " ", m->id, m->start, m->limit, m->offset);
	add_text(out, ctx, m->file);
	buf_add_char(out, ' ');
	add_text(out, ctx, m->build_id);
	buf_add_char(out, ' ');
	buf_add_str(out, m->has_functions ? STR("[FN]") : STR(""));
	buf_add_str(out, m->has_filenames ? STR("[FL]") : STR(""));
	buf_add_str(out, m->has_line_numbers ? STR("[LN]") : STR(""));
	buf_add_str(out, m->has_inline_frames && !ctx->view->no_inlines ? STR("[IN]") : STR(""));
	buf_add_char(out, '\n');
}

int raw_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct label_entries labels = LABEL_ENTRIES_INIT;
	int err;

	add_head(out, ctx);
	buf_add_str(out, STR("Samples:\n"));
	add_sample_types(out, ctx);
	err = add_samples(out, ctx, &labels, diag);
	label_entries_release(&labels);
	if (err)
		return err;
	buf_add_str(out, STR("Locations\n"));
	for (size_t i = 0; i < ctx->view->n_locations; i++) {
		add_location(out, ctx, (uint32_t)i);
		err = buf_pass(out, diag);
		if (err)
			return err;
	}
	buf_add_str(out, STR("Mappings\n"));
	for (size_t i = 0; i < ctx->profile->mappings.n; i++)
		add_mapping(out, ctx, &ctx->profile->mappings.items[i]);
	return 0;
}
