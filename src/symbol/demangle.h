/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYMBOL_DEMANGLE_H
#define SYMBOL_DEMANGLE_H

#include "base/buf.h"
#include "base/ctx.h"
#include "profile/builder.h"

/*
 * From linkage names to names for people: C++ (Itanium), Rust (legacy and v0) and D, with the suffixes that clones get.
 * For _ZN2ns4spinIiEET_S1_:
 *
 *     default     ns::spin
 *     templates   ns::spin<int>
 *     full        int ns::spin<int>(int)
 *     none        _ZN2ns4spinIiEET_S1_
 *
 * Names are bounded in length, depth, and in what they may grow to; one beyond the bounds stays as it is. Whether C++ and
 * Rust are known at all depends on the build.
 */
enum demangle_mode {
	DEMANGLE_DEFAULT,   /* no parameters, no template arguments, no return type */
	DEMANGLE_TEMPLATES, /* template arguments are kept */
	DEMANGLE_FULL,      /* everything but the suffixes of clones */
	DEMANGLE_NONE,
};

/*
 * The whole rule: a linkage name, one behind a further underscore, or text of C++ that is demangled already and is
 * simplified for the mode. *changed tells whether the result, which is all that out holds, differs from the name; if
 * not, out is empty. Fails with ASSAY_ERR_NOMEM alone.
 */
int demangle(struct buf *out, struct str name, enum demangle_mode mode, bool *changed);

/*
 * Gives every function without a name, or whose name is its system name, the name that its system name stands for; with
 * force every function that has both first gets its system name for a name. Each distinct system name is looked at
 * once. There is a bound on the work for one profile: names behind it stay mangled, and a warning says so.
 */
int demangle_functions(
	struct profile_builder *b, enum demangle_mode mode, bool force, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
