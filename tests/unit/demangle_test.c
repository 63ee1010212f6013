/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/demangle.h"

#include <criterion/criterion.h>

#include "app/symbolize_mode.h"
#include "assay-config.h"
#include "fixture.h"

static void expect_name(struct buf *out, const char *name, enum demangle_mode mode, const char *expected)
{
	bool changed;

	cr_assert_eq(demangle(out, str_of(name), mode, &changed), 0);
	if (!expected)
		expected = name;
	cr_expect_eq(changed, strcmp(name, expected) != 0, "'%s'", name);
	cr_expect(str_equal(changed ? buf_str(out) : str_of(name), str_of(expected)), "'%s' in mode %d gives '%.*s'",
		name, (int)mode, (int)out->len, out->len ? out->data : "");
}

/* By mode: default, templates, full; NULL for a name that stays as it is. */
struct vector {
	const char *name, *expected[3];
};

static void expect_vectors(const struct vector *v, size_t n)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		for (int mode = DEMANGLE_DEFAULT; mode <= DEMANGLE_FULL; mode++)
			expect_name(&out, v[i].name, (enum demangle_mode)mode, v[i].expected[mode]);
		expect_name(&out, v[i].name, DEMANGLE_NONE, NULL);
	}
	buf_release(&out);
}

#define EXPECT_VECTORS(v) expect_vectors(v, sizeof(v) / sizeof((v)[0]))

Test(demangle, what_is_no_linkage_name_stays_as_it_is)
{
	static const struct vector vectors[] = {
		{ "" },
		{ "_" },
		{ "__" },
		{ "main" },
		{ "_Z" },
		{ "_Zmain" },
		{ "_start" },
		{ "__libc_start_main" },
		{ "_R" },
		{ "_Zruntime.goexit" },
		{ "runtime.goexit" },
		{ "main.(*Server).handle" },
		{ "main.Map[...]" },
		{ "github.com/foo/bar/v2.(*Tree[...]).Walk" },
		{ "main.Map[go.shape.int_0]" },
		{ "com.acme.Main.<init>" },
		{ "[vdso]" },
		{ "core::fmt::write" },
		{ "_Z3fooiQQ", { "foo", "foo" } },
	};

	EXPECT_VECTORS(vectors);
}

Test(demangle, text_of_cxx_is_simplified)
{
	static const struct vector vectors[] = {
		{ "a::b<c>(d)", { "a::b", "a::b<c>" } },
		{ "void f<int>(int)", { "void f", "void f<int>" } },
		{ "std::f((a)(b), c)::g(d) const", { "std::f::g const", "std::f::g const" } },
		{ "f<a<b>, c>::g", { "f::g" } },
		{ "A::operator<(A)", { "A::operator<", "A::operator<" } },
		{ "a::b)(c)" },
		{ "a::(b)c)(d)", { "a::c)(d)", "a::c)(d)" } },
		{ "a::b(c(d)" },
		{ "A::operator>(A)<b>", { "A::operator><b>", "A::operator><b>" } },
		{ "java.lang.String.format(java.lang.Object[])",
			{ "java.lang.String.format", "java.lang.String.format" } },
		{ "main(int)" },
	};

	EXPECT_VECTORS(vectors);
}

#if HAVE_LIBIBERTY

