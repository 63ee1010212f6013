/* SPDX-License-Identifier: Apache-2.0 */
#include "app/names.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/child.h"
#include "app/symbolize_mode.h"
#include "assay-config.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/diag.h"

#define PROGRAM "assay-symbolizer"

/* The folder of this program, "" when the system does not say. */
static void own_folder(char *to, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", to, size - 1);
	char *slash;

	to[n > 0 ? n : 0] = '\0';
	slash = strrchr(to, '/');
	if (slash)
		*slash = '\0';
	else
		*to = '\0';
}

/* Beside this program, as in a build folder, or where it was installed, also when all of it was moved. */
static bool find_program(char *to, size_t size)
{
	static const char *const places[] = { "/", "/../libexec/assay/" };
	char folder[PATH_MAX];

	own_folder(folder, sizeof(folder));
	for (size_t i = 0; *folder && i < sizeof(places) / sizeof(places[0]); i++) {
		int n = snprintf(to, size, "%s%s%s", folder, places[i], PROGRAM);

		if (n > 0 && (size_t)n < size && access(to, X_OK) == 0)
			return true;
	}
	snprintf(to, size, "%s", ASSAY_LIBEXECDIR "/" PROGRAM);
	return access(to, X_OK) == 0;
}

static int start_worker(void *data, int *end, int *pid, struct assay_diag *diag)
{
	char path[PATH_MAX];
	int ends[2], err;
	pid_t child;

	(void)data;
	if (!find_program(path, sizeof(path)))
		return diag_set(diag, ASSAY_ERR_IO, "%s, which reads binaries, is not installed", PROGRAM);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return diag_set(diag, ASSAY_ERR_IO, "no socket for %s", PROGRAM);
	err = child_start(&child, path, ends[1], diag);
	close(ends[1]);
	if (err) {
		close(ends[0]);
		return err;
	}
	*end = ends[0];
	*pid = (int)child;
	return 0;
}

static void end_worker(void *data, int pid, char *why, size_t size)
{
	(void)data;
	child_stop(pid, why, size);
}

static int find_binary_path(struct names *n, struct assay_diag *diag)
{
	const char *path = getenv("PPROF_BINARY_PATH"), *home = getenv("HOME");
	struct buf path_of_home = BUF_INIT;
	size_t len;

	n->options.binaries.places.binary_path = str_of(path ? path : "");
	if ((path && *path) || !home || !*home)
		return 0;
	buf_addf(&path_of_home, "%s/pprof/binaries", home);
	n->binary_path = buf_detach(&path_of_home, &len);
	if (!n->binary_path)
		return diag_nomem(diag, "names");
	n->options.binaries.places.binary_path = str_of(n->binary_path);
	return 0;
}

static void tell_mode(const char *text, bool known, const struct symbolize_mode *m, struct assay_ctx *ctx)
{
	if (!known) {
		ctx_warn(ctx, "ignoring unrecognized symbolization option: %s", text);
		ctx_warn(ctx,
			"expecting "
			"-symbolize=[local|fastlocal|remote|none][:force][:demangle=[none|full|templates|default]]");
	}
	if (!m->local && !m->none)
		ctx_warn(ctx, "-symbolize=remote: assay reads files; it does not ask servers for names");
}

int names_init(struct names *n, const struct assay_options *o, bool look_at_all, struct assay_ctx *ctx,
	struct assay_diag *diag)
{
	static const struct worker_host host = { start_worker, end_worker, NULL };
	const char *text = option_text(o, OPT_SYMBOLIZE);
	struct symbolize_mode mode;
	int err;

	tell_mode(text, symbolize_mode_parse(&mode, text), &mode, ctx);
	*n = (struct names){
		.options = {
			.none = mode.none,
			.local = mode.local,
			.symbols_only = mode.fast,
			.force = mode.force,
			.look_at_all = look_at_all,
			.demangle = mode.demangle,
			.binaries = {
				.places = {
					.symbol_path = str_of(option_text(o, OPT_SYMBOL_PATH)),
					.debug_root = STR("/usr/lib/debug"),
				},
				.ignore_build_id = option_on(o, OPT_IGNORE_BUILD_ID),
			},
			.kallsyms = option_text(o, OPT_KALLSYMS),
			.jit_map = option_text(o, OPT_JIT_MAP),
		},
	};
	err = find_binary_path(n, diag);
	if (!err)
		err = symbolizer_new(&n->symbolizer, &n->options, &host, ctx, diag);
	if (err)
		free(n->binary_path);
	return err;
}

void names_release(struct names *n)
{
	symbolizer_free(n->symbolizer);
	free(n->binary_path);
	*n = (struct names){ 0 };
}

void names_tell_missing(
	const struct names *n, const struct assay_profile *p, const char *where, const struct assay_ctx *ctx)
{
	size_t missing = 0;

	for (size_t i = 0; i < p->locations.n; i++)
		missing += p->locations.items[i].n_lines == 0;
	if (missing && !n->options.none)
		ctx_warn(ctx, "%zu of %zu locations have no names; %s says why", missing, p->locations.n, where);
}
