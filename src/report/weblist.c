/* SPDX-License-Identifier: Apache-2.0 */
#include "report/weblist.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/path.h"
#include "base/utf8.h"
#include "report/header.h"
#include "weblist_page.h"

/*
 * The source of matching functions with what was spent in each line, and under each line the instructions that it was
 * made into, with what was spent in those. A function that was inlined is shown where it stands in the source, with the
 * instructions of all places that it was inlined into.
 *
 * The page (weblist.html) has the style and the script; what is put into it is text that HTML has nothing to say to.
 */

#define VALUE_WIDTH 10

/* Lines of one function that are no further apart than this are shown as one piece. */
#define MERGE_LINES 20

/* Lines around those with instructions. */
#define MARGIN 5

/* Instructions are indented by this much more than their source line, and so again for each inlined call. */
#define INDENT 4

/* What stands behind a text starts in this column at the least. */
#define TEXT_WIDTH 80

#define PAGE_MAX ((size_t)256 << 20)

struct source {
	bool tried;
	struct source_text text;
};

/* A piece of a file: entries from .. to - 1, and lines begin .. end - 1. */
struct piece {
	uint32_t name;
	wide begin, end;
	size_t from, to;
	wide flat, cum;
};

struct page {
	struct weblist *w;
	struct buf *out;
	struct source *sources; /* by text */
	VEC(struct piece) pieces;
	struct buf cell, safe;
};

int weblist_intern(struct weblist *w, struct str text, uint32_t *id)
{
	if (strtab_intern(&w->texts, text, id))
		return ASSAY_ERR_NOMEM;
	while (w->facts.n <= *id)
		if (!vec_push(&w->facts, ((struct weblist_text){ .interesting = false })))
			return ASSAY_ERR_NOMEM;
	return 0;
}

static void add_html(struct buf *out, struct str s)
{
	static const struct {
		char c;
		const char *text;
	} escapes[] = {
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '&', "&amp;" },
		{ '"', "&#34;" },
		{ '\'', "&#39;" },
		{ '+', "&#43;" },
	};

	for (size_t i = 0, k; i < s.len; i++) {
		for (k = 0; k < sizeof(escapes) / sizeof(escapes[0]) && escapes[k].c != s.p[i];)
			k++;
		if (k < sizeof(escapes) / sizeof(escapes[0]))
			buf_add_str(out, str_of(escapes[k].text));
		else
			buf_add_char(out, s.p[i]);
	}
}

static void add_text(struct page *p, struct str s)
{
	buf_reset(&p->safe);
	buf_add_safe(&p->safe, s);
	add_html(p->out, buf_str(&p->safe));
	p->out->failed |= p->safe.failed;
}

static void add_source_line(struct page *p, struct str line)
{
	buf_reset(&p->safe);
	buf_add_safe_line(&p->safe, line);
	add_html(p->out, buf_str(&p->safe));
	p->out->failed |= p->safe.failed;
}

static void add_value(struct page *p, wide value, bool dot)
{
	buf_reset(&p->cell);
	if (dot)
		values_add_cell(&p->cell, &p->w->values, value, VALUE_WIDTH);
	else
		values_add_right(&p->cell, &p->w->values, value, VALUE_WIDTH);
	add_html(p->out, buf_str(&p->cell));
	p->out->failed |= p->cell.failed;
}

static struct str text_of(const struct page *p, uint32_t id)
{
	return strtab_get(&p->w->texts, id);
}

/* The line of a file; false when there is none. */
static int find_line(struct page *p, uint32_t file, wide number, struct str *line, bool *found, struct assay_diag *diag)
{
	const struct report_ctx *ctx = p->w->ctx;
	struct source *s = &p->sources[file];

	/* "." is the clean form of no path at all. */
	s->tried |= str_equal(text_of(p, file), STR(".")) || !text_of(p, file).len;
	if (!s->tried) {
		struct assay_diag why;
		int err = ctx->read_source(ctx->source_data, text_of(p, file), &s->text, &why);

		if (err == ASSAY_ERR_NOMEM)
			return diag_nomem(diag, "a source file");
		if (err)
			s->text.n = 0;
		s->tried = true;
	}
	*found = number >= 1 && number <= (wide)s->text.n;
	*line = *found ? s->text.lines[(size_t)number - 1] : STR("");
	return 0;
}

