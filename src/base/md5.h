/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * MD5 (RFC 1321) of bytes in memory. DWARF 5 records it of source files, and that is all it is good for: whoever wants
 * two files with the same sum can make them. None of the libraries that are linked anyway has it.
 */
#define MD5_SIZE 16

void md5(struct str bytes, uint8_t sum[MD5_SIZE]);

#endif
