/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/lineedit.h"

#include "assay-config.h"

#if HAVE_LIBEDIT

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "app/terminal.h"
#include "base/utf8.h"
#include "repl/candidates.h"
#include "repl/complete.h"
#include "repl/history.h"

struct lineedit {
	EditLine *el;
	History *history;
	locale_t locale; /* for letters beyond ASCII; all else runs in the C locale */
	FILE *out;
	struct repl *repl;
	const char *prompt;
};

/* The person's, but where that knows ASCII alone UTF-8, which is what terminals speak and names of functions are in. */
static locale_t find_locale(void)
{
	locale_t mine = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

	if (mine && strcmp(nl_langinfo_l(CODESET, mine), "ANSI_X3.4-1968") != 0)
		return mine;
	if (mine)
		freelocale(mine);
	mine = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return mine ? mine : newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static struct lineedit *lineedit_of(EditLine *el)
{
	void *data = NULL;

	el_get(el, EL_CLIENTDATA, &data);
	return data;
}

static char *prompt(EditLine *el)
{
	return (char *)lineedit_of(el)->prompt;
}

/* What can stand in a line and be seen there for what it is. */
static bool is_plain(struct str text)
{
	while (text.len) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, &c);

		if (!n || c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
		text = str_skip(text, n);
	}
	return true;
}

static unsigned char replace(struct lineedit *l, struct str typed, struct str by, char behind)
{
	struct buf text = BUF_INIT;
	unsigned char what = CC_ERROR;

	buf_add_str(&text, by);
	if (behind)
		buf_add_char(&text, behind);
	if (is_plain(by) && text.len && !text.failed) {
		if (typed.len)
			el_deletestr(l->el, (int)utf8_length(typed));
		what = el_insertstr(l->el, text.data) < 0 ? CC_REFRESH_BEEP : CC_REFRESH;
	}
	buf_release(&text);
	return what;
}

/* Whether it says more than was typed without taking any of that back. */
static bool extends(struct str common, struct str typed)
{
	return common.len > typed.len && (!typed.len || memmem(common.p, common.len, typed.p, typed.len));
}

static unsigned char list(struct lineedit *l, const struct completion *c)
{
	const struct candidates candidates = { c->candidates.items, c->candidates.n, c->more };
	unsigned rows, width;
	struct buf text = BUF_INIT;

	if (!terminal_size(fileno(l->out), &rows, &width)) {
		rows = 24;
		width = 80;
	}
	buf_add_char(&text, '\n');
	candidates_add(&text, &candidates, rows > 2 ? rows - 2 : 1, width);
	if (!text.failed)
		fwrite(text.data, 1, text.len, l->out);
	buf_release(&text);
	return CC_REDISPLAY;
}

static unsigned char choose(struct lineedit *l, const struct completion *c, struct str line, size_t cursor)
{
	struct str typed = { line.p + c->from, cursor - c->from };

	if (!c->candidates.n)
		return CC_ERROR;
	if (c->candidates.n == 1 && !c->more) {
		bool is_there = cursor < line.len && line.p[cursor] == c->behind;

		return replace(l, typed, c->candidates.items[0], is_there ? 0 : c->behind);
	}
	if (extends(c->common, typed) && is_plain(c->common))
		return replace(l, typed, c->common, 0);
	return list(l, c);
}

static unsigned char complete_word(EditLine *el, int key)
{
	struct lineedit *l = lineedit_of(el);
	const LineInfo *info = el_line(el);
	struct buf copy = BUF_INIT;
	size_t cursor = (size_t)(info->cursor - info->buffer);
	unsigned char what = CC_ERROR;
	struct completion c;

	(void)key;
	/* The editor's own line changes under our hands. */
	buf_add(&copy, info->buffer, (size_t)(info->lastchar - info->buffer));
	if (!copy.failed && complete(l->repl, buf_str(&copy), cursor, &c) == 0) {
		what = choose(l, &c, buf_str(&copy), cursor);
		completion_release(&c);
	}
	buf_release(&copy);
	return what;
}

