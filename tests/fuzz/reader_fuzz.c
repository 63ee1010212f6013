/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes, given to the reader of one format alone: FORMAT is its name in the table of formats. It either refuses
 * them with a reason, or what it has read can be indexed without fear.
 */
#include <string.h>

#include "format/formats.h"
#include "harness.h"

/* What the reader may take from the limit while it reads. */
#define MOST_BYTES (UINT64_C(64) << 20)

static void warn(void *data, const char *text)
{
	(void)data;
	CHECK(*text);
}

static void check_string(const struct assay_profile *p, uint32_t id)
{
	CHECK(id < p->strings.strings.n);
}

static void check_samples(const struct assay_profile *p)
{
	CHECK(p->stack_start.n == p->n_samples + 1 && p->label_start.n == p->n_samples + 1);
	CHECK(p->values.n == p->n_samples * p->sample_types.n);
	CHECK(p->stack_start.items[p->n_samples] == p->stacks.n);
	CHECK(p->label_start.items[p->n_samples] == p->labels.n);
	for (size_t i = 0; i < p->n_samples; i++) {
		CHECK(p->stack_start.items[i] <= p->stack_start.items[i + 1]);
		CHECK(p->label_start.items[i] <= p->label_start.items[i + 1]);
	}
	for (size_t i = 0; i < p->stacks.n; i++)
		CHECK(stack_column_at(&p->stacks, i) < p->locations.n);
	for (size_t i = 0; i < p->labels.n; i++) {
		check_string(p, p->labels.items[i].key);
		check_string(p, p->labels.items[i].text);
	}
}

static void check_tables(const struct assay_profile *p)
{
	for (size_t i = 0; i < p->sample_types.n; i++) {
		check_string(p, p->sample_types.items[i].type);
		check_string(p, p->sample_types.items[i].unit);
	}
	for (size_t i = 0; i < p->mappings.n; i++) {
		check_string(p, p->mappings.items[i].file);
		check_string(p, p->mappings.items[i].build_id);
	}
	for (size_t i = 0; i < p->locations.n; i++) {
		const struct location *l = &p->locations.items[i];

		CHECK(l->mapping == PROFILE_NONE || l->mapping < p->mappings.n);
		CHECK((uint64_t)l->first_line + l->n_lines <= p->lines.n);
	}
	for (size_t i = 0; i < p->lines.n; i++)
		CHECK(p->lines.items[i].function < p->functions.n);
	for (size_t i = 0; i < p->functions.n; i++) {
		check_string(p, p->functions.items[i].name);
		check_string(p, p->functions.items[i].system_name);
		check_string(p, p->functions.items[i].file);
	}
}

static void check_failure(int err, const struct assay_diag *diag)
{
	CHECK(err < 0 && (int)diag->code == err);
	CHECK(*diag->text);
	CHECK(memchr(diag->text, '\0', sizeof(diag->text)) && memchr(diag->path, '\0', sizeof(diag->path)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct format *format = format_find(FORMAT);
	struct bytes bytes = { .data = (uint8_t *)data, .len = size, .borrowed = true, .inflated = true };
	struct assay_ctx ctx = { .bytes_left = MOST_BYTES, .warn = warn };
	struct assay_diag diag = { .code = ASSAY_OK };
	const struct assay_profile *p;
	struct profile_builder b;
	bool mine = false;
	int err;

	CHECK(format);
	CHECK(builder_init(&b, &diag) == 0);
	err = format->read(&b, &bytes, &mine, &ctx, &diag);
	if (err) {
		check_failure(err, &diag);
		builder_release(&b);
		return 0;
	}
	check_samples(b.profile);
	check_tables(b.profile);
	err = profile_seal(&b, &p, &diag);
	if (err) {
		check_failure(err, &diag);
		builder_release(&b);
	} else {
		profile_free(p);
	}
	return 0;
}
