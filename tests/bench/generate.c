/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a large profile.proto to measure with: a made-up program, and samples taken in it.
 *
 * The program is a call graph that is fixed before the first sample. Its functions stand in levels, few at the top and
 * many below; a function has about three call sites, and a site calls one function of the next level (now and then one
 * of two), popular ones more often than others. A sample walks down from level 0, mostly through a function's busiest
 * site, and often ends in the "runtime": some small levels that every site can reach, as allocators and copies are.
 * So stacks share their roots with many others, differ more and more towards the leaf, and compress like real ones.
 *
 * Everything follows from the seed, and each stack from its own number, so samples are written as they are made and
 * nothing but the tables is held in memory.
 */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_DEPTH	8192
#define RUNTIME_LEVELS	4
#define COVER_EVERY	8	/* one stack in so many is made to pass a location of its own: the long tail */
#define BUSY_PERCENT	81	/* how often a walk takes the busiest of the call sites left to try */

struct shape {
	uint64_t samples, depth, functions, locations, labels, stacks, types, inlined, seed;
	bool plain;
	bool short_unpacked;
};

/* --- random numbers: splitmix64, so that a number alone makes a good start ------------------------------------- */

struct rng {
	uint64_t state;
};

static uint64_t rng_next(struct rng *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Independent of every other (seed, stream) pair. */
static struct rng rng_stream(uint64_t seed, uint64_t stream)
{
	struct rng outer = { .state = seed };
	struct rng inner = { .state = rng_next(&outer) ^ stream };

	return (struct rng){ .state = rng_next(&inner) };
}

/* 0..n-1, where n fits in 32 bits. */
static uint64_t rng_below(struct rng *r, uint64_t n)
{
	return (rng_next(r) >> 32) * n >> 32;
}

static bool rng_percent(struct rng *r, unsigned int percent)
{
	return rng_below(r, 100) < percent;
}

/* Zipf's law with exponent one: rank i in 0..n-1 about as often as 1 / (i + 1). */
static uint64_t rng_zipf(struct rng *r, uint64_t n)
{
	double u = (double)(rng_next(r) >> 11) / (double)(UINT64_C(1) << 53);
	uint64_t rank = (uint64_t)exp(u * log((double)n + 1)) - 1;

	return rank < n ? rank : n - 1;
}

/* --- memory: the program ends when there is none ---------------------------------------------------------------- */

static _Noreturn void fail(const char *what, const char *subject)
{
	fprintf(stderr, "bench-generate: %s '%s'\n", what, subject);
	exit(2);
}

static void *grow(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);

	if (!p)
		fail("no memory for", "tables");
	return p;
}

/* --- messages ---------------------------------------------------------------------------------------------------- */

struct msg {
	uint8_t *data;
	size_t len, cap;
};

static void msg_reserve(struct msg *m, size_t n)
{
	if (m->cap - m->len >= n)
		return;
	m->cap = 2 * m->cap + n;
	m->data = grow(m->data, m->cap, 1);
}

static void msg_varint(struct msg *m, uint64_t v)
{
	msg_reserve(m, 10);
	for (; v >= 0x80; v >>= 7)
		m->data[m->len++] = (uint8_t)(v | 0x80);
	m->data[m->len++] = (uint8_t)v;
}

/* A scalar field; zero is left out, as proto3 does. */
static void msg_uint(struct msg *m, unsigned int field, uint64_t v)
{
	if (!v)
		return;
	msg_varint(m, field << 3);
	msg_varint(m, v);
}

static void msg_bytes(struct msg *m, unsigned int field, const void *data, size_t len)
{
	msg_varint(m, field << 3 | 2);
	msg_varint(m, len);
	msg_reserve(m, len);
	if (len)
		memcpy(m->data + m->len, data, len);
	m->len += len;
}

static size_t varint_len(uint64_t v)
{
	size_t n = 1;

	for (; v >= 0x80; v >>= 7)
		n++;
	return n;
}

static void msg_packed(struct msg *m, unsigned int field, const uint64_t *v, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += varint_len(v[i]);
	msg_varint(m, field << 3 | 2);
	msg_varint(m, len);
	for (size_t i = 0; i < n; i++)
		msg_varint(m, v[i]);
}

/* A list of numbers. Go's writers pack three or more and write one or two as single fields; we do so when asked. */
static void msg_numbers(struct msg *m, unsigned int field, const uint64_t *v, size_t n, bool short_unpacked)
{
	if (!short_unpacked || n > 2) {
		msg_packed(m, field, v, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		msg_varint(m, field << 3);
		msg_varint(m, v[i]);
	}
}

/* --- the string table -------------------------------------------------------------------------------------------- */

struct strings {
	char **text;
	size_t n, cap;
};

static uint32_t strings_add(struct strings *s, const char *text)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->text = grow(s->text, s->cap, sizeof(*s->text));
	}
	s->text[s->n] = strdup(text);
	if (!s->text[s->n])
		fail("no memory for", "strings");
	return (uint32_t)s->n++;
}