/* What people expect of keys beyond libedit's own; ~/.editrc is read behind it and may say otherwise. */
static void bind_keys(EditLine *el)
{
	static const char *const keys[][2] = {
		{ "^I", "assay-complete" },
		{ "^R", "em-inc-search-prev" },
		{ "^W", "ed-delete-prev-word" },
		{ "\\e[1;5C", "em-next-word" },
		{ "\\e[1;5D", "ed-prev-word" },
		{ "\\e[3~", "ed-delete-next-char" },
		{ "\\e[1~", "ed-move-to-beg" },
		{ "\\e[4~", "ed-move-to-end" },
		{ "\\e[H", "ed-move-to-beg" },
		{ "\\e[F", "ed-move-to-end" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

/* Not the one in the folder where we happen to be, which may be anyone's. */
static void read_editrc(EditLine *el)
{
	const char *path = getenv("EDITRC"), *home = getenv("HOME"), *editor = NULL;
	struct buf of_home = BUF_INIT;

	if (!path && home && *home == '/') {
		buf_addf(&of_home, "%s/.editrc", home);
		path = of_home.failed ? NULL : of_home.data;
	}
	if (path && *path)
		el_source(el, path);
	buf_release(&of_home);
	/* With the keys of vi all others are gone. */
	if (el_get(el, EL_EDITOR, &editor) == 0 && editor && strcmp(editor, "vi") == 0) {
		el_set(el, EL_BIND, "^I", "assay-complete", NULL);
		el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	}
}

static bool start(struct lineedit *l)
{
	HistEvent event;

	l->el = el_init("assay", stdin, l->out, stderr);
	l->history = history_init();
	if (!l->el || !l->history)
		return false;
	history(l->history, &event, H_SETSIZE, REPL_HISTORY_MAX);
	el_set(l->el, EL_CLIENTDATA, l);
	el_set(l->el, EL_PROMPT, prompt);
	el_set(l->el, EL_HIST, history, l->history);
	el_set(l->el, EL_EDITOR, "emacs");
	/* It gives the terminal back before ^C and ^Z do what they do, and follows its size. */
	el_set(l->el, EL_SIGNAL, 1);
	el_set(l->el, EL_ADDFN, "assay-complete", "Complete the word, or list what it may become", complete_word);
	bind_keys(l->el);
	read_editrc(l->el);
	return true;
}

struct lineedit *lineedit_new(FILE *out)
{
	struct lineedit *l = calloc(1, sizeof(*l));
	locale_t before;
	bool started;

	if (!l)
		return NULL;
	l->out = out;
	l->prompt = "";
	l->locale = find_locale();
	before = uselocale(l->locale);
	started = start(l);
	uselocale(before);
	if (started)
		return l;
	lineedit_free(l);
	return NULL;
}

void lineedit_free(struct lineedit *l)
{
	if (!l)
		return;
	if (l->el)
		el_end(l->el);
	if (l->history)
		history_end(l->history);
	if (l->locale)
		freelocale(l->locale);
	free(l);
}

int lineedit_read(struct lineedit *l, struct repl *repl, const char *prompt_text, struct buf *line)
{
	locale_t before = uselocale(l->locale);
	const char *text;
	int n = 0, error;

	l->repl = repl;
	l->prompt = prompt_text;
	/* It may have changed while a command ran. */
	el_resize(l->el);
	errno = 0;
	text = el_gets(l->el, &n);
	error = errno;
	uselocale(before);
	if (!text || n <= 0)
		return n < 0 && error == EINTR ? -1 : 0;
	buf_add(line, text, text[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n);
	return 1;
}

void lineedit_set_history(struct lineedit *l, const char *const *lines, size_t n)
{
	locale_t before = uselocale(l->locale);
	HistEvent event;

	history(l->history, &event, H_CLEAR);
	for (size_t i = 0; i < n; i++)
		history(l->history, &event, H_ENTER, lines[i]);
	uselocale(before);
}

const char *lineedit_backend(void)
{
	return "libedit " LIBEDIT_VERSION;
}

#else

struct lineedit *lineedit_new(FILE *out)
{
	(void)out;
	return NULL;
}

void lineedit_free(struct lineedit *l)
{
	(void)l;
}

int lineedit_read(struct lineedit *l, struct repl *repl, const char *prompt, struct buf *line)
{
	(void)l;
	(void)repl;
	(void)prompt;
	(void)line;
	return 0;
}

void lineedit_set_history(struct lineedit *l, const char *const *lines, size_t n)
{
	(void)l;
	(void)lines;
	(void)n;
}

const char *lineedit_backend(void)
{
	return NULL;
}

#endif
