/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/label_units.h"

#include <criterion/criterion.h>

#include "fixture.h"

struct number {
	const char *key, *unit;
};

static void expect_units(const struct assay_profile *p, struct assay_ctx *ctx)
{
	struct label_units units;

	cr_assert_eq(label_units_init(&units, p, ctx, NULL), 0);
	label_units_release(&units);
}

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
		expect_units(p, &w.ctx);
		cr_expect_str_eq(warnings_text(&w), cases[i].expected, "case %zu: %s", i, warnings_text(&w));
		expect_units(p, NULL);
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
	expect_units(p, &w.ctx);
	cr_expect_str_eq(warnings_text(&w), "");
	profile_free(p);
	warnings_release(&w);
}

Test(label_units, a_key_without_any_unit_is_its_own_unit_unless_it_counts_bytes)
{
	static const struct {
		struct number number;
		const char *expected;
	} cases[] = {
		{ { "mem", "kb" }, "kb" },
		{ { "mem", NULL }, "mem" },
		{ { "bytes", NULL }, "bytes" },
		{ { "request", NULL }, "bytes" },
		{ { "alignment", NULL }, "bytes" },
		{ { "request", "kb" }, "kb" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct assay_profile *p;
		struct label_units units;
		struct fixture f;
		uint32_t key;

		fixture_init(&f, "cpu/ns");
		fixture_number(&f, cases[i].number.key, 5, NULL);
		fixture_number(&f, cases[i].number.key, 5, cases[i].number.unit);
		SAMPLE(&f, "main", 1);
		key = fixture_intern(&f, cases[i].number.key);
		p = fixture_seal(&f);
		cr_assert_eq(label_units_init(&units, p, NULL, NULL), 0);
		cr_expect(str_equal(label_unit(&units, key), str_of(cases[i].expected)), "case %zu", i);
		label_units_release(&units);
		profile_free(p);
	}
}
