/* SPDX-License-Identifier: Apache-2.0 */
#include "source/read.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"

int source_reader_init(struct source_reader *r, const struct source_options *options)
{
	int err;

	*r = (struct source_reader){ .options = *options };
	err = strtab_init(&r->paths);
	if (!err && !vec_push(&r->files, ((struct source_file){ 0 })))
		err = ASSAY_ERR_NOMEM;
	if (err)
		source_reader_release(r);
	return err;
}

void source_reader_release(struct source_reader *r)
{
	for (size_t i = 0; i < r->files.n; i++) {
		struct source_file *f = &r->files.items[i];

		free(f->path);
		free(f->data);
		free(f->lines);
		source_tried_release(&f->tried);
	}
	vec_release(&r->files);
	strtab_release(&r->paths);
}

static int too_big(struct source_file *f)
{
	return diag_set(&f->error, ASSAY_ERR_TOO_BIG, "read %s: file too large", f->path);
}

/* A file says how long it is, but those of /proc say nothing, and one may grow meanwhile. */
static int read_all(struct source_file *f, int fd, size_t cap, size_t *len)
{
	char why[128], *grown;
	ssize_t got;

	*len = 0;
	for (;;) {
		if (*len > SOURCE_MAX_SIZE)
			return too_big(f);
		if (*len == cap || !f->data) {
			cap += f->data ? cap / 2 + 4096 : 1;
			grown = realloc(f->data, cap);
			if (!grown)
				return diag_nomem(&f->error, "a source file");
			f->data = grown;
		}
		got = read(fd, f->data + *len, cap - *len);
		if (got == 0)
			return 0;
		if (got < 0 && errno != EINTR)
			return diag_set(
				&f->error, ASSAY_ERR_IO, "read %s: %s", f->path, diag_errno(errno, why, sizeof(why)));
		*len += got < 0 ? 0 : (size_t)got;
	}
}

/* The next line of the text; false at its end, or at a line that is too long. */
static bool next_line(struct str *text, struct str *line, bool *cut)
{
	const char *end;

	if (!text->len)
		return false;
	end = memchr(text->p, '\n', text->len < SOURCE_MAX_LINE ? text->len : SOURCE_MAX_LINE);
	*line = (struct str){ text->p, end ? (size_t)(end - text->p) : text->len };
	*cut = line->len >= SOURCE_MAX_LINE;
	if (*cut)
		return false;
	*text = str_skip(*text, line->len + (end != NULL));
	if (line->len && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

static size_t count_lines(struct str text)
{
	struct str line;
	size_t n = 0;
	bool cut;

	while (next_line(&text, &line, &cut))
		n++;
	return n;
}

/* The lines are counted before there is room for them: a file of nothing but newlines takes 16 times its size. */
static int split(struct source_reader *r, struct source_file *f, struct str text)
{
	size_t n = count_lines(text);
	uint64_t taken = text.len + (uint64_t)n * sizeof(*f->lines);

	if (taken > SOURCE_MAX_TOTAL - r->total)
		return diag_set(
			&f->error, ASSAY_ERR_TOO_BIG, "read %s: more source text than a report may hold", f->path);
	f->lines = malloc((n + 1) * sizeof(*f->lines));
	if (!f->lines)
		return diag_nomem(&f->error, "a source file");
	while (next_line(&text, &f->lines[f->n], &f->cut))
		f->n++;
	r->total += taken;
	return 0;
}

static int64_t modified(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static int load(struct source_reader *r, struct source_file *f, struct source_found *found)
{
	int err;

	f->path = found->path;
	found->path = NULL;
	f->by_name_alone = found->by_name_alone;
	f->modified = modified(found->fd);
	err = read_all(f, found->fd, (size_t)found->size, &f->len);
	if (!err)
		err = split(r, f, (struct str){ f->data, f->len });
	if (err) {
		free(f->data);
		f->data = NULL;
	}
	return err;
}

int source_read(struct source_reader *r, struct str path, struct source_file **file)
{
	struct source_file f = { 0 };
	struct source_found found;
	uint32_t id;
	int err;

	/* Room first, so that a path that has an id has a file. */
	if (!vec_reserve(&r->files, (size_t)1))
		return ASSAY_ERR_NOMEM;
	err = strtab_intern(&r->paths, path, &id);
	if (err)
		return ASSAY_ERR_NOMEM;
	if (id >= r->files.n) {
		err = source_find(&found, &f.tried, &r->options, path, &f.error);
		if (!err) {
			/* What the reference's rules said before Go's rules found it is no error any more. */
			f.error = (struct assay_diag){ 0 };
			err = load(r, &f, &found);
			source_found_release(&found);
		}
		r->files.items[r->files.n++] = f;
	}
	*file = &r->files.items[id];
	return (*file)->error.code == ASSAY_ERR_NOMEM ? ASSAY_ERR_NOMEM : 0;
}
