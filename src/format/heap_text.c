/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap profiles as text, by gperftools and by Go (debug=1): what is in use and, in brackets, what was ever allocated.
 *
 *     heap profile: 1: 2 [3: 4] @ heap/1048576
 *     1: 1024 [2: 4096] @ 0x400100 0x400200
 *
 * The word behind the @ of the first line tells whether the numbers are samples, which are then scaled, and at what
 * rate they were taken. Growth and fragmentation of the heap come in the same form.
 */
#include "base/diag.h"
#include "format/memory_map.h"
#include "format/readers.h"

struct heap {
	struct legacy *l;
	bool sampled;   /* numbers are to be scaled by the period */
	bool allocated; /* what was ever allocated is in columns of its own */
};

/* "1: 2 [3: 4] ": four numbers as they are spelled, with all before the @ taken. */
static bool take_numbers(struct str *s, struct str numbers[4])
{
	static const char *const between[] = { ":", "[", ":", "]" };

	for (size_t i = 0; i < 4; i++) {
		text_take_run(s, text_is_space);
		numbers[i] = text_take_run(s, text_is_digit);
		if (!numbers[i].len)
			return false;
		if (i % 2)
			text_take_run(s, text_is_space);
		if (!text_take(s, str_of(between[i])))
			return false;
	}
	return true;
}

/* The first place in the line from which take() takes what it wants; *s is then behind that. */
static bool find_header(struct str line, bool (*take)(struct str *s, struct str groups[6]), struct str groups[6])
{
	const struct str start = STR("heap profile:");
	size_t at;

	while ((at = text_find(line, start)) < line.len) {
		struct str s = str_skip(line, at + start.len);

		if (take_numbers(&s, groups) && take(&s, groups))
			return true;
		line = str_skip(line, at + start.len);
	}
	return false;
}

static bool is_kind_letter(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || text_is_digit(c);
}

/* "@ heap_v2/524288" */
static bool take_heap(struct str *s, struct str groups[6])
{
	text_take_run(s, text_is_space);
	if (!text_take(s, STR("@")))
		return false;
	text_take_run(s, text_is_space);
	if (!str_starts(*s, STR("heap")))
		return false;
	groups[4] = text_take_run(s, is_kind_letter);
	text_take(s, STR("/"));
	groups[5] = text_take_run(s, text_is_digit);
	return true;
}

static bool take_other(struct str *s, struct str groups[6])
{
	(void)groups;
	return text_take(s, STR(" @ growth")) || text_take(s, STR(" @ fragmentation"));
}

/* By their spelling: "00" is not "0". */
static bool differs(struct str allocated, struct str in_use)
{
	return !str_equal(allocated, in_use) && !str_equal(allocated, STR("0"));
}

static bool read_header(struct heap *h)
{
	struct str g[6] = { { NULL, 0 } };
	int64_t rate = 0, period = 1;

	if (find_header(h->l->line, take_heap, g)) {
		if (g[5].len && text_int(g[5], 10, &rate))
			return false;
		h->allocated = differs(g[2], g[0]) || differs(g[3], g[1]);
		if (str_equal(g[4], STR("heap"))) {
			/* Go writes twice its rate. */
			h->sampled = true;
			period = rate / 2;
		} else if (str_equal(g[4], STR("heap_v2")) || str_equal(g[4], STR("heapz_v2"))) {
			h->sampled = true;
			period = rate;
		} else if (!str_equal(g[4], STR("heapprofile"))) {
			return false;
		}
	} else if (!find_header(h->l->line, take_other, g)) {
		return false;
	}
	legacy_set_period(h->l, STR("space"), STR("bytes"), period);
	return true;
}

static void add_types(struct heap *h)
{
	if (!h->allocated) {
		legacy_add_type(h->l, STR("objects"), STR("count"));
		legacy_add_type(h->l, STR("space"), STR("bytes"));
		return;
	}
	legacy_add_type(h->l, STR("alloc_objects"), STR("count"));
	legacy_add_type(h->l, STR("alloc_space"), STR("bytes"));
	legacy_add_type(h->l, STR("inuse_objects"), STR("count"));
	legacy_add_type(h->l, STR("inuse_space"), STR("bytes"));
}

