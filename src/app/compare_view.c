/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The views of a diff. Other than its rows they need stacks and lines of both sides, so both are read into one profile:
 * side by side where the view shows before and after, subtracted where it shows a difference by its signs.
 */
#include "app/compare.h"

#include <stdlib.h>
#include <string.h>

#include "app/request.h"
#include "app/run.h"
#include "base/diag.h"
#include "base/units.h"
#include "profile/columns.h"
#include "profile/scale.h"

struct two_sides {
	const struct compare_request *request;
	const struct assay_options *options;
	bool subtracts;         /* the old side from the new one; else they stand side by side */
	size_t n_runs[N_SIDES]; /* that could be read */
	struct renames renames;
	double divide_by;
	char *type; /* what is compared */
};

static struct str function_name(const struct assay_profile *p, size_t i)
{
	return profile_str(p, p->functions.items[i].name);
}

/* Which names the functions of a side have: 1 for the old one, 2 for the new one. */
static int mark_names(struct strtab *names, uint8_t **marks, size_t *room, const struct assay_profile *p, uint8_t mark)
{
	for (size_t i = 0; i < p->functions.n; i++) {
		uint32_t id;

		if (strtab_intern(names, function_name(p, i), &id) < 0)
			return ASSAY_ERR_NOMEM;
		if (id >= *room) {
			size_t more = 2 * (size_t)id + 64;
			uint8_t *grown = realloc(*marks, more);

			if (!grown)
				return ASSAY_ERR_NOMEM;
			memset(grown + *room, 0, more - *room);
			*marks = grown;
			*room = more;
		}
		(*marks)[id] |= mark;
	}
	return 0;
}

/* Gives the functions of OLD the names that NEW has for them. */
static int rename_old(
	struct two_sides *v, struct profile_builder *old, const struct strtab *names, const uint32_t *partners)
{
	struct assay_profile *p = old->profile;

	for (size_t i = 0; i < p->functions.n; i++) {
		struct str was = function_name(p, i), now;
		uint32_t id;

		if (!strtab_find(names, was, &id) || !partners[id])
			continue;
		now = strtab_get(names, partners[id]);
		if (renames_add(&v->renames, now, was) < 0 ||
			builder_intern(old, now, &p->functions.items[i].name, NULL) < 0)
			return ASSAY_ERR_NOMEM;
	}
	return 0;
}

static int match_names(struct two_sides *v, struct profile_builder *sides)
{
	struct strtab names;
	uint8_t *marks = NULL;
	uint32_t *partners = NULL;
	size_t room = 0;
	int err = strtab_init(&names);

	if (!err)
		err = mark_names(&names, &marks, &room, sides[1].profile, 1);
	if (!err)
		err = mark_names(&names, &marks, &room, sides[0].profile, 2);
	if (!err && marks)
		err = rename_match(&names, marks, &partners);
	if (!err && partners)
		err = rename_old(v, &sides[1], &names, partners);
	free(marks);
	free(partners);
	strtab_release(&names);
	return err;
}

