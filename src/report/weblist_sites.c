/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/diag.h"
#include "report/pattern.h"
#include "report/weblist.h"

struct sums {
	wide flat, cum;
};

/* What is known of the locations of a view while their samples are walked. */
struct walk {
	struct weblist *w;
	struct sums *sums;       /* by location */
	uint8_t *met;            /* by location */
	VEC(uint32_t) order;     /* locations in the order in which samples meet them, roots first */
	uint8_t *function_match; /* by function: 0 is not known, 1 no, 2 yes */
	uint8_t *mapping_match;  /* by mapping, likewise */
	uint8_t *interesting;    /* by location */
	bool has_address;
	uint64_t address;
};

static wide value_of(const struct report_ctx *ctx, size_t sample)
{
	const int64_t *values = profile_values(ctx->profile, sample);

	return divided(values[ctx->column], ctx->mean ? values[0] : 0);
}

static bool add_sample(struct walk *k, size_t sample)
{
	const struct view *v = k->w->ctx->view;
	struct stack s = view_stack(v, sample);
	wide value = value_of(k->w->ctx, sample);
	uint32_t leaf = PROFILE_NONE;

	/* A location counts each time that it stands in the stack. */
	for (size_t i = s.n; i-- > 0;) {
		uint32_t location = stack_at(&s, i);

		if (view_frames(v, location).hidden)
			continue;
		if (!k->met[location]) {
			k->met[location] = 1;
			if (!vec_push(&k->order, location))
				return false;
		}
		k->sums[location].cum += value;
		leaf = location;
	}
	if (leaf != PROFILE_NONE)
		k->sums[leaf].flat += value;
	return true;
}

static int add_samples(struct walk *k, struct assay_diag *diag)
{
	const struct report_ctx *ctx = k->w->ctx;

	for (size_t i = 0; i < ctx->profile->n_samples; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (view_has_sample(ctx->view, i) && !add_sample(k, i))
			return diag_nomem(diag, "samples");
	}
	return 0;
}

static int search_once(struct walk *k, uint8_t *known, struct str text, struct assay_diag *diag)
{
	bool found;
	int err = pattern_search(k->w->ctx, text, &found, diag);

	if (!err)
		*known = found ? 2 : 1;
	return err;
}

/* By its name, its system name or its file. */
static int match_function(struct walk *k, uint32_t function, bool *found, struct assay_diag *diag)
{
	const struct view *v = k->w->ctx->view;
	const struct function *f = &v->functions[function];
	uint8_t *known = &k->function_match[function];
	int err = 0;

	if (!*known) {
		err = search_once(k, known, view_str(v, f->name), diag);
		if (!err && *known == 1 && f->system_name != f->name)
			err = search_once(k, known, view_str(v, f->system_name), diag);
		if (!err && *known == 1)
			err = search_once(k, known, view_str(v, f->file), diag);
	}
	*found = *known == 2;
	return err;
}

static int match_mapping(struct walk *k, uint32_t mapping, bool *found, struct assay_diag *diag)
{
	const struct assay_profile *p = k->w->ctx->profile;
	int err = 0;

	*found = false;
	if (mapping == PROFILE_NONE)
		return 0;
	if (!k->mapping_match[mapping])
		err = search_once(k, &k->mapping_match[mapping], profile_str(p, p->mappings.items[mapping].file), diag);
	*found = k->mapping_match[mapping] == 2;
	return err;
}

static int mark(struct walk *k, uint32_t location, const struct line *line)
{
	struct weblist *w = k->w;
	const struct view *v = w->ctx->view;
	const struct function *f = &v->functions[line->function];
	uint32_t id;

	k->interesting[location] = 1;
	w->any_interest = true;
	if (weblist_intern(w, view_str(v, f->name), &id))
		return ASSAY_ERR_NOMEM;
	w->facts.items[id].interesting = true;
	/* Most writers leave system names away; that must not make nameless functions interesting. */
	if (!view_str(v, f->system_name).len)
		return 0;
	if (weblist_intern(w, view_str(v, f->system_name), &id))
		return ASSAY_ERR_NOMEM;
	w->facts.items[id].interesting = true;
	return 0;
}

static int mark_location(struct walk *k, uint32_t location, struct assay_diag *diag)
{
	const struct view *v = k->w->ctx->view;
	const struct location *l = &v->locations[location];
	struct frames f = view_frames(v, location);
	bool in_file;
	int err = match_mapping(k, l->mapping, &in_file, diag);

	if (k->has_address && l->address == k->address && f.n)
		return mark(k, location, &f.lines[f.n - 1]) ? diag_nomem(diag, "names") : err;
	for (uint32_t i = 0; !err && i < f.n; i++) {
		bool found = i == 0 && in_file;

		if (!found)
			err = match_function(k, f.lines[i].function, &found, diag);
		if (!err && found && mark(k, location, &f.lines[i]))
			err = diag_nomem(diag, "names");
	}
	return err;
}

