/* SPDX-License-Identifier: Apache-2.0 */
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "base/ckd.h"

struct unit {
	const char *name;
	const char *aliases[3]; /* lower case, without the plural s */
	double factor;          /* in the family's base */
};

struct family {
	const struct unit *units;
	size_t n;
	size_t fallback; /* the unit for a value with no better one */
};

static const struct unit memory_units[] = {
	{ "B", { "b", "byte" }, 1 },
	{ "kB", { "kb", "kbyte", "kilobyte" }, 0x1p10 },
	{ "MB", { "mb", "mbyte", "megabyte" }, 0x1p20 },
	{ "GB", { "gb", "gbyte", "gigabyte" }, 0x1p30 },
	{ "TB", { "tb", "tbyte", "terabyte" }, 0x1p40 },
	{ "PB", { "pb", "pbyte", "petabyte" }, 0x1p50 },
};

static const struct unit time_units[] = {
	{ "ns", { "ns", "nanosecond" }, 1 },
	{ "us", { "us", "microsecond" }, 1e3 },
	{ "ms", { "ms", "millisecond" }, 1e6 },
	{ "s", { "s", "sec", "second" }, 1e9 },
	{ "hrs", { "hour", "hr" }, 3.6e12 },
};

static const struct unit gcu_units[] = {
	{ "n*GCU", { "nanogcu" }, 1e-9 },
	{ "u*GCU", { "microgcu" }, 1e-6 },
	{ "m*GCU", { "milligcu" }, 1e-3 },
	{ "GCU", { "gcu" }, 1 },
	{ "k*GCU", { "kilogcu" }, 1e3 },
	{ "M*GCU", { "megagcu" }, 1e6 },
	{ "G*GCU", { "gigagcu" }, 1e9 },
	{ "T*GCU", { "teragcu" }, 1e12 },
	{ "P*GCU", { "petagcu" }, 1e15 },
};

#define FAMILY(table, fallback) { table, sizeof(table) / sizeof(table[0]), fallback }

enum { MEMORY, TIME, GCU, N_FAMILIES };

static const struct family families[N_FAMILIES] = {
	[MEMORY] = FAMILY(memory_units, 0),
	[TIME] = FAMILY(time_units, 3),
	[GCU] = FAMILY(gcu_units, 3),
};

/* Lower case, and one plural s less when more than two bytes are left of it: "ms" is no plural of "m". */
static bool unit_equals(struct str s, const char *alias)
{
	size_t n;

	/* Nearly all are told apart by this. */
	if (!s.len || tolower((unsigned char)*s.p) != *alias)
		return false;
	n = strlen(alias);
	if (s.len > 2 && (s.p[s.len - 1] == 's' || s.p[s.len - 1] == 'S'))
		s.len--;
	if (s.len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)s.p[i]) != alias[i])
			return false;
	return true;
}

static const struct unit *find_unit(const struct family *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < 3 && f->units[i].aliases[k]; k++)
			if (unit_equals(name, f->units[i].aliases[k]))
				return &f->units[i];
	return NULL;
}

/* The unit's family, or NULL for a word of its own. */
static const struct family *find_family(struct str name, const struct unit **unit)
{
	for (size_t i = 0; i < N_FAMILIES; i++) {
		*unit = find_unit(&families[i], name);
		if (*unit)
			return &families[i];
	}
	return NULL;
}

static bool is_automatic(struct str unit)
{
	return str_equal(unit, STR("minimum")) || str_equal(unit, STR("auto"));
}

/* Units ascend in their tables, so the last that leaves at least 1 is the largest. */
static const struct unit *largest_unit(const struct family *f, double value)
{
	const struct unit *best = &f->units[f->fallback];

	for (size_t i = 0; i < f->n; i++)
		if (value / f->units[i].factor >= 1.0)
			best = &f->units[i];
	return best;
}

static struct scaled scale_positive(int64_t value, struct str from, struct str to)
{
	const struct unit *source, *target;
	const struct family *f = find_family(from, &source);
	double base;

