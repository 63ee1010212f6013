/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/object_priv.h"

static int answer_from_symbols(struct object *o, uint64_t address, bool symbols_only, const struct object_sink *sink)
{
	const struct symbol *symbol =
		symbols_only ? symbols_below(&o->symbols, address) : symbols_at(&o->symbols, address);
	struct object_frame frame = { .file = STR("") };
	struct object_answer answer = { .address = address };

	if (symbol) {
		frame.name = symbol->name;
		answer.frames = &frame;
		answer.n_frames = 1;
		answer.from_symbols = true;
	}
	return sink->answer(sink->data, &answer);
}

int object_resolve(struct object *o, const uint64_t *addresses, size_t n, bool symbols_only,
	const struct object_sink *sink, struct assay_diag *flaw, struct assay_diag *diag)
{
	int err = object_load_symbols(o, diag);

	(void)flaw;
	for (size_t i = 0; i < n && !err; i++)
		err = answer_from_symbols(o, addresses[i], symbols_only, sink);
	return err;
}