static int compare_entries(const void *x, const void *y, void *data)
{
	const struct weblist_entry *a = x, *b = y;
	int c = 0;

	if (a->file != b->file)
		c = str_compare(strtab_get(data, a->file), strtab_get(data, b->file));
	if (!c)
		c = (a->line > b->line) - (a->line < b->line);
	/* They were made in the order of the code. */
	if (!c)
		c = (a->instruction > b->instruction) - (a->instruction < b->instruction);
	return c ? c : (a->frame > b->frame) - (a->frame < b->frame);
}

static const struct weblist_instruction *instruction_of(const struct page *p, const struct weblist_entry *e)
{
	return &p->w->instructions.items[e->instruction];
}

static const struct weblist_frame *frame_of(const struct page *p, const struct weblist_entry *e, uint32_t place)
{
	return &p->w->frames.items[instruction_of(p, e)->first_frame + place];
}

/* As the profile calls the function; the binary may know it by another name. */
static uint32_t name_of(const struct page *p, const struct weblist_entry *e)
{
	return frame_of(p, e, e->frame)->name;
}

static struct str shown_name(const struct page *p, uint32_t name)
{
	struct str pretty = p->w->facts.items[name].pretty;

	return pretty.p ? pretty : text_of(p, name);
}

/* Entries of one line, the first of which says whose line it is. */
static struct piece piece_of_line(const struct page *p, size_t from, size_t end)
{
	const struct weblist_entry *first = &p->w->entries.items[from];
	struct piece made = { .name = name_of(p, first), .begin = first->line, .from = from, .to = from };

	made.end = made.begin + 1;
	for (; made.to < end && p->w->entries.items[made.to].line == first->line; made.to++) {
		const struct weblist_instruction *i = instruction_of(p, &p->w->entries.items[made.to]);

		made.flat += i->flat;
		made.cum += i->cum;
	}
	return made;
}

static bool merges(const struct page *p, const struct piece *last, const struct piece *next)
{
	return next->begin - last->end < MERGE_LINES && str_equal(shown_name(p, last->name), shown_name(p, next->name));
}

/* Pieces of a file grow into the lines around them, and share those between two. */
static void expand(struct page *p)
{
	for (size_t i = 0; i < p->pieces.n; i++) {
		struct piece *piece = &p->pieces.items[i];

		if (!i) {
			/* Line 0 stands for those that are not known. */
			if (piece->begin > MARGIN)
				piece->begin -= MARGIN;
			else if (piece->begin > 1)
				piece->begin = 1;
		} else {
			wide half = (piece->begin - piece[-1].end) / 2;

			if (half > MARGIN)
				half = MARGIN;
			piece[-1].end += half;
			piece->begin -= half;
		}
	}
	if (p->pieces.n)
		p->pieces.items[p->pieces.n - 1].end += MARGIN;
}

static int make_pieces(struct page *p, size_t from, size_t to, struct assay_diag *diag)
{
	p->pieces.n = 0;
	while (from < to) {
		struct piece line = piece_of_line(p, from, to);
		struct piece *last = p->pieces.n ? &p->pieces.items[p->pieces.n - 1] : NULL;

		from = line.to;
		if (last && merges(p, last, &line)) {
			last->end = line.end;
			last->to = line.to;
			last->flat += line.flat;
			last->cum += line.cum;
		} else if (!vec_push(&p->pieces, line)) {
			return diag_nomem(diag, "source lines");
		}
	}
	expand(p);
	return 0;
}

static size_t indentation(struct str line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		column = line.p[i] == ' ' ? column + 1 : (column | 7) + 1;
	return column;
}

