/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "base/regex.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/diag.h"

/*
 * One pass over the pattern checks RE2's grammar and writes the same language in PCRE2's spelling. Only whether there
 * is a match is ever asked, so groups capture nothing, and the flags m, s and U leave no trace but in what is written:
 *
 *	(?s)a.(?P<x>^b|\d)   becomes   a.(\Ab|\d)
 *	(?m)a.$              becomes   a\N$
 *
 * PCRE2 runs with MULTILINE, ALT_CIRCUMFLEX and DOTALL throughout: `^`, `$` and `.` in the output are the wide
 * meanings, \A, \z and \N the narrow ones. Without PCRE2_UCP \d, \w and \b know ASCII alone, as in RE2.
 *
 * The pattern may be hostile: groups are kept on a stack of our own, and how deep it may grow is limited.
 */

enum regex_flag {
	REGEX_FOLD = 1 << 0,      /* i */
	REGEX_MULTILINE = 1 << 1, /* m */
	REGEX_DOT_ALL = 1 << 2,   /* s */
	REGEX_UNGREEDY = 1 << 3,  /* U */
};

enum {
	MAX_NESTING = 1000, /* groups and repeats inside one another */
	MAX_REPEAT = 1000,  /* {n}, and the product of counts that are inside one another */
};

#define MAX_RUNE UINT32_C(0x10ffff)
/* What RE2 reads where the subject has a byte that is not UTF-8. */
#define REPLACEMENT UINT32_C(0xfffd)

/*
 * PCRE2 does not tell how much work a search was, and its match limit starts anew at every character of the subject
 * and leaves out what machine code does in its inner loops. So a pattern is compiled in two ways. The quick code is
 * used with a small limit on short subjects, where little can go wrong and which is nearly all there is. The counting
 * code calls us back at every item of the pattern, 5 to 15 ns each, to draw a step from the budget. It is used for
 * long subjects and for those where the quick one gave up; and for one search in SAMPLE, which then stands for all of
 * them, as a quick search may still be a thousand times slower than another.
 */
enum {
	QUICK_BYTES = 2048,       /* the longest subject for the quick code */
	QUICK_LIMIT = 16,         /* its match limit; few patterns need more than 4 */
	QUICK_LIMIT_NO_JIT = 100, /* the interpreter counts more often */
	SAMPLE = 64,
	SAMPLE_WEIGHT = 16,         /* how often a sample is charged: quick code mostly takes a tenth of the time */
	SCAN_BYTES_PER_STEP = 16,   /* characters that one item of the pattern passes over, such as `.*` */
	NO_JIT_WEIGHT = 3,          /* how much slower a step is in the interpreter */
	HEAP_LIMIT_KIB = 20 * 1024, /* for one search in the interpreter: some 130 bytes for each open choice */
	JIT_STACK_START = 32 * 1024,
	JIT_STACK_MAX = 4096 * 1024,
};

/*
 * Translating to machine code costs 40 to 80 µs for a usual pattern, its stack included, and makes a search of a name
 * some 4 µs shorter. It is done when this much was searched, and more is likely to come.
 */
#define JIT_AFTER_SEARCHES 32
#define JIT_AFTER_BYTES 2048

/* Bytes that grow. After the first failed allocation nothing more is written, so that it is enough to ask once. */
struct text {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

/* A pattern that is nothing but words, `main|runtime\.mallocgc|^start$`, needs no PCRE2. */
struct word {
	size_t offset; /* in words.chars */
	size_t len;
	bool at_start;
	bool at_end;
};

struct words {
	struct text chars;
	struct word *list;
	size_t n;
	size_t cap;
};

/* What the counting code draws from while it runs. */
struct counter {
	struct regex_budget *budget;
	uint64_t weight;
	size_t position; /* in the subject, at the item before */
};

/* What a search changes in a regex. */
struct matcher {
	pcre2_code *quick;
	pcre2_code *counting; /* made when first needed */
	bool counting_tried;
	bool jit_tried;
	bool has_jit;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	struct counter counter;
	struct text spelling; /* what PCRE2 compiles */
	struct text repaired; /* the subject, where it was not UTF-8 */
	size_t searches;
	size_t bytes;
	uint32_t dice; /* which searches are samples */
};

struct regex {
	struct words words;
	struct matcher *matcher; /* NULL: compare the words */
};

/* --- bytes and characters --- */

static bool text_reserve(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 64;
	char *data;

	if (t->failed || more > SIZE_MAX / 2 - t->len) {
		t->failed = true;
		return false;
	}
	if (t->len + more <= t->cap)
		return true;
	while (cap < t->len + more)
		cap *= 2;
	data = realloc(t->data, cap);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->cap = cap;
	return true;
}

static void text_insert(struct text *t, size_t at, const char *bytes, size_t n)
{
	if (!n || !text_reserve(t, n))
		return;
	memmove(t->data + at + n, t->data + at, t->len - at);
	memcpy(t->data + at, bytes, n);
	t->len += n;
}

static void text_put(struct text *t, const char *bytes, size_t n)
{
	text_insert(t, t->len, bytes, n);
}

static void text_puts(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

static void text_release(struct text *t)
{
	free(t->data);
	*t = (struct text){ 0 };
}

/* Reads one character of well-formed UTF-8 and returns its length; 0 if there is none. */
static size_t decode_rune(const char *p, const char *end, uint32_t *rune)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)*p;
	size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
	uint32_t value = n == 1 ? lead : lead & (0x7fu >> n);

