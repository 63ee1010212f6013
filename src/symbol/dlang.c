/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linkage names of D: _D3foo3barFAyaZi is foo.bar(immutable(char)[]). The grammar is that of the D ABI, the spelling
 * that of c++filt --format=dlang.
 *
 * They are read here and not by libiberty, whose reader of D ends the program when memory runs out, and bounds neither
 * text nor time. Both are for the asking: Q refers to a part of the name that may hold further Q, so that few bytes
 * stand for a text of any length; and whether a signature follows a name is only known behind it, so that signatures
 * within signatures that turn out to be none are read twice on each level.
 *
 * What bounds them here: each step, and each byte that is written or moved, is taken from an allowance in proportion
 * to the length of the name; names of the standard library need less than a third of it. When it is used up everything
 * fails at once, and the name stays as it is. What a Q refers to is read as a text that ends before the Q, so that
 * none leads back to itself; and what contains itself does so to MAX_DEPTH only.
 */
#include "symbol/dlang.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_NAME 4096       /* longest name looked at */
#define MAX_TEXT (64 << 10) /* longest text that a name may stand for */
#define MAX_DEPTH 200       /* of types, names and values within each other */
#define MAX_DISTANCE 4      /* letters of a reference: as many as a name of that length has use for */
#define WORK_PER_BYTE 40    /* the allowance: this for each byte of the name, */
#define WORK_TO_BEGIN 1024  /* and this for any name */

struct reader {
	const char *name;
	size_t at, end; /* what is looked at ends before the name does in a template of known length and behind a Q */
	struct buf *out;
	size_t name_start; /* where in out the innermost name begins that is being read */
	size_t work;       /* what is left; 0 once there was too little */
	unsigned depth;
	unsigned muted;        /* above 0, what is read is not wanted in out */
	unsigned in_arguments; /* templates around what is read */
	enum demangle_mode mode;
};

/* --- the allowance and the text --- */

static bool spend(struct reader *r, size_t work)
{
	r->work = r->work > work ? r->work - work : 0;
	return r->work;
}

/* Too deep is too much work, and no reason to try something else. */
static bool enter(struct reader *r)
{
	return spend(r, r->depth++ < MAX_DEPTH ? 1 : r->work);
}

static void add(struct reader *r, const char *text, size_t len)
{
	if (spend(r, len) && !r->muted)
		buf_add(r->out, text, len);
}

static void add_text(struct reader *r, const char *text)
{
	add(r, text, strlen(text));
}

/* For what turned out to be something else, after at and len were kept. */
static void go_back(struct reader *r, size_t at, size_t len)
{
	r->at = at;
	if (!r->muted && !r->out->failed)
		r->out->len = len;
}

static void reverse(char *text, size_t len)
{
	for (size_t i = 0; i < len / 2; i++) {
		char c = text[i];

		text[i] = text[len - 1 - i];
		text[len - 1 - i] = c;
	}
}

/* What stands from middle on comes before what stands from first on. */
static void move_before(struct reader *r, size_t first, size_t middle)
{
	size_t len = r->out->len;

	if (r->muted || middle == len || !spend(r, len - first) || r->out->failed)
		return;
	reverse(r->out->data + first, middle - first);
	reverse(r->out->data + middle, len - middle);
	reverse(r->out->data + first, len - first);
}

/* --- letters and numbers --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static char look(const struct reader *r, size_t at)
{
	return at < r->end ? r->name[at] : '\0';
}

static char peek(const struct reader *r)
{
	return look(r, r->at);
}

static bool starts(const struct reader *r, const char *text)
{
	size_t len = strlen(text);

	return len <= r->end - r->at && memcmp(r->name + r->at, text, len) == 0;
}

static bool take(struct reader *r, const char *text)
{
	if (!starts(r, text))
		return false;
	r->at += strlen(text);
	return true;
}

/* false as well for what is no length, number of elements or character: more than 32 bits. */
static bool take_number(struct reader *r, size_t *number)
{
	size_t from = r->at;
	uint64_t n = 0;

	for (; is_digit(peek(r)) && n <= UINT32_MAX && spend(r, 1); r->at++)
		n = n * 10 + (uint64_t)(peek(r) - '0');
	*number = (size_t)n;
	return r->at > from && n <= UINT32_MAX;
}

