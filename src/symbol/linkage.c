/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mangled names through libiberty, which is known here and nowhere else; those of D are left to dlang.c.
 *
 * A C++ name is parsed into libiberty's tree, from which we take away what the mode does not want before libiberty
 * prints it; Rust names are printed piece by piece. Names come from strangers: both parser and printer bound their own
 * depth, and what they do not bound is bounded here. A name may refer to its own parts, so that few bytes stand for a
 * text, or for a walk, of any length: the tree is measured as if it were written out, and printing ends at MAX_TEXT.
 */
#include "symbol/linkage.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "assay-config.h"
#include "symbol/brackets.h"

#if HAVE_LIBIBERTY

#include <libiberty/demangle.h>

#define MAX_NAME 4096        /* longest name looked at */
#define MAX_TEXT (64 << 10)  /* longest text that a name may stand for */
#define MAX_TREE (1 << 16)   /* most nodes of a tree written out in full */
#define MAX_CONVERSIONS 8    /* template parameters with arguments, where they cost more the more there are */
#define MAX_SCOPES (1 << 16) /* entries that libiberty's printer may want on the stack, 16 bytes each */

/* --- text on its way out --- */

/* Printing is left through done when there is too much of it: nothing that libiberty holds then was allocated. */
struct printed {
	struct buf *out;
	size_t start;
	jmp_buf done;
};

static void add_text(const char *text, size_t len, void *data)
{
	struct printed *p = data;

	buf_add(p->out, text, len);
	if (p->out->failed || p->out->len - p->start > MAX_TEXT)
		longjmp(p->done, 1);
}

/*
 * Rust identifiers in Punycode are decoded into memory that is libiberty's until they are printed, character by
 * character; so this is only left at what can be no such character. Nothing grows without such texts in between.
 */
static void add_rust_text(const char *text, size_t len, void *data)
{
	struct printed *p = data;

	if (!p->out->failed && p->out->len - p->start <= MAX_TEXT)
		buf_add(p->out, text, len);
	else if (len >= 2 && (signed char)text[0] > 0)
		longjmp(p->done, 1);
}

static bool take_back(struct printed *p)
{
	if (!p->out->failed)
		p->out->len = p->start;
	if (p->out->data)
		p->out->data[p->out->len] = '\0';
	return false;
}

/* --- C++: the tree --- */

#define UNSEEN 0        /* sizes count the node itself, so none is 0 */
#define OPEN UINT32_MAX /* on the way down through it */

struct tree {
	struct demangle_component *nodes; /* the block that libiberty handed out, which begins with the nodes */
	size_t n;                         /* how many there can be */
	size_t n_seen;                    /* and how many to look at: all that was seen lies before */
	struct demangle_component *root;
	uint32_t *size; /* by node: nodes below it and itself, each as often as it is printed */
	uint32_t *stack;
	size_t n_templates, n_references; /* nodes that make libiberty's printer copy its scopes */
	enum demangle_mode mode;
};

/*
 * What hangs below a node; anything else in it is no pointer to a node of this tree. A kind of node that is newer than
 * this list is taken for one with two children, and has_node() keeps what is none from being followed.
 */
static unsigned children(struct demangle_component *c, struct demangle_component *child[2])
{
	switch (c->type) {
	case DEMANGLE_COMPONENT_NAME:
	case DEMANGLE_COMPONENT_TEMPLATE_PARAM:
	case DEMANGLE_COMPONENT_FUNCTION_PARAM:
	case DEMANGLE_COMPONENT_SUB_STD:
	case DEMANGLE_COMPONENT_BUILTIN_TYPE:
	case DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE:
	case DEMANGLE_COMPONENT_OPERATOR:
	case DEMANGLE_COMPONENT_CHARACTER:
	case DEMANGLE_COMPONENT_NUMBER:
	case DEMANGLE_COMPONENT_UNNAMED_TYPE:
		return 0;
	case DEMANGLE_COMPONENT_CTOR:
		child[0] = c->u.s_ctor.name;
		return 1;
	case DEMANGLE_COMPONENT_DTOR:
		child[0] = c->u.s_dtor.name;
		return 1;
	case DEMANGLE_COMPONENT_EXTENDED_OPERATOR:
		child[0] = c->u.s_extended_operator.name;
		return 1;
	case DEMANGLE_COMPONENT_FIXED_TYPE:
		child[0] = c->u.s_fixed.length;
		return 1;
	case DEMANGLE_COMPONENT_LAMBDA:
	case DEMANGLE_COMPONENT_DEFAULT_ARG:
		child[0] = c->u.s_unary_num.sub;
		return 1;
	default:
		child[0] = c->u.s_binary.left;
		child[1] = c->u.s_binary.right;
		return 2;
	}
}

