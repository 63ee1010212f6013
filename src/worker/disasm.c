/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/disasm.h"

#include <inttypes.h>

#include "assay-config.h"
#include "base/buf.h"
#include "base/diag.h"

#if HAVE_CAPSTONE

#include <capstone/capstone.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdlib.h>

/* Names of C++ can be long, and a call to one is but one line. */
#define NAME_MAX_LEN 4096

/*
 * Loaded when it is first used: its tables have so many addresses for the loader to mend that they would cost everybody
 * who wants names alone as much as the rest of the program's start.
 */
#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)
#define LIBRARY "libcapstone.so." STRING(CS_API_MAJOR)

#define FOR_EACH_FUNCTION(f) f(open) f(option) f(malloc) f(free) f(close) f(disasm_iter) f(errno) f(strerror) f(version)

#define DECLARE(name) __typeof__(cs_##name) *name##_;
static struct {
	void *library;
	FOR_EACH_FUNCTION(DECLARE)
} cs;
#undef DECLARE

static bool load(void)
{
	bool found = true;

	if (cs.library)
		return true;
	cs.library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	if (!cs.library)
		return false;
#define FIND(name) found = found && (cs.name##_ = (__typeof__(cs.name##_))dlsym(cs.library, "cs_" #name));
	FOR_EACH_FUNCTION(FIND)
#undef FIND
	if (found)
		return true;
	dlclose(cs.library);
	cs.library = NULL;
	return false;
}

struct machine {
	uint16_t elf;
	cs_arch arch;
	cs_mode mode;
	size_t step; /* where the next instruction may start behind one that cannot be decoded */
};

static const struct machine machines[] = {
	{ EM_X86_64, CS_ARCH_X86, CS_MODE_64, 1 },
	{ EM_386, CS_ARCH_X86, CS_MODE_32, 1 },
	{ EM_AARCH64, CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, 4 },
};

struct disasm {
	const struct machine *machine;
	csh handle;
	cs_insn *insn;
	struct buf text;
};

static const struct machine *find_machine(uint16_t elf)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].elf == elf)
			return &machines[i];
	return NULL;
}

static int failed(cs_err err, struct assay_diag *diag)
{
	if (err == CS_ERR_MEM)
		return diag_nomem(diag, "the disassembler");
	return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "cannot disassemble: %s", cs.strerror_(err));
}

/* Details are what jumps and addresses are told by. */
static cs_err set_up(struct disasm *d, bool intel_syntax)
{
	cs_err err = cs.open_(d->machine->arch, d->machine->mode, &d->handle);

	if (err != CS_ERR_OK) {
		d->handle = 0;
		return err;
	}
	err = cs.option_(d->handle, CS_OPT_DETAIL, CS_OPT_ON);
	if (err == CS_ERR_OK && d->machine->arch == CS_ARCH_X86)
		err = cs.option_(d->handle, CS_OPT_SYNTAX, intel_syntax ? CS_OPT_SYNTAX_INTEL : CS_OPT_SYNTAX_ATT);
	if (err != CS_ERR_OK)
		return err;
	d->insn = cs.malloc_(d->handle);
	return d->insn ? CS_ERR_OK : CS_ERR_MEM;
}

int disasm_open(struct disasm **out, uint16_t machine, bool intel_syntax, struct assay_diag *diag)
{
	const struct machine *m = find_machine(machine);
	struct disasm *d;
	cs_err err;

	if (!m)
		return diag_set(
			diag, ASSAY_ERR_UNSUPPORTED, "cannot disassemble the code of machine %" PRIu16, machine);
	if (!load())
		return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "cannot disassemble: %s cannot be loaded", LIBRARY);
	d = calloc(1, sizeof(*d));
	if (!d)
		return diag_nomem(diag, "the disassembler");
	d->machine = m;
	err = set_up(d, intel_syntax);
	if (err != CS_ERR_OK) {
		disasm_close(d);
		return failed(err, diag);
	}
	*out = d;
	return 0;
}

void disasm_close(struct disasm *d)
{
	if (!d)
		return;
	if (d->insn)
		cs.free_(d->insn, 1);
	if (d->handle)
		cs.close_(&d->handle);
	buf_release(&d->text);
	free(d);
}

static bool branches(const cs_detail *detail)
{
	for (size_t i = 0; i < detail->groups_count; i++)
		if (detail->groups[i] == CS_GRP_JUMP || detail->groups[i] == CS_GRP_CALL ||
			detail->groups[i] == CS_GRP_BRANCH_RELATIVE)
			return true;
	return false;
}

/* An address that an instruction names: where it jumps to, or what lies a distance from itself. */
struct target {
	uint64_t address;
	bool is_operand; /* stands as the last operand and is put anew; otherwise it is a comment */
};

static bool find_target_x86(const cs_insn *insn, uint64_t mask, struct target *t)
{
	const cs_x86 *x86 = &insn->detail->x86;

	for (size_t i = 0; i < x86->op_count; i++) {
		const cs_x86_op *op = &x86->operands[i];

		if (op->type == X86_OP_IMM && x86->op_count == 1 && branches(insn->detail)) {
			*t = (struct target){ (uint64_t)op->imm & mask, true };
			return true;
		}
		if (op->type == X86_OP_MEM && op->mem.base == X86_REG_RIP) {
			*t = (struct target){ insn->address + insn->size + (uint64_t)op->mem.disp, false };
			return true;
		}
	}
	return false;
}

