/* SPDX-License-Identifier: Apache-2.0 */
#include "app/perf_data.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/child.h"
#include "app/interrupt.h"
#include "app/load.h"
#include "app/output.h"
#include "base/diag.h"
#include "format/bytes.h"
#include "format/formats.h"

static int temporary(const char *suffix, struct str text, char *path, size_t size, struct assay_diag *diag)
{
	const char *folder = getenv("TMPDIR");

	return output_temporary(folder && *folder ? folder : "/tmp", suffix, text, path, size, diag);
}

static int run(const char *program, const char *from, const char *to, struct assay_diag *diag)
{
	const char *const argv[] = { program, "-i", from, "-o", to, "-f", NULL };
	struct assay_diag why = { .code = ASSAY_OK };
	bool started;
	int err = child_run((char *const *)argv, &started, &why);

	if (!err)
		return 0;
	return diag_set(
		diag, err, "failed to convert perf.data file. Try github.com/google/perf_data_converter: %s", why.text);
}

/* The file at path, through another that is gone when this returns; source is what the person calls it. */
static int convert(struct profile_builder *b, const char *source, const char *path, const char *program,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	char converted[PATH_MAX];
	int err = temporary("pb.gz", STR(""), converted, sizeof(converted), diag);

	if (err)
		return err;
	interrupt_guard(converted);
	ctx_warn(ctx, "Converting %s to a profile.proto... (May take a few minutes)", source);
	err = run(program, path, converted, diag);
	if (!err)
		err = formats_open(b, converted, ctx, diag);
	unlink(converted);
	interrupt_unguard(converted);
	return err;
}

/* What came through a pipe can be read only once, and the program wants a file. */
static int convert_bytes(struct profile_builder *b, const struct bytes *bytes, const char *program,
	struct assay_ctx *ctx, struct assay_diag *diag)
{
	char path[PATH_MAX];
	int err = temporary("data", (struct str){ (const char *)bytes->data, bytes->len }, path, sizeof(path), diag);

	if (err)
		return err;
	interrupt_guard(path);
	err = convert(b, "standard input", path, program, ctx, diag);
	unlink(path);
	interrupt_unguard(path);
	return err;
}

int perf_data_open(struct profile_builder *b, const char *source, const char *program, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	struct bytes bytes = BYTES_INIT;
	int err;

	if (load_starts_with(source, PERF_DATA_MAGIC))
		return convert(b, source, source, program, ctx, diag);
	if (strcmp(source, "-") != 0)
		return formats_open(b, source, ctx, diag);
	err = bytes_read(&bytes, source, ctx, diag);
	if (err)
		return err;
	if (str_starts((struct str){ (const char *)bytes.data, bytes.len }, PERF_DATA_MAGIC))
		err = convert_bytes(b, &bytes, program, ctx, diag);
	else
		err = formats_read(b, &bytes, ctx, diag);
	bytes_release(&bytes);
	return err;
}
