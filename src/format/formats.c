/* SPDX-License-Identifier: Apache-2.0 */
#include "format/formats.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "format/gzip.h"
#include "format/otlp_read.h"
#include "format/proto_read.h"
#include "format/readers.h"

/* In the order in which they are tried. */
static const struct format formats[] = {
	{ "profile.proto", proto_read },
	{ "otlp", otlp_read },
	{ "gperftools-cpu", gperftools_cpu_read },
	{ "heap-text", heap_text_read },
	{ "go-count", go_count_read },
	{ "threadz", threadz_read },
	{ "contention", contention_read },
	{ "java", java_read },
	{ "go-goroutines", go_goroutines_read },
	{ "perf-script", perf_script_read },
	/* It has no signature, so that any other format comes before it. */
	{ "folded", folded_read },
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

/* Says at which step an error arose, in the words that the reference uses for it. */
static int at_step(struct assay_diag *diag, const char *step, int err)
{
	char text[sizeof(diag->text)];

	if (!diag || err == ASSAY_ERR_NOMEM || err == ASSAY_ERR_CANCELED || err == ASSAY_ERR_TOO_BIG)
		return err;
	snprintf(text, sizeof(text), "%s", diag->text);
	if (snprintf(diag->text, sizeof(diag->text), "%s: %s", step, text) >= (int)sizeof(diag->text))
		memcpy(diag->text + sizeof(diag->text) - 4, "...", 4);
	return err;
}

/* Text of any kind is better told that it is text than which wire type its second letter would be. */
static bool is_text(const struct bytes *bytes)
{
	size_t n = bytes->len < 256 ? bytes->len : 256;

	for (size_t i = 0; i < n; i++)
		if (bytes->data[i] < 0x20 && !memchr("\t\n\r\f", bytes->data[i], 4))
			return false;
	return true;
}

static int unrecognized(const struct bytes *bytes, const struct assay_diag *why, struct assay_diag *diag)
{
	char where[40] = "";

	if (gzip_is(bytes->data, bytes->len))
		return diag_set(
			diag, ASSAY_ERR_FORMAT, "parsing profile: unrecognized profile format (gzip inside gzip)");
	if (str_starts((struct str){ (const char *)bytes->data, bytes->len }, PERF_DATA_MAGIC))
		return diag_set(diag, ASSAY_ERR_FORMAT,
			"parsing profile: unrecognized profile format (perf data: run assay with -perf_to_profile, "
			"which starts the program of that name, or give it what perf script prints)");
	if (is_text(bytes))
		return diag_set(diag, ASSAY_ERR_FORMAT,
			"parsing profile: unrecognized profile format (a text, but no profile)");
	if (why->has_offset)
		snprintf(where, sizeof(where), ", at byte %llu", (unsigned long long)why->offset);
	return diag_set(diag, ASSAY_ERR_FORMAT, "parsing profile: unrecognized profile format (as %s: %s%s%s%s)",
		formats[0].name, why->path, *why->path ? ": " : "", why->text, where);
}

static int read_any(struct profile_builder *b, struct bytes *bytes, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct assay_diag first = { .code = ASSAY_OK };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct assay_diag why = { .code = ASSAY_OK };
		bool mine = false;
		int err = builder_init(b, diag);

		if (err)
			return err;
		err = formats[i].read(b, bytes, &mine, ctx, &why);
		if (!err)
			return 0;
		builder_release(b);
		if (mine || (err != ASSAY_ERR_FORMAT && err != ASSAY_ERR_TRUNCATED)) {
			if (diag)
				*diag = why;
			return err;
		}
		if (i == 0)
			first = why;
	}
	return unrecognized(bytes, &first, diag);
}

int formats_read(struct profile_builder *b, struct bytes *bytes, struct assay_ctx *ctx, struct assay_diag *diag)
{
	int err = bytes_inflate(bytes, ctx, diag);

	if (err)
		return at_step(diag, "decompressing profile", err);
	if (!bytes->len)
		return diag_set(diag, ASSAY_ERR_FORMAT, "parsing profile: empty input file");
	return read_any(b, bytes, ctx, diag);
}

int formats_open(struct profile_builder *b, const char *path, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct bytes bytes = BYTES_INIT;
	int err = bytes_read(&bytes, path, ctx, diag);

	if (err == ASSAY_ERR_FORMAT || err == ASSAY_ERR_TRUNCATED)
		return at_step(diag, "decompressing profile", err);
	if (err)
		return err;
	err = formats_read(b, &bytes, ctx, diag);
	bytes_release(&bytes);
	return err;
}