static bool has_node(const struct tree *t, const struct demangle_component *c)
{
	uintptr_t offset = (uintptr_t)c - (uintptr_t)t->nodes;

	return c && offset % sizeof(*c) == 0 && offset / sizeof(*c) < t->n;
}

/*
 * Opens a node on its way down: its children are to be measured before it. false when one is above it already, so that
 * this is no tree.
 */
static bool open_node(struct tree *t, struct demangle_component *c, size_t *n)
{
	struct demangle_component *child[2];
	unsigned n_children = children(c, child);

	t->size[c - t->nodes] = OPEN;
	if ((size_t)(c - t->nodes) >= t->n_seen)
		t->n_seen = (size_t)(c - t->nodes) + 1;
	t->n_templates += c->type == DEMANGLE_COMPONENT_TEMPLATE;
	t->n_references += c->type == DEMANGLE_COMPONENT_REFERENCE || c->type == DEMANGLE_COMPONENT_RVALUE_REFERENCE;
	for (unsigned i = 0; i < n_children; i++) {
		if (!has_node(t, child[i]))
			continue;
		if (t->size[child[i] - t->nodes] == OPEN)
			return false;
		if (t->size[child[i] - t->nodes] == UNSEEN)
			t->stack[(*n)++] = (uint32_t)(child[i] - t->nodes);
	}
	return true;
}

static uint32_t sum_of_children(const struct tree *t, struct demangle_component *c)
{
	struct demangle_component *child[2];
	unsigned n_children = children(c, child);
	uint32_t sum = 0;

	for (unsigned i = 0; i < n_children; i++)
		if (has_node(t, child[i]))
			sum += t->size[child[i] - t->nodes];
	return sum;
}

/*
 * Sizes of all nodes. false for a tree that is too large when written out, that is no tree, or whose printing would
 * want too much of the stack.
 */
static bool measure(struct tree *t)
{
	size_t n = 0;

	if (!has_node(t, t->root))
		return false;
	t->stack[n++] = (uint32_t)(t->root - t->nodes);
	while (n) {
		uint32_t at = t->stack[n - 1];

		if (t->size[at] == UNSEEN) {
			if (!open_node(t, &t->nodes[at], &n))
				return false;
			continue;
		}
		if (t->size[at] == OPEN) {
			t->size[at] = 1 + sum_of_children(t, &t->nodes[at]);
			if (t->size[at] > MAX_TREE)
				return false;
		}
		n--;
	}
	return t->n_templates * t->n_references < MAX_SCOPES / 4;
}

/* --- C++: what the mode takes away --- */

static bool is_this_qualifier(const struct demangle_component *c)
{
	switch (c->type) {
	case DEMANGLE_COMPONENT_RESTRICT_THIS:
	case DEMANGLE_COMPONENT_VOLATILE_THIS:
	case DEMANGLE_COMPONENT_CONST_THIS:
	case DEMANGLE_COMPONENT_REFERENCE_THIS:
	case DEMANGLE_COMPONENT_RVALUE_REFERENCE_THIS:
	case DEMANGLE_COMPONENT_TRANSACTION_SAFE:
	case DEMANGLE_COMPONENT_NOEXCEPT:
	case DEMANGLE_COMPONENT_THROW_SPEC:
		return true;
	default:
		return false;
	}
}

/* The node becomes what hangs on its left, as long as it is of a kind to be taken away. */
static void drop_functions(struct tree *t, struct demangle_component *c)
{
	while ((c->type == DEMANGLE_COMPONENT_TYPED_NAME || is_this_qualifier(c)) && has_node(t, c->u.s_binary.left))
		*c = *c->u.s_binary.left;
}

/* std::string and its like are written out in full where they name a constructor. */
static void shorten(struct demangle_component *c)
{
	const char *bracket = memchr(c->u.s_string.string, '<', c->u.s_string.len);

	if (bracket)
		c->u.s_string.len = (int)(bracket - c->u.s_string.string);
}

static void drop_templates(struct tree *t)
{
	for (size_t i = 0; i < t->n_seen; i++) {
		struct demangle_component *c = &t->nodes[i];

		if (t->size[i] == UNSEEN)
			continue;
		while (c->type == DEMANGLE_COMPONENT_TEMPLATE && has_node(t, c->u.s_binary.left))
			*c = *c->u.s_binary.left;
		if (c->type == DEMANGLE_COMPONENT_SUB_STD)
			shorten(c);
	}
}

