/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_NOTES_H
#define WORKER_NOTES_H

#include "worker/elf.h"

/*
 * The GNU build id of a file, "" when it has none: the first note of that kind in the segments of notes, then in the
 * sections of notes. Two in the same segment, or a note that is damaged, give "".
 */
int notes_build_id(struct elf_file *f, struct str *out, struct assay_diag *diag);

/* Bytes in lower-case hex, in the file's arena. */
int notes_hex(struct elf_file *f, const uint8_t *p, size_t n, struct str *out);

#endif
