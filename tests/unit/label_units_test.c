/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/label_units.h"

#include <criterion/criterion.h>

#include "fixture.h"

struct number {
	const char *key, *unit;
};

Test(label_units, keys_with_several_units_are_told_of_in_order)
{
	static const struct {
		struct number numbers[6];
		const char *expected;
	} cases[] = {
		{ { { NULL, NULL } }, "" },
		{ { { "mem", "kb" }, { "mem", "kb" } }, "" },
		{ { { "mem", NULL }, { "mem", NULL } }, "" },
		{ { { "mem", "kb" },
		{ "mem", "bytes" } }, "For tag mem used unit kb, also encountered unit(s) bytes\n" },
		/* A number without a unit is no second unit, and does not choose. */
		{ { { "mem", NULL }, { "mem", "kb" }, { "mem", NULL }, { "mem", "" } }, "" },
		{ { { "mem", "kb" }, { "mem", "z" }, { "mem", "b" }, { "mem", "z" }, { "mem", "kb" }, { "mem", "b" } },
			"For tag mem used unit kb, also encountered unit(s) b, z\n" },
		{ { { "z", "s" }, { "a", "kb" }, { "z", "ms" }, { "a", "b" } },
			"For tag a used unit kb, also encountered unit(s) b\n"
			"For tag z used unit s, also encountered unit(s) ms\n" },
		{ { { "mem", "kb" }, { "other", "b" } }, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct assay_profile *p;
		struct warnings w;
		struct fixture f;

		warnings_init(&w);
		fixture_init(&f, "cpu/ns");
		for (size_t k = 0; k < 6 && cases[i].numbers[k].key; k++) {
			fixture_number(&f, cases[i].numbers[k].key, 5, cases[i].numbers[k].unit);
			if (k % 2)
				SAMPLE(&f, "main", 1);
		}
		SAMPLE(&f, "main", 1);
		p = fixture_seal(&f);
		cr_expect_eq(label_units_warn(p, &w.ctx, NULL), 0);
		cr_expect_str_eq(warnings_text(&w), cases[i].expected, "case %zu: %s", i, warnings_text(&w));
		cr_expect_eq(label_units_warn(p, NULL, NULL), 0);
		profile_free(p);
		warnings_release(&w);
	}
}

Test(label_units, texts_have_no_units)
{
	const struct assay_profile *p;
	struct warnings w;
	struct fixture f;

	warnings_init(&w);
	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "mem", "kb");
	fixture_label(&f, "mem", "b");
	fixture_number(&f, "mem", 5, "s");
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	cr_expect_eq(label_units_warn(p, &w.ctx, NULL), 0);
	cr_expect_str_eq(warnings_text(&w), "");
	profile_free(p);
	warnings_release(&w);
}
