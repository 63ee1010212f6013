/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/tags.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/pairs.h"
#include "base/units.h"
#include "graph/call_tree.h"

/*
 * Samples are many, kinds of tags few, and most kinds too light to show at any node, since all samples that have them
 * together are below the cut. So each sample's kinds are found first, and only samples with a kind heavy enough are
 * walked. Samples with a label that is too light already, such as the number of a request, have none, since all labels
 * of a sample are one kind.
 */
struct kind {
	uint32_t label, number; /* as in struct tag */
	int64_t value;
	struct str unit;
	wide weight;    /* of all samples, without signs */
	uint32_t heavy; /* its place among those that weigh enough, or TOO_LIGHT */
};

#define TOO_LIGHT UINT32_MAX

/* Rows times kinds up to which each has its place in a table, without looking for it. */
#define TABLE_MAX ((size_t)1 << 22)

struct tagger {
	struct tags *t;
	const struct graph *g;
	const struct label_units *units;
	struct str unit;
	struct pairs kind_ids; /* label and number */
	VEC(struct kind) kinds;
	VEC(uint32_t) sample_kinds;
	VEC(uint64_t) start; /* by sample, into sample_kinds */
	uint64_t *weights; /* by string: of all samples with a label of that value, without signs */
	struct pairs seen_labels; /* key and text of samples with one label: the label's text in label_texts */
	VEC(uint32_t) label_texts;
	struct pairs seen_numbers; /* halves of a number: its text in number_texts */
	VEC(uint32_t) number_texts;
	VEC(struct str) parts;
	struct buf scratch, pieces;
	uint32_t *rows;   /* by node: row + 1 */
	uint32_t *stamps; /* by node */
	size_t n_heavy;
	uint32_t *table;      /* by row and heavy kind: tag + 1; NULL where there are many of both */
	struct pairs tag_ids; /* then: node and kind */
	uint32_t bytes_key;
};

static int compare_texts(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool is_shown(const struct tagger *tg, const struct label *l)
{
	if (l->kind != LABEL_TEXT || !view_has_label(tg->g->view, l))
		return false;
	return !str_equal(view_str(tg->g->view, l->key), STR("pprof::base"));
}

/* "key:value" of all string labels of a sample, sorted, with the two characters \n between them. */
static bool join_labels(struct tagger *tg, const struct label *labels, size_t n, uint32_t *text)
{
	const struct view *v = tg->g->view;
	const char *at;

	tg->parts.n = 0;
	buf_reset(&tg->pieces);
	for (size_t i = 0; i < n; i++) {
		size_t start = tg->pieces.len;

		if (!is_shown(tg, &labels[i]))
			continue;
		buf_add_str(&tg->pieces, view_str(v, labels[i].key));
		buf_add_char(&tg->pieces, ':');
		buf_add_str(&tg->pieces, view_str(v, labels[i].text));
		if (!vec_push(&tg->parts, ((struct str){ NULL, tg->pieces.len - start })))
			return false;
	}
	/* Only now they stay where they are. */
	at = buf_str(&tg->pieces).p;
	for (size_t i = 0; i < tg->parts.n; at += tg->parts.items[i++].len)
		tg->parts.items[i].p = at;
	if (tg->pieces.failed)
		return false;
	if (tg->parts.n > 1)
		qsort(tg->parts.items, tg->parts.n, sizeof(*tg->parts.items), compare_texts);
	buf_reset(&tg->scratch);
	for (size_t i = 0; i < tg->parts.n; i++) {
		if (i)
			buf_add_str(&tg->scratch, STR("\\n"));
		buf_add_str(&tg->scratch, tg->parts.items[i]);
	}
	return !tg->scratch.failed && strtab_intern(&tg->t->texts, buf_str(&tg->scratch), text) == 0;
}

/* Most samples have no string label or one, and few different ones: these are joined once each. */
static bool label_text(struct tagger *tg, const struct label *labels, size_t n, uint32_t *text)
{
	const struct label *only = NULL;
	size_t n_shown = 0;
	uint32_t pair;

	for (size_t i = 0; i < n; i++) {
		if (!is_shown(tg, &labels[i]))
			continue;
		only = &labels[i];
		n_shown++;
	}
	*text = 0;
	if (!n_shown)
		return true;
	if (n_shown > 1)
		return join_labels(tg, labels, n, text);
	if (!pairs_add(&tg->seen_labels, only->key, only->text, &pair))
		return false;
	if (pair == tg->label_texts.n && (!join_labels(tg, only, 1, text) || !vec_push(&tg->label_texts, *text)))
		return false;
	*text = tg->label_texts.items[pair];
	return true;
}

static bool add_kind(struct tagger *tg, uint32_t label, uint32_t number, int64_t value, struct str unit, wide weight)
{
	uint32_t kind;

	if (!pairs_add(&tg->kind_ids, label, number, &kind))
		return false;
	if (kind == tg->kinds.n && !vec_push(&tg->kinds, ((struct kind){ label, number, value, unit, 0, TOO_LIGHT })))
		return false;
	tg->kinds.items[kind].weight += weight;
	return vec_push(&tg->sample_kinds, kind);
}

static bool number_text(struct tagger *tg, int64_t number, struct str unit, uint32_t *text)
{
	uint64_t bits = (uint64_t)number;
	uint32_t seen;

	if (!pairs_add(&tg->seen_numbers, (uint32_t)(bits >> 32), (uint32_t)bits, &seen))
		return false;
	if (seen < tg->number_texts.n) {
		*text = tg->number_texts.items[seen];
		return true;
	}
	buf_reset(&tg->scratch);
	units_add_label(&tg->scratch, number, unit, tg->unit);
	return !tg->scratch.failed && strtab_intern(&tg->t->texts, buf_str(&tg->scratch), text) == 0 &&
	       vec_push(&tg->number_texts, *text);
}

/* All are of the one key. */
static bool add_number(struct tagger *tg, uint32_t label, const struct label *l, wide weight)
{
	struct str unit = label_unit(tg->units, l->key);
	uint32_t text;

	return number_text(tg, l->number, unit, &text) && add_kind(tg, label, text, l->number, unit, weight);
}

static bool is_too_light(const struct tagger *tg, const struct label *labels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_shown(tg, &labels[i]) && (wide)tg->weights[labels[i].text] < tg->g->node_cut)
			return true;
	return false;
}

