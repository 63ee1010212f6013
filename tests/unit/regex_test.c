/* SPDX-License-Identifier: Apache-2.0 */
#include "base/regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

struct match_case {
	const char *pattern;
	const char *text;
	bool found;
};

struct error_case {
	const char *pattern;
	const char *complaint; /* after "error parsing regexp: " */
};

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static struct regex *compile(const char *pattern, size_t len)
{
	struct assay_diag diag = { 0 };
	struct regex *re = NULL;
	int err = regex_compile(&re, pattern, len, &diag);

	cr_assert_eq(err, 0, "`%s` was refused: %s", pattern, diag.text);
	cr_assert_not_null(re);
	return re;
}

static bool search(const struct regex *re, const char *text, size_t len)
{
	struct regex_budget budget = { REGEX_QUERY_STEPS };
	bool found = false;
	int err = regex_search(re, text, len, &budget, &found);

	cr_assert_eq(err, 0, "search failed with %d", err);
	return found;
}

/* The first searches are the interpreter's, later ones machine code's, and some count steps: all have to agree. */
static void expect_case(const struct match_case *c)
{
	struct regex *re = compile(c->pattern, strlen(c->pattern));

	for (int i = 0; i < 100; i++)
		cr_assert_eq(search(re, c->text, strlen(c->text)), c->found, "`%s` in \"%s\", search %d", c->pattern,
			c->text, i);
	regex_free(re);
}

static void expect_cases(const struct match_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_case(&cases[i]);
}

static void expect_refusal(const char *pattern, size_t len, const char *complaint)
{
	struct assay_diag diag = { 0 };
	struct regex *re = NULL;
	int err = regex_compile(&re, pattern, len, &diag);
	char text[600];

	snprintf(text, sizeof(text), "error parsing regexp: %s", complaint);
	cr_expect_eq(err, ASSAY_ERR_ARGUMENT, "`%s` gives %d", pattern, err);
	cr_expect_eq(diag.code, ASSAY_ERR_ARGUMENT);
	cr_expect_str_eq(diag.text, text);
	cr_expect_null(re);
}

static void expect_refusals(const struct error_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_refusal(cases[i].pattern, strlen(cases[i].pattern), cases[i].complaint);
}

/* left, then n times middle, then right */
static char *repeat(const char *left, const char *middle, size_t n, const char *right)
{
	size_t step = strlen(middle);
	char *s = malloc(strlen(left) + n * step + strlen(right) + 1);
	char *p;

	cr_assert_not_null(s);
	p = stpcpy(s, left);
	for (size_t i = 0; i < n; i++)
		p = stpcpy(p, middle);
	strcpy(p, right);
	return s;
}

