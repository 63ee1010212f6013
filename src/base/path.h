/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/buf.h"
#include "base/str.h"

/* Paths as recorded in profiles: text with '/' between the elements, never looked up. */

/* The last element: "." for an empty path, "/" for one of slashes alone. */
struct str path_base(struct str path);

/* The shortest equal path, by its letters alone: no "//", ".", or "x/.."; "." for an empty one. Adds it to out. */
void path_clean(struct buf *out, struct str path);

/*
 * What is left of a source file's path without the prefixes of trim_path (a ':' list), or, when that is empty, without
 * all up to the first element named like a folder of source_path (a ':' list). /proc/self/cwd/ always goes.
 */
struct str path_trim(struct str path, struct str trim_path, struct str source_path);

#endif
