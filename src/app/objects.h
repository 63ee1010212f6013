/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OBJECTS_H
#define APP_OBJECTS_H

#include "app/names.h"
#include "report/code.h"
#include "symbol/answers.h"

/* The binaries of a profile for reports that show code: report/code.h on top of symbol/. */
struct objects {
	struct code code; /* what a report is given */
	struct names *names;
	const struct assay_profile *profile;
	bool intel_syntax;
	struct object_entry **entries;     /* by mapping, NULL where nobody asked */
	VEC(struct symbol_list *) symbols; /* of binaries */

	/* What instructions() gave last. */
	struct arena texts;
	VEC(struct code_instruction) instructions;
	VEC(struct code_frame) frames;
	VEC(struct str) demangled; /* by string of the answers */
	struct answers answers;
	struct inquiry inquiry;
};

/* Costs nothing until a report asks for a binary. All must live as long. */
void objects_init(struct objects *o, struct names *names, const struct assay_profile *p, bool intel_syntax);
void objects_release(struct objects *o);

#endif
