/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "report/report.h"

#define TABLE (REPORT_NEEDS_GRAPH | REPORT_FORMAT | REPORT_ALL_ROWS)

static const char top_details[] =
	"The columns are:\n"
	"  flat   value spent in the function itself\n"
	"  flat%  its share of the total\n"
	"  sum%   share of all rows down to this one\n"
	"  cum    value spent in the function and in all that it called\n"
	"  cum%   its share of the total\n"
	"The name ends in (inline) where all calls that are shown were inlined, and in\n"
	"(partial-inline) where some were.\n";

const struct report reports[] = {
	{ "callgrind", NULL, "Graph in callgrind format", NULL, REPORT_FORMAT, NULL },
	{ "comments", NULL, "Comments of the profile", NULL, REPORT_FORMAT, NULL },
	{ "disasm", "regex", "Assembly of matching functions, annotated", NULL, REPORT_FORMAT, NULL },
	{ "dot", NULL, "Graph in DOT format", NULL, REPORT_FORMAT, NULL },
	{ "eog", NULL, "Graph through eog", NULL, REPORT_FORMAT, NULL },
	{ "evince", NULL, "Graph through evince", NULL, REPORT_FORMAT, NULL },
	{ "gif", NULL, "Graph as a GIF image", NULL, REPORT_FORMAT, NULL },
	{ "gv", NULL, "Graph through gv", NULL, REPORT_FORMAT, NULL },
	{ "kcachegrind", NULL, "Graph through kcachegrind", NULL, REPORT_FORMAT, NULL },
	{ "list", "regex", "Source of matching functions, annotated", NULL, REPORT_FORMAT, NULL },
	{ "pdf", NULL, "Graph as PDF", NULL, REPORT_FORMAT, NULL },
	{ "peek", "regex", "Callers and callees of matching functions", NULL, REPORT_FORMAT, NULL },
	{ "png", NULL, "Graph as a PNG image", NULL, REPORT_FORMAT, NULL },
	{ "proto", NULL, "The profile itself, compressed", NULL, REPORT_FORMAT, NULL },
	{ "ps", NULL, "Graph as PostScript", NULL, REPORT_FORMAT, NULL },
	{ "raw", NULL, "The profile as text", NULL, REPORT_FORMAT, NULL },
	{ "svg", NULL, "Graph as SVG", NULL, REPORT_FORMAT, NULL },
	{ "tags", NULL, "Label values with their shares", NULL, REPORT_FORMAT, NULL },
	{ "text", NULL, "The same as top", top_details, TABLE, top_run },
	{ "top", NULL, "Functions with the largest values, one per line", top_details, TABLE, top_run },
	{ "topproto", NULL, "The rows of top as a profile, compressed", NULL, REPORT_FORMAT, NULL },
	{ "traces", NULL, "Every sample with its stack", NULL, REPORT_FORMAT, NULL },
	{ "tree", NULL, "Callers and callees of every function", NULL, REPORT_FORMAT, NULL },
	{ "web", NULL, "Graph in a browser", NULL, REPORT_FORMAT, NULL },
	{ "weblist", "regex", "Source and assembly of matching functions in a browser", NULL, REPORT_FORMAT, NULL },
	{ NULL, NULL, NULL, NULL, 0, NULL },
};

static_assert(sizeof(reports) / sizeof(reports[0]) <= REPORTS_MAX, "REPORTS_MAX is too small");

const struct report *report_find(const char *name)
{
	for (const struct report *r = reports; r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}