__attribute__((format(printf, 2, 3)))
static uint32_t strings_addf(struct strings *s, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return strings_add(s, text);
}

static void strings_release(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->text[i]);
	free(s->text);
}

/* --- the program ------------------------------------------------------------------------------------------------- */

struct function {
	uint64_t address;
	uint32_t name, system_name, file, start_line;
	uint32_t first_site, n_sites;	/* its locations, in ascending addresses */
	uint32_t level;
	uint32_t mapping;
};

/* A location: where a function calls another, or where a sample finds it running. */
struct site {
	uint64_t address;
	uint32_t function, line;
	uint32_t callee[2];	/* functions one level down: the usual one, and that of an indirect call */
	uint32_t runtime;	/* a function of the first runtime level */
};

struct mapping {
	const char *file, *build_id;
	uint64_t start, limit;
	uint32_t file_str, build_id_str;
};

struct label_kind {
	const char *key;
	const char *format;	/* of a text value; NULL for a number */
	const char *unit;	/* of a number, or NULL as Go's heap profiles leave it */
	uint32_t n_values;
	uint32_t key_str, unit_str, first_value_str;
};

struct program {
	const struct shape *shape;
	struct strings strings;
	struct function *functions;
	struct site *sites;
	uint32_t *order;	/* functions by level, the popular ones of a level first */
	uint32_t *level_start;	/* n_levels + RUNTIME_LEVELS + 1 places in order */
	uint32_t n_levels;	/* without those of the runtime */
	uint32_t type_str[4], unit_str[4];
};

static const struct value_type {
	const char *type, *unit;
} cpu_types[] = {
	{ "samples", "count" },
	{ "cpu", "nanoseconds" },
}, heap_types[] = {
	{ "alloc_objects", "count" },
	{ "alloc_space", "bytes" },
	{ "inuse_objects", "count" },
	{ "inuse_space", "bytes" },
};

static struct mapping mappings[] = {
	{ .file = "/usr/local/bin/server", .build_id = "5f1c0d9ab36e47d2a0e8", .start = 0x400000 },
	{ .file = "/usr/lib/x86_64-linux-gnu/libengine.so.4.2.1", .build_id = "c3d2e1f0a9b8c7d6e5f4",
	  .start = 0x7f3a1c200000 },
};
#define N_MAPPINGS (sizeof(mappings) / sizeof(mappings[0]))

static struct label_kind label_kinds[] = {
	{ .key = "request", .format = "req-%05x", .n_values = 4096 },
	{ .key = "bytes", .n_values = 24 },
	{ .key = "handler", .format = "/api/v2/resource-%u", .n_values = 180 },
	{ .key = "latency", .unit = "microseconds", .n_values = 30 },
	{ .key = "tenant", .format = "tenant-%u.example.com", .n_values = 900 },
	{ .key = "thread_id", .n_values = 64 },
	{ .key = "zone", .format = "zone-%u", .n_values = 12 },
	{ .key = "queue", .unit = "count", .n_values = 16 },
};
#define MAX_LABELS (sizeof(label_kinds) / sizeof(label_kinds[0]))

static const char *const nouns[] = {
	"Buffer", "Cache", "Channel", "Client", "Codec", "Column", "Compactor", "Config", "Connection", "Context",
	"Cursor", "Decoder", "Dispatcher", "Encoder", "Executor", "Fetcher", "Filter", "Frame", "Gateway", "Handler",
	"Header", "Index", "Iterator", "Journal", "Key", "Layout", "Ledger", "Lexer", "Limiter", "Listener",
	"Manager", "Matcher", "Message", "Metric", "Node", "Object", "Packet", "Page", "Parser", "Pipeline",
	"Planner", "Pool", "Query", "Queue", "Reader", "Record", "Registry", "Request", "Resolver", "Response",
	"Router", "Row", "Scanner", "Scheduler", "Schema", "Segment", "Session", "Snapshot", "Stream", "Table",
	"Token", "Transaction", "Tree", "Writer",
};
static const char *const verbs[] = {
	"Acquire", "Add", "Append", "Apply", "Build", "Check", "Close", "Collect", "Commit", "Compare", "Compile",
	"Copy", "Decode", "Delete", "Dispatch", "Encode", "Ensure", "Evaluate", "Expand", "Fetch", "Find", "Flush",
	"Format", "Get", "Grow", "Handle", "Hash", "Insert", "Load", "Lookup", "Marshal", "Match", "Merge", "Next",
	"Open", "Parse", "Prepare", "Process", "Push", "Read", "Release", "Resolve", "Run", "Scan", "Send", "Serve",
	"Set", "Sort", "Split", "Start", "Submit", "Sync", "Update", "Validate", "Visit", "Wait", "Walk", "Write",
};
static const char *const words[] = {
	"api", "auth", "batch", "blob", "block", "cluster", "core", "engine", "event", "graph", "http", "index",
	"ingest", "ledger", "meta", "metrics", "net", "plan", "proto", "query", "raft", "replica", "rpc", "schema",
	"search", "server", "shard", "sql", "storage", "stream", "trace", "wire",
};
static const char *const orgs[] = { "acme", "bluebird", "cloudlab", "dataworks", "northwind", "openmesh" };

