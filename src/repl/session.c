/* SPDX-License-Identifier: Apache-2.0 */
#include "repl/session.h"

#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "app/progress.h"
#include "base/diag.h"
#include "profile/builder.h"
#include "profile/columns.h"
#include "report/header.h"

int session_told(struct assay_diag *diag, int err)
{
	*diag = (struct assay_diag){ .code = (enum assay_error)err };
	return err;
}

static void warn(void *data, const char *text)
{
	(void)data;
	message(text);
}

void session_complain(void *data, const char *source, const struct assay_diag *diag)
{
	(void)data;
	if (!source)
		message(diag->text);
	else if (*diag->path && diag->has_offset)
		messagef("%s: malformed profile: %s: %s, at byte %llu", source, diag->path, diag->text,
			(unsigned long long)diag->offset);
	else
		messagef("%s: %s", source, diag->text);
}

void str_list_clear(struct str_list *s)
{
	for (size_t i = 0; i < s->items.n; i++)
		free(s->items.items[i]);
	vec_release(&s->items);
}

bool str_list_add(struct str_list *s, struct str name)
{
	char *copy = strndup(name.p, name.len);

	if (copy && vec_push(&s->items, copy))
		return true;
	free(copy);
	return false;
}

/* What a pipe said it says once. */
static int check_readable_again(const struct repl *r, const struct str_list *s, struct assay_diag *diag)
{
	for (size_t i = 0; r->profile && i < s->items.n; i++)
		if (strcmp(s->items.items[i], "-") == 0)
			return diag_set(
				diag, ASSAY_ERR_ARGUMENT, "standard input has been read and cannot be read again");
	return 0;
}

struct names *session_names(struct repl *r, bool look_at_all, struct assay_diag *diag)
{
	struct names *names = malloc(sizeof(*names));

	if (!names)
		diag_nomem(diag, "names");
	else if (names_init(names, r->setup->options, look_at_all, &r->ctx, diag) == 0)
		return names;
	free(names);
	return NULL;
}

void session_names_free(struct names *names)
{
	if (names)
		names_release(names);
	free(names);
}

static int load(struct repl *r, const struct str_list *s, const char *base, bool is_diff, struct names *names,
	const struct assay_profile **profile, struct assay_diag *diag)
{
	struct load_request request = {
		.sources = (const char *const *)s->items.items,
		.n_sources = s->items.n,
		.base = base,
		.is_diff = is_diff,
		.normalize = *base && option_on(&r->options, OPT_NORMALIZE),
		.tag_source = option_on(&r->options, OPT_TAG_SOURCE),
		.options = r->setup->load,
		.complain = session_complain,
	};
	int err = check_readable_again(r, s, diag);

	if (err)
		return err;
	request.options.names = names;
	r->ctx.bytes_left = r->bytes_max;
	progress_begin(&r->ctx);
	err = load_request(profile, &request, &r->ctx);
	progress_end(&r->ctx);
	return err ? session_told(diag, err) : 0;
}

static int load_named(struct repl *r, const struct str_list *s, const char *base, bool is_diff, bool look_at_all,
	struct names **names, const struct assay_profile **profile, struct assay_diag *diag)
{
	int err;

	*names = session_names(r, look_at_all, diag);
	if (!*names)
		return diag->code;
	err = load(r, s, base, is_diff, *names, profile, diag);
	if (err) {
		session_names_free(*names);
		*names = NULL;
	}
	return err;
}

int session_load_accounts(
	struct repl *r, const struct assay_profile **profile, struct names **names, struct assay_diag *diag)
{
	return load_named(r, &r->sources, r->base, r->is_diff, true, names, profile, diag);
}

/* Takes over everything that is given to it. */
static void install(struct repl *r, struct str_list *s, char *base, bool is_diff, struct names *names,
	const struct assay_profile *p)
{
	struct str_list old = r->sources;
	size_t column;

	run_cache_free(r->cache);
	profile_free(r->profile);
	session_names_free(r->names);
	free(r->base);
	r->cache = run_cache_new();
	r->profile = p;
	r->names = names;
	r->sources = *s;
	r->base = base;
	r->is_diff = is_diff;
	r->normalized = option_on(&r->options, OPT_NORMALIZE);
	*s = old;
	names_tell_missing(names, p, "symbols", &r->ctx);
	if (columns_find(p, str_of(option_text(&r->options, OPT_SAMPLE_INDEX)), &column, NULL) < 0) {
		messagef("there is no sample type %s here; sample_index is the default now",
			option_text(&r->options, OPT_SAMPLE_INDEX));
		options_parse(&r->options, OPT_SAMPLE_INDEX, "", NULL);
	}
}