static void copy_while(struct reader *r, bool (*is_wanted)(char))
{
	size_t from = r->at;

	while (is_wanted(peek(r)))
		r->at++;
	add(r, r->name + from, r->at - from);
}

/* --- references back --- */

/* Q and how far before it: to the base of 26, with a small letter for the last digit. */
static bool read_reference(const struct reader *r, size_t at, size_t *target, size_t *after)
{
	size_t distance = 0, i = at + 1;

	if (look(r, at) != 'Q')
		return false;
	for (; look(r, i) >= 'A' && look(r, i) <= 'Z' && i - at < MAX_DISTANCE; i++)
		distance = distance * 26 + (size_t)(look(r, i) - 'A');
	if (look(r, i) < 'a' || look(r, i) > 'z')
		return false;
	distance = distance * 26 + (size_t)(look(r, i) - 'a');
	*target = at - distance;
	*after = i + 1;
	return distance > 0 && distance <= at;
}

/* What it refers to lies before it, and so does all that this refers to. */
static bool take_reference(struct reader *r, bool (*take_target)(struct reader *))
{
	size_t reference = r->at, end = r->end, target, after;
	bool ok;

	if (!read_reference(r, reference, &target, &after))
		return false;
	r->at = target;
	r->end = reference;
	ok = take_target(r);
	r->at = after;
	r->end = end;
	return ok;
}

/* --- names --- */

static bool take_type(struct reader *r);
static bool take_value(struct reader *r, char type);
static bool take_template(struct reader *r);

/* What a name may be part of decides what may follow it. */
enum place {
	PLACE_SYMBOL, /* of a function, to which a signature belongs, and behind it what it returns; or of a variable */
	PLACE_TYPE,   /* of a type: signatures belong to functions around it */
};

static bool is_call_convention(char c)
{
	return c && strchr("FUVWRY", c);
}

static bool begins_name(const struct reader *r, size_t at)
{
	size_t target, after;

	if (is_digit(look(r, at)))
		return true;
	if (look(r, at) == '_')
		return look(r, at + 1) == '_' && (look(r, at + 2) == 'T' || look(r, at + 2) == 'U');
	return read_reference(r, at, &target, &after) && is_digit(r->name[target]);
}

/* foo.Bar.__vtbl is the vtable for foo.Bar. */
static bool add_prefix(struct reader *r, struct str name)
{
	static const struct {
		struct str name;
		const char *prefix;
	} prefixes[] = {
		{ STR("__init"), "initializer for " },
		{ STR("__vtbl"), "vtable for " },
		{ STR("__Class"), "ClassInfo for " },
		{ STR("__Interface"), "Interface for " },
		{ STR("__ModuleInfo"), "ModuleInfo for " },
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len;

		if (!str_equal(name, prefixes[i].name))
			continue;
		if (!r->muted && !r->out->failed && r->out->len > r->name_start)
			r->out->len--;
		len = r->out->len;
		add_text(r, prefixes[i].prefix);
		move_before(r, r->name_start, len);
		return true;
	}
	return false;
}

static void add_name(struct reader *r, struct str name)
{
	if (str_equal(name, STR("__ctor")))
		add_text(r, "this");
	else if (str_equal(name, STR("__dtor")))
		add_text(r, "~this");
	else if (str_equal(name, STR("__postblit")) && take(r, "MFZ"))
		add_text(r, "this(this)");
	else if (peek(r) != 'Z' || !add_prefix(r, name))
		add(r, name.p, name.len);
}

static bool read_plain_name(struct reader *r, struct str *name)
{
	size_t len;

	if (!take_number(r, &len) || !len || len > r->end - r->at)
		return false;
	*name = (struct str){ r->name + r->at, len };
	r->at += len;
	return true;
}

/* Declarations of the same name in one function are told apart by a parent of no meaning: 4__S1 */
static bool is_fake_parent(struct str name)
{
	if (name.len < 4 || !str_starts(name, STR("__S")))
		return false;
	for (size_t i = 3; i < name.len; i++)
		if (!is_digit(name.p[i]))
			return false;
	return true;
}

