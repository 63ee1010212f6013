/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_code.h"

static const struct fake_source sources[] = {
	{ "w.c", "one\n\ttwo + <b>\nthree\nfour\n", 0 },
	{ "/src/i.h", "\n  in line 2\n", 0 },
	{ NULL, NULL, 0 },
};

/* What stands from the first heading to the last end of a listing, or all of an error. */
static char *body_of(const struct assay_profile *p, const char *argument, struct fake_code *fake, struct warnings *w)
{
	struct code_report r = { "weblist", argument, fake, sources, w };
	char *text = code_report_text(p, &r), *from = strstr(text, "<h2>"), *to = NULL, *body;

	for (char *at = from; at && (at = strstr(at, "</pre>\n")); at++)
		to = at + 7;
	if (from)
		cr_expect(strstr(text, "</div><h2>") + 6 == from, "the legend stands right before it");
	body = from ? strndup(from, (size_t)(to - from)) : strdup(strncmp(text, "error", 5) ? "" : text);
	free(text);
	return body;
}

#define HEAD(name, file) \
	"<h2>" name "</h2><p class=\"filename\">" file "</p>\n<pre onClick=\"pprof_toggle_asm(event)\">\n"
#define SOURCE(number, class, values, text) \
	"<span class=line> " number "</span> <span class=" class ">  " values "           " text " </span>"
#define NONE "         .          ."

Test(weblist, without_binaries_lines_stand_alone)
{
	const struct assay_profile *p;
	struct fixture f;

	/* 4 at line 2; 3 below it; 2 where no line is known; main is not asked for */
	fixture_init(&f, "cpu/ms");
	SAMPLE(&f, "main@m.c:9 work@w.c:2", 4);
	SAMPLE(&f, "main@m.c:9 work@w.c:2 other", 3);
	SAMPLE(&f, "zero@/proc/self/cwd/./w.c", 2);
	p = fixture_seal(&f);
	EXPECT_TEXT(body_of(p, "^work$", NULL, NULL),
		HEAD("work", "w.c") "  Total:         4ms        7ms (flat, cum) 77.78%\n" SOURCE(
			"     1", "nop", NONE, "one") "\n" SOURCE("     2", "deadsrc", "       4ms        7ms",
			"\ttwo &#43; &lt;b&gt;") "\n" SOURCE("     3", "nop", NONE, "three") "\n" SOURCE("     4",
			"nop", NONE, "four") "\n</pre>\n");
	EXPECT_TEXT(body_of(p, "zero", NULL, NULL),
		HEAD("zero", "w.c") "  Total:         2ms        2ms (flat, cum) 22.22%\n" SOURCE("     0", "deadsrc",
			"       2ms        2ms",
			"&lt;instructions with unknown line numbers&gt;") "\n" SOURCE("     1", "nop", NONE,
			"one") "\n" SOURCE("     2", "nop", NONE, "\ttwo &#43; &lt;b&gt;") "\n" SOURCE("     3", "nop",
			NONE, "three") "\n" SOURCE("     4", "nop", NONE, "four") "\n</pre>\n");
	/* A file matches too; what is beyond its end, or in a file that is not there, has no text. */
	EXPECT_TEXT(body_of(p, "^m.c$", NULL, NULL),
		HEAD("main", "m.c") "  Total:           0        7ms (flat, cum) 77.78%\n" SOURCE(
			"     9", "deadsrc", "         .        7ms", "???") "\n</pre>\n");
	EXPECT_TEXT(body_of(p, "nosuch", NULL, NULL), "error: no matches found for regexp: nosuch");
	profile_free(p);
}

Test(weblist, inlined_calls_stand_under_their_line)
{
	const struct assay_profile *p;
	struct fixture f;

	fixture_init(&f, "cpu/ms");
	SAMPLE(&f, "work@w.c:2~in@/src/i.h:2", 4);
	p = fixture_seal(&f);
	EXPECT_TEXT(body_of(p, "work", NULL, NULL),
		HEAD("work", "w.c") "  Total:         4ms        4ms (flat, cum)   100%\n" SOURCE(
			"     1", "nop", NONE, "one") "\n" SOURCE("     2", "livesrc", "       4ms        4ms",
			"\ttwo &#43; &lt;b&gt;") "<span class=asm>                                          <span "
						 "class=inlinesrc>            in line 2"
						 "                                                           </span>"
						 " <span class=unimportant>i.h:2</span>\n</span>\n" SOURCE(
							 "     3", "nop", NONE, "three") "\n" SOURCE("     4", "nop",
							 NONE, "four") "\n</pre>\n");
	profile_free(p);
}

static const struct code_symbol symbols[] = { { 0x10, 16, STR_INIT("work") }, { 0x20, 8, STR_INIT("rest") } };