int session_load(struct repl *r, const struct str *sources, size_t n, const struct str *base, bool is_diff,
	struct assay_diag *diag)
{
	struct str_list s = { 0 };
	const struct assay_profile *profile;
	struct names *names = NULL;
	char *base_copy;
	bool copied = true;
	int err;

	for (size_t i = 0; i < n; i++)
		copied = copied && str_list_add(&s, sources[i]);
	for (size_t i = 0; !n && i < r->sources.items.n; i++)
		copied = copied && str_list_add(&s, str_of(r->sources.items.items[i]));
	base_copy = base ? strndup(base->p, base->len) : strdup(r->base);
	if (!copied || !base_copy)
		err = diag_nomem(diag, "names of sources");
	else
		err = load_named(r, &s, base_copy, base ? is_diff : r->is_diff, false, &names, &profile, diag);
	if (!err)
		install(r, &s, base_copy, base ? is_diff : r->is_diff, names, profile);
	else
		free(base_copy);
	str_list_clear(&s);
	return err;
}

int session_refresh(struct repl *r, struct assay_diag *diag)
{
	int err;

	if (!*r->base || r->normalized == option_on(&r->options, OPT_NORMALIZE))
		return 0;
	err = session_load(r, NULL, 0, NULL, false, diag);
	/* What cannot be had is not tried again at each command. */
	if (err)
		r->options.values[OPT_NORMALIZE].on = r->normalized;
	return err;
}

static int load_first(struct repl *r, struct assay_diag *diag)
{
	const struct assay_options *o = r->setup->options;
	bool is_diff = *option_text(o, OPT_DIFF_BASE);
	struct str base = str_of(option_text(o, is_diff ? OPT_DIFF_BASE : OPT_BASE));
	VEC(struct str) sources = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < r->setup->n_sources; i++)
		if (!vec_push(&sources, str_of(r->setup->sources[i])))
			err = diag_nomem(diag, "sources");
	if (!err)
		err = session_load(r, sources.items, sources.n, &base, is_diff, diag);
	vec_release(&sources);
	return err;
}

int session_init(struct repl *r, const struct repl_setup *setup, struct assay_diag *diag)
{
	int err;

	*r = (struct repl){ .setup = setup, .ctx = *setup->ctx, .bytes_max = setup->ctx->bytes_left };
	r->ctx.warn = warn;
	if (setup->terminal)
		r->ctx.cancel = setup->terminal->cancel;
	err = options_copy(&r->options, setup->options, diag);
	if (err)
		return err;
	r->options.values[OPT_COMPACT_LABELS].on = true;
	err = load_first(r, diag);
	if (err)
		session_release(r);
	return err;
}

void session_release(struct repl *r)
{
	run_cache_free(r->cache);
	profile_free(r->profile);
	session_names_free(r->names);
	str_list_clear(&r->sources);
	free(r->base);
	options_release(&r->options);
	*r = (struct repl){ 0 };
}

void session_greet(struct repl *r)
{
	static const struct report greeting = { .name = "greeting", .run = header_run };
	struct assay_ctx quiet = { .cancel = r->ctx.cancel };
	struct buf out = BUF_INIT;
	struct assay_diag diag;
	size_t column;

	if (run_report(r->profile, &greeting, NULL, &r->options, NULL, &quiet, &out, &diag) < 0)
		buf_reset(&out);
	if (columns_find(r->profile, str_of(option_text(&r->options, OPT_SAMPLE_INDEX)), &column, NULL) == 0 &&
		r->profile->magnitudes.items[column] == 0 && profile_n_types(r->profile) > 1)
		buf_add_str(&out, STR("No samples were found with the default sample value type.\n"
				      "Try \"sample_index\" command to analyze different sample values.\n\n"));
	message_text(buf_str(&out));
	buf_release(&out);
}
