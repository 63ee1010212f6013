/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/report.h"

#define GRAPH (REPORT_FORMAT | REPORT_NEEDS_GRAPH)
#define TABLE (GRAPH | REPORT_ALL_ROWS)

static const char top_details[] = "The columns are:\n"
				  "  flat   value spent in the function itself\n"
				  "  flat%  its share of the total\n"
				  "  sum%   share of all rows down to this one\n"
				  "  cum    value spent in the function and in all that it called\n"
				  "  cum%   its share of the total\n"
				  "The name ends in (inline) where all calls that are shown were inlined, and in\n"
				  "(partial-inline) where some were.\n";

const struct report reports[] = {
	{ "callgrind", NULL, "Graph in callgrind format", NULL,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_SPLIT_OBJECTS, NULL },
	{ "comments", NULL, "Comments of the profile", NULL, REPORT_FORMAT, comments_run },
	{ "disasm", "regex", "Assembly of matching functions, annotated", NULL, REPORT_FORMAT, NULL },
	{ "dot", NULL, "Graph in DOT format", NULL, GRAPH | REPORT_VISUAL, NULL },
	{ "eog", NULL, "Graph through eog", NULL, REPORT_FORMAT, NULL },
	{ "evince", NULL, "Graph through evince", NULL, REPORT_FORMAT, NULL },
	{ "flamegraph", NULL, "Flame graph, one HTML file", NULL, REPORT_FORMAT, flamegraph_run },
	{ "folded", NULL, "Stacks with their values, one per line, root first", NULL, REPORT_FORMAT, folded_run },
	{ "gif", NULL, "Graph as a GIF image", NULL, REPORT_FORMAT, NULL },
	{ "gv", NULL, "Graph through gv", NULL, REPORT_FORMAT, NULL },
	{ "kcachegrind", NULL, "Graph through kcachegrind", NULL, REPORT_FORMAT, NULL },
	{ "list", "regex", "Source of matching functions, annotated", NULL,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_LINE | REPORT_SPLIT_OBJECTS, list_run },
	{ "pdf", NULL, "Graph as PDF", NULL, REPORT_FORMAT, NULL },
	{ "peek", "regex", "Callers and callees of matching functions", NULL, GRAPH | REPORT_UNTRIMMED, peek_run },
	{ "png", NULL, "Graph as a PNG image", NULL, REPORT_FORMAT, NULL },
	{ "proto", NULL, "The profile itself, compressed", NULL,
		REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_BINARY, proto_run },
	{ "ps", NULL, "Graph as PostScript", NULL, REPORT_FORMAT, NULL },
	{ "raw", NULL, "The profile as text", NULL, REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS, raw_run },
	{ "svg", NULL, "Graph as SVG", NULL, REPORT_FORMAT, NULL },
	{ "tags", NULL, "Label values with their shares", NULL, REPORT_FORMAT, tags_run },
	{ "text", NULL, "The same as top", top_details, TABLE, top_run },
	{ "top", NULL, "Functions with the largest values, one per line", top_details, TABLE, top_run },
	{ "topproto", NULL, "The rows of top as a profile, compressed", NULL, TABLE | REPORT_BINARY, topproto_run },
	{ "traces", NULL, "Every sample with its stack", NULL, REPORT_FORMAT, traces_run },
	{ "tree", NULL, "Callers and callees of every function", NULL, GRAPH, tree_run },
	{ "web", NULL, "Graph in a browser", NULL, REPORT_FORMAT, NULL },
	{ "weblist", "regex", "Source and assembly of matching functions in a browser", NULL, REPORT_FORMAT, NULL },
	{ NULL, NULL, NULL, NULL, 0, NULL },
};

const struct report *report_find(const char *name)
{
	for (const struct report *r = reports; r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}
