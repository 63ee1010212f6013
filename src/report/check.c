/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "report/report.h"
#include "report/values.h"

#define VALUE_WIDTH 10
#define LIMIT_WIDTH 9

static const char *kind_text(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_HOLDS:
		break;
	case VERDICT_BROKEN:
		return "BROKEN";
	case VERDICT_NOISE:
		return "~";
	case VERDICT_SMALL:
		return "small";
	}
	return "ok";
}

static void add_right(struct buf *out, size_t width, struct buf *text)
{
	if (text->len < width)
		buf_add_fill(out, ' ', width - text->len);
	buf_add_str(out, buf_str(text));
	out->failed |= text->failed;
	buf_reset(text);
}

static void add_growth(struct buf *out, const struct verdict *v)
{
	double delta = (double)(v->value - v->old);

	if (!v->old)
		buf_addf(out, "%*s", LIMIT_WIDTH, v->value ? "new" : "0%");
	else
		buf_addf(out, "%+*.2f%%", LIMIT_WIDTH - 1, delta / fabs((double)v->old) * 100);
}

/* "BROKEN   1.95s   2.24s  +14.87%  main.hot", without the old value and the growth where the rule is of one side. */
static void add_verdict(struct buf *out, const struct report_ctx *ctx, const struct values *v, const struct rule *rule,
	const struct verdict *verdict)
{
	const struct comparison *c = ctx->comparison->joined;
	struct buf text = BUF_INIT;

	buf_addf(out, "  %-6s ", kind_text(verdict->kind));
	if (rule->growth) {
		values_add(&text, v, verdict->old);
		add_right(out, VALUE_WIDTH, &text);
		buf_add_char(out, ' ');
	}
	values_add(&text, v, verdict->value);
	add_right(out, VALUE_WIDTH, &text);
	buf_add_char(out, ' ');
	if (rule->growth) {
		add_growth(out, verdict);
	} else {
		values_add_percent(&text, verdict->value, v->total);
		add_right(out, LIMIT_WIDTH, &text);
	}
	if (verdict->p < 1)
		buf_addf(out, "  p=%.3f", verdict->p);
	buf_add_str(out, STR("  "));
	if (verdict->row != UINT32_MAX)
		buf_add_safe(out, comparison_str(c, c->rows.items[verdict->row].names[SIDE_NEW]));
	else
		buf_add_str(out, rule->kind == RULE_TOTAL ? STR("total") : STR("all that match"));
	buf_add_char(out, '\n');
	buf_release(&text);
}

/* Functions that hold are counted, not listed: a rule of growth has one verdict for each. */
static void add_rule(struct buf *out, const struct report_ctx *ctx, const struct values *v, uint32_t index)
{
	const struct rules *rules = ctx->comparison->rules;
	const struct rule *rule = &rules->items.items[index];
	size_t n = 0, n_quiet = 0;

	buf_add_safe(out, str_of(rule->text));
	buf_add_char(out, '\n');
	for (size_t i = 0; i < rules->verdicts.n; i++) {
		const struct verdict *verdict = &rules->verdicts.items[i];

		if (verdict->rule != index)
			continue;
		n++;
		if (verdict->row != UINT32_MAX && (verdict->kind == VERDICT_HOLDS || verdict->kind == VERDICT_SMALL))
			n_quiet++;
		else
			add_verdict(out, ctx, v, rule, verdict);
	}
	if (!n)
		buf_add_str(out, STR("  ok     matches no function\n"));
	if (n_quiet)
		buf_addf(out, "  ok     %zu function%s within the limit\n", n_quiet, n_quiet == 1 ? "" : "s");
}

static wide least_value(const struct rules *r)
{
	wide least = 0;

	for (size_t i = 0; i < r->verdicts.n; i++) {
		wide v = wide_abs(r->verdicts.items[i].value);

		if (v && r->verdicts.items[i].kind != VERDICT_HOLDS && (!least || v < least))
			least = v;
	}
	return least;
}

static void add_side(struct buf *out, const struct report_ctx *ctx, const struct values *v, enum side side)
{
	const struct report_comparison *rc = ctx->comparison;

	if (!rc->joined->n_runs[side])
		return;
	if (rc->joined->n_runs[SIDE_OLD])
		buf_add_str(out, side == SIDE_OLD ? STR("Old: ") : STR("New: "));
	else
		buf_add_str(out, STR("Profile: "));
	buf_add_safe(out, rc->names[side]);
	buf_add_str(out, STR(", total "));
	values_add(out, v, comparison_total(rc->joined, side).flat);
	buf_add_char(out, '\n');
}