	if (n == 0 || (size_t)(end - p) < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (value < least[n] || value > MAX_RUNE || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*rune = value;
	return n;
}

/* The length of the well-formed start of text. Names are ASCII nearly always, so that is looked at in eights. */
static size_t measure_valid(const char *text, size_t len)
{
	size_t i = 0;
	uint64_t eight;
	uint32_t rune;

	while (i < len) {
		while (len - i >= sizeof(eight)) {
			memcpy(&eight, text + i, sizeof(eight));
			if (eight & UINT64_C(0x8080808080808080))
				break;
			i += sizeof(eight);
		}
		if (i < len) {
			size_t n = decode_rune(text + i, text + len, &rune);

			if (!n)
				break;
			i += n;
		}
	}
	return i;
}

/* --- the parser's state --- */

/* What a repetition operator would repeat: the last thing written. */
struct atom {
	size_t start;    /* where it starts in the output */
	bool present;    /* false at the start of a group or branch */
	bool bare;       /* takes an operator as it stands, without a group around it */
	unsigned repeat; /* greatest product of counts inside */
	unsigned height;
};

/* An open group. */
struct group {
	unsigned flags; /* of the group outside, as they were before this one */
	bool folds;     /* whether (?i) was in force in the output there */
	size_t start;
	unsigned repeat; /* the greatest outside so far */
	unsigned height;
};

struct parser {
	const char *pattern;
	const char *pos;
	const char *end;
	struct assay_diag *diag;
	struct text out;
	unsigned flags; /* in force in the pattern */
	bool folds;     /* in force in the output: (?i) is only written when something is affected */
	struct atom atom;
	unsigned repeat; /* over the atoms of the innermost group */
	unsigned height;
	const char *last_operator; /* the repetition operator that ends at pos, or NULL */
	struct group *groups;
	size_t n_groups;
	size_t groups_cap;
	struct words words;
	bool only_words;
};

/* A complaint quotes the pattern from `from` up to `to`. A NUL cannot be in a C string and becomes \x00. */
static int refuse(struct parser *ps, const char *what, const char *from, const char *to)
{
	char quoted[sizeof(ps->diag->text) + 8];
	size_t n = 0;

	for (; from < to && n < sizeof(quoted) - 5; from++) {
		if (*from) {
			quoted[n++] = *from;
		} else {
			memcpy(quoted + n, "\\x00", 4);
			n += 4;
		}
	}
	quoted[n] = '\0';
	return diag_set(ps->diag, ASSAY_ERR_ARGUMENT, "error parsing regexp: %s: `%s`", what, quoted);
}

static int refuse_pattern(struct parser *ps, const char *what)
{
	return refuse(ps, what, ps->pattern, ps->end);
}

/* Takes one character of the pattern; it may not go beyond end, which differs from ps->end inside \Q…\E. */
static int take_rune(struct parser *ps, const char *end, uint32_t *rune)
{
	size_t n = decode_rune(ps->pos, end, rune);

	if (!n)
		return refuse(ps, "invalid UTF-8", ps->pos, end);
	ps->pos += n;
	return 0;
}

static int check_utf8(struct parser *ps, const char *from, const char *to)
{
	size_t valid = measure_valid(from, (size_t)(to - from));

	return from + valid == to ? 0 : refuse(ps, "invalid UTF-8", from + valid, to);
}

static bool looking_at(const struct parser *ps, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(ps->end - ps->pos) >= n && memcmp(ps->pos, s, n) == 0;
}

static bool take(struct parser *ps, char c)
{
	if (ps->pos == ps->end || *ps->pos != c)
		return false;
	ps->pos++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* --- patterns that are only words --- */

static struct word *last_word(struct words *w)
{
	return &w->list[w->n - 1];
}

static bool add_word(struct words *w)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 4;
		struct word *list = realloc(w->list, cap * sizeof(*list));

		if (!list)
			return false;
		w->list = list;
		w->cap = cap;
	}
	w->list[w->n++] = (struct word){ .offset = w->chars.len };
	return true;
}

static void release_words(struct words *w)
{
	text_release(&w->chars);
	free(w->list);
	*w = (struct words){ 0 };
}

/* n bytes of the pattern stand for the one character rune, or for themselves if encoded is given. */
static void extend_word(struct parser *ps, uint32_t rune, const char *encoded, size_t n)
{
	struct word *word = last_word(&ps->words);

	/* U+FFFD is what RE2 sees in place of a broken byte, which comparing bytes would miss. */
	if (ps->flags & REGEX_FOLD || word->at_end || rune == REPLACEMENT || n == 0) {
		ps->only_words = false;
		return;
	}
	text_put(&ps->words.chars, encoded, n);
	word->len += n;
}

static void anchor_word(struct parser *ps, bool at_start)
{
	struct word *word = last_word(&ps->words);

	if (!at_start)
		word->at_end = true;
	else if (word->len == 0 && !word->at_end)
		word->at_start = true;
	else
		ps->only_words = false;
}

/* --- writing atoms --- */

static void note_atom(struct parser *ps, unsigned repeat, unsigned height)
{
	ps->atom.repeat = repeat;
	ps->atom.height = height;
	if (ps->repeat < repeat)
		ps->repeat = repeat;
	if (ps->height < height)
		ps->height = height;
}

/* To be called before an atom is written. */
static void begin_atom(struct parser *ps, bool bare)
{
	bool folds = ps->flags & REGEX_FOLD;

	if (folds != ps->folds)
		text_puts(&ps->out, folds ? "(?i)" : "(?-i)");
	ps->folds = folds;
	ps->atom = (struct atom){ .start = ps->out.len, .present = true, .bare = bare };
	note_atom(ps, 1, 1);
}

static void write_atom(struct parser *ps, const char *spelling)
{
	ps->only_words = false;
	begin_atom(ps, true);
	text_puts(&ps->out, spelling);
}

/* `\b*` and `^*` are nothing to PCRE2 unless in a group, so they are not bare. */
static void write_assertion(struct parser *ps, const char *spelling)
{
	if (strcmp(spelling, "\\A") == 0 || strcmp(spelling, "\\z") == 0)
		anchor_word(ps, spelling[1] == 'A');
	else
		ps->only_words = false;
	begin_atom(ps, false);
	text_puts(&ps->out, spelling);
}

static size_t encode_rune(char *to, uint32_t rune)
{
	size_t n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;

	if (n == 1) {
		to[0] = (char)rune;
		return 1;
	}
	for (size_t i = n - 1; i > 0; i--) {
		to[i] = (char)(0x80 | (rune & 0x3f));
		rune >>= 6;
	}
	to[0] = (char)((0xf00 >> n & 0xff) | rune);
	return n;
}

/* Writes a character so that it means itself, inside a class and outside. */
static void write_rune(struct text *out, uint32_t rune)
{
	static const char hex[] = "0123456789abcdef";
	char spelling[16];
	size_t n = 0;

	if (rune < 0x20 || rune == 0x7f || (rune >= 0xd800 && rune <= 0xdfff)) {
		memcpy(spelling, "\\x{", 3);
		n = 3;
		for (int shift = 12; shift >= 0; shift -= 4)
			spelling[n++] = hex[rune >> shift & 0xf];
		spelling[n++] = '}';
	} else {
		if (rune < 0x80 && !is_alnum(rune))
			spelling[n++] = '\\';
		n += encode_rune(spelling + n, rune);
	}
	text_put(out, spelling, n);
}

static void write_literal(struct parser *ps, uint32_t rune)
{
	char encoded[4];
	bool surrogate = rune >= 0xd800 && rune <= 0xdfff;

	extend_word(ps, rune, encoded, surrogate ? 0 : encode_rune(encoded, rune));
	begin_atom(ps, true);
	write_rune(&ps->out, rune);
}

/* --- repetition --- */

/* Puts a group around the last atom, so that an operator that follows takes hold of the whole. */
static void wrap_atom(struct parser *ps)
{
	text_insert(&ps->out, ps->atom.start, "(", 1);
	text_puts(&ps->out, ")");
	note_atom(ps, ps->atom.repeat, ps->atom.height + 1);
}

/*
 * The operator from `from` up to pos, spelled the same in PCRE2. `a**` is refused, but with something empty between,
 * `a*(?i)*`, RE2 lets the second repeat the first.
 */
static int write_repeat(struct parser *ps, const char *from, const char *before)
{
	const char *plain_end = ps->pos;
	bool lazy = take(ps, '?');

	if (before)
		return refuse(ps, "invalid nested repetition operator", before, ps->pos);
	if (!ps->atom.present)
		return refuse(ps, "missing argument to repetition operator", from, ps->pos);
	if (!ps->atom.bare)
		wrap_atom(ps);
	if (ps->height > MAX_NESTING)
		return refuse_pattern(ps, "expression nests too deeply");
	text_put(&ps->out, from, (size_t)(plain_end - from));
	if (lazy != !!(ps->flags & REGEX_UNGREEDY))
		text_puts(&ps->out, "?");
	ps->atom.bare = false;
	ps->last_operator = from;
	ps->only_words = false;
	return 0;
}

/* A number of a count; RE2 takes no leading zeros. Numbers that are too large come out as MAX_REPEAT + 1. */
static bool take_number(struct parser *ps, unsigned *number)
{
	const char *from = ps->pos;
	unsigned n = 0;

	for (; ps->pos < ps->end && is_digit(*ps->pos); ps->pos++) {
		n = n * 10 + (unsigned)(*ps->pos - '0');
		if (n > MAX_REPEAT)
			n = MAX_REPEAT + 1;
	}
	*number = n;
	return ps->pos > from && (*from != '0' || ps->pos == from + 1);
}

/* {2}, {2,} or {2,5}; *max is 0 for none. Anything else is no count, and the brace a character like others. */
static bool take_count(struct parser *ps, unsigned *min, unsigned *max, bool *bounded)
{
	const char *from = ps->pos++;

	*bounded = true;
	if (!take_number(ps, min))
		goto literal;
	*max = *min;
	if (take(ps, ',')) {
		*bounded = ps->pos < ps->end && *ps->pos != '}';
		if (*bounded && !take_number(ps, max))
			goto literal;
	}
	if (take(ps, '}'))
		return true;
literal:
	ps->pos = from;
	return false;
}

/*
 * (a{30}){30} would be 900 copies of `a`, and RE2 allows 1000. The product is what counts along one path inwards; an
 * open end, {30,}, counts by its minimum.
 */
static int parse_count(struct parser *ps, const char *before)
{
	const char *from = ps->pos;
	unsigned min, max, product;
	bool bounded;
	int err;

	if (!take_count(ps, &min, &max, &bounded)) {
		ps->pos++;
		write_literal(ps, '{');
		return 0;
	}
	if (min > MAX_REPEAT || (bounded && (max > MAX_REPEAT || min > max)))
		return refuse(ps, "invalid repeat count", from, ps->pos);
	err = write_repeat(ps, from, before);
	if (err)
		return err;
	/* `a{0}` needs nothing, whatever is repeated in it. */
	product = bounded && max == 0 ? 1 : ps->atom.repeat * (max ? max : 1);
	if (max >= 2 && product > MAX_REPEAT)
		return refuse(ps, "invalid repeat count", from, ps->pos);
	note_atom(ps, product, ps->atom.height + 1);
	return 0;
}

static int parse_operator(struct parser *ps, const char *before)
{
	const char *from = ps->pos++;

	return write_repeat(ps, from, before);
}

/* --- groups and flags --- */

static int open_group(struct parser *ps)
{
	if (ps->n_groups >= MAX_NESTING)
		return refuse_pattern(ps, "expression nests too deeply");
	if (ps->n_groups == ps->groups_cap) {
		size_t cap = ps->groups_cap ? ps->groups_cap * 2 : 16;
		struct group *groups = realloc(ps->groups, cap * sizeof(*groups));

		if (!groups)
			return diag_nomem(ps->diag, "a regular expression");
		ps->groups = groups;
		ps->groups_cap = cap;
	}
	ps->groups[ps->n_groups++] = (struct group){
		.flags = ps->flags,
		.folds = ps->folds,
		.start = ps->out.len,
		.repeat = ps->repeat,
		.height = ps->height,
	};
	ps->repeat = 1;
	ps->height = 0;
	ps->atom.present = false;
	ps->only_words = false;
	text_puts(&ps->out, "(");
	return 0;
}

static int close_group(struct parser *ps)
{
	const struct group *group;
	unsigned repeat = ps->repeat;
	unsigned height = ps->height + 1;

	if (!ps->n_groups)
		return refuse_pattern(ps, "unexpected )");
	if (height > MAX_NESTING)
		return refuse_pattern(ps, "expression nests too deeply");
	group = &ps->groups[--ps->n_groups];
	ps->pos++;
	text_puts(&ps->out, ")");
	ps->flags = group->flags;
	ps->folds = group->folds;
	ps->repeat = group->repeat;
	ps->height = group->height;
	ps->atom = (struct atom){ .start = group->start, .present = true, .bare = true };
	note_atom(ps, repeat, height);
	return 0;
}

/* pos is behind "(?<" or "(?P<" of a group that began at `from`. Only the form of the name matters here. */
static int parse_named_group(struct parser *ps, const char *from)
{
	const char *name = ps->pos;
	const char *close = memchr(name, '>', (size_t)(ps->end - name));
	bool good = close > name;
	int err = check_utf8(ps, close ? name : from, close ? close : ps->end);

	if (err)
		return err;
	if (!close)
		return refuse(ps, "invalid named capture", from, ps->end);
	for (const char *p = name; p < close; p++)
		good = good && (is_alnum((unsigned char)*p) || *p == '_');
	if (!good)
		return refuse(ps, "invalid named capture", from, close + 1);
	ps->pos = close + 1;
	return open_group(ps);
}

static unsigned find_flag(uint32_t c)
{
	switch (c) {
	case 'i':
		return REGEX_FOLD;
	case 'm':
		return REGEX_MULTILINE;
	case 's':
		return REGEX_DOT_ALL;
	case 'U':
		return REGEX_UNGREEDY;
	default:
		return 0;
	}
}

/* `(?is-m)` up to the end of the group around it, or `(?is-m:…)` for a group of its own. pos is behind "(?". */
static int parse_flags(struct parser *ps, const char *from)
{
	unsigned flags = ps->flags;
	bool minus = false;
	bool dangling = false; /* a minus without a flag after it */

	while (ps->pos < ps->end) {
		uint32_t c;
		unsigned flag;
		int err = take_rune(ps, ps->end, &c);

		if (err)
			return err;
		flag = find_flag(c);
		if (flag) {
			flags = minus ? flags & ~flag : flags | flag;
			dangling = false;
		} else if (c == '-' && !minus) {
			minus = dangling = true;
		} else if ((c == ':' || c == ')') && !dangling) {
			err = c == ':' ? open_group(ps) : 0;
			ps->flags = flags;
			return err;
		} else {
			break;
		}
	}
	return refuse(ps, "invalid or unsupported Perl syntax", from, ps->pos);
}

/*
 * `(?<name>` came to RE2 later than `(?P<name>`. What could be look-behind is refused with the words for that, as
 * "invalid named capture" would puzzle the person who wrote it.
 */
static int parse_open(struct parser *ps)
{
	const char *from = ps->pos;

	if (!looking_at(ps, "(?")) {
		ps->pos++;
		return open_group(ps);
	}
	if (looking_at(ps, "(?P<") && ps->end - from > 4) {
		ps->pos += 4;
		return parse_named_group(ps, from);
	}
	if (looking_at(ps, "(?<") && ps->end - from > 3 && from[3] != '=' && from[3] != '!') {
		ps->pos += 3;
		return parse_named_group(ps, from);
	}
	ps->pos += 2;
	return parse_flags(ps, from);
}

static int parse_bar(struct parser *ps)
{
	ps->pos++;
	ps->atom.present = false;
	text_puts(&ps->out, "|");
	if (ps->only_words && !add_word(&ps->words))
		return diag_nomem(ps->diag, "a regular expression");
	return 0;
}

/* --- sets of characters --- */

struct ascii_set {
	const char *name;
	const char *ranges; /* pairs: first and last */
};

/* PCRE2's \s and [:punct:] agree with these or not depending on its version and tables; so they are spelled out. */
static const struct ascii_set posix_sets[] = {
	{ "alnum", "09AZaz" },
	{ "alpha", "AZaz" },
	{ "ascii", "\x01\x7f" }, /* and NUL, see contains() */
	{ "blank", "\t\t  " },
	{ "cntrl", "\x01\x1f\x7f\x7f" },
	{ "digit", "09" },
	{ "graph", "!~" },
	{ "lower", "az" },
	{ "print", " ~" },
	{ "punct", "!/:@[`{~" },
	{ "space", "\t\r  " },
	{ "upper", "AZ" },
	{ "word", "09AZ__az" },
	{ "xdigit", "09AFaf" },
};

static const struct ascii_set perl_sets[] = {
	{ "d", "09" },
	{ "s", "\t\n\f\r  " },
	{ "w", "09AZ__az" },
};

/* Names of general categories and of scripts, in the order of their bytes. */
static const char *const categories[] = {
	"C",
	"Cc",
	"Cf",
	"Co",
	"Cs",
	"L",
	"Ll",
	"Lm",
	"Lo",
	"Lt",
	"Lu",
	"M",
	"Mc",
	"Me",
	"Mn",
	"N",
	"Nd",
	"Nl",
	"No",
	"P",
	"Pc",
	"Pd",
	"Pe",
	"Pf",
	"Pi",
	"Po",
	"Ps",
	"S",
	"Sc",
	"Sk",
	"Sm",
	"So",
	"Z",
	"Zl",
	"Zp",
	"Zs",
};

/* clang-format off */
static const char *const scripts[] = {
	"Adlam", "Ahom", "Anatolian_Hieroglyphs", "Arabic", "Armenian", "Avestan", "Balinese", "Bamum", "Bassa_Vah",
	"Batak", "Bengali", "Bhaiksuki", "Bopomofo", "Brahmi", "Braille", "Buginese", "Buhid", "Canadian_Aboriginal",
	"Carian", "Caucasian_Albanian", "Chakma", "Cham", "Cherokee", "Chorasmian", "Common", "Coptic", "Cuneiform",
	"Cypriot", "Cypro_Minoan", "Cyrillic", "Deseret", "Devanagari", "Dives_Akuru", "Dogra", "Duployan",
	"Egyptian_Hieroglyphs", "Elbasan", "Elymaic", "Ethiopic", "Georgian", "Glagolitic", "Gothic", "Grantha",
	"Greek", "Gujarati", "Gunjala_Gondi", "Gurmukhi", "Han", "Hangul", "Hanifi_Rohingya", "Hanunoo", "Hatran",
	"Hebrew", "Hiragana", "Imperial_Aramaic", "Inherited", "Inscriptional_Pahlavi", "Inscriptional_Parthian",
	"Javanese", "Kaithi", "Kannada", "Katakana", "Kayah_Li", "Kharoshthi", "Khitan_Small_Script", "Khmer",
	"Khojki", "Khudawadi", "Lao", "Latin", "Lepcha", "Limbu", "Linear_A", "Linear_B", "Lisu", "Lycian", "Lydian",
	"Mahajani", "Makasar", "Malayalam", "Mandaic", "Manichaean", "Marchen", "Masaram_Gondi", "Medefaidrin",
	"Meetei_Mayek", "Mende_Kikakui", "Meroitic_Cursive", "Meroitic_Hieroglyphs", "Miao", "Modi", "Mongolian",
	"Mro", "Multani", "Myanmar", "Nabataean", "Nandinagari", "New_Tai_Lue", "Newa", "Nko", "Nushu",
	"Nyiakeng_Puachue_Hmong", "Ogham", "Ol_Chiki", "Old_Hungarian", "Old_Italic", "Old_North_Arabian",
	"Old_Permic", "Old_Persian", "Old_Sogdian", "Old_South_Arabian", "Old_Turkic", "Old_Uyghur", "Oriya", "Osage",
	"Osmanya", "Pahawh_Hmong", "Palmyrene", "Pau_Cin_Hau", "Phags_Pa", "Phoenician", "Psalter_Pahlavi", "Rejang",
	"Runic", "Samaritan", "Saurashtra", "Sharada", "Shavian", "Siddham", "SignWriting", "Sinhala", "Sogdian",
	"Sora_Sompeng", "Soyombo", "Sundanese", "Syloti_Nagri", "Syriac", "Tagalog", "Tagbanwa", "Tai_Le", "Tai_Tham",
	"Tai_Viet", "Takri", "Tamil", "Tangsa", "Tangut", "Telugu", "Thaana", "Thai", "Tibetan", "Tifinagh",
	"Tirhuta", "Toto", "Ugaritic", "Vai", "Vithkuqi", "Wancho", "Warang_Citi", "Yezidi", "Yi", "Zanabazar_Square",
};
/* clang-format on */

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* Whether a name of len bytes, not ended by NUL, is in the list. */
static const char *find_name(const char *const *list, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
			return list[i];
	}
	return NULL;
}

