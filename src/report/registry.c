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

static const char callgrind_details[] =
	"For kcachegrind and qcachegrind. Each address has a line with its line number\n"
	"and its own value, in the unit of the line events:; calls= lines name the\n"
	"callee and are followed by what passed through that call. Names are written\n"
	"once, and later by their number in brackets. All nodes are there, whatever\n"
	"-nodecount says. On a terminal the output goes to profile001.callgraph.out.\n";

static const char check_details[] =
	"A rule is [?]NAME(REGEX) OP NUMBER[%|unit], with <, <=, > or >=:\n"
	"  flat(^runtime\\.mallocgc$) <= 10%  sum of flat over the functions that match\n"
	"  cum(main\\.handle) <= 1.5s         weight of the samples through any of them\n"
	"  total <= 30s                      the whole\n"
	"  growth(cum, .*) <= 5%             each function, NEW against OLD\n"
	"  growth(total) <= 3%               the whole, NEW against OLD\n"
	"A percentage is of the total without filters; a growth is of the old value. A\n"
	"rule with a question mark may match no function. Rules stand behind -assert,\n"
	"or on the lines of -budget=file, where # starts a comment.\n"
	"Status: 0 all rules hold, 1 one is broken, 2 it could not be judged.\n";

static const char diff_details[] =
	"Each row is a function (or what the granularity says), sorted by how much it\n"
	"changed. The columns are:\n"
	"  before  flat value in OLD (cum with -cum); a mean where there are several\n"
	"  after   the same in NEW\n"
	"  delta   after less before\n"
	"  delta%  delta as a share of before; new or gone where one side has no such\n"
	"          row, ~ where the change is no more than chance would make\n"
	"  points  share of NEW's total less share of OLD's, in percentage points\n"
	"  p       how probable such a change is by chance, corrected for all rows\n"
	"-vs stands between several runs of each side: assay diff a1 a2 -vs b1 b2.\n"
	"A function that a compiler named anew is the same row, with its old name\n"
	"behind it; -exact_names turns that off. -normalize scales NEW to OLD's total.\n"
	"-list=regex, -peek=regex, -tree and -flamegraph show the same two sides as\n"
	"source lines, as callers and callees, and as a flame graph.\n";

static const char disasm_details[] = "The pattern is matched with the symbols of the binaries, and with their names\n"
				     "as C++ and Rust write them; an address such as 0x4b43c0 stands for the\n"
				     "function that it lies in. The columns are:\n"
				     "  flat     value spent on the instruction itself\n"
				     "  cum      value spent on it and in what it called\n"
				     "  address  in the binary, and behind the colon the instruction\n"
				     "Behind a semicolon stands the place in the source, where it is another one\n"
				     "than before: the innermost function, inlined or not. A dot stands for nothing.\n";

static const char dot_details[] = "For Graphviz. A box is a function: its flat value, and its cum where that is\n"
				  "more; the larger the print the larger flat, the redder the box the larger cum.\n"
				  "An arrow runs from caller to callee, with what passed through the call; dotted\n"
				  "arrows stand for calls with functions between them that are left out. Small\n"
				  "boxes beside a function hold the labels of its samples. -nodecount=n, 80 where\n"
				  "it is not given, says how many functions are drawn.\n";

static const char flamegraph_details[] =
	"The page needs no network. Callers stand above callees; a frame is as wide as\n"
	"what was spent in it and below, and coloured by package. Click zooms in,\n"
	"Escape out; the search takes text or /regex/. With a base, a frame is as wide\n"
	"as both sides together, red where it grew, blue where it shrank. Frames\n"
	"narrower than 1/20000 of the whole are left out, and the page says so.\n";

static const char folded_details[] = "Each line is a stack, root first, with ; between frames, a blank, and the\n"
				     "value in the unit of the profile, whatever -unit and -divide_by say. Equal\n"
				     "stacks are added up, those that add up to zero left out, and lines are sorted\n"
				     "bytewise by stack. A ; in a name is printed as : and a sample without frames\n"
				     "as <no stack>.\n";

static const char list_details[] = "The pattern is matched with the names of functions. The columns are:\n"
				   "  flat    value spent on the line itself\n"
				   "  cum     value spent on the line and in what it called\n"
				   "  number  of the line, and behind the colon its text\n"
				   "A dot stands for nothing. The cum of a function that calls itself, or has\n"
				   "several calls on the way, counts them all. Where sources are looked for is in\n"
				   "the manual; -source_path=dir is what helps first.\n";

