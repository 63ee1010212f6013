/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"
#include "format/readers.h"
#include "format/stacks.h"
#include "format/text.h"

/*
 * The stacks of all goroutines as the Go runtime writes them when a program dies, and as its server gives them out
 * under /debug/pprof/goroutine?debug=2:
 *
 *     goroutine 12 [chan receive, 5 minutes]:
 *     main.(*pool).run.func1(0xc000012345, {0x1, 0x2})
 *     	/src/pool.go:40 +0x1d
 *     created by main.(*pool).run in goroutine 1
 *     	/src/pool.go:38 +0x56
 *
 * Such a block may stand anywhere in a log; what stands around them is passed over.
 */

/* What stands between the brackets of a goroutine's first line, and behind them. */
struct header {
	struct str state;  /* "chan receive, 5 minutes, locked to thread" */
	struct str labels; /* "k: v, k: v", or "" */
};

struct goroutines {
	struct stacks stacks;
	struct header header;
	bool inside;                       /* a goroutine's first line was seen, and not yet its end */
	bool pending;                      /* lines of an inlined call wait for the one that they are inlined into */
	uint64_t n_foreign, first_foreign; /* lines within a goroutine that are no frames */
};

/* Index of the text in s, SIZE_MAX when it is not there. */
static size_t find(struct str s, struct str text)
{
	const char *at = s.len ? memmem(s.p, s.len, text.p, text.len) : NULL;

	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

static bool ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_equal(str_skip(s, s.len - suffix.len), suffix);
}

static bool take(struct str *s, struct str prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_skip(*s, prefix.len);
	return true;
}

/* Index of the bracket that closes the one s begins with; states may have brackets of their own. */
static size_t closing_bracket(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		depth += s.p[i] == '[';
		if (s.p[i] == ']' && --depth == 0)
			return i;
	}
	return SIZE_MAX;
}

/* What stands behind the state, as it may come: "5 minutes", "locked to thread", and what newer runtimes tell. */
static int add_attribute(struct goroutines *g, struct str attribute)
{
	struct str rest = attribute;
	uint64_t minutes;

	if (str_equal(attribute, STR("locked to thread")))
		return stacks_text(&g->stacks, STR("locked"), STR("thread"));
	if (text_take_number(&rest, &minutes) && minutes <= INT64_MAX && str_equal(rest, STR(" minutes")))
		return stacks_number(&g->stacks, STR("wait"), (int64_t)minutes, STR("minutes"));
	return stacks_text(&g->stacks, STR("state"), attribute);
}

static int add_state(struct goroutines *g, struct str state)
{
	int err = 0;

	for (bool more = true; !err && more;) {
		size_t comma = find(state, STR(", "));
		struct str part = { state.p, comma == SIZE_MAX ? state.len : comma };

		more = comma != SIZE_MAX;
		if (more)
			state = str_skip(state, comma + 2);
		err = add_attribute(g, part);
	}
	return err;
}

/* "goroutine 7 gp=0xc0 m=3 mp=0xc1 [select, 2 minutes] labels:{k: v}:" */
static bool parse_header(struct header *h, struct str line)
{
	size_t open, close;
	uint64_t id;

	*h = (struct header){ .labels = STR("") };
	if (!take(&line, STR("goroutine ")) || !text_take_number(&line, &id) || !str_starts(line, STR(" ")))
		return false;
	open = find(line, STR("["));
	if (open == SIZE_MAX || !ends(line, STR(":")))
		return false;
	line = str_skip(line, open);
	close = closing_bracket(line);
	if (close == SIZE_MAX)
		return false;
	h->state = (struct str){ line.p + 1, close - 1 };
	line = str_skip(line, close + 1);
	if (take(&line, STR(" labels:{")) && ends(line, STR("}:")))
		h->labels = (struct str){ line.p, line.len - 2 };
	return true;
}

/* A word of the labels, in quotes where it holds anything odd; escapes other than \" and \\ stay what they are. */
static bool take_word(struct str *s, struct buf *word)
{
	size_t i = 0;

	buf_reset(word);
	if (!s->len || s->p[0] != '"') {
		while (i < s->len && s->p[i] != ':' && s->p[i] != ',')
			i++;
		buf_add(word, s->p, i);
		*s = str_skip(*s, i);
		return i > 0;
	}
	for (i = 1; i < s->len && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && i + 1 < s->len && (s->p[i + 1] == '"' || s->p[i + 1] == '\\'))
			i++;
		buf_add_char(word, s->p[i]);
	}
	*s = str_skip(*s, i < s->len ? i + 1 : i);
	return true;
}

static int add_own_labels(struct goroutines *g, struct str labels)
{
	struct buf key = BUF_INIT, value = BUF_INIT;
	int err = 0;

	while (!err && labels.len) {
		if (!take_word(&labels, &key) || !take(&labels, STR(": ")) || !take_word(&labels, &value))
			break;
		err = key.failed || value.failed ? diag_nomem(g->stacks.diag, "labels")
						 : stacks_text(&g->stacks, buf_str(&key), buf_str(&value));
		if (!take(&labels, STR(", ")))
			break;
	}
	buf_release(&key);
	buf_release(&value);
	return err;
}

static int end_location(struct goroutines *g)
{
	if (!g->pending)
		return 0;
	g->pending = false;
	return stacks_location(&g->stacks, 0, PROFILE_NONE);
}

