/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct assay_diag diag;

static uint32_t intern(struct fixture *f, const char *text, size_t len)
{
	uint32_t id = 0;

	cr_assert_eq(builder_intern(&f->b, (struct str){ text, len }, &id, &diag), 0);
	return id;
}

uint32_t fixture_intern(struct fixture *f, const char *text)
{
	return intern(f, text, strlen(text));
}

static uint32_t add_mapping(struct fixture *f, const char *file, size_t len)
{
	struct assay_profile *p = f->b.profile;
	struct mapping made = { .id = p->mappings.n + 1, .file = intern(f, file, len) };

	for (size_t i = 0; i < p->mappings.n; i++)
		if (p->mappings.items[i].file == made.file)
			return (uint32_t)i;
	cr_assert(vec_push(&p->mappings, made));
	return (uint32_t)p->mappings.n - 1;
}

void fixture_init(struct fixture *f, const char *types)
{
	*f = (struct fixture){ 0 };
	cr_assert_eq(builder_init(&f->b, &diag), 0);
	while (*types) {
		size_t n = strcspn(types, "/"), unit = strcspn(types + n + 1, " ");
		struct value_type t = { intern(f, types, n), intern(f, types + n + 1, unit) };

		cr_assert(vec_push(&f->b.profile->sample_types, t));
		types += n + 1 + unit;
		types += strspn(types, " ");
	}
	add_mapping(f, "prog", 4);
}

static uint32_t add_function(struct fixture *f, uint32_t name, uint32_t file, int64_t start_line)
{
	struct assay_profile *p = f->b.profile;
	struct function made = { .id = p->functions.n + 1, .name = name, .system_name = name, .file = file };

	made.start_line = start_line;
	for (size_t i = 0; i < p->functions.n; i++) {
		const struct function *x = &p->functions.items[i];

		if (x->name == name && x->file == file && x->start_line == start_line)
			return (uint32_t)i;
	}
	cr_assert(vec_push(&p->functions, made));
	return (uint32_t)p->functions.n - 1;
}

/* name@file:line:column#start */
static void add_line(struct fixture *f, const char *frame, size_t len)
{
	struct line line = { 0 };
	uint32_t name, file = 0;
	int64_t start = 0;
	char text[200], *at, *number;

	cr_assert_lt(len, sizeof(text));
	memcpy(text, frame, len);
	text[len] = '\0';
	at = strchr(text, '#');
	if (at) {
		start = strtoll(at + 1, NULL, 10);
		*at = '\0';
	}
	at = strchr(text, '@');
	if (at) {
		*at++ = '\0';
		number = strchr(at, ':');
		if (number) {
			*number++ = '\0';
			line.number = strtoll(number, &number, 10);
			line.column = *number ? strtoll(number + 1, NULL, 10) : 0;
		}
		file = fixture_intern(f, at);
	}
	name = fixture_intern(f, strcmp(text, "-") == 0 ? "" : text);
	line.function = add_function(f, name, file, start);
	cr_assert(vec_push(&f->b.profile->lines, line));
}

/* Lines are innermost first in the profile and outermost first in the word. */
static void add_lines(struct fixture *f, const char *word, size_t len)
{
	while (len) {
		size_t at = len;

		while (at && word[at - 1] != '~')
			at--;
		add_line(f, word + at, len - at);
		len = at ? at - 1 : 0;
	}
}

static uint32_t add_location(struct fixture *f, const char *word, size_t len)
{
	struct assay_profile *p = f->b.profile;
	struct location l = { .id = p->locations.n + 1, .address = 0x1000 + 0x10 * p->locations.n };
	const char *object = memchr(word, '%', len);
	size_t n = object ? (size_t)(object - word) : len;

	for (size_t i = 0; i < p->locations.n; i++)
		if (strlen(f->words[i]) == len && memcmp(f->words[i], word, len) == 0)
			return (uint32_t)i;
	cr_assert_lt(p->locations.n, sizeof(f->words) / sizeof(f->words[0]));
	l.mapping = object ? add_mapping(f, object + 1, len - n - 1) : 0;
	l.first_line = (uint32_t)p->lines.n;
	if (!(n == 1 && *word == '?'))
		add_lines(f, word, n);
	l.n_lines = (uint32_t)p->lines.n - l.first_line;
	f->words[p->locations.n] = strndup(word, len);
	cr_assert(vec_push(&p->locations, l));
	return (uint32_t)p->locations.n - 1;
}

void fixture_label(struct fixture *f, const char *key, const char *text)
{
	struct label l = { .kind = LABEL_TEXT, .text = fixture_intern(f, text) };

	l.key = fixture_intern(f, key) & (STRTAB_MAX - 1);
	cr_assert(vec_push(&f->b.profile->labels, l));
}

void fixture_number(struct fixture *f, const char *key, int64_t number, const char *unit)
{
	struct label l = { .kind = unit ? LABEL_NUMBER_UNIT : LABEL_NUMBER, .number = number };

	l.key = fixture_intern(f, key) & (STRTAB_MAX - 1);
	l.text = unit ? fixture_intern(f, unit) : 0;
	cr_assert(vec_push(&f->b.profile->labels, l));
}

void fixture_sample(struct fixture *f, const char *stack, ...)
{
	struct assay_profile *p = f->b.profile;
	const char *end = stack + strlen(stack);
	va_list ap;

	va_start(ap, stack);
	for (size_t i = 0; i < profile_n_types(p); i++)
		cr_assert(vec_push(&p->values, va_arg(ap, int64_t)));
	va_end(ap);
	while (end > stack) {
		const char *word = end;

		while (word > stack && word[-1] != ' ')
			word--;
		cr_assert(vec_push(&p->stacks, add_location(f, word, (size_t)(end - word))));
		end = word > stack ? word - 1 : word;
	}
	cr_assert_eq(builder_end_sample(&f->b, &diag), 0);
}

