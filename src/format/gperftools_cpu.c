/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU profiles of gperftools and of what imitates them: machine words of 4 or 8 bytes in either order.
 *
 *     0 3 kind period 0          a header; the period is in microseconds
 *     count n address...         a sample of n addresses, leaf first, as often as there are
 *     0 1 0                      the end
 *
 * Then text: a memory map, or, in the kind that Java writes, what is at each address.
 */
#include <endian.h>

#include "base/diag.h"
#include "format/java.h"
#include "format/memory_map.h"
#include "format/readers.h"

enum kind {
	KIND_NATIVE,
	KIND_JAVA,
};

/* Words that are not there read as 0. Once one was not whole, nothing is left. */
struct words {
	const uint8_t *p, *end;
	unsigned size;
	bool big_endian;
	bool cut;
};

struct cpu_header {
	uint64_t kind, period;
};

static size_t left(const struct words *w)
{
	return (size_t)(w->end - w->p);
}

static uint64_t take_word(struct words *w)
{
	uint64_t v64;
	uint32_t v32;

	if (left(w) < w->size) {
		w->cut = true;
		w->p = w->end;
		return 0;
	}
	w->p += w->size;
	if (w->size == 8) {
		memcpy(&v64, w->p - 8, 8);
		return w->big_endian ? be64toh(v64) : le64toh(v64);
	}
	memcpy(&v32, w->p - 4, 4);
	return w->big_endian ? be32toh(v32) : le32toh(v32);
}

static bool take_header(struct words *w, struct cpu_header *h)
{
	uint64_t first = take_word(w), second = take_word(w), last;

	h->kind = take_word(w);
	h->period = take_word(w);
	last = take_word(w);
	return !w->cut && first == 0 && second == 3 && h->kind <= KIND_JAVA && h->period && last == 0;
}

/* The first sort of word in which the header makes sense. */
static bool find_header(const struct text *text, struct words *w, struct cpu_header *h)
{
	static const struct {
		unsigned size;
		bool big_endian;
	} sorts[] = { { 4, false }, { 4, true }, { 8, false }, { 8, true } };

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		*w = (struct words){ .p = (const uint8_t *)text->p, .end = (const uint8_t *)text->end };
		w->size = sorts[i].size;
		w->big_endian = sorts[i].big_endian;
		if (take_header(w, h))
			return true;
	}
	return false;
}

/* All but the leaf are where a call returns to, one behind it. */
static void add_stack(struct legacy *l, struct words *w, uint64_t n, uint64_t back)
{
	for (uint64_t i = 0; !l->err && i < n; i++)
		legacy_add_address(l, take_word(w) - (i ? back : 0));
}

static bool is_end(const struct words *at, uint64_t count, uint64_t n)
{
	struct words w = *at;

	return count == 0 && n == 1 && take_word(&w) == 0;
}

static void read_samples(struct legacy *l, struct words *w, const struct cpu_header *h)
{
	while (!l->err && left(w)) {
		uint64_t count = take_word(w), n = take_word(w);

		/* The reference compares with four bytes a word whatever their size, and takes 0 for words beyond the end. */
		if (w->cut || n > left(w) / 4) {
			legacy_unrecognized(l, "a stack goes beyond the end");
			return;
		}
		if (is_end(w, count, n)) {
			take_word(w);
			return;
		}
		add_stack(l, w, n, h->kind == KIND_NATIVE);
		legacy_add_value(l, (int64_t)count);
		legacy_add_value(l, legacy_multiply((int64_t)count, l->p->period));
		legacy_end_sample(l);
	}
}

static bool is_caller(const struct legacy *l, const uint32_t *stack, const void *caller)
{
	(void)l;
	return stack[1] == *(const uint32_t *)caller;
}

/* Counts what stands second in stacks, by location; gives one that is there in nearly all of them. */
static bool find_common_caller(struct legacy *l, uint32_t *caller)
{
	const struct assay_profile *p = l->p;
	uint32_t *counts = calloc(p->locations.n + 1, sizeof(*counts));
	size_t least = p->n_samples - p->n_samples / 32;
	bool found = false;

	if (!counts) {
		legacy_nomem(l);
		return false;
	}
	for (size_t i = 0; !found && i < p->n_samples; i++) {
		uint64_t start = p->stack_start.items[i];

		if (p->stack_start.items[i + 1] - start < 2)
			continue;
		*caller = p->stacks.items[start + 1];
		found = ++counts[*caller] >= least;
	}
	free(counts);
	return found;
}

/* The profiler's signal handler stands between the leaf and its caller, in up to two frames. */
static void cut_signal_frames(struct legacy *l)
{
	uint32_t caller;

	for (unsigned i = 0; i < 2 && !l->err && find_common_caller(l, &caller); i++)
		legacy_cut_callers(l, is_caller, &caller);
}

static int read_profile(struct legacy *l)
{
	struct cpu_header h;
	struct words w;

	if (!find_header(&l->text, &w, &h))
		return legacy_unrecognized(l, "no header");
	legacy_set_period(l, STR("cpu"), STR("nanoseconds"), legacy_multiply((int64_t)h.period, 1000));
	legacy_add_type(l, STR("samples"), STR("count"));
	legacy_add_type(l, STR("cpu"), STR("nanoseconds"));
	read_samples(l, &w, &h);
	if (l->err)
		return l->err;
	legacy_recognized(l);
	l->text = text_of(w.p, left(&w));
	if (h.kind == KIND_JAVA)
		return java_finish(l);
	cut_signal_frames(l);
	memory_map_read(l);
	legacy_finish(l);
	legacy_remove_twin_leaves(l);
	return l->err;
}

READER(gperftools_cpu_read)
{
	return legacy_read(read_profile, b, bytes, mine, ctx, diag);
}
