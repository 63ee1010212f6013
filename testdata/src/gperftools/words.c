/*
 * Words builds an index of made-up words, again and again, for the profilers of gperftools.
 *
 * Usage: words FOLDER
 * Leaves FOLDER/words.cpu.prof and FOLDER/words.NNNN.heap.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gperftools/heap-profiler.h>
#include <gperftools/profiler.h>

struct word {
	struct word *next;
	char text[24];
	unsigned n;
};

struct index {
	struct word *slots[512];
};

static uint32_t state = 1;

static __attribute__((noinline)) uint32_t next_number(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static __attribute__((noinline)) uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

static __attribute__((noinline)) struct word *new_word(const char *text)
{
	struct word *w = calloc(1, sizeof(*w));

	if (w)
		strncpy(w->text, text, sizeof(w->text) - 1);
	return w;
}

static __attribute__((noinline)) void add(struct index *index, const char *text)
{
	struct word **slot = &index->slots[hash(text) % 512], *w = *slot;

	while (w && strcmp(w->text, text) != 0)
		w = w->next;
	if (!w && (w = new_word(text))) {
		w->next = *slot;
		*slot = w;
	}
	if (w)
		w->n++;
}

static __attribute__((noinline)) void drop(struct index *index)
{
	for (unsigned i = 0; i < 512; i++) {
		while (index->slots[i]) {
			struct word *w = index->slots[i];

			index->slots[i] = w->next;
			free(w);
		}
	}
	free(index);
}

static __attribute__((noinline)) struct index *build(unsigned n)
{
	struct index *index = calloc(1, sizeof(*index));
	char text[24];

	for (unsigned i = 0; index && i < n; i++) {
		snprintf(text, sizeof(text), "word%u", next_number() % 3000);
		add(index, text);
	}
	return index;
}

int main(int argc, char **argv)
{
	char path[4096];
	struct index *kept;

	if (argc != 2)
		return 2;
	snprintf(path, sizeof(path), "%s/words.cpu.prof", argv[1]);
	ProfilerStart(path);
	for (unsigned i = 0; i < 60; i++) {
		struct index *index = build(20000);

		if (index)
			drop(index);
	}
	ProfilerStop();
	snprintf(path, sizeof(path), "%s/words", argv[1]);
	HeapProfilerStart(path);
	kept = build(2000);
	drop(build(500));
	HeapProfilerDump("at the end");
	HeapProfilerStop();
	if (kept)
		drop(kept);
	return 0;
}