#define PICK(r, list) ((list)[rng_below((r), sizeof(list) / sizeof((list)[0]))])

/* A source file and what its functions' names have in common. */
struct unit {
	bool cxx;
	char package[160];	/* Go's import path, or the C++ namespaces joined by "::" */
	char mangled[160];	/* those namespaces as the C++ ABI writes them */
	const char *type;
	uint32_t file;
};

static void unit_open_go(struct unit *u, struct strings *s, struct rng *r)
{
	const char *org = PICK(r, orgs), *repo = PICK(r, words), *mid = PICK(r, words), *package = PICK(r, words);

	if (rng_percent(r, 25))
		snprintf(u->package, sizeof(u->package), "internal/%s/%s", mid, package);
	else if (rng_percent(r, 50))
		snprintf(u->package, sizeof(u->package), "github.com/%s/%s/%s", org, repo, package);
	else
		snprintf(u->package, sizeof(u->package), "github.com/%s/%s/pkg/%s/%s", org, repo, mid, package);
	u->file = strings_addf(s, "/go/src/%s/%s_%" PRIu64 ".go", u->package, PICK(r, words), rng_below(r, 100));
}

static void unit_open_cxx(struct unit *u, struct strings *s, struct rng *r)
{
	const char *outer = PICK(r, orgs), *inner = PICK(r, words);

	snprintf(u->package, sizeof(u->package), "%s::%s", outer, inner);
	snprintf(u->mangled, sizeof(u->mangled), "%zu%s%zu%s", strlen(outer), outer, strlen(inner), inner);
	u->file = strings_addf(s, "/build/engine/src/%s/%s/%s_%" PRIu64 ".cc", outer, inner, PICK(r, words),
			       rng_below(r, 100));
}

static void unit_open(struct unit *u, struct strings *s, struct rng *r, bool cxx)
{
	u->cxx = cxx;
	u->type = PICK(r, nouns);
	if (cxx)
		unit_open_cxx(u, s, r);
	else
		unit_open_go(u, s, r);
}

/* The number keeps names apart; names that differ at the end alone are what generated code looks like, too. */
static void name_go(struct function *f, const struct unit *u, struct strings *s, struct rng *r, uint32_t number)
{
	const char *verb = PICK(r, verbs), *noun = PICK(r, nouns);

	if (rng_percent(r, 60))
		f->name = strings_addf(s, "%s.(*%s).%s%s%u", u->package, u->type, verb, noun, number);
	else if (rng_percent(r, 70))
		f->name = strings_addf(s, "%s.%s%s%u", u->package, verb, noun, number);
	else
		f->name = strings_addf(s, "%s.(*%s).%s%u.func%" PRIu64, u->package, u->type, verb, number,
				       1 + rng_below(r, 4));
	f->system_name = f->name;
}

static void name_cxx(struct function *f, const struct unit *u, struct strings *s, struct rng *r, uint32_t number)
{
	char method[64];

	snprintf(method, sizeof(method), "%s%s%u", PICK(r, verbs), PICK(r, nouns), number);
	f->name = strings_addf(s, "%s::%s::%s", u->package, u->type, method);
	f->system_name = strings_addf(s, "_ZN%s%zu%s%zu%sEPKcm", u->mangled, strlen(u->type), u->type, strlen(method),
				      method);
}

/* Functions of one file follow each other in the image, a dozen on average; the library's are C++. */
static void name_functions(struct program *p, struct rng *r)
{
	struct unit unit = { 0 };
	uint32_t line = 0;

	for (uint32_t i = 0; i < p->shape->functions; i++) {
		struct function *f = &p->functions[i];
		bool cxx = f->mapping == 1;

		if (!i || cxx != unit.cxx || !rng_below(r, 12)) {
			unit_open(&unit, &p->strings, r, cxx);
			line = 20;
		}
		if (cxx)
			name_cxx(f, &unit, &p->strings, r, i);
		else
			name_go(f, &unit, &p->strings, r, i);
		f->file = unit.file;
		f->start_line = line += 3 + (uint32_t)rng_below(r, 40);
		line += 2 * f->n_sites;
	}
}

