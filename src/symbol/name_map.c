/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/name_map.h"

#include <ctype.h>
#include <errno.h>
#include <unistd.h>

#include "base/diag.h"
#include "symbol/find.h"

/* Behind the last function before a gap, and behind the last of all, nothing says where it ends; nobody's is longer. */
#define MOST_SIZE ((uint64_t)1 << 20)

static bool take_hex(struct str *s, uint64_t *v)
{
	size_t n = 0;

	*v = 0;
	if (s->len > 2 && s->p[0] == '0' && (s->p[1] == 'x' || s->p[1] == 'X'))
		*s = str_skip(*s, 2);
	for (; n < s->len && n < 16 && isxdigit((unsigned char)s->p[n]); n++) {
		char c = s->p[n];

		*v = *v << 4 | (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	if (!n || (n < s->len && s->p[n] != ' ' && s->p[n] != '\t'))
		return false;
	*s = str_skip(*s, n);
	return true;
}

static void skip_blanks(struct str *s)
{
	while (s->len && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = str_skip(*s, 1);
}

/* "ffffffffc0a01000 t probe\t[veth]": the module is no part of the name, which is how kernels print it, too. */
static bool read_kallsyms(struct str line, struct name_map_entry *e)
{
	char type;

	if (!take_hex(&line, &e->start))
		return false;
	skip_blanks(&line);
	if (line.len < 3)
		return false;
	type = (char)(line.p[0] | 32);
	line = str_skip(line, 1);
	skip_blanks(&line);
	for (size_t i = 0; i < line.len; i++)
		if (line.p[i] == '\t' || line.p[i] == ' ')
			line.len = i;
	e->name = line;
	e->end = 0;
	/* Kernels of old had absolute ones as code; those near 0 are offsets of what each processor has of its own. */
	return line.len && (type == 't' || type == 'w' || (type == 'a' && e->start >> 63));
}

static bool read_perf(struct str line, struct name_map_entry *e)
{
	uint64_t size;

	if (!take_hex(&line, &e->start))
		return false;
	skip_blanks(&line);
	if (!take_hex(&line, &size))
		return false;
	skip_blanks(&line);
	e->name = line;
	e->end = size > UINT64_MAX - e->start ? UINT64_MAX : e->start + size;
	return line.len && size;
}

static int compare(const void *a, const void *b)
{
	const struct name_map_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Where a symbol ends that does not say it. */
static uint64_t guess_end(uint64_t start, uint64_t next)
{
	return next - start > MOST_SIZE ? start + MOST_SIZE : next;
}

/* Symbols end where the next one begins; ranges end there too, so that one look is enough. */
static void settle(struct name_map *m)
{
	size_t n = 0;

	if (m->entries.n)
		qsort(m->entries.items, m->entries.n, sizeof(*m->entries.items), compare);
	for (size_t i = 0; i < m->entries.n; i++) {
		struct name_map_entry *e = &m->entries.items[i];

		/* Of several at one place a JIT means the last; a kernel has aliases, of which the first is as good. */
		if (n && m->entries.items[n - 1].start == e->start) {
			if (e->end)
				m->entries.items[n - 1] = *e;
			continue;
		}
		m->entries.items[n++] = *e;
	}
	m->entries.n = n;
	for (size_t i = 0; i < n; i++) {
		struct name_map_entry *e = &m->entries.items[i];
		uint64_t next = i + 1 < n ? m->entries.items[i + 1].start : UINT64_MAX;

		if (!e->end)
			e->end = guess_end(e->start, next);
		else if (e->end > next)
			e->end = next;
	}
}

int name_map_parse(
	struct name_map *m, char *text, size_t len, enum name_map_format format, size_t *n_bad, struct assay_diag *diag)
{
	struct str rest = { text, len };
	uint32_t order = 0;

	*m = (struct name_map){ .text = text };
	*n_bad = 0;
	while (rest.len) {
		const char *end = memchr(rest.p, '\n', rest.len);
		struct str line = { rest.p, end ? (size_t)(end - rest.p) : rest.len };
		struct name_map_entry e = { .order = order++ };

		rest = str_skip(rest, line.len + (end != NULL));
		if (line.len && line.p[line.len - 1] == '\r')
			line.len--;
		if (!(format == NAME_MAP_KALLSYMS ? read_kallsyms(line, &e) : read_perf(line, &e))) {
			*n_bad += line.len != 0;
			continue;
		}
		if (!vec_push(&m->entries, e)) {
			m->text = NULL;
			name_map_release(m);
			return diag_nomem(diag, "names of addresses");
		}
	}
	settle(m);
	return 0;
}

static int read_text(int fd, const char *path, char **text, size_t *len, struct assay_diag *diag)
{
	struct buf b = BUF_INIT;
	char chunk[65536], why[128];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || b.len > NAME_MAP_MAX_SIZE) {
			buf_release(&b);
			return n < 0 ? diag_set(diag, ASSAY_ERR_IO, "read %s: %s", path,
					       diag_errno(errno, why, sizeof(why)))
				     : diag_set(diag, ASSAY_ERR_TOO_BIG, "%s is too large", path);
		}
		buf_add(&b, chunk, (size_t)n);
	}
	*text = buf_detach(&b, len);
	return *text ? 0 : diag_nomem(diag, "names of addresses");
}

/* What a kernel shows to those who may not know: every symbol at 0. */
static bool is_hidden(const struct name_map *m)
{
	return m->entries.n && m->entries.items[m->entries.n - 1].start == 0;
}

int name_map_read(struct name_map *m, const char *path, enum name_map_format format, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct find_file unused;
	size_t len = 0, n_bad;
	char *text = NULL;
	int fd, err = find_open_regular(&fd, &unused, path, NAME_MAP_MAX_SIZE, diag);

	if (err)
		return err;
	err = read_text(fd, path, &text, &len, diag);
	close(fd);
	if (err)
		return err;
	err = name_map_parse(m, text, len, format, &n_bad, diag);
	if (err) {
		free(text);
		return err;
	}
	if (is_hidden(m)) {
		m->entries.n = 0;
		ctx_warn(ctx, "%s: all addresses are 0; the kernel shows them to root alone", path);
	} else if (!m->entries.n) {
		ctx_warn(ctx, "%s: no line names a function", path);
	} else if (n_bad && format == NAME_MAP_PERF) {
		ctx_warn(ctx, "%s: %zu lines say nothing that can be read", path, n_bad);
	}
	return 0;
}

void name_map_release(struct name_map *m)
{
	vec_release(&m->entries);
	free(m->text);
	m->text = NULL;
}

bool name_map_find(const struct name_map *m, uint64_t address, struct str *name)
{
	size_t from = 0, to = m->entries.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (m->entries.items[middle].start <= address)
			from = middle + 1;
		else
			to = middle;
	}
	if (!from || address >= m->entries.items[from - 1].end)
		return false;
	*name = m->entries.items[from - 1].name;
	return true;
}
