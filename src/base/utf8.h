/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The code point at the start of s into *c and its bytes as result; 0 when s starts with what is no valid UTF-8. */
size_t utf8_decode(struct str s, uint32_t *c);

/* Code points in s, where each byte that is no valid UTF-8 counts as one. */
size_t utf8_length(struct str s);

#endif
