/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "fake_code.h"

/*
 * work at 0x10 .. 0x1f, also called alias; rest at 0x20 .. 0x27, which is the last; the process has all of it 0x1000
 * further up.
 */
static const struct code_symbol symbols[] = {
	{ 0x10, 16, STR_INIT("work") },
	{ 0x10, 16, STR_INIT("zalias") },
	{ 0x20, 8, STR_INIT("_Zrest") },
};

static const struct code_instruction instructions[] = {
	{ 0x10, STR_INIT("pushq\t%rbp"), FRAMES(FRAME("work", "/src/w.c", 3)), 1 },
	{ 0x11, STR_INIT("movq\t%rsp, %rbp"), FRAMES(FRAME("in", "/src/i.h", 7), FRAME("work", "/src/w.c", 4)), 2 },
	{ 0x14, STR_INIT("leaq\t0x0(%rip), %rax  # 0x1b <a_long_name>"), FRAMES(FRAME("work", "/src/w.c", 5)), 1 },
	{ 0x1b, STR_INIT("retq"), FRAMES(FRAME("work", "/src/w.c", 5)), 1 },
	{ 0x20, STR_INIT("nop"), NULL, 0 },
	{ 0x21, STR_INIT("retq"), NULL, 0 },
};

static struct fake_object objects[] = {
	{
		.object = { .base = 0x1000 },
		.symbols = symbols,
		.n_symbols = N(symbols),
		.instructions = instructions,
		.n_instructions = N(instructions),
	},
};

/* work has 5 at its start and 2 inside its second instruction; rest has 3 and is called by work. */
static const struct assay_profile *profile(void)
{
	struct fixture f;

	fixture_init(&f, "cpu/ms");
	SAMPLE(&f, "start", 5);
	SAMPLE(&f, "middle", 2);
	SAMPLE(&f, "call rest@r.c:9", 3);
	fixture_locate(&f, "start", 0x1010);
	fixture_locate(&f, "middle", 0x1013);
	fixture_locate(&f, "call", 0x1014);
	fixture_locate(&f, "rest@r.c:9", 0x1021);
	f.b.profile->mappings.items[0].start = 0x1000;
	f.b.profile->mappings.items[0].limit = 0x3000;
	return fixture_seal(&f);
}

/* The file is opened when a name of the profile matches, so the expressions below match "start" or "rest" too. */
static char *text_of(const char *argument, struct warnings *w)
{
	const struct assay_profile *p = profile();
	struct fake_code fake;
	char *text;

	fake_code_init(&fake, objects, N(objects));
	text = code_report_text(p, &(struct code_report){ "disasm", argument, &fake, NULL, w });
	fake_code_release(&fake);
	profile_free(p);
	return text;
}

static const char work_rows[] =
	"       7ms       10ms (flat, cum)   100% of Total\n"
	"       5ms        5ms         10: pushq\t%rbp                              ;work w.c:3\n"
	"       2ms        2ms         11: movq\t%rsp, %rbp                         ;in i.h:7\n"
	"                                                                          ;work w.c:5\n"
	"         .        3ms         14: leaq\t0x0(%rip), %rax  # 0x1b <a_long_name>\n"
	"         .          .         1b: retq\n";

static const char rest_rows[] =
	"       3ms        3ms (flat, cum) 30.00% of Total\n"
	"         .          .         20: nop\n"
	"       3ms        3ms         21: retq                                    ;rest r.c:9\n";

Test(disassembly, rows_have_values_addresses_and_places)
{
	char expected[2000];

	snprintf(expected, sizeof(expected), "Total: 10ms\nROUTINE ======================== work\n%s", work_rows);
	EXPECT_TEXT(text_of("^work$|start$", NULL), expected);
}

Test(disassembly, symbols_match_by_raw_and_demangled_names_and_are_sorted)
{
	char expected[2000];

	/* The whole name first, then without parameters, then without template arguments too. */
	snprintf(expected, sizeof(expected), "Total: 10ms\nROUTINE ======================== rest<int>(int)\n%s",
		rest_rows);
	EXPECT_TEXT(text_of("^rest<|rest r.c:9", NULL), expected);
	snprintf(expected, sizeof(expected), "Total: 10ms\nROUTINE ======================== rest\n%s", rest_rows);
	EXPECT_TEXT(text_of("^rest$| r.c:9", NULL), expected);
	snprintf(expected, sizeof(expected),
		"Total: 10ms\nROUTINE ======================== _Zrest\n%sROUTINE ======================== work\n%s",
		rest_rows, work_rows);
	EXPECT_TEXT(text_of(".", NULL), expected);
	snprintf(expected, sizeof(expected), "Total: 10ms\nROUTINE ======================== zalias\n%s", work_rows);
	EXPECT_TEXT(text_of("start$|alias", NULL), expected);
}

Test(disassembly, an_address_stands_for_the_symbol_around_it_under_all_its_names)
{
	char expected[2000];

	snprintf(expected, sizeof(expected),
		"Total: 10ms\nROUTINE ======================== work\n    AKA ======================== zalias\n%s",
		work_rows);
	EXPECT_TEXT(text_of("0x1_01f", NULL), expected);
	EXPECT_TEXT(text_of("4127", NULL), expected);
	EXPECT_TEXT(text_of("0b1000000011111", NULL), expected);
	EXPECT_TEXT(text_of("010037", NULL), expected);
	EXPECT_TEXT(text_of("0x2fff", NULL), "error: no matches found for address 0x2fff");
	EXPECT_TEXT(text_of("0x5000", NULL), "error: no matches found for address 0x5000");
	EXPECT_TEXT(text_of("0x1_", NULL), "error: no matches found for regexp 0x1_");
	EXPECT_TEXT(text_of("09", NULL), "error: no matches found for regexp 09");
}

