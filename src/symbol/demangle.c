/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/demangle.h"

#include <stdlib.h>

#include "base/diag.h"
#include "symbol/brackets.h"
#include "symbol/linkage.h"

/* --- text that is demangled already --- */

static bool contains(struct str s, struct str part)
{
	return s.p && memmem(s.p, s.len, part.p, part.len);
}

/* One look at each byte: this is asked of every name of every profile. */
static bool has_marks(struct str s)
{
	static const bool is_mark[256] = { ['<'] = true, ['>'] = true, ['['] = true, [']'] = true };

	for (size_t i = 0; i < s.len; i++)
		if (is_mark[(unsigned char)s.p[i]] || (s.p[i] == ':' && i + 1 < s.len && s.p[i + 1] == ':'))
			return true;
	return false;
}

/* Not "com.acme.Main.<init>", which is Java, nor "main.(*Map[...]).get", which is Go. */
static bool looks_like_cxx(struct str s)
{
	return has_marks(s) && !contains(s, STR(".<")) && !contains(s, STR("])."));
}

static void simplify(struct buf *out, struct str name, enum demangle_mode mode)
{
	buf_add_str(out, name);
	if (out->failed || mode == DEMANGLE_FULL)
		return;
	brackets_drop(out->data, &out->len, '(', ')');
	if (mode == DEMANGLE_DEFAULT)
		brackets_drop(out->data, &out->len, '<', '>');
	out->data[out->len] = '\0';
}

/* --- one name --- */

/*
 * Linkers put the version of a symbol behind it, _ZNSs6appendEPKc@@GLIBCXX_3.4. It is left away, as clones are. A jump
 * to a function, _Z3foov@plt, is not the function, and says so in every mode.
 */
static bool add_name(struct buf *out, struct str name, enum demangle_mode mode)
{
	const char *at = linkage_name_is_likely(name) ? memchr(name.p, '@', name.len) : NULL;
	struct str plain = { name.p, at ? (size_t)(at - name.p) : name.len };

	if (!linkage_name_is_likely(plain) || !linkage_name_add(out, plain, mode))
		return false;
	if (str_equal(str_skip(name, plain.len), STR("@plt")))
		buf_add_str(out, STR("@plt"));
	return true;
}

/* Mach-O puts a further underscore before every symbol. */
static bool add_linkage_name(struct buf *out, struct str name, enum demangle_mode mode)
{
	if (add_name(out, name, mode))
		return true;
	if (out->failed || name.len < 2 || name.p[0] != '_' || name.p[1] != '_')
		return false;
	return add_name(out, str_skip(name, 1), mode);
}

int demangle(struct buf *out, struct str name, enum demangle_mode mode, bool *changed)
{
	buf_reset(out);
	if (mode != DEMANGLE_NONE && !add_linkage_name(out, name, mode) && !out->failed && looks_like_cxx(name))
		simplify(out, name, mode);
	if (out->failed)
		return ASSAY_ERR_NOMEM;
	*changed = out->len && !str_equal(buf_str(out), name);
	if (!*changed)
		buf_reset(out);
	return 0;
}

/* --- all functions of a profile --- */

/* Bytes of names and of what they stand for; a hundred thousand functions of C++ have a quarter of it. */
#define MAX_WORK (UINT64_C(128) << 20)

#define POLL_FUNCTIONS 1024

struct run {
	struct profile_builder *b;
	enum demangle_mode mode;
	uint32_t *known; /* by id of a system name: 1 + id of the name for it, or 0 */
	size_t n_known;
	uint64_t work;
	size_t n_left; /* functions for which there was no work left */
	struct buf text;
};

/* An empty table for all ids that system names can have. It costs what is used of it. */
static int init_run(struct run *r, struct assay_diag *diag)
{
	r->n_known = r->b->profile->strings.strings.n;
	r->known = calloc(r->n_known, sizeof(*r->known));
	return r->known ? 0 : diag_nomem(diag, "names of functions");
}

static int look_at(struct run *r, uint32_t system_name, uint32_t *name, struct assay_diag *diag)
{
	struct str text = profile_str(r->b->profile, system_name);
	bool changed;
	int err;

	*name = system_name;
	if (r->work > MAX_WORK) {
		r->n_left += linkage_name_is_likely(text);
		return 0;
	}
	err = demangle(&r->text, text, r->mode, &changed);
	if (err)
		return diag_nomem(diag, "names of functions");
	r->work += text.len + r->text.len;
	return changed ? builder_intern(r->b, buf_str(&r->text), name, diag) : 0;
}

static int name_function(struct run *r, struct function *f, struct assay_diag *diag)
{
	uint32_t *known = &r->known[f->system_name], name;
	int err;

	if (!*known) {
		err = look_at(r, f->system_name, &name, diag);
		if (err)
			return err;
		*known = name + 1;
	}
	f->name = *known - 1;
	return 0;
}

static int name_functions(struct run *r, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct assay_profile *p = r->b->profile;
	int err = 0;

	for (size_t i = 0; !err && i < p->functions.n; i++) {
		struct function *f = &p->functions.items[i];

		if (i % POLL_FUNCTIONS == 0 && ctx_canceled(ctx))
			return diag_set(diag, ASSAY_ERR_CANCELED, "canceled");
		if (!f->name || f->name == f->system_name)
			err = name_function(r, f, diag);
	}
	if (r->n_left)
		ctx_warn(ctx, "%zu names of functions stay mangled: there are too many", r->n_left);
	return err;
}

/* What the file calls its functions gives way to what the linker called them. */
static void forget_names(struct assay_profile *p)
{
	for (size_t i = 0; i < p->functions.n; i++) {
		struct function *f = &p->functions.items[i];

		if (f->name && f->system_name)
			f->name = f->system_name;
	}
}

int demangle_functions(
	struct profile_builder *b, enum demangle_mode mode, bool force, struct assay_ctx *ctx, struct assay_diag *diag)
{
	struct run r = { .b = b, .mode = mode };
	int err;

	if (force)
		forget_names(b->profile);
	if (mode == DEMANGLE_NONE || !b->profile->functions.n)
		return 0;
	err = init_run(&r, diag);
	if (!err)
		err = name_functions(&r, ctx, diag);
	buf_release(&r.text);
	free(r.known);
	return err;
}
