/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rules.h"

#include <criterion/criterion.h>

static int add(struct rules *r, const char *text, struct assay_diag *diag)
{
	*diag = (struct assay_diag){ 0 };
	return rules_add(r, str_of(text), diag);
}

Test(rules, are_read_with_blanks_units_and_operators_inside)
{
	static const struct {
		const char *text;
		bool optional, growth, percent;
		enum rule_kind kind;
		enum rule_operator op;
		double number;
		const char *unit;
		const char *matches;
	} cases[] = {
		{ "flat(^runtime\\.mallocgc$) <= 10%", false, false, true, RULE_FLAT, RULE_AT_MOST, 10, "", "runtime.mallocgc" },
		{ " ?cum(main\\.handle)<1.5s ", true, false, false, RULE_CUM, RULE_LESS, 1.5, "s", "main.handle" },
		{ "growth( cum , .* ) > -5 %", false, true, true, RULE_CUM, RULE_MORE, -5, "", "x" },
		{ "growth(total) >= 3MB", false, true, false, RULE_TOTAL, RULE_AT_LEAST, 3, "MB", NULL },
		{ "total <= 30", false, false, false, RULE_TOTAL, RULE_AT_MOST, 30, "", NULL },
		{ "total() <= 30", false, false, false, RULE_TOTAL, RULE_AT_MOST, 30, "", NULL },
		{ "flat((a)|operator<=) <= 1e3", false, false, false, RULE_FLAT, RULE_AT_MOST, 1000, "", "operator<=" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules rules = { 0 };
		struct assay_diag diag;
		const struct rule *r;

		cr_assert_eq(add(&rules, cases[i].text, &diag), 0, "%s: %s", cases[i].text, diag.text);
		r = &rules.items.items[0];
		cr_expect_eq(r->optional, cases[i].optional, "%s", cases[i].text);
		cr_expect_eq(r->growth, cases[i].growth, "%s", cases[i].text);
		cr_expect_eq(r->percent, cases[i].percent, "%s", cases[i].text);
		cr_expect_eq(r->kind, cases[i].kind, "%s", cases[i].text);
		cr_expect_eq(r->op, cases[i].op, "%s", cases[i].text);
		cr_expect_eq(r->number, cases[i].number, "%s", cases[i].text);
		cr_expect(str_equal(r->unit, str_of(cases[i].unit)), "%s", cases[i].text);
		if (cases[i].matches) {
			struct regex_budget budget = { REGEX_QUERY_STEPS };
			bool found = false;

			cr_expect_eq(regex_search(r->pattern, cases[i].matches, strlen(cases[i].matches), &budget, &found), 0);
			cr_expect(found, "%s", cases[i].text);
		}
		rules_release(&rules);
	}
}

Test(rules, faults_are_told_with_their_column)
{
	static const struct {
		const char *text, *column;
	} cases[] = {
		{ "flat(x) 1%", "column 11: no operator" },
		{ "flat(x) <= nan", "column 12: expected a number" },
		{ "flat(x) <= inf", "column 12: expected a number" },
		{ "flat(x) <= 0x10", "column 12: expected a number" },
		{ "flat(x) <=", "column 11: no limit" },
		{ "flat(x) == 1", "column 9: expected <" },
		{ "flat(x) <= 1 ms?", "column 14: expected % or a unit" },
		{ "fla(x) <= 1", "column 1: expected flat(REGEX)" },
		{ "?  max(x) <= 1", "column 4: expected flat(REGEX)" },
		{ "flat <= 1", "column 5: expected (" },
		{ "flat(x <= 1", "column 7: expected )" },
		{ "flat() <= 1", "column 6: no regular expression" },
		{ "flat(*) <= 1", "column 6: error parsing regexp" },
		{ "growth(x) <= 1", "column 8: expected growth(flat" },
		{ "growth(cum x) <= 1", "column 12: expected a comma" },
		{ "growth(total, x) <= 1", "column 13: growth(total) takes no" },
		{ "total(x) <= 1", "column 7: total takes no" },
		{ "", "column 1: no operator" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules rules = { 0 };
		struct assay_diag diag;

		cr_expect_eq(add(&rules, cases[i].text, &diag), ASSAY_ERR_ARGUMENT, "%s", cases[i].text);
		cr_expect(strstr(diag.text, cases[i].column), "%s: %s", cases[i].text, diag.text);
		cr_expect_eq(rules.items.n, 0);
		rules_release(&rules);
	}
}