/* Which children belong to the name itself: a bit each. The others are types and arguments. */
static unsigned name_children(const struct demangle_component *c)
{
	switch (c->type) {
	case DEMANGLE_COMPONENT_QUAL_NAME:
	case DEMANGLE_COMPONENT_LOCAL_NAME:
		return 3;
	case DEMANGLE_COMPONENT_DEFAULT_ARG:
	case DEMANGLE_COMPONENT_TEMPLATE:
	case DEMANGLE_COMPONENT_TAGGED_NAME:
	case DEMANGLE_COMPONENT_GUARD:
	case DEMANGLE_COMPONENT_TLS_INIT:
	case DEMANGLE_COMPONENT_TLS_WRAPPER:
	case DEMANGLE_COMPONENT_REFTEMP:
		return 1;
	default:
		return 0;
	}
}

/*
 * Parameters, return types and qualifiers of the function, but not those within arguments; and of functions around
 * local names, wherever these are.
 */
static void drop_parameters(struct tree *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_seen; i++) {
		struct demangle_component *c = &t->nodes[i];

		if (t->size[i] != UNSEEN && c->type == DEMANGLE_COMPONENT_LOCAL_NAME && has_node(t, c->u.s_binary.left))
			drop_functions(t, c->u.s_binary.left);
	}
	t->stack[n++] = (uint32_t)(t->root - t->nodes);
	while (n) {
		uint32_t at = t->stack[--n];
		struct demangle_component *c = &t->nodes[at], *child[2];
		unsigned wanted;

		if (t->size[at] == OPEN)
			continue;
		t->size[at] = OPEN;
		drop_functions(t, c);
		wanted = name_children(c);
		children(c, child);
		for (unsigned i = 0; i < 2; i++)
			if (wanted >> i & 1 && has_node(t, child[i]))
				t->stack[n++] = (uint32_t)(child[i] - t->nodes);
	}
}

/* &(f<int>) for &(void f<int>(int)): libiberty itself does so only where the function is no template. */
static void drop_types_of_addresses(struct tree *t)
{
	for (size_t i = 0; i < t->n_seen; i++) {
		struct demangle_component *c = &t->nodes[i];

		if (t->size[i] != UNSEEN && c->type == DEMANGLE_COMPONENT_UNARY && has_node(t, c->u.s_binary.right))
			drop_functions(t, c->u.s_binary.right);
	}
}

static void edit(struct tree *t)
{
	drop_types_of_addresses(t);
	while (t->root->type == DEMANGLE_COMPONENT_CLONE && has_node(t, t->root->u.s_binary.left))
		t->root = t->root->u.s_binary.left;
	if (t->mode != DEMANGLE_FULL)
		drop_parameters(t);
	if (t->mode == DEMANGLE_DEFAULT)
		drop_templates(t);
}

/* --- C++: the text --- */

static bool print(struct buf *out, struct tree *t)
{
	struct printed p = { .out = out, .start = out->len };

	if (setjmp(p.done) || !cplus_demangle_print_callback(DMGL_PARAMS | DMGL_ANSI, t->root, add_text, &p) ||
		out->len == p.start)
		return take_back(&p);
	return true;
}

/* Two closing brackets in a row at i, which are no operator's name. */
static bool is_glued(const char *text, size_t i)
{
	return text[i] == '>' && text[i - 1] == '>' && (i < 9 || memcmp(text + i - 9, "operator", 8) != 0);
}

/* Behind an argument list that ends in an empty pack, libiberty forgets the blank that keeps two brackets apart. */
static void space_brackets(struct buf *out, size_t start)
{
	size_t len = out->len - start, n = 0;
	char *text = out->data + start;

	for (size_t i = 2; i < len; i++)
		n += is_glued(text, i);
	if (!n)
		return;
	buf_add_fill(out, ' ', n);
	if (out->failed)
		return;
	text = out->data + start;
	for (size_t i = len; n && i-- > 2;) {
		bool glued = is_glued(text, i);

		text[i + n] = text[i];
		if (glued)
			text[i + --n] = ' ';
	}
}

static bool print_tree(struct buf *out, struct tree *t)
{
	size_t start;

	if (!measure(t))
		return false;
	edit(t);
	start = out->len;
	if (!print(out, t))
		return false;
	space_brackets(out, start);
	return true;
}

/*
 * In the name of a conversion operator libiberty reads the arguments of a template parameter once to see whose they
 * are and once more to keep them, and so each one within another doubles its work: _ZN1AcvT_IXcvT_IXcvT_I...
 */
