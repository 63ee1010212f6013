/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of include/assay/, which are thin: they lend their callers the steps that the programs take. */
#include <stdlib.h>
#include <unistd.h>

#include "app/load.h"
#include "app/run.h"
#include "assay/report.h"
#include "base/diag.h"
#include "profile/builder.h"

uint64_t assay_default_max_size(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	uint64_t most = UINT64_C(8) << 30, quarter;

	if (pages <= 0 || page <= 0)
		return most;
	quarter = (uint64_t)pages / 4 * (uint64_t)page;
	return quarter < most ? quarter : most;
}

/* A caller without a context gets one for the call. */
static struct assay_ctx *ctx_or_default(struct assay_ctx *ctx, struct assay_ctx *fallback)
{
	if (ctx)
		return ctx;
	*fallback = (struct assay_ctx){ .bytes_left = assay_default_max_size() };
	return fallback;
}

int assay_profile_open(struct assay_profile **out, const char *path, struct assay_ctx *ctx, struct assay_diag *diag)
{
	const struct assay_profile *p;
	struct assay_ctx fallback;
	int err = load_source(&p, path, &(struct load_options){ 0 }, ctx_or_default(ctx, &fallback), diag);

	if (!err)
		*out = (struct assay_profile *)p;
	return err;
}

int assay_profile_parse(
	struct assay_profile **out, const void *data, size_t len, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct bytes bytes = { .data = (uint8_t *)data, .len = len, .borrowed = true };
	const struct assay_profile *p;
	struct assay_ctx fallback;
	int err = load_bytes(&p, &bytes, &(struct load_options){ 0 }, ctx_or_default(ctx, &fallback), diag);

	if (!err)
		*out = (struct assay_profile *)p;
	return err;
}

void assay_profile_free(struct assay_profile *profile)
{
	profile_free(profile);
}

size_t assay_profile_n_samples(const struct assay_profile *profile)
{
	return profile->n_samples;
}

size_t assay_profile_n_types(const struct assay_profile *profile)
{
	return profile_n_types(profile);
}

void assay_profile_type(const struct assay_profile *profile, size_t index, const char **type, const char **unit)
{
	const struct value_type *t = &profile->sample_types.items[index];

	if (type)
		*type = profile_str(profile, t->type).p;
	if (unit)
		*unit = profile_str(profile, t->unit).p;
}

int64_t assay_profile_value(const struct assay_profile *profile, size_t sample, size_t type)
{
	return profile_values(profile, sample)[type];
}

struct assay_options *assay_options_new(void)
{
	struct assay_options *o = malloc(sizeof(*o));

	if (o && options_init(o, NULL) < 0) {
		free(o);
		return NULL;
	}
	return o;
}

void assay_options_free(struct assay_options *o)
{
	if (!o)
		return;
	options_release(o);
	free(o);
}

int assay_options_set(struct assay_options *o, const char *name, const char *value, struct assay_diag *diag)
{
	enum option_id id = option_find(name);
	struct assay_diag why;
	int err;

	if (id == N_OPTIONS)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no option '%s'", name);
	err = options_parse(o, id, value, &why);
	if (err == ASSAY_ERR_ARGUMENT)
		return diag_set(diag, err, "'%s' for option %s: %s", value, name, why.text);
	return err ? diag_nomem(diag, "an option") : 0;
}

int assay_report(char **text, size_t *len, const struct assay_profile *profile, const char *name,
	const struct assay_options *given, struct assay_ctx *ctx, struct assay_diag *diag)
{
	const struct report *report = report_find(name);
	struct assay_options settled;
	struct buf out = BUF_INIT;
	size_t n;
	int err;

	if (!report)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no report '%s'", name);
	err = options_copy(&settled, given, diag);
	if (err)
		return err;
	err = options_settle(&settled, ctx ? ctx->warn : NULL, ctx ? ctx->data : NULL, diag);
	if (!err)
		err = run_report(profile, report, NULL, &settled, NULL, ctx, &out, diag);
	options_release(&settled);
	if (!err) {
		char *detached = buf_detach(&out, &n);

		if (!detached)
			return diag_nomem(diag, "the report");
		*text = detached;
		if (len)
			*len = n;
	}
	buf_release(&out);
	return err;
}
