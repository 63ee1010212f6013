/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DISASM_H
#define WORKER_DISASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "assay/error.h"
#include "base/str.h"

/*
 * Machine code as text. Bytes, their address and the names of symbols go in, an instruction at a time comes out: the
 * mnemonic, a TAB, and the operands, as llvm-objdump --no-show-raw-insn has them:
 *
 *     movq	%rsp, %rbp                  AT&T's syntax, or with intel_syntax  mov	rbp, rsp
 *     callq	0x401136 <main>             where a jump or a call goes, with the symbol there
 *     jne	0x401150 <main+0x1a>
 *     movq	0x2ecb(%rip), %rax  # 0x404018 <stderr>
 *     bl	0x400580 <puts>             arm64
 *     .byte	0x06                        what is no instruction, a byte at a time on x86, up to four on arm64
 *
 * Unlike llvm-objdump, numbers are hexadecimal, as GNU objdump has them; unlike GNU objdump, operands have a blank
 * behind the comma and x86 mnemonics their suffix. Machines are x86 of 64 and 32 bits and arm64.
 */

struct disasm;

/* Names of symbols. */
struct disasm_names {
	/* The last symbol at or before an address that it may belong to, and where it starts; false for none. */
	bool (*find)(void *data, uint64_t address, struct str *name, uint64_t *start);
	void *data;
};

struct disasm_sink {
	/* text lives until this returns. Not 0 stops. */
	int (*add)(void *data, uint64_t address, size_t n_bytes, struct str text);
	void *data;
};

/* machine is of ELF, EM_X86_64. ASSAY_ERR_UNSUPPORTED for one that is not known, or without the library. */
int disasm_open(struct disasm **out, uint16_t machine, bool intel_syntax, struct assay_diag *diag);
void disasm_close(struct disasm *d);

/* Instructions that start in the bytes. names may be NULL. What the sink returned when that is not 0. */
int disasm_run(struct disasm *d, const uint8_t *bytes, size_t n, uint64_t address, const struct disasm_names *names,
	const struct disasm_sink *sink, struct assay_diag *diag);

/* The library behind it, "capstone 4.0", or "none". */
const char *disasm_backend(void);

#endif