/* Each function gets one site, the others fall where they fall. */
static void share_sites(struct program *p, struct rng *r)
{
	uint32_t next = 0, n = (uint32_t)p->shape->functions;

	for (uint32_t i = 0; i < n; i++)
		p->functions[i].n_sites = 1;
	for (uint64_t rest = p->shape->locations - n; rest; rest--)
		p->functions[rng_below(r, n)].n_sites++;
	for (uint32_t i = 0; i < n; i++) {
		p->functions[i].first_site = next;
		next += p->functions[i].n_sites;
	}
}

/* Three functions in four belong to the program, the rest to its library; mapping limits end on a page. */
static void place_functions(struct program *p, struct rng *r)
{
	uint32_t n = (uint32_t)p->shape->functions, n_main = n - n / 4;
	uint64_t address = mappings[0].start + 0x1000;

	for (uint32_t i = 0; i < n; i++) {
		struct function *f = &p->functions[i];

		if (i == n_main)
			address = mappings[1].start + 0x1000;
		f->mapping = i >= n_main;
		f->address = address;
		for (uint32_t k = 0; k < f->n_sites; k++) {
			address += 5 + rng_below(r, 90);
			p->sites[f->first_site + k].address = address;
		}
		address = (address + 64) & ~UINT64_C(15);
		mappings[f->mapping].limit = (address + 0xfff) & ~UINT64_C(0xfff);
	}
	for (size_t i = 0; i < N_MAPPINGS; i++)
		if (!mappings[i].limit)
			mappings[i].limit = mappings[i].start + 0x1000;
}

static void number_lines(struct program *p, struct rng *r)
{
	for (uint32_t i = 0; i < p->shape->functions; i++) {
		const struct function *f = &p->functions[i];
		uint32_t line = f->start_line;

		for (uint32_t k = 0; k < f->n_sites; k++) {
			line += (uint32_t)rng_below(r, 5);
			p->sites[f->first_site + k].line = line;
			p->sites[f->first_site + k].function = i;
		}
	}
}

static void shuffle_order(struct program *p, struct rng *r)
{
	uint32_t n = (uint32_t)p->shape->functions;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = (uint32_t)rng_below(r, i + 1);

		p->order[i] = p->order[k];
		p->order[k] = i;
	}
}

/* How large a level is next to others: those in the lower half of the program get smaller, as fewer stacks go there. */
static uint64_t level_weight(const struct program *p, uint32_t level)
{
	uint32_t half = p->n_levels / 2 + 1;

	return level > half && level < p->n_levels ? p->n_levels - level : half;
}

/* One function at level 0, then twice as many at each next one until the levels left can have their share. None is
 * empty, though functions may be as few as levels. */
static void cut_levels(struct program *p)
{
	uint32_t n = (uint32_t)p->shape->functions, n_all = p->n_levels + RUNTIME_LEVELS, at = 0;
	uint64_t width = 1, weight = 0;

	for (uint32_t level = 0; level < n_all; level++)
		weight += level_weight(p, level);
	for (uint32_t level = 0; level < n_all; level++) {
		uint64_t share = (n - at) * level_weight(p, level) / weight, most = n - at - (n_all - level - 1);

		p->level_start[level] = at;
		share = share < most ? share : most;
		at += (uint32_t)(share > width ? width : share ? share : 1);
		width = width < n ? 2 * width : width;
		weight -= level_weight(p, level);
	}
	p->level_start[n_all] = n;
	for (uint32_t level = 0; level < n_all; level++)
		for (uint32_t i = p->level_start[level]; i < p->level_start[level + 1]; i++)
			p->functions[p->order[i]].level = level;
}

static uint32_t popular_function(const struct program *p, struct rng *r, uint32_t level)
{
	uint32_t start = p->level_start[level], n = p->level_start[level + 1] - start;

	return p->order[start + rng_zipf(r, n)];
}

/* The level a call leads to: the next; from the last of the program, or rarely from any, some levels back, which makes
 * recursion. The runtime's last level calls itself. */
static uint32_t callee_level(const struct program *p, struct rng *r, uint32_t level)
{
	if (level >= p->n_levels)
		return level + 1 < p->n_levels + RUNTIME_LEVELS ? level + 1 : level;
	if (level + 1 >= p->n_levels || rng_percent(r, 2))
		return level - (uint32_t)rng_below(r, level / 4 + 1);
	return level + 1;
}

