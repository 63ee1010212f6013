/* SPDX-License-Identifier: Apache-2.0 */
/* symbols: why are there no names? A line per mapping, and below it what was looked at. */
#include "report/report.h"

static void add_found(struct buf *out, const struct mapping_account *a)
{
	buf_addf(out, "%zu of %zu locations have names", a->n_after, a->n);
	if (a->n_lines)
		buf_addf(out, ", %zu with lines", a->n_lines);
	if (a->n_inlined)
		buf_addf(out, ", %zu with inlined calls", a->n_inlined);
}

static void add_reason(struct buf *out, const char *before, struct str why)
{
	buf_add_str(out, str_of(before));
	buf_add_safe(out, why);
}

/* Why names are missing where there is a binary. */
static void add_gap(struct buf *out, const struct mapping_account *a)
{
	if (a->n_after == a->n)
		return;
	if (a->why.len)
		add_reason(out, ": ", a->why);
	else if (a->flaw.len)
		add_reason(out, ": ", a->flaw);
	else if (!a->has_symbols && !a->has_lines && !a->has_units && !a->has_mini_debug)
		buf_add_str(out, STR(": it is stripped, and its debug information was not found"));
	else
		buf_add_str(out, STR(": nothing in it covers the others"));
}

static void add_state(struct buf *out, const struct mapping_account *a)
{
	switch (a->state) {
	case ACCOUNT_UNUSED:
		buf_add_str(out, STR("no location is in it"));
		return;
	case ACCOUNT_NAMED:
		buf_addf(out, "%zu of %zu locations have names, from the profile", a->n_after, a->n);
		if (a->n_after < a->n)
			buf_add_str(out, STR(", which says that it has all; -symbolize=force looks for more"));
		return;
	case ACCOUNT_LEFT_ALONE:
		buf_addf(out, "%zu of %zu locations have names: there is no binary of that name", a->n_after, a->n);
		return;
	case ACCOUNT_NOT_LOOKED:
		buf_addf(
			out, "%zu of %zu locations have names; -symbolize says not to look for more", a->n_after, a->n);
		return;
	case ACCOUNT_NOT_FOUND:
		add_found(out, a);
		add_reason(out, ": ", a->why);
		return;
	case ACCOUNT_FOUND:
	case ACCOUNT_BY_ADDRESS:
		add_found(out, a);
		add_gap(out, a);
		return;
	}
}

static void add_build_id(struct buf *out, const struct mapping_account *a)
{
	if (!a->wanted.len && !a->found.len)
		return;
	buf_add_str(out, STR("  build id  "));
	buf_add_safe(out, a->wanted.len ? a->wanted : STR("none in the profile"));
	if (!a->path.len)
		buf_add_str(out, STR(", not found"));
	else if (!a->found.len)
		buf_add_str(out, STR(", the file has none"));
	else if (str_equal(a->wanted, a->found))
		buf_add_str(out, STR(", the file has the same"));
	else
		add_reason(out, ", the file has ", a->found);
	buf_add_char(out, '\n');
}

static void add_contents(struct buf *out, const struct mapping_account *a)
{
	const struct {
		bool there;
		const char *what;
	} parts[] = {
		{ a->has_symbols, "symbols" },
		{ a->has_exports && !a->has_symbols, "exported symbols" },
		{ a->has_mini_debug, "compressed symbols" },
		{ a->has_lines, "lines" },
		{ a->has_units, "inlined calls" },
		{ a->is_split && !a->split_missing, "split debug information" },
		{ a->split_missing, "split debug information that was not all found" },
	};
	const char *comma = "";

	buf_add_str(out, STR(": "));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].there)
			continue;
		buf_addf(out, "%s%s", comma, parts[i].what);
		comma = ", ";
	}
	if (!*comma)
		buf_add_str(out, STR("neither symbols nor debug information"));
	if (a->debug_file.len)
		add_reason(out, ", of which debug information from ", a->debug_file);
}

/* The reason names the path, as messages by themselves must; here it stands in front already. */
static struct str without_path(struct str why, struct str path)
{
	static const struct str verbs[] = { { "stat ", 5 }, { "open ", 5 }, { "read ", 5 }, { "", 0 } };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct str rest = why;

		if (!str_starts(rest, verbs[i]))
			continue;
		rest = str_skip(rest, verbs[i].len);
		if (!str_starts(rest, path))
			continue;
		rest = str_skip(rest, path.len);
		if (str_starts(rest, STR(": ")))
			return str_skip(rest, 2);
		if (str_starts(rest, STR(" ")))
			return str_skip(rest, 1);
	}
	return why;
}

static void add_tries(struct buf *out, const struct mapping_account *a)
{
	for (size_t i = 0; i < a->n_tries; i++) {
		const struct account_try *t = &a->tries[i];

		bool is_binary = str_equal(t->path, a->path);

		buf_add_str(out, t->why.len  ? STR("  tried     ")
				 : is_binary ? STR("  used      ")
					     : STR("  opened    "));
		buf_add_safe(out, t->path);
		if (t->why.len)
			add_reason(out, ": ", without_path(t->why, t->path));
		else if (is_binary)
			add_contents(out, a);
		buf_add_char(out, '\n');
	}
	if (a->n_more_tries)
		buf_addf(out, "  tried     %zu more\n", a->n_more_tries);
}