static bool is_read_too_often(const char *name)
{
	unsigned n = 0;

	for (const char *p = strstr(name, "cv"); p; p = strchr(p, 'T')) {
		p += strspn(p, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		n += p[0] == '_' && (p[1] == 'I' || (p[1] == '_' && p[2] == 'I'));
		p += *p != '\0';
	}
	return n > MAX_CONVERSIONS;
}

/*
 * This entry of libiberty 2.40 forgets to say, in a variable of its own, by which grammar names in expressions are to be
 * read: by the old one if 0 happens to lie where the variable will, else by the new one. So that the same name gives
 * the same text each time, what lies there is what we put there. A libiberty that sets it does not care. Sanitizers would
 * move the block away from where the variable will be.
 */
static __attribute__((noinline, no_sanitize("address", "undefined"))) void leave_on_stack(int byte)
{
	char below[1024];

	memset(below, byte, sizeof(below));
	__asm__ volatile("" : : "r"(below) : "memory");
}

static struct demangle_component *parse_by(const char *name, int options, void **block)
{
	struct demangle_component *root;

	leave_on_stack(1);
	root = cplus_demangle_v3_components(name, options, block);
	if (root)
		return root;
	leave_on_stack(0);
	return cplus_demangle_v3_components(name, options, block);
}

static struct demangle_component *parse_once(const char *name, enum demangle_mode mode, void **block)
{
	struct demangle_component *root = parse_by(name, DMGL_PARAMS | DMGL_ANSI, block);

	/* Where parameters are not wanted, neither they nor anything behind them needs to make sense. */
	if (!root && mode != DEMANGLE_FULL)
		root = parse_by(name, DMGL_ANSI, block);
	return root;
}

/*
 * libiberty does not say why there is no tree. When memory for another one is at hand, it is because of the name; the
 * second try is for the case that this has changed in between.
 */
static struct demangle_component *parse(
	const char *name, size_t len, enum demangle_mode mode, void **block, bool *no_memory)
{
	struct demangle_component *root = parse_once(name, mode, block);
	void *probe;

	if (root)
		return root;
	probe = malloc(2 * len * sizeof(*root) + len * sizeof(root));
	*no_memory = !probe;
	free(probe);
	return probe ? parse_once(name, mode, block) : NULL;
}

static bool add_tree(struct buf *out, const char *name, size_t len, enum demangle_mode mode)
{
	struct tree t = { .n = 2 * len, .mode = mode };
	void *block = NULL;
	bool no_memory = false, done = false;

	if (is_read_too_often(name))
		return false;
	t.root = parse(name, len, mode, &block, &no_memory);
	if (t.root) {
		t.nodes = block;
		t.size = calloc(t.n, sizeof(*t.size));
		t.stack = malloc((2 * t.n + 1) * sizeof(*t.stack));
		no_memory = !t.size || !t.stack;
		done = !no_memory && print_tree(out, &t);
	}
	free(t.stack);
	free(t.size);
	free(block);
	out->failed |= no_memory;
	return done;
}

/*
 * Of an operator that converts to a template parameter, the argument is also the name: what cannot be printed without
 * arguments is printed with them, and they go from the text.
 */
static bool add_cxx(struct buf *out, const char *name, size_t len, enum demangle_mode mode)
{
	size_t start = out->len, n;

	if (add_tree(out, name, len, mode))
		return true;
	if (mode != DEMANGLE_DEFAULT || out->failed || !strstr(name, "cv") ||
		!add_tree(out, name, len, DEMANGLE_TEMPLATES))
		return false;
	n = out->len - start;
	brackets_drop(out->data + start, &n, '<', '>');
	out->len = start + n;
	out->data[out->len] = '\0';
	return true;
}

/* --- Rust --- */

static bool add_rust(struct buf *out, const char *name)
{
	struct printed p = { .out = out, .start = out->len };

	if (setjmp(p.done) || !rust_demangle_callback(name, DMGL_PARAMS | DMGL_ANSI, add_rust_text, &p) ||
		out->failed || out->len - p.start > MAX_TEXT || out->len == p.start)
		return take_back(&p);
	return true;
}

/* _ZN, and 17h with sixteen digits before the E at the end; whether they are a hash is libiberty's to say. */
static bool is_rust_legacy(struct str name)
{
	return name.len > 23 && str_starts(name, STR("_ZN")) && memcmp(name.p + name.len - 20, "17h", 3) == 0;
}

static bool add_other(struct buf *out, struct str name, enum demangle_mode mode)
{
	char text[MAX_NAME + 1];

	if (name.len > MAX_NAME || memchr(name.p, '\0', name.len))
		return false;
	memcpy(text, name.p, name.len);
	text[name.len] = '\0';
	if (str_starts(name, STR("_R")))
		return add_rust(out, text);
	if (is_rust_legacy(name) && add_rust(out, text))
		return true;
	return add_cxx(out, text, name.len, mode);
}

#else

static bool add_other(struct buf *out, struct str name, enum demangle_mode mode)
{
	(void)out;
	(void)name;
	(void)mode;
	return false;
}

#endif

bool linkage_name_add(struct buf *out, struct str name, enum demangle_mode mode)
{
	return dlang_name_is_likely(name) ? dlang_name_add(out, name, mode) : add_other(out, name, mode);
}