Test(disassembly, an_address_in_a_function_without_samples_says_so)
{
	static const struct code_symbol more[] = { { 0x10, 16, STR_INIT("work") }, { 0x800, 16, STR_INIT("cold") } };
	struct fake_object object = { .object = { .base = 0x1000 }, .symbols = more, .n_symbols = 2 };
	const struct assay_profile *p = profile();
	struct fake_code fake;

	fake_code_init(&fake, &object, 1);
	EXPECT_TEXT(code_report_text(p, &(struct code_report){ "disasm", "0x1800", &fake }),
		"error: address 0x1800 found in binary, but the corresponding symbols do not have samples in the "
		"profile");
	fake_code_release(&fake);
	profile_free(p);
}

Test(disassembly, a_file_is_not_opened_unless_a_name_of_the_profile_matches)
{
	const struct assay_profile *p = profile();
	struct fake_code fake;

	fake_code_init(&fake, objects, 1);
	EXPECT_TEXT(code_report_text(p, &(struct code_report){ "disasm", "^work$", &fake }),
		"error: no matches found for regexp ^work$");
	cr_expect_eq(fake.n_opened, 0);
	fake_code_release(&fake);
	profile_free(p);
}

Test(disassembly, files_that_cannot_be_opened_are_told_of)
{
	struct fake_object broken = { .mapping = 1, .error = "open lib\x1b.so: no such file or directory" };
	struct fake_object both[] = { objects[0], broken };
	const struct assay_profile *p;
	struct warnings w;
	struct fake_code fake;
	struct fixture f;
	char *text;

	fixture_init(&f, "cpu/ms");
	SAMPLE(&f, "start other%lib.so", 5);
	fixture_locate(&f, "start", 0x1010);
	p = fixture_seal(&f);
	warnings_init(&w);
	fake_code_init(&fake, both, 2);
	text = code_report_text(p, &(struct code_report){ "disasm", "start$|work|other", &fake, NULL, &w });
	cr_expect(strstr(text, "open lib\\x1b.so: no such file or directory\nTotal: 5ms\nROUTINE ==") == text, "%s",
		text);
	cr_expect_str_eq(warnings_text(&w), "");
	free(text);
	EXPECT_TEXT(code_report_text(p, &(struct code_report){ "disasm", "other", &fake, NULL, &w }),
		"error: no matches found for regexp other");
	cr_expect_str_eq(warnings_text(&w), "open lib\x1b.so: no such file or directory\n");
	fake_code_release(&fake);
	warnings_release(&w);
	profile_free(p);
}

Test(disassembly, a_broken_binary_costs_its_instructions_only)
{
	struct fake_object broken = objects[0];
	const struct assay_profile *p = profile();
	struct fake_code fake;

	broken.instructions_error = "cannot disassemble: no";
	fake_code_init(&fake, &broken, 1);
	EXPECT_TEXT(
		code_report_text(p, &(struct code_report){ "disasm", "rest", &fake }), "error: cannot disassemble: no");
	broken.instructions_error = NULL;
	broken.n_instructions = 0;
	EXPECT_TEXT(code_report_text(p, &(struct code_report){ "disasm", "rest", &fake }),
		"Total: 10ms\nROUTINE ======================== _Zrest\n"
		"       3ms        3ms (flat, cum) 30.00% of Total\n");
	fake_code_release(&fake);
	profile_free(p);
}

Test(disassembly, a_mean_is_divided_for_each_instruction_but_not_in_the_heading)
{
	const struct assay_profile *p;
	struct fake_code fake;
	struct fixture f;

	fixture_init(&f, "samples/count cpu/ms");
	SAMPLE(&f, "start", 2, 10);
	fixture_locate(&f, "start", 0x1020);
	p = fixture_seal(&f);
	fake_code_init(&fake, objects, 1);
	EXPECT_TEXT(code_report_text(p, &(struct code_report){ "disasm", "rest|start", &fake, .mean = true }),
		"Total: 5ms\nROUTINE ======================== _Zrest\n"
		"      10ms       10ms (flat, cum) 200.00% of Total\n"
		"       5ms        5ms         20: nop                                     ;start \n"
		"         .          .         21: retq\n");
	fake_code_release(&fake);
	profile_free(p);
}

Test(disassembly, hostile_bases_and_symbols_are_survived)
{
	/* The addresses of the file wrap around 2^64, and symbols say they are huge. */
	static const struct code_symbol huge[] = {
		{ 0x10, UINT64_MAX, STR_INIT("rest") },
		{ UINT64_MAX - 1, UINT64_MAX, STR_INIT("rest") },
	};
	static const uint64_t bases[] = { 0, 0x1012, 0x1021, 0x1022, UINT64_MAX };

	for (size_t i = 0; i < N(bases); i++) {
		struct fake_object object = { .object = { .base = bases[i] },
			.symbols = huge,
			.n_symbols = 2,
			.instructions = instructions,
			.n_instructions = N(instructions) };
		const struct assay_profile *p = profile();
		struct fake_code fake;
		char *text;

		fake_code_init(&fake, &object, 1);
		text = code_report_text(p, &(struct code_report){ "disasm", "rest", &fake });
		cr_expect(strncmp(text, "Total: 10ms\nROUTINE", 19) == 0 || strncmp(text, "error: no matches", 17) == 0,
			"%s", text);
		free(text);
		fake_code_release(&fake);
		profile_free(p);
	}
}

Test(disassembly, without_anybody_to_ask_for_binaries_it_says_so)
{
	const struct assay_profile *p = profile();

	EXPECT_TEXT(code_report_text(p, &(struct code_report){ "disasm", "rest" }),
		"error: disasm: this build reads no binaries");
	profile_free(p);
}
