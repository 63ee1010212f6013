/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_LIBDWARF_COMPAT_H
#define WORKER_LIBDWARF_COMPAT_H

/*
 * What differs between libdwarf before version 0.1 (Debian 12 has 20210528) and since: where its headers lie, the
 * names in the object access interface, and how an object is closed. What dwarf_lines.c calls otherwise is in both.
 */

#include "worker/dwarf_constants.h"

#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

#ifdef DW_LIBDWARF_VERSION

typedef Dwarf_Obj_Access_Interface_a libdwarf_interface;
typedef Dwarf_Obj_Access_Methods_a libdwarf_methods;
typedef Dwarf_Obj_Access_Section_a libdwarf_section;
typedef Dwarf_Small libdwarf_order;

#define LIBDWARF_METHOD(name) om_##name
#define LIBDWARF_INTERFACE(field) ai_##field
#define LIBDWARF_SECTION(field) as_##field
#define LIBDWARF_BIG DW_END_big
#define LIBDWARF_LITTLE DW_END_little
#define LIBDWARF_HAS_FILESIZE 1

static inline void libdwarf_close(Dwarf_Debug dbg)
{
	dwarf_object_finish(dbg);
}

#else

typedef Dwarf_Obj_Access_Interface libdwarf_interface;
typedef Dwarf_Obj_Access_Methods libdwarf_methods;
typedef Dwarf_Obj_Access_Section libdwarf_section;
typedef Dwarf_Endianness libdwarf_order;

#define LIBDWARF_METHOD(name) name
#define LIBDWARF_INTERFACE(field) field
#define LIBDWARF_SECTION(field) field
#define LIBDWARF_BIG DW_OBJECT_MSB
#define LIBDWARF_LITTLE DW_OBJECT_LSB
#define LIBDWARF_HAS_FILESIZE 0

static inline void libdwarf_close(Dwarf_Debug dbg)
{
	dwarf_object_finish(dbg, NULL);
}

#endif

/* The index of a section has two bytes in older versions, eight in newer ones; this picks the function that fits. */
#define LIBDWARF_FITTING(member, narrow, wide)                                                                      \
	__builtin_choose_expr(                                                                                      \
		__builtin_types_compatible_p(__typeof__(((libdwarf_methods *)0)->member), __typeof__(&wide)), wide, \
		narrow)

#endif
