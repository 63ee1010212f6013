/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor [--skim | --inflate] FILE...: the least that a program does that reads profiles, to measure others against.
 *
 * Each file is read whole, inflated by one call of libdeflate, and its wire format walked once: every field of the
 * profile, every field of each sample and every number in the sample's packed lists. --skim steps over samples like
 * over any other field, --inflate does not look at the message at all. The sums keep the compiler from leaving anything
 * out, and tests/bench/run compares them with what other programs say of the same files.
 */
#include <inttypes.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES 8

enum mode { WALK, SKIM, INFLATE };
enum wire { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
enum { PROFILE_SAMPLE = 2, SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2 };

struct sums {
	uint64_t bytes, fields, lengths, scalars;
	uint64_t samples, frames, ids, values[MAX_VALUES];
};

struct span {
	const uint8_t *p, *end;
};

struct buffer {
	uint8_t *data;
	size_t size;
};

static _Noreturn void fail(const char *path, const char *what)
{
	fprintf(stderr, "floor: '%s' %s\n", path, what);
	exit(2);
}

static bool take_varint(struct span *s, uint64_t *value)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64 && s->p < s->end; shift += 7) {
		uint8_t byte = *s->p++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*value = v;
			return true;
		}
	}
	return false;
}

/* The number of the field, its wire type, and its value: a number, or how many bytes *data has. */
struct field {
	uint32_t number;
	enum wire wire;
	uint64_t value;
	struct span data;
};

static bool take_field(struct span *s, struct field *f)
{
	uint64_t tag, size;

	if (!take_varint(s, &tag))
		return false;
	f->number = (uint32_t)(tag >> 3);
	f->wire = (enum wire)(tag & 7);
	switch (f->wire) {
	case VARINT:
		return take_varint(s, &f->value);
	case BYTES:
		if (!take_varint(s, &size))
			return false;
		break;
	case FIXED64:
		size = 8;
		break;
	case FIXED32:
		size = 4;
		break;
	default:
		return false;
	}
	if (size > (uint64_t)(s->end - s->p))
		return false;
	f->value = size;
	f->data = (struct span){ s->p, s->p + size };
	s->p += size;
	return true;
}

static void add_frame(struct sums *sums, uint64_t id)
{
	sums->frames++;
	sums->ids += id;
}

static bool walk_sample(struct span s, struct sums *sums)
{
	size_t n_values = 0;
	struct field f;
	uint64_t v;

	sums->samples++;
	while (s.p < s.end) {
		if (!take_field(&s, &f))
			return false;
		if (f.number == SAMPLE_LOCATION && f.wire == BYTES) {
			while (f.data.p < f.data.end) {
				if (!take_varint(&f.data, &v))
					return false;
				add_frame(sums, v);
			}
		} else if (f.number == SAMPLE_VALUE && f.wire == BYTES) {
			while (f.data.p < f.data.end) {
				if (!take_varint(&f.data, &v))
					return false;
				sums->values[n_values++ % MAX_VALUES] += v;
			}
		} else if (f.number == SAMPLE_LOCATION) {
			add_frame(sums, f.value);
		} else if (f.number == SAMPLE_VALUE) {
			sums->values[n_values++ % MAX_VALUES] += f.value;
		} else {
			sums->lengths += f.value;
		}
	}
	return true;
}

static bool walk(struct span s, enum mode mode, struct sums *sums)
{
	struct field f;

	while (s.p < s.end) {
		if (!take_field(&s, &f))
			return false;
		sums->fields++;
		if (f.wire == VARINT)
			sums->scalars += f.value;
		else
			sums->lengths += f.value;
		if (mode == WALK && f.number == PROFILE_SAMPLE && f.wire == BYTES && !walk_sample(f.data, sums))
			return false;
	}
	return true;
}

/* What is there is kept for the next file, and replaced by more where that needs more. */
static void reserve(struct buffer *b, size_t size, const char *path)
{
	if (size <= b->size && b->data)
		return;
	free(b->data);
	b->data = malloc(size ? size : 1);
	b->size = size;
	if (!b->data)
		fail(path, "does not fit into memory");
}

static size_t read_file(const char *path, struct buffer *b)
{
	FILE *f = fopen(path, "rb");
	long size;

	if (!f || fseek(f, 0, SEEK_END) < 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) < 0)
		fail(path, "cannot be opened");
	reserve(b, (size_t)size, path);
	/* In one piece, without a buffer in between. */
	setvbuf(f, NULL, _IONBF, 0);
	if (fread(b->data, 1, (size_t)size, f) != (size_t)size)
		fail(path, "cannot be read");
	fclose(f);
	return (size_t)size;
}

/* A gzip file ends in the size of what is in it. */
static size_t inflated_size(const uint8_t *data, size_t size, const char *path)
{
	const uint8_t *t = data + size - 4;

	if (size < 18 || data[0] != 0x1f || data[1] != 0x8b)
		fail(path, "is not a gzip file");
	return t[0] | (size_t)t[1] << 8 | (size_t)t[2] << 16 | (size_t)t[3] << 24;
}

static void add_file(const char *path, enum mode mode, struct sums *sums)
{
	static struct libdeflate_decompressor *d;
	static struct buffer packed, plain;
	size_t n_packed = read_file(path, &packed), n_plain = inflated_size(packed.data, n_packed, path);

	if (!d && !(d = libdeflate_alloc_decompressor()))
		fail(path, "does not fit into memory");
	reserve(&plain, n_plain, path);
	if (libdeflate_gzip_decompress(d, packed.data, n_packed, plain.data, n_plain, NULL) != LIBDEFLATE_SUCCESS)
		fail(path, "cannot be inflated");
	sums->bytes += n_plain;
	if (mode != INFLATE && !walk((struct span){ plain.data, plain.data + n_plain }, mode, sums))
		fail(path, "is not a profile");
}

static void print_sums(const struct sums *s, enum mode mode)
{
	printf("bytes %" PRIu64 "\n", s->bytes);
	if (mode == INFLATE)
		return;
	printf("fields %" PRIu64 "\nlengths %" PRIu64 "\nscalars %" PRIu64 "\n", s->fields, s->lengths, s->scalars);
	if (mode == SKIM)
		return;
	printf("samples %" PRIu64 "\nframes %" PRIu64 "\nids %" PRIu64 "\nvalues", s->samples, s->frames, s->ids);
	for (size_t i = 0; i < MAX_VALUES; i++)
		printf(" %" PRIu64, s->values[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct sums sums = { 0 };
	enum mode mode = WALK;
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--skim") == 0)
		mode = SKIM;
	else if (argc > 1 && strcmp(argv[1], "--inflate") == 0)
		mode = INFLATE;
	first += mode != WALK;
	if (first >= argc) {
		fputs("usage: floor [--skim | --inflate] FILE...\n", stderr);
		return 2;
	}
	for (int i = first; i < argc; i++)
		add_file(argv[i], mode, &sums);
	print_sums(&sums, mode);
	return 0;
}