static bool take_name_referred_to(struct reader *r)
{
	size_t end = r->end, target, after;
	struct str name;
	bool ok;

	if (!read_reference(r, r->at, &target, &after))
		return false;
	r->end = r->at;
	r->at = target;
	ok = read_plain_name(r, &name);
	r->at = after;
	r->end = end;
	if (ok)
		add_name(r, name);
	return ok;
}

/* Until version 2.077 of the language the length of a template with all its arguments was written before it. */
static bool take_identifier(struct reader *r)
{
	struct str name;

	for (;;) {
		if (!spend(r, 1))
			return false;
		if (peek(r) == 'Q')
			return take_name_referred_to(r);
		if (peek(r) == '_')
			return take_template(r);
		if (!read_plain_name(r, &name))
			return false;
		if (name.len >= 5 && (str_starts(name, STR("__T")) || str_starts(name, STR("__U")))) {
			size_t end = r->end, behind = r->at;
			bool ok;

			r->at -= name.len;
			r->end = behind;
			ok = take_template(r) && r->at == behind;
			r->end = end;
			return ok;
		}
		if (!spend(r, name.len) || !is_fake_parent(name))
			break;
	}
	add_name(r, name);
	return true;
}

/* --- signatures --- */

static bool take_modifiers(struct reader *r)
{
	for (;;) {
		if (take(r, "O")) {
			add_text(r, " shared");
		} else if (take(r, "Ng")) {
			add_text(r, " inout");
		} else {
			if (take(r, "x"))
				add_text(r, " const");
			else if (take(r, "y"))
				add_text(r, " immutable");
			return true;
		}
	}
}

/* N and a letter each; g, h, k and n belong to the first parameter. */
static bool take_attributes(struct reader *r)
{
	static const char *const attributes[] = {
		['a' - 'a'] = "pure ",
		['b' - 'a'] = "nothrow ",
		['c' - 'a'] = "ref ",
		['d' - 'a'] = "@property ",
		['e' - 'a'] = "@trusted ",
		['f' - 'a'] = "@safe ",
		['i' - 'a'] = "@nogc ",
		['j' - 'a'] = "return ",
		['l' - 'a'] = "scope ",
		['m' - 'a'] = "@live ",
	};

	while (peek(r) == 'N') {
		char c = look(r, r->at + 1);
		size_t i = (size_t)(c - 'a');

		if (c && strchr("ghkn", c))
			return true;
		if (c < 'a' || i >= sizeof(attributes) / sizeof(attributes[0]) || !attributes[i])
			return false;
		add_text(r, attributes[i]);
		r->at += 2;
	}
	return true;
}

/* As often as there are such marks: "scope return" and "return scope" mean different things. */
static bool take_storage(struct reader *r)
{
	static const struct {
		const char *mark, *text;
	} storages[] = {
		{ "M", "scope " },
		{ "Nk", "return " },
		{ "I", "in " },
		{ "J", "out " },
		{ "K", "ref " },
		{ "L", "lazy " },
	};

	for (size_t i = 0; i < sizeof(storages) / sizeof(storages[0]); i++) {
		if (!take(r, storages[i].mark))
			continue;
		add_text(r, storages[i].text);
		return true;
	}
	return false;
}

static bool take_parameters(struct reader *r)
{
	add_text(r, "(");
	for (size_t n = 0;; n++) {
		if (take(r, "X")) {
			add_text(r, "...)");
			return true;
		}
		if (take(r, "Y")) {
			add_text(r, n ? ", ...)" : "...)");
			return true;
		}
		if (take(r, "Z")) {
			add_text(r, ")");
			return true;
		}
		if (n)
			add_text(r, ", ");
		while (take_storage(r))
			;
		if (!take_type(r))
			return false;
	}
}

static bool take_call_convention(struct reader *r)
{
	char c = peek(r);

	if (!is_call_convention(c))
		return false;
	r->at++;
	if (c == 'U')
		add_text(r, "extern(C) ");
	else if (c == 'V')
		add_text(r, "extern(Pascal) ");
	else if (c == 'W')
		add_text(r, "extern(Windows) ");
	else if (c == 'R')
		add_text(r, "extern(C++) ");
	else if (c == 'Y')
		add_text(r, "extern(Objective-C) ");
	return true;
}

