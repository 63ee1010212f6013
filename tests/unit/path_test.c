/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <criterion/criterion.h>

Test(path, base_is_the_last_element)
{
	static const char *const cases[][2] = {
		{ "", "." }, { "/", "/" }, { "///", "/" }, { "a", "a" }, { "/a", "a" }, { "a/", "a" }, { "a//", "a" },
		{ "/usr/bin/app", "app" }, { "/usr/bin/app/", "app" }, { "a/b/..", ".." }, { ".", "." },
		{ " /x ", "x " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = path_base(str_of(cases[i][0]));

		cr_expect(str_equal(s, str_of(cases[i][1])), "'%s' gives '%.*s'", cases[i][0], (int)s.len, s.p);
	}
}

Test(path, clean_is_the_shortest_equal_path)
{
	static const char *const cases[][2] = {
		{ "", "." }, { ".", "." }, { "./", "." }, { "/", "/" }, { "//", "/" }, { "/.", "/" }, { "a", "a" },
		{ "a/", "a" }, { "a//b", "a/b" }, { "a/./b", "a/b" }, { "./a", "a" }, { "a/.", "a" }, { "a/..", "." },
		{ "a/b/..", "a" }, { "a/../b", "b" }, { "a/b/../c", "a/c" }, { "a/b/../../c", "c" }, { "..", ".." },
		{ "../..", "../.." }, { "../a", "../a" }, { "a/../..", ".." }, { "a/../../b", "../b" },
		{ "../a/../..", "../.." }, { "/..", "/" }, { "/../a", "/a" }, { "/a/..", "/" }, { "/a/../..", "/" },
		{ "/a/b/../c", "/a/c" }, { "//a//b//", "/a/b" }, { "a..", "a.." }, { "...", "..." },
		{ "a/.../b", "a/.../b" },
		{ "..a/..", "." }, { "/a/..b/../c", "/a/c" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		path_clean(&b, str_of(cases[i][0]));
		cr_expect_str_eq(buf_str(&b).p, cases[i][1], "'%s' gives '%s'", cases[i][0], buf_str(&b).p);
		buf_release(&b);
	}
}

Test(path, clean_takes_nothing_away_from_what_stood_in_the_buffer)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, STR("x/y"));
	path_clean(&b, STR("../a/../.."));
	cr_expect_str_eq(b.data, "x/y../..");
	buf_reset(&b);
	buf_add_str(&b, STR("x/y"));
	path_clean(&b, STR(""));
	cr_expect_str_eq(b.data, "x/y.");
	buf_release(&b);
}

Test(path, trim_cuts_what_the_options_name)
{
	static const struct {
		const char *path, *trim_path, *source_path, *expected;
	} cases[] = {
		{ "/x/y/src.c", "", "", "/x/y/src.c" },
		{ "", "", "", "" },
		{ "/x/y/w/src.c", "", "/q/w", "src.c" },
		{ "/x/y/w/z/src.c", "", "/q/w", "z/src.c" },
		{ "/w/a/w/src.c", "", "/q/w", "a/w/src.c" },     /* behind the first of them */
		{ "w/src.c", "", "/q/w", "w/src.c" },            /* there must be a slash before */
		{ "/x/ww/src.c", "", "/q/w", "/x/ww/src.c" },
		{ "/x/w", "", "/q/w", "/x/w" },
		{ "/x/y/src.c", "", "/q/w:/q/y", "src.c" },
		{ "/x/y/w/src.c", "", "/q/w:/q/y", "src.c" },    /* the list's order, not the path's */
		{ "/x/y/w/src.c", "", "/q/w/", "src.c" },
		{ "/x/./src.c", "", ":/q/w", "src.c" },          /* the base of an empty element is "." */
		{ "/x//w/src.c", "", "/", "/x//w/src.c" },
		{ "/x///w/src.c", "", "/", "w/src.c" },          /* "///" */
		{ "/x/y/w/src.c", "/x", "/q/w", "y/w/src.c" },   /* trim_path alone then */
		{ "/x/y/src.c", "/x/", "", "y/src.c" },
		{ "/x/y/src.c", "/x/y", "", "src.c" },
		{ "/x/y/src.c", "/x/y/src.c", "", "/x/y/src.c" },
		{ "/xx/y/src.c", "/x", "", "/xx/y/src.c" },
		{ "/x/y/src.c", "/z:/x", "", "y/src.c" },
		{ "/x/y/src.c", "/x:/x/y", "", "y/src.c" },      /* one is enough */
		{ "/x/y/src.c", ":/x", "", "x/y/src.c" },        /* an empty element is "/" */
		{ "/proc/self/cwd/src.c", "", "", "src.c" },
		{ "/proc/self/cwd/./src.c", "", "", "src.c" },
		{ "/proc/self/cwd/src.c", "/x", "", "src.c" },
		{ "/proc/self/cwd/proc/self/cwd/a.c", "", "", "proc/self/cwd/a.c" },
		{ "/proc/self/cwdx/src.c", "", "", "/proc/self/cwdx/src.c" },
		{ "/proc/self/cwd/src.c", "/proc", "", "self/cwd/src.c" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = path_trim(str_of(cases[i].path), str_of(cases[i].trim_path),
			str_of(cases[i].source_path));

		cr_expect(str_equal(s, str_of(cases[i].expected)), "case %zu: '%s' gives '%.*s'", i, cases[i].path,
			(int)s.len,
			s.p);
	}
}
