/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sources.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/diag.h"

static struct str variable(const char *name)
{
	const char *value = getenv(name);

	return value ? str_of(value) : STR("");
}

void sources_init(struct sources *s, const struct assay_options *o, struct assay_ctx *ctx)
{
	s->ctx = ctx;
	s->ready = false;
	s->options.trim_path = str_of(option_text(o, OPT_TRIM_PATH));
	s->options.source_path = str_of(option_text(o, OPT_SOURCE_PATH));
}

void sources_release(struct sources *s)
{
	if (s->ready)
		source_reader_release(&s->reader);
}

static int make_ready(struct sources *s)
{
	int err;

	if (s->ready)
		return 0;
	/* One that was removed under us, or that has no path of a length one can use, still has this name. */
	if (!getcwd(s->cwd, sizeof(s->cwd)))
		strcpy(s->cwd, ".");
	s->options.env = (struct source_env){
		.goroot = variable("GOROOT"),
		.gopath = variable("GOPATH"),
		.gomodcache = variable("GOMODCACHE"),
		.home = variable("HOME"),
		.cwd = str_of(s->cwd),
		.system = STR(""),
	};
	err = source_reader_init(&s->reader, &s->options);
	s->ready = !err;
	return err;
}

/* The places are told once, and then forgotten: a profile may name many files that are not here. */
static void warn_of_missing(const struct sources *s, struct str path, struct source_file *f)
{
	struct buf b = BUF_INIT;

	if (f->tried.n)
		buf_add_str(&b, STR("; tried "));
	source_tried_add(&b, &f->tried);
	source_tried_release(&f->tried);
	ctx_warn(s->ctx, "%.*s: not found%s", (int)path.len, path.p, b.failed ? "" : buf_str(&b).p);
	buf_release(&b);
}

static void tell(const struct sources *s, struct str path, struct source_file *f)
{
	if (f->told)
		return;
	f->told = true;
	if (!f->path)
		warn_of_missing(s, path, f);
	else if (f->error.code)
		ctx_warn(s->ctx, "%.*s: %s", (int)path.len, path.p, f->error.text);
	else if (f->by_name_alone)
		ctx_warn(s->ctx, "%.*s: taken from %s, by the name alone", (int)path.len, path.p, f->path);
	if (f->cut)
		ctx_warn(s->ctx, "%s: ends for the report before line %zu, which is too long", f->path, f->n + 1);
}

int sources_read(void *data, struct str path, struct source_text *text, struct assay_diag *diag)
{
	struct sources *s = data;
	struct source_file *f;
	int err = make_ready(s);

	if (!err)
		err = source_read(&s->reader, path, &f);
	if (err)
		return diag_nomem(diag, "a source file");
	tell(s, path, f);
	if (f->error.code) {
		*diag = f->error;
		return f->error.code;
	}
	*text = (struct source_text){
		.lines = f->lines,
		.n = f->n,
		.bytes = { f->data ? f->data : "", f->len },
		.path = str_of(f->path),
		.modified = f->modified,
	};
	return 0;
}
