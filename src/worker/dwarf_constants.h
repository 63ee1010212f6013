/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DWARF_CONSTANTS_H
#define WORKER_DWARF_CONSTANTS_H

/* The numbers of the standard, from libdwarf, which lies in different places before and since version 0.1. */
#if __has_include(<libdwarf/dwarf.h>)
#include <libdwarf/dwarf.h>
#else
#include <dwarf.h>
#endif

#endif
