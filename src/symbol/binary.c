/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/binary.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/path.h"

static char *copy_str(struct str s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		return NULL;
	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.p[i] ? s.p[i] : ' ';
	copy[s.len] = '\0';
	return copy;
}

static bool replace(char **text, struct str by)
{
	char *copy = copy_str(by);

	if (!copy)
		return false;
	free(*text);
	*text = copy;
	return true;
}

/* What was tried is told to people; without memory it is not. */
static void add_try(struct binary *b, const char *path, const char *why)
{
	struct binary_try t;

	for (size_t i = 0; i < b->tries.n; i++) {
		if (strcmp(b->tries.items[i].path, path) != 0)
			continue;
		/* It was no good as a binary, and now it is as what a binary refers to. */
		if (!*why)
			b->tries.items[i].why[0] = '\0';
		return;
	}
	if (b->tries.n == BINARY_MAX_TRIES) {
		b->n_more_tries++;
		return;
	}
	t = (struct binary_try){ strdup(path), strdup(why) };
	if (t.path && t.why && vec_push(&b->tries, t))
		return;
	free(t.path);
	free(t.why);
	b->n_more_tries++;
}

/* The file that was taken, once more: another may lie there by now. */
static int reopen(void *data, struct assay_diag *diag)
{
	struct binary *b = data;
	struct find_file now;
	int fd;

	if (find_open(&fd, &now, b->path, diag) < 0)
		return -1;
	if (now.device != b->identity.device || now.inode != b->identity.inode) {
		close(fd);
		diag_set(diag, ASSAY_ERR_IO, "%s was replaced meanwhile", b->path);
		return -1;
	}
	return fd;
}

struct need_visit {
	struct binary *binary;
	unsigned skip; /* files that were given for this need before */
	int fd;
};

static int visit_needed(void *data, const char *path, enum find_place place)
{
	struct need_visit *v = data;
	struct find_file file;
	struct assay_diag why;
	int fd;

	(void)place;
	if (find_open(&fd, &file, path, &why) < 0) {
		add_try(v->binary, path, why.text);
		return 0;
	}
	if (file.device == v->binary->identity.device && file.inode == v->binary->identity.inode) {
		close(fd);
		return 0;
	}
	if (v->skip) {
		v->skip--;
		close(fd);
		return 0;
	}
	add_try(v->binary, path, "");
	v->fd = fd;
	return 1;
}

static uint64_t hash_need(const struct object_need *n)
{
	uint64_t key = hash_key(), h = hash_u64(key, n->kind);

	h = hash_mix(h, hash_bytes(key, n->name.p, n->name.len));
	h = hash_mix(h, hash_bytes(key, n->directory.p, n->directory.len));
	h = hash_mix(h, hash_bytes(key, n->build_id.p, n->build_id.len));
	return hash_mix(h, n->id);
}

static int give_needed(void *data, unsigned worker, const struct object_need *need)
{
	struct binary *b = data;
	struct binary_need *last = &b->needs[worker];
	struct need_visit v = { .binary = b, .fd = -1 };
	uint64_t hash = hash_need(need);

	if (last->hash != hash)
		*last = (struct binary_need){ hash, 0 };
	v.skip = last->n;
	find_needed(b->places, b->path, need, &(struct find_visitor){ visit_needed, &v });
	last->n = v.fd >= 0 ? last->n + 1 : 0;
	/* Either is asked for only where something lies elsewhere. What a package lacks is asked for as a .dwo. */
	b->is_split |= need->kind == OBJECT_NEED_DWO || need->kind == OBJECT_NEED_DWP;
	b->split_missing |= need->kind == OBJECT_NEED_DWO && v.fd < 0;
	return v.fd;
}

static int take_info(void *data, const struct object_info *info)
{
	struct binary *b = data;

	if (!replace(&b->found_build_id, info->build_id) || !replace(&b->debug_file, info->debug_file))
		return ASSAY_ERR_NOMEM;
	b->segments.n = 0;
	for (size_t i = 0; i < info->n_segments; i++)
		if (!vec_push(&b->segments, info->segments[i]))
			return ASSAY_ERR_NOMEM;
	b->info = *info;
	b->info.build_id = b->info.debuglink = b->info.debug_file = STR("");
	b->info.segments = NULL;
	return 0;
}

int binary_init(struct binary *b, struct str file, struct str build_id, const struct binary_options *o)
{
	*b = (struct binary){ .places = &o->places };
	b->subject = (struct subject){ reopen, give_needed, take_info, "", b };
	if (replace(&b->file, file) && replace(&b->build_id, build_id) && replace(&b->found_build_id, STR("")) &&
		replace(&b->debug_file, STR("")))
		return 0;
	binary_release(b);
	return ASSAY_ERR_NOMEM;
}

void binary_release(struct binary *b)
{
	for (size_t i = 0; i < b->tries.n; i++) {
		free(b->tries.items[i].path);
		free(b->tries.items[i].why);
	}
	vec_release(&b->tries);
	vec_release(&b->segments);
	free(b->file);
	free(b->build_id);
	free(b->path);
	free(b->found_build_id);
	free(b->debug_file);
	*b = (struct binary){ 0 };
}

struct base_image binary_image(const struct binary *b)
{
	return (struct base_image){
		.type = b->info.type,
		.segments = b->segments.items,
		.n_segments = b->segments.n,
		.has_text = b->info.has_text,
		.text = b->info.text,
	};
}

