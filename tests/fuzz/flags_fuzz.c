/* SPDX-License-Identifier: Apache-2.0 */
/* A command line, an argument per line: what the program reads of it before it opens anything. */
#include <string.h>

#include "app/symbolize_mode.h"
#include "cli/flags.h"
#include "harness.h"

#define MOST_ARGUMENTS 64

static void warn(void *data, const char *text)
{
	size_t *n = data;

	CHECK(*text);
	*n += strlen(text);
}

static void check_failure(int err, const struct assay_diag *diag)
{
	CHECK(err < 0);
	CHECK((int)diag->code == err);
	CHECK(*diag->text);
	CHECK(memchr(diag->text, '\0', sizeof(diag->text)));
}

/* Options that hold a text always hold one, and of a group at most one is on. */
static void check_options(const struct assay_options *o)
{
	unsigned on[3] = { 0 };

	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		if (options[id].type == OPTION_TEXT)
			CHECK(option_text(o, id));
		if (options[id].type == OPTION_SWITCH)
			on[options[id].group] += option_on(o, id);
	}
	CHECK(on[GROUP_SORT] <= 1 && on[GROUP_GRANULARITY] <= 1);
}

static void use(struct command_line *cl)
{
	struct assay_diag diag = { .code = ASSAY_OK };
	struct symbolize_mode mode;
	size_t n_warned = 0;
	uint64_t bytes;
	int err = options_settle(&cl->options, warn, &n_warned, &diag);

	if (err)
		check_failure(err, &diag);
	else
		check_options(&cl->options);
	options_parse_size(option_text(&cl->options, OPT_MAX_SIZE), &bytes);
	symbolize_mode_parse(&mode, option_text(&cl->options, OPT_SYMBOLIZE));
	for (size_t i = 0; i < cl->sources.n; i++)
		CHECK(cl->sources.items[i]);
	if (cl->report && cl->report->argument && !cl->help)
		CHECK(cl->argument);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[MOST_ARGUMENTS + 2] = { (char[]){ "assay" } }, *text = malloc(size + 1);
	struct assay_diag diag = { .code = ASSAY_OK };
	struct command_line cl;
	int argc = 1, err;

	CHECK(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size && argc <= MOST_ARGUMENTS; at += strlen(text + at) + 1) {
		char *end = memchr(text + at, '\n', size - at);

		if (end)
			*end = '\0';
		argv[argc++] = text + at;
	}
	err = flags_parse(&cl, argc, argv, &diag);
	if (err) {
		check_failure(err, &diag);
	} else {
		use(&cl);
		flags_release(&cl);
	}
	free(text);
	return 0;
}