static void link_sites(struct program *p, struct rng *r)
{
	for (uint32_t i = 0; i < p->shape->locations; i++) {
		struct site *s = &p->sites[i];
		uint32_t level = callee_level(p, r, p->functions[s->function].level);

		s->callee[0] = popular_function(p, r, level);
		s->callee[1] = rng_percent(r, 15) ? popular_function(p, r, level) : s->callee[0];
		s->runtime = popular_function(p, r, p->n_levels);
	}
}

static void add_labels(struct program *p)
{
	for (size_t i = 0; i < p->shape->labels; i++) {
		struct label_kind *k = &label_kinds[i];

		k->key_str = strings_add(&p->strings, k->key);
		k->unit_str = k->unit ? strings_add(&p->strings, k->unit) : 0;
		for (uint32_t v = 0; k->format && v < k->n_values; v++) {
			/* Scattered, so that neighbours in the table are not neighbours in spelling. */
			unsigned int number = k->n_values > 1000 ? v * 40503u % 1048573u : v;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			uint32_t str = strings_addf(&p->strings, k->format, number);
#pragma GCC diagnostic pop
			if (!v)
				k->first_value_str = str;
		}
	}
}

static void add_strings(struct program *p)
{
	const struct value_type *types = p->shape->types <= 2 ? cpu_types : heap_types;

	strings_add(&p->strings, "");
	for (size_t i = 0; i < p->shape->types; i++) {
		p->type_str[i] = strings_add(&p->strings, types[i].type);
		/* bytes and count come twice in a heap profile, and a table holds a text once */
		p->unit_str[i] = i >= 2 ? p->unit_str[i - 2] : strings_add(&p->strings, types[i].unit);
	}
	add_labels(p);
	for (size_t i = 0; i < N_MAPPINGS; i++) {
		mappings[i].file_str = strings_add(&p->strings, mappings[i].file);
		mappings[i].build_id_str = strings_add(&p->strings, mappings[i].build_id);
	}
}

static void program_init(struct program *p, const struct shape *shape)
{
	struct rng r = rng_stream(shape->seed, UINT64_MAX);
	uint64_t deepest = shape->depth + shape->depth / 2, n_app = shape->functions - RUNTIME_LEVELS;

	*p = (struct program){ .shape = shape };
	p->n_levels = (uint32_t)(deepest < n_app ? deepest : n_app);
	p->functions = grow(NULL, shape->functions, sizeof(*p->functions));
	p->sites = grow(NULL, shape->locations, sizeof(*p->sites));
	p->order = grow(NULL, shape->functions, sizeof(*p->order));
	p->level_start = grow(NULL, p->n_levels + RUNTIME_LEVELS + 1, sizeof(*p->level_start));
	add_strings(p);
	share_sites(p, &r);
	place_functions(p, &r);
	name_functions(p, &r);
	number_lines(p, &r);
	shuffle_order(p, &r);
	cut_levels(p);
	link_sites(p, &r);
}

static void program_release(struct program *p)
{
	strings_release(&p->strings);
	free(p->functions);
	free(p->sites);
	free(p->order);
	free(p->level_start);
}

/* --- stacks ------------------------------------------------------------------------------------------------------ */

struct stack {
	uint32_t site[MAX_DEPTH];	/* root first; written the other way round */
	size_t n;
};

/* The busiest site is the first in address order; each further one is as much less likely as the first is likely. */
static uint32_t pick_site(const struct function *f, struct rng *r)
{
	uint32_t k = 0;

	while (k + 1 < f->n_sites && !rng_percent(r, BUSY_PERCENT))
		k++;
	return f->first_site + k;
}

/* From half the depth to one and a half, most often near the middle. */
static size_t pick_depth(const struct shape *shape, struct rng *r)
{
	uint64_t half = shape->depth / 2;

	return (size_t)(shape->depth - half + rng_below(r, half + 1) + rng_below(r, half + 1));
}

/* How many of the innermost frames are the runtime's. */
static size_t pick_tail(size_t depth, struct rng *r)
{
	size_t tail = rng_percent(r, 40) ? 0 : 1 + (size_t)rng_below(r, RUNTIME_LEVELS);

	return tail < depth ? tail : 0;
}

/* Fills the stack with a way from level 0 to the given location, on which no popularity decides: a caller is as likely
 * as any other. */
static void stack_reach(struct stack *st, const struct program *p, uint32_t location)
{
	const struct function *f = &p->functions[p->sites[location].function];
	size_t n = f->level < p->n_levels ? f->level : p->n_levels;

	st->n = n + 1;
	st->site[n] = location;
	while (n--) {
		struct rng r = rng_stream(f->address, n);
		uint32_t start = p->level_start[n], width = p->level_start[n + 1] - start;

		f = &p->functions[p->order[start + rng_below(&r, width)]];
		st->site[n] = f->first_site + (uint32_t)rng_below(&r, f->n_sites);
	}
}

