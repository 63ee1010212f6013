/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "report/report.h"

#define GRAPH (REPORT_FORMAT | REPORT_NEEDS_GRAPH)
#define PICTURE (GRAPH | REPORT_VISUAL | REPORT_CALL_TREES | REPORT_BINARY)
#define TABLE (GRAPH | REPORT_ALL_ROWS)

static const char top_details[] = "The columns are:\n"
				  "  flat   value spent in the function itself\n"
				  "  flat%  its share of the total\n"
				  "  sum%   share of all rows down to this one\n"
				  "  cum    value spent in the function and in all that it called\n"
				  "  cum%   its share of the total\n"
				  "The name ends in (inline) where all calls that are shown were inlined, and in\n"
				  "(partial-inline) where some were.\n";

static const char flamegraph_details[] =
	"The page needs no network. Callers stand above callees; a frame is as wide as\n"
	"what was spent in it and below, and coloured by package. Click zooms in, Escape\n"
	"out; the search takes text or /regex/. With a base, a frame is as wide as both\n"
	"sides together, red where it grew, blue where it shrank. Frames narrower than\n"
	"1/20000 of the whole are left out, and the page says so.\n";

static const char folded_details[] =
	"Each line is a stack, root first, with ; between frames, a blank, and the value\n"
	"in the unit of the profile, whatever -unit and -divide_by say. Equal stacks are\n"
	"added up, those that add up to zero left out, and lines are sorted bytewise by\n"
	"stack. A ; in a name is printed as : and a sample without frames as <no stack>.\n";

const struct report reports[] = {
	{ "callgrind", NULL, "Graph in callgrind format", NULL,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_SPLIT_OBJECTS | REPORT_CALL_TREES | REPORT_BINARY,
		callgrind_run, "callgraph.out" },
	{ "comments", NULL, "Comments of the profile", NULL, REPORT_FORMAT, comments_run },
	{ "disasm", "regex", "Assembly of matching functions, annotated", NULL, REPORT_FORMAT, NULL },
	{ "dot", NULL, "Graph in DOT format", NULL, GRAPH | REPORT_VISUAL | REPORT_CALL_TREES, dot_run },
	{ "eog", NULL, "Graph through eog", NULL, PICTURE, dot_run, "svg", "svg", "eog" },
	{ "evince", NULL, "Graph through evince", NULL, PICTURE, dot_run, "pdf", "pdf", "evince" },
	{ "flamegraph", NULL, "Flame graph, one HTML file", flamegraph_details, GRAPH | REPORT_UNTRIMMED,
		flamegraph_run },
	{ "folded", NULL, "Stacks with their values, one per line, root first", folded_details,
		GRAPH | REPORT_UNTRIMMED, folded_run },
	{ "gif", NULL, "Graph as a GIF image", NULL, PICTURE, dot_run, "gif", "gif", NULL },
	{ "gv", NULL, "Graph through gv", NULL, PICTURE, dot_run, "ps", "ps", "gv --noantialias" },
	{ "kcachegrind", NULL, "Graph through kcachegrind", NULL,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_SPLIT_OBJECTS | REPORT_CALL_TREES | REPORT_BINARY,
		callgrind_run, "grind", NULL, "kcachegrind" },
	{ "list", "regex", "Source of matching functions, annotated", NULL,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_LINE | REPORT_SPLIT_OBJECTS, list_run },
	{ "pdf", NULL, "Graph as PDF", NULL, PICTURE, dot_run, "pdf", "pdf", NULL },
	{ "peek", "regex", "Callers and callees of matching functions", NULL, GRAPH | REPORT_UNTRIMMED, peek_run },
	{ "png", NULL, "Graph as a PNG image", NULL, PICTURE, dot_run, "png", "png", NULL },
	{ "proto", NULL, "The profile itself, compressed", NULL,
		REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_BINARY, proto_run, "pb.gz" },
	{ "ps", NULL, "Graph as PostScript", NULL, PICTURE, dot_run, "ps", "ps", NULL },
	{ "raw", NULL, "The profile as text", NULL, REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS, raw_run },
	{ "svg", NULL, "Graph as SVG", NULL, PICTURE, dot_run, "svg", "svg", NULL },
	{ "tags", NULL, "Label values with their shares", NULL, REPORT_FORMAT, tags_run },
	{ "text", NULL, "The same as top", top_details, TABLE, top_run },
	{ "top", NULL, "Functions with the largest values, one per line", top_details, TABLE, top_run },
	{ "topproto", NULL, "The rows of top as a profile, compressed", NULL, TABLE | REPORT_BINARY, topproto_run,
		"pb.gz" },
	{ "traces", NULL, "Every sample with its stack", NULL, REPORT_FORMAT, traces_run },
	{ "tree", NULL, "Callers and callees of every function", NULL, GRAPH, tree_run },
	{ "web", NULL, "Graph in a browser", NULL, PICTURE, dot_run, "svg", "svg", REPORT_BROWSER },
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