static void add_mapping(struct buf *out, const struct mapping_account *a)
{
	if (a->file.len)
		buf_add_safe(out, a->file);
	else
		buf_add_str(out, STR("<no file>"));
	buf_add_str(out, STR(": "));
	add_state(out, a);
	buf_add_char(out, '\n');
	if (a->state == ACCOUNT_UNUSED)
		return;
	add_build_id(out, a);
	add_tries(out, a);
}

static void add_unmapped(struct buf *out, const struct assay_profile *p)
{
	size_t n = 0, named = 0;

	for (size_t i = 0; i < p->locations.n; i++) {
		n += p->locations.items[i].mapping == PROFILE_NONE;
		named += p->locations.items[i].mapping == PROFILE_NONE && p->locations.items[i].n_lines;
	}
	if (n)
		buf_addf(out, "<no mapping>: %zu of %zu locations have names%s\n", named, n,
			named < n ? ": the profile does not say which binaries they are in" : "");
}

int symbols_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	(void)diag;
	for (size_t i = 0; i < ctx->n_accounts; i++)
		add_mapping(out, &ctx->accounts[i]);
	add_unmapped(out, ctx->profile);
	return 0;
}

static const char *state_name(enum account_state state)
{
	switch (state) {
	case ACCOUNT_UNUSED:
		return "unused";
	case ACCOUNT_NAMED:
		return "named";
	case ACCOUNT_LEFT_ALONE:
		return "no_binary";
	case ACCOUNT_NOT_LOOKED:
		return "not_looked_for";
	case ACCOUNT_NOT_FOUND:
		return "not_found";
	case ACCOUNT_FOUND:
		return "found";
	case ACCOUNT_BY_ADDRESS:
		break;
	}
	return "by_address";
}

static void add_text_or_nothing(struct table *t, struct str text)
{
	if (text.len)
		table_text(t, text);
	else
		table_nothing(t);
}

/* "/bin/app: no such file or directory", or the path alone of a file that was opened; as many as there are. */
static void add_tried(struct table *t, const struct mapping_account *a)
{
	struct buf list = BUF_INIT, line = BUF_INIT;
	struct str all;

	for (size_t i = 0; i < a->n_tries; i++) {
		const struct account_try *try = &a->tries[i];

		buf_reset(&line);
		buf_add_str(&line, try->path);
		if (try->why.len) {
			buf_add_str(&line, STR(": "));
			buf_add_str(&line, without_path(try->why, try->path));
		}
		if (i)
			buf_add_str(&list, table_between(t));
		table_render(t, &list, buf_str(&line));
	}
	all = buf_str(&list);
	table_rendered(t, &all, a->n_tries ? 1 : 0);
	t->failed |= list.failed || line.failed;
	buf_release(&list);
	buf_release(&line);
}

static void add_mapping_row(struct table *t, const struct mapping_account *a)
{
	add_text_or_nothing(t, a->file);
	table_text(t, str_of(state_name(a->state)));
	table_integer(t, (wide)a->n);
	table_integer(t, (wide)a->n_before);
	table_integer(t, (wide)a->n_after);
	table_integer(t, (wide)a->n_lines);
	table_integer(t, (wide)a->n_inlined);
	add_text_or_nothing(t, a->wanted);
	add_text_or_nothing(t, a->path);
	add_text_or_nothing(t, a->found);
	add_text_or_nothing(t, a->debug_file);
	add_text_or_nothing(t, a->why.len ? a->why : a->flaw);
	add_tried(t, a);
	table_integer(t, (wide)a->n_more_tries);
}

static void add_unmapped_row(struct table *t, const struct assay_profile *p)
{
	wide n = 0, named = 0;

	for (size_t i = 0; i < p->locations.n; i++) {
		n += p->locations.items[i].mapping == PROFILE_NONE;
		named += p->locations.items[i].mapping == PROFILE_NONE && p->locations.items[i].n_lines;
	}
	if (!n)
		return;
	table_nothing(t);
	table_text(t, STR("no_mapping"));
	table_integer(t, n);
	table_integer(t, named);
	table_integer(t, named);
	table_nothings(t, 7);
	table_rendered(t, NULL, 0);
	table_integer(t, 0);
}

int symbols_table(const struct report_ctx *ctx, struct table *t, struct assay_diag *diag)
{
	static const struct column columns[] = {
		{ "file", COLUMN_NAME },
		{ "state", COLUMN_WORD },
		{ "locations", COLUMN_NUMBER },
		{ "named_before", COLUMN_NUMBER },
		{ "named", COLUMN_NUMBER },
		{ "with_lines", COLUMN_NUMBER },
		{ "with_inlined", COLUMN_NUMBER },
		{ "build_id", COLUMN_NAME },
		{ "used", COLUMN_NAME },
		{ "used_build_id", COLUMN_NAME },
		{ "debug_file", COLUMN_NAME },
		{ "problem", COLUMN_NAME },
		{ "tried", COLUMN_NAME },
		{ "tries_left_out", COLUMN_NUMBER },
	};

	(void)diag;
	table_columns(t, columns, sizeof(columns) / sizeof(columns[0]), NULL);
	for (size_t i = 0; i < ctx->n_accounts; i++)
		add_mapping_row(t, &ctx->accounts[i]);
	add_unmapped_row(t, ctx->profile);
	return 0;
}