static const char *find_ranges(const struct ascii_set *sets, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(sets[i].name) == len && memcmp(sets[i].name, name, len) == 0)
			return sets[i].ranges;
	}
	return NULL;
}

static void write_range(struct text *out, uint32_t lo, uint32_t hi)
{
	write_rune(out, lo);
	if (hi != lo) {
		text_puts(out, "-");
		write_rune(out, hi);
	}
}

/* The sets that begin at \x01 have NUL as well, which cannot stand in the table's strings. */
static bool contains(const char *ranges, unsigned c)
{
	for (const char *r = ranges; *r; r += 2) {
		if (c >= (unsigned)r[0] && c <= (unsigned)r[1])
			return true;
	}
	return c == 0 && ranges[0] == '\x01';
}

static bool contains_folded(const char *ranges, unsigned c)
{
	return contains(ranges, c) || (c != '@' && is_alnum(c ^ 0x20) && is_alnum(c) && contains(ranges, c ^ 0x20));
}

/*
 * The characters that are not in the set, as ranges. Under (?i) PCRE2 adds to every range its letters in the other
 * case, so a range must not hold a character equal to one that is to stay out: U+017F equals s, U+212A equals k.
 */
static void write_complement(struct parser *ps, const char *ranges)
{
	bool folds = ps->flags & REGEX_FOLD;
	unsigned lo = 0;

	for (unsigned c = 0; c <= 0x80; c++) {
		bool in = c == 0x80 || (folds ? contains_folded(ranges, c) : contains(ranges, c));

		if (in && lo < c)
			write_range(&ps->out, lo, c - 1);
		if (in)
			lo = c + 1;
	}
	if (folds && contains_folded(ranges, 's'))
		text_puts(&ps->out, "\\x{80}-\\x{17e}\\x{180}-\\x{2129}\\x{212b}-\\x{10ffff}");
	else
		text_puts(&ps->out, "\\x{80}-\\x{10ffff}");
}