static void release_words(struct fixture *f)
{
	for (size_t i = 0; i < sizeof(f->words) / sizeof(f->words[0]); i++)
		free(f->words[i]);
}

const struct assay_profile *fixture_seal(struct fixture *f)
{
	const struct assay_profile *p = NULL;

	cr_assert_eq(profile_seal(&f->b, &p, &diag), 0, "%s", diag.text);
	release_words(f);
	return p;
}

void fixture_release(struct fixture *f)
{
	builder_release(&f->b);
	release_words(f);
}

static void add_word(struct buf *out, const struct assay_profile *p, uint32_t location)
{
	const struct location *l = &p->locations.items[location];

	if (!l->n_lines)
		buf_add_char(out, '?');
	for (uint32_t i = l->n_lines; i-- > 0;) {
		buf_add_str(out, profile_str(p, p->functions.items[p->lines.items[l->first_line + i].function].name));
		if (i)
			buf_add_char(out, '~');
	}
}

char *fixture_stacks(const struct assay_profile *p)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < p->n_samples; i++) {
		for (uint64_t k = p->stack_start.items[i + 1]; k-- > p->stack_start.items[i];) {
			add_word(&out, p, stack_column_at(&p->stacks, k));
			if (k > p->stack_start.items[i])
				buf_add_char(&out, ' ');
		}
		buf_add_char(&out, '\n');
	}
	return buf_detach(&out, NULL);
}

struct view view_of(const struct assay_profile *p)
{
	struct view v;

	cr_assert_eq(view_init(&v, p, &(struct label_frame_options){ .root = { NULL, 0 } }, NULL, &diag), 0);
	return v;
}

int view_make(struct view *v, const struct assay_profile *p, const struct label_frame_options *frames,
	const struct filter_options *o, struct assay_ctx *ctx, struct assay_diag *why)
{
	struct label_units units;
	int err;

	cr_assert_eq(label_units_init(&units, p, NULL, &diag), 0);
	cr_assert_eq(view_init(v, p, frames ? frames : &(struct label_frame_options){ .root = { NULL, 0 } }, ctx, why), 0);
	err = view_filter(v, o, &units, ctx, why);
	if (err)
		view_release(v);
	label_units_release(&units);
	return err;
}

char *view_stacks(const struct view *v)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < v->profile->n_samples; i++) {
		struct stack s = view_stack(v, i);
		bool first = true;

		if (!view_has_sample(v, i))
			continue;
		for (size_t k = s.n; k-- > 0;) {
			struct frames f = view_frames(v, stack_at(&s, k));

			if (f.hidden)
				continue;
			buf_add_str(&out, first ? STR("") : STR(" "));
			first = false;
			if (!f.n)
				buf_add_char(&out, '?');
			for (uint32_t l = f.n; l-- > 0;) {
				buf_add_str(&out, view_str(v, v->functions[f.lines[l].function].name));
				buf_add_str(&out, l ? STR("~") : STR(""));
			}
		}
		buf_add_char(&out, '\n');
	}
	return out.data ? buf_detach(&out, NULL) : strdup("");
}

char *edge_rows(const struct graph *g)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < g->edges.n; i++) {
		const struct edge *e = &g->edges.items[i];

		buf_add_str(&out, g->nodes.items[e->caller].text);
		buf_add_str(&out, STR(" -> "));
		buf_add_str(&out, g->nodes.items[e->callee].text);
		buf_addf(&out, " %" PRId64 "%s%s\n", narrow(edge_weight(e)), e->inlined ? " inline" : "",
			e->residual ? " residual" : "");
	}
	return out.data ? buf_detach(&out, NULL) : strdup("");
}

char *query_rows(const struct assay_profile *p, const struct query *q)
{
	static const char *const texts[] = {
		[INLINE_NONE] = "",
		[INLINE_CALLED] = "",
		[INLINE_ALL] = " inline",
		[INLINE_SOME] = " partial",
	};
	enum inline_mark *marks;
	struct buf out = BUF_INIT;
	struct graph g;
	struct view v;

	cr_assert_eq(view_make(&v, p, &q->frames, &q->view, NULL, &diag), 0, "%s", diag.text);
	cr_assert_eq(graph_build(&g, &v, &q->graph, NULL, &diag), 0, "%s", diag.text);
	cr_assert_eq(graph_trim(&g, &q->trim, &diag), 0);
	cr_assert_eq(graph_mark_inlines(&g, &marks, NULL, &diag), 0);
	for (size_t i = 0; i < g.rows.n; i++) {
		const struct node *n = &g.nodes.items[g.rows.items[i]];

		buf_add_str(&out, n->text);
		buf_addf(&out, " %" PRId64 " %" PRId64 "%s\n", narrow(node_flat(n)), narrow(node_cum(n)),
			texts[marks[g.rows.items[i]]]);
	}
	free(marks);
	graph_release(&g);
	view_release(&v);
	return buf_detach(&out, NULL);
}

static void keep_warning(void *data, const char *text)
{
	struct warnings *w = data;

	buf_addf(&w->text, "%s\n", text);
}

void warnings_init(struct warnings *w)
{
	*w = (struct warnings){ .ctx = { .bytes_left = 1 << 20, .warn = keep_warning, .data = w } };
}

const char *warnings_text(const struct warnings *w)
{
	return buf_str(&w->text).p;
}

void warnings_release(struct warnings *w)
{
	buf_release(&w->text);
}
