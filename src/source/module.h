/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOURCE_MODULE_H
#define SOURCE_MODULE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Names of Go modules, as https://go.dev/ref/mod has them. A file of a module is example.com/Mod@v1.2.3/x.go; in the
 * module cache, which must do on file systems that fold case, the same is example.com/!mod@v1.2.3/x.go.
 */

struct module_path {
	struct str module, version, file; /* "example.com/Mod", "v1.2.3", "x.go" */
};

/* Takes a path apart; false when no folder of it has a version. */
bool module_split(struct module_path *m, struct str path);

/* Adds a module path or version with its upper-case letters as the cache has them, and the other way round. */
void module_escape(struct buf *out, struct str name);
void module_unescape(struct buf *out, struct str name);

/* The module that the text of a go.mod declares; false when it declares none. */
bool module_declared(struct str go_mod, struct str *name);

#endif
