/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_MEMORY_MAP_H
#define FORMAT_MEMORY_MAP_H

#include "format/legacy.h"

/*
 * What was mapped where, a line each, as behind most legacy profiles. Two forms, and whatever is neither is passed
 * over:
 *
 *     02e00000-02e8a000 r-xp 02a00000 00:00 15953927    /foo/bin      as in /proc/self/maps
 *     0x40000-0x80000 /path/to/binary (@FF00) abc123456               start, limit, file, offset, build id
 *
 * A line "build=/foo" makes "$build" stand for "/foo" in the lines that follow.
 */

/* The line behind which a memory map stands. */
bool memory_map_starts(struct str line);

/* Reads the lines behind the current one as a memory map and adds the mappings that may hold code. */
int memory_map_read(struct legacy *l);

/* Looks for the start of a memory map from the current line on, reads it, and finishes the profile, map or not. */
int memory_map_finish(struct legacy *l);

#endif
