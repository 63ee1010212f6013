/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include "base/buf.h"

/*
 * Names of functions cut to what a box of a drawing has room for, and the part of a name by which it is coloured. The
 * rules are those of the reference and look at the spelling alone: a Go path, a Java class, a C++ namespace.
 */

/* github.com/acme/v2/pkg/sub.(*T).M is sub.(*T).M, cpp::ns::Class::method(int) is Class::method. */
void names_shorten(struct buf *out, struct str name);

/* net/http.(*conn).serve is in net/http, std::sort in std; "" where the name does not say. */
struct str names_package(struct str name);

#endif