static void write_ascii_set(struct parser *ps, const char *ranges, bool negated)
{
	if (negated) {
		write_complement(ps, ranges);
		return;
	}
	if (contains(ranges, 0))
		write_rune(&ps->out, 0);
	for (const char *r = ranges; *r; r += 2)
		write_range(&ps->out, (unsigned char)r[0], (unsigned char)r[1]);
}

/* [:alpha:] or [:^alpha:] inside a class. Gives 1 if there was one, 0 if the bracket is but a character. */
static int take_posix_set(struct parser *ps)
{
	const char *from = ps->pos;
	const char *name = from + 2;
	const char *close;
	const char *ranges;
	bool negated;

	if (!looking_at(ps, "[:"))
		return 0;
	close = memmem(name, (size_t)(ps->end - name), ":]", 2);
	if (!close)
		return 0;
	negated = *name == '^';
	name += negated;
	ranges = find_ranges(posix_sets, N_ELEMENTS(posix_sets), name, (size_t)(close - name));
	if (!ranges)
		return refuse(ps, "invalid character class range", from, close + 2);
	write_ascii_set(ps, ranges, negated);
	ps->pos = close + 2;
	return 1;
}

/* \d, \S and so on; NULL if pos is at something else. */
static const char *take_perl_set(struct parser *ps, bool *negated)
{
	const char *ranges;
	char name;

	if (ps->end - ps->pos < 2 || ps->pos[0] != '\\')
		return NULL;
	name = ps->pos[1];
	*negated = name >= 'A' && name <= 'Z';
	if (*negated)
		name = (char)(name + 0x20);
	ranges = find_ranges(perl_sets, N_ELEMENTS(perl_sets), &name, 1);
	if (ranges)
		ps->pos += 2;
	return ranges;
}

