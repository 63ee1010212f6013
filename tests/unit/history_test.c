/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/history.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[] = "/tmp/assay-history-XXXXXX";
static char file[120], folder[100];

static void setup(void)
{
	cr_assert(mkdtemp(home));
	setenv("HOME", home, 1);
	unsetenv("XDG_STATE_HOME");
	snprintf(folder, sizeof(folder), "%s/.local/state/assay", home);
	snprintf(file, sizeof(file), "%s/history", folder);
}

static void teardown(void)
{
	char command[120];

	snprintf(command, sizeof(command), "rm -rf %s", home);
	cr_expect_eq(system(command), 0);
}

TestSuite(history, .init = setup, .fini = teardown);

static struct repl_history open_history(void)
{
	struct repl_history h;
	struct assay_diag diag;

	cr_assert_eq(repl_history_open(&h, &diag), 0, "%s", diag.text);
	return h;
}

static void add(struct repl_history *h, const char *line)
{
	struct assay_diag diag;

	cr_assert_eq(repl_history_add(h, str_of(line), &diag), 0, "%s: %s", line, diag.text);
}

static void write_file(const char *text, size_t len)
{
	struct repl_history h = open_history();
	FILE *f = fopen(file, "w");

	repl_history_release(&h);
	cr_assert(f);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* The lines with a bar behind each. */
static void expect_lines(const struct repl_history *h, const char *expected)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < h->lines.n; i++)
		buf_addf(&b, "%s|", h->lines.items[i]);
	cr_expect_str_eq(b.data ? b.data : "", expected);
	buf_release(&b);
}

static void expect_file(const char *expected)
{
	struct repl_history h = open_history();

	expect_lines(&h, expected);
	repl_history_release(&h);
}

Test(history, is_there_in_the_next_session)
{
	struct repl_history h = open_history();

	expect_lines(&h, "");
	add(&h, "top 5");
	add(&h, "list größe -x | wc \"a b\"");
	expect_lines(&h, "top 5|list größe -x | wc \"a b\"|");
	repl_history_release(&h);
	expect_file("top 5|list größe -x | wc \"a b\"|");
}

Test(history, is_for_nobody_else_to_read)
{
	struct repl_history h = open_history();
	struct stat st;

	add(&h, "top");
	cr_assert_eq(stat(file, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600, "%o", st.st_mode);
	cr_assert_eq(stat(folder, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0700, "%o", st.st_mode);
	/* Whatever it was before. */
	cr_assert_eq(chmod(file, 0644), 0);
	add(&h, "tree");
	cr_assert_eq(stat(file, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600, "%o", st.st_mode);
	repl_history_release(&h);
}

Test(history, lies_where_the_environment_says)
{
	struct repl_history h;
	char path[120];

	snprintf(path, sizeof(path), "%s/state", home);
	setenv("XDG_STATE_HOME", path, 1);
	h = open_history();
	cr_expect_eq(strncmp(h.path.data, path, strlen(path)), 0, "%s", h.path.data);
	repl_history_release(&h);
	/* A path that is not absolute does not count, as the specification has it. */
	setenv("XDG_STATE_HOME", "state", 1);
	h = open_history();
	cr_expect_str_eq(h.path.data, file);
	repl_history_release(&h);
}

Test(history, holds_a_line_once_at_its_last_place)
{
	struct repl_history h = open_history();

	add(&h, "top");
	add(&h, "tree");
	add(&h, "top");
	expect_lines(&h, "tree|top|");
	expect_file("tree|top|");
	repl_history_release(&h);
	write_file("a\nb\na\nc\nb\n", 10);
	expect_file("a|c|b|");
}

Test(history, keeps_the_last_lines_alone)
{
	struct repl_history h = open_history();
	char line[20];

	for (int i = 0; i < REPL_HISTORY_MAX + 5; i++) {
		snprintf(line, sizeof(line), "top %d", i);
		add(&h, line);
	}
	cr_expect_eq(h.lines.n, REPL_HISTORY_MAX);
	cr_expect_str_eq(h.lines.items[0], "top 5");
	repl_history_release(&h);
	h = open_history();
	cr_expect_eq(h.lines.n, REPL_HISTORY_MAX);
	cr_expect_str_eq(h.lines.items[0], "top 5");
	cr_expect_str_eq(h.lines.items[REPL_HISTORY_MAX - 1], "top 2004");
	repl_history_release(&h);
}

Test(history, takes_what_is_a_line_and_leaves_the_rest)
{
	struct repl_history h;
	char *text = malloc(40000);

	write_file("first\n\nnu\0l\nlast without newline", 32);
	expect_file("first|last without newline|");
	cr_assert(text);
	memset(text, 'x', 40000);
	memcpy(text, "short\n", 6);
	write_file(text, 40000);
	expect_file("short|");
	h = open_history();
	add(&h, "");
	expect_lines(&h, "short|");
	repl_history_release(&h);
	free(text);
}

Test(history, of_two_shells_is_kept_by_both)
{
	struct repl_history one = open_history(), other = open_history();

	add(&one, "one");
	add(&other, "other");
	add(&one, "more of one");
	expect_lines(&one, "one|more of one|");
	expect_lines(&other, "other|");
	expect_file("one|other|more of one|");
	repl_history_release(&one);
	repl_history_release(&other);
}

Test(history, loses_nothing_to_shells_that_write_at_once)
{
	enum { SHELLS = 4, LINES = 50 };
	struct repl_history h;
	int status;

	for (int i = 0; i < SHELLS; i++) {
		if (fork() != 0)
			continue;
		h = open_history();
		for (int k = 0; k < LINES; k++) {
			char line[40];
			struct assay_diag diag;

			snprintf(line, sizeof(line), "shell %d line %d", i, k);
			if (repl_history_add(&h, str_of(line), &diag) < 0)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < SHELLS; i++) {
		cr_assert_gt(wait(&status), 0);
		cr_expect_eq(status, 0);
	}
	h = open_history();
	cr_expect_eq(h.lines.n, SHELLS * LINES);
	repl_history_release(&h);
}

Test(history, that_cannot_be_kept_serves_the_session)
{
	struct repl_history h;
	struct assay_diag diag;

	setenv("HOME", "/dev/null", 1);
	cr_expect_eq(repl_history_open(&h, &diag), ASSAY_ERR_IO);
	add(&h, "top");
	expect_lines(&h, "top|");
	repl_history_release(&h);
	unsetenv("HOME");
	h = open_history();
	add(&h, "top");
	expect_lines(&h, "top|");
	repl_history_release(&h);
}

Test(history, waits_for_no_fifo_and_follows_a_link)
{
	struct repl_history h = open_history();
	struct assay_diag diag;
	char target[120];
	struct stat st;

	repl_history_release(&h);
	cr_assert_eq(unlink(file), 0);
	cr_assert_eq(mkfifo(file, 0600), 0);
	cr_expect_eq(repl_history_open(&h, &diag), ASSAY_ERR_IO);
	repl_history_release(&h);
	cr_assert_eq(unlink(file), 0);
	snprintf(target, sizeof(target), "%s/elsewhere", home);
	cr_assert_eq(symlink(target, file), 0);
	h = open_history();
	add(&h, "top");
	repl_history_release(&h);
	cr_assert_eq(lstat(file, &st), 0);
	cr_expect(S_ISLNK(st.st_mode));
	cr_assert_eq(lstat(target, &st), 0);
	cr_expect_eq(st.st_size, 4);
}
