/* SPDX-License-Identifier: Apache-2.0 */

/*
 * resolve [-s] [-d FOLDER] BINARY: answers the addresses on standard input, one per line in hex, as
 * `llvm-symbolizer --inlines --functions=linkage --no-demangle` does: per frame a line with the name and one with
 * path:line:column, `??` for what is unknown, an empty line behind each address. In-process, so that it can be compared
 * and measured without the program around it. -s asks the symbol table alone. Files that the binary refers to are
 * looked for beside it and in FOLDER, by name and as ab/cdef.debug.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"
#include "base/vec.h"
#include "worker/object.h"

struct where {
	const char *binary, *folder;
};

static int try_open(const char *folder, const char *slash, struct str name, const char *tail)
{
	struct buf path = BUF_INIT;
	int fd;

	buf_addf(&path, "%s%s", folder, slash);
	buf_add_str(&path, name);
	buf_addf(&path, "%s", tail);
	fd = path.failed ? -1 : open(path.data, O_RDONLY | O_CLOEXEC);
	buf_release(&path);
	return fd;
}

static int open_by_build_id(const struct where *w, struct str id)
{
	char name[256];

	if (id.len < 3 || !w->folder)
		return -1;
	snprintf(name, sizeof(name), "%.2s/%.*s", id.p, (int)id.len - 2, id.p + 2);
	return try_open(w->folder, "/", str_of(name), ".debug");
}

static int open_needed(void *data, const struct object_need *need)
{
	const struct where *w = data;
	struct str base = path_base(need->name);
	char beside[4096];
	int fd = -1;

	snprintf(beside, sizeof(beside), "%s", w->binary);
	if (strrchr(beside, '/'))
		*strrchr(beside, '/') = 0;
	else
		snprintf(beside, sizeof(beside), ".");
	if (need->kind == OBJECT_NEED_BUILD_ID)
		return open_by_build_id(w, need->build_id);
	if (need->kind == OBJECT_NEED_DWP)
		return try_open(w->binary, "", STR(""), ".dwp");
	if (need->name.len && need->name.p[0] == '/')
		fd = try_open("", "", need->name, "");
	if (fd < 0)
		fd = try_open(beside, "/", base, "");
	if (fd < 0 && w->folder)
		fd = try_open(w->folder, "/", base, "");
	return fd;
}

static int print_answer(void *data, const struct object_answer *a)
{
	(void)data;
	for (size_t i = 0; i < a->n_frames; i++) {
		const struct object_frame *f = &a->frames[i];

		printf("%.*s\n", f->name.len ? (int)f->name.len : 2, f->name.len ? f->name.p : "??");
		printf("%.*s:%lld:%lld\n", f->file.len ? (int)f->file.len : 2, f->file.len ? f->file.p : "??",
			(long long)f->line, (long long)f->column);
	}
	if (!a->n_frames)
		printf("??\n??:0:0\n");
	printf("\n");
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	VEC(uint64_t) addresses = { 0 };
	struct where where = { 0 };
	struct object_files files = { .open = open_needed, .data = &where };
	struct object_sink sink = { .answer = print_answer };
	struct assay_diag diag = { 0 }, flaw = { 0 };
	struct object *o = NULL;
	bool symbols_only = false;
	char line[128];
	int opt, err;

	while ((opt = getopt(argc, argv, "sd:")) != -1) {
		if (opt == 's')
			symbols_only = true;
		else if (opt == 'd')
			where.folder = optarg;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	where.binary = argv[optind];
	while (fgets(line, sizeof(line), stdin)) {
		uint64_t address = strtoull(line, NULL, 16);

		if (!vec_push(&addresses, address))
			return 2;
	}
	if (addresses.n)
		qsort(addresses.items, addresses.n, sizeof(*addresses.items), by_value);
	err = object_open(&o, open(where.binary, O_RDONLY | O_CLOEXEC), where.binary, &files, &diag);
	if (!err)
		err = object_resolve(o, addresses.items, addresses.n, symbols_only, &sink, &flaw, &diag);
	if (flaw.code)
		fprintf(stderr, "flaw: %s\n", flaw.text);
	if (err)
		fprintf(stderr, "%s: %s\n", where.binary, diag.text);
	object_free(o);
	vec_release(&addresses);
	return err ? 1 : 0;
}
