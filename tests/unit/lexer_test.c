/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/lexer.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/buf.h"

/* The words of a line with a sign for their kind: "top 'a b' >>f |less" is `top "a b" >> f |less`. */
static char *words(const char *line)
{
	struct lexer l = lexer_of(str_of(line));
	struct buf out = BUF_INIT;
	struct word w;
	size_t len;

	while (lexer_word(&l, &w)) {
		const char *quote = w.kind == WORD_QUOTED ? "\"" : "";

		buf_addf(&out, "%s%s%s%.*s%s", out.len ? " " : "", w.kind == WORD_PIPE ? "|" : "", quote,
			(int)w.text.len, w.text.p, quote);
	}
	buf_add_str(&out, STR(""));
	return out.data ? buf_detach(&out, &len) : strdup("");
}

static char *split(const char *script)
{
	struct lexer l = lexer_of(str_of(script));
	struct buf out = BUF_INIT;
	struct str command;
	size_t len;

	while (lexer_command(&l, &command))
		buf_addf(&out, "[%.*s]", (int)command.len, command.p);
	return out.data ? buf_detach(&out, &len) : strdup("");
}

struct text_case {
	const char *text, *expected;
};

static void check(char *(*of)(const char *), const struct text_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *got = of(cases[i].text);

		cr_expect_str_eq(got, cases[i].expected, "%s: got %s, want %s", cases[i].text, got, cases[i].expected);
		free(got);
	}
}

#define CHECK_ALL(of, cases) check(of, cases, sizeof(cases) / sizeof((cases)[0]))

Test(lexer, words_stand_between_blanks)
{
	static const struct text_case cases[] = {
		{ "", "" },
		{ " \t ", "" },
		{ "top", "top" },
		{ "  top\t5  main.* \r", "top 5 main.*" },
	};

	CHECK_ALL(words, cases);
}

Test(lexer, expressions_are_words_whatever_is_in_them)
{
	static const struct text_case cases[] = {
		{ "peek a|b", "peek a|b" },
		{ "list operator>", "list operator>" },
		{ "list operator>> operator>=", "list operator>> operator>=" },
		{ "top {closure}#0 x;y", "top {closure}#0 x;y" },
		{ "top -a=b a\"b\" don't", "top -a=b a\"b\" don't" },
		{ "top a\\ b $(x) `y`", "top a\\ b $(x) `y`" },
	};

	CHECK_ALL(words, cases);
}

Test(lexer, operators_act_at_the_start_of_a_word)
{
	static const struct text_case cases[] = {
		{ "top >f", "top > f" },
		{ "top > f", "top > f" },
		{ "top >>f", "top >> f" },
		{ "top >>>f", "top >> > f" },
		{ "top >f>g", "top > f>g" },
		{ "top >", "top >" },
		{ "top > \"a b\"", "top > \"a b\"" },
		{ "top >\"a b\"", "top > \"a b\"" },
		{ "top |less", "top |less" },
		{ "top | grep \"a  b\" | wc >x  ", "top |grep \"a  b\" | wc >x" },
		{ "top |", "top |" },
	};

	CHECK_ALL(words, cases);
}

Test(lexer, quotes_act_around_a_whole_word)
{
	static const struct text_case cases[] = {
		{ "top \"operator new\"", "top \"operator new\"" },
		{ "top 'a \"b\" c'", "top \"a \"b\" c\"" },
		{ "top \"\" x", "top \"\" x" },
		{ "top \"a\"b c\" d", "top \"a\"b c\" d" },
		{ "top \"a", "top \"a" },
		{ "top \"a b", "top \"a b" },
		{ "top 'a b\"", "top 'a b\"" },
		{ "top \"|\" \">\"", "top \"|\" \">\"" },
		{ "top -\"a b\"", "top -\"a b\"" },
		{ "\"", "\"" },
		{ "\" \"", "\" \"" },
	};

	CHECK_ALL(words, cases);
}

Test(lexer, a_word_with_an_open_quote_is_no_quoted_word)
{
	struct lexer l = lexer_of(STR("\"a 'b c' d"));
	struct word w;

	cr_assert(lexer_word(&l, &w));
	cr_expect_eq(w.kind, WORD_PLAIN);
	cr_assert(lexer_word(&l, &w));
	cr_expect_eq(w.kind, WORD_QUOTED, "the other kind of quote is closed");
	cr_expect(str_equal(w.text, STR("b c")));
}

/* 10 million quotes that look for their end would not be done today. */
Test(lexer, many_open_quotes_take_no_longer_than_other_words, .timeout = 10)
{
	size_t n = (size_t)10 << 20, count = 0;
	char *line = malloc(n);
	struct lexer l;
	struct word w;

	cr_assert(line);
	for (size_t i = 0; i < n; i += 4)
		memcpy(line + i, i % 8 ? "\"a  " : "'b  ", 4);
	for (l = lexer_of((struct str){ line, n }); lexer_word(&l, &w); count++)
		;
	cr_expect_eq(count, n / 4);
	free(line);
}

Test(lexer, scripts_are_split_at_semicolons_and_newlines)
{
	static const struct text_case cases[] = {
		{ "", "" },
		{ "top", "[top]" },
		{ "top 5; peek main", "[top 5][ peek main]" },
		{ "a;;b;", "[a][][b]" },
		{ "a\nb;c\n", "[a][b][c]" },
		{ "top \"a;b\";c", "[top \"a;b\"][c]" },
		{ "top 'a;b' 'c", "[top 'a;b' 'c]" },
		{ "top x\"a;b\"", "[top x\"a][b\"]" },
		{ "# a;b\nc", "[# a;b][c]" },
		{ " # a;b\nc", "[ # a;b][c]" },
		{ "a # b;c", "[a # b][c]" },
		{ "top \"a\nb\"", "[top \"a][b\"]" },
		{ "\"a\n\"b;c\"", "[\"a][\"b;c\"]" },
	};

	CHECK_ALL(split, cases);
}
