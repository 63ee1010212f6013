/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RELOCATE_H
#define WORKER_RELOCATE_H

#include "worker/elf.h"

/*
 * In an object that was never linked (ET_REL: what a compiler writes, modules of a kernel) debug information has zeros
 * where it refers to another section, and a table beside it says what belongs there. Sections count as lying where
 * their headers say, which for most is 0.
 */
bool relocate_is_wanted(const struct elf_section *s);

/* bytes are a copy of what the section holds. Entries that cannot be followed leave their place as it is. */
void relocate(struct elf_file *f, const struct elf_section *s, uint8_t *bytes, size_t n);

#endif
