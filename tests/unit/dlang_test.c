/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/dlang.h"

#include <time.h>

#include <criterion/criterion.h>

#include "symbol/linkage.h"

static void expect_name(const char *name, enum demangle_mode mode, const char *expected)
{
	struct buf out = BUF_INIT;
	bool changed;

	cr_assert_eq(demangle(&out, str_of(name), mode, &changed), 0);
	cr_expect_eq(changed, expected != NULL, "'%s'", name);
	cr_expect(!expected || str_equal(buf_str(&out), str_of(expected)), "'%s' in mode %d gives '%.*s'", name,
		(int)mode, (int)out.len, out.len ? out.data : "");
	buf_release(&out);
}

/* By mode: default, templates, full; this as c++filt --format=dlang has it. */
struct vector {
	const char *name, *expected[3];
};

static void expect_vectors(const struct vector *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (int mode = DEMANGLE_DEFAULT; mode <= DEMANGLE_FULL; mode++)
			expect_name(v[i].name, (enum demangle_mode)mode, v[i].expected[mode]);
		expect_name(v[i].name, DEMANGLE_NONE, NULL);
	}
}

#define EXPECT_VECTORS(v) expect_vectors(v, sizeof(v) / sizeof((v)[0]))

Test(dlang, names_are_spelled_as_by_libiberty)
{
	static const struct vector vectors[] = {
		{ "_Dmain", { "D main", "D main", "D main" } },
		{ "_D4shop4openFZv", { "shop.open", "shop.open", "shop.open()" } },
		{ "_D4shop6Basket3addMFAyaiZb",
			{ "shop.Basket.add", "shop.Basket.add", "shop.Basket.add(immutable(char)[], int)" } },
		{ "_D4shop6Basket6__ctorMFNaNbNfiZC4shop6Basket",
			{ "shop.Basket.this", "shop.Basket.this", "shop.Basket.this(int)" } },
		{ "_D4shop6Basket6__dtorMFZv", { "shop.Basket.~this", "shop.Basket.~this", "shop.Basket.~this()" } },
		{ "_D4shop4Item10__postblitMFZv",
			{ "shop.Item.this(this)", "shop.Item.this(this)", "shop.Item.this(this)" } },
		{ "_D4shop4Item6__initZ",
			{ "initializer for shop.Item", "initializer for shop.Item", "initializer for shop.Item" } },
		{ "_D4shop6Basket6__vtblZ",
			{ "vtable for shop.Basket", "vtable for shop.Basket", "vtable for shop.Basket" } },
		{ "_D4shop6Basket7__ClassZ",
			{ "ClassInfo for shop.Basket", "ClassInfo for shop.Basket", "ClassInfo for shop.Basket" } },
		{ "_D4shop7Payable11__InterfaceZ",
			{ "Interface for shop.Payable", "Interface for shop.Payable", "Interface for shop.Payable" } },
		{ "_D4shop12__ModuleInfoZ", { "ModuleInfo for shop", "ModuleInfo for shop", "ModuleInfo for shop" } },
		{ "_D4shop6Basket5countMxFNaNbNdNiNfZm",
			{ "shop.Basket.count", "shop.Basket.count", "shop.Basket.count() const" } },
		{ "_D4shop6Basket4peekMNgFZNgAi",
			{ "shop.Basket.peek", "shop.Basket.peek", "shop.Basket.peek() inout" } },
		{ "_D4shop6Basket4lockMOFZv", { "shop.Basket.lock", "shop.Basket.lock", "shop.Basket.lock() shared" } },
		{ "_D4shop6Basket5checkMONgxFZv",
			{ "shop.Basket.check", "shop.Basket.check", "shop.Basket.check() shared inout const" } },
		{ "_D4shop6Basket5printMyFZv",
			{ "shop.Basket.print", "shop.Basket.print", "shop.Basket.print() immutable" } },
		{ "_D4shop5totalFxAaOiyG3dNghZe",
			{ "shop.total", "shop.total",
				"shop.total(const(char[]), shared(int), immutable(double[3]), inout(ubyte))" } },
		{ "_D4shop5totalFNaNbIiIKjJkKlLmZv",
			{ "shop.total", "shop.total",
				"shop.total(in int, in ref ireal, out uint, ref long, lazy ulong)" } },
		{ "_D4shop5totalFMPiNkKAgZv",
			{ "shop.total", "shop.total", "shop.total(scope int*, return ref byte[])" } },
		{ "_D4shop5printFAyaYv", { "shop.print", "shop.print", "shop.print(immutable(char)[], ...)" } },
		{ "_D4shop5printFYv", { "shop.print", "shop.print", "shop.print(...)" } },
		{ "_D4shop5printFAxiXv", { "shop.print", "shop.print", "shop.print(const(int)[]...)" } },
		{ "_D4shop5priceFHAyaiHHabhZf",
			{ "shop.price", "shop.price", "shop.price(int[immutable(char)[]], ubyte[bool[char]])" } },
		{ "_D4shop5priceFG4G8sNhG4fZq",
			{ "shop.price", "shop.price", "shop.price(short[8][4], __vector(float[4]))" } },
		{ "_D4shop5priceFNnnvgtuwopjcrZv",
			{ "shop.price", "shop.price",
				"shop.price(typeof(*null), typeof(null), void, byte, ushort, wchar, dchar, ifloat, "
				"idouble, ireal, creal, cdouble)" } },
		{ "_D4shop5priceFziZzk", { "shop.price", "shop.price", "shop.price(cent)" } },
		{ "_D4shop4eachFDFNaNbiZvPFNfAyaZiZv",
			{ "shop.each", "shop.each",
				"shop.each(void(int) pure nothrow delegate, int(immutable(char)[]) @safe function)" } },
		{ "_D4shop4eachFDxFZiDOFZaPUPvZvPWZiPVZiPRZiDYZiZv",
			{ "shop.each", "shop.each",
				"shop.each(int() delegate const, char() delegate shared, extern(C) void(void*) "
				"function, extern(Windows) int() function, extern(Pascal) int() function, extern(C++) "
				"int() function, extern(Objective-C) int() delegate)" } },
		{ "_D4shop4eachFLC6ObjectLDFLiZiZi",
			{ "shop.each", "shop.each", "shop.each(lazy Object, lazy int(lazy int) delegate)" } },
		{ "_D4shop3anyFB0B2iAyaB3aDFZaaZv", { "shop.any", "shop.any",
							    "shop.any(Tuple!(), Tuple!(int, immutable(char)[]), "
							    "Tuple!(char, char() delegate, char))" } },
		{ "_D4shop4openFZ4shutMFZ4nextMFiZv",
			{ "shop.open.shut.next", "shop.open.shut.next", "shop.open().shut().next(int)" } },
		{ "_D4shop4openFZ1xi", { "shop.open.x", "shop.open.x", "shop.open().x" } },
		{ "_D4shop4openFZ4__S12__1fMFZv", { "shop.open.__.f", "shop.open.__.f", "shop.open().__.f()" } },
		{ "_D4shop004openFZv", { "shop.open", "shop.open", "shop.open()" } },
		{ "_D4shop__T4openZQgFZv", { "shop.open.open", "shop.open!().open", "shop.open!().open()" } },
		{ "_D4shop__T4openTiTAyaZQmFiAyaZv",
			{ "shop.open.open", "shop.open!(int, immutable(char)[]).open",
				"shop.open!(int, immutable(char)[]).open(int, immutable(char)[])" } },
		{ "_D4shop11__T4openTiZ4openFiZv",
			{ "shop.open.open", "shop.open!(int).open", "shop.open!(int).open(int)" } },
		{ "_D4core4stdc5errnoQgFZi",
			{ "core.stdc.errno.errno", "core.stdc.errno.errno", "core.stdc.errno.errno()" } },
		{ "_D4shop3useFC4shop6BasketQnMFZQuZv",
			{ "shop.use", "shop.use", "shop.use(shop.Basket, shop.Basket, scope real() function)" } },
		{ "_D4shop6Basket5totali", { "shop.Basket.total", "shop.Basket.total", "shop.Basket.total" } },
		{ "_D4shop8checkoutFZ4__S15totalMFZi",
			{ "shop.checkout.total", "shop.checkout.total", "shop.checkout().total()" } },
		{ "_D4shop8checkoutFZ1xi", { "shop.checkout.x", "shop.checkout.x", "shop.checkout().x" } },
		{ "_D4shop__U4openHTiZQjFZv", { "shop.open.open", "shop.open!(int).open", "shop.open!(int).open()" } },
		{ "_D4shop__T3tagVAyaa5_68656c6c6fVAyuw2_6869VAywd1_61VAyaa5_0a0d0922c3ZQChFZv",
			{ "shop.tag.tag", "shop.tag!(\"hello\", \"hi\"w, \"a\"d, \"\\n\\r\\t\"\\xc3\").tag",
				"shop.tag!(\"hello\", \"hi\"w, \"a\"d, \"\\n\\r\\t\"\\xc3\").tag()" } },
		{ "_D4shop__T4rateVdeN0A8P6VfeNANVdeINFVeeNINFVrc08P1cN08PN1ZQBwFZv",
			{ "shop.rate.rate", "shop.rate!(-0x0.A8p6, NaN, Inf, -Inf, 0x0.8p1+-0x0.8p-1i).rate",
				"shop.rate!(-0x0.A8p6, NaN, Inf, -Inf, 0x0.8p1+-0x0.8p-1i).rate()" } },
		{ "_D4shop__T3setVAiA3i1i2i3VHiAyaA2i1a1_61i2a1_62VS4shop4ItemS2i1a1_78ZQChFZv",
			{ "shop.set.set", "shop.set!([1, 2, 3], [1:\"a\", 2:\"b\"], shop.Item(1, \"x\")).set",
				"shop.set!([1, 2, 3], [1:\"a\", 2:\"b\"], shop.Item(1, \"x\")).set()" } },
		{ "_D4shop__T3mapS_D4shop4openFiZvTiZQyFZv", { "shop.map.map", "shop.map!(shop.open(int), int).map",
								     "shop.map!(shop.open(int), int).map()" } },
		{ "_D4shop__T3mapS4shop4openTiZQsFZv",
			{ "shop.map.map", "shop.map!(shop.open, int).map", "shop.map!(shop.open, int).map()" } },
		{ "_D4shop36__T3mapS23_D4shop5local3barMxFiZvTiZ3mapFZv",
			{ "shop.map.map", "shop.map!(shop.local.bar(int) const, int).map",
				"shop.map!(shop.local.bar(int) const, int).map()" } },
		{ "_D4shop__T3runX6printfZQnFZv",
			{ "shop.run.run", "shop.run!(printf).run", "shop.run!(printf).run()" } },
		{ "_D4shopFS4shop4ItemQlPQoZv", { "shop", "shop", "shop(shop.Item, shop.Item, shop.Item*)" } },
		{ "_D4shop3useFC4shop6BasketMQoZQr",
			{ "shop.use", "shop.use", "shop.use(shop.Basket, scope shop.Basket)" } },
		{ "_D4shop5applyFDFNaNbNiNfZvDQmZv", { "shop.apply", "shop.apply",
							     "shop.apply(void() pure nothrow @nogc @safe delegate, "
							     "void() pure nothrow @nogc @safe delegate)" } },
		{ "_D4shop4each__T4loopTSQu4ItemVi1ZQsFASQBkQBi__TQBgTiZ3ArgZv",
			{ "shop.each.loop.loop", "shop.each.loop!(shop.Item, 1).loop",
				"shop.each.loop!(shop.Item, 1).loop(shop.each.loop!(int).Arg[])" } },
		{ "_D4shop5countFS4shop4openFZ4ArgsZv",
			{ "shop.count", "shop.count", "shop.count(shop.open().Args)" } },
		{ "_D4shop3logFS4shop4ItemYv", { "shop.log", "shop.log", "shop.log(shop.Item, ...)" } },
		{ "_D4shop3logFS4shop4ItemMPiZv", { "shop.log", "shop.log", "shop.log(shop.Item, scope int*)" } },
		{ "_D4shop__T3runVPFZvf_D4shop4openFZvZQBaFZv",
			{ "shop.run.run", "shop.run!(shop.open()).run", "shop.run!(shop.open()).run()" } },
		{ "_D3std5stdio__T7writelnTAyaTiZQpFNfAyaiZv",
			{ "std.stdio.writeln.writeln", "std.stdio.writeln!(immutable(char)[], int).writeln",
				"std.stdio.writeln!(immutable(char)[], int).writeln(immutable(char)[], int)" } },
		{ "_D3std6format5write__"
		  "T11formatValueTSQBj5stdio4File17LockingTextWriterThTaZQCbFNfKQBuKhMKxSQDlQDk4spec__"
		  "T10FormatSpecTaZQpZv",
			{ "std.format.write.formatValue.formatValue",
				"std.format.write.formatValue!(std.stdio.File.LockingTextWriter, ubyte, "
				"char).formatValue",
				"std.format.write.formatValue!(std.stdio.File.LockingTextWriter, ubyte, "
				"char).formatValue(ref std.stdio.File.LockingTextWriter, ref ubyte, scope ref "
				"const(std.format.spec.FormatSpec!(char).FormatSpec))" } },
		{ "_D3std8typecons__T5TupleTSQy3utf__T10byCodeUnitTAaZQqFQgZ14ByCodeUnitImplZQCe6__"
		  "ctorMFNaNbNcNiNfQCtZSQDvQDu__TQDoTQDlZQDw",
			{ "std.typecons.Tuple.Tuple.this",
				"std.typecons.Tuple!(std.utf.byCodeUnit!(char[]).byCodeUnit(char[]).ByCodeUnitImpl)."
				"Tuple.this",
				"std.typecons.Tuple!(std.utf.byCodeUnit!(char[]).byCodeUnit(char[]).ByCodeUnitImpl)."
				"Tuple.this(std.utf.byCodeUnit!(char[]).byCodeUnit(char[]).ByCodeUnitImpl)" } },
		{ "_D6object__T10RTInfoImplVAmA2i128i512ZQBayG2m",
			{ "object.RTInfoImpl.RTInfoImpl", "object.RTInfoImpl!([128, 512]).RTInfoImpl",
				"object.RTInfoImpl!([128, 512]).RTInfoImpl" } },
		{ "_D2rt8monitor_4gmtxS4core3sys5posixQk5types15pthread_mutex_t",
			{ "rt.monitor_.gmtx", "rt.monitor_.gmtx", "rt.monitor_.gmtx" } },
		{ "_D4core8internal2gc4impl12conservativeQw4Pool7getBitsMFNbmZk",
			{ "core.internal.gc.impl.conservative.gc.Pool.getBits",
				"core.internal.gc.impl.conservative.gc.Pool.getBits",
				"core.internal.gc.impl.conservative.gc.Pool.getBits(ulong)" } },
		{ "_D3std6digest__T13WrapperDigestTSQBfQBe3sha__T3SHAVki512Vki256ZQrZQBy6__vtblZ",
			{ "vtable for std.digest.WrapperDigest.WrapperDigest",
				"vtable for std.digest.WrapperDigest!(std.digest.sha.SHA!(512u, "
				"256u).SHA).WrapperDigest",
				"vtable for std.digest.WrapperDigest!(std.digest.sha.SHA!(512u, "
				"256u).SHA).WrapperDigest" } },
		{ "_D3std12experimental6logger4core8MsgRange6__ctorMFNcNfCQCbQCaQBpQBl6LoggerZSQCwQCvQCkQCgQCe",
			{ "std.experimental.logger.core.MsgRange.this", "std.experimental.logger.core.MsgRange.this",
				"std.experimental.logger.core.MsgRange.this(std.experimental.logger.core.Logger)" } },
		{ "_D3std4math6traits__T11isSubnormalTxeZQrFNaNbNiNexeZb",
			{ "std.math.traits.isSubnormal.isSubnormal",
				"std.math.traits.isSubnormal!(const(real)).isSubnormal",
				"std.math.traits.isSubnormal!(const(real)).isSubnormal(const(real))" } },
		{ "_D3std3utf__T10byCodeUnitTAyaZQrFQhZ14ByCodeUnitImpl7opSliceMFNaNbNiNfmmZSQCuQCt__"
		  "TQCsTQCjZQDaFQCrZQCl",
			{ "std.utf.byCodeUnit.byCodeUnit.ByCodeUnitImpl.opSlice",
				"std.utf.byCodeUnit!(immutable(char)[]).byCodeUnit.ByCodeUnitImpl.opSlice",
				"std.utf.byCodeUnit!(immutable(char)[]).byCodeUnit(immutable(char)[]).ByCodeUnitImpl."
				"opSlice(ulong, ulong)" } },
		{ "_D3std9algorithm8mutation__T4moveTSQBh4file15DirIteratorImplZQBhFKQBgKQBkZv",
			{ "std.algorithm.mutation.move.move",
				"std.algorithm.mutation.move!(std.file.DirIteratorImpl).move",
				"std.algorithm.mutation.move!(std.file.DirIteratorImpl).move(ref "
				"std.file.DirIteratorImpl, ref std.file.DirIteratorImpl)" } },
		{ "_D4core8internal2gc4impl5protoQo7ProtoGC8rootIterMFNdNiNjZDFMDFNbKSQCnQCc11gcinterface4RootZiZi",
			{ "core.internal.gc.impl.proto.gc.ProtoGC.rootIter",
				"core.internal.gc.impl.proto.gc.ProtoGC.rootIter",
				"core.internal.gc.impl.proto.gc.ProtoGC.rootIter()" } },
		{ "_D3std6digest__T13WrapperDigestTSQBfQBe3sha__T3SHAVki1024Vki256ZQsZQBz7__ClassZ",
			{ "ClassInfo for std.digest.WrapperDigest.WrapperDigest",
				"ClassInfo for std.digest.WrapperDigest!(std.digest.sha.SHA!(1024u, "
				"256u).SHA).WrapperDigest",
				"ClassInfo for std.digest.WrapperDigest!(std.digest.sha.SHA!(1024u, "
				"256u).SHA).WrapperDigest" } },
		{ "_D3std9exception14ErrnoException6__ctorMFNfAyaQdmZCQBxQBwQBp",
			{ "std.exception.ErrnoException.this", "std.exception.ErrnoException.this",
				"std.exception.ErrnoException.this(immutable(char)[], immutable(char)[], ulong)" } },
		{ "_D6object__T8capacityTS3std6socket11AddressInfoZQBkFNaNbNdNeAQBnZm",
			{ "object.capacity.capacity", "object.capacity!(std.socket.AddressInfo).capacity",
				"object.capacity!(std.socket.AddressInfo).capacity(std.socket.AddressInfo[])" } },
		{ "_D4shop__T3minVii3VkN4Vli5Vmi6Vhi7Vbi1Vbi0Vai97Vai10Vui8364Vwi128512VPinZQClFZv",
			{ "shop.min.min",
				"shop.min!(3, -4u, 5L, 6uL, 7u, true, false, 'a', '\\x0a', '\\u20ac', '\\U0001f600', "
				"null).min",
				"shop.min!(3, -4u, 5L, 6uL, 7u, true, false, 'a', '\\x0a', '\\u20ac', '\\U0001f600', "
				"null).min()" } },
		{ "_D4shop__T3mapS104shop4shutZQsFZv",
			{ "shop.map.map", "shop.map!(shop.shut).map", "shop.map!(shop.shut).map()" } },
		{ "_D4shop__T4pickVE4shop5Colori2ZQvFZv",
			{ "shop.pick.pick", "shop.pick!(2).pick", "shop.pick!(2).pick()" } },
		{ "_D4shop9__T4openZ4openFZv", { "shop.open.open", "shop.open!().open", "shop.open!().open()" } },
	};

	EXPECT_VECTORS(vectors);
}

