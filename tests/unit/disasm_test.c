/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/disasm.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <stdlib.h>

#include "base/buf.h"
#include "fixture.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* f is at 0x1000 and takes 16 bytes, g at 0x1010. */
static bool find(void *data, uint64_t address, struct str *name, uint64_t *start)
{
	(void)data;
	if (address < 0x1000 || address >= 0x2000)
		return false;
	*start = address < 0x1010 ? 0x1000 : 0x1010;
	*name = address < 0x1010 ? STR("f") : STR("g");
	return true;
}

static const struct disasm_names names = { find, NULL };

static int add(void *data, uint64_t address, size_t n_bytes, struct str text)
{
	struct buf *out = data;

	buf_addf(out, "%x+%zu ", (unsigned)address, n_bytes);
	buf_add_str(out, text);
	buf_add_char(out, '\n');
	return 0;
}

static char *text_of(
	uint16_t machine, bool intel, const void *bytes, size_t n, uint64_t address, const struct disasm_names *with)
{
	struct buf out = BUF_INIT;
	struct disasm_sink sink = { add, &out };
	struct assay_diag diag;
	struct disasm *d;

	cr_assert_eq(disasm_open(&d, machine, intel, &diag), 0, "%s", diag.text);
	cr_assert_eq(disasm_run(d, bytes, n, address, with, &sink, &diag), 0);
	disasm_close(d);
	buf_add_str(&out, STR(""));
	return buf_detach(&out, NULL);
}

#define TEXT(machine, intel, bytes, address) text_of(machine, intel, bytes, sizeof(bytes) - 1, address, &names)

static const char x86_64[] = "\x55"                         /* push */
			     "\x48\x89\xe5"                 /* mov */
			     "\x48\x8b\x05\x05\x00\x00\x00" /* mov, 5 behind itself */
			     "\xe8\x00\x00\x00\x00"         /* call, the next one */
			     "\x75\xee"                     /* jne, back */
			     "\xff\xe0"                     /* jmp *rax */
			     "\xc3";

Test(disasm, x86_64_is_in_the_syntax_of_atandt_unless_asked_otherwise)
{
	EXPECT_TEXT(TEXT(EM_X86_64, false, x86_64, 0x1000), "1000+1 pushq\t%rbp\n"
							    "1001+3 movq\t%rsp, %rbp\n"
							    "1004+7 movq\t5(%rip), %rax  # 0x1010 <g>\n"
							    "100b+5 callq\t0x1010 <g>\n"
							    "1010+2 jne\t0x1000 <f>\n"
							    "1012+2 jmpq\t*%rax\n"
							    "1014+1 retq\n");
	EXPECT_TEXT(TEXT(EM_X86_64, true, x86_64, 0x1000), "1000+1 push\trbp\n"
							   "1001+3 mov\trbp, rsp\n"
							   "1004+7 mov\trax, qword ptr [rip + 5]  # 0x1010 <g>\n"
							   "100b+5 call\t0x1010 <g>\n"
							   "1010+2 jne\t0x1000 <f>\n"
							   "1012+2 jmp\trax\n"
							   "1014+1 ret\n");
}

Test(disasm, addresses_inside_a_symbol_have_the_distance_and_others_no_name)
{
	EXPECT_TEXT(TEXT(EM_X86_64, false, "\xeb\x02\xe9\xf9\x0f\x00\x00", 0x1000), "1000+2 jmp\t0x1004 <f+0x4>\n"
										    "1002+5 jmp\t0x2000\n");
	EXPECT_TEXT(text_of(EM_X86_64, false, "\xeb\x02", 2, 0x1000, NULL), "1000+2 jmp\t0x1004\n");
}

