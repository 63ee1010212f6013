/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rename.h"

#include <criterion/criterion.h>

Test(rename, plain_names_lose_what_clones_and_shapes_add)
{
	static const struct {
		const char *name, *plain;
	} cases[] = {
		{ "parse", "parse" },
		{ "parse.isra.0", "parse" },
		{ "parse.part.12", "parse" },
		{ "parse.cold", "parse" },
		{ "parse.cold.3", "parse" },
		{ "parse.constprop.0.isra.1", "parse" },
		{ "parse.llvm.1234567890123456789", "parse" },
		{ "parse.part.", "parse.part." },
		{ ".cold", ".cold" },
		{ "main.run.func1", "main.run.func1" },
		{ "sort[go.shape.int_0]", "sort[...]" },
		{ "sort[go.shape.struct { a [3]int }]", "sort[...]" },
		{ "m[go.shape.int,go.shape.[]uint8].f", "m[...].f" },
		{ "sort[go.shape.int_0", "sort[go.shape.int_0" },
		{ "a[0]", "a[0]" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		rename_add_plain(&b, str_of(cases[i].name));
		cr_expect_str_eq(buf_str(&b).p, cases[i].plain, "%s", cases[i].name);
		buf_release(&b);
	}
}

Test(rename, closures_of_one_parent_share_a_text)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "main.run.func1", "main.run.func" },
		{ "main.run.func12", "main.run.func" },
		{ "main.run.func2.1", "main.run.func2." },
		{ "main.run", NULL },
		{ "func1", NULL },
		{ "main.myfunc1", NULL },
		{ "main.v2.1", NULL },
		{ "", NULL },
		{ "7", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;
		bool is = rename_add_closure(&b, str_of(cases[i].name));

		cr_expect_eq(is, cases[i].text != NULL, "%s", cases[i].name);
		cr_expect_str_eq(buf_str(&b).p, cases[i].text ? cases[i].text : "", "%s", cases[i].name);
		buf_release(&b);
	}
}

/* Names with the side that has them; what they are matched with, or NULL. */
struct expectation {
	const char *name;
	uint8_t side;
	const char *partner;
};

static void expect_matches(const struct expectation *e, size_t n)
{
	struct strtab t;
	uint8_t sides[32] = { 0 };
	uint32_t *out, id;

	cr_assert_eq(strtab_init(&t), 0);
	for (size_t i = 0; i < n; i++) {
		cr_assert_eq(strtab_intern(&t, str_of(e[i].name), &id), 0);
		sides[id] |= e[i].side;
	}
	cr_assert_eq(rename_match(&t, sides, &out), 0);
	for (size_t i = 0; i < n; i++) {
		cr_assert(strtab_find(&t, str_of(e[i].name), &id));
		cr_expect_str_eq(out[id] ? strtab_get(&t, out[id]).p : "nothing", e[i].partner ? e[i].partner : "nothing",
			"%s", e[i].name);
	}
	free(out);
	strtab_release(&t);
}

#define EXPECT_MATCHES(...)                                                        \
	do {                                                                       \
		const struct expectation e[] = { __VA_ARGS__ };                    \
		expect_matches(e, sizeof(e) / sizeof(e[0]));                       \
	} while (0)

Test(rename, a_clone_is_matched_with_the_only_one_that_is_left)
{
	EXPECT_MATCHES({ "parse", 1, "parse.isra.0" }, { "parse.isra.0", 2, "parse" });
	EXPECT_MATCHES({ "parse.part.0", 1, "parse.part.2" }, { "parse.part.2", 2, "parse.part.0" }, { "parse", 3, NULL });
	EXPECT_MATCHES({ "sort[go.shape.int_0]", 1, "sort[go.shape.int]" }, { "sort[go.shape.int]", 2, "sort[go.shape.int_0]" });
}

Test(rename, what_is_not_certain_is_not_matched)
{
	EXPECT_MATCHES({ "parse", 1, NULL }, { "parse.isra.0", 2, NULL }, { "parse.part.0", 2, NULL });
	EXPECT_MATCHES({ "parse", 3, NULL }, { "parse.cold", 2, NULL });
	EXPECT_MATCHES({ "a", 1, NULL }, { "b", 2, NULL });
	EXPECT_MATCHES({ "run.isra.0", 1, NULL });
}

Test(rename, a_closure_is_matched_only_where_its_parent_has_no_other)
{
	EXPECT_MATCHES({ "main.run.func1", 1, "main.run.func2" }, { "main.run.func2", 2, "main.run.func1" });
	EXPECT_MATCHES({ "main.run.func1", 1, NULL }, { "main.run.func2", 3, NULL }, { "main.run.func3", 2, NULL });
}