Test(dlang, names_that_libiberty_2_40_does_not_read)
{
	static const struct vector vectors[] = {
		{ "_D3std4path__T7dirNameTxaZQmFNaNbNiNfNkMAxaZQe",
			{ "std.path.dirName.dirName", "std.path.dirName!(const(char)).dirName",
				"std.path.dirName!(const(char)).dirName(return scope const(char)[])" } },
		{ "_D4shop4openFZv.part.0", { "shop.open", "shop.open", "shop.open()" } },
		{ "_D4shop4openFZv.constprop.0.cold", { "shop.open", "shop.open", "shop.open()" } },
		{ "__D4shop4openFZv", { "shop.open", "shop.open", "shop.open()" } },
		{ "_Dmain.cold", { "D main", "D main", "D main" } },
	};

	EXPECT_VECTORS(vectors);
}

Test(dlang, what_is_no_name_of_it_stays_as_it_is)
{
	static const struct vector vectors[] = {
		{ "_D" },
		{ "_D4" },
		{ "_D4shop" },
		{ "_D4shopF" },
		{ "_D4shopM" },
		{ "_D4shopN" },
		{ "_D4shopFZNz" },
		{ "_D4shopFNzZv" },
		{ "_D4shopFDX" },
		{ "_D4shopFZ" },
		{ "_D4shopFZvv" },
		{ "_D4shopFBaZv" },
		{ "_D5shop" },
		{ "_D0Z" },
		{ "_D88" },
		{ "_Dmains" },
		{ "_Default" },
		{ "_DYNAMIC" },
		{ "_D4shop6BasketQai" },
		{ "_D4shop6BasketQzi" },
		{ "_D4shop__T4openTi" },
		{ "_D4shop__T4openZ" },
		{ "_D4shop__T04openZv" },
		{ "_D4shop__T4openVAyaa3_6162Z1xi" },
		{ "_D4shop__T4openVAyaa1_0GZ1xi" },
		{ "_D4shop__T4openVAyaa1_61" },
		{ "_D4shop__T4openVde0p1Z1xi" },
		{ "_D4shop__T4openVwi4294967296Z1xi" },
		{ "_D4shop12__T4openTiZ4openFiZv" },
		{ "_D4shop__T4openX9aZ1xi" },
		{ "_D18446744073709551617a1xi" },
		{ "D main" },
	};

	EXPECT_VECTORS(vectors);
}

