/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <inttypes.h>

#include "base/diag.h"
#include "format/readers.h"
#include "format/stacks.h"
#include "format/text.h"

/*
 * Folded stacks, "main;run;memcpy 12": a line per stack, root first, and its count behind the last blank. There is no
 * signature, so that any text whose lines all end in whole numbers is one: to be tried last.
 */

struct folded {
	struct stacks stacks;
	uint64_t n_lines;  /* that are stacks */
	uint64_t n_doubly; /* of them, those with two numbers at their end */
	bool named;        /* one of them has a letter */
	bool split;        /* a stack of more than one frame was seen, so this is no other kind of text */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Bytes of s before its last word and the blank in front of that; 0 when it is a single word. Other blanks belong to
 * the frame, whose name may end in one.
 */
static size_t before_last_word(struct str s)
{
	size_t n = s.len;

	while (n && !is_blank(s.p[n - 1]))
		n--;
	return n ? n - 1 : 0;
}

static struct str last_word(struct str s)
{
	size_t n = s.len;

	while (n && !is_blank(s.p[n - 1]))
		n--;
	return str_skip(s, n);
}

static bool only_zeros(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] != '0')
			return false;
	return true;
}

/* A whole number, for which "12.0" passes too. */
static bool parse_count(struct str s, int64_t *count)
{
	bool negative = s.len && s.p[0] == '-';
	uint64_t v;

	if (negative)
		s = str_skip(s, 1);
	if (!text_take_number(&s, &v) || v > (uint64_t)INT64_MAX + negative)
		return false;
	if (s.len && (s.p[0] != '.' || !only_zeros(str_skip(s, 1))))
		return false;
	*count = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* The line as stack and count. */
static bool split_line(struct str line, struct str *stack, int64_t *count)
{
	size_t n = before_last_word(line);

	if (n == 0 || !parse_count(last_word(line), count))
		return false;
	*stack = (struct str){ line.p, n };
	return true;
}

static int add_frames(struct folded *f, struct str stack)
{
	const char *separator;
	int err = 0;

	/* So our own report calls what has no frames. */
	if (str_equal(stack, STR("<no stack>")))
		return 0;
	do {
		struct str frame;

		separator = memchr(stack.p, ';', stack.len);
		frame = (struct str){ stack.p, separator ? (size_t)(separator - stack.p) : stack.len };
		err = stacks_line(&f->stacks, frame, STR(""), 0);
		if (!err)
			err = stacks_location(&f->stacks, 0, PROFILE_NONE);
		if (separator)
			stack = str_skip(stack, frame.len + 1);
		f->split |= separator != NULL;
	} while (!err && separator);
	stacks_turn(&f->stacks);
	return err;
}

/* "1.5", which some tools write for seconds: rounded it would be another number, or nothing. */
static bool is_fraction(struct str word)
{
	return word.len && word.p[0] >= '0' && word.p[0] <= '9' && memchr(word.p, '.', word.len);
}

static int bad_line(struct folded *f, const struct text *t, struct str line, struct assay_diag *diag)
{
	const char *why = "no blank and whole number at its end";

	if (is_fraction(last_word(line))) {
		why = "the count is no whole number";
		f->split |= memchr(line.p, ';', line.len) != NULL;
	}
	return diag_set(diag, ASSAY_ERR_FORMAT, "parsing profile: folded stacks: line %" PRIu64 ": %s", t->number, why);
}

/* Or anything beyond ASCII, which is as good. */
static bool has_letter(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (isalpha((unsigned char)s.p[i]) || (unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

static int add_line(struct folded *f, const struct text *t, struct str line, struct assay_diag *diag)
{
	struct str stack;
	int64_t count, other;
	int err;

	if (!split_line(line, &stack, &count))
		return bad_line(f, t, line, diag);
	f->n_lines++;
	f->named = f->named || has_letter(stack);
	f->n_doubly += split_line(stack, &(struct str){ NULL, 0 }, &other);
	err = add_frames(f, stack);
	return err ? err : stacks_sample(&f->stacks, &count);
}

/* A text may hold anything; but what starts with control characters is none. */
static bool looks_binary(struct str line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.p[i] < ' ' && line.p[i] != '\t')
			return true;
	return false;
}

static int read_lines(struct folded *f, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct text t = text_of(bytes->data, bytes->len);
	struct str line;
	int err = 0;

	while (!err && text_next(&t, &line)) {
		if (t.number % CTX_POLL_SAMPLES == 0 &&
			ctx_poll(ctx, ASSAY_PROGRESS_DECODE, bytes->len - (size_t)(t.end - t.p), bytes->len))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		while (line.len && is_blank(line.p[line.len - 1]))
			line.len--;
		if (!line.len || line.p[0] == '#')
			continue;
		if (!f->n_lines && looks_binary(line))
			return bad_line(f, &t, line, diag);
		err = add_line(f, &t, line, diag);
		/* One line of prose may end in a number, but hardly three, or one with frames. */
		*mine = f->split || f->n_lines >= 3;
	}
	/* Nor are tables of numbers. */
	if (!err && (!f->n_lines || (!f->split && !f->named))) {
		*mine = false;
		return diag_set(diag, ASSAY_ERR_FORMAT, "parsing profile: no folded stacks");
	}
	return err;
}

static void warn_of_doubts(const struct folded *f, const struct assay_ctx *ctx)
{
	if (f->n_doubly == f->n_lines)
		ctx_warn(ctx,
			"folded stacks: every line ends in two numbers, of which only the last is taken for a count");
	else if (!f->split)
		ctx_warn(ctx, "folded stacks: no line has more than one frame; is this a profile?");
}

int folded_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct folded f = { .n_lines = 0 };
	int err = stacks_init(&f.stacks, b, diag);

	if (err)
		return err;
	err = stacks_type(&f.stacks, STR("samples"), STR("count"));
	if (!err)
		err = read_lines(&f, bytes, mine, ctx, diag);
	if (!err)
		warn_of_doubts(&f, ctx);
	stacks_release(&f.stacks);
	return err;
}