/* Text of a part that was passed over before. */
static void add_part(struct reader *r, size_t part, bool (*take_part)(struct reader *))
{
	size_t at = r->at;

	r->at = part;
	take_part(r);
	r->at = at;
}

/* Everything but what it returns: (int, char) const */
static bool take_signature(struct reader *r, enum place place)
{
	size_t modifiers;
	bool ok;

	take(r, "M");
	modifiers = r->at;
	r->muted++;
	ok = take_modifiers(r) && take_call_convention(r) && take_attributes(r);
	r->muted--;
	if (!ok || !take_parameters(r))
		return false;
	if (place == PLACE_TYPE)
		return begins_name(r, r->at);
	add_part(r, modifiers, take_modifiers);
	return peek(r);
}

/* A name within arguments has its parameters where arguments are wanted at all. */
static void take_signature_if_any(struct reader *r, enum place place)
{
	bool is_unwanted = r->mode != DEMANGLE_FULL && !r->in_arguments;
	size_t at = r->at, len = r->out->len;

	if (peek(r) != 'M' && !is_call_convention(peek(r)))
		return;
	r->muted += is_unwanted;
	if (!take_signature(r, place))
		go_back(r, at, len);
	r->muted -= is_unwanted;
}

static bool read_qualified(struct reader *r, enum place place)
{
	size_t n = 0;

	r->name_start = r->out->len;
	do {
		if (!spend(r, 1))
			return false;
		/* Scopes without a name. */
		if (peek(r) == '0') {
			r->at++;
			continue;
		}
		if (n++)
			add_text(r, ".");
		if (!take_identifier(r))
			return false;
		take_signature_if_any(r, place);
	} while (begins_name(r, r->at));
	return n;
}

static bool take_qualified(struct reader *r, enum place place)
{
	size_t name_start = r->name_start;
	bool ok = enter(r) && read_qualified(r, place);

	r->depth--;
	r->name_start = name_start;
	return ok;
}

/* _D, a name, and the type of it or of what it returns; or Z for what the compiler made up. */
static bool take_symbol(struct reader *r)
{
	bool ok;

	if (!take(r, "_D") || !begins_name(r, r->at) || !take_qualified(r, PLACE_SYMBOL))
		return false;
	if (take(r, "Z"))
		return true;
	r->muted++;
	ok = take_type(r);
	r->muted--;
	return ok;
}

/* --- types --- */

/* extern(C) int(char) pure function: the linkage name has what is returned last, and attributes before parameters. */
static bool take_function_type(struct reader *r)
{
	size_t attributes, parameters, returned;

	if (!take_call_convention(r))
		return false;
	attributes = r->at;
	r->muted++;
	take_attributes(r);
	r->muted--;
	parameters = r->out->len;
	if (!take_parameters(r))
		return false;
	returned = r->out->len;
	if (!take_type(r))
		return false;
	move_before(r, parameters, returned);
	add_text(r, " ");
	add_part(r, attributes, take_attributes);
	return true;
}

static bool take_function(struct reader *r)
{
	bool ok = take_function_type(r);

	add_text(r, "function");
	return ok;
}

static bool take_delegate(struct reader *r)
{
	size_t modifiers = r->at;
	bool ok;

	r->muted++;
	take_modifiers(r);
	r->muted--;
	ok = peek(r) == 'Q' ? take_reference(r, take_function_type) : take_function_type(r);
	add_text(r, "delegate");
	add_part(r, modifiers, take_modifiers);
	return ok;
}

static bool take_wrapped(struct reader *r, const char *before, const char *after)
{
	bool ok;

	add_text(r, before);
	ok = take_type(r);
	add_text(r, after);
	return ok;
}

static bool take_fixed_array(struct reader *r)
{
	size_t from = r->at, len;
	bool ok;

	while (is_digit(peek(r)))
		r->at++;
	len = r->at - from;
	ok = take_wrapped(r, "", "[");
	add(r, r->name + from, len);
	add_text(r, "]");
	return ok;
}

/* The key comes first: Hai is int[char]. */
static bool take_associative_array(struct reader *r)
{
	size_t key = r->out->len, value;

	add_text(r, "[");
	if (!take_wrapped(r, "", "]"))
		return false;
	value = r->out->len;
	if (!take_type(r))
		return false;
	move_before(r, key, value);
	return true;
}