/* The text behind blanks, its tabs turned into blanks, and blanks up to where the next column starts. */
static void add_padded(struct page *p, size_t indent, struct str text)
{
	size_t column = indent;

	buf_reset(&p->safe);
	buf_add_safe_line(&p->safe, text);
	buf_reset(&p->cell);
	buf_add_fill(&p->cell, ' ', indent);
	for (struct str s = buf_str(&p->safe); s.len;) {
		uint32_t c;
		size_t n = utf8_decode(s, &c), next = column + 1;

		n = n ? n : 1;
		if (*s.p == '\t') {
			next = (column | 7) + 1;
			buf_add_fill(&p->cell, ' ', next - column);
		} else {
			buf_add(&p->cell, s.p, n);
		}
		column = next;
		s = str_skip(s, n);
	}
	if (column < TEXT_WIDTH)
		buf_add_fill(&p->cell, ' ', TEXT_WIDTH - column);
	add_html(p->out, buf_str(&p->cell));
	p->out->failed |= p->safe.failed || p->cell.failed;
}

static void add_position(struct page *p, uint32_t file, int64_t line)
{
	buf_add_str(p->out, STR("<span class=unimportant>"));
	add_text(p, path_base(text_of(p, file)));
	buf_addf(p->out, ":%" PRId64 "</span>\n", line);
}

static struct str trim_blanks(struct str s)
{
	while (s.len && strchr(" \t\r\v\f", *s.p) && *s.p)
		s = str_skip(s, 1);
	while (s.len && strchr(" \t\r\v\f", s.p[s.len - 1]) && s.p[s.len - 1])
		s.len--;
	return s;
}

static int add_call(struct page *p, const struct weblist_frame *call, size_t indent, struct assay_diag *diag)
{
	struct str line;
	bool found;
	int err = find_line(p, call->file, call->line, &line, &found, diag);

	if (err)
		return err;
	/* A column of blanks under the line number, the values and the address. */
	buf_add_fill(p->out, ' ', 42);
	buf_add_str(p->out, STR("<span class=inlinesrc>"));
	add_padded(p, indent, trim_blanks(line));
	buf_add_str(p->out, STR("</span> "));
	add_position(p, call->file, call->line);
	return 0;
}

/* Call number i of those inlined into the line of an entry, outermost first. */
static const struct weblist_frame *call_of(const struct page *p, const struct weblist_entry *e, uint32_t i)
{
	return frame_of(p, e, e->frame - 1 - i);
}

static bool same_call(const struct weblist_frame *a, const struct weblist_frame *b)
{
	return a->file == b->file && a->line == b->line;
}

/* Calls that the instruction before was in as well are not shown again. */
static int add_calls(struct page *p, const struct weblist_entry *e, const struct weblist_entry *previous, size_t indent,
	struct assay_diag *diag)
{
	uint32_t same = 0;
	int err = 0;

	if (previous)
		while (same < e->frame && same < previous->frame &&
			same_call(call_of(p, e, same), call_of(p, previous, same)))
			same++;
	for (uint32_t i = same; !err && i < e->frame; i++) {
		err = add_call(p, call_of(p, e, i), indent + INDENT * i, diag);
		if (!err && p->out->len > PAGE_MAX)
			break;
	}
	return err;
}

static void add_instruction(struct page *p, const struct weblist_entry *e, size_t indent)
{
	const struct weblist_instruction *i = instruction_of(p, e);

	buf_add_fill(p->out, ' ', 10);
	add_value(p, i->flat, true);
	buf_add_char(p->out, ' ');
	add_value(p, i->cum, true);
	buf_addf(p->out, " %8" PRIx64 ": ", i->object_address);
	add_padded(p, indent + INDENT * (size_t)e->frame, i->text);
	buf_add_char(p->out, ' ');
	if (text_of(p, i->file).len)
		add_position(p, i->file, i->line);
	else
		buf_add_str(p->out, STR("<span class=unimportant></span>\n"));
}

