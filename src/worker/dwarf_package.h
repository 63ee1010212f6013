/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DWARF_PACKAGE_H
#define WORKER_DWARF_PACKAGE_H

#include "worker/dwarf.h"

/*
 * The .dwp beside a binary, which holds what many .dwo files held. Returns the part of a unit as a file of its own,
 * or NULL.
 */
struct dwarf_file *dwarf_package_find(struct dwarf_file *binary, uint64_t id);

#endif