/* Distances to the base of 26, small letter last. */
static void add_reference(struct buf *b, size_t target)
{
	size_t distance = b->len - target;

	buf_add_char(b, 'Q');
	if (distance >= 26 * 26)
		buf_add_char(b, (char)('A' + distance / (26 * 26)));
	if (distance >= 26)
		buf_add_char(b, (char)('A' + distance / 26 % 26));
	buf_add_char(b, (char)('a' + distance % 26));
}

/* Each tuple holds the one before it twice. */
static void add_doubling_name(struct buf *b, unsigned steps)
{
	size_t previous;

	buf_addf(b, "_D1aF");
	previous = b->len;
	buf_addf(b, "Ai");
	for (unsigned i = 0; i < steps; i++) {
		size_t tuple = b->len;

		buf_addf(b, "B2");
		add_reference(b, previous);
		add_reference(b, previous);
		previous = tuple;
	}
	buf_addf(b, "Zv");
}

static void add_repeated(struct buf *b, const char *before, const char *part, unsigned n, const char *behind)
{
	buf_addf(b, "%s", before);
	for (unsigned i = 0; i < n; i++)
		buf_addf(b, "%s", part);
	buf_addf(b, "%s", behind);
}

/* A millisecond or two; the rest is for sanitizers, and for machines with other things to do. */
static void expect_soon(struct buf *name, bool is_name)
{
	for (int mode = DEMANGLE_DEFAULT; mode <= DEMANGLE_FULL; mode++) {
		struct buf out = BUF_INIT;
		clock_t start = clock();
		bool changed;

		cr_assert_eq(demangle(&out, buf_str(name), (enum demangle_mode)mode, &changed), 0);
		cr_expect_eq(changed, is_name, "'%.60s'... in mode %d gives '%.60s'", name->data, mode,
			changed ? out.data : "");
		cr_expect((clock() - start) * 1000 / CLOCKS_PER_SEC < 200, "'%.60s'... takes long", name->data);
		buf_release(&out);
	}
	buf_reset(name);
}