static const char merge_details[] =
	"Samples with the same stack and labels are added up. It takes any number of\n"
	"profiles, and memory for what is different in them and for one of them:\n"
	"  assay merge -output=all.pb.gz a.pb.gz b.pb.gz\n"
	"  find . -name '*.pb.gz' | assay merge -output=all.pb.gz -files_from=-\n"
	"Parts may be merged first, and what became of them later: the rows of top,\n"
	"tree, peek and tags do not depend on order and grouping. -tag_source keeps\n"
	"samples apart by the file that they came from. Profiles that cannot be read\n"
	"are named and left out; -strict makes that a failure. On a terminal the output\n"
	"goes to profile001.pb.gz.\n";

static const char peek_details[] = "As tree, but for the functions whose names match, and nothing is left out:\n"
				   "callers stand above the function, callees below it. The number in front of\n"
				   "a neighbour is what passed through those calls, its share is of the cum of the\n"
				   "function in the middle.\n";

static const char picture_details[] = "Drawn by dot, a program of Graphviz, which must be installed. A box is a\n"
				      "function; arrows run from caller to callee: assay dot -h says how to read it.\n";

static const char proto_details[] = "What the filters leave of the profile, in the form that profiles are kept in:\n"
				    "a smaller file to pass on, several merged into one, or a difference. Names are\n"
				    "written as they are. On a terminal the output goes to profile001.pb.gz.\n";

static const char raw_details[] = "Each sample is a line with its values, a colon and the ids of its locations,\n"
				  "leaf first; its labels follow. Each location is a line with its id, address,\n"
				  "mapping (M=), function, file, line, column and start line (s=); what it was\n"
				  "inlined into follows on lines of its own. Values are as recorded: -unit,\n"
				  "-divide_by and -sample_index do not count.\n";

static const char symbols_details[] = "A line for each binary that the profile names: how many of the addresses in it\n"
				      "have names, and what kept the others from getting them. Below it are the build\n"
				      "id that the profile wants, the files that were tried for it, in order, and\n"
				      "what was in the one that was taken. docs/symbols.md tells how binaries are\n"
				      "found.\n";

static const char tags_details[] = "Under each label key, with what its samples add up to, the values of that\n"
				   "label, largest first. Shares are of the total. A sample with several values\n"
				   "under a key counts for each of them.\n";

static const char topproto_details[] = "Each row of top is a sample of one location, with cum and flat in the unit of\n"
				       "the report; fractions are cut off, so -unit=ns or the like keeps more. On\n"
				       "a terminal the output goes to profile001.pb.gz.\n";

static const char traces_details[] = "Each sample is a block: its labels, its value, and its stack, leaf first. The\n"
				     "names of inlined calls end in (inline). Samples come in the order of the file\n"
				     "and are not added up; those without any frame are left out.\n";

static const char tree_details[] = "A block for each function, in the order of top. Its own line has the columns\n"
				   "of top. Callers stand above that line, callees below it:\n"
				   "  calls   value that passed through the calls to or from that neighbour\n"
				   "  calls%  its share of the cum of the function in the middle\n"
				   "Neighbours may be indirect, where the functions between are left out.\n";

static const char weblist_details[] = "One HTML page that needs no network. The pattern is matched with functions and\n"
				      "files, or is an address. The columns are the line, the value spent on it, and\n"
				      "the value spent on it and in what it called. A click on a line, or Enter,\n"
				      "shows the instructions that it was made into, under the calls that were\n"
				      "inlined there. Without the binary there are the lines alone. -output=FILE\n"
				      "writes the page there, and no browser runs.\n";