	if (!f) {
		bool silent = is_automatic(to) || str_equal(to, STR("count")) || str_equal(to, STR("sample")) ||
			str_equal(to, STR("unit"));

		return (struct scaled){ (double)value, silent ? STR("") : to };
	}
	base = (double)value * source->factor;
	target = is_automatic(to) ? largest_unit(f, base) : find_unit(f, to);
	if (!target)
		target = &f->units[f->fallback];
	return (struct scaled){ base / target->factor, str_of(target->name) };
}

struct scaled units_scale(int64_t value, struct str from, struct str to)
{
	struct scaled s;

	if (value >= 0 || value == INT64_MIN)
		return scale_positive(value, from, to);
	s = scale_positive(-value, from, to);
	s.value = -s.value;
	return s;
}

#define NUMBER_SIZE 400 /* the largest double has 309 digits before its point */

/*
 * As "%.*f" prints v, from which half the time of a short report would go to the digits of doubles. They are those of a
 * whole number here, but for large ones, and where v lies too near the middle between two to say which is nearer.
 */
static int write_fixed(char *text, double v, int decimals)
{
	static const double powers[] = { 1, 10, 100, 1e3, 1e4 };
	char digits[24], *to = text;
	double scaled = fabs(v) * powers[decimals], rest;
	uint64_t whole;
	int n = 0;

	if (!(scaled < 1e8))
		return snprintf(text, NUMBER_SIZE, "%.*f", decimals, v);
	whole = (uint64_t)scaled;
	rest = scaled - (double)whole;
	if (rest > 0.499999 && rest < 0.500001)
		return snprintf(text, NUMBER_SIZE, "%.*f", decimals, v);
	whole += rest > 0.5;
	if (signbit(v))
		*to++ = '-';
	for (; whole || n <= decimals; whole /= 10)
		digits[n++] = (char)('0' + whole % 10);
	while (n) {
		if (n == decimals)
			*to++ = '.';
		*to++ = digits[--n];
	}
	*to = '\0';
	return (int)(to - text);
}

void units_add_label(struct buf *out, int64_t value, struct str from, struct str to)
{
	struct scaled s = units_scale(value, from, to);
	char text[NUMBER_SIZE];
	int n = write_fixed(text, s.value, 2);

	if (n >= 3 && strcmp(text + n - 3, ".00") == 0)
		text[n -= 3] = '\0';
	if (strcmp(text, "0") == 0 || strcmp(text, "-0") == 0) {
		buf_add_char(out, '0');
		return;
	}
	buf_add(out, text, (size_t)n);
	buf_add_safe(out, s.unit);
}

bool units_is_time(struct str unit)
{
	return find_unit(&families[TIME], unit) != NULL;
}

bool units_same_family(struct str a, struct str b)
{
	const struct unit *unused;
	const struct family *f = find_family(a, &unused);

	return str_equal(a, b) || (f && find_family(b, &unused) == f);
}

/* As "%.2g" prints what lies below 1. */
static int write_small(char *text, double r)
{
	int n, decimals = r >= 0.1 ? 2 : r >= 0.01 ? 3 : r >= 0.001 ? 4 : 0;

	if (r == 0 && !signbit(r))
		decimals = 1;
	if (!decimals)
		return snprintf(text, NUMBER_SIZE, "%.2g", r);
	n = write_fixed(text, r, decimals);
	while (text[n - 1] == '0')
		n--;
	return text[n - 1] == '.' ? n - 1 : n;
}

void units_add_share(struct buf *out, double r)
{
	char text[NUMBER_SIZE];
	int n;

	if (r >= 99.95 && r <= 100.05) {
		buf_add_str(out, STR("  100%"));
		return;
	}
	n = r >= 1.0 ? write_fixed(text, r, 2) : write_small(text, r);
	buf_add_fill(out, ' ', n < 5 ? (size_t)(5 - n) : 0);
	buf_add(out, text, (size_t)n);
	buf_add_char(out, '%');
}

void units_add_percent(struct buf *out, int64_t value, int64_t total)
{
	units_add_share(out, total ? fabs((double)value / (double)total) * 100 : 0);
}