static void write_property(struct text *out, bool negated, const char *kind, const char *name)
{
	text_puts(out, negated ? "\\P{" : "\\p{");
	text_puts(out, kind);
	text_puts(out, name);
	text_puts(out, "}");
}

/* Since 10.40 a bare script name means every character used with that script, not only those that belong to it. */
#if PCRE2_MAJOR > 10 || PCRE2_MINOR >= 40
#define SCRIPT_KIND "sc:"
#else
#define SCRIPT_KIND ""
#endif

/* What (?i) adds to a name in RE2: the other cases of its members. PCRE2 looks names up without regard to case. */
static const struct {
	const char *name;
	const char *more;
} folded_names[] = {
	{ "Common", "\\x{3bc}" },
	{ "Greek", "\\x{b5}\\x{345}" },
	{ "Inherited", "\\x{345}" },
	{ "L", "\\x{345}" },
	{ "M", "\\x{345}" },
	{ "Mn", "\\x{345}" },
};

/*
 * Of Ll and Lu the other cases are many, so that they become L&, all the letters with case. That is wrong only for
 * letters without a partner, and for Lt and negated names we do not try: `(?i)\P{Greek}` still matches U+00B5.
 */
static const char *fold_name(struct parser *ps, const char *name, bool negated)
{
	if (!(ps->flags & REGEX_FOLD))
		return name;
	if (strcmp(name, "Lu") == 0 || strcmp(name, "Ll") == 0)
		return "L&";
	for (size_t i = 0; i < N_ELEMENTS(folded_names) && !negated; i++) {
		if (strcmp(name, folded_names[i].name) == 0)
			text_puts(&ps->out, folded_names[i].more);
	}
	return name;
}

/* RE2's category C, unlike PCRE2's, is without unassigned characters. */
static void write_category_c(struct parser *ps, bool negated)
{
	static const char *const members[] = { "Cc", "Cf", "Co", "Cs" };
	static const char *const others[] = { "L", "M", "N", "P", "S", "Z", "Cn" };
	const char *const *parts = negated ? others : members;
	size_t n = negated ? N_ELEMENTS(others) : N_ELEMENTS(members);

	for (size_t i = 0; i < n; i++)
		write_property(&ps->out, false, "", parts[i]);
}

/* Writes what \pN or \p{Greek} stands for, to be put between brackets. False: no such name. */
static bool write_unicode_set(struct parser *ps, const char *name, size_t len, bool negated)
{
	const char *category, *script;

	if (len && *name == '^') {
		negated = !negated;
		name++;
		len--;
	}
	category = find_name(categories, N_ELEMENTS(categories), name, len);
	script = find_name(scripts, N_ELEMENTS(scripts), name, len);
	if (len == 3 && memcmp(name, "Any", 3) == 0)
		write_property(&ps->out, negated, "", "Any");
	else if (category && strcmp(category, "C") == 0)
		write_category_c(ps, negated);
	else if (category)
		write_property(&ps->out, negated, "", fold_name(ps, category, negated));
	else if (script)
		write_property(&ps->out, negated, SCRIPT_KIND, fold_name(ps, script, negated));
	else
		return false;
	return true;
}

static int take_unicode_set(struct parser *ps)
{
	const char *from = ps->pos;
	const char *name = from + 2;
	const char *close;
	bool negated;
	uint32_t rune;
	int err;

	if (!looking_at(ps, "\\p") && !looking_at(ps, "\\P"))
		return 0;
	negated = from[1] == 'P';
	ps->pos += 2;
	if (take(ps, '{')) {
		name++;
		close = memchr(name, '}', (size_t)(ps->end - name));
		err = check_utf8(ps, close ? name : from, close ? close : ps->end);
		ps->pos = close ? close + 1 : ps->end;
	} else {
		err = ps->pos < ps->end ? take_rune(ps, ps->end, &rune) : 0;
		close = ps->pos;
	}
	if (err)
		return err;
	if (!close || !write_unicode_set(ps, name, (size_t)(close - name), negated))
		return refuse(ps, "invalid character class range", from, ps->pos);
	return 1;
}

/* --- escapes --- */

static int hex_value(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)c - '0';
	if (c >= 'a' && c <= 'f')
		return (int)c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return (int)c - 'A' + 10;
	return -1;
}

