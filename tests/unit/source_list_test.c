/* SPDX-License-Identifier: Apache-2.0 */
#include "app/source_list.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

static char path[] = "/tmp/source-list-XXXXXX";

static void write_list(struct str text)
{
	int fd;

	strcpy(path, "/tmp/source-list-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text.p, text.len), (ssize_t)text.len);
	close(fd);
}

Test(source_list, each_line_is_a_name_whatever_ends_it)
{
	static const struct {
		struct str text;
		const char *names[4];
	} cases[] = {
		{ STR("a"), { "a" } },
		{ STR("a\nb\n"), { "a", "b" } },
		{ STR("a\r\nb\r\n"), { "a", "b" } },
		{ STR("\n\r\na\n\n\nb"), { "a", "b" } },
		{ STR(" a b \n\t"), { " a b ", "\t" } },
		{ STR("\xef\xbb\xbf"
		      "a\nb"),
			{ "a", "b" } },
		{ STR("a\rb\n-\n#c"), { "a\rb", "-", "#c" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source_list l = { 0 };
		struct assay_diag diag = { .text = "" };
		const char *first[] = { "first" };

		write_list(cases[i].text);
		cr_assert_eq(source_list_add(&l, first, 1, &diag), 0);
		cr_assert_eq(source_list_read(&l, path, &diag), 0, "case %zu: %s", i, diag.text);
		cr_expect_str_eq(l.names.items[0], "first");
		for (size_t k = 0; k < 4 && cases[i].names[k]; k++) {
			cr_assert_gt(l.names.n, k + 1, "case %zu", i);
			cr_expect_str_eq(l.names.items[k + 1], cases[i].names[k], "case %zu", i);
		}
		cr_expect_null(cases[i].names[l.names.n - 1], "case %zu", i);
		source_list_release(&l);
		unlink(path);
	}
}

Test(source_list, what_is_no_list_is_refused_with_its_line)
{
	static char lines[6000];
	static const struct {
		struct str text;
		const char *expected;
	} cases[] = {
		{ STR(""), ": names no source" },
		{ STR("\r\n\n"), ": names no source" },
		{ STR("a\nb\0c\n"), ":2: a zero byte, which no name has" },
		{ { lines, 2 + 4096 }, ":2: 4096 bytes are longer than any name" },
		{ { lines, 2 + 4095 }, NULL },
	};

	memset(lines, 'x', sizeof(lines));
	lines[1] = '\n';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source_list l = { 0 };
		struct assay_diag diag = { .text = "" };
		int err;

		write_list(cases[i].text);
		err = source_list_read(&l, path, &diag);
		cr_expect_eq(err, cases[i].expected ? ASSAY_ERR_ARGUMENT : 0, "case %zu: %s", i, diag.text);
		if (cases[i].expected)
			cr_expect_not_null(strstr(diag.text, cases[i].expected), "case %zu: %s", i, diag.text);
		source_list_release(&l);
		unlink(path);
	}
}

Test(source_list, finds_a_file_by_any_of_its_names)
{
	struct source_list l = { 0 };
	struct assay_diag diag = { .text = "" };
	char other[sizeof(path) + 2];

	write_list(STR("/dev/null\n/nonexistent"));
	cr_assert_eq(source_list_read(&l, path, &diag), 0);
	cr_expect_null(source_list_find(&l, path));
	cr_expect_null(source_list_find(&l, "/dev/null"), "nothing is lost by writing to it");
	cr_expect_null(source_list_find(&l, "/nonexistent"));
	snprintf(other, sizeof(other), "/./%s", path + 1);
	cr_assert_eq(source_list_add(&l, (const char *const[]){ path }, 1, &diag), 0);
	cr_expect_eq(source_list_find(&l, other), path);
	source_list_release(&l);
	unlink(path);
}
