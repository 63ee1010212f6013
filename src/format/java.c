/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap and contention profiles of Java programs:
 *
 *     --- heapz 1 ---
 *     format = java
 *     resolution = bytes
 *         1024 2 @ 0x1 0x2                            bytes and objects, or delay and contentions
 *      0x1 com.acme.Foo.bar (Foo.java:12)             what is at the addresses
 */
#include "format/java.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/path.h"
#include "format/readers.h"

#define HEAP_RATE 524288

/* --- what is at the addresses --- */

struct java_function {
	uint32_t name, file; /* strings */
	uint32_t index;      /* in the profile, PROFILE_NONE as long as no line refers to it */
};

struct java_names {
	VEC(struct java_function) functions;
	VEC(uint32_t) by_name; /* function + 1 by string, 0 for none */
	struct line *lines;    /* by location; PROFILE_NONE as function where nothing was said */
};

/* "com.acme.Foo.bar (Foo.java:12)" taken apart. */
struct java_frame {
	struct str name, file;
	int64_t line;
};

/* Where the last " (" is that stands before `end`; the name ends there, and keeps further blanks. */
static bool find_bracket(struct str s, size_t end, size_t *at)
{
	for (size_t i = end; i-- > 1;)
		if (s.p[i] == '(' && text_is_blank(s.p[i - 1])) {
			*at = i;
			return true;
		}
	return false;
}

/* "...:-12)": where the colon stands. */
static bool find_number(struct str s, size_t *colon)
{
	size_t i = s.len - 1;

	while (i && text_is_digit(s.p[i - 1]))
		i--;
	if (i == s.len - 1)
		return false;
	if (i && s.p[i - 1] == '-')
		i--;
	if (!i || s.p[i - 1] != ':')
		return false;
	*colon = i - 1;
	return true;
}

static bool parse_source_line(struct str s, struct java_frame *f)
{
	size_t colon, bracket;

	/* The name of the file has a letter at least. */
	if (!find_number(s, &colon) || !colon || !find_bracket(s, colon - 1, &bracket))
		return false;
	f->name = (struct str){ s.p, bracket - 1 };
	f->file = (struct str){ s.p + bracket + 1, colon - bracket - 1 };
	if (text_int((struct str){ s.p + colon + 1, s.len - colon - 2 }, 10, &f->line) || f->line < 0)
		f->line = 0;
	return true;
}

static struct java_frame parse_frame(struct str s)
{
	struct java_frame f = { s, STR(""), 0 };
	size_t bracket;

	if (s.len && s.p[s.len - 1] == ')') {
		if (parse_source_line(s, &f))
			return f;
		if (find_bracket(s, s.len - 1, &bracket)) {
			f.name = (struct str){ s.p, bracket - 1 };
			f.file = path_base((struct str){ s.p + bracket + 1, s.len - bracket - 2 });
			return f;
		}
	}
	if (text_has(s, STR("generated stub/JIT")))
		f.name = STR("STUB");
	return f;
}

static uint32_t *by_name(struct legacy *l, struct java_names *n, uint32_t name)
{
	size_t more = name < n->by_name.n ? 0 : name + 1 - n->by_name.n;

	if (!vec_reserve(&n->by_name, more)) {
		legacy_nomem(l);
		return NULL;
	}
	for (; more; more--)
		n->by_name.items[n->by_name.n++] = 0;
	return &n->by_name.items[name];
}

/* Functions of one name are one, whatever their files. */
static uint32_t find_function(struct legacy *l, struct java_names *n, const struct java_frame *f)
{
	struct java_function function = { .index = PROFILE_NONE };
	uint32_t *known;

	l->err = builder_intern(l->b, f->name, &function.name, l->diag);
	known = l->err ? NULL : by_name(l, n, function.name);
	if (!known || *known)
		return known ? *known - 1 : 0;
	l->err = builder_intern(l->b, f->file, &function.file, l->diag);
	if (!l->err && !vec_push(&n->functions, function))
		legacy_nomem(l);
	*known = (uint32_t)n->functions.n;
	return *known - 1;
}

