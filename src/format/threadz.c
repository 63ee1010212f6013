/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of all threads of a program:
 *
 *     --- threadz 1 ---
 *
 *     --- Thread 7f (name: main/1) stack: ---
 *       PC: 0x10 0x10
 *       0x30
 *     --- Thread 80 (name: b/2) stack: ---
 *      [same as previous thread]
 *     --- Memory map: ---
 */
#include "base/diag.h"
#include "format/memory_map.h"
#include "format/readers.h"

/* "--- threadz 1 ---" anywhere in the line. */
static bool is_header(struct str line)
{
	const struct str start = STR("--- threadz ");
	size_t at;

	while ((at = text_find(line, start)) < line.len) {
		line = str_skip(line, at + start.len);
		if (text_take_run(&line, text_is_digit).len && str_starts(line, STR(" ---")))
			return true;
	}
	return false;
}

/* "/12": how a name ends. */
static bool ends_in_number(struct str s)
{
	size_t n = s.len;

	while (n && text_is_digit(s.p[n - 1]))
		n--;
	return n && n < s.len && s.p[n - 1] == '/';
}

/* "--- Thread 7f (name: main/1) stack: ---" anywhere in the line; the name may be anything. */
static bool is_thread(struct str line)
{
	const struct str start = STR("--- Thread "), end = STR(") stack: ---");
	size_t at;

	do {
		at = text_find(line, start);
		if (at == line.len)
			return false;
		line = str_skip(line, at + start.len);
	} while (!text_take_run(&line, text_is_hex).len || !text_take(&line, STR(" (name: ")));
	while ((at = text_find(line, end)) < line.len) {
		if (ends_in_number((struct str){ line.p, at }))
			return true;
		line = str_skip(line, at + end.len);
	}
	return false;
}

/* Between header and first thread there may be anything. */
static void skip_header(struct legacy *l)
{
	struct str last = l->line;

	while (legacy_next(l)) {
		last = l->line;
		if (memory_map_starts(l->line) || str_starts(l->line, STR("-")))
			break;
	}
	l->line = last;
}

struct thread_stack {
	VEC(uint64_t) addresses;
	bool same; /* as that of the thread before */
};

static void add_line(struct legacy *l, struct thread_stack *s)
{
	struct str from = l->line;
	uint64_t address;

	if (text_has(l->line, STR("same as previous thread"))) {
		s->same = true;
		return;
	}
	while (legacy_next_address(l, &from, &address))
		if (!vec_push(&s->addresses, address))
			legacy_nomem(l);
}

/* The lines of one thread. The current one is then what ended them, or the last one of the input. */
static void read_stack(struct legacy *l, struct thread_stack *s)
{
	struct str last = STR("");

	s->addresses.n = 0;
	s->same = false;
	while (legacy_next(l)) {
		last = l->line = text_trim(l->line);
		if (str_starts(last, STR("---")))
			break;
		add_line(l, s);
	}
	l->line = last;
}

/* A thread without a stack of its own counts for the one before. */
static void add_thread(struct legacy *l, const struct thread_stack *s)
{
	if (s->same || !s->addresses.n) {
		if (l->p->values.n)
			l->p->values.items[l->p->values.n - 1]++;
		return;
	}
	for (size_t i = 0; i < s->addresses.n; i++)
		legacy_add_address(l, s->addresses.items[i] - (i ? 1 : 0));
	legacy_add_value(l, 1);
	legacy_end_sample(l);
}

static void read_threads(struct legacy *l)
{
	struct thread_stack s = { .same = false };

	while (!l->err && !memory_map_starts(l->line) && !str_starts(l->line, STR("---- no stack trace for"))) {
		if (!is_thread(l->line)) {
			legacy_unrecognized(l, "neither a thread nor a memory map");
			break;
		}
		read_stack(l, &s);
		if (!l->err)
			add_thread(l, &s);
	}
	vec_release(&s.addresses);
}

static int read_profile(struct legacy *l)
{
	if (!legacy_next_content(l))
		return legacy_unrecognized(l, "no header");
	if (is_header(l->line)) {
		legacy_recognized(l);
		skip_header(l);
	} else if (!is_thread(l->line)) {
		return legacy_unrecognized(l, "no header");
	}
	legacy_recognized(l);
	legacy_set_period(l, STR("thread"), STR("count"), 1);
	legacy_add_type(l, STR("thread"), STR("count"));
	read_threads(l);
	memory_map_finish(l);
	legacy_remove_twin_leaves(l);
	return l->err;
}

READER(threadz_read)
{
	return legacy_read(read_profile, b, bytes, mine, ctx, diag);
}
