/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "app/options.h"
#include "assay-config.h"
#include "base/regex.h"
#include "format/gzip.h"
#include "format/proto_read.h"

#define LEFT 26  /* columns before the meaning of an entry */
#define RIGHT 79 /* columns in all */

/* One entry: its name, and its meaning in a column of its own. */
static void add_entry(struct buf *out, struct str name, const char *meaning)
{
	size_t column = 2 + name.len;

	buf_add_str(out, STR("  "));
	buf_add_str(out, name);
	if (column > LEFT - 2) {
		buf_add_char(out, '\n');
		column = 0;
	}
	buf_add_fill(out, ' ', LEFT - column);
	column = LEFT;
	while (*meaning) {
		size_t n = strcspn(meaning, " ");

		if (column > LEFT && column + 1 + n > RIGHT) {
			buf_add_char(out, '\n');
			buf_add_fill(out, ' ', LEFT);
			column = LEFT;
		} else if (column > LEFT) {
			buf_add_char(out, ' ');
			column++;
		}
		buf_add(out, meaning, n);
		column += n;
		meaning += n + strspn(meaning + n, " ");
	}
	buf_add_char(out, '\n');
}

static void add_reports(struct buf *out)
{
	for (const struct report *r = reports; r->name; r++) {
		struct buf name = BUF_INIT;

		if (!r->run)
			continue;
		buf_addf(&name, "%s%s%s", r->name, r->argument ? " " : "", r->argument ? r->argument : "");
		add_entry(out, buf_str(&name), r->help);
		buf_release(&name);
	}
}

static void add_options(struct buf *out)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		const struct option *o = &options[id];
		struct buf name = BUF_INIT;

		if (o->refusal)
			continue;
		buf_addf(&name, "-%s%s%s%s%s", o->name, o->alone ? "[" : "", o->argument ? "=" : "",
			o->argument ? o->argument : "", o->alone ? "]" : "");
		add_entry(out, buf_str(&name), o->help);
		buf_release(&name);
	}
}

void help_add_usage(struct buf *out)
{
	buf_add_str(out,
		STR("Usage: assay REPORT [options] [binary] PROFILE\n"
		    "       assay [options] [binary] PROFILE      a shell that takes commands\n"
		    "  assay top cpu.pb.gz                functions with the largest values\n"
		    "  assay top -cum -focus=main cpu.pb.gz\n"
		    "  assay --help                       all reports and options\n"));
}

void help_add_all(struct buf *out)
{
	help_add_usage(out);
	buf_add_str(out,
		STR("\n"
		    "Reads a profile (profile.proto, compressed or not; - is standard input) and says\n"
		    "where the time, the memory or the waiting went. The report may be given as a\n"
		    "flag too (-top), as for pprof; flags may stand before and behind the profile.\n"
		    "\nReports:\n"));
	add_reports(out);
	buf_add_str(out, STR("\nOptions (with one dash or two; -name=value or -name value):\n"));
	add_options(out);
	add_entry(out, STR("-h, -help"), "This text; behind a report's name, the text about that report");
	add_entry(out, STR("-version"), "The version, and what it was built with");
	buf_add_str(out,
		STR("\nEnvironment:\n"
		    "  ASSAY_MAX_SIZE          as -max_size, which wins\n"
		    "  NO_COLOR                no colour in messages\n"
		    "  TZ                      time zone of the line Time:\n"
		    "\nStatus: 0 done, 2 anything that kept it from being done.\n"));
}

void help_add_report(struct buf *out, const struct report *r)
{
	const char *blank = r->argument ? " " : "", *argument = r->argument ? r->argument : "";

	buf_addf(out, "Usage: assay %s%s%s [options] [binary] PROFILE%s\n", r->name, blank, argument,
		r->flags & REPORT_MERGES ? "..." : "");
	if (r->flags & REPORT_FORMAT)
		buf_addf(out, "       assay -%s%s%s [options] [binary] PROFILE\n", r->name, r->argument ? "=" : "", argument);
	buf_addf(out, "\n%s.\n", r->help);
	if (r->details)
		buf_addf(out, "%s", r->details);
	buf_add_str(out, STR("\nOptions:\n"));
	add_options(out);
}

/* What may be left out of a build, a line with what is in and one with what is not. */
static void add_features(struct buf *out, bool wanted)
{
	static const struct {
		const char *name;
		bool is_in;
	} features[] = {
		{ "names and lines from binaries (libelf, libdwarf)", HAVE_WORKER },
		{ "demangling (libiberty)", HAVE_LIBIBERTY },
		{ "instructions (capstone)", HAVE_WORKER && HAVE_CAPSTONE },
		{ "zstd sections", HAVE_WORKER && HAVE_ZSTD },
		{ "lzma symbols", HAVE_WORKER && HAVE_LZMA },
		{ "JSON (jansson)", HAVE_JANSSON },
	};
	const char *before = wanted ? "and " : "without ";

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		if (features[i].is_in != wanted)
			continue;
		buf_addf(out, "%s%s", before, features[i].name);
		before = ", ";
	}
	if (strcmp(before, ", ") == 0)
		buf_add_char(out, '\n');
}

void help_add_version(struct buf *out, const char *line_editor)
{
	buf_add_str(out, STR("assay " ASSAY_VERSION "\n"));
	buf_addf(out, "with %s, %s, %s%s%s\n", gzip_backends(), proto_backend(), regex_backend(),
		line_editor ? ", " : "", line_editor ? line_editor : "");
	add_features(out, true);
	add_features(out, false);
}