/* "0x1f name": anything else is passed over, and so is what no sample has. */
static void read_name(struct legacy *l, struct java_names *n)
{
	struct str s = text_trim(l->line), digits, number;
	struct java_frame frame;
	uint64_t address;
	uint32_t at;

	l->line = s;
	if (!text_take(&s, STR("0x")))
		return;
	digits = number = text_take_run(&s, text_is_hex);
	if (!digits.len || !text_take_run(&s, text_is_blank).len)
		return;
	if (!text_take_hex(&number, &address)) {
		if (digits.len > 64)
			digits.len = 64;
		legacy_fail_quoting(l, "parsing sample ", l->line,
			": strconv.ParseUint: parsing \"%.*s\": value out of range", (int)digits.len, digits.p);
		return;
	}
	at = legacy_find_address(l, address);
	if (at == PROFILE_NONE)
		return;
	frame = parse_frame(s);
	n->lines[at] = (struct line){ find_function(l, n, &frame), frame.line, 0 };
}

static uint32_t add_function(struct legacy *l, struct java_function *f)
{
	struct assay_profile *p = l->p;

	if (f->index != PROFILE_NONE)
		return f->index;
	f->index = (uint32_t)p->functions.n;
	if (!vec_push(&p->functions,
		    ((struct function){
			    .id = p->functions.n + 1, .name = f->name, .system_name = f->name, .file = f->file })))
		legacy_nomem(l);
	return f->index;
}

/* Locations are in the order of the samples already; functions follow them. An address that has a name is done with. */
static void add_names(struct legacy *l, struct java_names *n)
{
	struct assay_profile *p = l->p;

	for (size_t i = 0; !l->err && i < p->locations.n; i++) {
		struct line line = n->lines[i];

		if (line.function == PROFILE_NONE)
			continue;
		line.function = add_function(l, &n->functions.items[line.function]);
		p->locations.items[i].address = 0;
		p->locations.items[i].first_line = (uint32_t)p->lines.n;
		p->locations.items[i].n_lines = 1;
		if (!l->err && !vec_push(&p->lines, line))
			legacy_nomem(l);
	}
}

static bool names_init(struct legacy *l, struct java_names *n)
{
	size_t n_locations = l->p->locations.n;

	*n = (struct java_names){ .lines = calloc(n_locations + 1, sizeof(*n->lines)) };
	for (size_t i = 0; n->lines && i < n_locations; i++)
		n->lines[i].function = PROFILE_NONE;
	if (!n->lines)
		legacy_nomem(l);
	return n->lines != NULL;
}

/* Lines of any length, as the rest of the Java formats has them. */
static bool next_line(struct legacy *l)
{
	if (l->err || !text_next(&l->text, &l->line))
		return false;
	if (l->text.number % CTX_POLL_SAMPLES == 0 && ctx_canceled(l->ctx))
		l->err = diag_set(l->diag, ASSAY_ERR_CANCELED, "canceled");
	return !l->err;
}

int java_finish(struct legacy *l)
{
	struct assay_profile *p = l->p;
	struct java_names n;

	if (l->err || !names_init(l, &n))
		return l->err;
	while (next_line(l))
		read_name(l, &n);
	add_names(l, &n);
	vec_release(&n.functions);
	vec_release(&n.by_name);
	free(n.lines);
	legacy_finish(l);
	for (size_t i = 0; i < p->locations.n; i++)
		p->locations.items[i].address = 0;
	l->text.number = 0;
	if (p->n_samples && !profile_n_types(p))
		legacy_fail(l, "missing sample type information");
	return l->err;
}

/* --- text --- */

struct java {
	struct legacy *l;
	bool is_heap;
};

static bool is_word(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || text_is_digit(c) || c == ' ';
}

/* "name = value" somewhere in the line: both of letters, digits, _ and blanks. */
static bool find_attribute(struct str line, struct str *name, struct str *value)
{
	struct str rest = line;

	for (size_t from = 0;;) {
		size_t equals = from + text_find(rest, STR("=")), start = equals;

		if (equals >= line.len)
			return false;
		rest = str_skip(line, equals + 1);
		while (start > from && is_word(line.p[start - 1]))
			start--;
		*name = text_trim((struct str){ line.p + start, equals - start });
		from = equals + 1;
		if (start == equals || !rest.len || !is_word(*rest.p))
			continue;
		*value = text_trim(text_take_run(&rest, is_word));
		return true;
	}
}

static void set_resolution(struct java *j, struct str unit)
{
	j->l->p->sample_types.n = 0;
	legacy_add_type(j->l, j->is_heap ? STR("inuse_objects") : STR("contentions"), STR("count"));
	legacy_add_type(j->l, j->is_heap ? STR("inuse_space") : STR("delay"), unit);
}

static int64_t attribute_number(struct java *j, struct str value)
{
	int64_t v = 0;
	enum text_fault fault = text_int(value, 0, &v);

	if (fault)
		legacy_fail_number(j->l, "failed to parse attribute ", value, fault);
	return v;
}