struct look {
	struct binary *binary;
	struct workers *workers;
	const struct binary_options *options;
	struct assay_diag *diag;
	char *debug_path; /* a file that would do if there is nothing better */
	enum find_place debug_place;
	int err;
};

/* Takes the file of that path for the binary, as far as a worker can make something of it. */
static int take(struct look *l, const char *path, enum find_place place)
{
	struct binary *b = l->binary;
	struct question q = { .subject = &b->subject, .type = MESSAGE_OPEN, .budget = PROTOCOL_MAX_REPLY };

	free(b->path);
	b->path = strdup(path);
	if (!b->path)
		return diag_nomem(l->diag, "a path");
	b->place = place;
	b->subject.name = b->path;
	memset(b->needs, 0, sizeof(b->needs));
	workers_forget(l->workers, &b->subject);
	l->err = workers_ask(l->workers, &q, 1, l->diag);
	b->why = q.diag;
	return l->err ? l->err : q.err;
}

static void leave(struct binary *b)
{
	free(b->path);
	b->path = NULL;
}

static bool is_mismatch(const struct binary *b)
{
	return *b->build_id && *b->found_build_id && strcasecmp(b->build_id, b->found_build_id) != 0;
}

/* Not the same program, or not the same build of it. */
static int refuse(struct look *l, const char *path, enum find_place place)
{
	struct binary *b = l->binary;
	char why[200];

	snprintf(why, sizeof(why), "build ID mismatch, it has %.100s", b->found_build_id);
	add_try(b, path, why);
	diag_set(&b->why, ASSAY_ERR_FORMAT, "build ID mismatch: %s has %s", path, b->found_build_id);
	b->is_mismatch = true;
	leave(b);
	if (place == FIND_SEARCHED)
		ctx_warn(l->workers->ctx, "Ignoring local file %s: build-id mismatch (%s != %s)", path, b->build_id,
			b->found_build_id);
	return 0;
}

static bool is_debug_alone(const struct binary *b)
{
	struct base_image image = binary_image(b);

	return base_is_debug_alone(&image);
}

/* Code and the place of it are in the binary itself, which finds its debug information. */
static int keep_for_later(struct look *l, const char *path, enum find_place place)
{
	struct binary *b = l->binary;

	add_try(b, path, "holds debug information alone");
	leave(b);
	l->debug_place = place;
	l->debug_path = strdup(path);
	return l->debug_path ? 0 : ASSAY_ERR_NOMEM;
}

static int visit_candidate(void *data, const char *path, enum find_place place)
{
	struct look *l = data;
	struct binary *b = l->binary;
	struct assay_diag why, before = b->why;
	bool was_mismatch = b->is_mismatch;
	int fd, err;

	if (find_open(&fd, &b->identity, path, &why) < 0) {
		add_try(b, path, why.text);
		/* About the path in the profile people want to hear, about places where it might have been not. */
		if (place == FIND_RECORDED && !was_mismatch)
			b->why = why;
		return 0;
	}
	close(fd);
	err = take(l, path, place);
	if (l->err)
		return l->err;
	if (err) {
		add_try(b, path, b->why.text);
		leave(b);
		if (was_mismatch)
			b->why = before;
		return 0;
	}
	if (is_mismatch(b) && !l->options->ignore_build_id)
		return refuse(l, path, place);
	if (is_mismatch(b)) {
		b->mismatch_used = true;
		ctx_warn(l->workers->ctx, "Using %s in spite of its build ID, %s and not %s", path, b->found_build_id,
			b->build_id);
	}
	if (is_debug_alone(b) && !l->debug_path)
		return keep_for_later(l, path, place);
	add_try(b, path, "");
	b->why = (struct assay_diag){ 0 };
	b->is_mismatch = false;
	return 1;
}

/* There is nothing better: names and lines are in there, too. */
static int take_debug_alone(struct look *l)
{
	struct binary *b = l->binary;
	struct assay_diag why;
	int fd, err;

	err = find_open(&fd, &b->identity, l->debug_path, &why);
	if (err)
		return 0;
	close(fd);
	err = take(l, l->debug_path, l->debug_place);
	if (err) {
		leave(b);
		return l->err;
	}
	b->why = (struct assay_diag){ 0 };
	b->is_mismatch = false;
	add_try(b, b->path, "");
	return 0;
}

int binary_look(struct binary *b, const struct binary_options *o, struct workers *w, struct assay_diag *diag)
{
	struct look l = { .binary = b, .workers = w, .options = o, .diag = diag };
	int result;

	if (b->looked)
		return 0;
	b->looked = true;
	diag_set(&b->why, ASSAY_ERR_IO, "no such file was found");
	result = find_binary(
		&o->places, str_of(b->file), str_of(b->build_id), &(struct find_visitor){ visit_candidate, &l });
	if (!l.err && result == 0 && l.debug_path)
		result = take_debug_alone(&l);
	free(l.debug_path);
	if (l.err)
		return l.err;
	return result < 0 ? diag_nomem(diag, "a path") : 0;
}

void binary_add_name(struct buf *out, struct str file, struct str build_id)
{
	buf_add_str(out, path_base(file));
	if (build_id.len) {
		buf_add_str(out, STR(" (build ID "));
		buf_add_str(out, build_id);
		buf_add_char(out, ')');
	}
}