/* A number that may be negative; of no length where there is none. */
static struct str take_signed(struct str *s)
{
	struct str start = *s, digits;

	text_take(s, STR("-"));
	digits = text_take_run(s, text_is_digit);
	return (struct str){ start.p, digits.len ? (size_t)(s->p - start.p) : 0 };
}

/* "1: 1024 [2: 4096] @ 0x1 0x2" from the front of s. */
static bool take_row(struct str s, struct str numbers[4], struct str *addresses)
{
	for (size_t i = 0; i < 4; i++) {
		if (i)
			text_take_run(&s, text_is_space);
		numbers[i] = i < 2 ? take_signed(&s) : text_take_run(&s, text_is_digit);
		if (!numbers[i].len)
			return false;
		if (i % 2)
			text_take_run(&s, text_is_space);
		if (!text_take(&s, i % 2 == 0 ? STR(":") : i == 1 ? STR("[") : STR("] @")))
			return false;
	}
	*addresses = s;
	return true;
}

static bool is_address_letter(char c)
{
	return c == ' ' || c == 'x' || text_is_digit(c) || (c >= 'a' && c <= 'f');
}

/*
 * The row may begin anywhere in the line, but within a run of digits nowhere but at its start. An attempt ends behind
 * four runs at most, so that all of them together are linear.
 */
static bool find_row(struct str line, struct str numbers[4], struct str *addresses)
{
	while (line.len) {
		struct str s = line, run = take_signed(&s);

		if (run.len && take_row(line, numbers, addresses)) {
			*addresses = text_take_run(addresses, is_address_letter);
			return true;
		}
		line = run.len ? s : str_skip(line, 1);
	}
	return false;
}

/* Count and size of one pair into two columns; their quotient into *block, as long as there is one. */
static void add_pair(struct heap *h, const char *word, const struct str numbers[2], int64_t *block)
{
	struct legacy *l = h->l;
	int64_t v[2] = { 0 };

	for (size_t i = 0; i < 2; i++) {
		enum text_fault fault = text_int(numbers[i], 10, &v[i]);

		if (fault) {
			legacy_fail_number(l, "malformed sample: ", numbers[i], fault);
			return;
		}
	}
	if (!v[0] && v[1]) {
		legacy_fail(l, "%s count was 0 but %s bytes was %lld", word, word, (long long)v[1]);
		return;
	}
	if (v[0]) {
		*block = legacy_divide(v[1], v[0]);
		if (h->sampled)
			legacy_unsample(&v[0], &v[1], l->p->period);
	}
	legacy_add_value(l, v[0]);
	legacy_add_value(l, v[1]);
}

static void read_row(struct heap *h)
{
	struct str numbers[4], addresses;
	int64_t block = 0;

	if (!find_row(h->l->line, numbers, &addresses)) {
		legacy_fail(h->l, "unexpected number of sample values: got 0, want 6");
		return;
	}
	if (h->allocated)
		add_pair(h, "allocation", numbers + 2, &block);
	add_pair(h, "inuse", numbers, &block);
	legacy_add_bytes(h->l, block);
	legacy_add_addresses(h->l, addresses, 1);
	legacy_end_sample(h->l);
}

static int read_profile(struct legacy *l)
{
	struct heap h = { .l = l };

	if (!legacy_next(l) || !read_header(&h))
		return legacy_unrecognized(l, "no header");
	legacy_recognized(l);
	add_types(&h);
	while (legacy_next_content(l)) {
		l->line = text_trim(l->line);
		if (memory_map_starts(l->line))
			break;
		read_row(&h);
	}
	return memory_map_finish(l);
}

READER(heap_text_read)
{
	return legacy_read(read_profile, b, bytes, mine, ctx, diag);
}
