/* SPDX-License-Identifier: Apache-2.0 */
#include "format/perf_fields.h"

#include "base/ckd.h"
#include "format/text.h"

/* A kernel's comm has 15 bytes at most, so not more words than these; reading on would only cost time. */
#define MOST_COMM_WORDS 9

/* perf writes an address in 16 columns and at least one before them. A shorter word is a symbol that looks like one. */
#define ADDRESS_END 17

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str skip_blanks(struct str s)
{
	while (s.len && is_blank(*s.p))
		s = str_skip(s, 1);
	return s;
}

/* The word that s begins with after blanks; *s goes on behind it. */
static struct str take_word(struct str *s)
{
	struct str word = skip_blanks(*s);
	size_t n = 0;

	while (n < word.len && !is_blank(word.p[n]))
		n++;
	*s = str_skip(word, n);
	word.len = n;
	return word;
}

static bool parse_number(struct str *s, int64_t *out)
{
	uint64_t v;

	if (!text_take_number(s, &v) || v > INT64_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

/* "1234" or "1230/1234" */
static bool parse_ids(struct str word, int64_t *pid, int64_t *tid)
{
	int64_t first, second;

	if (!parse_number(&word, &first))
		return false;
	if (!word.len) {
		*tid = first;
		return true;
	}
	if (word.p[0] != '/')
		return false;
	word = str_skip(word, 1);
	if (!parse_number(&word, &second) || word.len)
		return false;
	*pid = first;
	*tid = second;
	return true;
}

/* "[001]" */
static bool is_cpu(struct str word)
{
	int64_t cpu;

	if (word.len < 3 || word.p[0] != '[')
		return false;
	word = str_skip(word, 1);
	return parse_number(&word, &cpu) && str_equal(word, STR("]"));
}

/* "6400.215018:" in nanoseconds; six digits behind the point, or nine. */
static bool parse_time(struct str word, int64_t *time)
{
	int64_t seconds, fraction, t;
	size_t n;

	if (!parse_number(&word, &seconds) || word.len < 3 || word.p[0] != '.')
		return false;
	word = str_skip(word, 1);
	n = word.len;
	if (!parse_number(&word, &fraction) || !str_equal(word, STR(":")))
		return false;
	for (n -= word.len; n < 9; n++)
		if (ckd_mul(&fraction, fraction, 10))
			return false;
	if (n > 9 || ckd_mul(&t, seconds, INT64_C(1000000000)) || ckd_add(&t, t, fraction))
		return false;
	*time = t;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Without ":pppH" and the like, of which perf adds what the machine offers. "cycles:u" is another matter. */
static struct str without_precision(struct str event)
{
	size_t n = event.len;

	while (n && memchr("pPH", event.p[n - 1], 3))
		n--;
	if (n == event.len || n < 2)
		return event;
	if (event.p[n - 1] == ':')
		return (struct str){ event.p, n - 1 };
	return n >= 3 && event.p[n - 2] == ':' && memchr("uk", event.p[n - 1], 2) ? (struct str){ event.p, n } : event;
}

/* "cpu-clock:pppH:" */
static bool parse_event(struct str word, struct str *event)
{
	if (word.len < 2 || word.p[word.len - 1] != ':')
		return false;
	word.len--;
	for (size_t i = 0; i < word.len; i++) {
		if (is_letter(word.p[i])) {
			*event = without_precision(word);
			return true;
		}
	}
	return false;
}

/* "250000 cpu-clock:"; a number alone is no period. */
static bool parse_period_and_event(struct perf_header *h, struct str *s)
{
	struct str ahead = *s, word = take_word(&ahead);
	int64_t period = -1;

	if (parse_number(&word, &period) && !word.len) {
		word = take_word(&ahead);
		h->n_fields++;
	} else {
		period = -1;
	}
	if (!parse_event(word, &h->event)) {
		h->n_fields -= period >= 0;
		return false;
	}
	h->n_fields++;
	h->period = period;
	*s = ahead;
	return true;
}

/* All fields behind the comm, which is the caller's. */
static void parse_fields(struct perf_header *h, struct str s)
{
	struct str ahead = s, word = take_word(&ahead);

	*h = (struct perf_header){ .pid = -1, .tid = -1, .time = -1, .period = -1 };
	if (parse_ids(word, &h->pid, &h->tid)) {
		h->n_fields++;
		s = ahead;
		word = take_word(&ahead);
	}
	if (is_cpu(word)) {
		h->n_fields++;
		s = ahead;
		word = take_word(&ahead);
	}
	if (parse_time(word, &h->time)) {
		h->n_fields++;
		s = ahead;
	}
	parse_period_and_event(h, &s);
	h->rest = s;
}

bool perf_parse_header(struct perf_header *h, struct str line)
{
	struct str s = line, start = skip_blanks(line);
	struct perf_header best = { .n_fields = 0 };

	/* A comm may be anything, numbers and blanks too: where most fields follow is its end. */
	for (unsigned i = 0; i < MOST_COMM_WORDS && skip_blanks(s).len; i++) {
		struct perf_header here;

		parse_fields(&here, s);
		if (here.n_fields > best.n_fields) {
			best = here;
			best.comm = text_trim((struct str){ start.p, (size_t)(skip_blanks(s).p - start.p) });
		}
		take_word(&s);
	}
	if (!best.n_fields)
		return false;
	*h = best;
	return true;
}

/* Index of the bracket that opens what s ends in, "(/lib/x (deleted))"; SIZE_MAX when it ends in none. */
static size_t last_group(struct str s)
{
	size_t depth = 0;

	if (!s.len || s.p[s.len - 1] != ')')
		return SIZE_MAX;
	for (size_t i = s.len; i-- > 0;) {
		depth += s.p[i] == ')';
		if (s.p[i] == '(' && --depth == 0)
			return i == 0 || is_blank(s.p[i - 1]) ? i : SIZE_MAX;
	}
	return SIZE_MAX;
}

/* Without "+0x1f" at its end. */
static struct str without_offset(struct str s)
{
	for (size_t i = s.len; i-- > 2;) {
		struct str digits = str_skip(s, i + 1);
		uint64_t v;

		if (s.p[i] != 'x')
			continue;
		if (s.p[i - 1] == '0' && s.p[i - 2] == '+' && text_take_hex(&digits, &v) && !digits.len)
			s.len = i - 2;
		break;
	}
	return s;
}

static bool take_address(struct perf_frame *f, struct str *s)
{
	struct str ahead = *s, word = take_word(&ahead);

	if ((size_t)(word.p + word.len - s->p) < ADDRESS_END || !text_take_hex(&word, &f->address) || word.len) {
		f->address = 0;
		return false;
	}
	*s = ahead;
	return true;
}

bool perf_parse_frame(struct perf_frame *f, struct str line, bool need_address)
{
	size_t group;

	*f = (struct perf_frame){ .address = 0 };
	if (!line.len)
		return false;
	f->has_address = take_address(f, &line);
	line = text_trim(line);
	if (!f->has_address && (need_address || !line.len))
		return false;
	group = last_group(line);
	if (group != SIZE_MAX) {
		f->dso = without_offset((struct str){ line.p + group + 1, line.len - group - 2 });
		line = text_trim((struct str){ line.p, group });
	}
	f->is_inlined = str_equal(f->dso, STR("inlined"));
	if (f->is_inlined || str_equal(f->dso, STR("[unknown]")))
		f->dso = STR("");
	f->symbol = without_offset(line);
	if (str_equal(f->symbol, STR("[unknown]")))
		f->symbol = STR("");
	return true;
}

bool perf_parse_place(struct str line, struct str *file, int64_t *number)
{
	struct str digits;
	size_t colon;

	line = text_trim(line);
	colon = line.len;
	while (colon && line.p[colon - 1] != ':')
		colon--;
	digits = str_skip(line, colon);
	if (colon < 2 || !parse_number(&digits, number) || digits.len)
		return false;
	*file = (struct str){ line.p, colon - 1 };
	return !str_equal(*file, STR("??"));
}