static int refuse_escape(struct parser *ps, const char *from)
{
	return refuse(ps, "invalid escape sequence", from, ps->pos);
}

/* pos is behind `\x{`. */
static int take_braced_hex(struct parser *ps, const char *from, uint32_t *rune)
{
	uint32_t value = 0;
	bool any = false;

	while (ps->pos < ps->end) {
		uint32_t c;
		int err = take_rune(ps, ps->end, &c);

		if (err)
			return err;
		if (c == '}' && any) {
			*rune = value;
			return 0;
		}
		if (hex_value(c) < 0)
			break;
		value = value * 16 + (uint32_t)hex_value(c);
		if (value > MAX_RUNE)
			break;
		any = true;
	}
	return refuse_escape(ps, from);
}

/* \x41 or \x{10FFFF}; pos is behind the x. */
static int take_hex(struct parser *ps, const char *from, uint32_t *rune)
{
	int digits[2] = { -1, -1 };

	if (take(ps, '{'))
		return take_braced_hex(ps, from, rune);
	for (int i = 0; i < 2 && ps->pos < ps->end; i++) {
		uint32_t c;
		int err = take_rune(ps, ps->end, &c);

		if (err)
			return err;
		digits[i] = hex_value(c);
	}
	if (digits[0] < 0 || digits[1] < 0)
		return refuse_escape(ps, from);
	*rune = (uint32_t)(digits[0] * 16 + digits[1]);
	return 0;
}

static bool at_octal(const struct parser *ps)
{
	return ps->pos < ps->end && *ps->pos >= '0' && *ps->pos <= '7';
}

/* \0, \12 and \123 are characters; \1 would be a back reference, which RE2 does not have. */
static int take_octal(struct parser *ps, const char *from, uint32_t first, uint32_t *rune)
{
	uint32_t value = first - '0';

	if (first != '0' && !at_octal(ps))
		return refuse_escape(ps, from);
	for (int i = 0; i < 2 && at_octal(ps); i++)
		value = value * 8 + (uint32_t)(*ps->pos++ - '0');
	*rune = value;
	return 0;
}

/* An escape that stands for one character, in a class or outside. */
static int take_escape(struct parser *ps, uint32_t *rune)
{
	static const char names[] = "aftnrv";
	static const char values[] = "\a\f\t\n\r\v";
	const char *from = ps->pos++;
	const char *name;
	uint32_t c;
	int err;

	if (ps->pos == ps->end)
		return refuse(ps, "trailing backslash at end of expression", ps->end, ps->end);
	err = take_rune(ps, ps->end, &c);
	if (err)
		return err;
	if (c >= '0' && c <= '7')
		return take_octal(ps, from, c, rune);
	if (c == 'x')
		return take_hex(ps, from, rune);
	name = c && c < 0x80 ? strchr(names, (int)c) : NULL;
	if (name) {
		*rune = (unsigned char)values[name - names];
		return 0;
	}
	if (c >= 0x80 || is_alnum(c))
		return refuse_escape(ps, from);
	*rune = c;
	return 0;
}

/* Everything up to \E, or to the end, is itself. An operator after it takes the last character. */
static int parse_quoted(struct parser *ps)
{
	const char *from = ps->pos + 2;
	const char *close = memmem(from, (size_t)(ps->end - from), "\\E", 2);
	const char *end = close ? close : ps->end;

	ps->pos = from;
	while (ps->pos < end) {
		uint32_t rune;
		int err = take_rune(ps, end, &rune);

		if (err)
			return err;
		write_literal(ps, rune);
	}
	if (close)
		ps->pos += 2;
	return 0;
}

/* A set outside brackets gets brackets of its own, except where PCRE2 has a shorter word for the same. */
static void write_perl_set(struct parser *ps, const char *ranges, bool negated)
{
	if (strcmp(ranges, "09") == 0) {
		write_atom(ps, negated ? "\\D" : "\\d");
		return;
	}
	if (strcmp(ranges, "09AZ__az") == 0 && !(ps->flags & REGEX_FOLD)) {
		write_atom(ps, negated ? "\\W" : "\\w");
		return;
	}
	write_atom(ps, negated ? "[^" : "[");
	write_ascii_set(ps, ranges, false);
	text_puts(&ps->out, "]");
}

static int parse_set_escape(struct parser *ps)
{
	bool negated;
	const char *ranges = take_perl_set(ps, &negated);
	int rc;

	if (ranges) {
		write_perl_set(ps, ranges, negated);
		return 1;
	}
	if (!looking_at(ps, "\\p") && !looking_at(ps, "\\P"))
		return 0;
	write_atom(ps, "[");
	rc = take_unicode_set(ps);
	text_puts(&ps->out, "]");
	return rc;
}

static int parse_escape(struct parser *ps)
{
	static const struct {
		const char *escape;
		const char *spelling;
	} assertions[] = { { "\\A", "\\A" }, { "\\z", "\\z" }, { "\\b", "\\b" }, { "\\B", "\\B" } };
	uint32_t rune;
	int rc;

	for (size_t i = 0; i < N_ELEMENTS(assertions); i++) {
		if (looking_at(ps, assertions[i].escape)) {
			ps->pos += 2;
			write_assertion(ps, assertions[i].spelling);
			return 0;
		}
	}
	if (looking_at(ps, "\\Q"))
		return parse_quoted(ps);
	rc = parse_set_escape(ps);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = take_escape(ps, &rune);
	if (!rc)
		write_literal(ps, rune);
	return rc;
}

/* --- bracketed classes --- */

static int take_class_rune(struct parser *ps, const char *open, uint32_t *rune)
{
	if (ps->pos == ps->end)
		return refuse(ps, "missing closing ]", open, ps->end);
	if (*ps->pos == '\\')
		return take_escape(ps, rune);
	return take_rune(ps, ps->end, rune);
}

/* `a` or `a-z`; the minus of `[a-]` is a member. */
static int parse_class_range(struct parser *ps, const char *open)
{
	const char *from = ps->pos;
	uint32_t lo, hi;
	int err = take_class_rune(ps, open, &lo);

	if (err)
		return err;
	hi = lo;
	if (ps->end - ps->pos >= 2 && ps->pos[0] == '-' && ps->pos[1] != ']') {
		ps->pos++;
		err = take_class_rune(ps, open, &hi);
		if (err)
			return err;
	}
	if (hi < lo)
		return refuse(ps, "invalid character class range", from, ps->pos);
	write_range(&ps->out, lo, hi);
	return 0;
}

static int parse_class_item(struct parser *ps, const char *open)
{
	const char *ranges;
	bool negated;
	int rc = take_posix_set(ps);

	if (!rc)
		rc = take_unicode_set(ps);
	if (rc)
		return rc < 0 ? rc : 0;
	ranges = take_perl_set(ps, &negated);
	if (!ranges)
		return parse_class_range(ps, open);
	write_ascii_set(ps, ranges, negated);
	return 0;
}

