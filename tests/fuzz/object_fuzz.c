/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary as the worker reads it: headers, symbols, code, and names and lines for addresses all over it. Every file
 * that the binary asks for is the binary itself, so that one input can hold also what lies beside others.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "worker/object.h"

/* Small inputs have little code; further apart than this are only the edges. */
#define N_ADDRESSES 256

struct input {
	const uint8_t *data;
	size_t size;
	unsigned n_opened;
};

static int open_input(const struct input *in)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(write(fd, in->data, in->size) == (ssize_t)in->size);
	return fd;
}

static int open_needed(void *data, const struct object_need *need)
{
	struct input *in = data;

	CHECK(need->name.p && need->directory.p);
	return in->n_opened++ < 16 ? open_input(in) : -1;
}

struct answers {
	uint64_t last;
	size_t n, n_bytes;
};

static int take_answer(void *data, const struct object_answer *a)
{
	struct answers *answers = data;

	CHECK(a->address >= answers->last);
	answers->last = a->address;
	answers->n++;
	for (size_t i = 0; i < a->n_frames; i++) {
		const struct object_frame *f = &a->frames[i];

		/* Reads every byte of the texts. */
		for (size_t k = 0; k < f->name.len; k++)
			answers->n_bytes += (unsigned char)f->name.p[k];
		for (size_t k = 0; k < f->file.len; k++)
			answers->n_bytes += (unsigned char)f->file.p[k];
	}
	return 0;
}

static size_t choose_addresses(const struct object_info *info, uint64_t *to)
{
	uint64_t start = info->has_text ? info->text : 0;
	size_t n = 0;

	for (; n < N_ADDRESSES && start + n * 3 >= start; n++)
		to[n] = start + n * 3;
	return n;
}

static void resolve(struct object *o, const uint64_t *addresses, size_t n, bool symbols_only)
{
	struct answers answers = { 0 };
	struct object_sink sink = { .answer = take_answer, .data = &answers };
	struct assay_diag flaw = { 0 }, diag = { 0 };
	int err = object_resolve(o, addresses, n, symbols_only, &sink, &flaw, &diag);

	CHECK(err || answers.n == n);
	CHECK(!err || diag.text[0]);
}

static void look_at(struct object *o)
{
	uint64_t addresses[N_ADDRESSES];
	const struct object_symbol *symbols = NULL;
	size_t n = choose_addresses(object_info(o), addresses), n_symbols = 0, n_bytes = 0;
	const uint8_t *bytes = NULL;
	uint8_t md5[16];

	resolve(o, addresses, n, false);
	resolve(o, addresses, n, true);
	if (object_symbols(o, &symbols, &n_symbols, NULL) == 0)
		for (size_t i = 1; i < n_symbols; i++)
			CHECK(symbols[i - 1].address <= symbols[i].address && symbols[i].name.len);
	if (n && object_code(o, addresses[n / 2], 64, &bytes, &n_bytes, NULL) == 0)
		CHECK(n_bytes && n_bytes <= 64);
	if (n)
		object_source_md5(o, addresses[0], STR("/src/tiny.c"), md5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .data = data, .size = size };
	struct object_files files = { .open = open_needed, .data = &in };
	struct assay_diag diag = { 0 };
	struct object *o = NULL;
	int err = object_open(&o, open_input(&in), "input", &files, &diag);

	CHECK((err == 0) == (o != NULL));
	CHECK(!err || diag.text[0]);
	if (o)
		look_at(o);
	object_free(o);
	return 0;
}
