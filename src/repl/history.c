/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is small, so it is written anew for each line, in one step: a lock on it is held while it is read, what follows
 * from it goes into a new file beside it, and that takes its place. Whoever waited for the lock finds that its file is
 * not the one of that name any more, and opens that.
 */
#include "repl/history.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/folder.h"
#include "base/diag.h"
#include "base/strtab.h"

/* Nobody types more; and of a file that somebody filled the end is read. */
#define LINE_MAX_BYTES 16384
#define FILE_MAX_BYTES (4 << 20)

/* How long another shell may take with the file, in steps of ten milliseconds. */
#define LOCK_TRIES 50

static int failed(struct assay_diag *diag, const char *call, const char *path)
{
	char why[128];

	return diag_set(diag, ASSAY_ERR_IO, "history: %s %s: %s", call, path, diag_errno(errno, why, sizeof(why)));
}

static void drop(struct repl_history *h, size_t i)
{
	free(h->lines.items[i]);
	memmove(&h->lines.items[i], &h->lines.items[i + 1], (h->lines.n - i - 1) * sizeof(*h->lines.items));
	h->lines.n--;
}

static bool push(struct repl_history *h, struct str line)
{
	char *copy = strndup(line.p, line.len);

	if (copy && vec_push(&h->lines, copy))
		return true;
	free(copy);
	return false;
}

/* Makes line the last one, and it is nowhere else. */
static bool fold(struct repl_history *h, struct str line)
{
	if (!push(h, line))
		return false;
	for (size_t i = 0; i + 1 < h->lines.n; i++)
		if (strcmp(h->lines.items[i], h->lines.items[h->lines.n - 1]) == 0)
			drop(h, i);
	if (h->lines.n > REPL_HISTORY_MAX)
		drop(h, 0);
	return true;
}

static bool is_kept(struct str line)
{
	return line.len && line.len <= LINE_MAX_BYTES && !memchr(line.p, '\0', line.len) &&
	       !memchr(line.p, '\n', line.len);
}

static void reverse(struct repl_history *h)
{
	for (size_t i = 0, k = h->lines.n; i + 1 < k; i++) {
		char *kept = h->lines.items[i];

		h->lines.items[i] = h->lines.items[--k];
		h->lines.items[k] = kept;
	}
}

/* From the end, so that of equal lines the last one counts, and a long file costs no more than what is taken of it. */
static bool add_lines(struct repl_history *h, struct str text)
{
	struct strtab known;
	bool done = true;

	if (strtab_init(&known) < 0)
		return false;
	while (done && text.len && h->lines.n < REPL_HISTORY_MAX) {
		const char *newline = memrchr(text.p, '\n', text.len);
		size_t start = newline ? (size_t)(newline - text.p) + 1 : 0;
		struct str line = str_skip(text, start);
		size_t n_known = known.strings.n;
		uint32_t id;

		text.len = newline ? start - 1 : 0;
		if (!is_kept(line))
			continue;
		done = strtab_intern(&known, line, &id) == 0 && (known.strings.n == n_known || push(h, line));
	}
	strtab_release(&known);
	reverse(h);
	return done;
}

static void wait_a_little(void)
{
	nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
}

/* Opens and locks the file that has this name once the lock is ours. */
static int open_locked(const char *path)
{
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
		struct stat mine, named;

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			wait_a_little();
		else if (fstat(fd, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino &&
			 mine.st_dev == named.st_dev) {
			if (S_ISREG(mine.st_mode))
				return fd;
			close(fd);
			errno = EINVAL;
			return -1;
		}
		close(fd);
	}
	errno = EAGAIN;
	return -1;
}

/* The end of the file, from the start of a line on. */
static bool read_end(int fd, struct buf *text)
{
	struct stat st;
	char chunk[16384];
	ssize_t n = 1;

	if (fstat(fd, &st) < 0 ||
		lseek(fd, st.st_size > FILE_MAX_BYTES ? st.st_size - FILE_MAX_BYTES : 0, SEEK_SET) < 0)
		return false;
	while (n > 0 && text->len <= FILE_MAX_BYTES) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			buf_add(text, chunk, (size_t)n);
	}
	return n >= 0 && !text->failed;
}