Test(dlang, names_beyond_the_bounds_stay_as_they_are_and_soon)
{
	static const struct {
		const char *before, *part;
		unsigned n;
		const char *behind;
	} cases[] = {
		/* Signatures that turn out to be none, each within one. */
		{ "_D1a", "FS1b", 20, "" },
		{ "_D1a", "FS1b", 150, "" },
		{ "_D1a", "FS1b", 1000, "" },
		{ "_D1a", "MFS1b", 150, "Zv" },
		{ "_D1aF", "S1bF", 150, "Z" },
		{ "_D1aF", "S1bFNaNaNa", 150, "" },
		/* Lengths of symbols whose digits may end anywhere. */
		{ "_D1a__T1b", "S111111111", 300, "" },
		{ "_D1a__T1b", "S99", 1000, "" },
		{ "_D1a", "__T1bS", 600, "" },
		{ "_D", "__T", 1300, "" },
		/* What contains itself. */
		{ "_D1aF", "A", 4000, "iZv" },
		{ "_D1aF", "P", 4000, "iZv" },
		{ "_D1aF", "DF", 2000, "Zv" },
		{ "_D1aF", "HA", 1000, "iiZv" },
		{ "_D1aFS", "0", 4000, "Zv" },
		{ "_D1a__T1bVS1cS", "1S", 1900, "ZZ" },
		{ "_D1a__T1bVi", "f_D1a__T1bVi", 300, "" },
		/* Numbers. */
		{ "_D1", "9", 4000, "a" },
		{ "_D1aFB", "4", 10, "iZv" },
		{ "_D1a__T1bVAiA4294967295", "i1", 1000, "Z1ci" },
		{ "_D1a__T1bVHiiA4294967295", "i1", 1000, "Z1ci" },
		{ "_D1a__T1bVS1cS4294967295", "i1", 1000, "Z1ci" },
		{ "_D1a__T1bVAyaa2000000000_", "61", 1000, "Z1ci" },
		/* References to themselves, to what holds them, and beyond the beginning. */
		{ "_D1aF", "Qa", 3, "Zv" },
		{ "_D1aFAQb", "Qb", 3, "Zv" },
		{ "_D1aFPFQcZ", "Qc", 3, "Zv" },
		{ "_D1aF", "QZZz", 3, "Zv" },
		{ "_D1aFQ", "A", 4000, "bZv" },
		{ "_D1aFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFQ", "A", 4000, "bZv" },
		{ "_D1aFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bFS1bF4__S1", "4__S2", 700, "" },
		{ "_D1a", "Qb", 1000, "Zv" },
		/* Length. */
		{ "_D1aF", "i", 5000, "Zv" },
	};
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		add_repeated(&name, cases[i].before, cases[i].part, cases[i].n, cases[i].behind);
		expect_soon(&name, false);
	}
	for (unsigned steps = 12; steps < 600; steps *= 2) {
		add_doubling_name(&name, steps);
		expect_soon(&name, false);
	}
	/* The identifier is written out for each of its references. */
	add_repeated(&name, "_D1500", "x", 1500, "");
	while (name.len < 3500)
		add_reference(&name, 2);
	buf_addf(&name, "i");
	expect_soon(&name, false);
	buf_release(&name);
}