static void set_attribute(struct java *j, struct str name, struct str value)
{
	struct legacy *l = j->l;

	if (str_equal(name, STR("format"))) {
		if (!str_equal(value, STR("java")))
			legacy_unrecognized(l, "not of Java");
	} else if (str_equal(name, STR("resolution"))) {
		set_resolution(j, value);
	} else if (!j->is_heap && str_equal(name, STR("sampling period"))) {
		legacy_set_period(l, STR("contentions"), STR("count"), attribute_number(j, value));
	} else if (!j->is_heap && str_equal(name, STR("ms since reset"))) {
		l->p->duration_nanos = legacy_multiply(attribute_number(j, value), 1000000);
	} else {
		legacy_unrecognized(l, "an attribute that is not known");
	}
}

/* The next line that is not blank and that a newline ends, trimmed; *before is then where it began. */
static bool next_row(struct java *j, struct text *before)
{
	struct legacy *l = j->l;

	while (!l->err) {
		*before = l->text;
		if (l->text.p == l->text.end || !memchr(l->text.p, '\n', (size_t)(l->text.end - l->text.p)) ||
			!next_line(l))
			return false;
		l->line = text_trim(l->line);
		if (l->line.len)
			return true;
	}
	return false;
}

static void read_header(struct java *j)
{
	struct str name, value;
	struct text before;

	while (next_row(j, &before)) {
		if (!find_attribute(j->l->line, &name, &value)) {
			j->l->text = before;
			return;
		}
		set_attribute(j, name, value);
	}
}

static bool is_address_letter(char c)
{
	return c == ' ' || c == 'x' || text_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* "1024 2 @ 0x1" somewhere in the line. */
static bool find_row(struct str line, struct str numbers[2], struct str *addresses)
{
	while (line.len) {
		struct str s;

		numbers[0] = text_take_run(&line, text_is_digit);
		if (!numbers[0].len) {
			line = str_skip(line, 1);
			continue;
		}
		s = line;
		if (!text_take_run(&s, text_is_space).len)
			continue;
		numbers[1] = text_take_run(&s, text_is_digit);
		if (!numbers[1].len || !text_take_run(&s, text_is_space).len || !text_take(&s, STR("@")) ||
			!text_take_run(&s, text_is_space).len)
			continue;
		*addresses = text_take_run(&s, is_address_letter);
		return true;
	}
	return false;
}

static void add_values(struct java *j, int64_t count, int64_t total)
{
	struct legacy *l = j->l;

	if (j->is_heap) {
		if (!count) {
			legacy_fail_quoting(l, "parsing sample ", l->line, ": second value must be non-zero");
			return;
		}
		legacy_add_bytes(l, legacy_divide(total, count));
		legacy_unsample(&count, &total, HEAP_RATE);
	} else if (l->p->period) {
		count = legacy_multiply(count, l->p->period);
		total = legacy_multiply(total, l->p->period);
	}
	legacy_add_value(l, count);
	legacy_add_value(l, total);
}

static void add_sample(struct java *j, const struct str numbers[2], struct str addresses)
{
	struct legacy *l = j->l;
	int64_t v[2] = { 0 };

	for (size_t i = 2; i-- > 0;) {
		enum text_fault fault = text_int(numbers[i], 0, &v[i]);

		if (fault) {
			legacy_fail_number(l, "parsing sample ", numbers[i], fault);
			return;
		}
	}
	legacy_add_addresses(l, addresses, 0);
	if (!l->err)
		add_values(j, v[1], v[0]);
	legacy_end_sample(l);
}

static void read_samples(struct java *j)
{
	struct str numbers[2], addresses;
	struct text before;

	while (next_row(j, &before)) {
		if (!find_row(j->l->line, numbers, &addresses)) {
			j->l->text = before;
			return;
		}
		add_sample(j, numbers, addresses);
	}
}

static int read_profile(struct legacy *l)
{
	struct java j = { .l = l };

	if (l->text.p == l->text.end || !next_line(l) || l->text.p[-1] != '\n')
		return legacy_unrecognized(l, "no header");
	l->line = text_trim(l->line);
	j.is_heap = str_equal(l->line, STR("--- heapz 1 ---"));
	if (!j.is_heap && !str_equal(l->line, STR("--- contentionz 1 ---")))
		return legacy_unrecognized(l, "no header");
	read_header(&j);
	read_samples(&j);
	return java_finish(l);
}

READER(java_read)
{
	return legacy_read(read_profile, b, bytes, mine, ctx, diag);
}