/* A binary knows a function by its system name; the page shows what the profile made of that. */
static int keep_names(struct walk *k, uint32_t location)
{
	struct weblist *w = k->w;
	const struct view *v = w->ctx->view;
	struct frames f = view_frames(v, location);

	for (uint32_t i = 0; i < f.n; i++) {
		const struct function *fn = &v->functions[f.lines[i].function];
		uint32_t id;

		if (!fn->system_name || fn->system_name == fn->name)
			continue;
		if (weblist_intern(w, view_str(v, fn->system_name), &id))
			return ASSAY_ERR_NOMEM;
		w->facts.items[id].pretty = view_str(v, fn->name);
	}
	return 0;
}

static int mark_all(struct walk *k, struct assay_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < k->order.n; i++) {
		if (i % CTX_POLL_SAMPLES == 0 && ctx_canceled(k->w->ctx->ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		err = mark_location(k, k->order.items[i], diag);
		if (!err && keep_names(k, k->order.items[i]))
			err = diag_nomem(diag, "names");
	}
	return err;
}

static int compare_locations(const void *x, const void *y, void *data)
{
	const struct walk *k = data;
	uint32_t i = *(const uint32_t *)x, n = *(const uint32_t *)y;
	uint32_t a = k->order.items[i], b = k->order.items[n];
	uint64_t p = k->w->ctx->view->locations[a].address, q = k->w->ctx->view->locations[b].address;

	/* 0 is no address, and behind them all. */
	if (p != q)
		return p - 1 < q - 1 ? -1 : 1;
	return (i > n) - (i < n);
}

/* Locations of one address are one site; without an address each is its own. */
static int make_sites(struct walk *k, const uint32_t *places)
{
	const struct view *v = k->w->ctx->view;
	struct weblist_site *site = NULL;

	for (size_t i = 0; i < k->order.n; i++) {
		uint32_t location = k->order.items[places[i]];
		uint64_t address = v->locations[location].address;
		struct weblist_site made = { .address = address, .made_up = !address, .location = PROFILE_NONE };

		if (!site || !address || site->address != address) {
			if (!vec_push(&k->w->sites, made))
				return ASSAY_ERR_NOMEM;
			site = &k->w->sites.items[k->w->sites.n - 1];
		}
		site->flat += k->sums[location].flat;
		site->cum += k->sums[location].cum;
		if (k->interesting[location] && site->location == PROFILE_NONE)
			site->location = location;
	}
	return 0;
}

static int sort_sites(struct walk *k)
{
	uint32_t *places = malloc((k->order.n + 1) * sizeof(*places));
	int err;

	if (!places)
		return ASSAY_ERR_NOMEM;
	for (size_t i = 0; i < k->order.n; i++)
		places[i] = (uint32_t)i;
	if (k->order.n)
		qsort_r(places, k->order.n, sizeof(*places), compare_locations, k);
	err = make_sites(k, places);
	free(places);
	return err;
}

static int walk_init(struct walk *k, struct weblist *w)
{
	const struct view *v = w->ctx->view;

	*k = (struct walk){ .w = w };
	k->sums = calloc(v->n_locations + 1, sizeof(*k->sums));
	k->met = calloc(v->n_locations + 1, 1);
	k->interesting = calloc(v->n_locations + 1, 1);
	k->function_match = calloc(v->n_functions + 1, 1);
	k->mapping_match = calloc(v->profile->mappings.n + 1, 1);
	k->has_address = pattern_address(w->ctx, &k->address);
	return k->sums && k->met && k->interesting && k->function_match && k->mapping_match ? 0 : ASSAY_ERR_NOMEM;
}

static void walk_release(struct walk *k)
{
	free(k->sums);
	free(k->met);
	free(k->interesting);
	free(k->function_match);
	free(k->mapping_match);
	vec_release(&k->order);
}

int weblist_find_sites(struct weblist *w, struct assay_diag *diag)
{
	struct walk k;
	int err = walk_init(&k, w);

	if (err)
		diag_nomem(diag, "samples");
	else
		err = add_samples(&k, diag);
	if (!err)
		err = mark_all(&k, diag);
	if (!err && sort_sites(&k))
		err = diag_nomem(diag, "samples");
	walk_release(&k);
	return err;
}
