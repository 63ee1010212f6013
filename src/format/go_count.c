/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles that Go writes as text (debug=1) of whatever a program counts: goroutines, threads created, ...
 *
 *     goroutine profile: total 3
 *     2 @ 0x43b1c6 0x44af12
 *     # labels: {"k":"v"}
 *     #	0x43b1c5	main.main+0x1	/x.go:3
 *
 * What stands behind # is for people: labels and names in it are not read.
 */
#include "base/diag.h"
#include "format/memory_map.h"
#include "format/readers.h"

static bool is_not_blank(char c)
{
	return !text_is_blank(c);
}

/* "goroutine profile: total 3" and nothing else. */
static bool parse_header(struct str line, struct str *name)
{
	*name = text_take_run(&line, is_not_blank);
	return name->len && text_take(&line, STR(" profile: total ")) && text_take_run(&line, text_is_digit).len &&
	       !line.len;
}

static bool is_lower_hex(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* " 0x1f" */
static bool take_address(struct str *s, uint64_t *address)
{
	struct str digits;

	if (!text_take(s, STR(" 0x")))
		return false;
	digits = text_take_run(s, is_lower_hex);
	return digits.len && text_take_hex(&digits, address);
}

/* "2 @ 0x1 0x2": a leading 0 of the count makes it octal. False for anything else. */
static bool read_row(struct legacy *l)
{
	struct str s = l->line, digits = text_take_run(&s, text_is_digit);
	uint64_t address;
	int64_t count;

	if (!digits.len || text_int(digits, 0, &count) || !text_take(&s, STR(" @")) || !s.len)
		return false;
	while (s.len) {
		if (!take_address(&s, &address))
			return false;
		legacy_add_address(l, address - 1);
	}
	legacy_add_value(l, count);
	legacy_end_sample(l);
	return true;
}

static int read_profile(struct legacy *l)
{
	struct str name;

	if (!legacy_next_content(l) || !parse_header(l->line, &name))
		return legacy_unrecognized(l, "no header");
	legacy_recognized(l);
	legacy_set_period(l, name, STR("count"), 1);
	legacy_add_type(l, name, STR("count"));
	while (legacy_next_content(l) && !str_starts(l->line, STR("---")))
		if (!read_row(l))
			legacy_fail(l, "malformed profile format");
	return memory_map_finish(l);
}

READER(go_count_read)
{
	return legacy_read(read_profile, b, bytes, mine, ctx, diag);
}