static int add_instructions(struct page *p, size_t from, size_t to, struct str line, struct assay_diag *diag)
{
	const struct weblist_entry *entries = p->w->entries.items;
	size_t indent = indentation(line) + INDENT;
	int err = 0;

	buf_add_str(p->out, STR("<span class=asm>"));
	for (size_t i = from; !err && i < to && p->out->len <= PAGE_MAX; i++) {
		const struct weblist_entry *previous = i > from ? &entries[i - 1] : NULL;
		const struct weblist_instruction *x = instruction_of(p, &entries[i]);

		if (previous &&
			x->address != instruction_of(p, previous)->address + instruction_of(p, previous)->length)
			buf_addf(p->out, " %8s %*s%s\n", "", 27, "", "⋮");
		err = add_calls(p, &entries[i], previous, indent, diag);
		if (x->text.len)
			add_instruction(p, &entries[i], indent);
	}
	buf_add_str(p->out, STR("</span>"));
	return err;
}

static const char *class_of(const struct page *p, size_t from, size_t to)
{
	if (from == to)
		return "nop";
	for (size_t i = from; i < to; i++) {
		const struct weblist_entry *e = &p->w->entries.items[i];

		if (e->frame || instruction_of(p, e)->text.len)
			return "livesrc";
	}
	return "deadsrc";
}

static int add_line(struct page *p, uint32_t file, wide number, size_t from, size_t to, struct assay_diag *diag)
{
	const char *class = class_of(p, from, to);
	wide flat = 0, cum = 0;
	struct str line;
	bool found;
	int err = find_line(p, file, number, &line, &found, diag);

	if (err || (!found && from == to))
		return err;
	if (!found)
		line = number == 0 ? STR("<instructions with unknown line numbers>") : STR("???");
	for (size_t i = from; i < to; i++) {
		flat += instruction_of(p, &p->w->entries.items[i])->flat;
		cum += instruction_of(p, &p->w->entries.items[i])->cum;
	}
	buf_addf(p->out, "<span class=line> %6" PRId64 "</span> <span class=%s>  ", narrow(number), class);
	add_value(p, flat, true);
	buf_add_char(p->out, ' ');
	add_value(p, cum, true);
	buf_add_fill(p->out, ' ', 11);
	add_source_line(p, line);
	buf_add_str(p->out, STR(" </span>"));
	if (*class == 'l')
		err = add_instructions(p, from, to, line, diag);
	buf_add_char(p->out, '\n');
	return err;
}

static void add_heading(struct page *p, const struct piece *piece, uint32_t file)
{
	buf_add_str(p->out, STR("<h2>"));
	add_text(p, shown_name(p, piece->name));
	buf_add_str(p->out, STR("</h2><p class=\"filename\">"));
	add_text(p, text_of(p, file));
	buf_add_str(p->out, STR("</p>\n<pre onClick=\"pprof_toggle_asm(event)\">\n  Total:  "));
	add_value(p, piece->flat, false);
	buf_add_char(p->out, ' ');
	add_value(p, piece->cum, false);
	buf_add_str(p->out, STR(" (flat, cum) "));
	values_add_percent(p->out, piece->cum, p->w->values.total);
	buf_add_char(p->out, '\n');
}

static int add_piece(struct page *p, const struct piece *piece, uint32_t file, struct assay_diag *diag)
{
	size_t from = piece->from, to;
	int err = 0;

	add_heading(p, piece, file);
	for (wide line = piece->begin; !err && line < piece->end; line++) {
		for (to = from; to < piece->to && p->w->entries.items[to].line == line;)
			to++;
		err = add_line(p, file, line, from, to, diag);
		from = to;
		if (!err && p->out->len > PAGE_MAX)
			err = diag_set(
				diag, ASSAY_ERR_TOO_BIG, "the page is larger than 256 MiB; match fewer functions");
	}
	buf_add_str(p->out, STR("</pre>\n"));
	return err;
}