static const struct code_instruction instructions[] = {
	{ 0x10, STR_INIT("pushq\t%rbp"), FRAMES(FRAME("work", "w.c", 1)), 1 },
	{ 0x11, STR_INIT("addl\t%eax, %eax"), FRAMES(FRAME("in", "/src/i.h", 2), FRAME("work", "w.c", 2)), 2 },
	{ 0x14, STR_INIT("nop"), FRAMES(FRAME("in", "/src/i.h", 2), FRAME("work", "w.c", 2)), 2 },
	{ 0x15, STR_INIT("popq\t%rbp"), FRAMES(FRAME("work", "w.c", 1)), 1 },
	{ 0x16, STR_INIT("retq"), FRAMES(FRAME("work", "", 0)), 1 },
	{ 0x20, STR_INIT("ud2"), FRAMES(FRAME("rest", "w.c", 4)), 1 },
};

static const struct assay_profile *profile(void)
{
	struct fixture f;

	/* One sample lies inside an instruction, one where the binary knows no line. */
	fixture_init(&f, "cpu/ms");
	SAMPLE(&f, "work@w.c:1", 5);
	SAMPLE(&f, "work@w.c:2", 2);
	SAMPLE(&f, "work@w.c:3", 1);
	fixture_locate(&f, "work@w.c:1", 0x1010);
	fixture_locate(&f, "work@w.c:2", 0x1013);
	fixture_locate(&f, "work@w.c:3", 0x1016);
	f.b.profile->mappings.items[0].start = 0x1000;
	f.b.profile->mappings.items[0].limit = 0x3000;
	return fixture_seal(&f);
}

#define PAD(n) "%" #n "s"

Test(weblist, instructions_stand_under_the_line_that_they_are_made_of)
{
	struct fake_object object = { .object = { .base = 0x1000 },
		.symbols = symbols,
		.n_symbols = N(symbols),
		.instructions = instructions,
		.n_instructions = N(instructions) };
	const struct assay_profile *p = profile();
	struct fake_code fake;
	char expected[4000];

	snprintf(expected, sizeof(expected),
		HEAD("work", "w.c") "  Total:         8ms        8ms (flat, cum)   100%%\n" SOURCE("     1", "livesrc",
			"       5ms        5ms",
			"one") "<span class=asm>                 5ms        5ms       10:     pushq       %%rbp%60s "
			       "<span class=unimportant>w.c:1</span>\n"
			       " %8s %27s⋮\n"
			       "                   .          .       15:     popq        %%rbp%60s <span "
			       "class=unimportant>w.c:1</span>\n"
			       "</span>\n" SOURCE("     2", "livesrc", "       2ms        2ms",
				       "\ttwo &#43; &lt;b&gt;") "<span class=asm>%42s<span class=inlinesrc>            "
								"in line 2%59s</span> <span "
								"class=unimportant>i.h:2</span>\n"
								"                 2ms        2ms       11:             "
								"    addl    %%eax, %%eax%46s <span "
								"class=unimportant>i.h:2</span>\n"
								"                   .          .       14:             "
								"    nop%61s <span class=unimportant>i.h:2</span>\n"
								"</span>\n" SOURCE("     3", "livesrc",
									"       1ms        1ms",
									"three") "<span class=asm>                 1ms "
										 "       1ms       16:     retq%72s "
										 "<span "
										 "class=unimportant>w.c:3</span>\n"
										 "</span>\n" SOURCE("     4", "nop",
											 NONE, "four") "\n</pre>\n",
		"", "", "", "", "", "", "", "", "");
	fake_code_init(&fake, &object, 1);
	EXPECT_TEXT(body_of(p, "work", &fake, NULL), expected);
	fake_code_release(&fake);
	profile_free(p);
}

Test(weblist, what_cannot_be_disassembled_is_shown_without)
{
	struct fake_object object = { .object = { .base = 0x1000 }, .error = "open prog: no such file or directory" };
	const struct assay_profile *p = profile();
	struct fake_code fake;
	struct warnings w;
	char *without = body_of(p, "work", NULL, NULL);

	warnings_init(&w);
	fake_code_init(&fake, &object, 1);
	EXPECT_TEXT(body_of(p, "work", &fake, &w), without);
	object.error = NULL;
	object.instructions_error = "cannot disassemble";
	EXPECT_TEXT(body_of(p, "work", &fake, &w), without);
	cr_expect_str_eq(warnings_text(&w), "weblist: no instructions: open prog: no such file or directory\n"
					    "weblist: no instructions: cannot disassemble\n");
	cr_expect(strstr(without, "deadsrc"));
	free(without);
	warnings_release(&w);
	fake_code_release(&fake);
	profile_free(p);
}