Test(disasm, bytes_that_are_no_instruction_are_shown_as_bytes)
{
	/* push %es does not exist in 64 bits; a call that ends before its operand does */
	EXPECT_TEXT(TEXT(EM_X86_64, false, "\x06\x90\xe8\x00", 0x1000), "1000+1 .byte\t0x06\n"
									"1001+1 nop\n"
									"1002+1 .byte\t0xe8\n"
									"1003+1 .byte\t0x00\n");
	EXPECT_TEXT(TEXT(EM_386, false, "\x06", 0x1000), "1000+1 pushl\t%es\n");
	EXPECT_TEXT(TEXT(EM_AARCH64, false, "\xff\xff\xff\xff\x1f\x20\x03\xd5\x01\x02", 0x1000),
		"1000+4 .byte\t0xff, 0xff, 0xff, 0xff\n"
		"1004+4 nop\n"
		"1008+2 .byte\t0x01, 0x02\n");
	EXPECT_TEXT(TEXT(EM_AARCH64, false, "\x01\x1f\x20\x03\xd5", 0x1003), "1003+1 .byte\t0x01\n"
									     "1004+4 nop\n");
	EXPECT_TEXT(TEXT(EM_X86_64, false, "", 0x1000), "");
}

Test(disasm, arm64_names_where_branches_and_addresses_go)
{
	static const char code[] = "\xfd\x7b\xbf\xa9"  /* stp */
				   "\x03\x00\x00\x94"  /* bl, 3 further */
				   "\xc0\xff\xff\x54"  /* b.eq, 2 back */
				   "\x40\x00\x00\xb4"  /* cbz, 2 further */
				   "\x40\x00\x18\x36"  /* tbz, 2 further */
				   "\x40\x00\x00\x58"  /* ldr, 2 further */
				   "\x41\x00\x00\x10"  /* adr, 2 further */
				   "\x00\x04\x00\x91"  /* add */
				   "\xc0\x03\x5f\xd6"; /* ret */

	EXPECT_TEXT(TEXT(EM_AARCH64, false, code, 0x1000), "1000+4 stp\tx29, x30, [sp, #-0x10]!\n"
							   "1004+4 bl\t0x1010 <g>\n"
							   "1008+4 b.eq\t0x1000 <f>\n"
							   "100c+4 cbz\tx0, 0x1014 <g+0x4>\n"
							   "1010+4 tbz\tw0, #3, 0x1018 <g+0x8>\n"
							   "1014+4 ldr\tx0, 0x101c <g+0xc>\n"
							   "1018+4 adr\tx1, 0x1020 <g+0x10>\n"
							   "101c+4 add\tx0, x0, #1\n"
							   "1020+4 ret\n");
}

Test(disasm, jumps_of_32_bits_wrap_around)
{
	EXPECT_TEXT(TEXT(EM_386, false, "\xe9\x0b\x10\x00\x00", 0xfffffff0), "fffffff0+5 jmp\t0x1000 <f>\n");
}

static int stop(void *data, uint64_t address, size_t n_bytes, struct str text)
{
	(void)address;
	(void)n_bytes;
	(void)text;
	++*(int *)data;
	return ASSAY_ERR_CANCELED;
}

Test(disasm, stops_when_the_sink_says_so)
{
	int n = 0;
	struct disasm_sink sink = { stop, &n };
	struct disasm *d;

	cr_assert_eq(disasm_open(&d, EM_X86_64, false, NULL), 0);
	cr_expect_eq(
		disasm_run(d, (const uint8_t *)x86_64, sizeof(x86_64) - 1, 0, NULL, &sink, NULL), ASSAY_ERR_CANCELED);
	cr_expect_eq(n, 1);
	disasm_close(d);
}

Test(disasm, machines_that_are_not_known_are_refused)
{
	struct assay_diag diag;
	struct disasm *d;

	cr_expect_eq(disasm_open(&d, EM_S390, false, &diag), ASSAY_ERR_UNSUPPORTED);
	cr_expect_str_eq(diag.text, "cannot disassemble the code of machine 22");
}

Test(disasm, any_bytes_are_covered_without_gap)
{
	static const uint16_t machines[] = { EM_X86_64, EM_386, EM_AARCH64 };
	uint8_t bytes[4096];

	srand(1);
	for (size_t m = 0; m < N(machines); m++) {
		char *text, *line, *rest;
		uint64_t next = 0x1000;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)(rand() >> 7);
		text = text_of(machines[m], m & 1, bytes, sizeof(bytes), 0x1000, &names);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
			cr_assert_eq(strtoull(line, &line, 16), next);
			next += strtoull(line + 1, NULL, 10);
		}
		cr_expect_eq(next, 0x1000 + sizeof(bytes));
		free(text);
	}
}
