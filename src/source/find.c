/* SPDX-License-Identifier: Apache-2.0 */
#include "source/find.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/path.h"
#include "source/search.h"

static const char *why_not(int error, char *to, size_t size)
{
	return error == NOT_REGULAR ? "not a regular file" : diag_errno(error, to, size);
}

/* O_NONBLOCK, because a FIFO under this name would otherwise be waited for before it can be seen to be one. */
int search_open(const char *path, uint64_t *size, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	*error = 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		*error = errno == ENXIO ? NOT_REGULAR : errno;
	else if (S_ISDIR(st.st_mode))
		*error = EISDIR;
	else if (!S_ISREG(st.st_mode))
		*error = NOT_REGULAR;
	else if (st.st_size < 0 || (uint64_t)st.st_size > SOURCE_MAX_SIZE)
		*error = EFBIG;
	else
		*size = (uint64_t)st.st_size;
	if (*error && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool is_tried(const struct source_tried *t, struct str text)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_equal(str_of(t->paths[i]), text))
			return true;
	return false;
}

static void remember(struct search *s)
{
	struct source_tried *t = s->tried;
	char why[128];

	if (s->error != ENOENT && s->error != ENOTDIR)
		buf_addf(&s->candidate, " (%s)", why_not(s->error, why, sizeof(why)));
	if (s->candidate.failed) {
		s->failed = true;
	} else if (!is_tried(t, buf_str(&s->candidate))) {
		if (t->n == SOURCE_TRIED_MAX)
			t->n_more++;
		else if (!(t->paths[t->n] = strdup(s->candidate.data)))
			s->failed = true;
		else
			t->n++;
	}
}

bool search_try(struct search *s, struct str dir, struct str path)
{
	int fd;

	s->error = ENAMETOOLONG;
	if (s->failed || dir.len > PATH_MAX || path.len > PATH_MAX)
		return s->failed;
	buf_reset(&s->joined);
	buf_reset(&s->candidate);
	buf_add_str(&s->joined, dir);
	if (dir.len)
		buf_add_char(&s->joined, '/');
	buf_add_str(&s->joined, path);
	path_clean(&s->candidate, buf_str(&s->joined));
	if (s->joined.failed || s->candidate.failed)
		return s->failed = true;
	s->error = EINVAL;
	if (memchr(s->candidate.data, '\0', s->candidate.len))
		return false;
	fd = search_open(s->candidate.data, &s->found->size, &s->error);
	if (fd < 0) {
		remember(s);
		return s->failed;
	}
	s->found->fd = fd;
	s->found->path = buf_detach(&s->candidate, NULL);
	s->failed = !s->found->path;
	if (s->failed)
		close(fd);
	return true;
}

struct str search_parent(struct str dir)
{
	while (dir.len && dir.p[dir.len - 1] != '/')
		dir.len--;
	while (dir.len > 1 && dir.p[dir.len - 1] == '/')
		dir.len--;
	return dir.len ? dir : STR(".");
}

static bool try_upwards(struct search *s, struct str dir, struct str path)
{
	for (;;) {
		struct str above = search_parent(dir);

		if (search_try(s, dir, path))
			return true;
		if (str_equal(above, dir))
			return false;
		dir = above;
	}
}

/* The rules of the reference. On failure diag has its words. */
static bool try_recorded(struct search *s, struct str recorded, struct assay_diag *diag)
{
	struct str path = path_trim(recorded, s->options->trim_path, s->roots);
	struct str rest = list_of(s->roots), dir;
	char why[128];

	if (path.len && path.p[0] == '/') {
		if (search_try(s, STR(""), path))
			return true;
		diag_set_name(diag, ASSAY_ERR_IO, "open ", path, ": %s", why_not(s->error, why, sizeof(why)));
		return false;
	}
	while (next_item(&rest, ':', &dir))
		if (try_upwards(s, dir, path))
			return true;
	diag_set_name(diag, ASSAY_ERR_IO, "could not find file ", path, " on path %.*s", (int)s->roots.len, s->roots.p);
	return false;
}

int source_find(struct source_found *found, struct source_tried *tried, const struct source_options *options,
	struct str path, struct assay_diag *diag)
{
	struct source_found f = { .fd = -1 };
	struct search s = { .options = options, .found = &f, .tried = tried };
	bool done;

	*tried = (struct source_tried){ 0 };
	s.roots = options->source_path.len ? options->source_path : options->env.cwd;
	done = try_recorded(&s, path, diag) || search_go(&s, path);
	buf_release(&s.joined);
	buf_release(&s.candidate);
	if (s.failed)
		return diag_nomem(diag, "a path");
	if (!done)
		return ASSAY_ERR_IO;
	*found = f;
	return 0;
}

void source_found_release(struct source_found *found)
{
	close(found->fd);
	free(found->path);
}

void source_tried_release(struct source_tried *tried)
{
	for (size_t i = 0; i < tried->n; i++)
		free(tried->paths[i]);
	*tried = (struct source_tried){ 0 };
}

void source_tried_add(struct buf *out, const struct source_tried *tried)
{
	for (size_t i = 0; i < tried->n; i++) {
		if (i)
			buf_add_str(out, STR(", "));
		buf_add_str(out, str_of(tried->paths[i]));
	}
	if (tried->n_more)
		buf_addf(out, " and %zu more", tried->n_more);
}
