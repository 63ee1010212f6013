/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_PLT_H
#define WORKER_PLT_H

#include "base/arena.h"
#include "worker/symbols.h"

/*
 * Calls into shared libraries go through jumps that the linker makes, one for each function, and that no symbol table
 * has. They are found by the slot of memory that they jump through, of which a table of relocations says whose address
 * is put there when the program starts: puts@plt. For x86-64 and arm64. Names live as long as the arena.
 */
int plt_add(struct symbols *s, struct elf_file *f, struct arena *arena, struct assay_diag *diag);

#endif