Test(dlang, long_names_within_the_bounds_are_read)
{
	struct buf name = BUF_INIT, out = BUF_INIT;
	bool changed;

	add_repeated(&name, "_D1aF", "i", 4000, "Zv");
	expect_soon(&name, true);
	add_repeated(&name, "_D1aM", "O", 4000, "FZv");
	expect_soon(&name, true);
	add_repeated(&name, "_D1aF", "A", 150, "iZv");
	expect_soon(&name, true);
	add_repeated(&name, "_D1a", "FZ1b", 1000, "FZv");
	expect_soon(&name, true);
	add_doubling_name(&name, 5);
	cr_assert_eq(demangle(&out, buf_str(&name), DEMANGLE_FULL, &changed), 0);
	cr_expect(changed && out.len > 500 && out.len < 2000, "%zu", out.len);
	buf_release(&out);
	buf_release(&name);
}

Test(dlang, only_what_starts_like_a_name_is_looked_at)
{
	cr_expect(linkage_name_is_likely(STR("_D3foo3barFZv")));
	cr_expect(linkage_name_is_likely(STR("_Dmain")));
	cr_expect(!linkage_name_is_likely(STR("_D")));
	cr_expect(!linkage_name_is_likely(STR("_D3")));
	cr_expect(!linkage_name_is_likely(STR("_Default")));
	cr_expect(!linkage_name_is_likely(STR("_DYNAMIC")));
}
