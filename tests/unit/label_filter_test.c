/* SPDX-License-Identifier: Apache-2.0 */
#include "view/label_filter.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct expectation {
	struct filter_options options;
	const char *stacks, *warnings;
};

static void expect_views(const struct assay_profile *p, const struct expectation *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct expectation *e = &cases[i];
		struct assay_diag diag = { .text = "" };
		struct warnings w;
		struct view v;
		char *stacks;

		warnings_init(&w);
		cr_assert_eq(view_make(&v, p, NULL, &e->options, &w.ctx, &diag), 0, "case %zu: %s", i, diag.text);
		stacks = view_stacks(&v);
		cr_expect_str_eq(stacks, e->stacks, "case %zu: got\n%s", i, stacks);
		cr_expect_str_eq(warnings_text(&w), e->warnings ? e->warnings : "", "case %zu: %s", i,
			warnings_text(&w));
		free(stacks);
		view_release(&v);
		warnings_release(&w);
	}
}

#define FOCUS(text) { .tag_focus = { text, sizeof(text) - 1 } }
#define IGNORE(text) { .tag_ignore = { text, sizeof(text) - 1 } }
#define AS_RANGE(text) "tagfocus:Interpreted '" text "' as range, not regexp\n"
#define NONE "TagFocus expression matched no samples\n"