static void stack_walk(struct stack *st, const struct program *p, struct rng *r, size_t depth)
{
	size_t tail = pick_tail(depth, r);
	uint32_t function = p->order[0];

	if (st->n) {
		const struct site *last = &p->sites[st->site[st->n - 1]];

		function = st->n + tail == depth ? last->runtime : last->callee[0];
	}
	while (st->n < depth) {
		uint32_t at = pick_site(&p->functions[function], r);
		const struct site *s = &p->sites[at];

		st->site[st->n++] = at;
		function = st->n + tail == depth ? s->runtime : s->callee[!rng_below(r, 3)];
	}
}

/* The stack of that number: always the same one. */
static void stack_make(struct stack *st, const struct program *p, uint64_t number)
{
	struct rng r = rng_stream(p->shape->seed, number);
	size_t depth = pick_depth(p->shape, &r);

	st->n = 0;
	if (number % COVER_EVERY == 0)
		stack_reach(st, p, (uint32_t)(number / COVER_EVERY % p->shape->locations));
	stack_walk(st, p, &r, depth);
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

struct writer {
	gzFile file;
	const char *path;
	struct msg head, body, inner;	/* kept from message to message */
	uint64_t bytes;
	uint64_t frames;
};

static void writer_open(struct writer *w, const char *path, bool plain)
{
	*w = (struct writer){ .path = path, .file = gzopen(path, plain ? "wbT" : "wb6") };
	if (!w->file)
		fail("cannot create", path);
	gzbuffer(w->file, 1 << 18);
}

static void writer_put(struct writer *w, const void *data, size_t len)
{
	if (len && gzwrite(w->file, data, (unsigned int)len) != (int)len)
		fail("cannot write", w->path);
	w->bytes += len;
}

/* Writes the body as a field of the profile and empties it. */
static void writer_flush(struct writer *w, unsigned int field)
{
	w->head.len = 0;
	msg_varint(&w->head, field << 3 | 2);
	msg_varint(&w->head, w->body.len);
	writer_put(w, w->head.data, w->head.len);
	writer_put(w, w->body.data, w->body.len);
	w->body.len = 0;
}

static void writer_close(struct writer *w)
{
	if (gzclose(w->file) != Z_OK)
		fail("cannot write", w->path);
	free(w->head.data);
	free(w->body.data);
	free(w->inner.data);
}

static void put_value_type(struct writer *w, unsigned int field, uint32_t type, uint32_t unit)
{
	msg_uint(&w->body, 1, type);
	msg_uint(&w->body, 2, unit);
	writer_flush(w, field);
}

/* Most samples were hit once or twice at 100 Hz; a heap profile knows size classes, and much of it is free again. */
static void make_values(uint64_t *values, const struct shape *shape, struct rng *r)
{
	uint64_t count = 1, size;

	while (count < 400 && rng_percent(r, 30))
		count += 1 + rng_below(r, count);
	if (shape->types <= 2) {
		values[0] = count;
		values[1] = count * 10000000;
		return;
	}
	size = 16 * (1 + rng_zipf(r, 2048));
	values[0] = count * (1 + 524288 / (size + 64));
	values[1] = values[0] * size;
	values[2] = rng_percent(r, 65) ? 0 : 1 + rng_below(r, values[0]);
	values[3] = values[2] * size;
}

/* A number label's value grows by powers and halves of them, as sizes and times do. */
static uint64_t label_number(uint32_t rank)
{
	return UINT64_C(16) << rank / 2 | (rank & 1 ? UINT64_C(8) << rank / 2 : 0);
}

static void put_labels(struct writer *w, const struct program *p, struct rng *r)
{
	for (size_t i = 0; i < p->shape->labels; i++) {
		const struct label_kind *k = &label_kinds[i];
		uint32_t value = (uint32_t)(k->format ? rng_below(r, k->n_values) : rng_zipf(r, k->n_values));

		w->inner.len = 0;
		msg_uint(&w->inner, 1, k->key_str);
		if (k->format)
			msg_uint(&w->inner, 2, k->first_value_str + value);
		else
			msg_uint(&w->inner, 3, label_number(value));
		msg_uint(&w->inner, 4, k->unit_str);
		msg_bytes(&w->body, 3, w->inner.data, w->inner.len);
	}
}

static void put_sample(struct writer *w, const struct program *p, const struct stack *st, struct rng *r)
{
	uint64_t ids[MAX_DEPTH], values[4];

	for (size_t i = 0; i < st->n; i++)
		ids[i] = (uint64_t)st->site[st->n - 1 - i] + 1;
	msg_numbers(&w->body, 1, ids, st->n, p->shape->short_unpacked);
	make_values(values, p->shape, r);
	msg_numbers(&w->body, 2, values, p->shape->types, p->shape->short_unpacked);
	put_labels(w, p, r);
	writer_flush(w, 2);
	w->frames += st->n;
}

/* With a limited number of stacks each comes once, then the popular ones come again. */
static void put_samples(struct writer *w, const struct program *p)
{
	struct rng r = rng_stream(p->shape->seed, UINT64_MAX - 1);
	struct stack st;

	for (uint64_t i = 0; i < p->shape->samples; i++) {
		bool again = p->shape->stacks && i >= p->shape->stacks;

		stack_make(&st, p, again ? rng_zipf(&r, p->shape->stacks) : i);
		put_sample(w, p, &st, &r);
	}
}

static void put_mappings(struct writer *w, const struct program *p)
{
	for (size_t i = 0; i < N_MAPPINGS; i++) {
		msg_uint(&w->body, 1, i + 1);
		msg_uint(&w->body, 2, mappings[i].start);
		msg_uint(&w->body, 3, mappings[i].limit);
		msg_uint(&w->body, 5, mappings[i].file_str);
		msg_uint(&w->body, 6, mappings[i].build_id_str);
		msg_uint(&w->body, 7, true);
		msg_uint(&w->body, 8, true);
		msg_uint(&w->body, 9, true);
		msg_uint(&w->body, 10, p->shape->inlined > 0);
		writer_flush(w, 3);
	}
}

static void put_line(struct writer *w, uint32_t function, uint32_t line)
{
	w->inner.len = 0;
	msg_uint(&w->inner, 1, (uint64_t)function + 1);
	msg_uint(&w->inner, 2, line);
	msg_bytes(&w->body, 4, w->inner.data, w->inner.len);
}

/* line[0] is the innermost inlined call, so those come before the function the location lies in. */
static void put_locations(struct writer *w, const struct program *p)
{
	struct rng r = rng_stream(p->shape->seed, UINT64_MAX - 2);

	for (uint32_t i = 0; i < p->shape->locations; i++) {
		const struct site *s = &p->sites[i];
		uint64_t n_inlined = rng_percent(&r, (unsigned int)p->shape->inlined) ? 1 + rng_below(&r, 2) : 0;

		msg_uint(&w->body, 1, (uint64_t)i + 1);
		msg_uint(&w->body, 2, (uint64_t)p->functions[s->function].mapping + 1);
		msg_uint(&w->body, 3, s->address);
		for (; n_inlined; n_inlined--) {
			uint32_t f = p->order[rng_zipf(&r, p->shape->functions)];

			put_line(w, f, p->functions[f].start_line + (uint32_t)rng_below(&r, 6));
		}
		put_line(w, s->function, s->line);
		writer_flush(w, 4);
	}
}

static void put_functions(struct writer *w, const struct program *p)
{
	for (uint32_t i = 0; i < p->shape->functions; i++) {
		const struct function *f = &p->functions[i];

		msg_uint(&w->body, 1, (uint64_t)i + 1);
		msg_uint(&w->body, 2, f->name);
		msg_uint(&w->body, 3, f->system_name);
		msg_uint(&w->body, 4, f->file);
		msg_uint(&w->body, 5, f->start_line);
		writer_flush(w, 5);
	}
}

static void put_strings(struct writer *w, const struct program *p)
{
	for (size_t i = 0; i < p->strings.n; i++) {
		const char *text = p->strings.text[i];

		w->head.len = 0;
		msg_bytes(&w->head, 6, text, strlen(text));
		writer_put(w, w->head.data, w->head.len);
	}
}

/* Time, duration, period and its type, after the tables as Go's encoder has them; a fixed day, for equal files. */
static void put_scalars(struct writer *w, const struct program *p)
{
	bool cpu = p->shape->types <= 2;
	uint64_t last = p->shape->types - 1;

	w->head.len = 0;
	msg_uint(&w->head, 9, UINT64_C(1700000000000000000));
	msg_uint(&w->head, 10, cpu ? UINT64_C(60000000000) : 0);
	writer_put(w, w->head.data, w->head.len);
	put_value_type(w, 11, p->type_str[last], p->unit_str[last]);
	w->head.len = 0;
	msg_uint(&w->head, 12, cpu ? 10000000 : 524288);
	writer_put(w, w->head.data, w->head.len);
}

static void put_profile(struct writer *w, const struct program *p)
{
	for (size_t i = 0; i < p->shape->types; i++)
		put_value_type(w, 1, p->type_str[i], p->unit_str[i]);
	put_samples(w, p);
	put_mappings(w, p);
	put_locations(w, p);
	put_functions(w, p);
	put_strings(w, p);
	put_scalars(w, p);
}

/* --- the command line -------------------------------------------------------------------------------------------- */

/* One row per option that takes a number. */
static const struct number_option {
	const char *name, *help;
	size_t offset;
	uint64_t def, min, max;
} number_options[] = {
#define AT(member) offsetof(struct shape, member)
	{ "samples", "samples to write", AT(samples), 1000000, 0, UINT32_MAX },
	{ "depth", "mean frames of a stack", AT(depth), 40, 1, MAX_DEPTH / 2 },
	{ "functions", "functions of the program", AT(functions), 30000, RUNTIME_LEVELS + 1, 100000000 },
	{ "locations", "locations, at least one per function", AT(locations), 90000, RUNTIME_LEVELS + 1, 400000000 },
	{ "labels", "labels of a sample", AT(labels), 1, 0, MAX_LABELS },
	{ "stacks", "distinct stacks; 0 gives every sample its own", AT(stacks), 0, 0, UINT32_MAX },
	{ "types", "sample types: 1 or 2 of a CPU profile, 4 of a heap profile", AT(types), 2, 1, 4 },
	{ "inlined", "percentage of locations with two or three lines", AT(inlined), 0, 0, 100 },
	{ "seed", "another number makes another program", AT(seed), 4, 0, UINT64_MAX },
#undef AT
};
#define N_NUMBERS (sizeof(number_options) / sizeof(number_options[0]))

static void usage(FILE *out)
{
	fprintf(out, "usage: bench-generate [options] OUTPUT\n\n");
	for (size_t i = 0; i < N_NUMBERS; i++)
		fprintf(out, "  --%-16s %s (%" PRIu64 ")\n", number_options[i].name, number_options[i].help,
			number_options[i].def);
	fprintf(out, "  --%-16s %s\n", "plain", "do not compress");
	fprintf(out, "  --%-16s %s\n", "short-unpacked", "write lists of one or two numbers unpacked, as Go does");
	fprintf(out, "  --%-16s %s\n", "help", "show this text");
}

static void set_number(struct shape *shape, const struct number_option *o, uint64_t value)
{
	memcpy((char *)shape + o->offset, &value, sizeof(value));
}

static void parse_number(struct shape *shape, const struct number_option *o, const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < o->min || value > o->max) {
		fprintf(stderr, "bench-generate: --%s takes a number from %" PRIu64 " to %" PRIu64 ", not '%s'\n",
			o->name, o->min, o->max, text);
		exit(2);
	}
	set_number(shape, o, value);
}

