/* SPDX-License-Identifier: Apache-2.0 */
#include "report/names.h"

#include <criterion/criterion.h>

static const struct {
	const char *name, *shortened;
} shortened[] = {
	{ "github.com/acme/v2/pkg/sub.(*T).M.func1", "sub.(*T).M.func1" },
	{ "github.com/foo/bar/v4.(*Foo).Bar", "bar.(*Foo).Bar" },
	{ "github.com/foobar/v1.(*Foo).Bar", "v1.(*Foo).Bar" },
	{ "github.com/foobar/v10.Bar", "foobar.Bar" },
	{ "github.com/foobar/v02.Bar", "v02.Bar" },
	{ "example.com/a.b/c", "a.b/c" },
	{ "github.com/foo/bar", "github.com/foo/bar" },
	{ "a//b.c", "/b.c" },
	{ "a/b.c\nd", "b.c" },
	{ "a/b.\nd", "a/b.\nd" },
	{ "a/.b.c", "a/.b.c" },
	{ "java.bar.foo.FooBar.run(java.lang.Runnable)", "FooBar.run" },
	{ "java.bar.foo.FooBar.<init>(int)", "FooBar.<init>" },
	{ "FooBar.run", "FooBar.run" },
	{ "foo.Bar$1.access$000", "Bar$1.access$000" },
	{ "foo.Bar.run[]", "foo.Bar.run[]" },
	{ "foo.Bar", "foo.Bar" },
	{ "foo.Bar.", "foo.Bar." },
	{ "cpp::ns::Class::method<float, int>()", "Class::method<float, int>" },
	{ "cpp::ns::Class::method()::$_100::operator()", "Class::method" },
	{ "cpp::ns::Class::~Class()", "Class::~Class" },
	{ "cpp::__Class::method<int", "__Class::method" },
	{ "a::B::C::d", "C::d" },
	{ "a::B::C", "B::C" },
	{ "A::B", "A::B" },
	{ "std::vector<int>::push_back", "std::vector<int>::push_back" },
	{ "(anonymous namespace)::foo", "foo" },
	{ "(anonymous namespace)::(anonymous namespace)::foo", "(anonymous namespace)::foo" },
	{ "", "" },
	{ "main", "main" },
	{ "runtime.main", "runtime.main" },
};

Test(names, are_shortened_by_language)
{
	for (size_t i = 0; i < sizeof(shortened) / sizeof(shortened[0]); i++) {
		struct buf b = BUF_INIT;

		names_shorten(&b, str_of(shortened[i].name));
		cr_expect(str_equal(buf_str(&b), str_of(shortened[i].shortened)), "%s gave %s and not %s", shortened[i].name,
			buf_str(&b).p, shortened[i].shortened);
		buf_release(&b);
	}
}

static const struct {
	const char *name, *package;
} packages[] = {
	{ "net/http.(*conn).serve", "net/http" },
	{ "foo", "" },
	{ "runtime.main", "runtime" },
	{ "std::vector<a/b.c>::x", "std::vector<a/b" },
	{ "std::sort", "std" },
	{ ".x", "" },
	{ "a/b-c.d", "" },
	{ "a:b", "" },
	{ "", "" },
};

Test(names, have_a_package_before_the_first_dot_or_colons)
{
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
		struct str found = names_package(str_of(packages[i].name));

		cr_expect(str_equal(found, str_of(packages[i].package)), "%s gave %.*s and not %s", packages[i].name,
			(int)found.len, found.p, packages[i].package);
	}
}
