/* SPDX-License-Identifier: Apache-2.0 */
#include "format/legacy.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ckd.h"
#include "base/diag.h"
#include "base/hash.h"
#include "format/legacy_frames.h"

/* How much of a line a message quotes, so that what is wrong with it has room as well. */
#define QUOTED 160

/* --- failures --- */

int legacy_unrecognized(struct legacy *l, const char *why)
{
	if (!l->err) {
		*l->mine = false;
		l->err = diag_set(l->diag, ASSAY_ERR_FORMAT, "%s", why);
	}
	return l->err;
}

void legacy_recognized(struct legacy *l)
{
	*l->mine = true;
}

int legacy_nomem(struct legacy *l)
{
	if (!l->err)
		l->err = diag_nomem(l->diag, "a profile");
	return l->err;
}

static int fail_in_line(struct legacy *l, const char *before, struct str quoted, const char *fmt, va_list ap)
{
	char after[256], head[64], where[40] = "";
	bool is_long = quoted.len > QUOTED;

	if (l->err)
		return l->err;
	vsnprintf(after, sizeof(after), fmt, ap);
	snprintf(head, sizeof(head), "parsing profile: %s", before);
	if (l->text.number)
		snprintf(where, sizeof(where), " (line %llu)", (unsigned long long)l->text.number);
	if (is_long)
		quoted.len = QUOTED;
	*l->mine = true;
	l->err = diag_set_name(l->diag, ASSAY_ERR_FORMAT, head, quoted, "%s%s%s", is_long ? "..." : "", after, where);
	return l->err;
}

int legacy_fail_quoting(struct legacy *l, const char *before, struct str quoted, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = fail_in_line(l, before, quoted, fmt, ap);
	va_end(ap);
	return err;
}

int legacy_fail(struct legacy *l, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = fail_in_line(l, "", STR(""), fmt, ap);
	va_end(ap);
	return err;
}

int legacy_fail_number(struct legacy *l, const char *before, struct str number, enum text_fault fault)
{
	bool is_long = number.len > QUOTED / 2;

	return legacy_fail_quoting(l, before, l->line, ": strconv.ParseInt: parsing \"%.*s%s\": %s",
		is_long ? QUOTED / 2 : (int)number.len, number.p, is_long ? "..." : "", text_fault_words(fault));
}

/* --- lines --- */

/* The reference takes no longer line, whatever is in it. */
static bool fits(const struct text *from, const struct text *to)
{
	size_t n = (size_t)(to->p - from->p);

	return n < LEGACY_LINE_MAX || (n == LEGACY_LINE_MAX && to->p[-1] == '\n');
}

bool legacy_next(struct legacy *l)
{
	struct text before = l->text;

	l->line = STR("");
	if (l->err || !text_next(&l->text, &l->line))
		return false;
	if (l->text.number % CTX_POLL_SAMPLES == 0 && ctx_canceled(l->ctx)) {
		l->err = diag_set(l->diag, ASSAY_ERR_CANCELED, "canceled");
		return false;
	}
	if (fits(&before, &l->text))
		return true;
	l->line = STR("");
	if (*l->mine)
		legacy_fail(l, "bufio.Scanner: token too long");
	else
		legacy_unrecognized(l, "a line of over 65536 bytes");
	return false;
}

bool legacy_next_content(struct legacy *l)
{
	while (legacy_next(l))
		if (!text_is_comment(l->line))
			return true;
	return false;
}

/* --- what a profile is made of --- */

static uint32_t intern(struct legacy *l, struct str text)
{
	uint32_t id = 0;

	if (!l->err)
		l->err = builder_intern(l->b, text, &id, l->diag);
	return id;
}

void legacy_add_type(struct legacy *l, struct str type, struct str unit)
{
	struct value_type t = { intern(l, type), intern(l, unit) };

	if (!l->err && !vec_push(&l->p->sample_types, t))
		legacy_nomem(l);
}

void legacy_set_period(struct legacy *l, struct str type, struct str unit, int64_t period)
{
	l->p->period_type = (struct value_type){ intern(l, type), intern(l, unit) };
	l->p->period = period;
}

static size_t find_slot(const struct legacy *l, uint64_t address)
{
	size_t mask = l->n_slots - 1, i = hash_u64(l->key, address) & mask;

	while (l->slots[i] && l->p->locations.items[l->slots[i] - 1].address != address)
		i = (i + 1) & mask;
	return i;
}

static bool grow_slots(struct legacy *l)
{
	uint32_t *old = l->slots;
	size_t n = l->n_slots ? 2 * l->n_slots : 256;

	l->slots = calloc(n, sizeof(*l->slots));
	if (!l->slots) {
		l->slots = old;
		return false;
	}
	free(old);
	l->n_slots = n;
	l->key = hash_key();
	for (size_t i = 0; i < l->p->locations.n; i++)
		l->slots[find_slot(l, l->p->locations.items[i].address)] = (uint32_t)i + 1;
	return true;
}

uint32_t legacy_find_address(const struct legacy *l, uint64_t address)
{
	uint32_t slot = l->n_slots ? l->slots[find_slot(l, address)] : 0;

	return slot ? slot - 1 : PROFILE_NONE;
}