Test(regex, a_search_is_unanchored_and_minds_case)
{
	static const struct match_case cases[] = {
		{ "", "", true },
		{ "", "main", true },
		{ "main", "runtime.main.func1", true },
		{ "main", "runtime.Main", false },
		{ "main", "mai", false },
		{ "a.c", "xabcx", true },
		{ "runtime\\.malloc", "runtime.mallocgc", true },
		{ "runtime\\.malloc", "runtimeXmallocgc", false },
		{ "ab*c", "xacx", true },
		{ "(foo|ba[rz])+qux", "a foobazqux", true },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, alternatives_that_are_words_match_like_any_others)
{
	static const struct match_case cases[] = {
		{ "malloc|free", "cfree", true },
		{ "malloc|free", "calloc", false },
		{ "^main$|^start", "main", true },
		{ "^main$|^start", "main.main", false },
		{ "^main$|^start", "startup", true },
		{ "^main$|^start", "restart", false },
		{ "loc$", "malloc", true },
		{ "loc$", "location", false },
		{ "x|", "anything", true },
		{ "^$", "", true },
		{ "^$", "x", false },
		{ "^", "x", true },
		{ "$", "x", true },
		{ "a$b", "a$b", false },
		{ "a^b", "a^b", false },
		{ "\\Aab\\z", "ab", true },
		{ "\\Aab\\z", "abc", false },
		{ "\\x{e9}t\\xe9", "l'été", true },
		{ "a|b|c|d|e|f|g", "xyzg", true },
		{ "aa|bb|cc|dd|ee|ff|gg", "xyzg", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, dollar_matches_only_at_the_end_of_the_text)
{
	static const struct match_case cases[] = {
		{ "a$", "a", true },
		{ "a$", "a\n", false },
		{ "a$", "a\nb", false },
		{ "[a]$", "a\n", false },
		{ "[a]\\z", "a\n", false },
		{ "(?m)a$", "a\n", true },
		{ "(?m)a$", "a\nb", true },
		{ "(?m)[a]\\z", "a\nb", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, caret_matches_only_at_the_start_unless_told_otherwise)
{
	static const struct match_case cases[] = {
		{ "^[b]", "a\nb", false },
		{ "(?m)^[b]", "a\nb", true },
		{ "(?m)\\A[b]", "a\nb", false },
		{ "(?m)a\\n^$", "a\n", true },
		{ "(?m:^)b|x", "a\nb", true },
		{ "(?:^)*b", "ab", true },
		{ "^*b", "ab", true },
		{ "(^){2}[b]", "ab", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, dot_stops_at_a_newline_and_a_negated_class_does_not)
{
	static const struct match_case cases[] = {
		{ "a.b", "a\nb", false },
		{ "a.b", "a\rb", true },
		{ "(?s)a.b", "a\nb", true },
		{ "(?s:a.)b.c", "a\nb\nc", false },
		{ "(?s-s)a.b", "a\nb", false },
		{ "a[^x]b", "a\nb", true },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, flags_last_to_the_end_of_their_group)
{
	static const struct match_case cases[] = {
		{ "(?i)main", "MAIN", true },
		{ "a(?i)b", "aB", true },
		{ "a(?i)b", "AB", false },
		{ "(?:a(?i)b)c", "aBC", false },
		{ "(?:a(?i)b|c)d", "Cd", true },
		{ "(?i:a)b", "Ab", true },
		{ "(?i:a)b", "AB", false },
		{ "(?i)a(?-i)b", "AB", false },
		{ "(?i)a(?-i)b", "Ab", true },
		{ "(?i-s)A.b", "a\nb", false },
		{ "a(?i)*b", "aaB", true },
		{ "a*(?i)*b", "aaB", true },
		{ "(?)a", "a", true },
		{ "(?U)a+?b", "aab", true },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, case_folding_knows_unicode)
{
	static const struct match_case cases[] = {
		{ "(?i)é", "É", true },
		{ "(?i)k", "\xe2\x84\xaa", true }, /* U+212A, the Kelvin sign */
		{ "(?i)[a-z]", "\xc5\xbf", true }, /* U+017F, long s */
		{ "(?i)\\w", "\xc5\xbf", true },
		{ "\\w", "\xc5\xbf", false },
		{ "(?i)^\\W", "\xc5\xbf", false },
		{ "(?i)^[\\W]", "s", false },
		{ "(?i)^[\\W]", "\xc5\xbf", false },
		{ "(?i)^[[:^lower:]]", "A", false },
		{ "(?i)ß", "\xe1\xba\x9e", true }, /* U+1E9E, capital sharp s */
		{ "(?i)\\p{Lu}", "a", true },
		{ "(?i)\\p{Greek}", "µ", true },
		{ "\\p{Greek}", "µ", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, perl_classes_are_ascii)
{
	static const struct match_case cases[] = {
		{ "^\\d+$", "0123456789", true },
		{ "\\d", "٣", false },
		{ "\\D", "٣", true },
		{ "\\w", "é", false },
		{ "\\W", "é", true },
		{ "\\s", "\v", false },
		{ "^\\s+$", "\t\n\f\r ", true },
		{ "\\s", "\xc2\xa0", false },
		{ "[\\d_]", "_", true },
		{ "^[^\\d]", "7", false },
		{ "^[\\S]$", "\v", true },
		{ "^[\\D\\d]$", "é", true },
		{ "\\bfoo\\b", "a foo.", true },
		{ "\\bfoo\\b", "afoo.", false },
		{ "\\bé", "é", false },
		{ "o\\B", "foo.o", true },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, bracketed_classes_follow_re2)
{
	static const struct match_case cases[] = {
		{ "^[]a]$", "]", true },
		{ "^[^]a]$", "]", false },
		{ "^[a-]$", "-", true },
		{ "^[-a]$", "-", true },
		{ "^[\\d-z]$", "-", true },
		{ "^[\\d-z]$", "x", false },
		{ "^[[:alpha:]]$", "é", false },
		{ "^[[:alpha:]_]$", "_", true },
		{ "^[[:^alpha:]]$", "é", true },
		{ "^[[:^alpha:]]$", "b", false },
		{ "^[[:space:]]$", "\v", true },
		{ "^[[:word:]]$", "_", true },
		{ "^[[:punct:]]+$", "!/:@[`{~", true },
		{ "^[[:cntrl:]]+$", "\x01\x7f", true },
		{ "^[:alpha:]$", "h", true },
		{ "^[:alpha:]$", "z", false },
		{ "^[[:]$", ":", true },
		{ "[^\\x00-\\x{10FFFF}]", "a", false },
		{ "^[\\x00-\\x{10FFFF}]$", "\n", true },
		{ "^[\\x{d000}-\\x{e000}]$", "\xed\x9f\xbf", true },
		{ "[\\x{d800}]", "a", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, unicode_classes_have_short_and_long_names)
{
	static const struct match_case cases[] = {
		{ "^\\pL+$", "aéЖ", true },
		{ "\\pN", "a", false },
		{ "\\PL", "é", false },
		{ "\\p{Greek}", "λ", true },
		{ "\\p{^Greek}", "λ", false },
		{ "\\P{^Lu}", "a", false },
		{ "\\P{^Lu}", "A", true },
		{ "^[\\p{Lu}\\d]+$", "A1", true },
		{ "^[^\\pL]$", "é", false },
		{ "\\p{Old_Italic}", "\xf0\x90\x8c\x80", true },
		{ "\\p{Any}", "\n", true },
		{ "\\P{Any}", "a", false },
		{ "\\p{C}", "\x01", true },
		{ "\\p{C}", "\xcd\xb8", false }, /* U+0378 is not assigned */
		{ "[\\P{C}]", "\xcd\xb8", true },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, escapes_stand_for_characters)
{
	static const struct match_case cases[] = {
		{ "^\\a\\f\\t\\n\\r\\v$", "\a\f\t\n\r\v", true },
		{ "^\\x41\\x{1F600}\\x{0000042}$", "A\xf0\x9f\x98\x80\x42", true },
		{ "^\\101\\118$", "A\t8", true },
		{ "^\\101\\118$", "A98", false },
		{ "^\\.\\*\\_\\-\\#\\ $", ".*_-# ", true },
		{ "^\\Qa.b*\\E+$", "a.b***", true },
		{ "\\Qa.b", "axb", false },
		{ "\\Q\\E", "x", true },
		{ "^a\\Q\\E*$", "aaa", true },
		{ "^\\Q\\\\E$", "\\", true },
		{ "a#b c", "a#b c", true },
		{ "<(?P<name>x)>(?<other>y)", "<x>y", true },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, counts_repeat_and_other_braces_are_characters)
{
	static const struct match_case cases[] = {
		{ "^a{2}$", "aa", true },
		{ "^a{2}$", "aaa", false },
		{ "^a{2,}$", "aaaa", true },
		{ "^a{2,3}$", "aaaa", false },
		{ "^a{0}$", "a", false },
		{ "^a{,2}$", "a{,2}", true },
		{ "^a{02}$", "a{02}", true },
		{ "^a{2$", "a{2", true },
		{ "^{$", "{", true },
		{ "^(a{2}){3}$", "aaaaaa", true },
		{ "^a{2}(?i){3}$", "aaaaaa", true },
		{ "^(|a)*$", "aaa", true },
		{ "^(a|)+b$", "aab", true },
		{ "^(?:)*$", "", true },
		{ "^a??b$", "ab", true },
		{ "(a{0,1000}){0}a{1000}", "a", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, what_re2_refuses_is_refused_in_its_words)
{
	static const struct error_case cases[] = {
		{ "(", "missing closing ): `(`" },
		{ "a(b|c", "missing closing ): `a(b|c`" },
		{ "a)b", "unexpected ): `a)b`" },
		{ "x[a", "missing closing ]: `[a`" },
		{ "[", "missing closing ]: `[`" },
		{ "[]", "missing closing ]: `[]`" },
		{ "[a-", "missing closing ]: `[a-`" },
		{ "*", "missing argument to repetition operator: `*`" },
		{ "a|*", "missing argument to repetition operator: `*`" },
		{ "(+?)", "missing argument to repetition operator: `+?`" },
		{ "(?i){2}", "missing argument to repetition operator: `{2}`" },
		{ "a**", "invalid nested repetition operator: `**`" },
		{ "a*+", "invalid nested repetition operator: `*+`" },
		{ "a??*", "invalid nested repetition operator: `??*`" },
		{ "a{2}{3}?", "invalid nested repetition operator: `{2}{3}?`" },
		{ "a{1001}", "invalid repeat count: `{1001}`" },
		{ "a{2,1}", "invalid repeat count: `{2,1}`" },
		{ "a{99999999999999999999}", "invalid repeat count: `{99999999999999999999}`" },
		{ "(a{30}){34}", "invalid repeat count: `{34}`" },
		{ "((a{10}){10}b|c){11}?", "invalid repeat count: `{11}?`" },
		{ "\\8", "invalid escape sequence: `\\8`" },
		{ "\\1", "invalid escape sequence: `\\1`" },
		{ "\\C", "invalid escape sequence: `\\C`" },
		{ "\\Z", "invalid escape sequence: `\\Z`" },
		{ "\\x4", "invalid escape sequence: `\\x4`" },
		{ "\\x{110000}", "invalid escape sequence: `\\x{110000`" },
		{ "\\é", "invalid escape sequence: `\\é`" },
		{ "[a\\b]", "invalid escape sequence: `\\b`" },
		{ "a\\", "trailing backslash at end of expression: ``" },
		{ "[z-a]", "invalid character class range: `z-a`" },
		{ "[a-\\d]", "invalid escape sequence: `\\d`" },
		{ "[[:foo:]]", "invalid character class range: `[:foo:]`" },
		{ "\\p{Foo}", "invalid character class range: `\\p{Foo}`" },
		{ "\\p{greek}", "invalid character class range: `\\p{greek}`" },
		{ "\\pX", "invalid character class range: `\\pX`" },
		{ "\\p", "invalid character class range: `\\p`" },
		{ "\\p{Greek", "invalid character class range: `\\p{Greek`" },
		{ "(?=a)", "invalid or unsupported Perl syntax: `(?=`" },
		{ "(?!a)", "invalid or unsupported Perl syntax: `(?!`" },
		{ "(?<=a)", "invalid or unsupported Perl syntax: `(?<`" },
		{ "(?<!a)", "invalid or unsupported Perl syntax: `(?<`" },
		{ "(?>a)", "invalid or unsupported Perl syntax: `(?>`" },
		{ "(?#a)", "invalid or unsupported Perl syntax: `(?#`" },
		{ "(?x)a", "invalid or unsupported Perl syntax: `(?x`" },
		{ "(?P=n)", "invalid or unsupported Perl syntax: `(?P`" },
		{ "(?i-)", "invalid or unsupported Perl syntax: `(?i-)`" },
		{ "(?i", "invalid or unsupported Perl syntax: `(?i`" },
		{ "(?P<n", "invalid named capture: `(?P<n`" },
		{ "(?P<a b>x)", "invalid named capture: `(?P<a b>`" },
		{ "(?P<>x)", "invalid named capture: `(?P<>`" },
		{ "(?<a-b>x)", "invalid named capture: `(?<a-b>`" },
		{ "(*UTF8)a", "missing argument to repetition operator: `*`" },
		{ "a\xff"
		  "b",
			"invalid UTF-8: `\xff"
			"b`" },
		{ "[\xc3]", "invalid UTF-8: `\xc3]`" },
	};

	expect_refusals(cases, N_ELEMENTS(cases));
}

Test(regex, a_refusal_without_a_diag_gives_the_code)
{
	struct regex *re = NULL;

	cr_assert_eq(regex_compile(&re, "(", 1, NULL), ASSAY_ERR_ARGUMENT);
	cr_assert_null(re);
}

Test(regex, deep_nesting_ends_in_an_error)
{
	char *open = repeat("", "(", 999, "a");
	char *fits = repeat(open, ")", 999, "");
	char *too_deep = repeat("", "(", 200000, "");
	struct assay_diag diag = { 0 };
	struct regex *re = compile(fits, strlen(fits));

	cr_expect(search(re, "a", 1));
	regex_free(re);
	cr_expect_eq(regex_compile(&re, too_deep, strlen(too_deep), &diag), ASSAY_ERR_ARGUMENT);
	cr_expect_not_null(strstr(diag.text, "expression nests too deeply: `(((("));
	free(open);
	free(fits);
	free(too_deep);
}

Test(regex, a_pattern_that_outgrows_pcre2_is_refused)
{
	char *big = repeat("", "[a-z]\\d", 5000, "");
	struct assay_diag diag = { 0 };
	struct regex *re = NULL;

	cr_expect_eq(regex_compile(&re, big, strlen(big), &diag), ASSAY_ERR_ARGUMENT);
	cr_expect_not_null(strstr(diag.text, "expression too large"));
	free(big);
}

Test(regex, any_number_of_words_is_accepted)
{
	char *words = repeat("first", "|another", 20000, "|last$");
	struct regex *re = compile(words, strlen(words));

	cr_expect(search(re, "the last", 8));
	cr_expect_not(search(re, "the last one", 12));
	regex_free(re);
	free(words);
}

Test(regex, nul_bytes_are_characters_in_pattern_and_text)
{
	struct regex *re = compile("a\0b", 3);

	cr_expect(search(re, "xa\0bx", 5));
	cr_expect_not(search(re, "xab", 3));
	regex_free(re);
	re = compile("a[\0]b", 5);
	cr_expect(search(re, "a\0b", 3));
	regex_free(re);
	re = compile("^a.b\\x00$", 9);
	cr_expect(search(re, "a\0b\0", 4));
	cr_expect_not(search(re, "a\0b", 3));
	regex_free(re);
	expect_refusal("a\0(", 3, "missing closing ): `a\\x00(`");
}

Test(regex, bytes_that_are_not_utf8_read_as_replacement_characters)
{
	static const struct match_case cases[] = {
		{ "^a.b$",
			"a\xff"
			"b",
			true },
		{ "^a..b$",
			"a\xe2\x82"
			"b",
			true },
		{ "^...$", "\xed\xa0\x80", true },
		{ "^.$", "\xc0", true },
		{ "\xef\xbf\xbd", "a\xff", true },
		{ "[^a]", "a\xff", true },
		{ "foo",
			"\xff"
			"foo\xff",
			true },
		{ "[f]oo$",
			"\xff"
			"foo\xff",
			false },
		{ "\\w", "\xff\x80", false },
		{ "é", "\xc3", false },
	};

	expect_cases(cases, N_ELEMENTS(cases));
}

Test(regex, long_texts_match_like_short_ones)
{
	static const struct {
		const char *pattern;
		bool found;
	} cases[] = {
		{ "^start", true },
		{ "^start.*end$", true },
		{ "(?i)IPSUM END", true },
		{ "ipsum[a-z]", false },
		{ "(lorem ipsum )+end", true },
		{ "^(?:[a-z]+ )*[0-9]", false },
		{ "^(?:[a-z]| )+$", true },
	};
	char *text = repeat("start ", "lorem ipsum ", 5000, "end");

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct regex *re = compile(cases[i].pattern, strlen(cases[i].pattern));

		cr_expect_eq(search(re, text, strlen(text)), cases[i].found, "`%s`", cases[i].pattern);
		regex_free(re);
	}
	free(text);
}

Test(regex, an_exponential_pattern_ends_when_the_budget_does)
{
	static const char *const patterns[] = { "(a+)+$", "(.*)*[xy]", "(a|aa)+$", "(?i)(\\w*)*[;?]", "a*a*a*a*[bc]" };
	char *text = repeat("", "a", 100000, "!d");

	for (size_t i = 0; i < N_ELEMENTS(patterns); i++) {
		struct regex *re = compile(patterns[i], strlen(patterns[i]));
		struct regex_budget budget = { 1000000 };
		bool found = true;
		int err = regex_search(re, text, strlen(text), &budget, &found);

		cr_expect_eq(err, ASSAY_ERR_TOO_BIG, "`%s` gives %d", patterns[i], err);
		regex_free(re);
	}
	free(text);
}

Test(regex, searches_share_the_budget)
{
	struct regex *word = compile("word", 4);
	struct regex *class = compile("[x]y", 4);
	struct regex_budget budget = { 1000 };
	bool found = true;
	int err = 0;
	int n = 0;

	for (; !err && n < 10000; n++)
		err = regex_search(n % 2 ? word : class, "anything at all, long or short", 30, &budget, &found);
	cr_expect_eq(err, ASSAY_ERR_TOO_BIG);
	cr_expect_gt(n, 100);
	cr_expect_lt(n, 1000);
	cr_expect_not(found);
	cr_expect_eq(budget.steps, 0);
	regex_free(word);
	regex_free(class);
}

/* Each search is cheap enough for the quick path; together they must be paid for all the same. */
Test(regex, many_slow_searches_use_the_budget_up)
{
	char *text = repeat("", "a", 1500, "");
	struct regex *re = compile("[^x]*[yz]", 9);
	struct regex_budget budget = { 2000000 };
	bool found;
	int err = 0;
	int n = 0;

	for (; !err && n < 5000; n++)
		err = regex_search(re, text, 1500, &budget, &found);
	cr_expect_eq(err, ASSAY_ERR_TOO_BIG);
	regex_free(re);
	free(text);
}

Test(regex, ordinary_searches_take_little_of_the_budget)
{
	static const char *const patterns[] = { "malloc", "^runtime\\..*", "(?i)alloc", "std::(?:vector|map)<.*>",
		"\\w+::" };
	const char *name = "std::vector<std::pair<int, std::string> >::push_back(runtime.mallocgc)";
	struct regex_budget budget = { REGEX_PROFILE_STEPS };
	bool found;

	for (size_t i = 0; i < N_ELEMENTS(patterns); i++) {
		struct regex *re = compile(patterns[i], strlen(patterns[i]));

		for (int n = 0; n < 20000; n++)
			cr_assert_eq(regex_search(re, name, strlen(name), &budget, &found), 0);
		regex_free(re);
	}
	cr_expect_gt(budget.steps, REGEX_PROFILE_STEPS / 2);
}

Test(regex, free_takes_null)
{
	regex_free(NULL);
}