Test(weblist, an_address_stands_for_the_outermost_function_there)
{
	const struct assay_profile *p = profile();
	char *body = body_of(p, "0x1013", NULL, NULL);

	cr_expect_not_null(strstr(body, HEAD("work", "w.c") "  Total:         2ms        2ms"), "%s", body);
	free(body);
	EXPECT_TEXT(body_of(p, "0x1014", NULL, NULL), "error: no matches found for regexp: 0x1014");
	profile_free(p);
}

Test(weblist, pieces_of_a_file_are_merged_by_function_and_distance)
{
	static const struct fake_source long_file[] = {
		{ "l.c",
			"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26"
			"\n27\n"
			"28\n29\n30\n31\n32\n33\n34\n35\n36\n37\n38\n39\n40\n41\n42\n43\n44\n45\n46\n47\n48\n49\n50\n51"
			"\n52\n",
			0 },
		{ NULL, NULL, 0 },
	};
	/* By the lines of f and g: the first and the last line of each piece. */
	static const struct {
		int64_t f[2], g;
		const char *pieces;
	} cases[] = {
		{ { 10, 30 }, 0, "5-35 " },       /* 19 lines between */
		{ { 10, 31 }, 0, "5-15 26-36 " }, /* 20 between */
		{ { 3, 9 }, 12, "1-10 11-17 " },  /* shared out, the odd line to the latter */
		{ { 1, 51 }, 20, "1-6 15-25 46-52 " },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const struct assay_profile *p;
		struct buf got = BUF_INIT;
		struct fixture f;
		char word[40], *text, *at;

		fixture_init(&f, "cpu/ms");
		for (size_t k = 0; k < 3; k++) {
			snprintf(word, sizeof(word), "%s@l.c:%d", k < 2 ? "f" : "g",
				(int)(k < 2 ? cases[i].f[k] : cases[i].g));
			if (k < 2 || cases[i].g)
				SAMPLE(&f, word, 1);
		}
		p = fixture_seal(&f);
		text = code_report_text(p, &(struct code_report){ "weblist", "^[fg]$", NULL, long_file });
		for (at = text; (at = strstr(at, "<h2>"));) {
			const char *end = strstr(at, "</pre>");
			long first = 0, last = 0;

			for (char *line = at; (line = strstr(line + 1, "<span class=line>")) && line < end;) {
				last = strtol(line + 17, NULL, 10);
				first = first ? first : last;
			}
			buf_addf(&got, "%ld-%ld ", first, last);
			at = (char *)end;
		}
		cr_expect_str_eq(got.data, cases[i].pieces, "case %zu: %s", i, got.data);
		buf_release(&got);
		free(text);
		profile_free(p);
	}
}

Test(weblist, hostile_names_stay_text)
{
	const struct assay_profile *p;
	struct fixture f;
	char *text;

	fixture_init(&f, "cpu/<i>");
	SAMPLE(&f, "</pre><script>@\"'><b>:3", 5);
	p = fixture_seal(&f);
	text = code_report_text(p, &(struct code_report){ "weblist", "script" });
	cr_expect_null(strstr(text, "<b>"));
	cr_expect_null(strstr(text, "</pre><script>"));
	cr_expect_null(strstr(text, "<i>"));
	cr_expect_not_null(
		strstr(text, "<h2>&lt;/pre&gt;&lt;script&gt;</h2><p class=\"filename\">&#34;&#39;&gt;&lt;b&gt;</p>"));
	free(text);
	profile_free(p);
}

Test(weblist, hostile_lines_and_addresses_are_survived)
{
	static const uint64_t bases[] = { 0, 0x1000, 0x1016, UINT64_MAX };

	for (size_t i = 0; i < N(bases); i++) {
		struct fake_object object = { .object = { .base = bases[i] },
			.symbols = symbols,
			.n_symbols = N(symbols),
			.instructions = instructions,
			.n_instructions = N(instructions) };
		const struct assay_profile *p;
		struct fake_code fake;
		struct fixture f;
		char *text;

		fixture_init(&f, "cpu/ms");
		SAMPLE(&f, "work@w.c:9223372036854775807 a@w.c:-9223372036854775808 work@:5 ?", 5);
		fixture_locate(&f, "a@w.c:-9223372036854775808", UINT64_MAX);
		fixture_locate(&f, "work@:5", 0);
		f.b.profile->mappings.items[0].start = UINT64_MAX - 3;
		f.b.profile->mappings.items[0].limit = i & 1 ? UINT64_MAX : 0;
		p = fixture_seal(&f);
		fake_code_init(&fake, &object, 1);
		text = code_report_text(p, &(struct code_report){ "weblist", ".", &fake, sources });
		cr_expect_not_null(strstr(text, "</html>"), "%s", text);
		free(text);
		fake_code_release(&fake);
		profile_free(p);
	}
}