static bool read_lines(struct repl_history *h, int fd)
{
	struct buf text = BUF_INIT;
	bool done = read_end(fd, &text) && add_lines(h, buf_str(&text));

	buf_release(&text);
	return done;
}

static bool write_lines(const struct repl_history *h, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct buf text = BUF_INIT;
	struct str rest;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	for (size_t i = 0; i < h->lines.n; i++)
		buf_addf(&text, "%s\n", h->lines.items[i]);
	rest = buf_str(&text);
	while (rest.len && n >= 0) {
		n = write(fd, rest.p, rest.len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n > 0)
			rest = str_skip(rest, (size_t)n);
	}
	n = close(fd) < 0 || n < 0 || text.failed ? -1 : 0;
	buf_release(&text);
	return n == 0;
}

/* Adds line to what the file holds, which fd is locked for. */
static int rewrite(const char *path, int fd, struct str line, struct assay_diag *diag)
{
	struct repl_history all = { 0 };
	char fresh[PATH_MAX];
	int err = 0;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh))
		return diag_set(diag, ASSAY_ERR_IO, "history: %s: the path is too long", path);
	if (!read_lines(&all, fd) || !fold(&all, line)) {
		err = failed(diag, "read", path);
	} else {
		/* Of one who did not live to the end. */
		unlink(fresh);
		if (!write_lines(&all, fresh) || rename(fresh, path) < 0) {
			err = failed(diag, "write", path);
			unlink(fresh);
		}
	}
	repl_history_release(&all);
	return err;
}

/* In the folder for what programs remember, as the XDG specification has it; false where there is none. */
static bool find_path(struct buf *path)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		buf_addf(path, "%s/assay", state);
	else if (home && *home == '/')
		buf_addf(path, "%s/.local/state/assay", home);
	return path->len && !path->failed;
}

/* The file behind a link is what is written. */
static void resolve(struct buf *path)
{
	char *real = realpath(path->data, NULL);

	if (!real)
		return;
	buf_reset(path);
	buf_addf(path, "%s", real);
	free(real);
}

static int read_file(struct repl_history *h, struct assay_diag *diag)
{
	struct assay_diag why;
	int err = folder_make(h->path.data, &why), fd;

	if (err)
		return diag_set(diag, err, "history: %s", why.text);
	buf_add_str(&h->path, STR("/history"));
	if (h->path.failed)
		return diag_nomem(diag, "a path");
	fd = open_locked(h->path.data);
	if (fd < 0)
		return failed(diag, "open", h->path.data);
	if (!read_lines(h, fd))
		err = failed(diag, "read", h->path.data);
	close(fd);
	resolve(&h->path);
	return err;
}

int repl_history_open(struct repl_history *h, struct assay_diag *diag)
{
	int err = 0;

	*h = (struct repl_history){ 0 };
	if (find_path(&h->path))
		err = read_file(h, diag);
	if (err || h->path.failed)
		repl_history_release(h);
	return err;
}

void repl_history_release(struct repl_history *h)
{
	for (size_t i = 0; i < h->lines.n; i++)
		free(h->lines.items[i]);
	vec_release(&h->lines);
	buf_release(&h->path);
	*h = (struct repl_history){ 0 };
}

int repl_history_add(struct repl_history *h, struct str line, struct assay_diag *diag)
{
	int fd, err;

	if (!is_kept(line))
		return 0;
	if (!fold(h, line))
		return diag_nomem(diag, "the history");
	if (!h->path.len)
		return 0;
	fd = open_locked(h->path.data);
	if (fd < 0)
		return failed(diag, "open", h->path.data);
	err = rewrite(h->path.data, fd, line, diag);
	close(fd);
	return err;
}