Test(demangle, linkage_names_of_cxx)
{
	static const struct vector vectors[] = {
		{ "_Z3foov", { "foo", "foo", "foo()" } },
		{ "__Z3foov", { "foo", "foo", "foo()" } },
		{ "_ZN2ns12_GLOBAL__N_14spinIiEET_S2_RKSt6vectorIS2_SaIS2_EE",
			{ "ns::(anonymous namespace)::spin", "ns::(anonymous namespace)::spin<int>",
				"int ns::(anonymous namespace)::spin<int>(int, std::vector<int, std::allocator<int> > "
				"const&)" } },
		{ "_ZN2nslsERSoRK1X",
			{ "ns::operator<<", "ns::operator<<", "ns::operator<<(std::ostream&, X const&)" } },
		{ "_ZltIiEbRK1AIT_ES4_",
			{ "operator<", "operator< <int>", "bool operator< <int>(A<int> const&, A<int> const&)" } },
		{ "_ZrsIiEb1AIT_ES2_", { "operator>>", "operator>><int>", "bool operator>><int>(A<int>, A<int>)" } },
		{ "_ZNK1AptEv", { "A::operator->", "A::operator->", "A::operator->() const" } },
		{ "_ZN1AcvT_IiEEv", { "A::operator int", "A::operator int<int>", "A::operator int<int>()" } },
		{ "_ZNK1AcvbEv", { "A::operator bool", "A::operator bool", "A::operator bool() const" } },
		{ "_ZN1AC2Ei", { "A::A", "A::A", "A::A(int)" } },
		{ "_ZN1AIcED0Ev", { "A::~A", "A<char>::~A", "A<char>::~A()" } },
		{ "_ZNSsC1EPKcRKSaIcE",
			{ "std::basic_string::basic_string",
				"std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string",
				"std::basic_string<char, std::char_traits<char>, std::allocator<char> "
				">::basic_string(char const*, "
				"std::allocator<char> const&)" } },
		{ "_Z3fooB5cxx11i", { "foo[abi:cxx11]", "foo[abi:cxx11]", "foo[abi:cxx11](int)" } },
		{ "_ZZ3fooiE1x", { "foo::x", "foo::x", "foo(int)::x" } },
		{ "_ZZN1A1fEiENKUliE_clEi", { "A::f::{lambda(int)#1}::operator()", "A::f::{lambda(int)#1}::operator()",
						    "A::f(int)::{lambda(int)#1}::operator()(int) const" } },
		{ "_Z1fIXadL_Z1giEEEvv", { "f", "f<&g>", "void f<&g>()" } },
		{ "_Z1fIPFviEEvT_", { "f", "f<void (*)(int)>", "void f<void (*)(int)>(void (*)(int))" } },
		{ "_Z1fI1AIJiEJEEEvv", { "f", "f<A<int> >", "void f<A<int> >()" } },
		{ "_Z1fi.part.0", { "f", "f", "f(int)" } },
		{ "_Z1fi.isra.0.cold", { "f", "f", "f(int)" } },
		{ "_Z1fi.llvm.123456", { "f", "f", "f(int)" } },
		{ "_ZL1x.llvm.123456", { "x", "x" } },
		{ "_Z1fIiENSt9enable_ifIXsr3std9is_signedIT_EE5valueEvE4typeES1_",
			{ "f", "f<int>", "std::enable_if<std::is_signed<int>::value, void>::type f<int>(int)" } },
		{ "_ZNSs4swapERSs@@GLIBCXX_3.4",
			{ "std::string::swap", "std::string::swap", "std::string::swap(std::string&)" } },
		{ "_ZN2ns1fEi@plt", { "ns::f@plt", "ns::f@plt", "ns::f(int)@plt" } },
		{ "_ZN2ns1fEi@V1", { "ns::f", "ns::f", "ns::f(int)" } },
		{ "_ZThn8_N1A1fEi", { "non-virtual thunk to A::f(int)", "non-virtual thunk to A::f(int)",
					    "non-virtual thunk to A::f(int)" } },
		{ "_ZTV1AIiE", { "vtable for A", "vtable for A<int>", "vtable for A<int>" } },
		{ "_ZGVZ1fiE1x",
			{ "guard variable for f::x", "guard variable for f::x", "guard variable for f(int)::x" } },
	};

	EXPECT_VECTORS(vectors);
}

Test(demangle, linkage_names_of_rust)
{
#define SAME(text)               \
	{                        \
		text, text, text \
	}
	static const struct vector vectors[] = {
		{ "_ZN4core3fmt5write17h0123456789abcdefE", SAME("core::fmt::write") },
		{ "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$"
		  "3bar17h930b740aa94f1d3aE",
			SAME("<Test + 'static as foo::Bar<Test>>::bar") },
		{ "_RNvC6_123foo3bar", SAME("123foo::bar") },
		{ "_RINvNtC3std3mem8align_ofjE", SAME("std::mem::align_of::<usize>") },
		{ "_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", SAME("cc::spawn::{closure#0}::{closure#0}") },
	};

	EXPECT_VECTORS(vectors);
}

/* Each step doubles what the name stands for: f(A<A<...>, A<...>>). */
static void add_doubling_name(struct buf *b, unsigned steps)
{
	buf_addf(b, "_Z1f1AIiiE");
	for (unsigned i = 0; i < steps; i++) {
		if (i == 0)
			buf_addf(b, "S_IS0_S0_E");
		else
			buf_addf(b, "S_IS%X_S%X_E", i, i);
	}
}

