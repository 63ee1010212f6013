/* SPDX-License-Identifier: Apache-2.0 */
#include "format/memory_map.h"

#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/ctx.h"

static struct assay_diag diag;

static int read_map(struct legacy *l)
{
	return memory_map_read(l);
}

static int read_text(struct profile_builder *b, struct str text, struct assay_ctx *ctx)
{
	struct bytes bytes = { .data = (uint8_t *)text.p, .len = text.len, .borrowed = true, .inflated = true };
	bool mine = false;

	diag = (struct assay_diag){ .code = ASSAY_OK };
	cr_assert_eq(builder_init(b, &diag), 0);
	return legacy_read(read_map, b, &bytes, &mine, ctx, &diag);
}

/* The mappings of a text, "start-limit/offset file build-id;" each. */
static void expect_map(const char *text, const char *want)
{
	struct profile_builder b;
	struct buf got = BUF_INIT;

	cr_assert_eq(read_text(&b, str_of(text), NULL), 0, "%s", diag.text);
	for (size_t i = 0; i < b.profile->mappings.n; i++) {
		const struct mapping *m = &b.profile->mappings.items[i];

		buf_addf(&got, "%llx-%llx/%llx %s %s;", (unsigned long long)m->start, (unsigned long long)m->limit,
			(unsigned long long)m->offset, profile_str(b.profile, m->file).p,
			profile_str(b.profile, m->build_id).p);
	}
	buf_add_char(&got, '\0');
	cr_expect_str_eq(got.data, want, "'%s' gives '%s', not '%s'", text, got.data, want);
	buf_release(&got);
	builder_release(&b);
}

Test(memory_map, reads_lines_of_proc_maps)
{
	static const char *const cases[][2] = {
		{ "02e00000-02e8a000 r-xp 02a00000 00:00 15953927    /foo/bin", "2e00000-2e8a000/2a00000 /foo/bin ;" },
		{ "1000-2000 r-xp 00000000 00:00 0", "1000-2000/0  ;" },
		{ "1000-2000 --xp 10 fd:01 7 /a (deleted)", "1000-2000/10 /a ;" },
		{ "1000-2000 rw-p 10 fd:01 7 /a", "" },
		/* Neither letters nor an offset. */
		{ "1000-2000 00:00 5 /file", "1000-2000/0 /file ;" },
		{ "1000-2000: 10 00:00 5 /file", "1000-2000/10 /file ;" },
		/* What begins like a second address is the device's; then the first gives up a digit. */
		{ "1000 2000:3000 5 /file", "100-0/0 /file ;" },
		/* An inode that goes on in letters ends the line. */
		{ "1000-2000 r-xp 10 fd:01 7x /a", "1000-2000/10  ;" },
		{ "1000-2000 r-xp 10 fd:01 x /a", "1000-2000/0 10 fd;" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_map(cases[i][0], cases[i][1]);
}

Test(memory_map, reads_lines_of_the_brief_form)
{
	static const char *const cases[][2] = {
		{ "0x40000-0x80000 /path/to/binary (@FF00) abc123456", "40000-80000/ff00 /path/to/binary abc123456;" },
		{ "0xff6810563000 0xff6810565000 r-xp abc_exe 87c4d547",
			"ff6810563000-ff6810565000/0 abc_exe 87c4d547;" },
		{ "2000-2800 r-xs 0000 00:00 0 /shared", "2000-2800/0  ;" },
		{ "5000-6000 /a r-xp", "5000-6000/0 /a ;" },
		{ "7000-8000 -x- /q (@10) ab zz", "7000-8000/10 /q ab;" },
		{ "1000-1800: xprog", "1000-1800/0  ;" },
		{ "1000-1800: python", "" },
		{ "1000-2000 (@10) ab", "1000-2000/0 (@10) ab;" },
		{ "1000-2000 /a (@10 ab", "1000-2000/0 /a ;" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_map(cases[i][0], cases[i][1]);
}

Test(memory_map, takes_almost_any_two_digits_for_an_entry)
{
	static const char *const cases[][2] = {
		{ "abc", "ab-c/0  ;" },
		{ "face=/x", "fac-e/0  ;" },
		{ " ab=/two", "a-b/0  ;" },
		{ "ab0x1 /f", "ab-1/0 /f ;" },
		{ "0x12", "1-2/0  ;" },
		{ "10 /20", "1-0/0 /20 ;" },
		/* The dash is a permission, and not the one to execute. */
		{ "10 -20", "" },
		{ "a", "" },
		{ "0x1", "" },
		{ "0xg1", "" },
		{ "", "" },
		/* Over 64 bits is no number, and so no entry. */
		{ "1-10000000000000000 /a", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_map(cases[i][0], cases[i][1]);
}

Test(memory_map, forgets_what_a_logger_printed_in_front)
{
	static const char *const cases[][2] = {
		{ "I0101 12:00:00 1 f.cc:12] 1000-2000 /a", "1000-2000/0 /a ;" },
		{ "f:1]\t1000-2000 /a", "1000-2000/0 /a ;" },
		{ ":1] 1000-2000 /a", "" },
		{ "f:1]1000-2000 /a", "" },
		{ "f:] 1000-2000 /a", "" },
		{ "[f:1] 1000-2000 /a", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_map(cases[i][0], cases[i][1]);
}

Test(memory_map, replaces_names_by_their_values)
{
	expect_map("build=/foo\n10-20 $build/bin", "10-20/0 /foo/bin ;");
	expect_map("l = /x \n m =$l.so\n10-20 $m$m$l$n", "10-20/0 /x.so/x.so/x$n ;");
	/* The first one that fits, not the longest; what was put in is not looked at again. */
	expect_map("g=1\ngh=2\n10-20 $gh$g", "10-20/0 1h1 ;");
	expect_map("y=z\nx=$$y\nz=5\n10-20 $x", "10-20/0 $z ;");
	/* The first value of a name stays. */
	expect_map("g=1\ng=2\n10-20 /$g", "10-20/0 /1 ;");
	expect_map("=q\n10-20 /$g", "10-20/0 /qg ;");
}

Test(memory_map, a_name_that_is_too_long_is_told_about)
{
	char text[400] = "";
	struct assay_ctx ctx = { .bytes_left = 0 };
	struct profile_builder b;

	for (size_t i = 0; i < 64; i++)
		strcat(text, "g");
	strcat(text, "=/x\n");
	cr_expect_eq(read_text(&b, str_of(text), &ctx), 0);
	cr_expect_eq(ctx.n_flaws, 1);
	builder_release(&b);
	/* One letter less. */
	ctx.n_flaws = 0;
	cr_expect_eq(read_text(&b, str_of(text + 1), &ctx), 0);
	cr_expect_eq(ctx.n_flaws, 0);
	builder_release(&b);
}

Test(memory_map, names_that_double_end_in_an_error)
{
	struct profile_builder b;
	struct buf text = BUF_INIT;

	buf_addf(&text, "g0=0123456789abcdef\n");
	for (unsigned i = 'h'; i < 'z'; i++)
		buf_addf(&text, "%c0=$%c0$%c0\n", (int)i, (int)i - 1, (int)i - 1);
	cr_expect_eq(read_text(&b, buf_str(&text), NULL), ASSAY_ERR_FORMAT);
	cr_expect_str_eq(
		diag.text, "parsing profile: memory map: a line grows too long by what its names stand for (line 13)");
	builder_release(&b);
	buf_release(&text);
}
