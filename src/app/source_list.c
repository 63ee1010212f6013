/* SPDX-License-Identifier: Apache-2.0 */
#include "app/source_list.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/str.h"
#include "format/bytes.h"

/* Room for a million names, and less than what a wrong file may hold. */
#define LIST_MAX ((uint64_t)256 << 20)

int source_list_add(struct source_list *l, const char *const *names, size_t n, struct assay_diag *diag)
{
	if (!vec_reserve(&l->names, n))
		return diag_nomem(diag, "sources");
	for (size_t i = 0; i < n; i++)
		l->names.items[l->names.n++] = names[i];
	return 0;
}

/* The text of the file with a zero behind it. */
static int read_text(char **text, size_t *len, const char *path, struct assay_diag *diag)
{
	struct assay_ctx ctx = { .bytes_left = LIST_MAX };
	struct bytes bytes = BYTES_INIT;
	struct assay_diag why = { 0 };
	int err = bytes_read(&bytes, path, &ctx, &why);

	if (err == ASSAY_ERR_NOMEM)
		return diag_nomem(diag, "a list of sources");
	if (err == ASSAY_ERR_TOO_BIG)
		return diag_set(diag, err, "-files_from: %s: larger than any list of names", path);
	if (err)
		return diag_set(diag, err, "-files_from: %s", why.text);
	*len = bytes.len;
	*text = malloc(bytes.len + 1);
	if (*text) {
		if (bytes.len)
			memcpy(*text, bytes.data, bytes.len);
		(*text)[bytes.len] = '\0';
	}
	bytes_release(&bytes);
	return *text ? 0 : diag_nomem(diag, "a list of sources");
}

/* What is no name is more likely another file than a list; then none of it is used. */
static int check_line(struct str line, const char *path, size_t number, struct assay_diag *diag)
{
	if (memchr(line.p, '\0', line.len))
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"-files_from: %s:%zu: a zero byte, which no name has; a list has the name of a file on each "
			"line",
			path, number);
	if (line.len >= PATH_MAX)
		return diag_set(diag, ASSAY_ERR_ARGUMENT,
			"-files_from: %s:%zu: %zu bytes are longer than any name; a list has the name of a file on "
			"each line",
			path, number, line.len);
	return 0;
}

/* Lines become texts of their own where they stand. */
static int add_lines(struct source_list *l, char *text, size_t len, const char *path, struct assay_diag *diag)
{
	struct str rest = { text, len }, mark = STR("\xef\xbb\xbf");
	size_t number = 0;

	if (str_starts(rest, mark))
		rest = str_skip(rest, mark.len);
	while (rest.len) {
		const char *newline = memchr(rest.p, '\n', rest.len);
		struct str line = { rest.p, newline ? (size_t)(newline - rest.p) : rest.len };
		int err;

		rest = str_skip(rest, line.len + (newline != NULL));
		line.len -= line.len && line.p[line.len - 1] == '\r';
		err = check_line(line, path, ++number, diag);
		if (err)
			return err;
		text[line.p + line.len - text] = '\0';
		if (line.len && !vec_push(&l->names, line.p))
			return diag_nomem(diag, "sources");
	}
	return 0;
}

int source_list_read(struct source_list *l, const char *path, struct assay_diag *diag)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	size_t len, n = l->names.n;
	int err = read_text(&l->text, &len, path, diag);

	if (!err)
		err = add_lines(l, l->text, len, name, diag);
	if (!err && l->names.n == n)
		err = diag_set(diag, ASSAY_ERR_ARGUMENT, "-files_from: %s: names no source", name);
	return err;
}

void source_list_release(struct source_list *l)
{
	vec_release(&l->names);
	free(l->text);
	l->text = NULL;
}

bool source_is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && S_ISREG(x.st_mode) && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

const char *source_list_find(const struct source_list *l, const char *path)
{
	struct stat st;

	/* Most often the file is yet to be made. */
	if (stat(path, &st) < 0)
		return NULL;
	for (size_t i = 0; i < l->names.n; i++)
		if (source_is_same_file(l->names.items[i], path))
			return l->names.items[i];
	return NULL;
}
