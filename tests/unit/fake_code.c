/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_code.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/regex.h"

static struct fake_object *of(const struct code_object *o)
{
	return (struct fake_object *)((char *)o - offsetof(struct fake_object, object));
}

static struct fake_object *find(struct fake_code *f, uint32_t mapping)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->objects[i].mapping == mapping)
			return &f->objects[i];
	return NULL;
}

static int fake_open(
	void *data, uint32_t mapping, uint64_t address, const struct code_object **object, struct assay_diag *diag)
{
	struct fake_code *f = data;
	struct fake_object *o = find(f, mapping);

	(void)address;
	f->n_opened++;
	if (!o)
		return diag_set(diag, ASSAY_ERR_IO, "open mapping %u: no such file or directory", mapping);
	if (o->error)
		return diag_set(diag, ASSAY_ERR_FORMAT, "%s", o->error);
	*object = &o->object;
	return 0;
}

static const struct code_object *fake_known(void *data, uint32_t mapping)
{
	struct fake_object *o = find(data, mapping);

	return o && o->is_known ? &o->object : NULL;
}

static int fake_symbols(void *data, const struct code_object *object, const struct code_symbol **symbols, size_t *n,
	struct assay_diag *diag)
{
	(void)data;
	(void)diag;
	*symbols = of(object)->symbols;
	*n = of(object)->n_symbols;
	return 0;
}

/* _Zname is name<int>(int) in full. */
static bool fake_demangle(void *data, struct str name, enum code_name_form form, struct buf *out)
{
	static const char *const ends[] = { "<int>(int)", "<int>", "" };

	(void)data;
	if (!str_starts(name, STR("_Z")))
		return false;
	buf_add_str(out, str_skip(name, 2));
	buf_add_str(out, str_of(ends[form]));
	return true;
}

static int fake_instructions(void *data, const struct code_object *object, uint64_t from, uint64_t to,
	const struct code_instruction **list, size_t *n, struct assay_diag *diag)
{
	struct fake_code *f = data;
	const struct fake_object *o = of(object);
	size_t first = 0, end;

	if (o->instructions_error)
		return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "%s", o->instructions_error);
	if (to - from > CODE_RANGE_MAX)
		to = from + CODE_RANGE_MAX;
	while (first < o->n_instructions && o->instructions[first].address < from)
		first++;
	for (end = first; end < o->n_instructions && o->instructions[end].address < to;)
		end++;
	/* A copy, so that whoever keeps it longer than allowed is found out. */
	free(f->list);
	f->list = calloc(end - first + 1, sizeof(*f->list));
	cr_assert_not_null(f->list);
	if (end > first)
		memcpy(f->list, o->instructions + first, (end - first) * sizeof(*f->list));
	*list = f->list;
	*n = end - first;
	return 0;
}

static int fake_source_md5(void *data, const struct code_object *object, uint64_t address, struct str file,
	uint8_t md5[16], bool *found, struct assay_diag *diag)
{
	const struct fake_object *o = of(object);

	(void)data;
	(void)address;
	(void)diag;
	*found = o->md5_file && str_equal(file, str_of(o->md5_file));
	if (*found)
		memcpy(md5, o->md5, sizeof(o->md5));
	return 0;
}

void fake_code_init(struct fake_code *f, struct fake_object *objects, size_t n)
{
	*f = (struct fake_code){
		.code = {
			.open = fake_open,
			.known = fake_known,
			.symbols = fake_symbols,
			.demangle = fake_demangle,
			.instructions = fake_instructions,
			.source_md5 = fake_source_md5,
			.data = f,
		},
		.objects = objects,
		.n = n,
	};
}

void fake_code_release(struct fake_code *f)
{
	free(f->list);
	f->list = NULL;
}

void fixture_locate(struct fixture *f, const char *word, uint64_t address)
{
	struct assay_profile *p = f->b.profile;

	for (size_t i = 0; i < p->locations.n; i++)
		if (strcmp(f->words[i], word) == 0) {
			p->locations.items[i].address = address;
			return;
		}
	cr_assert_fail("no location %s", word);
}

/* Lines of the sources, which live until the next report. */
static struct arena text_arena;

static int read_fake(void *data, struct str path, struct source_text *text, struct assay_diag *diag)
{
	const struct fake_source *s = data;
	VEC(struct str) lines = { 0 };
	const char *at;

	while (s && s->path && !str_equal(str_of(s->path), path))
		s++;
	if (!s || !s->path)
		return diag_set(diag, ASSAY_ERR_IO, "open %.*s: no such file or directory", (int)path.len, path.p);
	for (at = s->text; *at;) {
		size_t n = strcspn(at, "\n");

		cr_assert(vec_push(&lines, ((struct str){ at, n })));
		at += n + (at[n] == '\n');
	}
	*text = (struct source_text){ .n = lines.n, .bytes = str_of(s->text), .path = path, .modified = s->modified };
	text->lines =
		(const struct str *)arena_copy(&text_arena, (const char *)lines.items, lines.n * sizeof(*lines.items));
	vec_release(&lines);
	return 0;
}

static int run(const struct report *report, struct report_ctx *ctx, const struct graph_options *options,
	struct buf *out, struct assay_diag *diag)
{
	struct graph g;
	int err;

	if (!(report->flags & REPORT_NEEDS_GRAPH))
		return report->run(ctx, out, diag);
	cr_assert_eq(graph_build(&g, ctx->view, options, ctx->ctx, diag), 0);
	cr_assert_eq(graph_trim(&g, &ctx->options->trim, diag), 0);
	ctx->graph = &g;
	err = report->run(ctx, out, diag);
	graph_release(&g);
	return err;
}

char *code_report_text(const struct assay_profile *p, const struct code_report *r)
{
	const struct report *report = report_find(r->report);
	struct filter_options filters = { .no_inlines = report->flags & REPORT_NO_INLINES };
	struct report_options options = { .unit = STR("minimum"), .divide_by = r->divide_by != 0 ? r->divide_by : 1 };
	struct graph_options graph = { .split_objects = true, .mean = r->mean, .column = r->mean };
	struct regex_budget budget = { REGEX_QUERY_STEPS };
	struct view v, all = view_of(p);
	struct buf out = BUF_INIT;
	struct assay_diag diag;
	struct regex *pattern;

	graph.granularity = report->flags & REPORT_BY_ADDRESS ? GRANULARITY_ADDRESSES : GRANULARITY_LINES;
	cr_assert_eq(regex_compile(&pattern, r->argument, strlen(r->argument), NULL), 0);
	cr_assert_eq(view_make(&v, p, NULL, &filters, NULL, &diag), 0);
	struct report_ctx ctx = {
		.profile = p,
		.view = &v,
		.options = &options,
		.ctx = r->warnings ? &r->warnings->ctx : NULL,
		.column = graph.column,
		.mean = r->mean,
		.total = report_total(&all, graph.column, r->mean),
		.argument = r->argument,
		.pattern = pattern,
		.budget = &budget,
		.read_source = read_fake,
		.source_data = (void *)r->sources,
		.code = r->code ? &r->code->code : NULL,
	};
	if (run(report, &ctx, &graph, &out, &diag)) {
		buf_reset(&out);
		buf_addf(&out, "error: %s", diag.text);
	}
	regex_free(pattern);
	view_release(&v);
	arena_release(&text_arena);
	buf_add_str(&out, STR(""));
	return buf_detach(&out, NULL);
}
