/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of check, a line each: read, then judged on two small sides. */
#include <math.h>
#include <string.h>

#include "compare/comparison.h"
#include "compare/rules.h"
#include "harness.h"

/* Some milliseconds for all expressions together. */
#define STEPS UINT64_C(1000000)
#define MOST_RULES 64

static void check_diag(int err, const struct assay_diag *diag)
{
	CHECK((int)diag->code == err);
	CHECK(*diag->text);
	CHECK(memchr(diag->text, '\0', sizeof(diag->text)));
}

static void add_rules(struct rules *rules, const char *text, size_t size)
{
	while (size && rules->items.n < MOST_RULES) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size, n = rules->items.n;
		struct assay_diag diag = { .code = ASSAY_OK };
		int err = rules_add(rules, (struct str){ text, len }, &diag);

		CHECK(err == 0 || err == ASSAY_ERR_ARGUMENT);
		CHECK(rules->items.n == n + (err == 0));
		if (err) {
			check_diag(err, &diag);
		} else {
			const struct rule *r = &rules->items.items[n];

			CHECK(isfinite(r->number));
			CHECK((r->pattern == NULL) == (r->kind == RULE_TOTAL));
			CHECK(!r->percent || !r->unit.len);
		}
		len += end != NULL;
		text += len;
		size -= len;
	}
}

/* A side as a run leaves it, without the graph that it is taken from. */
static void add_run(struct comparison *c, enum side side, int64_t value)
{
	static const char *const names[] = { "main.main", "runtime.mallocgc", "f(int) <= g", "" };
	struct node nodes[4];
	uint32_t rows[4];
	struct graph g = { .nodes = { nodes, 4, 4 }, .rows = { rows, 4, 4 } };
	struct assay_diag diag;

	for (uint32_t i = 0; i < 4; i++) {
		nodes[i] = (struct node){ .text = str_of(names[i]), .flat = value * i, .cum = value * 6 };
		rows[i] = i;
	}
	CHECK(comparison_add_run(c, side,
		      &(struct compare_source){
			      .graph = &g,
			      .total = { .flat = value * 6, .cum = value * 6 },
			      .type = STR("cpu"),
			      .unit = STR("nanoseconds"),
		      },
		      &diag) == 0);
}

static void judge(struct rules *rules, int64_t old, int64_t new)
{
	const struct rules_options options = { .min_delta = 1 };
	struct regex_budget budget = { STEPS };
	struct assay_diag diag = { .code = ASSAY_OK };
	struct comparison c;
	int err;

	CHECK(comparison_init(&c, &diag) == 0);
	add_run(&c, SIDE_OLD, old);
	add_run(&c, SIDE_NEW, new);
	for (size_t i = 0; i < rules->items.n; i++)
		while (rules->items.items[i].weights.n < c.runs.n)
			CHECK(vec_push(&rules->items.items[i].weights, new));
	CHECK(comparison_join(&c, false, &diag) == 0);
	err = rules_judge(rules, &c, &options, &budget, &diag);
	if (err)
		check_diag(err, &diag);
	for (size_t i = 0; i < rules->verdicts.n; i++) {
		const struct verdict *v = &rules->verdicts.items[i];

		CHECK(v->rule < rules->items.n);
		CHECK(v->row == UINT32_MAX || v->row < c.rows.n);
		CHECK(!isnan(v->limit) && v->p == 1);
	}
	comparison_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A place of its own, so that a look beyond its end is seen. */
	char *text = malloc(size ? size : 1);
	struct rules rules = { 0 };

	CHECK(text);
	*text = '\0';
	if (size)
		memcpy(text, data, size);
	add_rules(&rules, text, size);
	free(text);
	judge(&rules, size % 3 ? 1000000 : 0, size % 2 ? 1050000 : 0);
	rules_release(&rules);
	return 0;
}