static bool take_tuple(struct reader *r)
{
	size_t n;

	if (!take_number(r, &n))
		return false;
	add_text(r, "Tuple!(");
	for (size_t i = 0; i < n; i++) {
		if (i)
			add_text(r, ", ");
		if (!take_type(r))
			return false;
	}
	add_text(r, ")");
	return true;
}

static const char *basic_type(char c)
{
	static const char *const types[] = {
		['a' - 'a'] = "char",
		['b' - 'a'] = "bool",
		['c' - 'a'] = "creal",
		['d' - 'a'] = "double",
		['e' - 'a'] = "real",
		['f' - 'a'] = "float",
		['g' - 'a'] = "byte",
		['h' - 'a'] = "ubyte",
		['i' - 'a'] = "int",
		['j' - 'a'] = "ireal",
		['k' - 'a'] = "uint",
		['l' - 'a'] = "long",
		['m' - 'a'] = "ulong",
		['n' - 'a'] = "typeof(null)",
		['o' - 'a'] = "ifloat",
		['p' - 'a'] = "idouble",
		['q' - 'a'] = "cfloat",
		['r' - 'a'] = "cdouble",
		['s' - 'a'] = "short",
		['t' - 'a'] = "ushort",
		['u' - 'a'] = "wchar",
		['v' - 'a'] = "void",
		['w' - 'a'] = "dchar",
	};

	return c >= 'a' && c <= 'w' ? types[c - 'a'] : NULL;
}

static bool take_named(struct reader *r, const char *mark, const char *text)
{
	if (!take(r, mark))
		return false;
	add_text(r, text);
	return true;
}

static bool read_type(struct reader *r)
{
	char c = peek(r);
	const char *basic = basic_type(c);

	if (c == 'Q')
		return take_reference(r, take_type);
	if (is_call_convention(c))
		return take_function(r);
	if (!c)
		return false;
	r->at++;
	if (basic) {
		add_text(r, basic);
		return true;
	}
	switch (c) {
	case 'O':
		return take_wrapped(r, "shared(", ")");
	case 'x':
		return take_wrapped(r, "const(", ")");
	case 'y':
		return take_wrapped(r, "immutable(", ")");
	case 'N':
		if (take(r, "g"))
			return take_wrapped(r, "inout(", ")");
		if (take(r, "h"))
			return take_wrapped(r, "__vector(", ")");
		return take_named(r, "n", "typeof(*null)");
	case 'z':
		return take_named(r, "i", "cent") || take_named(r, "k", "ucent");
	case 'A':
		return take_wrapped(r, "", "[]");
	case 'G':
		return take_fixed_array(r);
	case 'H':
		return take_associative_array(r);
	case 'P':
		return is_call_convention(peek(r)) ? take_function(r) : take_wrapped(r, "", "*");
	case 'B':
		return take_tuple(r);
	case 'C':
	case 'S':
	case 'E':
	case 'T':
		return take_qualified(r, PLACE_TYPE);
	case 'D':
		return take_delegate(r);
	default:
		return false;
	}
}

static bool take_type(struct reader *r)
{
	bool ok = enter(r) && read_type(r);

	r->depth--;
	return ok;
}

/* --- values --- */

/* As a character where there is one to show: 'a', '\x0a', '\u0101', '\U00010001' */
static bool take_character(struct reader *r, char type)
{
	char text[16];
	size_t value;

	if (!take_number(r, &value))
		return false;
	if (type == 'a' && value >= ' ' && value <= '~')
		snprintf(text, sizeof(text), "'%c'", (char)value);
	else if (type == 'a')
		snprintf(text, sizeof(text), "'\\x%02zx'", value);
	else if (type == 'u')
		snprintf(text, sizeof(text), "'\\u%04zx'", value);
	else
		snprintf(text, sizeof(text), "'\\U%08zx'", value);
	add_text(r, text);
	return true;
}