Test(demangle, names_beyond_the_bounds_stay_as_they_are)
{
	struct buf name = BUF_INIT, out = BUF_INIT;
	bool changed;

	add_doubling_name(&name, 6);
	cr_assert_eq(demangle(&out, buf_str(&name), DEMANGLE_FULL, &changed), 0);
	cr_expect(changed && out.len > 500 && out.len < 5000);
	buf_reset(&name);
	add_doubling_name(&name, 15);
	cr_assert_eq(demangle(&out, buf_str(&name), DEMANGLE_FULL, &changed), 0);
	cr_expect(!changed && !out.len);
	buf_reset(&name);
	buf_addf(&name, "_Z1f");
	buf_add_fill(&name, 'P', 5000);
	buf_addf(&name, "i");
	cr_assert_eq(demangle(&out, buf_str(&name), DEMANGLE_FULL, &changed), 0);
	cr_expect(!changed);
	buf_reset(&name);
	buf_addf(&name, "_ZN1A");
	for (unsigned i = 0; i < 200; i++)
		buf_addf(&name, "cvT_I");
	cr_assert_eq(demangle(&out, buf_str(&name), DEMANGLE_FULL, &changed), 0);
	cr_expect(!changed);
	cr_assert_eq(demangle(&out, (struct str){ "_Z1f\0i", 6 }, DEMANGLE_FULL, &changed), 0);
	cr_expect(!changed);
	buf_release(&name);
	buf_release(&out);
}

static uint32_t add_function(struct fixture *f, const char *name, const char *system_name)
{
	struct function fn = { .name = fixture_intern(f, name), .system_name = fixture_intern(f, system_name) };

	cr_assert(vec_push(&f->b.profile->functions, fn));
	return (uint32_t)f->b.profile->functions.n - 1;
}

static void expect_function(struct fixture *f, uint32_t i, const char *name, const char *system_name)
{
	const struct function *fn = &f->b.profile->functions.items[i];

	cr_expect(str_equal(profile_str(f->b.profile, fn->name), str_of(name)), "%u is no '%s'", i, name);
	cr_expect(str_equal(profile_str(f->b.profile, fn->system_name), str_of(system_name)));
}

Test(demangle, functions_with_names_of_their_own_keep_them_unless_forced)
{
	struct fixture f;
	uint32_t same, own, unnamed, none;

	fixture_init(&f, "cpu/ns");
	same = add_function(&f, "_Z1fi", "_Z1fi");
	own = add_function(&f, "mine", "_Z1gi");
	unnamed = add_function(&f, "", "_Z1hi");
	none = add_function(&f, "a::b(c)", "");
	cr_assert_eq(demangle_functions(&f.b, DEMANGLE_DEFAULT, false, NULL, NULL), 0);
	expect_function(&f, same, "f", "_Z1fi");
	expect_function(&f, own, "mine", "_Z1gi");
	expect_function(&f, unnamed, "h", "_Z1hi");
	expect_function(&f, none, "a::b(c)", "");
	cr_assert_eq(demangle_functions(&f.b, DEMANGLE_FULL, true, NULL, NULL), 0);
	expect_function(&f, same, "f(int)", "_Z1fi");
	expect_function(&f, own, "g(int)", "_Z1gi");
	expect_function(&f, none, "a::b(c)", "");
	cr_assert_eq(demangle_functions(&f.b, DEMANGLE_NONE, true, NULL, NULL), 0);
	expect_function(&f, same, "_Z1fi", "_Z1fi");
	expect_function(&f, own, "_Z1gi", "_Z1gi");
	fixture_release(&f);
}

#endif

Test(symbolize_mode, words_add_up_until_none)
{
	static const struct {
		const char *text;
		bool known;
		struct symbolize_mode mode;
	} cases[] = {
		{ "", true, { .local = true, .remote = true } },
		{ "none", true, { .none = true, .local = true, .remote = true } },
		{ "NO", true, { .none = true, .local = true, .remote = true } },
		{ "local", true, { .local = true } },
		{ "fastlocal", true, { .local = true, .fast = true } },
		{ "remote", true, { .remote = true } },
		{ "force", true, { .local = true, .remote = true, .force = true } },
		{ "::Force:", true, { .local = true, .remote = true, .force = true } },
		{ "local:demangle=FULL", true, { .local = true, .force = true, .demangle = DEMANGLE_FULL } },
		{ "templates", true, { .local = true, .remote = true, .force = true, .demangle = DEMANGLE_TEMPLATES } },
		{ "demangle=none", true, { .local = true, .remote = true, .force = true, .demangle = DEMANGLE_NONE } },
		{ "demangle=default", true, { .local = true, .remote = true } },
		{ "what:local", false, { .local = true } },
		{ "none:what", true, { .none = true, .local = true, .remote = true } },
		{ "demangle=", false, { .local = true, .remote = true } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct symbolize_mode *e = &cases[i].mode;
		struct symbolize_mode m;

		cr_expect_eq(symbolize_mode_parse(&m, cases[i].text), cases[i].known, "'%s'", cases[i].text);
		cr_expect(m.none == e->none && m.local == e->local && m.remote == e->remote && m.fast == e->fast &&
				  m.force == e->force && m.demangle == e->demangle,
			"'%s'", cases[i].text);
	}
}
