/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/prune.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/regex.h"

struct str prune_simple_name(struct str name)
{
	static const struct str whole[] = { { "(anonymous namespace)", 21 }, { "operator()", 10 } };
	size_t i = 0;

	if (name.len && name.p[0] == '.')
		name = str_skip(name, 1);
	while (i < name.len) {
		struct str rest = str_skip(name, i);

		if (str_starts(rest, whole[0]))
			i += whole[0].len;
		else if (str_starts(rest, whole[1]))
			i += whole[1].len;
		else if (name.p[i] == '(')
			break;
		else
			i++;
	}
	name.len = i;
	return name;
}

/* The two expressions, and what they said of each name so far: a name that many functions share is matched once. */
struct pruner {
	struct assay_profile *profile;
	struct regex *drop, *keep;
	struct regex_budget budget;
	uint8_t *verdicts; /* by string: enum verdict */
	uint8_t *beneath;  /* by location: enum beneath */
};

enum verdict { VERDICT_UNKNOWN, VERDICT_STAYS, VERDICT_GOES };

/* What a location has that goes: nothing, some inner lines (cut already), or its outermost line as well. */
enum beneath { BENEATH_NOTHING, BENEATH_PART, BENEATH_WHOLE };

static int search(struct pruner *pr, const struct regex *re, struct str name, bool *found)
{
	*found = false;
	return re ? regex_search(re, name.p, name.len, &pr->budget, found) : 0;
}

static int judge(struct pruner *pr, uint32_t name_id, bool *goes)
{
	uint8_t *verdict = &pr->verdicts[name_id];

	if (*verdict == VERDICT_UNKNOWN) {
		struct str name = prune_simple_name(profile_str(pr->profile, name_id));
		bool drop = false, keep = false;
		int err = 0;

		if (profile_str(pr->profile, name_id).len) {
			err = search(pr, pr->drop, name, &drop);
			if (!err && drop)
				err = search(pr, pr->keep, name, &keep);
		}
		if (err)
			return err;
		*verdict = drop && !keep ? VERDICT_GOES : VERDICT_STAYS;
	}
	*goes = *verdict == VERDICT_GOES;
	return 0;
}

/*
 * The outermost line that goes takes the lines that it had inlined along: [inl, malloc, main] becomes [main]. Nothing
 * is changed here, so that a pattern that runs out of steps half way leaves the profile as it was.
 */
static int judge_location(struct pruner *pr, const struct location *l, uint32_t *cut)
{
	*cut = 0;
	for (uint32_t i = l->n_lines; i-- > 0;) {
		const struct line *line = &pr->profile->lines.items[l->first_line + i];
		bool goes;
		int err = judge(pr, pr->profile->functions.items[line->function].name, &goes);

		if (err)
			return err;
		if (goes) {
			*cut = i + 1;
			break;
		}
	}
	return 0;
}

static void cut_locations(struct pruner *pr, const uint32_t *cuts)
{
	struct assay_profile *p = pr->profile;

	for (size_t i = 0; i < p->locations.n; i++) {
		struct location *l = &p->locations.items[i];

		if (!cuts[i])
			continue;
		if (cuts[i] == l->n_lines) {
			pr->beneath[i] = BENEATH_WHOLE;
			continue;
		}
		pr->beneath[i] = BENEATH_PART;
		l->first_line += cuts[i];
		l->n_lines -= cuts[i];
	}
}

/*
 * Where a stack starts after pruning: from the root towards the leaf, the first frame that goes cuts off everything
 * below, except that frames that go at the root itself stay until one that does not has been seen.
 */
static uint64_t pruned_start(const struct pruner *pr, uint64_t start, uint64_t end)
{
	bool seen_user = false;

	for (uint64_t k = end; k-- > start;) {
		enum beneath b = pr->beneath[stack_column_at(&pr->profile->stacks, (size_t)k)];

		if (b == BENEATH_NOTHING)
			seen_user = true;
		else if (seen_user)
			return b == BENEATH_WHOLE ? k + 1 : k;
	}
	return start;
}

/* Stacks only get shorter, so the column is compacted in place. */
static void prune_stacks(struct pruner *pr)
{
	struct assay_profile *p = pr->profile;
	uint8_t *bytes = p->stacks.bytes;
	size_t width = p->stacks.width;
	uint64_t to = 0, start = 0;

	for (size_t i = 0; i < p->n_samples; i++) {
		uint64_t end = p->stack_start.items[i + 1], from = pruned_start(pr, start, end);

		if (to != from)
			memmove(bytes + to * width, bytes + from * width, (end - from) * width);
		to += end - from;
		start = end;
		p->stack_start.items[i + 1] = to;
	}
	p->stacks.n = to;
}

static int prune(struct pruner *pr)
{
	struct assay_profile *p = pr->profile;
	uint32_t *cuts = calloc(p->locations.n + 1, sizeof(*cuts));
	bool any = false;
	int err = cuts ? 0 : ASSAY_ERR_NOMEM;

	pr->verdicts = calloc(p->strings.strings.n, 1);
	pr->beneath = calloc(p->locations.n + 1, 1);
	if (!pr->verdicts || !pr->beneath)
		err = ASSAY_ERR_NOMEM;
	for (size_t i = 0; !err && i < p->locations.n; i++) {
		err = judge_location(pr, &p->locations.items[i], &cuts[i]);
		any |= cuts[i] != 0;
	}
	if (!err && any) {
		cut_locations(pr, cuts);
		prune_stacks(pr);
	}
	free(cuts);
	free(pr->verdicts);
	free(pr->beneath);
	return err;
}

/* The whole name must match: ^(...)$. */
static int compile(struct regex **out, struct str pattern, struct assay_diag *diag)
{
	struct buf b = BUF_INIT;
	int err;

	buf_add_str(&b, STR("^("));
	buf_add_str(&b, pattern);
	buf_add_str(&b, STR(")$"));
	err = b.failed ? diag_nomem(diag, "a pattern") : regex_compile(out, b.data, b.len, diag);
	buf_release(&b);
	return err;
}

int prune_uninteresting(struct profile_builder *b, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;
	struct pruner pr = { .profile = p, .budget = { REGEX_PROFILE_STEPS, ctx ? ctx->cancel : NULL } };
	struct assay_diag why = { .text = "it takes too long" };
	int err;

	if (!p->drop_frames)
		return 0;
	err = compile(&pr.drop, profile_str(p, p->drop_frames), &why);
	if (!err && p->keep_frames)
		err = compile(&pr.keep, profile_str(p, p->keep_frames), &why);
	if (!err)
		err = prune(&pr);
	regex_free(pr.drop);
	regex_free(pr.keep);
	if (err == ASSAY_ERR_NOMEM)
		return diag_nomem(diag, "pruning");
	if (err == ASSAY_ERR_CANCELED)
		return diag_set(diag, err, "canceled");
	if (err)
		ctx_flaw(ctx, "the profile's drop_frames and keep_frames are left aside: %s", why.text);
	return 0;
}