static int add_file(struct page *p, size_t from, size_t to, struct assay_diag *diag)
{
	int err = make_pieces(p, from, to, diag);

	for (size_t i = 0; !err && i < p->pieces.n; i++) {
		if (ctx_canceled(p->w->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (p->pieces.items[i].cum)
			err = add_piece(p, &p->pieces.items[i], p->w->entries.items[from].file, diag);
	}
	return err;
}

static int add_files(struct page *p, struct assay_diag *diag)
{
	struct weblist *w = p->w;
	size_t from = 0, to;
	int err = 0;

	if (w->entries.n)
		qsort_r(w->entries.items, w->entries.n, sizeof(*w->entries.items), compare_entries, &w->texts);
	for (; !err && from < w->entries.n; from = to) {
		for (to = from; to < w->entries.n && w->entries.items[to].file == w->entries.items[from].file;)
			to++;
		err = add_file(p, from, to, diag);
	}
	return err;
}

/* Lines of text with breaks between them; the last is the total. */
static void add_legend(struct page *p)
{
	struct buf b = BUF_INIT;
	struct str rest;
	bool first = true;

	header_add_labels(&b, p->w->ctx, &p->w->values);
	for (rest = buf_str(&b); rest.len; first = false) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) : rest.len;

		if (!first)
			buf_add_str(p->out, STR("<br>\n"));
		add_html(p->out, (struct str){ rest.p, len });
		rest = str_skip(rest, len + (end != NULL));
	}
	buf_reset(&p->cell);
	buf_add_str(p->out, STR("<br>Total: "));
	values_add(&p->cell, &p->w->values, p->w->values.total);
	add_html(p->out, buf_str(&p->cell));
	p->out->failed |= b.failed || p->cell.failed;
	buf_release(&b);
}

/* sample cpu */
static void add_title(struct page *p)
{
	const struct report_ctx *ctx = p->w->ctx;
	const struct assay_profile *profile = ctx->profile;
	uint32_t file = profile->mappings.n ? profile->mappings.items[0].file : 0;

	add_text(p, file ? path_base(profile_str(profile, file)) : STR("unknown"));
	buf_add_str(p->out, ctx->mean ? STR(" mean_") : STR(" "));
	add_text(p, profile_str(profile, profile->sample_types.items[ctx->column].type));
}

/* Adds the page up to a mark, and leaves what stands behind it. */
static void add_up_to(struct page *p, struct str *page, const char *mark)
{
	const char *at = memmem(page->p, page->len, mark, strlen(mark));

	buf_add(p->out, page->p, (size_t)(at - page->p));
	*page = str_skip(*page, (size_t)(at - page->p) + strlen(mark));
}

static int add_page(struct page *p, struct assay_diag *diag)
{
	struct str page = { (const char *)weblist_page, sizeof(weblist_page) };
	int err;

	p->sources = calloc(p->w->texts.strings.n + 1, sizeof(*p->sources));
	if (!p->sources)
		return diag_nomem(diag, "source files");
	add_up_to(p, &page, "@TITLE@");
	add_title(p);
	add_up_to(p, &page, "@LEGEND@");
	add_legend(p);
	add_up_to(p, &page, "@FILES@");
	err = add_files(p, diag);
	buf_add_str(p->out, page);
	return err;
}

int weblist_run(const struct report_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct weblist w = { .ctx = ctx };
	struct page p = { .w = &w, .out = out };
	uint32_t empty;
	int err = strtab_init(&w.texts);

	if (err)
		return diag_nomem(diag, "the listing");
	values_init(&w.values, ctx);
	err = weblist_intern(&w, STR(""), &empty) ? diag_nomem(diag, "names") : weblist_find_sites(&w, diag);
	if (!err && !w.any_interest)
		err = diag_set(diag, ASSAY_ERR_NO_MATCH, "no matches found for regexp: %s", ctx->argument);
	if (!err)
		err = weblist_find_code(&w, diag);
	if (!err)
		err = add_page(&p, diag);
	free(p.sources);
	vec_release(&p.pieces);
	buf_release(&p.cell);
	buf_release(&p.safe);
	strtab_release(&w.texts);
	vec_release(&w.facts);
	vec_release(&w.sites);
	vec_release(&w.frames);
	vec_release(&w.instructions);
	vec_release(&w.entries);
	arena_release(&w.arena);
	return err;
}