/* A `]` that comes first is a member, and so is the `-` at either end. */
static int parse_class(struct parser *ps)
{
	const char *open = ps->pos++;

	write_atom(ps, take(ps, '^') ? "[^" : "[");
	do {
		int err = parse_class_item(ps, open);

		if (err)
			return err;
	} while (!take(ps, ']'));
	text_puts(&ps->out, "]");
	return 0;
}

/* --- the pattern as a whole --- */

static int parse_simple(struct parser *ps)
{
	uint32_t rune;
	int err = take_rune(ps, ps->end, &rune);

	if (err)
		return err;
	if (rune == '.')
		write_atom(ps, ps->flags & REGEX_DOT_ALL ? "." : "\\N");
	else if (rune == '^')
		write_assertion(ps, ps->flags & REGEX_MULTILINE ? "^" : "\\A");
	else if (rune == '$')
		write_assertion(ps, ps->flags & REGEX_MULTILINE ? "$" : "\\z");
	else
		write_literal(ps, rune);
	return 0;
}

/* before is the repetition operator that ends just here, or NULL. */
static int parse_token(struct parser *ps, const char *before)
{
	switch (*ps->pos) {
	case '(':
		return parse_open(ps);
	case ')':
		return close_group(ps);
	case '|':
		return parse_bar(ps);
	case '[':
		return parse_class(ps);
	case '*':
	case '+':
	case '?':
		return parse_operator(ps, before);
	case '{':
		return parse_count(ps, before);
	case '\\':
		return parse_escape(ps);
	default:
		return parse_simple(ps);
	}
}

static int parse(struct parser *ps)
{
	if (!add_word(&ps->words))
		return diag_nomem(ps->diag, "a regular expression");
	while (ps->pos < ps->end) {
		const char *before = ps->last_operator;
		int err;

		ps->last_operator = NULL;
		err = parse_token(ps, before);
		if (err)
			return err;
	}
	if (ps->n_groups)
		return refuse_pattern(ps, "missing closing )");
	if (ps->out.failed || ps->words.chars.failed)
		return diag_nomem(ps->diag, "a regular expression");
	return 0;
}

/* --- compiling --- */

/* Words are looked for one after the other, PCRE2 tries them side by side; but it does not take any number of them. */
enum {
	FEW_WORDS = 4,
	LONG_SPELLING = 16 * 1024,
};

static bool is_canceled(const struct regex_budget *budget)
{
	return budget->cancel && *budget->cancel;
}

static bool take_steps(struct regex_budget *budget, uint64_t steps)
{
	if (budget->steps < steps || is_canceled(budget)) {
		budget->steps = 0;
		return false;
	}
	budget->steps -= steps;
	return true;
}

static void free_matcher(struct matcher *m)
{
	if (!m)
		return;
	pcre2_code_free(m->quick);
	pcre2_code_free(m->counting);
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	text_release(&m->spelling);
	text_release(&m->repaired);
	free(m);
}

/* PCRE2 keeps less than 64 KiB of code for a pattern, where RE2 stops at some megabytes. */
static int explain_compile_error(struct parser *ps, int code)
{
	switch (code) {
	case PCRE2_ERROR_HEAP_FAILED:
		return diag_nomem(ps->diag, "a regular expression");
	case PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP:
	case PCRE2_ERROR_PARENTHESES_STACK_CHECK:
		return refuse_pattern(ps, "expression nests too deeply");
	default:
		return refuse_pattern(ps, "expression too large");
	}
}

static pcre2_code *compile_code(const struct text *spelling, uint32_t more_options, int *error)
{
	const uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP |
				 PCRE2_NO_AUTO_CAPTURE | PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX | PCRE2_DOTALL |
				 PCRE2_DOLLAR_ENDONLY;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;
	PCRE2_SIZE offset;

	*error = PCRE2_ERROR_HEAP_FAILED;
	if (!context)
		return NULL;
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	/* Every level of the pattern may have been wrapped once, for an operator to follow. */
	pcre2_set_parens_nest_limit(context, 2 * MAX_NESTING + 8);
	/* `\x{d800}` is allowed in RE2, and found nowhere. */
	pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
	code = pcre2_compile((PCRE2_SPTR)(spelling->len ? spelling->data : ""), spelling->len, options | more_options,
		error, &offset, context);
	pcre2_compile_context_free(context);
	return code;
}

/* Draws steps for one item of the pattern, and ends the search when there are none left. */
static int count_item(pcre2_callout_block *block, void *data)
{
	struct counter *c = data;
	size_t here = block->current_position;
	size_t moved = here > c->position ? here - c->position : c->position - here;

	c->position = here;
	return take_steps(c->budget, c->weight * (1 + moved / SCAN_BYTES_PER_STEP)) ? 0 : PCRE2_ERROR_CALLOUT;
}

static int create_matcher(struct matcher **out, struct parser *ps)
{
	struct matcher *m = calloc(1, sizeof(*m));
	int error, err = 0;

	if (!m)
		return diag_nomem(ps->diag, "a regular expression");
	m->quick = compile_code(&ps->out, 0, &error);
	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (!m->quick)
		err = explain_compile_error(ps, error);
	else if (!m->data || !m->context)
		err = diag_nomem(ps->diag, "a regular expression");
	if (err) {
		free_matcher(m);
		return err;
	}
	pcre2_set_heap_limit(m->context, HEAP_LIMIT_KIB);
	pcre2_set_callout(m->context, count_item, &m->counter);
	m->spelling = ps->out;
	ps->out = (struct text){ 0 };
	*out = m;
	return 0;
}

static int create_regex(struct regex **out, struct parser *ps)
{
	struct regex *re = calloc(1, sizeof(*re));
	int err = 0;

	if (!re)
		return diag_nomem(ps->diag, "a regular expression");
	if (ps->only_words && (ps->words.n <= FEW_WORDS || ps->out.len > LONG_SPELLING)) {
		re->words = ps->words;
		ps->words = (struct words){ 0 };
	} else {
		err = create_matcher(&re->matcher, ps);
	}
	if (err)
		free(re);
	else
		*out = re;
	return err;
}

int regex_compile(struct regex **out, const char *pattern, size_t len, struct assay_diag *diag)
{
	struct parser ps = {
		.pattern = len ? pattern : "",
		.diag = diag,
		.only_words = true,
		.repeat = 1,
	};
	int err;

	ps.pos = ps.pattern;
	ps.end = ps.pattern + len;
	err = parse(&ps);
	if (!err)
		err = create_regex(out, &ps);
	text_release(&ps.out);
	release_words(&ps.words);
	free(ps.groups);
	return err;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	release_words(&re->words);
	free_matcher(re->matcher);
	free(re);
}

/* --- searching --- */

static bool find_word(const struct words *w, const struct word *word, const char *text, size_t len)
{
	const char *chars;

	if (word->len == 0)
		return !(word->at_start && word->at_end) || len == 0;
	chars = w->chars.data + word->offset;
	if (word->len > len || (word->at_start && word->at_end && word->len != len))
		return false;
	if (word->at_start)
		return memcmp(text, chars, word->len) == 0;
	if (word->at_end)
		return memcmp(text + len - word->len, chars, word->len) == 0;
	return memmem(text, len, chars, word->len);
}