Test(label_filter, ranges_choose_by_number_and_unit)
{
	/* What is in no family, as parts is, takes whatever unit is asked for. */
	static const struct expectation cases[] = {
		{ FOCUS("1kb"), "k1\n", AS_RANGE("1kb") },
		{ FOCUS("1024b"), "k1\n", AS_RANGE("1024b") },
		{ FOCUS("1kb:"), "k1\nk2\nm1\nplain\n", AS_RANGE("1kb:") },
		{ FOCUS(":2kb"), "b1\nk1\nk2\n", AS_RANGE(":2kb") },
		{ FOCUS("1kb:2kb"), "k1\nk2\n", AS_RANGE("1kb:2kb") },
		/* A second number without a unit takes the first one's; the other way round they differ. */
		{ FOCUS("1kb:2"), "k1\nk2\n", AS_RANGE("1kb:2") },
		{ FOCUS("1:3kb"), "", NONE },
		{ FOCUS("1kb:1s"), "", NONE },
		{ FOCUS("+1kb:"), "k1\nk2\nm1\nplain\n", AS_RANGE("+1kb:") },
		{ FOCUS("-1kb:1kb"), "b1\nk1\n", AS_RANGE("-1kb:1kb") },
		/* Without a unit only what is in no family can be meant. */
		{ FOCUS("7"), "plain\n", AS_RANGE("7") },
		{ FOCUS("1024"), "", AS_RANGE("1024") NONE },
		{ FOCUS("7widgets"), "plain\n", AS_RANGE("7widgets") },
		{ FOCUS("1s:"), "plain\n", AS_RANGE("1s:") },
		/* Anything else is no range. */
		{ FOCUS("1:2:3"), "", NONE },
		{ FOCUS(":"), "none\n", NULL }, /* an expression for texts, and all of them have one */
		{ FOCUS("1-2"), "", NONE },
		{ FOCUS("p1"), "", NONE },
		{ FOCUS("mem=1kb"), "k1\n", AS_RANGE("1kb") },
		{ FOCUS("other=1kb"), "", AS_RANGE("1kb") NONE },
		{ FOCUS("=1kb"), "k1\n", AS_RANGE("1kb") },
		{ IGNORE("1kb:"), "b1\nnone\n", "tagignore:Interpreted '1kb:' as range, not regexp\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_number(&f, "mem", 1, "bytes");
	SAMPLE(&f, "b1", 1);
	fixture_number(&f, "mem", 1024, "bytes");
	SAMPLE(&f, "k1", 1);
	/* The unit of a key is the first that is named: this one is read as bytes, too. */
	fixture_number(&f, "mem", 2048, "seconds");
	SAMPLE(&f, "k2", 1);
	fixture_number(&f, "mem", 1 << 20, "bytes");
	SAMPLE(&f, "m1", 1);
	fixture_number(&f, "parts", 7, NULL);
	SAMPLE(&f, "plain", 1);
	fixture_label(&f, "mem", "1kb");
	SAMPLE(&f, "none", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(label_filter, without_a_key_all_expressions_must_match_and_with_one_any_of_them)
{
	static const struct expectation cases[] = {
		{ FOCUS("alice"), "a\nab\n", NULL },
		{ FOCUS("user:alice"), "a\nab\n", NULL },
		{ FOCUS("^user:alice$"), "a\nab\n", NULL },
		{ FOCUS("alice,bob"), "ab\n", NULL },
		{ FOCUS("alice,zone:x"), "a\n", NULL },
		{ FOCUS("user=alice,bob"), "a\nb\nab\n", NULL },
		{ FOCUS("user=^al"), "a\nab\n", NULL },
		{ FOCUS("user=user:"), "", NONE },
		{ FOCUS("zone=alice"), "", NONE },
		{ FOCUS("nosuch=."), "", NONE },
		{ FOCUS("=alice"), "a\nab\n", NULL },
		/* A key ends at the first equals sign. */
		{ FOCUS("user=a=b"), "", NONE },
		/* An empty expression matches whatever is there, but there must be something. */
		{ FOCUS("user="), "a\nb\nab\n", NULL },
		{ IGNORE("alice"), "b\nnone\n", NULL },
		{ IGNORE("user=alice,bob"), "none\n", NULL },
		{ IGNORE("nobody"), "a\nb\nab\nnone\n", "TagIgnore expression matched no samples\n" },
		{ { .tag_focus = { "user=.", 6 }, .tag_ignore = { "bob", 3 } }, "a\n", NULL },
		/* What another filter dropped is not asked. */
		{ { .ignore = { "^a", 2 }, .tag_focus = { "alice", 5 } }, "", NONE },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "user", "alice");
	fixture_label(&f, "zone", "x");
	SAMPLE(&f, "a", 1);
	fixture_label(&f, "user", "bob");
	SAMPLE(&f, "b", 1);
	fixture_label(&f, "user", "alice");
	fixture_label(&f, "user", "bob");
	SAMPLE(&f, "ab", 1);
	fixture_number(&f, "user", 5, "alice");
	SAMPLE(&f, "none", 1);
	p = fixture_seal(&f);
	expect_views(p, cases, N(cases));
	profile_free(p);
}

Test(label_filter, what_cannot_be_read_is_named)
{
	static const struct {
		struct filter_options options;
		const char *expected;
	} cases[] = {
		{ FOCUS("a,("), "parsing tagfocus regexp: error parsing regexp: missing closing ): `(`" },
		{ IGNORE("k=("), "parsing tagignore regexp: error parsing regexp: missing closing ): `(`" },
		{ { .tag_show = { "(", 1 } }, "parsing tagshow regexp: error parsing regexp: missing closing ): `(`" },
		{ { .tag_hide = { "(", 1 } }, "parsing taghide regexp: error parsing regexp: missing closing ): `(`" },
		{ { .show_from = { "(", 1 }, .tag_focus = { "(", 1 } },
			"parsing show_from regexp: error parsing regexp: missing closing ): `(`" },
		{ { .prune_from = { "(", 1 }, .tag_ignore = { "(", 1 } },
			"parsing tagignore regexp: error parsing regexp: missing closing ): `(`" },
		{ { .prune_from = { "(", 1 }, .tag_show = { "(", 1 } },
			"parsing prune_from regexp: error parsing regexp: missing closing ): `(`" },
		{ FOCUS("9223372036854775808b"),
			"parsing tagfocus: a number in '9223372036854775808b' is out of range" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "k", "v");
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++) {
		struct assay_diag diag = { .text = "" };
		struct view v;

		cr_expect_eq(view_make(&v, p, NULL, &cases[i].options, NULL, &diag), ASSAY_ERR_ARGUMENT);
		cr_expect_str_eq(diag.text, cases[i].expected, "%s", diag.text);
	}
	profile_free(p);
}

Test(label_keys, tagshow_and_taghide_choose_labels_and_no_samples)
{
	static const struct {
		struct filter_options options;
		const char *kept, *warnings;
	} cases[] = {
		{ { .tag_show = { NULL, 0 } }, "user zone bytes ", "" },
		{ { .tag_show = { "user|bytes", 10 } }, "user bytes ", "" },
		{ { .tag_hide = { "e", 1 } }, "", "" },
		{ { .tag_hide = { "^zone$", 6 } }, "user bytes ", "" },
		{ { .tag_show = { "e", 1 }, .tag_hide = { "z", 1 } }, "user bytes ", "" },
		{ { .tag_show = { "nosuch", 6 } }, "", "TagShow expression matched no samples\n" },
		{ { .tag_hide = { "nosuch", 6 } }, "user zone bytes ", "TagHide expression matched no samples\n" },
	};
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ns");
	fixture_label(&f, "user", "a");
	fixture_label(&f, "zone", "user");
	fixture_number(&f, "bytes", 5, NULL);
	SAMPLE(&f, "main", 1);
	p = fixture_seal(&f);
	for (size_t i = 0; i < N(cases); i++) {
		struct buf kept = BUF_INIT;
		const struct label *labels;
		struct warnings w;
		struct view v;
		size_t n;

		warnings_init(&w);
		cr_assert_eq(view_make(&v, p, NULL, &cases[i].options, &w.ctx, NULL), 0);
		cr_expect(view_has_sample(&v, 0));
		labels = view_labels(&v, 0, &n);
		cr_assert_eq(n, 3);
		for (size_t k = 0; k < n; k++) {
			if (!view_has_label(&v, &labels[k]))
				continue;
			buf_add_str(&kept, view_str(&v, labels[k].key));
			buf_add_char(&kept, ' ');
		}
		cr_expect_str_eq(buf_str(&kept).p, cases[i].kept, "case %zu: %s", i, buf_str(&kept).p);
		cr_expect_str_eq(warnings_text(&w), cases[i].warnings, "case %zu: %s", i, warnings_text(&w));
		buf_release(&kept);
		view_release(&v);
		warnings_release(&w);
	}
	profile_free(p);
}