static bool find_kinds(struct tagger *tg, size_t sample)
{
	const struct graph *g = tg->g;
	size_t n;
	const struct label *labels = view_labels(g->view, sample, &n);
	wide weight = wide_abs(profile_values(g->view->profile, sample)[g->options.column]);
	uint32_t label;

	if (is_too_light(tg, labels, n))
		return true;
	if (!label_text(tg, labels, n, &label) || (label && !add_kind(tg, label, 0, 0, STR(""), weight)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (labels[i].kind != LABEL_TEXT && labels[i].key == tg->bytes_key && view_has_label(g->view, &labels[i]) &&
			!add_number(tg, label, &labels[i], weight))
			return false;
	return true;
}

static bool find_all_kinds(struct tagger *tg)
{
	const struct view *v = tg->g->view;

	if (!vec_reserve(&tg->start, v->profile->n_samples + 1) || !vec_push(&tg->start, 0))
		return false;
	for (size_t i = 0; i < v->profile->n_samples; i++)
		if ((view_has_sample(v, i) && !find_kinds(tg, i)) || !vec_push(&tg->start, tg->sample_kinds.n))
			return false;
	return true;
}

static bool choose_heavy(struct tagger *tg)
{
	size_t n_rows = tg->g->rows.n;

	for (size_t i = 0; i < tg->kinds.n; i++)
		if (tg->kinds.items[i].weight >= tg->g->node_cut)
			tg->kinds.items[i].heavy = (uint32_t)tg->n_heavy++;
	if (n_rows && tg->n_heavy > TABLE_MAX / n_rows)
		return true;
	tg->table = calloc(n_rows * tg->n_heavy + 1, sizeof(*tg->table));
	return tg->table != NULL;
}

static struct tag *new_tag(struct tagger *tg, uint32_t node, const struct kind *k)
{
	struct tag tag = { .node = node, .label = k->label, .number = k->number, .value = k->value, .unit = k->unit };

	return vec_push(&tg->t->list, tag) ? &tg->t->list.items[tg->t->list.n - 1] : NULL;
}

static struct tag *find_tag(struct tagger *tg, uint32_t node, uint32_t kind)
{
	const struct kind *k = &tg->kinds.items[kind];
	uint32_t index, *at;

	if (!tg->table) {
		if (!pairs_add(&tg->tag_ids, node, kind, &index))
			return NULL;
		return index == tg->t->list.n ? new_tag(tg, node, k) : &tg->t->list.items[index];
	}
	at = &tg->table[(tg->rows[node] - 1) * tg->n_heavy + k->heavy];
	if (*at)
		return &tg->t->list.items[*at - 1];
	*at = (uint32_t)tg->t->list.n + 1;
	return new_tag(tg, node, k);
}

static bool count_node(struct tagger *tg, size_t sample, uint32_t node, bool leaf)
{
	const struct graph *g = tg->g;
	const int64_t *values = profile_values(g->view->profile, sample);
	int64_t value = values[g->options.column], divisor = g->options.mean ? values[0] : 0;

	if (!tg->rows[node])
		return true;
	for (uint64_t i = tg->start.items[sample]; i < tg->start.items[sample + 1]; i++) {
		uint32_t kind = tg->sample_kinds.items[i];
		struct tag *t;

		if (tg->kinds.items[kind].heavy == TOO_LIGHT)
			continue;
		t = find_tag(tg, node, kind);
		if (!t)
			return false;
		if (leaf) {
			t->flat += value;
			t->flat_divisor += divisor;
		} else {
			t->cum += value;
			t->cum_divisor += divisor;
		}
	}
	return true;
}

static bool count_once(struct tagger *tg, size_t sample, uint32_t node)
{
	if (!tg->rows[node] || tg->stamps[node] == (uint32_t)sample + 1)
		return true;
	tg->stamps[node] = (uint32_t)sample + 1;
	return count_node(tg, sample, node, false);
}

static bool count_stack(struct tagger *tg, size_t sample)
{
	const struct graph *g = tg->g;
	struct stack s = view_stack(g->view, sample);
	uint32_t leaf = GRAPH_HIDDEN;

	for (size_t i = s.n; i-- > 0;) {
		uint32_t node = g->location_nodes[stack_at(&s, i)];
		const uint32_t *chain = &node;
		uint32_t n = 1;

		if (node == GRAPH_HIDDEN)
			continue;
		if (node & GRAPH_MANY) {
			chain = g->chains.items + (node & ~GRAPH_MANY) + 1;
			n = chain[-1];
		}
		for (uint32_t k = 0; k < n; k++)
			if (!count_once(tg, sample, chain[k]))
				return false;
		leaf = chain[n - 1];
	}
	return leaf == GRAPH_HIDDEN || count_node(tg, sample, leaf, true);
}

static bool count_path(struct tagger *tg, size_t sample)
{
	const struct call_tree *t = tg->g->tree;
	uint32_t leaf = t->leaves[sample];

	if (leaf == GRAPH_HIDDEN)
		return true;
	/* Nodes that were dropped are still on the way to those above them. */
	for (uint32_t at = leaf; at != GRAPH_HIDDEN; at = t->parents.items[at])
		if (!count_node(tg, sample, at, false))
			return false;
	return count_node(tg, sample, leaf, true);
}

static bool has_heavy_kind(const struct tagger *tg, size_t sample)
{
	for (uint64_t i = tg->start.items[sample]; i < tg->start.items[sample + 1]; i++)
		if (tg->kinds.items[tg->sample_kinds.items[i]].heavy != TOO_LIGHT)
			return true;
	return false;
}

static int count_samples(struct tagger *tg, struct assay_ctx *ctx)
{
	const struct graph *g = tg->g;

	for (size_t i = 0; i < g->view->profile->n_samples; i++) {
		const int64_t *values = profile_values(g->view->profile, i);

		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return ASSAY_ERR_CANCELED;
		if (!view_has_sample(g->view, i) || !has_heavy_kind(tg, i) ||
			(!values[g->options.column] && !(g->options.mean && values[0])))
			continue;
		if (!(g->tree ? count_path(tg, i) : count_stack(tg, i)))
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static int compare_nodes(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Drops what is too light and makes the index by node. */
static bool finish(struct tagger *tg)
{
	struct tags *t = tg->t;
	const struct graph *g = tg->g;
	size_t n = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		const struct tag *at = &t->list.items[i];

		if (wide_abs(at->flat) >= g->node_cut || wide_abs(at->cum) >= g->node_cut)
			t->list.items[n++] = *at;
	}
	t->list.n = n;
	if (n)
		qsort(t->list.items, n, sizeof(*t->list.items), compare_nodes);
	t->first = calloc(g->nodes.n + 2, sizeof(*t->first));
	if (!t->first)
		return false;
	for (size_t i = 0; i < n; i++)
		t->first[t->list.items[i].node + 1]++;
	for (size_t i = 0; i < g->nodes.n; i++)
		t->first[i + 1] += t->first[i];
	return true;
}

/*
 * Adds up the values of labels, and says whether one is heavy enough for a tag to be shown: no tag weighs more than any of
 * the values in it. Numbers are not told apart here.
 */
static bool weigh_labels(struct tagger *tg)
{
	const struct graph *g = tg->g;
	const struct view *v = g->view;
	bool any = false;

	for (size_t i = 0; i < v->profile->n_samples; i++) {
		wide weight = wide_abs(profile_values(v->profile, i)[g->options.column]);
		size_t n;
		const struct label *labels = view_labels(v, i, &n);

		for (size_t k = 0; k < n && view_has_sample(v, i); k++) {
			uint64_t *sum = &tg->weights[labels[k].text];

			if (labels[k].kind != LABEL_TEXT) {
				any |= labels[k].key == tg->bytes_key;
				continue;
			}
			*sum = *sum + (uint64_t)weight < *sum ? UINT64_MAX : *sum + (uint64_t)weight;
			any |= (wide)*sum >= g->node_cut;
		}
	}
	return any;
}

static int count(struct tagger *tg, struct assay_ctx *ctx)
{
	const struct graph *g = tg->g;
	int err = ASSAY_ERR_NOMEM;

	tg->weights = calloc(g->view->n_strings, sizeof(*tg->weights));
	if (!tg->weights)
		return err;
	if (!weigh_labels(tg))
		return finish(tg) ? 0 : err;

	tg->rows = calloc(g->nodes.n + 1, sizeof(*tg->rows));
	tg->stamps = calloc(g->nodes.n + 1, sizeof(*tg->stamps));
	if (!tg->rows || !tg->stamps || !find_all_kinds(tg) || !choose_heavy(tg))
		return err;
	for (size_t i = 0; i < g->rows.n; i++)
		tg->rows[g->rows.items[i]] = (uint32_t)i + 1;
	err = count_samples(tg, ctx);
	return err ? err : finish(tg) ? 0 : ASSAY_ERR_NOMEM;
}

int tags_count(struct tags *t, const struct graph *g, const struct label_units *units, struct str unit,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct tagger tg = { .t = t, .g = g, .units = units, .unit = unit };
	int err;

	*t = (struct tags){ 0 };
	if (!strtab_find(&g->view->profile->strings, STR("bytes"), &tg.bytes_key))
		tg.bytes_key = PROFILE_NONE;
	err = strtab_init(&t->texts);
	if (!err)
		err = count(&tg, ctx);
	pairs_release(&tg.kind_ids);
	pairs_release(&tg.seen_labels);
	pairs_release(&tg.seen_numbers);
	pairs_release(&tg.tag_ids);
	vec_release(&tg.kinds);
	vec_release(&tg.sample_kinds);
	vec_release(&tg.start);
	vec_release(&tg.label_texts);
	vec_release(&tg.number_texts);
	vec_release(&tg.parts);
	buf_release(&tg.scratch);
	buf_release(&tg.pieces);
	free(tg.weights);
	free(tg.table);
	free(tg.rows);
	free(tg.stamps);
	if (!err)
		return 0;
	tags_release(t);
	return err == ASSAY_ERR_CANCELED ? diag_set(diag, err, "canceled") : diag_nomem(diag, "tags");
}

void tags_release(struct tags *t)
{
	if (t->texts.slots)
		strtab_release(&t->texts);
	vec_release(&t->list);
	free(t->first);
	*t = (struct tags){ 0 };
}

size_t tags_count_flat(const struct tags *t, uint32_t node)
{
	size_t n = 0;

	for (uint32_t i = t->first[node]; i < t->first[node + 1]; i++)
		n += t->list.items[i].flat != 0;
	return n;
}
