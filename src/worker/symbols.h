/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_SYMBOLS_H
#define WORKER_SYMBOLS_H

#include "base/vec.h"
#include "worker/elf.h"

/*
 * Symbol tables: the list as nm prints it, and the two ways of finding the name of an address.
 */
struct symbols {
	VEC(struct symbol) all;           /* by address, size, place in the table */
	VEC(uint32_t) code;               /* of them one per address that may name an instruction */
	VEC(uint32_t) sized;              /* of all those that have a size */
	VEC(struct object_symbol) listed; /* filled when first asked for */
};

struct symbol {
	uint64_t address, size;
	uint64_t limit; /* where its section ends */
	struct str name;
	struct str file; /* base name of the source of a local symbol, "" when the table does not say */
	uint32_t order;  /* in the table */
	char type;       /* nm's letter */
	bool is_code;    /* may name an instruction: function, object or untyped, in memory */
	bool is_made_up; /* not of a table, so that nm does not have it */
};

/* Adds the symbols of a table (.symtab or .dynsym); 0 also when the file has none. Names live as long as the file. */
int symbols_add(struct symbols *s, struct elf_file *f, const char *table, struct assay_diag *diag);

/* To be called after the last table and before what follows. */
int symbols_seal(struct symbols *s, struct assay_diag *diag);
void symbols_release(struct symbols *s);

/* As nm lists them: by address, then name; what two tables both have once. */
int symbols_list(struct symbols *s, struct assay_diag *diag);

/*
 * The symbol that contains the address; one without a size reaches to the next, or to the end of its section. Of
 * several that begin together the largest answers, of equals the last in the table. NULL when there is none.
 */
const struct symbol *symbols_at(const struct symbols *s, uint64_t address);

/*
 * As a sorted list of sized symbols answers: the last one at or below the address, whatever lies between, but nothing
 * behind the end of the last of all; data must contain the address.
 */
const struct symbol *symbols_below(const struct symbols *s, uint64_t address);

#endif