static size_t common_divisor(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * Both sides as often as it takes to have equally many runs of each, so that a mean needs no fractions. Where NEW is
 * brought to OLD's sums, whatever it was, that has been done.
 */
static int level(struct two_sides *v, struct profile_builder *sides, struct assay_diag *diag)
{
	size_t old = v->n_runs[SIDE_OLD], new = v->n_runs[SIDE_NEW], divisor = common_divisor(old, new);
	int err;

	v->divide_by = (double)old;
	if (option_on(v->options, OPT_NORMALIZE))
		return 0;
	v->divide_by = (double)old / (double)divisor * (double)new;
	err = scale_all(&sides[0], (double)(old / divisor), diag);
	return err ? err : scale_all(&sides[1], (double)(new / divisor), diag);
}

/*
 * Sides that measure different things may have a column in common all the same; that is not what was asked for. Each
 * says by itself what it measures, as in the rows of diff.
 */
static int agree_on_type(struct two_sides *v, struct profile_builder *sides, struct assay_diag *diag)
{
	const struct assay_profile *new = sides[0].profile, *old = sides[1].profile;
	struct str index = str_of(option_text(v->options, OPT_SAMPLE_INDEX)), type[N_SIDES], unit[N_SIDES];
	size_t column[N_SIDES];
	int err = columns_find(old, index, &column[SIDE_OLD], diag);

	if (!err)
		err = columns_find(new, index, &column[SIDE_NEW], diag);
	if (err)
		return err;
	for (int side = 0; side < N_SIDES; side++) {
		const struct assay_profile *p = side == SIDE_OLD ? old : new;
		const struct value_type *t = &p->sample_types.items[column[side]];

		type[side] = profile_str(p, t->type);
		unit[side] = profile_str(p, t->unit);
	}
	if (!str_equal(type[SIDE_OLD], type[SIDE_NEW]) || !units_same_family(unit[SIDE_OLD], unit[SIDE_NEW]))
		return diag_set(diag, ASSAY_ERR_FORMAT, "the new side measures %s/%s, what it is compared with %s/%s",
			type[SIDE_NEW].p, unit[SIDE_NEW].p, type[SIDE_OLD].p, unit[SIDE_OLD].p);
	v->type = strdup(type[SIDE_OLD].p);
	return v->type ? 0 : diag_nomem(diag, "a type");
}

/* No view shows how often samples were taken, and it need not be the same on both sides. */
static void forget_period(struct profile_builder *b)
{
	b->profile->period = 0;
	b->profile->period_type = (struct value_type){ 0 };
}

/* Of both sides before they are one; new and old. */
static int meet(void *data, struct profile_builder *sides, struct assay_diag *diag)
{
	struct two_sides *v = data;
	int err = agree_on_type(v, sides, diag);

	if (err)
		return err;
	forget_period(&sides[0]);
	forget_period(&sides[1]);
	if (!option_on(v->options, OPT_EXACT_NAMES) && match_names(v, sides) < 0)
		return diag_nomem(diag, "names");
	return v->subtracts && !option_on(v->options, OPT_MEAN) ? level(v, sides, diag) : 0;
}

static int print_view(struct two_sides *v, const struct assay_profile *p, const struct report *view,
	const char *argument, struct assay_ctx *ctx, struct buf *out, struct assay_diag *diag)
{
	struct run_sides sides = {
		.n_runs = { v->n_runs[SIDE_OLD], v->n_runs[SIDE_NEW] },
		.renames = &v->renames,
		.divide_by = v->divide_by,
		.type = str_of(v->type),
	};
	struct side_names names;
	uint8_t *is_old = NULL;
	int err = v->subtracts ? 0 : load_find_old(p, &is_old, diag);

	if (!err) {
		compare_name_sides(&names, v->request, v->n_runs);
		sides.is_old = is_old;
		sides.names[SIDE_OLD] = names.names[SIDE_OLD];
		sides.names[SIDE_NEW] = names.names[SIDE_NEW];
		err = run_view(p, view, argument, &sides, v->options, ctx, out, diag);
	}
	free(is_old);
	return err;
}

static int load_and_print(
	struct two_sides *v, const struct report *view, const char *argument, struct assay_ctx *ctx, struct buf *out)
{
	const struct compare_request *r = v->request;
	const struct load_request request = {
		.sources = r->sources[SIDE_NEW],
		.n_sources = r->n_sources[SIDE_NEW],
		.old = r->sources[SIDE_OLD],
		.n_old = r->n_sources[SIDE_OLD],
		.n_read = v->n_runs,
		.keep_old = !v->subtracts,
		.normalize = v->subtracts && option_on(v->options, OPT_NORMALIZE),
		.meet = meet,
		.meet_data = v,
		.tag_source = r->tag_source,
		.options = r->options,
		.complain = r->complain,
		.data = r->data,
	};
	const struct assay_profile *profile;
	struct assay_diag why = { 0 };
	int err = load_request(&profile, &request, ctx);

	if (err)
		return err;
	err = print_view(v, profile, view, argument, ctx, out, &why);
	profile_free(profile);
	if (err)
		r->complain(r->data, NULL, &why);
	return err;
}

int compare_view(const struct compare_request *request, const struct report *view, const char *argument,
	const struct assay_options *o, struct assay_ctx *ctx, struct buf *out)
{
	struct two_sides v = {
		.request = request,
		.options = o,
		.subtracts = view->compare == view->run,
		.divide_by = 1,
	};
	struct assay_diag why = { 0 };
	int err = 0;

	if (renames_init(&v.renames) < 0) {
		err = diag_nomem(&why, "names");
		request->complain(request->data, NULL, &why);
	}
	if (!err)
		err = load_and_print(&v, view, argument, ctx, out);
	renames_release(&v.renames);
	free(v.type);
	return err;
}