static bool find_target_arm64(const cs_insn *insn, struct target *t)
{
	const cs_arm64 *arm = &insn->detail->arm64;
	const cs_arm64_op *last = &arm->operands[arm->op_count - 1];

	if (!arm->op_count || last->type != ARM64_OP_IMM)
		return false;
	*t = (struct target){ (uint64_t)last->imm, true };
	switch (insn->id) {
	case ARM64_INS_ADR:
	case ARM64_INS_ADRP:
	/* From a place in the code; other loads end in a register or an address in brackets. */
	case ARM64_INS_LDR:
	case ARM64_INS_LDRSW:
		return arm->op_count == 2;
	default:
		return branches(insn->detail);
	}
}

static bool find_target(const struct disasm *d, const cs_insn *insn, struct target *t)
{
	if (!insn->detail)
		return false;
	if (d->machine->arch == CS_ARCH_ARM64)
		return find_target_arm64(insn, t);
	return find_target_x86(insn, d->machine->mode == CS_MODE_32 ? UINT32_MAX : UINT64_MAX, t);
}

/* 0x401150 <main+0x1a> */
static void add_target(struct buf *b, uint64_t address, const struct disasm_names *names)
{
	struct str name;
	uint64_t start;

	buf_addf(b, "0x%" PRIx64, address);
	if (!names || !names->find(names->data, address, &name, &start))
		return;
	if (name.len > NAME_MAX_LEN)
		name.len = NAME_MAX_LEN;
	buf_add_str(b, STR(" <"));
	buf_add_str(b, name);
	if (address != start)
		buf_addf(b, "+0x%" PRIx64, address - start);
	buf_add_char(b, '>');
}

/* The operands without the last one: up to the blank behind a comma, or nothing. */
static struct str before_last(struct str operands)
{
	while (operands.len && operands.p[operands.len - 1] != ' ')
		operands.len--;
	return operands;
}

static void add_instruction(struct disasm *d, const cs_insn *insn, const struct disasm_names *names)
{
	struct str operands = str_of(insn->op_str);
	struct target t;
	bool has_target = find_target(d, insn, &t);

	buf_add_str(&d->text, str_of(insn->mnemonic));
	if (!operands.len)
		return;
	buf_add_char(&d->text, '\t');
	if (!has_target) {
		buf_add_str(&d->text, operands);
		return;
	}
	buf_add_str(&d->text, t.is_operand ? before_last(operands) : operands);
	if (!t.is_operand)
		buf_add_str(&d->text, STR("  # "));
	add_target(&d->text, t.address, names);
}

/* .byte 0x0f, 0x0b up to where an instruction may start again. */
static size_t add_bytes(struct disasm *d, const uint8_t *bytes, size_t n, uint64_t address)
{
	size_t step = d->machine->step - address % d->machine->step;

	if (n > step)
		n = step;
	buf_add_str(&d->text, STR(".byte\t"));
	for (size_t i = 0; i < n; i++)
		buf_addf(&d->text, i ? ", 0x%02x" : "0x%02x", bytes[i]);
	return n;
}

int disasm_run(struct disasm *d, const uint8_t *bytes, size_t n, uint64_t address, const struct disasm_names *names,
	const struct disasm_sink *sink, struct assay_diag *diag)
{
	while (n) {
		size_t left = n, taken;
		uint64_t next = address;
		int err;

		buf_reset(&d->text);
		if (address % d->machine->step == 0 && cs.disasm_iter_(d->handle, &bytes, &left, &next, d->insn)) {
			taken = n - left;
			add_instruction(d, d->insn, names);
		} else if (cs.errno_(d->handle) == CS_ERR_MEM) {
			return diag_nomem(diag, "the disassembler");
		} else {
			taken = add_bytes(d, bytes, n, address);
			bytes += taken;
		}
		if (d->text.failed)
			return diag_nomem(diag, "an instruction");
		err = sink->add(sink->data, address, taken, buf_str(&d->text));
		if (err)
			return err;
		address += taken;
		n -= taken;
	}
	return 0;
}

const char *disasm_backend(void)
{
	static char text[32];
	int major, minor;

	if (!load())
		return "none";
	cs.version_(&major, &minor);
	snprintf(text, sizeof(text), "capstone %d.%d", major, minor);
	return text;
}

#else

int disasm_open(struct disasm **out, uint16_t machine, bool intel_syntax, struct assay_diag *diag)
{
	(void)out;
	(void)machine;
	(void)intel_syntax;
	return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "cannot disassemble: this build was made without capstone");
}

void disasm_close(struct disasm *d)
{
	(void)d;
}

int disasm_run(struct disasm *d, const uint8_t *bytes, size_t n, uint64_t address, const struct disasm_names *names,
	const struct disasm_sink *sink, struct assay_diag *diag)
{
	(void)d;
	(void)bytes;
	(void)n;
	(void)address;
	(void)names;
	(void)sink;
	return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "cannot disassemble: this build was made without capstone");
}

const char *disasm_backend(void)
{
	return "none";
}

#endif