static bool take_integer(struct reader *r, char type)
{
	size_t value;

	if (type == 'a' || type == 'u' || type == 'w')
		return take_character(r, type);
	if (type == 'b') {
		if (!take_number(r, &value))
			return false;
		add_text(r, value ? "true" : "false");
		return true;
	}
	if (!is_digit(peek(r)))
		return false;
	copy_while(r, is_digit);
	if (type == 'h' || type == 't' || type == 'k')
		add_text(r, "u");
	else if (type == 'l')
		add_text(r, "L");
	else if (type == 'm')
		add_text(r, "uL");
	return true;
}

/* Hexadecimal, with a digit before the point: 0A8P6 is 0x0.A8p6, and a further N minus. */
static bool take_real(struct reader *r)
{
	if (take_named(r, "NAN", "NaN") || take_named(r, "INF", "Inf") || take_named(r, "NINF", "-Inf"))
		return true;
	take_named(r, "N", "-");
	if (!is_hex_digit(peek(r)))
		return false;
	add_text(r, "0x");
	add(r, r->name + r->at++, 1);
	add_text(r, ".");
	copy_while(r, is_hex_digit);
	if (!take_named(r, "P", "p"))
		return false;
	take_named(r, "N", "-");
	copy_while(r, is_digit);
	return true;
}

static bool take_complex(struct reader *r)
{
	if (!take_real(r) || !take_named(r, "c", "+") || !take_real(r))
		return false;
	add_text(r, "i");
	return true;
}

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void add_string_byte(struct reader *r, const char digits[2])
{
	static const char *const names[] = {
		['\t'] = "\\t", ['\n'] = "\\n", ['\v'] = "\\v", ['\f'] = "\\f", ['\r'] = "\\r"
	};
	int value = hex_value(digits[0]) << 4 | hex_value(digits[1]);
	char c = (char)value;

	if (value >= ' ' && value <= '~') {
		add(r, &c, 1);
	} else if (value < (int)(sizeof(names) / sizeof(names[0])) && names[value]) {
		add_text(r, names[value]);
	} else {
		add_text(r, "\\x");
		add(r, digits, 2);
	}
}

/* The width of its characters, its length in bytes, and their digits: a3_616263 */
static bool take_string(struct reader *r)
{
	const char *width = r->name + r->at++;
	size_t n;

	if (!take_number(r, &n) || !take(r, "_") || n > (r->end - r->at) / 2)
		return false;
	add_text(r, "\"");
	for (size_t i = 0; i < n; i++, r->at += 2) {
		if (!is_hex_digit(peek(r)) || !is_hex_digit(look(r, r->at + 1)))
			return false;
		add_string_byte(r, r->name + r->at);
	}
	add_text(r, "\"");
	if (*width != 'a')
		add(r, width, 1);
	return true;
}

/* The number of elements, and each: of an associative array with a key before it. */
static bool take_elements(struct reader *r, const char *before, const char *after, bool has_keys)
{
	size_t n;

	if (!take_number(r, &n))
		return false;
	add_text(r, before);
	for (size_t i = 0; i < n; i++) {
		if (i)
			add_text(r, ", ");
		if (has_keys) {
			if (!take_value(r, '\0'))
				return false;
			add_text(r, ":");
		}
		if (!take_value(r, '\0'))
			return false;
	}
	add_text(r, after);
	return true;
}

static bool read_value(struct reader *r, char type)
{
	char c = peek(r);

	if (is_digit(c))
		return take_integer(r, type);
	if (c == 'a' || c == 'w' || c == 'd')
		return take_string(r);
	if (!c)
		return false;
	r->at++;
	switch (c) {
	case 'n':
		add_text(r, "null");
		return true;
	case 'i':
		return take_integer(r, type);
	case 'N':
		add_text(r, "-");
		return take_integer(r, type);
	case 'e':
		return take_real(r);
	case 'c':
		return take_complex(r);
	case 'A':
		return take_elements(r, "[", "]", type == 'H');
	case 'S':
		return take_elements(r, "(", ")", false);
	case 'f':
		return take_symbol(r);
	default:
		return false;
	}
}

/* type is the first letter of its type, where that is known. */
static bool take_value(struct reader *r, char type)
{
	bool ok = enter(r) && read_value(r, type);

	r->depth--;
	return ok;
}

/* --- templates --- */

