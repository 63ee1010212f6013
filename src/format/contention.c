/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits for locks, by C++ programs (contentionz) and by Go (mutex and block, debug=1): how long and how often.
 *
 *     --- contention:
 *     cycles/second=2200000000
 *     sampling period=1
 *     1000 3 @ 0x43b1c6 0x44af12
 */
#include "base/ckd.h"
#include "base/diag.h"
#include "format/memory_map.h"
#include "format/readers.h"

struct contention {
	struct legacy *l;
	int64_t cpu_hz; /* 0 when delays are in nanoseconds already */
};

/* An attribute that only Java knows lets its reader try. */
static void read_attribute(struct contention *c, struct str line)
{
	struct assay_profile *p = c->l->p;
	size_t equals = text_find(line, STR("="));
	struct str key = text_trim((struct str){ line.p, equals });
	struct str value = text_trim(str_skip(line, equals + 1));
	enum text_fault fault = TEXT_OK;
	int64_t ms = 0;

	if (str_equal(key, STR("cycles/second"))) {
		fault = text_int(value, 0, &c->cpu_hz);
	} else if (str_equal(key, STR("sampling period"))) {
		fault = text_int(value, 0, &p->period);
	} else if (str_equal(key, STR("ms since reset"))) {
		fault = text_int(value, 0, &ms);
		p->duration_nanos = legacy_multiply(ms, 1000000);
	} else if (!str_equal(key, STR("discarded samples"))) {
		legacy_unrecognized(c->l, "an attribute that is not known");
		return;
	}
	if (fault)
		legacy_unrecognized(c->l, "an attribute that is no number");
}

/* Leaves the line that ends the attributes current; false when the input does. */
static bool read_attributes(struct contention *c)
{
	while (legacy_next_content(c->l)) {
		struct str line = text_trim(c->l->line);

		if (str_starts(line, STR("---")) || !text_has(line, STR("=")))
			return true;
		read_attribute(c, line);
	}
	return false;
}

static bool is_address_letter(char c)
{
	return c == ' ' || c == 'x' || text_is_digit(c) || (c >= 'a' && c <= 'f');
}

/*
 * "1000 3 @ 0x1". The blank between the numbers may be missing: then the last digit is the second one, as in "123 @".
 * The first place in the line where there is such a row counts.
 */
static bool find_row(struct str line, struct str numbers[2], struct str *addresses)
{
	const struct str at = STR(" @");

	while (line.len) {
		struct str first = text_take_run(&line, text_is_digit), s = line, second;

		if (!first.len) {
			line = str_skip(line, 1);
			continue;
		}
		text_take_run(&s, text_is_space);
		second = text_take_run(&s, text_is_digit);
		if (!second.len && first.len > 1) {
			s = line;
			first.len--;
			second = (struct str){ first.p + first.len, 1 };
		}
		if (second.len && text_take(&s, at)) {
			numbers[0] = first;
			numbers[1] = second;
			*addresses = text_take_run(&s, is_address_letter);
			return true;
		}
	}
	return false;
}

/* Delay and count of what was sampled become those of what there was; without a clock rate the delay is left alone. */
static void scale(const struct contention *c, int64_t v[2])
{
	int64_t period = c->l->p->period;

	if (period <= 0)
		return;
	if (c->cpu_hz > 0)
		v[0] = trunc_to_int64((double)v[0] * (double)period / ((double)c->cpu_hz / 1e9));
	v[1] = legacy_multiply(v[1], period);
}

static void read_row(struct contention *c)
{
	struct str numbers[2], addresses;
	struct legacy *l = c->l;
	int64_t v[2] = { 0 };

	l->line = text_trim(l->line);
	if (!find_row(l->line, numbers, &addresses)) {
		legacy_unrecognized(l, "a line that is no sample");
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		enum text_fault fault = text_int(numbers[i], 10, &v[i]);

		if (fault) {
			legacy_fail_number(l, "malformed sample: ", numbers[i], fault);
			return;
		}
	}
	scale(c, v);
	legacy_add_value(l, v[1]);
	legacy_add_value(l, v[0]);
	legacy_add_addresses(l, addresses, 1);
	legacy_end_sample(l);
}

static bool is_header(struct str line)
{
	return str_starts(line, STR("--- contentionz ")) || str_starts(line, STR("--- mutex:")) ||
	       str_starts(line, STR("--- contention:"));
}

static int read_profile(struct legacy *l)
{
	struct contention c = { .l = l };
	bool more;

	if (!legacy_next(l) || !is_header(l->line))
		return legacy_unrecognized(l, "no header");
	legacy_recognized(l);
	legacy_set_period(l, STR("contentions"), STR("count"), 1);
	legacy_add_type(l, STR("contentions"), STR("count"));
	legacy_add_type(l, STR("delay"), STR("nanoseconds"));
	for (more = read_attributes(&c); more; more = legacy_next_content(l)) {
		if (str_starts(text_trim(l->line), STR("---")))
			break;
		read_row(&c);
	}
	return memory_map_finish(l);
}

READER(contention_read)
{
	return legacy_read(read_profile, b, bytes, mine, ctx, diag);
}