static int used_up(const struct regex_budget *budget)
{
	return is_canceled(budget) ? ASSAY_ERR_CANCELED : ASSAY_ERR_TOO_BIG;
}

static int search_words(const struct words *w, const char *text, size_t len, struct regex_budget *budget, bool *found)
{
	for (size_t i = 0; i < w->n; i++) {
		if (!take_steps(budget, 1 + len / 16))
			return used_up(budget);
		if (find_word(w, &w->list[i], text, len)) {
			*found = true;
			return 0;
		}
	}
	*found = false;
	return 0;
}

/* Machine code is only a matter of speed: where there is none, for whatever reason, the interpreter goes on. */
static void try_jit(struct matcher *m, pcre2_code *code)
{
	m->has_jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
	if (!m->has_jit || m->stack)
		return;
	m->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	if (m->stack)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
}

static void note_search(struct matcher *m, size_t len)
{
	if (m->jit_tried)
		return;
	m->searches++;
	m->bytes += len;
	if (m->searches >= JIT_AFTER_SEARCHES || m->bytes >= JIT_AFTER_BYTES) {
		m->jit_tried = true;
		try_jit(m, m->quick);
	}
}

/*
 * RE2 reads U+FFFD in place of every byte that does not belong to a character, and so `.` matches it. PCRE2 can be
 * told to skip such bytes only, so it is shown a copy of the text with U+FFFD put in.
 */
static int repair_text(struct matcher *m, const char **text, size_t *len)
{
	struct text *copy = &m->repaired;
	const char *pos = *text;
	const char *end = pos + *len;
	size_t valid = measure_valid(pos, *len);

	if (valid == *len)
		return 0;
	copy->len = 0;
	copy->failed = false;
	for (;;) {
		text_put(copy, pos, valid);
		pos += valid;
		if (pos == end)
			break;
		text_puts(copy, "\xef\xbf\xbd");
		pos++;
		valid = measure_valid(pos, (size_t)(end - pos));
	}
	if (copy->failed)
		return ASSAY_ERR_NOMEM;
	*text = copy->data;
	*len = copy->len;
	return 0;
}

static int match(struct matcher *m, const pcre2_code *code, const char *text, size_t len, uint32_t options)
{
	return pcre2_match(code, (PCRE2_SPTR)text, len, 0, PCRE2_NO_UTF_CHECK | options, m->data, m->context);
}

static int match_quick(struct matcher *m, const char *text, size_t len)
{
	pcre2_set_match_limit(m->context, m->has_jit ? QUICK_LIMIT : QUICK_LIMIT_NO_JIT);
	return match(m, m->quick, text, len, 0);
}

/* Where the stack of machine code is too small, the interpreter's heap may do. */
static int match_counting(struct matcher *m, const char *text, size_t len, struct regex_budget *budget)
{
	int rc;

	m->counter = (struct counter){ .budget = budget, .weight = m->has_jit ? 1 : NO_JIT_WEIGHT };
	pcre2_set_match_limit(m->context, UINT32_MAX);
	rc = match(m, m->counting, text, len, 0);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT) {
		m->counter.weight = NO_JIT_WEIGHT;
		m->counter.position = 0;
		rc = match(m, m->counting, text, len, PCRE2_NO_JIT);
	}
	return rc;
}

/* The counting code is larger; m->counting stays NULL for a pattern whose own does not fit in what PCRE2 allows. */
static int prepare_counting(struct matcher *m)
{
	int error;

	if (m->counting_tried)
		return 0;
	m->counting = compile_code(&m->spelling, PCRE2_AUTO_CALLOUT, &error);
	if (!m->counting && error == PCRE2_ERROR_HEAP_FAILED)
		return PCRE2_ERROR_NOMEMORY;
	m->counting_tried = true;
	if (m->counting)
		try_jit(m, m->counting);
	return 0;
}

/* For want of counting code: a guess at what walking to the end from everywhere costs, and a limit not far above. */
static int match_guessing(struct matcher *m, const char *text, size_t len, struct regex_budget *budget)
{
	uint64_t lines = 1 + len / SCAN_BYTES_PER_STEP;

	if (len > UINT32_MAX || !take_steps(budget, lines * (1 + len)))
		return PCRE2_ERROR_MATCHLIMIT;
	pcre2_set_match_limit(m->context, 10 * QUICK_LIMIT_NO_JIT);
	return match(m, m->quick, text, len, 0);
}

/* One search in SAMPLE on average, by a rule that no order of the subjects can be expected to follow. */
static bool is_sample(struct matcher *m)
{
	m->dice = m->dice * UINT32_C(1664525) + UINT32_C(1013904223);
	return m->jit_tried && (m->dice >> 16) % SAMPLE == 0;
}

static int match_sample(struct matcher *m, const char *text, size_t len, struct regex_budget *budget)
{
	uint64_t before = budget->steps;
	int rc = match_counting(m, text, len, budget);
	uint64_t used = before - budget->steps;

	take_steps(budget, used > budget->steps / SAMPLE_WEIGHT ? budget->steps : used * SAMPLE_WEIGHT);
	return rc;
}

static int match_within(struct matcher *m, const char *text, size_t len, struct regex_budget *budget)
{
	bool quick = len <= QUICK_BYTES;
	bool sample = quick && is_sample(m);
	int rc;

	if (quick && !sample) {
		rc = match_quick(m, text, len);
		if (rc != PCRE2_ERROR_MATCHLIMIT && rc != PCRE2_ERROR_JIT_STACKLIMIT)
			return rc;
	}
	rc = prepare_counting(m);
	if (rc)
		return rc;
	if (!m->counting)
		return match_guessing(m, text, len, budget);
	if (sample)
		return match_sample(m, text, len, budget);
	return match_counting(m, text, len, budget);
}

static int search_pcre2(struct matcher *m, const char *text, size_t len, struct regex_budget *budget, bool *found)
{
	int rc;

	if (!take_steps(budget, 1 + len / 16))
		return used_up(budget);
	rc = repair_text(m, &text, &len);
	if (rc)
		return rc;
	note_search(m, len);
	rc = match_within(m, text, len, budget);
	if (rc == PCRE2_ERROR_NOMEMORY)
		return ASSAY_ERR_NOMEM;
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		return used_up(budget);
	*found = rc >= 0;
	return 0;
}

int regex_search(const struct regex *re, const char *text, size_t len, struct regex_budget *budget, bool *found)
{
	if (!len)
		text = "";
	if (!re->matcher)
		return search_words(&re->words, text, len, budget, found);
	return search_pcre2(re->matcher, text, len, budget, found);
}

const char *regex_backend(void)
{
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
	return "pcre2 " TEXT(PCRE2_MAJOR) "." TEXT(PCRE2_MINOR);
}