static const char *parse_args(struct shape *shape, int argc, char **argv)
{
	struct option options[N_NUMBERS + 4] = { 0 };
	int c;

	for (size_t i = 0; i < N_NUMBERS; i++) {
		options[i] = (struct option){ number_options[i].name, required_argument, NULL, (int)i };
		set_number(shape, &number_options[i], number_options[i].def);
	}
	options[N_NUMBERS] = (struct option){ "plain", no_argument, NULL, 'p' + 256 };
	options[N_NUMBERS + 1] = (struct option){ "short-unpacked", no_argument, NULL, 'u' + 256 };
	options[N_NUMBERS + 2] = (struct option){ "help", no_argument, NULL, 'h' + 256 };
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'p' + 256) {
			shape->plain = true;
		} else if (c == 'u' + 256) {
			shape->short_unpacked = true;
		} else if (c == 'h' + 256) {
			usage(stdout);
			exit(0);
		} else if (c == '?') {
			usage(stderr);
			exit(2);
		} else {
			parse_number(shape, &number_options[c], optarg);
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		exit(2);
	}
	return argv[optind];
}

int main(int argc, char **argv)
{
	struct shape shape = { 0 };
	const char *path = parse_args(&shape, argc, argv);
	struct program program;
	struct writer writer;

	if (shape.locations < shape.functions)
		fail("fewer locations than functions for", path);
	if (shape.types == 3)
		fail("a profile has 1, 2 or 4 sample types, not 3, in", path);
	program_init(&program, &shape);
	writer_open(&writer, path, shape.plain);
	put_profile(&writer, &program);
	writer_close(&writer);
	fprintf(stderr, "%s: %" PRIu64 " bytes inflated, %.1f frames per sample\n", path, writer.bytes,
		shape.samples ? (double)writer.frames / (double)shape.samples : 0.0);
	program_release(&program);
	return 0;
}