/* A frame that the text has instead of one that it leaves out. */
static int add_placeholder(struct goroutines *g, struct str name)
{
	int err = end_location(g);

	if (!err)
		err = stacks_line(&g->stacks, name, STR(""), 0);
	return err ? err : stacks_location(&g->stacks, 0, PROFILE_NONE);
}

static int end_goroutine(struct goroutines *g)
{
	const struct header *h = &g->header;
	const int64_t one = 1;
	int err;

	if (!g->inside)
		return 0;
	g->inside = false;
	err = end_location(g);
	if (!err)
		err = add_state(g, h->state);
	if (!err)
		err = add_own_labels(g, h->labels);
	return err ? err : stacks_sample(&g->stacks, &one);
}

/* "main.(*T).run(0xc0, ...)" without what is between the last parentheses; false when there are none. */
static bool cut_arguments(struct str *name, bool *elided)
{
	size_t n = name->len;

	if (!ends(*name, STR(")")))
		return false;
	*elided = ends(*name, STR("(...)"));
	while (n && name->p[n - 1] != '(')
		n--;
	if (n < 2)
		return false;
	name->len = n - 1;
	return true;
}

/* "\t/src/pool.go:40 +0x1d fp=0xc0 sp=0xc1 pc=0x46" */
static bool parse_place(struct str line, struct str *file, int64_t *number, bool *has_offset)
{
	size_t blank, colon;
	struct str digits;
	uint64_t v;

	if (!take(&line, STR("\t")))
		return false;
	blank = find(line, STR(" +0x"));
	*has_offset = blank != SIZE_MAX;
	if (*has_offset)
		line.len = blank;
	colon = line.len;
	while (colon && line.p[colon - 1] != ':')
		colon--;
	if (colon < 2)
		return false;
	digits = str_skip(line, colon);
	if (!text_take_number(&digits, &v) || digits.len || v > INT64_MAX)
		return false;
	*file = (struct str){ line.p, colon - 1 };
	*number = (int64_t)v;
	return true;
}

/* The function of a line, and whether the runtime says that it was inlined into the next one. */
static bool parse_function(struct str line, struct str *name, bool *elided, bool *creator)
{
	size_t in;

	*name = line;
	*elided = false;
	*creator = take(name, STR("created by "));
	if (!*creator)
		return cut_arguments(name, elided);
	in = find(*name, STR(" in goroutine "));
	if (in != SIZE_MAX)
		name->len = in;
	return name->len > 0;
}

/* A function's line and the one behind it, which is taken only if it tells the place. */
static int add_frame(struct goroutines *g, struct text *t, struct str name, bool elided, bool creator)
{
	struct text ahead = *t;
	struct str line, file = STR("");
	bool has_offset = true;
	int64_t number = 0;
	int err = creator ? end_location(g) : 0;

	if (text_next(&ahead, &line) && parse_place(line, &file, &number, &has_offset))
		*t = ahead;
	if (!err)
		err = stacks_line(&g->stacks, name, file, number);
	g->pending = true;
	/* A call that was inlined has no instructions of its own to be an offset in. */
	return err || (elided && !has_offset) ? err : end_location(g);
}

/* Lines that the runtime writes in the place of frames. */
static bool is_elision(struct str line)
{
	return str_starts(line, STR("...")) && ends(line, STR("frames elided..."));
}

static bool is_no_stack(struct str line)
{
	return str_equal(line, STR("\tgoroutine running on other thread; stack unavailable")) ||
	       str_equal(line, STR("\tgoroutine in C code; stack unavailable"));
}

static int add_inside(struct goroutines *g, struct text *t, struct str line)
{
	bool elided, creator;
	struct str name;

	if (!line.len)
		return end_goroutine(g);
	if (is_elision(line))
		return add_placeholder(g, STR("[frames elided]"));
	if (is_no_stack(line))
		return add_placeholder(g, STR("[stack unavailable]"));
	if (parse_function(line, &name, &elided, &creator))
		return add_frame(g, t, name, elided, creator);
	if (!str_starts(line, STR("exit status ")) && g->n_foreign++ == 0)
		g->first_foreign = t->number;
	return 0;
}

static int read_lines(struct goroutines *g, struct text *t, bool *mine, struct assay_ctx *ctx)
{
	struct header h;
	struct str line;
	int err = 0;

	while (!err && text_next(t, &line)) {
		if (t->number % CTX_POLL_SAMPLES == 0 && ctx_canceled(ctx))
			return diag_set(g->stacks.diag, ASSAY_ERR_CANCELED, "canceled");
		if (parse_header(&h, line)) {
			err = end_goroutine(g);
			g->header = h;
			g->inside = *mine = true;
		} else if (g->inside) {
			err = add_inside(g, t, line);
		}
	}
	return err ? err : end_goroutine(g);
}

static int set_types(struct stacks *s)
{
	struct assay_profile *p = s->b->profile;
	int err = stacks_type(s, STR("goroutine"), STR("count"));

	if (err)
		return err;
	p->period_type = p->sample_types.items[0];
	p->period = 1;
	return 0;
}

int go_goroutines_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct text t = text_of(bytes->data, bytes->len);
	struct goroutines g = { .inside = false };
	int err = stacks_init(&g.stacks, b, diag);

	if (err)
		return err;
	err = set_types(&g.stacks);
	if (!err)
		err = read_lines(&g, &t, mine, ctx);
	if (!err && !*mine)
		err = diag_set(diag, ASSAY_ERR_FORMAT, "parsing profile: no goroutines");
	if (!err)
		text_tell_foreign(ctx, "goroutines", g.n_foreign, g.first_foreign);
	stacks_release(&g.stacks);
	return err;
}