static bool add_location(struct legacy *l, uint64_t address)
{
	size_t n = l->p->locations.n;

	if (n >= PROFILE_NONE - 1) {
		l->err = diag_set(l->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 locations");
		return false;
	}
	if (!vec_push(&l->p->locations, ((struct location){ .address = address, .mapping = PROFILE_NONE }))) {
		legacy_nomem(l);
		return false;
	}
	return true;
}

void legacy_add_address(struct legacy *l, uint64_t address)
{
	size_t slot;

	if (l->err)
		return;
	if (l->p->locations.n >= l->n_slots / 2 && !grow_slots(l)) {
		legacy_nomem(l);
		return;
	}
	slot = find_slot(l, address);
	if (!l->slots[slot]) {
		if (!add_location(l, address))
			return;
		l->slots[slot] = (uint32_t)l->p->locations.n;
	}
	if (!vec_push(&l->p->stacks, l->slots[slot] - 1))
		legacy_nomem(l);
}

void legacy_add_value(struct legacy *l, int64_t value)
{
	if (!l->err && !vec_push(&l->p->values, value))
		legacy_nomem(l);
}

void legacy_add_bytes(struct legacy *l, int64_t n_bytes)
{
	struct label label = { .kind = LABEL_NUMBER, .number = n_bytes };

	label.key = intern(l, STR("bytes")) & (STRTAB_MAX - 1);
	if (!l->err && !vec_push(&l->p->labels, label))
		legacy_nomem(l);
}

void legacy_end_sample(struct legacy *l)
{
	if (l->err)
		return;
	if (l->p->n_samples >= PROFILE_NONE - 1)
		l->err = diag_set(l->diag, ASSAY_ERR_TOO_BIG, "more than 2^32 samples");
	else if (l->p->n_samples % CTX_POLL_SAMPLES == 0 && ctx_canceled(l->ctx))
		l->err = diag_set(l->diag, ASSAY_ERR_CANCELED, "canceled");
	else
		l->err = builder_end_sample(l->b, l->diag);
}

static bool is_address_digit(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* "x0xz0x1f": the first 0x that has a digit behind it. */
static struct str next_token(struct str *from)
{
	while (from->len) {
		struct str token = *from;
		struct str digits;

		if (!text_take(from, STR("0x"))) {
			*from = str_skip(*from, 1);
			continue;
		}
		digits = text_take_run(from, is_address_digit);
		if (digits.len)
			return (struct str){ token.p, 2 + digits.len };
		/* What stands behind this 0 may begin another: "0x" and nothing more is no token. */
		*from = str_skip(token, 1);
	}
	return STR("");
}

bool legacy_next_address(struct legacy *l, struct str *from, uint64_t *address)
{
	struct str token, digits;

	if (l->err)
		return false;
	token = next_token(from);
	if (!token.len)
		return false;
	digits = str_skip(token, 2);
	if (text_take_hex(&digits, address))
		return true;
	legacy_fail_quoting(l, "malformed sample: ", l->line, ": failed to parse as hex 64-bit number: %.*s",
		token.len > QUOTED / 2 ? QUOTED / 2 : (int)token.len, token.p);
	return false;
}

void legacy_add_addresses(struct legacy *l, struct str from, uint64_t back)
{
	uint64_t address;

	while (legacy_next_address(l, &from, &address))
		legacy_add_address(l, address - back);
}

/* The steps are in the order of the reference: doubles tell. */
void legacy_unsample(int64_t *count, int64_t *size, int64_t rate)
{
	double average, scale;

	if (*count == 0 || *size == 0) {
		*count = *size = 0;
		return;
	}
	if (rate <= 1)
		return;
	average = (double)*size / (double)*count;
	scale = 1 / (1 - exp(-average / (double)rate));
	*count = trunc_to_int64((double)*count * scale);
	*size = trunc_to_int64((double)*size * scale);
}

void legacy_cut_callers(struct legacy *l,
	bool (*which)(const struct legacy *l, const uint32_t *stack, const void *data), const void *data)
{
	struct assay_profile *p = l->p;
	uint32_t *to = p->stacks.items;
	uint64_t start = 0;

	if (!p->stacks.n)
		return;
	for (size_t i = 0; i < p->n_samples; i++) {
		const uint32_t *stack = p->stacks.items + start;
		uint64_t n = p->stack_start.items[i + 1] - start;

		start = p->stack_start.items[i + 1];
		if (n > 1 && which(l, stack, data)) {
			*to++ = *stack;
			stack += 2;
			n -= 2;
		}
		if (n)
			memmove(to, stack, n * sizeof(*to));
		to += n;
		p->stack_start.items[i + 1] = (uint64_t)(to - p->stacks.items);
	}
	p->stacks.n = (size_t)(to - p->stacks.items);
}

static bool is_twin(const struct legacy *l, const uint32_t *stack, const void *data)
{
	const struct location *locations = l->p->locations.items;

	(void)data;
	return locations[stack[0]].address == locations[stack[1]].address + 1;
}

void legacy_remove_twin_leaves(struct legacy *l)
{
	if (!l->err)
		legacy_cut_callers(l, is_twin, NULL);
}

static void set_frames(struct legacy *l)
{
	const struct legacy_frames *frames = legacy_frames_of(l->p);

	l->p->drop_frames = intern(l, str_of(frames->drop));
	l->p->keep_frames = intern(l, str_of(frames->keep));
}

int legacy_read(int (*read)(struct legacy *l), struct profile_builder *b, struct bytes *bytes, bool *mine,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct legacy l = {
		.b = b,
		.p = b->profile,
		.ctx = ctx,
		.diag = diag,
		.mine = mine,
		.text = text_of(bytes->data, bytes->len),
		.line = STR(""),
	};

	*mine = false;
	if (read(&l) == 0)
		set_frames(&l);
	free(l.slots);
	return l.err;
}