static struct values values_of(const struct report_ctx *ctx)
{
	const struct comparison *c = ctx->comparison->joined;
	struct values v = {
		.sample_unit = comparison_str(c, c->unit),
		.output_unit = ctx->options->unit,
		.ratio = 1 / ctx->options->divide_by,
		.total = comparison_total(c, SIDE_NEW).flat,
	};

	values_select_unit_for(&v, least_value(ctx->comparison->rules));
	return v;
}

static size_t count(const struct rules *r, enum verdict_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->verdicts.n; i++)
		n += r->verdicts.items[i].kind == kind;
	return n;
}

int check_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	const struct report_comparison *rc = ctx->comparison;
	const struct comparison *c = rc->joined;
	struct values v = values_of(ctx);
	size_t n_broken = count(rc->rules, VERDICT_BROKEN);

	(void)diag;
	buf_add_str(out, STR("Type: "));
	buf_add_safe(out, comparison_str(c, c->type));
	buf_add_char(out, '\n');
	add_side(out, ctx, &v, SIDE_OLD);
	add_side(out, ctx, &v, SIDE_NEW);
	if (rc->noise->method == NOISE_RUNS && rc->noise->runs_needed)
		buf_addf(out, "Too few runs to tell a single change from noise: %zu of each side would do\n",
			rc->noise->runs_needed);
	for (uint32_t i = 0; i < rc->rules->items.n; i++)
		add_rule(out, ctx, &v, i);
	if (n_broken)
		buf_addf(out, "%zu of %zu verdict%s broken\n", n_broken, rc->rules->verdicts.n,
			rc->rules->verdicts.n == 1 ? "" : "s");
	else
		buf_addf(out, "All rules hold (%zu verdict%s)\n", rc->rules->verdicts.n,
			rc->rules->verdicts.n == 1 ? "" : "s");
	return 0;
}

static const char *kind_name(enum verdict_kind kind)
{
	static const char *const names[] = { "holds", "broken", "noise", "small" };

	return names[kind];
}

static void add_verdict_row(struct table *t, const struct report_comparison *rc, const struct verdict *v)
{
	const struct rule *rule = &rc->rules->items.items[v->rule];

	table_text(t, str_of(rule->text));
	table_text(t, str_of(kind_name(v->kind)));
	if (v->row != UINT32_MAX)
		table_text(t, comparison_str(rc->joined, rc->joined->rows.items[v->row].names[SIDE_NEW]));
	else
		table_nothing(t);
	if (rule->growth)
		table_integer(t, v->old);
	else
		table_nothing(t);
	table_integer(t, v->value);
	table_real(t, v->limit);
	table_text(t, rule->growth && rule->percent ? STR("%") : comparison_str(rc->joined, rc->joined->unit));
	table_real(t, v->p);
}

int check_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	static const struct column columns[] = {
		{ "rule", COLUMN_NAME },
		{ "verdict", COLUMN_WORD },
		{ "function", COLUMN_NAME },
		{ "old", COLUMN_VALUE },
		{ "value", COLUMN_VALUE },
		{ "limit", COLUMN_EXACT },
		{ "limit_unit", COLUMN_EXACT },
		{ "p", COLUMN_NUMBER },
	};
	struct values v = values_of(ctx);
	const struct report_comparison *rc = ctx->comparison;
	const struct comparison *c = rc->joined;

	(void)diag;
	table_field_text(t, "type", comparison_str(c, c->type));
	table_field_text(t, "unit", comparison_str(c, c->unit));
	if (c->n_runs[SIDE_OLD])
		table_field_integer(t, "old_total", comparison_total(c, SIDE_OLD).flat);
	table_field_integer(t, "total", comparison_total(c, SIDE_NEW).flat);
	table_field_integer(t, "broken", count(rc->rules, VERDICT_BROKEN));
	table_columns(t, columns, sizeof(columns) / sizeof(columns[0]), &v);
	for (size_t i = 0; i < rc->rules->verdicts.n; i++)
		add_verdict_row(t, rc, &rc->rules->verdicts.items[i]);
	return 0;
}