const struct report reports[] = {
	{ "callgrind", NULL, "Graph in callgrind format", callgrind_details,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_SPLIT_OBJECTS | REPORT_CALL_TREES | REPORT_BINARY,
		callgrind_run, NULL, "callgraph.out" },
	{ "check", NULL, "Whether rules hold, for one profile or for two sides", check_details,
		REPORT_COMPARES | REPORT_JUDGES, check_run, check_table },
	{ "comments", NULL, "Comments of the profile", NULL, REPORT_FORMAT, comments_run },
	{ "diff", NULL, "What changed between two profiles, or two sets of them", diff_details, REPORT_COMPARES,
		diff_run, diff_table },
	{ "disasm", "regex", "Assembly of matching functions, annotated", disasm_details,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_SPLIT_OBJECTS | REPORT_NO_INLINES,
		disassembly_run },
	{ "dot", NULL, "Graph in DOT format", dot_details, GRAPH | REPORT_VISUAL | REPORT_CALL_TREES, dot_run },
	{ "eog", NULL, "Graph through eog", picture_details, PICTURE, dot_run, NULL, "svg", "svg", "eog" },
	{ "evince", NULL, "Graph through evince", picture_details, PICTURE, dot_run, NULL, "pdf", "pdf", "evince" },
	{ "flamegraph", NULL, "Flame graph, one HTML file", flamegraph_details, GRAPH | REPORT_UNTRIMMED,
		flamegraph_run, .compare = flamegraph_run },
	{ "folded", NULL, "Stacks with their values, one per line, root first", folded_details,
		GRAPH | REPORT_UNTRIMMED, folded_run },
	{ "gif", NULL, "Graph as a GIF image", picture_details, PICTURE, dot_run, NULL, "gif", "gif" },
	{ "gv", NULL, "Graph through gv", picture_details, PICTURE, dot_run, NULL, "ps", "ps", "gv --noantialias" },
	{ "kcachegrind", NULL, "Graph through kcachegrind", NULL,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_SPLIT_OBJECTS | REPORT_CALL_TREES | REPORT_BINARY,
		callgrind_run, NULL, "grind", NULL, "kcachegrind" },
	{ "list", "regex", "Source of matching functions, annotated", list_details,
		GRAPH | REPORT_UNTRIMMED | REPORT_BY_LINE | REPORT_SPLIT_OBJECTS, list_run, list_table,
		.compare = diff_list_run },
	{ "merge", NULL, "Several profiles as one file, compressed", merge_details,
		REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_BINARY | REPORT_MERGES, proto_run, NULL, "pb.gz" },
	{ "pdf", NULL, "Graph as PDF", picture_details, PICTURE, dot_run, NULL, "pdf", "pdf" },
	{ "peek", "regex", "Callers and callees of matching functions", peek_details, GRAPH | REPORT_UNTRIMMED,
		peek_run, peek_table, .compare = diff_peek_run },
	{ "png", NULL, "Graph as a PNG image", picture_details, PICTURE, dot_run, NULL, "png", "png" },
	{ "proto", NULL, "The profile itself, compressed", proto_details,
		REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_BINARY, proto_run, NULL, "pb.gz" },
	{ "ps", NULL, "Graph as PostScript", picture_details, PICTURE, dot_run, NULL, "ps", "ps" },
	{ "raw", NULL, "The profile as text", raw_details, REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS,
		raw_run },
	{ "svg", NULL, "Graph as SVG", picture_details, PICTURE, dot_run, NULL, "svg", "svg" },
	{ "symbols", NULL, "Where the names of each binary came from, or why there are none", symbols_details,
		REPORT_ACCOUNTS, symbols_run, symbols_table },
	{ "tags", NULL, "Label values with their shares", tags_details, REPORT_FORMAT | REPORT_OF_LABELS, tags_run, tags_table },
	{ "text", NULL, "The same as top", top_details, TABLE | REPORT_TEN_ROWS,
		top_run, top_table },
	{ "top", NULL, "Functions with the largest values, one per line", top_details, TABLE | REPORT_TEN_ROWS,
		top_run, top_table },
	{ "topproto", NULL, "The rows of top as a profile, compressed", topproto_details, TABLE | REPORT_BINARY,
		topproto_run, NULL, "pb.gz" },
	{ "traces", NULL, "Every sample with its stack", traces_details, REPORT_FORMAT, traces_run, traces_table },
	{ "tree", NULL, "Callers and callees of every function", tree_details, GRAPH, tree_run, tree_table,
		.compare = diff_tree_run },
	{ "web", NULL, "Graph in a browser", picture_details, PICTURE, dot_run, NULL, "svg", "svg", REPORT_BROWSER },
	{ "weblist", "regex", "Source and assembly of matching functions in a browser", weblist_details,
		REPORT_FORMAT | REPORT_UNTRIMMED | REPORT_BY_ADDRESS | REPORT_INLINES, weblist_run, NULL, "html", NULL,
		REPORT_BROWSER },
	{ NULL, NULL, NULL, NULL, 0 },
};

static_assert(sizeof(reports) / sizeof(reports[0]) <= REPORTS_MAX, "REPORTS_MAX is too small");

const struct report *report_find(const char *name)
{
	for (const struct report *r = reports; r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

int report_print_table(const struct report *report, const struct report_ctx *ctx, enum table_format format,
	struct buf *out, struct assay_diag *diag)
{
	struct table t;
	int err = table_begin(&t, format, report->name, 1, out, diag);
	int failed;

	if (err)
		return err;
	err = report->table(ctx, &t, diag);
	failed = table_end(&t, err ? NULL : diag);
	return err ? err : failed;
}