/* The type is only shown as the name of a struct, before its fields. */
static bool take_value_argument(struct reader *r)
{
	size_t len = r->out->len, target, after;
	char type = peek(r);

	if (type == 'Q' && read_reference(r, r->at, &target, &after))
		type = r->name[target];
	if (!take_type(r))
		return false;
	if (peek(r) != 'S')
		go_back(r, r->at, len);
	return take_value(r, type);
}

/* The name takes all of the len bytes that it is said to have. */
static bool take_sized_symbol(struct reader *r, size_t len)
{
	size_t end = r->end, behind = r->at + len;
	bool ok;

	if (len > end - r->at)
		return false;
	r->end = behind;
	ok = starts(r, "_D") ? take_symbol(r) : begins_name(r, r->at) && take_qualified(r, PLACE_TYPE);
	ok = ok && r->at == behind;
	r->end = end;
	return ok;
}

/*
 * A symbol; until version 2.077 with its length before it, whose digits run into those of the name: 116symbol3foo has
 * 11 bytes. Lengths of the most digits are tried first.
 */
static bool take_symbol_argument(struct reader *r)
{
	size_t at = r->at, len = r->out->len, n_digits = 0, size;

	if (starts(r, "_D"))
		return take_symbol(r);
	while (n_digits < 9 && is_digit(look(r, at + n_digits)))
		n_digits++;
	for (; n_digits; n_digits--) {
		size = 0;
		for (r->at = at; r->at < at + n_digits; r->at++)
			size = size * 10 + (size_t)(peek(r) - '0');
		if (take_sized_symbol(r, size))
			return true;
		go_back(r, at, len);
	}
	return take_qualified(r, PLACE_TYPE);
}

/* A name that was mangled by the rules of another language. */
static bool take_foreign_argument(struct reader *r)
{
	struct str name;

	if (!read_plain_name(r, &name))
		return false;
	add(r, name.p, name.len);
	return true;
}

static bool take_argument(struct reader *r)
{
	take(r, "H"); /* the template is specialized for it */
	if (take(r, "S"))
		return take_symbol_argument(r);
	if (take(r, "T"))
		return take_type(r);
	if (take(r, "V"))
		return take_value_argument(r);
	return take(r, "X") && take_foreign_argument(r);
}

static bool take_arguments(struct reader *r)
{
	add_text(r, "!(");
	for (size_t n = 0; !take(r, "Z"); n++) {
		if (n)
			add_text(r, ", ");
		if (!take_argument(r))
			return false;
	}
	add_text(r, ")");
	return true;
}

static bool read_template(struct reader *r)
{
	bool is_unwanted = r->mode == DEMANGLE_DEFAULT, ok;

	r->at += strlen("__T");
	if (!begins_name(r, r->at) || peek(r) == '0' || !take_identifier(r))
		return false;
	r->muted += is_unwanted;
	r->in_arguments++;
	ok = take_arguments(r);
	r->in_arguments--;
	r->muted -= is_unwanted;
	return ok;
}

static bool take_template(struct reader *r)
{
	bool ok = enter(r) && begins_name(r, r->at) && read_template(r);

	r->depth--;
	return ok;
}

/* --- the whole name --- */

static bool read_name(struct buf *out, struct str name, enum demangle_mode mode)
{
	struct reader r = {
		.name = name.p,
		.end = name.len,
		.out = out,
		.work = WORK_TO_BEGIN + WORK_PER_BYTE * name.len,
		.mode = mode,
	};

	return take_symbol(&r) && r.at == r.end && r.work && !out->failed;
}

bool dlang_name_add(struct buf *out, struct str name, enum demangle_mode mode)
{
	size_t start = out->len;
	const char *clone = memchr(name.p, '.', name.len);

	/* _D3foo3barFZv.part.0 and its like: names of D themselves have no dots. */
	if (clone)
		name.len = (size_t)(clone - name.p);
	if (str_equal(name, STR("_Dmain"))) {
		buf_add_str(out, STR("D main"));
		return !out->failed;
	}
	if (name.len > MAX_NAME || memchr(name.p, '\0', name.len))
		return false;
	if (read_name(out, name, mode) && out->len > start && out->len - start <= MAX_TEXT) {
		out->data[out->len] = '\0';
		return true;
	}
	if (!out->failed)
		out->len = start;
	if (out->data)
		out->data[out->len] = '\0';
	return false;
}
