#!/usr/bin/env python3
"""Writes the odd profiles of odd/, those in older formats of legacy/, and the broken ones of bad/.

    python3 testdata/generate.py           rewrite every file in place
    python3 testdata/generate.py --check   tell which files differ, write nothing
    python3 testdata/generate.py --table   print the tables of README.md

Nothing here depends on the day, the machine or the zlib in use: even the deflate
streams are written by hand. Each function below makes one file; its first line
says what is odd, or wrong, in it.
"""

import binascii
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MAX = 2**63 - 1
MIN = -(2**63)
TOP = 2**64 - 1

# ---------------------------------------------------------------- wire format


def varint(n):
    """A base-128 varint; negative numbers become ten bytes of two's complement."""
    n &= TOP
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def padded(n, size):
    """The same number as varint(n), drawn out to size bytes."""
    groups = [n >> 7 * i & 0x7F for i in range(size)]
    return bytes(g | 0x80 for g in groups[:-1]) + bytes(groups[-1:])


def tag(field, wire):
    return varint(field << 3 | wire)


def num(field, n):
    return tag(field, 0) + varint(n)


def fixed64(field, n):
    return tag(field, 1) + struct.pack("<Q", n)


def block(field, data):
    return tag(field, 2) + varint(len(data)) + data


def fixed32(field, n):
    return tag(field, 5) + struct.pack("<I", n)


def packed(field, numbers):
    return block(field, b"".join(varint(n) for n in numbers))


def unpacked(field, numbers):
    return b"".join(num(field, n) for n in numbers)


def repeated(field, numbers):
    """As the Go runtime does it: packed from three elements on."""
    return (packed if len(numbers) > 2 else unpacked)(field, numbers)


def ascending(fields):
    return fields


def descending(fields):
    """Highest field number first, elements of one field still in their order."""
    return sorted(fields, key=lambda f: -f[0])


def scalar(field, n):
    return [(field, num(field, n))] if n else []


def join(fields):
    return b"".join(data for _, data in fields)


# ---------------------------------------------------------------- the builder


class Label:
    """One label; text goes to str, number to num, and unit to num_unit."""

    def __init__(self, key, text=None, number=0, unit=""):
        self.key, self.text, self.number, self.unit = key, text, number, unit


class Profile:
    """Collects encoded messages by field number and puts them together."""

    def __init__(self, *types, order=ascending, pack=repeated, extra=b""):
        self.order, self.pack, self.extra = order, pack, extra
        self.strings = [b""]
        self.fields = []
        self.n = {}
        for kind, unit in types or [("samples", "count")]:
            self.put(1, self.value_type(kind, unit))

    def s(self, text):
        """The index of a string, added to the table when it is new."""
        raw = text if isinstance(text, bytes) else text.encode("utf-8")
        if raw not in self.strings:
            self.strings.append(raw)
        return self.strings.index(raw)

    def put(self, field, fields):
        self.fields.append((field, block(field, join(self.order(fields)) + self.extra)))

    def value_type(self, kind, unit):
        return scalar(1, self.s(kind)) + scalar(2, self.s(unit))

    def next_id(self, what, wanted):
        self.n[what] = self.n.get(what, 0) + 1
        return self.n[what] if wanted is None else wanted

    def mapping(
        self, file="/bin/app", start=0x1000, limit=0x100000, offset=0, build_id="", flags=(1, 1, 1, 1), id=None
    ):
        id = self.next_id("mapping", id)
        fields = scalar(1, id) + scalar(2, start) + scalar(3, limit) + scalar(4, offset)
        fields += scalar(5, self.s(file)) + scalar(6, self.s(build_id))
        for i, flag in enumerate(flags):
            fields += scalar(7 + i, flag)
        self.put(3, fields)
        return id

    def function(self, name, file="a.c", start=0, system=None, id=None):
        id = self.next_id("function", id)
        fields = scalar(1, id) + scalar(2, self.s(name)) + scalar(3, self.s(name if system is None else system))
        self.put(5, fields + scalar(4, self.s(file)) + scalar(5, start))
        return id

    def location(self, *lines, mapping=0, address=0, folded=0, id=None):
        """Each line is (function, line) or (function, line, column), innermost first."""
        id = self.next_id("location", id)
        fields = scalar(1, id) + scalar(2, mapping) + scalar(3, address)
        for line in lines:
            inner = [f for i, n in enumerate(line) for f in scalar(1 + i, n)]
            fields.append((4, block(4, join(self.order(inner)) + self.extra)))
        self.put(4, fields + scalar(5, folded))
        return id

    def frame(self, name, line=1, **more):
        """A function with a location of its own; returns the location."""
        return self.location((self.function(name, **more), line))

    def sample(self, stack, *values, labels=()):
        """The stack runs from the leaf to the root."""
        fields = []
        if stack:
            fields.append((1, self.pack(1, stack)))
        if values:
            fields.append((2, self.pack(2, values)))
        for l in labels:
            inner = scalar(1, self.s(l.key))
            inner += scalar(2, self.s(l.text or "")) + scalar(3, l.number) + scalar(4, self.s(l.unit))
            fields.append((3, block(3, join(self.order(inner)) + self.extra)))
        self.put(2, fields)

    def set(self, field, n):
        self.fields.append((field, num(field, n)))

    def text(self, field, text):
        self.set(field, self.s(text))

    def period(self, kind, unit, n):
        self.put(11, self.value_type(kind, unit))
        self.set(12, n)

    def comments(self, *texts):
        self.fields.append((13, self.pack(13, [self.s(t) for t in texts])))

    def table(self):
        return [(6, block(6, s)) for s in self.strings]

    def encode(self, arrange=None):
        """By field number unless arrange(fields) has another idea."""
        fields = sorted(self.fields + self.table(), key=lambda f: f[0])
        return join((arrange or self.order)(fields)) + self.extra


# ---------------------------------------------------------------- gzip


class Bits:
    """A deflate bit stream: least significant bit first, codes most significant first."""

    def __init__(self):
        self.acc, self.n, self.out = 0, 0, bytearray()

    def put(self, value, count):
        self.acc |= value << self.n
        self.n += count
        while self.n >= 8:
            self.out.append(self.acc & 0xFF)
            self.acc >>= 8
            self.n -= 8

    def code(self, value, count):
        for i in reversed(range(count)):
            self.put(value >> i & 1, 1)

    def done(self):
        if self.n:
            self.put(0, 8 - self.n)
        return bytes(self.out)


def deflate(data):
    """One block of literals in the fixed code; it never looks for matches."""
    b = Bits()
    b.put(1, 1)
    b.put(1, 2)
    for c in data:
        if c < 144:
            b.code(0x30 + c, 8)
        else:
            b.code(0x190 + c - 144, 9)
    b.code(0, 7)
    return b.done()


def deflate_zeros(matches):
    """1 + 258 * matches zero bytes at two bits for 258 of them; returns the stream."""
    b = Bits()
    b.put(1, 1)
    b.put(2, 2)
    b.put(29, 5)  # 286 literal and length codes
    b.put(0, 5)  # 1 distance code
    order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    lengths = {18: 1, 1: 2, 2: 2}
    b.put(len(order) - 1 - 4, 4)
    for symbol in order[:-1]:
        b.put(lengths.get(symbol, 0), 3)
    one, two = (0b10, 2), (0b11, 2)

    def skip(n):
        b.code(0, 1)
        b.put(n - 11, 7)

    b.code(*two)  # literal 0: two bits
    skip(138)
    skip(117)  # 1 to 255: none
    b.code(*two)  # end of block: two bits
    skip(28)  # 257 to 284: none
    b.code(*one)  # length 258: one bit
    b.code(*one)  # distance 1: one bit
    b.code(0b10, 2)
    for _ in range(matches):
        b.put(0, 2)
    b.code(0b11, 2)
    return b.done()


def header(flags=0, method=8, rest=b""):
    return bytes([0x1F, 0x8B, method, flags]) + bytes(4) + b"\x00\xff" + rest


def trailer(data, crc=None, size=None):
    crc = binascii.crc32(data) if crc is None else crc
    return struct.pack("<II", crc, len(data) & 0xFFFFFFFF if size is None else size)


def gzip(data):
    return header() + deflate(data) + trailer(data)


# ---------------------------------------------------------------- registry

FILES = []


def file(path):
    """Registers a function whose result becomes the file of that name."""

    def register(make):
        FILES.append((path, make))
        return make

    return register


# ---------------------------------------------------------------- odd but valid


def reference(**how):
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"), **how)
    p.mapping("/bin/app")
    main = p.function("main", "m.c", 1)
    inl = p.function("inl", "i.c", 2)
    caller = p.function("caller", "m.c", 15)
    rec = p.function("rec", "m.c", 28)
    p.location((main, 10, 3), mapping=1, address=0x2000)
    p.location((inl, 5, 2), (caller, 20, 7), mapping=1, address=0x2010)
    p.location((inl, 6), mapping=1, address=0x2020)
    p.location((rec, 30), mapping=1, address=0x2030)
    p.location((rec, 31), mapping=1, address=0x2040)
    p.location(mapping=1, address=0x2050)
    p.location(address=0x9999)
    p.sample([2, 1], 1, 10000000, labels=[Label("k", "v"), Label("bytes", number=1024, unit="bytes")])
    p.sample([3, 4, 1], 2, 20000000)
    p.sample([4, 5, 4, 5, 1], 3, 30000000, labels=[Label("k", "w")])
    p.sample([6, 1], 4, 40000000)
    p.sample([7, 1], 5, 5000000)
    p.sample([7, 1], 0, 0)
    p.comments("hello", "#hidden")
    p.text(15, "https://x.org/d")
    p.set(9, 1700000000123456789)
    p.set(10, 2500000000)
    p.period("cpu", "nanoseconds", 10000000)
    return p


@file("odd/appendix.pb.gz")
def appendix():
    """comments, a document URL, an inlined line, recursion, a location without symbol, one without mapping, labels"""
    return gzip(reference().encode())


@file("odd/plain.pb")
def plain():
    """the same profile as appendix.pb.gz, not compressed"""
    return reference().encode()


@file("odd/two-members.pb.gz")
def two_members():
    """the same profile in two gzip members, cut in the middle of a sample"""
    data = reference().encode()
    return gzip(data[:31]) + gzip(data[31:])


@file("odd/empty-member.pb.gz")
def empty_member():
    """the same profile between two gzip members that hold nothing"""
    return gzip(b"") + gzip(reference().encode()) + gzip(b"")


@file("odd/header-name.pb.gz")
def header_name():
    """the same profile; the gzip header carries a file name"""
    data = reference().encode()
    return header(flags=8, rest=b"cpu profile.pb\0") + deflate(data) + trailer(data)


@file("odd/header-full.pb.gz")
def header_full():
    """the same profile; the gzip header carries extra data, name, comment and its own checksum"""
    data = reference().encode()
    extra = b"AY\x03\x00\x00\x1f\x8b"
    head = header(flags=0x1F, rest=struct.pack("<H", len(extra)) + extra + b"cpu.pb\0" + b"a comment\0")
    return head + struct.pack("<H", binascii.crc32(head) & 0xFFFF) + deflate(data) + trailer(data)


@file("odd/stored-blocks.pb.gz")
def stored_blocks():
    """the same profile; the deflate stream is stored blocks of 100 bytes, one of them empty"""
    data = reference().encode()
    parts = [data[i : i + 100] for i in range(0, len(data), 100)] + [b""]
    out = b""
    for i, part in enumerate(parts):
        out += struct.pack("<BHH", i == len(parts) - 1, len(part), len(part) ^ 0xFFFF) + part
    return header() + out + trailer(data)


@file("odd/unpacked.pb")
def unpacked_fields():
    """the same profile; every repeated number is unpacked"""
    return reference(pack=unpacked).encode()


@file("odd/packed.pb")
def packed_fields():
    """the same profile; every repeated number is packed, single ones too"""
    return reference(pack=packed).encode()


@file("odd/mixed-packing.pb")
def mixed_packing():
    """the same profile; packed and unpacked elements take turns, with empty packed blocks between"""

    def mixed(field, numbers):
        out = packed(field, [])
        for i in range(0, len(numbers), 3):
            out += packed(field, numbers[i : i + 2]) + unpacked(field, numbers[i + 2 : i + 3])
        return out + packed(field, [])

    return reference(pack=mixed).encode()


@file("odd/order-reversed.pb")
def order_reversed():
    """the same profile; fields from the highest number to the lowest, in the inner messages too"""
    return reference(order=descending).encode()


@file("odd/order-strings-first.pb")
def order_strings_first():
    """the same profile; string table first, samples before the locations they name"""
    return reference().encode(lambda fields: sorted(fields, key=lambda f: f[0] != 6))


@file("odd/order-strings-last.pb")
def order_strings_last():
    """the same profile; string table last, samples before the locations they name"""
    return reference().encode(lambda fields: sorted(fields, key=lambda f: f[0] == 6))


@file("odd/order-interleaved.pb")
def order_interleaved():
    """the same profile; the tables are dealt out one entry at a time, like cards"""

    def deal(fields):
        seen, out = {}, []
        for f in fields:
            seen[f[0]] = seen.get(f[0], 0) + 1
            out.append((seen[f[0]], f))
        return [f for _, f in sorted(out, key=lambda x: x[0])]

    return reference().encode(deal)


@file("odd/long-varints.pb")
def long_varints():
    """ids, lengths and tags in longer varints than they need; one of ten bytes with bits beyond the 64th"""
    p = Profile()
    p.function("f")
    p.fields.append((4, tag(4, 2) + padded(14, 3) + padded(1 << 3, 4) + padded(1, 10)))
    p.fields.append((12, tag(12, 0) + b"\x87" + b"\x80" * 8 + b"\x7e"))  # period 7
    p.fields.append((2, block(2, padded(1 << 3, 2) + b"\x81\x00" + num(2, 3))))
    return p.encode()


@file("odd/unknown-fields.pb")
def unknown_fields():
    """the same profile; unknown fields of wire types 0, 1, 2 and 5 in every message, field number 0 among them"""
    extra = num(0, 1) + num(99, -1) + fixed64(98, TOP) + block(97, b"\x00\xff skip me") + block(96, b"")
    return reference(extra=extra + fixed32(95, 7) + fixed64(2**29 - 1, 0)).encode()


@file("odd/scalars-twice.pb")
def scalars_twice():
    """scalars given twice, the last one counts: duration, period, default type; a time of 0 before the real one"""
    p = reference()
    for field, data in ((9, num(9, 0)), (10, num(10, 1)), (12, num(12, 5)), (14, num(14, 1))):
        p.fields.insert(0, (field, data))
    p.text(14, "cpu")
    return p.encode()


@file("odd/period-type-twice.pb")
def period_type_twice():
    """two period types: the later one, which has a unit only, replaces the earlier"""
    p = reference()
    p.fields.append((11, block(11, num(2, p.s("bytes")))))
    return p.encode()


@file("odd/string-twice.pb")
def string_twice():
    """the string table holds the same name twice, and strings nobody uses; two functions differ in the index alone"""
    p = Profile()
    p.strings += [b"twin", b"twin", b"unused", b""]
    for id, name in ((1, 3), (2, 4)):
        p.fields.append((5, block(5, num(1, id) + num(2, name) + num(3, name))))
        p.location((id, 1))
        p.sample([id], id)
    return p.encode()


@file("odd/empty-stack.pb")
def empty_stack():
    """one sample has no location at all"""
    p = Profile()
    f = p.frame("main")
    p.sample([f], 2)
    p.sample([], 5, labels=[Label("k", "lost")])
    return p.encode()


@file("odd/no-samples.pb")
def no_samples():
    """sample types, tables and no samples"""
    p = Profile(("alloc_space", "bytes"), ("inuse_space", "bytes"))
    p.mapping("/bin/app")
    p.frame("main")
    return p.encode()


@file("odd/zero-values.pb")
def zero_values():
    """samples whose values are all zero, so that every total is zero"""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    main, leaf = p.frame("main"), p.frame("leaf")
    p.sample([leaf, main], 0, 0)
    p.sample([main], 0, 0)
    return p.encode()


@file("odd/unused-tables.pb")
def unused_tables():
    """mappings, locations and functions that no sample uses"""
    p = Profile()
    p.mapping("/bin/app")
    p.mapping("/lib/unused.so", 0x200000, 0x300000)
    main = p.frame("main")
    p.frame("dead")
    p.function("deader")
    p.sample([main], 1)
    return p.encode()


@file("odd/ids-huge.pb")
def ids_huge():
    """sparse ids in no order, up to 2^64-1, in all three tables"""
    p = Profile()
    p.mapping("/bin/app", id=TOP)
    p.mapping("/lib/y.so", 0x200000, 0x300000, id=2**63)
    p.function("low", id=7)
    p.function("top", id=TOP)
    p.function("middle", id=2**32)
    p.location((TOP, 1), mapping=TOP, address=0x2000, id=2**63 - 1)
    p.location((7, 2), mapping=2**63, address=0x200010, id=TOP)
    p.location((2**32, 3), mapping=TOP, address=0x2010, id=3)
    p.sample([TOP, 3, 2**63 - 1], 1)
    p.sample([3, 2**63 - 1], 2)
    return p.encode()


@file("odd/addresses-huge.pb")
def addresses_huge():
    """addresses up to 2^64-1, mapping limits at the end of the address space, addresses outside of their mapping"""
    p = Profile()
    p.mapping("/bin/app", 0xFFFFFFFF80000000, TOP, 2**63, flags=())
    p.location(mapping=1, address=TOP)
    p.location(mapping=1, address=0xFFFFFFFF80000000)
    p.location(mapping=1, address=5)
    p.location(address=2**63)
    p.sample([1, 2, 3], 1)
    p.sample([4, 2], 2)
    return p.encode()


@file("odd/unknown-mapping.pb")
def unknown_mapping():
    """a location names a mapping that is not in the table, which counts as none"""
    p = Profile()
    p.mapping("/bin/app")
    main = p.location((p.function("main"), 1), mapping=1, address=0x2000)
    lost = p.location((p.function("lost"), 2), mapping=77, address=0x2010)
    bare = p.location(mapping=78, address=0x2020)
    p.sample([lost, main], 1)
    p.sample([bare, main], 2)
    return p.encode()


@file("odd/values-extreme.pb")
def values_extreme():
    """values at both ends of 64 bits, each alone in its function; the sums stay in range"""
    p = Profile(("samples", "count"), ("size", "bytes"))
    for i, v in enumerate([MAX, MIN, -MAX, MAX, 1, 1 - MAX, MAX - 1]):
        p.sample([p.frame("f%d" % i)], v, v)
    return p.encode()


@file("odd/values-overflow.pb")
def values_overflow():
    """sums of values leave 64 bits: upward in up, downward in down, on both edges and nodes"""
    p = Profile()
    main, up, down = p.frame("main"), p.frame("up"), p.frame("down")
    p.sample([up, main], MAX)
    p.sample([up, main], MAX)
    p.sample([down, main], MIN)
    p.sample([down, main], MIN)
    p.sample([up, main], 5)
    return p.encode()


@file("odd/values-min.pb")
def values_min():
    """the only value is -2^63, whose absolute value does not exist"""
    p = Profile()
    p.sample([p.frame("main")], MIN)
    return p.encode()


@file("odd/values-cancel.pb")
def values_cancel():
    """negative values cancel positive ones: leaf and the total come to zero, left and right do not"""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    main, left, right, leaf = (p.frame(n) for n in ("main", "left", "right", "leaf"))
    p.sample([leaf, left, main], 3, 30000000)
    p.sample([leaf, right, main], -3, -30000000)
    p.sample([left, main], 2, 20000000)
    p.sample([right, main], -2, -20000000)
    return p.encode()


@file("odd/deep-recursion.pb")
def deep_recursion():
    """one stack of 5000 frames, most of them two functions that call each other"""
    p = Profile()
    main, ping, pong = p.frame("main"), p.frame("ping"), p.frame("pong")
    p.sample([ping, pong] * 2499 + [ping, main], 1)
    p.sample([pong, ping, main], 2)
    return p.encode()


@file("odd/deep-distinct.pb.gz")
def deep_distinct():
    """one stack of 600 different functions, so that graph and tree are one long chain"""
    p = Profile()
    stack = [p.frame("f%03d" % i, i + 1) for i in range(600)]
    p.sample(stack[::-1], 1)
    return gzip(p.encode())


@file("odd/inlines-50.pb")
def inlines_50():
    """one location with 50 lines, and one where a function is inlined into itself"""
    p = Profile()
    p.mapping("/bin/app")
    chain = [p.function("inline%02d" % i, "i.c", i) for i in range(50)]
    deep = p.location(*((f, 100 + f) for f in chain), mapping=1, address=0x2000)
    main = p.location((p.function("main"), 1), mapping=1, address=0x2010)
    self = p.location((chain[3], 7), (chain[3], 8), (chain[3], 8), (chain[4], 9), mapping=1, address=0x2020)
    p.sample([deep, main], 1)
    p.sample([self, deep, main], 2)
    return p.encode()


@file("odd/folded.pb")
def folded():
    """locations marked as folded, and flags that are true by another number than 1"""
    p = Profile()
    p.mapping("/bin/app", flags=(2, 0, 2**40, -1))
    f = p.function("main")
    one = p.location((f, 1), mapping=1, address=0x2000, folded=1)
    two = p.location((f, 1), mapping=1, address=0x2008, folded=2**63)
    p.sample([one, two], 1)
    return p.encode()


@file("odd/columns.pb")
def columns():
    """lines that differ in the column alone, at one address and at several"""
    p = Profile()
    f, g = p.function("f", "f.c", 1), p.function("g", "g.c", 1)
    main = p.location((g, 40, 12), address=0x2000)
    for i, column in enumerate((1, 9, 0, 200)):
        p.sample([p.location((f, 3, column), address=0x2010 + i), main], i + 1)
    p.sample([p.location((f, 3, 9), address=0x2011), main], 16)
    p.sample([p.location((f, 3, 9), (g, 3, -4), address=0x2020), main], 32)
    return p.encode()


@file("odd/lines-odd.pb")
def lines_odd():
    """line numbers that are zero, negative and at the ends of 64 bits; start lines behind their lines"""
    p = Profile()
    for i, (start, line) in enumerate([(0, 0), (10, 5), (-3, -7), (MIN, MIN), (MAX, MAX)]):
        p.sample([p.location((p.function("f%d" % i, start=start), line))], i + 1)
    return p.encode()


@file("odd/mappings.pb")
def mappings():
    """many kinds of mapping: shared objects, overlap, kernel, vdso, anonymous, nameless, memfd, mixed flags"""
    p = Profile()
    f = p.function("known", "k.c", 3)
    kinds = [
        ("/bin/app", 0x400000, 0x500000, 0, "deadbeef", (1, 1, 1, 0)),
        ("/usr/lib/libc.so.6", 0x7F0000000000, 0x7F0000100000, 0x28000, "abc1234567", ()),
        ("/usr/lib/libc.so.6", 0x7F0000100000, 0x7F0000200000, 0x128000, "abc1234567", (1,)),
        ("/overlaps/app", 0x480000, 0x580000, 0x1000, "", (1, 1)),
        ("[kernel.kallsyms]_stext", 0xFFFFFFFF81000000, 0xFFFFFFFF82000000, 0, "", ()),
        ("[vdso]", 0x7FFF00000000, 0x7FFF00002000, 0, "", ()),
        ("linux-vdso.so.1", 0x7FFF00004000, 0x7FFF00006000, 0, "", ()),
        ("[anon]", 0x10000, 0x20000, 0, "", (0, 0, 0, 1)),
        ("//anon", 0x20000, 0x30000, 0, "", ()),
        ("", 0x30000, 0x40000, 0, "", ()),
        ("/memfd:jit (deleted)", 0x50000, 0x60000, 0, "", ()),
        ("/dev/dri/renderD128", 0x60000, 0x70000, 0, "", ()),
        ("C:\\Program Files\\app.exe", 0x140000000, 0x140100000, 0x400, "0123456789ABCDEF1", ()),
        ("/empty/range", 0x70000, 0x70000, 0, "", ()),
        ("/upside/down", 0x90000, 0x80000, 0, "", ()),
    ]
    for i, (name, start, limit, offset, build_id, flags) in enumerate(kinds):
        m = p.mapping(name, start, limit, offset, build_id, flags)
        lines = [(f, i + 1)] if flags else []
        p.sample([p.location(*lines, mapping=m, address=start + 0x10)], i + 1)
    return p.encode()


@file("odd/mapping-blanks.pb")
def mapping_blanks():
    """mapping and file names with blanks, quotes, backslashes and a percent sign"""
    p = Profile()
    p.mapping("/opt/my app/the \"app\" (copy).bin", build_id="a b c")
    p.mapping("/opt/50%s/a\\b 'c'", 0x200000, 0x300000, flags=())
    f = p.function("main", "/src/my dir/a file;v=1.c")
    one = p.location((f, 1), mapping=1, address=0x2000)
    two = p.location(mapping=2, address=0x200010)
    p.sample([two, one], 1)
    return p.encode()


@file("odd/duplicate-types.pb")
def duplicate_types():
    """three value columns, two of them with the same type and unit"""
    p = Profile(("space", "bytes"), ("objects", "count"), ("space", "bytes"))
    p.sample([p.frame("main")], 1024, 2, 4096)
    return p.encode()


@file("odd/type-units-differ.pb")
def type_units_differ():
    """two value columns with the same type and different units"""
    p = Profile(("time", "milliseconds"), ("samples", "count"), ("time", "count"))
    p.sample([p.frame("main")], 1500, 2, 3)
    return p.encode()


def time_in(unit, *values):
    p = Profile(("time", unit))
    p.sample([p.frame("work"), p.frame("main")], values[0])
    p.sample([p.frame("main")], values[1])
    return p.encode()


@file("odd/time-milliseconds.pb")
def time_milliseconds():
    """a time in milliseconds, to be compared with time-nanoseconds.pb"""
    return time_in("milliseconds", 1500, 250)


@file("odd/time-nanoseconds.pb")
def time_nanoseconds():
    """a time in nanoseconds"""
    return time_in("nanoseconds", 1000000000, 250000000)


@file("odd/type-names-odd.pb")
def type_names_odd():
    """value columns named by nothing, a number, an option, and with an inuse_ prefix"""
    p = Profile(("", ""), ("1", "count"), ("-top", "count"), ("inuse_space", "bytes"), ("two words", "x y"))
    p.sample([p.frame("main")], 1, 2, 3, 4, 5)
    return p.encode()


@file("odd/default-type.pb")
def default_type():
    """default_sample_type names the first of three columns"""
    p = Profile(("alloc_space", "bytes"), ("samples", "count"), ("cpu", "nanoseconds"))
    p.sample([p.frame("main")], 2048, 1, 10000000)
    p.text(14, "alloc_space")
    return p.encode()


@file("odd/default-type-unknown.pb")
def default_type_unknown():
    """default_sample_type names no column"""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.sample([p.frame("main")], 1, 10000000)
    p.text(14, "wall")
    return p.encode()


def droppable():
    p = Profile()
    main = p.frame("main")
    drop, drop_arg = p.frame("alloc"), p.frame("alloc(unsigned long)")
    dot = p.frame(".alloc")
    keep = p.frame("alloc_keep")
    longer = p.frame("allocator")
    work, leaf = p.frame("work"), p.frame("leaf")
    inl = p.location((p.function("inner"), 1), (p.function("alloc_inl"), 2), (p.function("outer"), 3))
    p.sample([drop, work, main], 1)  # at the leaf
    p.sample([leaf, drop_arg, work, main], 2)  # in the middle
    p.sample([leaf, drop], 4)  # at the root
    p.sample([drop, drop], 8)  # nothing else
    p.sample([drop, leaf, dot, work, drop, main], 16)  # several times
    p.sample([leaf, keep, work, main], 32)  # held back by keep_frames
    p.sample([leaf, longer, main], 64)  # a part of the name matches only
    p.sample([leaf, inl, main], 128)  # among inlined lines
    p.sample([work, main], 256)  # not at all
    return p


@file("odd/drop-frames.pb")
def drop_frames():
    """drop_frames alone; matching frames at leaf, middle, root, among inlined lines, with arguments"""
    p = droppable()
    p.text(7, "alloc|alloc_.*")
    return p.encode()


@file("odd/drop-keep-frames.pb")
def drop_keep_frames():
    """drop_frames and keep_frames, which takes alloc_keep back"""
    p = droppable()
    p.text(7, "alloc|alloc_.*")
    p.text(8, ".*_keep")
    return p.encode()


@file("odd/keep-frames.pb")
def keep_frames():
    """keep_frames without drop_frames, which drops nothing"""
    p = droppable()
    p.text(8, ".*_keep")
    return p.encode()


@file("odd/drop-frames-invalid.pb")
def drop_frames_invalid():
    """drop_frames is no regular expression, which drops nothing"""
    p = droppable()
    p.text(7, "alloc(")
    return p.encode()


@file("odd/mean.pb")
def mean():
    """a count and a value column whose quotients differ per function; one count is zero, one negative"""
    p = Profile(("contentions", "count"), ("delay", "nanoseconds"))
    main = p.frame("main")
    for name, count, value in (("often", 1000, 1000000), ("long", 2, 9000000), ("none", 0, 5000), ("minus", -3, 600)):
        p.sample([p.frame(name), main], count, value)
    p.period("contentions", "count", 1)
    return p.encode()


def names(*texts):
    """Each text as a function, a file, a mapping and a label key and value."""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    main = p.frame("main")
    for i, text in enumerate(texts):
        raw = text if isinstance(text, bytes) else text.encode("utf-8")
        m = p.mapping(b"/bin/" + raw, 0x1000 * (i + 1), 0x1000 * (i + 2), flags=())
        leaf = p.location((p.function(raw, b"/src/" + raw + b".c"), i + 1), mapping=m, address=0x1000 * (i + 1))
        bare = p.location(mapping=m, address=0x1000 * (i + 1) + 1)
        p.sample([leaf, main], 1, 1000000 << i, labels=[Label(raw, raw), Label("n", number=i, unit=raw)])
        p.sample([bare, main], 1, 3000000 << i)
        p.comments(raw)
    return p.encode()


@file("odd/names-control.pb")
def names_control():
    """ESC sequences, BEL, newline, CR, TAB, backspace and DEL in names, files, mappings, labels, comments"""
    return names("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "two\nlines", "over\rwritten", "a\tb", "x\x08y", "de\x7fl")


@file("odd/names-nul.pb")
def names_nul():
    """names with a NUL in front, inside and at the end, which differ behind it only"""
    return names("f\0one", "f\0two", "\0", "f\0", "f")


@file("odd/names-c1.pb")
def names_c1():
    """C1 controls: CSI and NEL in UTF-8, and CSI as a lone byte"""
    return names("\u009b31mred", "next\u0085line", b"\x9b31mred", "\u0080\u009f")


@file("odd/names-bidi.pb")
def names_bidi():
    """bidirectional overrides and isolates, zero-width characters, a byte order mark, line separators"""
    return names(
        "\u202egnp.exe\u202c",
        "\u2066iso\u2069",
        "zero\u200bwidth",
        "\ufeffbom",
        "line\u2028sep\u2029",
        "soft\u00adhyphen",
    )


@file("odd/names-invalid-utf8.pb")
def names_invalid_utf8():
    """broken UTF-8: lone and missing continuation bytes, overlong forms, a surrogate, beyond U+10FFFF, Latin-1"""
    broken = [b"\x80", b"\xe2\x82", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]
    return names(*broken, b"caf\xe9", b"\xff\xfe", b"ok\xf0\x9f\x98")


@file("odd/names-wide.pb")
def names_wide():
    """wide, combining and joined characters, which a terminal draws in another width than their count"""
    return names("関数名", "e\u0301te\u0301", "👩‍👩‍👧", "한국어", "ｆｕｌｌ", "añb", "ﷺ", "🇩🇪")


@file("odd/names-markup.pb")
def names_markup():
    """names that mean something to HTML, DOT, shells, printf and callgrind files"""
    markup = ["<script>alert(1)</script>", "a&amp;b", 'say "hi"', "a\\lb\\n", "{a|b}"]
    return names(*markup, "%s%n%d", "$(id)`id`", "fn=(1) x", "'; --")


@file("odd/names-empty.pb")
def names_empty():
    """functions without name, with a system name only, with a file only, with blanks as their name"""
    p = Profile()
    p.mapping("/bin/app")
    main = p.frame("main")
    for i, (name, system, src) in enumerate((("", "", ""), ("", "_Zsys", ""), ("", "", "only.c"), (" ", " ", " "))):
        f = p.function(name, src, system=system)
        p.sample([p.location((f, i), mapping=1, address=0x2000 + i), main], i + 1)
    return p.encode()


@file("odd/names-long.pb")
def names_long():
    """a name, a file and a label of 3000 characters"""
    p = Profile()
    name = "very_" * 599 + "long"
    p.sample([p.frame(name, file="/" + name), p.frame("main")], 1, labels=[Label(name, name)])
    return p.encode()


def with_names(pairs, file_name):
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.mapping("/bin/app")
    main = p.frame("main", file=file_name)
    for i, (name, system) in enumerate(pairs):
        leaf = p.location((p.function(name, file_name, 10, system=system), 10 + i), mapping=1, address=0x2000 + i)
        p.sample([leaf, main], 1, (i + 1) * 1000000)
    return p.encode()


@file("odd/names-go.pb")
def names_go():
    """Go names: generics with nested brackets, methods, closures, a dot and slashes in the package path"""
    plain = [
        "main.Map[go.shape.int,go.shape.string]",
        "main.(*List[go.shape.struct { Key string; Value int }]).Push",
        "main.Reduce[...]",
        "main.Outer[main.Inner[int]].func1.2",
        "gopkg.in/yaml%2ev3.(*decoder).unmarshal",
        "github.com/a.b/c-d.(*T).M-fm",
        "type..eq.[2]interface {}",
        "runtime.gcBgMarkWorker.func2",
    ]
    return with_names([(n, n) for n in plain], "/src/app/main.go")


@file("odd/names-cpp.pb")
def names_cpp():
    """C++ names: templates, operators, anonymous namespaces, lambdas, ABI tags; some mangled, some with both forms"""
    return with_names(
        [
            ("std::vector<int, std::allocator<int> >::push_back(int&&)", "_ZNSt6vectorIiSaIiEE9push_backEOi"),
            ("std::map<std::string, std::vector<std::pair<int, char const*>>>::operator[](std::string const&)", ""),
            ("(anonymous namespace)::Foo::bar(int) const", "_ZNK12_GLOBAL__N_13Foo3barEi"),
            ("foo::operator()(int)::{lambda(auto:1)#1}::operator()<char>(char) const", ""),
            ("bool operator< <int>(A<int> const&, A<int> const&)", "_ZltIiEbRK1AIT_ES4_"),
            ("bool operator<<(S&, int)", ""),
            ("_ZN3foo3barIiEEvT_", "_ZN3foo3barIiEEvT_"),
            ("std::function<void (int)>::operator()(int) const [clone .isra.0]", ""),
            ("foo[abi:cxx11](int)", ""),
            ("void f<&(g(int))>()", ""),
        ],
        "/src/a.cc",
    )


@file("odd/names-d.pb")
def names_d():
    """D names beside linkage names: a template, a method, the program's entry, a clone, one that is none"""
    return with_names(
        [
            ("open", "_D4shop4openFZv"),
            ("open for two", "_D4shop__T4openTiTAyaZQmFiAyaZv"),
            ("count", "_D4shop6Basket5countMxFNaNbNdNiNfZm"),
            ("initializer", "_D4shop4Item6__initZ"),
            ("entry", "_Dmain"),
            ("cold", "_D4shop4openFZv.cold"),
            ("none", "_D4shop4openF"),
        ],
        "/src/shop.d",
    )


@file("odd/names-java.pb")
def names_java():
    """Java names: inner classes, lambdas, constructors, signatures, a package prefix as of old, Kotlin and Scala"""
    plain = [
        "java.util.HashMap.put",
        "com.example.Outer$Inner.run",
        "com.example.Main.lambda$main$0",
        "com.example.Main$$Lambda$14/0x0000000800c03000.apply",
        "com.example.Thing.<init>",
        "com.example.Thing.<clinit>",
        "java.lang.String.format(java.lang.String, java.lang.Object[])",
        "jdk.internal.reflect.GeneratedMethodAccessor17.invoke",
        "com.example.MainKt$main$1.invokeSuspend",
        "scala.collection.immutable.List.$colon$colon",
    ]
    return with_names([(n, n) for n in plain], "Main.java")


@file("odd/labels.pb")
def labels():
    """string and numeric labels: with and without unit, several per key, both kinds under one key, zero, none"""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    main = p.frame("main")
    sets = [
        [Label("user", "ann")],
        [Label("user", "ann"), Label("user", "bob")],
        [Label("bytes", number=4096, unit="bytes")],
        [Label("bytes", number=4096)],
        [Label("id", number=7)],
        [Label("id", number=7), Label("id", number=-8), Label("id", number=7)],
        [Label("wait", number=1500, unit="milliseconds"), Label("wait", number=2)],
        [Label("wait", number=1), Label("wait", number=2500, unit="microseconds")],
        [Label("both", "text"), Label("both", number=12, unit="bytes")],
        [Label("both", "text", number=13, unit="bytes")],
        [Label("zero", number=0, unit="bytes")],
        [Label("gone", number=0)],
        [Label("gone", "")],
        [Label("", "nameless")],
        [Label("big", number=MAX), Label("big", number=MIN, unit="bytes")],
        [Label("user", "ann:bob [x]"), Label("a key", "a value"), Label("user", "7")],
        [Label("pprof::base", "true")],
        [],
    ]
    for i, labels in enumerate(sets):
        p.sample([main], 1, (i + 1) * 1000000, labels=labels)
    return p.encode()


@file("odd/labels-units-conflict.pb")
def labels_units_conflict():
    """one numeric key with a different unit in each sample, of one family and of several"""
    p = Profile()
    main = p.frame("main")
    for i, unit in enumerate(("bytes", "kilobytes", "", "nanoseconds", "parsecs", "bytes")):
        p.sample([main], i + 1, labels=[Label("size", number=2048, unit=unit), Label("request", number=2048)])
    p.sample([main], 100, labels=[Label("alignment", number=64), Label("size", number=1)])
    return p.encode()


@file("odd/units-gcu.pb")
def units_gcu():
    """values in GCU, from nanogcu to petagcu by their names"""
    units = ("nanogcu", "microgcu", "milligcu", "gcu", "kilogcu", "megagcu", "gigagcu", "teragcu", "petagcu")
    units += ("GCU", "n*GCU")
    p = Profile(*(("cost" + str(i), u) for i, u in enumerate(units)))
    p.sample([p.frame("main")], *(1234567 for _ in units))
    p.sample([p.frame("other")], *(i for i, _ in enumerate(units)))
    return p.encode()


@file("odd/units-unknown.pb")
def units_unknown():
    """units that belong to no family, or only look as if they did, or have no name"""
    units = ("widgets", "", "Bytes", "bytess", "s", "unit", "sample", "µs", "us", "%", "ns ", "auto")
    units += ("minimum", "hours")
    p = Profile(*(("t" + str(i), u) for i, u in enumerate(units)))
    p.sample([p.frame("main")], *(1234567 for _ in units))
    return p.encode()


@file("odd/units-families.pb")
def units_families():
    """one column for each unit of memory and of time"""
    units = ("b", "byte", "kb", "kilobyte", "mb", "megabyte", "gb", "gigabyte", "tb", "pb", "petabyte")
    units += ("nanosecond", "us", "microseconds", "ms", "millisecond", "s", "seconds")
    units += ("min", "minutes", "hrs", "hours", "days", "weeks", "years")
    p = Profile(*(("t" + str(i), u) for i, u in enumerate(units)))
    p.sample([p.frame("main")], *(1536 for _ in units))
    return p.encode()


def timed(time=None, duration=None):
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.sample([p.frame("main")], 100, 1000000000)
    if time is not None:
        p.set(9, time)
    if duration is not None:
        p.set(10, duration)
    p.period("cpu", "nanoseconds", 10000000)
    return p.encode()


@file("odd/time-zero.pb")
def time_zero():
    """time and duration are there and zero"""
    return timed(0, 0)


@file("odd/time-negative.pb")
def time_negative():
    """taken before 1970, and for less than no time"""
    return timed(-1, -5000000000)


@file("odd/time-min.pb")
def time_min():
    """time and duration at -2^63"""
    return timed(MIN, MIN)


@file("odd/time-max.pb")
def time_max():
    """time and duration at 2^63-1"""
    return timed(MAX, MAX)


@file("odd/duration-tiny.pb")
def duration_tiny():
    """a duration of 1 ns, far shorter than what the samples add up to"""
    return timed(1700000000000000000, 1)


@file("odd/period-other.pb")
def period_other():
    """the period type is none of the sample types, its period negative"""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.sample([p.frame("main")], 1, 10000000)
    p.period("wall", "parsecs", -3)
    return p.encode()


@file("odd/period-type-empty.pb")
def period_type_empty():
    """a period type with neither type nor unit, and a period of 2^63-1"""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.sample([p.frame("main")], 1, 10000000)
    p.period("", "", MAX)
    return p.encode()


@file("odd/comments.pb")
def comments():
    """comments that are empty, alike, hidden by a #, and of several lines; a document URL that is no web address"""
    p = Profile()
    p.sample([p.frame("main")], 1)
    p.comments("", "same", "same", "#hidden", "# Mappings", "two\nlines", "\t indented ", "")
    p.text(15, "javascript:alert(1)")
    return p.encode()


# ---------------------------------------------------------------- broken

# What the broken files are made of: one of everything, in the order of the schema,
# and each piece can be replaced. As it stands, this is a valid profile.
PIECES = {
    "type": block(1, num(1, 1) + num(2, 2)),
    "sample": block(2, num(1, 1) + num(2, 5)),
    "mapping": block(3, num(1, 1) + num(2, 0x1000) + num(3, 0x2000) + num(5, 4)),
    "location": block(4, num(1, 1) + num(2, 1) + num(3, 0x1010) + block(4, num(1, 1) + num(2, 7))),
    "function": block(5, num(1, 1) + num(2, 3) + num(3, 3)),
    "strings": b"".join(block(6, s) for s in (b"", b"samples", b"count", b"main", b"/bin/app")),
    "rest": num(12, 1),
}


def sound(**other):
    return b"".join({**PIECES, **other}.values())


@file("odd/smallest.pb")
def smallest():
    """valid, and what most files of bad/ would be without their flaw"""
    return sound()


@file("bad/empty.pb")
def bad_empty():
    """a file of no bytes"""
    return b""


@file("bad/newline.pb")
def bad_newline():
    """a newline and nothing else"""
    return b"\n"


@file("bad/gzip-of-nothing.pb.gz")
def bad_gzip_of_nothing():
    """a sound gzip file of no bytes"""
    return gzip(b"")


@file("bad/gzip-magic-only.pb.gz")
def bad_gzip_magic_only():
    """1f 8b and no more"""
    return b"\x1f\x8b"


@file("bad/gzip-header-only.pb.gz")
def bad_gzip_header_only():
    """the ten bytes of a gzip header and no more"""
    return header()


@file("bad/gzip-truncated.pb.gz")
def bad_gzip_truncated():
    """the deflate stream ends in the middle"""
    whole = gzip(sound())
    return whole[: len(whole) // 2]


@file("bad/gzip-no-trailer.pb.gz")
def bad_gzip_no_trailer():
    """checksum and size are missing"""
    return gzip(sound())[:-8]


@file("bad/gzip-short-trailer.pb.gz")
def bad_gzip_short_trailer():
    """the last byte is missing"""
    return gzip(sound())[:-1]


@file("bad/gzip-wrong-crc.pb.gz")
def bad_gzip_wrong_crc():
    """one bit of the checksum is wrong"""
    data = sound()
    return header() + deflate(data) + trailer(data, crc=binascii.crc32(data) ^ 1)


@file("bad/gzip-size-4g.pb.gz")
def bad_gzip_size_4g():
    """the trailer claims 2^32-1 bytes, the checksum is right"""
    data = sound()
    return header() + deflate(data) + trailer(data, size=0xFFFFFFFF)


@file("bad/gzip-size-1.pb.gz")
def bad_gzip_size_1():
    """the trailer claims one byte, the checksum is right"""
    data = sound()
    return header() + deflate(data) + trailer(data, size=1)


@file("bad/gzip-bomb-lies.pb.gz")
def bad_gzip_bomb_lies():
    """10 MB of zeros in 10 kB, the trailer claims 100 bytes, the checksum is right"""
    zeros = bytes(1 + 258 * 40642)
    return header() + deflate_zeros(40642) + trailer(zeros, size=100)


@file("bad/gzip-bomb.pb.gz")
def bad_gzip_bomb():
    """10 MB of zeros in 10 kB with an honest trailer; the zeros are fields of number 0, and there is no string table"""
    return header() + deflate_zeros(40642) + trailer(bytes(1 + 258 * 40642))


@file("bad/gzip-wrong-method.pb.gz")
def bad_gzip_wrong_method():
    """the compression method is 7 instead of 8"""
    data = sound()
    return header(method=7) + deflate(data) + trailer(data)


@file("bad/gzip-header-crc.pb.gz")
def bad_gzip_header_crc():
    """the checksum of the header is wrong"""
    data = sound()
    head = header(flags=2)
    return head + struct.pack("<H", binascii.crc32(head) & 0xFFFF ^ 1) + deflate(data) + trailer(data)


@file("bad/gzip-name-endless.pb.gz")
def bad_gzip_name_endless():
    """the file name in the header has no end before the file has"""
    return header(flags=8, rest=b"a" * 40)


@file("bad/gzip-damaged.pb.gz")
def bad_gzip_damaged():
    """the first deflate block is of type 3, which does not exist"""
    whole = bytearray(gzip(sound()))
    whole[10] |= 6
    return bytes(whole)


@file("bad/gzip-far-distance.pb.gz")
def bad_gzip_far_distance():
    """the deflate stream copies from before its beginning"""
    b = Bits()
    b.put(1, 1)
    b.put(1, 2)
    b.code(0x30, 8)  # literal 0
    b.code(1, 7)  # length 3
    b.code(3, 5)  # distance 4
    b.code(0, 7)
    return header() + b.done() + trailer(bytes(4))


@file("bad/gzip-junk-after.pb.gz")
def bad_gzip_junk_after():
    """sixteen bytes of text follow the gzip member"""
    return gzip(sound()) + b"sixteen of junk."


@file("bad/gzip-junk-short.pb.gz")
def bad_gzip_junk_short():
    """one byte follows the gzip member"""
    return gzip(sound()) + b"x"


@file("bad/gzip-zeros-after.pb.gz")
def bad_gzip_zeros_after():
    """the gzip member is padded with zeros to the next 512 bytes, as on a tape"""
    data = gzip(sound())
    return data + bytes(-len(data) % 512)


@file("bad/gzip-in-gzip.pb.gz")
def bad_gzip_in_gzip():
    """compressed twice"""
    return gzip(gzip(sound()))


@file("bad/text.pb")
def bad_text():
    """a line of text"""
    return b"this is not a profile\n"


@file("bad/garbage-70000.pb")
def bad_garbage():
    """70,000 bytes of garbage without a newline, more than a line may have"""
    out, n = bytearray(), 1
    while len(out) < 70000:
        n = (n * 1103515245 + 12345) & 0x7FFFFFFF
        c = n >> 16 & 0x7F
        out.append(ord("g") if not out else c if c != 10 else 11)
    return bytes(out)


@file("bad/truncated.pb")
def bad_truncated():
    """the message ends in the middle of its last string"""
    return sound(rest=b"")[:-3]


@file("bad/truncated-inner.pb")
def bad_truncated_inner():
    """a sample ends between a tag and its value"""
    return sound(sample=block(2, num(1, 1) + num(2, 5) + tag(1, 0)))


@file("bad/truncated-fixed64.pb")
def bad_truncated_fixed64():
    """an unknown fixed64 field at the end has seven bytes"""
    return sound() + fixed64(99, 0)[:-1]


@file("bad/truncated-fixed32.pb")
def bad_truncated_fixed32():
    """an unknown fixed32 field at the end has three bytes"""
    return sound() + fixed32(99, 0)[:-1]


@file("bad/varint-11.pb")
def bad_varint_11():
    """the period is a varint of eleven bytes"""
    return sound(rest=tag(12, 0) + padded(1, 11))


@file("bad/varint-endless.pb")
def bad_varint_endless():
    """the period is a varint that the end of the file cuts off"""
    return sound(rest=tag(12, 0) + b"\x80")


@file("bad/wire-type-3.pb")
def bad_wire_type_3():
    """an unknown group, opened and closed as it should be"""
    return sound() + tag(99, 3) + num(1, 1) + tag(99, 4)


@file("bad/wire-type-4.pb")
def bad_wire_type_4():
    """the end of a group that was never opened"""
    return sound() + tag(99, 4)


@file("bad/wire-type-6.pb")
def bad_wire_type_6():
    """an unknown field of wire type 6"""
    return sound() + tag(99, 6) + b"\x00"


@file("bad/wire-type-7.pb")
def bad_wire_type_7():
    """an unknown field of wire type 7"""
    return sound() + tag(99, 7) + b"\x00"


@file("bad/known-fixed64.pb")
def bad_known_fixed64():
    """the period is a fixed64 instead of a varint"""
    return sound(rest=fixed64(12, 1))


@file("bad/known-fixed32.pb")
def bad_known_fixed32():
    """a location id in a sample is a fixed32"""
    return sound(sample=block(2, fixed32(1, 1) + num(2, 5)))


@file("bad/known-varint.pb")
def bad_known_varint():
    """a sample type is a varint instead of a message"""
    return sound(type=num(1, 1))


@file("bad/known-bytes.pb")
def bad_known_bytes():
    """the period is a block of bytes; only repeated numbers may be packed"""
    return sound(rest=block(12, b"\x01"))


@file("bad/packed-cut.pb")
def bad_packed_cut():
    """the last varint of a packed block says that it goes on, and the block ends"""
    return sound(sample=block(2, num(1, 1) + block(2, b"\x85")))


@file("bad/packed-long.pb")
def bad_packed_long():
    """a packed block is one byte longer than the sample around it"""
    return sound(sample=block(2, num(1, 1) + tag(2, 2) + varint(2) + b"\x05"))


@file("bad/packed-claims-1e9.pb")
def bad_packed_claims_1e9():
    """twenty bytes that claim a sample of a thousand million locations"""
    inner = tag(1, 2) + varint(10**9 - 6) + b"\x01" * 6
    return block(6, b"") + tag(2, 2) + varint(10**9) + inner


@file("bad/packed-claims-inner.pb")
def bad_packed_claims_inner():
    """in a sample of sound size, a packed block claims a thousand million bytes"""
    return sound(sample=block(2, num(1, 1) + tag(2, 2) + varint(10**9) + b"\x05"))


@file("bad/length-2to63.pb")
def bad_length_2to63():
    """a string claims 2^63 bytes"""
    return sound() + tag(6, 2) + varint(2**63)


@file("bad/length-2to64.pb")
def bad_length_2to64():
    """an unknown field claims 2^64-1 bytes"""
    return sound() + tag(99, 2) + varint(TOP)


@file("bad/length-2to31.pb")
def bad_length_2to31():
    """a string claims 2^31 bytes"""
    return sound() + tag(6, 2) + varint(2**31)


@file("bad/string-too-large.pb")
def bad_string_too_large():
    """the name of a function is string 5 of 0 to 4"""
    return sound(function=block(5, num(1, 1) + num(2, 5) + num(3, 3)))


@file("bad/string-huge.pb")
def bad_string_huge():
    """the file name of a mapping is string 2^32 of 0 to 4"""
    return sound(mapping=block(3, num(1, 1) + num(2, 0x1000) + num(3, 0x2000) + num(5, 2**32)))


@file("bad/string-negative.pb")
def bad_string_negative():
    """the name of a function is string -1"""
    return sound(function=block(5, num(1, 1) + num(2, -1) + num(3, 3)))


@file("bad/string-comment.pb")
def bad_string_comment():
    """a comment is string 5 of 0 to 4"""
    return sound(rest=num(13, 5))


@file("bad/string-label-key.pb")
def bad_string_label_key():
    """the key of a label, which would be dropped for its empty value, is string 5 of 0 to 4"""
    return sound(sample=block(2, num(1, 1) + num(2, 5) + block(3, num(1, 5))))


@file("bad/string-default-type.pb")
def bad_string_default_type():
    """default_sample_type is string -2^63"""
    return sound(rest=num(14, MIN))


@file("bad/string-table-missing.pb")
def bad_string_table_missing():
    """there is no string table; every index is 0"""
    return sound(
        type=block(1, b""),
        mapping=block(3, num(1, 1) + num(2, 0x1000) + num(3, 0x2000)),
        function=block(5, num(1, 1)),
        strings=b"",
    )


@file("bad/string-zero-not-empty.pb")
def bad_string_zero_not_empty():
    """string 0 is not empty"""
    return sound(strings=PIECES["strings"].replace(block(6, b""), block(6, b"x"), 1))


@file("bad/concatenated.pb")
def bad_concatenated():
    """two profiles, one after the other, both with a time"""
    return sound(rest=num(9, 1700000000000000000)) * 2


@file("bad/concatenated.pb.gz")
def bad_concatenated_gzip():
    """two gzip members, each a profile with a time"""
    return gzip(sound(rest=num(9, 1700000000000000000))) * 2


@file("bad/concatenated-no-time.pb")
def bad_concatenated_no_time():
    """two profiles without time, one after the other: read as one, it has twice the sample types"""
    return sound() * 2


@file("bad/sample-location-0.pb")
def bad_sample_location_0():
    """a sample goes through location 0"""
    return sound(sample=block(2, num(1, 0) + num(2, 5)))


@file("bad/sample-location-unknown.pb")
def bad_sample_location_unknown():
    """a sample goes through location 2, which is not in the table"""
    return sound(sample=block(2, num(1, 2) + num(2, 5)))


@file("bad/mapping-id-0.pb")
def bad_mapping_id_0():
    """a second mapping has id 0"""
    return sound(mapping=PIECES["mapping"] + block(3, num(2, 0x3000) + num(3, 0x4000)))


@file("bad/location-id-0.pb")
def bad_location_id_0():
    """a second location has id 0"""
    return sound(location=PIECES["location"] + block(4, num(3, 0x1020)))


@file("bad/function-id-0.pb")
def bad_function_id_0():
    """a second function has id 0"""
    return sound(function=PIECES["function"] + block(5, num(2, 3)))


@file("bad/mapping-id-twice.pb")
def bad_mapping_id_twice():
    """two mappings have id 1"""
    return sound(mapping=PIECES["mapping"] * 2)


@file("bad/location-id-twice.pb")
def bad_location_id_twice():
    """two locations have id 1"""
    return sound(location=PIECES["location"] * 2)


@file("bad/function-id-twice.pb")
def bad_function_id_twice():
    """two functions have id 1"""
    return sound(function=PIECES["function"] * 2)


@file("bad/line-function-0.pb")
def bad_line_function_0():
    """a line names function 0"""
    return sound(location=block(4, num(1, 1) + num(2, 1) + num(3, 0x1010) + block(4, num(1, 0) + num(2, 7))))


@file("bad/line-function-unknown.pb")
def bad_line_function_unknown():
    """a line names function 2, which is not in the table"""
    return sound(location=block(4, num(1, 1) + num(2, 1) + num(3, 0x1010) + block(4, num(1, 2) + num(2, 7))))


@file("bad/values-too-many.pb")
def bad_values_too_many():
    """a sample has two values for one sample type"""
    return sound(sample=block(2, num(1, 1) + num(2, 5) + num(2, 6)))


@file("bad/values-none.pb")
def bad_values_none():
    """a sample has no value for one sample type"""
    return sound(sample=block(2, num(1, 1)))


@file("bad/samples-without-types.pb")
def bad_samples_without_types():
    """samples, and no sample type"""
    return sound(type=b"")


@file("bad/no-types.pb")
def bad_no_types():
    """neither sample types nor samples"""
    return sound(type=b"", sample=b"")


@file("bad/all-types-duplicate.pb")
def bad_all_types_duplicate():
    """both sample types have the same name, so that no column is left"""
    return sound(type=PIECES["type"] * 2, sample=block(2, num(1, 1) + num(2, 5) + num(2, 6)))


# ---------------------------------------------------------------- formats older than profile.proto


def text_file(path, doc, text):
    """Registers a text, line by line as it stands here but for a first newline."""

    def make():
        return text.lstrip("\n").encode()

    make.__doc__ = doc
    file(path)(make)


def words(form, *numbers):
    """Machine words: form is "<I", ">I", "<Q" or ">Q"."""
    return b"".join(struct.pack(form, n) for n in numbers)


PROC_MAP = """\
00400000-00500000 r-xp 00000000 00:00 1 /foo/bin
7f0000000000-7f0000100000 r-xp 00001000 fd:01 15953927   /lib/x86_64/libc.so.6
"""


def cpu_words(form, kind=0):
    """Two samples of three addresses, the first one's caller being its leaf once more, and one without a stack."""
    return words(
        form, *(0, 3, kind, 10000, 0), *(5, 3, 0x400100, 0x400101, 0x400200), *(7, 2, 0x400300, 0x400201), *(2, 0), *(0, 1, 0)
    )


def cpu_file(name, form, doc):
    make = lambda: cpu_words(form) + PROC_MAP.encode()  # noqa: E731
    make.__doc__ = doc
    file("legacy/%s.prof" % name)(make)


cpu_file("cpu-32-little", "<I", "CPU, words of 4 bytes, little endian; a leaf that stands twice, a sample without stack")
cpu_file("cpu-32-big", ">I", "the same, big endian")
cpu_file("cpu-64-little", "<Q", "the same, words of 8 bytes, little endian")
cpu_file("cpu-64-big", ">Q", "the same, big endian")


@file("legacy/cpu-appendix.prof")
def legacy_cpu_appendix():
    """CPU; frames of a signal handler in each stack, a map that goes on where it ended, a name `$build` in it"""
    return (
        words("<Q", *(0, 3, 0, 10000, 0), *(1, 3, 0x400100, 0x400100, 0x400200), *(1, 2, 0x400900, 0x400901))
        + words("<Q", *(1, 2, 0x400900, 0x400900), *(0, 1, 0))
        + b"build=/foo\n00400000-00500000 r-xp 00000000 00:00 1 $build/bin\n"
        + b"00500000-00600000 r-xp 00100000 00:00 1 /foo/bin\n7000000-7001000 rw-p 0 00:00 0 /data\n"
    )


@file("legacy/cpu-signal-frames.prof")
def legacy_cpu_signal_frames():
    """CPU; two frames of a signal handler stand behind all 40 leaves but one"""
    samples = b"".join(
        words("<Q", 1, 4, 0x400100 + 16 * i, 0x400801, 0x400901, 0x400a01) if i != 7 else words("<Q", 1, 1, 0x400777)
        for i in range(40)
    )
    return words("<Q", 0, 3, 0, 1000, 0) + samples + words("<Q", 0, 1, 0) + PROC_MAP.encode()


@file("legacy/cpu-cut.prof")
def legacy_cpu_cut():
    """CPU; ends in the middle of a stack, whose missing words read as 0"""
    return words("<Q", *(0, 3, 0, 10000, 0), *(1, 2, 0x400100, 0x400201), *(3, 4, 0x400100, 0x400301))


@file("legacy/cpu-header-only.prof")
def legacy_cpu_header_only():
    """CPU; a header and nothing else: no samples"""
    return words("<Q", 0, 3, 0, 10000, 0)


@file("legacy/cpu-java.prof")
def legacy_cpu_java():
    """CPU as Java writes it: names instead of a map"""
    return cpu_words("<Q", kind=1) + (
        b" 0x400100 com.acme.Worker.run (Worker.java:12)\n 0x400101 com.acme.Worker.main (Worker.java:-3)\n"
        b" 0x400200 java.lang.Thread.run (Thread.java:748)\n 0x400300 generated stub/JIT\n"
    )


text_file(
    "legacy/heap.txt",
    "heap of Go, sampled, with what was ever allocated",
    """
heap profile: 1: 2 [3: 4] @ heap/1048576
 1: 1024 [ 2: 4096] @ 0x400100 0x400200
 0: 0 [ 2: 4096] @ 0x400100
 3: 0 [3: 0] @ 0x400100
--- Memory map: ---
00400000-00500000 r-xp 00000000 00:00 1 /foo/bin
""",
)
text_file(
    "legacy/heap-cpp.txt",
    "heap of C++, not sampled; comments between the rows, no map",
    """
heap profile:      4:     5000 [     4:     5000] @ heapprofile
     3:     3000 [     3:     3000] @ 0x400101 0x400201 0x400301

# a comment
     1:     2000 [     1:     2000] @ 0x400101 0x400301
""",
)
text_file(
    "legacy/heap-v2.txt",
    "heap of C++, sampled; rows with blanks, signs and text where the grammar lets them be",
    """
heap profile: 4: 5000 [4: 5000] @ heapz_v2/524288
x 3: 3000 [3: 3000] @ 0x400101 0x400201
-1:-524288[4:5000] @ 0x400101x0x400301
MAPPED_LIBRARIES:
I0101 12:00:00 1 map.cc:12] 0x400000-0x500000 /usr/bin/server (@1000) abc123456
""",
)
text_file(
    "legacy/growth.txt",
    "growth of the heap",
    """
heap profile:      2:  2097152 [     2:  2097152] @ growthz
     1:  1048576 [     1:  1048576] @ 0x400101 0x400201
     1:  1048576 [     1:  1048576] @ 0x400111 0x400201

MAPPED_LIBRARIES:
00400000-00500000 r-xp 00000000 00:00 1 /foo/bin
""",
)
text_file(
    "legacy/fragmentation.txt",
    "fragmentation of the heap",
    """
heap profile:      2:     8192 [     2:     8192] @ fragmentationz
     1:     4096 [     1:     4096] @ 0x400101 0x400201
     1:     4096 [     1:     4096] @ 0x400111 0x400201
""",
)
text_file(
    "legacy/goroutine.txt",
    "goroutines; labels and names behind #, an octal count, address 0",
    """
goroutine profile: total 3
2 @ 0x10 0x20
# labels: {"a":"b"}
#	0x10	main.main+0x1	/x.go:3

010 @ 0x10
1 @ 0x0
""",
)
text_file(
    "legacy/count-main-binary.txt",
    "a count of anything; the main binary is not the first of the map",
    """
# what is counted has any name
open.files profile: total 1
1 @ 0x1001 0x2001 0x400101
--- Memory map: ---
1000-1800 r-xp 00000000 00:00 1 /lib/libc.so.6
2000-2800 r-xp 0 00:00 0 [vdso]
3000-3800 r-xp 0 00:00 0
400000-500000 r-xp 00100000 00:00 1 /foo/bin (deleted)
500000-600000 r-xp 00200000 00:00 1 /foo/bin2
""",
)
text_file(
    "legacy/count-stretched-map.txt",
    "a mapping that is stretched down to the start of its file by the first address that needs it",
    """
goroutine profile: total 1
1 @ 0x1001 0x2001 0x400101
--- Memory map: ---
3000-4000 r-xp 00002000 00:00 1 /foo/bin
""",
)
text_file(
    "legacy/count-map-forms.txt",
    "the two forms of a line of a map and what is taken for one of them",
    """
goroutine profile: total 1
1 @ 0xac 0xfad 0x1001 0x2001 0x3001 0x5001 0x7001 0xff6810563001 0x40001
--- x
MAPPED_LIBRARIES:
lib=/usr/lib
libs=/never
face=/x
abc
1000-1800: xprog
2000-2800 r-xs 0000 00:00 0 /shared
3000-3800: python
5000-6000 /a r-xp
7000-8000 -x- $libs (@10) ab zz
0xff6810563000 0xff6810565000 r-xp abc_exe 87c4d547
0x40000-0x80000 $lib/$nothing (@FF00) abc123456
not a mapping
""",
)
text_file(
    "legacy/threadz.txt",
    "threads; stacks that are the same, empty or under several headings",
    """
--- threadz 1 ---

--- Thread 7f (name: main/1) stack: ---
  PC: 0x10 0x10
  0x30
--- Thread 80 (name: b/2) stack: ---
 [same as previous thread]
--- Thread 81 (name: b/2) stack: ---

--- Thread 83 (name: b/4) stack: ---
 0x10
--- Memory map: ---
""",
)
text_file(
    "legacy/threadz-no-stack.txt",
    "threads without the first line, and a thread without a stack at the end",
    """
--- Thread 7f54b8 (name: worker (1)/1001) stack: ---
    0x400101 poll
    0x400201 loop
    0x400301 start
---- no stack trace for thread 77
MAPPED_LIBRARIES:
00400000-00500000 r-xp 00000000 00:00 1 /foo/bin
""",
)
text_file(
    "legacy/contention.txt",
    "locks of C++ without a clock rate; two numbers with nothing between them",
    """
--- contentionz 1 ---
sampling period = 10
ms since reset = 0x10
1000 3 @ 0x10 0x20
123 @ 0x5
--- Memory map: ---
""",
)
text_file(
    "legacy/mutex.txt",
    "locks of Go with a clock rate",
    """
--- mutex:
cycles/second=2000000000
sampling period=5
4000 2 @ 0x400101 0x400201
#	0x400100	sync.(*Mutex).Unlock+0x1	/mutex.go:190

2000 1 @ 0x400301 0x400201
""",
)
text_file(
    "legacy/java-heap.txt",
    "heap of Java; an address without a name",
    """
--- heapz 1 ---
format = java
resolution = bytes
 100 1 @ 0x1 0x2 0x3 0x4 0x5

 0x1 foo.bar (A.java:-3)
 0x2 foo.bar (B.java:5)
0x3 lib (/usr/lib/x.so)
 0x4 generated stub/JIT
""",
)
text_file(
    "legacy/java-contention.txt",
    "locks of Java",
    """
--- contentionz 1 ---
format = java
resolution = microseconds
sampling period = 100
ms since reset = 6019923
  1000 2 @ 0x1 0x2
  50 1 @ 0x3 0x2

 0x1 java.lang.Object.wait (Object.java)
 0x2 com.acme.Pool.take (Pool.java:40)
 0x3 com.acme.Pool.put (Pool.java:61)
""",
)

HEAP_HEAD = "heap profile: 1: 2 [3: 4] @ heap/1048576\n"
THREAD = "--- Thread 7 (name: a/1) stack: ---\n"
DOUBLING = "".join("v%c=$v%c.$v%c.\n" % (c + 1, c, c) for c in range(ord("a"), ord("z")))
JAVA_HEAD = "--- heapz 1 ---\nformat = java\nresolution = bytes\n"

for name, doc, text in (
    ("heap-row", "a row that is none", HEAP_HEAD + "1: 2 [3: 4]@ 0x1\n"),
    ("heap-inuse-0", "no object that takes 5 bytes", HEAP_HEAD + "\n0: 5 [1: 1] @ 0x1\n"),
    ("heap-alloc-0", "no allocation of 5 bytes", HEAP_HEAD + "1: 5 [0: 5] @ 0x1\n"),
    ("heap-overflow", "a count that is over 64 bits", HEAP_HEAD + "99999999999999999999: 5 [0: 0] @ 0x1\n"),
    ("heap-address", "an address that is over 64 bits", HEAP_HEAD + "1: 5 [1: 5] @ 0x1 0x123456789abcdef01\n"),
    ("heap-kind", "a kind of heap profile that nobody writes", "heap profile: 1: 2 [3: 4] @ heapz/1\n"),
    ("heap-long-line", "a line of 65537 bytes", HEAP_HEAD + "#" * 65536 + "\n"),
    ("count-octal", "a count of 09, which is no octal number", "goroutine profile: total 1\n09 @ 0x1\n"),
    ("count-no-address", "a count without a stack", "goroutine profile: total 1\n1 @\n"),
    ("count-upper-case", "an address in upper case", "goroutine profile: total 1\n1 @ 0xA\n"),
    ("count-blank", "a blank before the count", "goroutine profile: total 1\n\n 1 @ 0xa\n"),
    ("count-map", "a map without --- before it", "goroutine profile: total 1\n1 @ 0xa\nMAPPED_LIBRARIES:\n"),
    ("count-total", "a blank behind the total", "goroutine profile: total 1 \n1 @ 0xa\n"),
    ("threadz-no-map", "no map, without which it is no list of threads", THREAD + " 0x10\n"),
    ("threadz-address", "an address that is over 64 bits", THREAD + " PC: 0x123456789abcdef01\n---\n"),
    ("contention-address", "an address that is over 64 bits", "--- mutex:\n1 2 @ 0x123456789abcdef01\n"),
    ("contention-overflow", "a delay that is over 64 bits", "--- mutex:\n99999999999999999999 2 @ 0x1\n"),
    ("contention-period", "a period that is no number", "--- contentionz 1 ---\nsampling period = x\n"),
    ("contention-row", "a row that is none", "--- mutex:\ncycles/second=1\nnothing\n"),
    ("java-no-objects", "a row without objects", JAVA_HEAD + "100 0 @ 0x1\n"),
    ("java-octal", "a count of 08, which is no octal number", JAVA_HEAD + "100 08 @ 0x1\n"),
    ("java-no-resolution", "samples, and no resolution that tells their type", "--- heapz 1 ---\n100 1 @ 0x1\n"),
    ("java-row-address", "an address that is over 64 bits", JAVA_HEAD + "100 1 @ 0x123456789abcdef01\n"),
    ("java-address", "a named address that is over 64 bits", JAVA_HEAD + "100 1 @ 0x1\n 0x123456789abcdef01 a.b\n"),
    ("java-format", "not of Java", "--- heapz 1 ---\nformat = c\nresolution = bytes\n"),
    (
        "map-doubling",
        "a map in which each name stands for two of the one before",
        "goroutine profile: total 1\n1 @ 0x1\n---\nMAPPED_LIBRARIES:\nva=/xxxxxxxxxxxxxxx\n" + DOUBLING,
    ),
):
    text_file("bad/%s.txt" % name, doc, text)


@file("bad/cpu-stack.prof")
def bad_cpu_stack():
    """CPU; a stack goes far beyond the end"""
    return words("<Q", *(0, 3, 0, 10000, 0), *(1, 1000, 0x400100))


@file("bad/cpu-no-period.prof")
def bad_cpu_no_period():
    """CPU; the period is 0"""
    return words("<Q", *(0, 3, 0, 0, 0), *(1, 1, 0x400100), *(0, 1, 0))
# ---------------------------------------------------------------- OpenTelemetry


class Otlp:
    """Collects the tables of a dictionary and the messages that refer to them. Entry 0 of each table means none."""

    def __init__(self):
        self.tables = {n: [b""] for n in range(1, 8)}
        self.resources = []

    def add(self, table, message):
        self.tables[table].append(message)
        return len(self.tables[table]) - 1

    def s(self, text):
        raw = text if isinstance(text, bytes) else text.encode("utf-8")
        if raw not in self.tables[5]:
            self.tables[5].append(raw)
        return self.tables[5].index(raw)

    def any(self, value):
        """AnyValue of a Python value; an integer index into the string table is ("s", text)."""
        if isinstance(value, tuple):
            return num(8, self.s(value[1]))
        if isinstance(value, bool):
            return num(2, value)
        if isinstance(value, int):
            return num(3, value)
        if isinstance(value, float):
            return tag(4, 1) + struct.pack("<d", value)
        if isinstance(value, list):
            return block(5, b"".join(block(1, self.any(v)) for v in value))
        if isinstance(value, dict):
            return block(6, b"".join(block(1, self.pair(k, v)) for k, v in value.items()))
        if isinstance(value, bytes):
            return block(7, value)
        return b"" if value is None else block(1, value.encode("utf-8"))

    def pair(self, key, value):
        return block(1, key.encode("utf-8")) + block(2, self.any(value))

    def attribute(self, key, value, unit=""):
        return self.add(6, join(scalar(1, self.s(key))) + block(2, self.any(value)) + join(scalar(3, self.s(unit))))

    def mapping(self, file, start=0x1000, limit=0x100000, offset=0, attributes=()):
        fields = scalar(1, start) + scalar(2, limit) + scalar(3, offset) + scalar(4, self.s(file))
        return self.add(1, join(fields) + (packed(5, attributes) if attributes else b""))

    def function(self, name, file="a.c", start=0, system=""):
        fields = scalar(1, self.s(name)) + scalar(2, self.s(system)) + scalar(3, self.s(file)) + scalar(4, start)
        return self.add(3, join(fields))

    def location(self, *lines, mapping=0, address=0):
        """Each line is (function, line) or (function, line, column), innermost first."""
        message = join(scalar(1, mapping) + scalar(2, address))
        for line in lines:
            message += block(3, join([f for i, n in enumerate(line) for f in scalar(1 + i, n)]))
        return self.add(2, message)

    def frame(self, name, line=1, **more):
        return self.location((self.function(name, **more), line))

    def link(self, trace, span):
        return self.add(4, block(1, trace) + block(2, span))

    def stack(self, *locations):
        """From the leaf to the root."""
        return self.add(7, packed(1, locations))

    def sample(self, stack, *values, attributes=(), link=0, times=()):
        message = join(scalar(1, stack))
        message += packed(2, attributes) if attributes else b""
        message += join(scalar(3, link))
        message += packed(4, values) if values else b""
        message += block(5, b"".join(struct.pack("<Q", t) for t in times)) if times else b""
        return block(2, message)

    def value_type(self, field, kind, unit):
        return block(field, join(scalar(1, self.s(kind)) + scalar(2, self.s(unit))))

    def profile(self, kind, unit, *samples, rest=b""):
        return block(2, self.value_type(1, kind, unit) + b"".join(samples) + rest)

    def scope(self, *profiles):
        return block(2, block(1, block(1, b"a scope")) + b"".join(profiles))

    def resource(self, attributes, *scopes):
        pairs = b"".join(block(1, self.pair(k, v)) for k, v in attributes.items())
        self.resources.append(block(1, block(1, pairs) + b"".join(scopes)))

    def dictionary(self):
        return block(2, b"".join(block(n, m) for n in sorted(self.tables) for m in self.tables[n]))

    def encode(self):
        return b"".join(self.resources) + self.dictionary()


def otlp_reference():
    """Two types that share stacks, most of what a dictionary can hold, one resource."""
    o = Otlp()
    gnu = o.attribute("process.executable.build_id.gnu", "00112233445566778899aabbccddeeff00112233")
    hashed = o.attribute("process.executable.build_id.htlhash", "0123456789abcdef")
    app = o.mapping("/bin/app", 0x400000, 0x500000, 0x1000, (hashed, gnu))
    lib = o.mapping("/lib/libc.so.6", 0x7F0000000000, 0x7F0000100000, 0, (hashed,))
    kernel = o.mapping("[kernel.kallsyms]", 0xFFFFFFFF81000000, 0xFFFFFFFF82000000)
    main = o.location((o.function("main", "m.c", 1), 10, 3), mapping=app, address=0x401000)
    inner = o.location(
        (o.function("inner", "i.c", 2, "_inner"), 5, 2), (o.function("outer", "m.c", 15), 20, 7),
        mapping=app, address=0x401010,
    )
    bare = o.location(mapping=lib, address=0x7F0000001234)
    entry = o.location((o.function("do_syscall_64", ""), 0), mapping=kernel, address=0xFFFFFFFF81000010)
    stacks = [o.stack(inner, main), o.stack(bare, main), o.stack(entry, bare, main)]
    thread = [o.attribute("thread.name", name) for name in ("worker", ("s", "main"))]
    size = o.attribute("alloc.size", 4096, "By")
    cpu = o.attribute("cpu.logical_number", 3)
    link = o.link(bytes(range(16)), bytes(range(0xA0, 0xA8)))
    where = [
        dict(stack=stacks[0], attributes=(thread[0], size), link=link),
        dict(stack=stacks[1], attributes=(thread[1], cpu)),
        dict(stack=stacks[2]),
    ]
    return o, where


def otlp_two_types():
    o, where = otlp_reference()
    times = fixed64(3, 1700000000123456789) + num(4, 2500000000)
    period = o.value_type(5, "cpu", "nanoseconds") + num(6, 10000000)
    samples = [o.sample(w["stack"], n, attributes=w.get("attributes", ()), link=w.get("link", 0))
               for w, n in zip(where, (3, 2, 1))]
    # The same places, their attributes in another order, and one that was seen in this type alone.
    cpu = [o.sample(w["stack"], n * 10000000, attributes=w.get("attributes", ())[::-1], link=w.get("link", 0))
           for w, n in zip(where, (3, 2, 1))]
    cpu.append(o.sample(where[0]["stack"], 5000000))
    o.resource(
        {"service.name": "shop", "process.pid": 4711},
        o.scope(o.profile("samples", "count", *samples, rest=times),
                o.profile("cpu", "nanoseconds", *cpu, rest=times + period)),
    )
    return o


@file("otlp/two-types.pb")
def otlp_file():
    """two sample types that share stacks, build ids, inlined lines, the kernel, labels, a link, a resource"""
    return otlp_two_types().encode()


@file("otlp/two-types.pb.gz")
def otlp_gzip():
    """the same, compressed"""
    return gzip(otlp_two_types().encode())


@file("otlp/dictionary-first.pb")
def otlp_dictionary_first():
    """the same with the dictionary in front, in two parts"""
    o = otlp_two_types()
    half = {n: block(2, b"".join(block(t, m) for t in sorted(o.tables) for m in part(o.tables[t])))
            for n, part in ((0, lambda t: t[: len(t) // 2]), (1, lambda t: t[len(t) // 2 :]))}
    return half[0] + half[1] + b"".join(o.resources)


@file("otlp/unpacked.pb")
def otlp_unpacked():
    """numbers of lists one by one: attributes, values, timestamps, locations; unknown fields everywhere"""
    o = Otlp()
    extra = num(99, -1) + fixed64(98, TOP) + block(97, b"\x00\xff") + fixed32(95, 7)
    leaf, main = o.frame("leaf", 2), o.frame("main", 1)
    a, b = o.attribute("a", "x"), o.attribute("b", 7, "ms")
    stack = o.add(7, unpacked(1, [leaf, main]) + extra)
    values = block(2, num(1, stack) + unpacked(2, [b, a, a]) + unpacked(4, [5, -2]) + fixed64(5, 1) + fixed64(5, 2) + extra)
    o.add(1, extra)
    o.resource({}, o.scope(o.profile("samples", "count", values, rest=extra)) + extra)
    return o.encode() + extra


@file("otlp/timestamps.pb")
def otlp_timestamps():
    """samples with timestamps alone, which count as one each; with as many values; and with neither"""
    o = Otlp()
    stack = o.stack(o.frame("work"), o.frame("main"))
    o.resource({}, o.scope(o.profile(
        "events", "count",
        o.sample(stack, times=(1, 2, 3)), o.sample(stack, 10, 20, times=(4, 5)), o.sample(stack),
    )))
    return o.encode()


@file("otlp/resources.pb")
def otlp_resources():
    """two resources with the same sample type and stacks, told apart by their attributes"""
    o = Otlp()
    stacks = [o.stack(o.frame("work"), o.frame("main")), o.stack(o.frame("wait"), o.frame("main"))]
    for name, values in (("shop", (5, 3)), ("mail", (2, 7))):
        o.resource(
            {"service.name": name, "host.name": "box", "process.args": ["-v", 1, {"a": True, "b": 0.5}, b"\x01\xff"]},
            o.scope(o.profile("wall", "milliseconds", *map(o.sample, stacks, values))),
        )
    return o.encode()


@file("otlp/types.pb")
def otlp_types():
    """types of one name and two units, one in two scopes, one without samples; a type that is not told"""
    o = Otlp()
    stack = o.stack(o.frame("work"), o.frame("main"))
    o.resource({}, o.scope(
        o.profile("events", "count", o.sample(stack, 1)),
        o.profile("events", "nanoseconds", o.sample(stack, 1000), o.sample(stack, 500)),
        o.profile("nothing", "count"),
        block(2, o.sample(stack, 9)),
    ), o.scope(o.profile("events", "count", o.sample(stack, 4))))
    return o.encode()


@file("otlp/attributes.pb")
def otlp_attributes():
    """attributes of every kind of value, with and without unit, some of them of the profile"""
    o = Otlp()
    stack = o.stack(o.frame("main"))
    values = ["text", ("s", "by index"), True, False, -7, 0.1, 1e300, [1, [2, ["x"]]], {"k": {"l": None}}, b"\x00\xfe"]
    keys = [o.attribute("kind.%02d" % i, v) for i, v in enumerate(values)]
    keys += [o.attribute("wait", 1500, "ms"), o.attribute("wait", 2, "s")]
    o.resource({}, o.scope(o.profile(
        "samples", "count", o.sample(stack, 1, attributes=keys), o.sample(stack, 2, attributes=keys[:1]),
        rest=packed(11, [keys[0], keys[4]]),
    )))
    return o.encode()


@file("otlp/names-hostile.pb")
def otlp_hostile_names():
    """ESC, BEL, newline, NUL, a bidi override and broken UTF-8 in names, keys, values, resources and units"""
    evil = "\x1b[2J\x07\n\u202eend\0".encode() + b"\xff\xc0\xaf"
    o = Otlp()
    o.mapping(evil, 0x1000, 0x2000)
    stack = o.stack(o.location((o.function(evil, evil), 3), mapping=1, address=0x1010))
    raw = o.add(6, num(1, o.s(b"key" + evil)) + block(2, block(1, evil)))
    number = o.add(6, num(1, o.s(b"number" + evil)) + block(2, num(3, 5)) + num(3, o.s(b"unit" + evil)))
    o.resources.append(block(1, block(1, block(1, block(1, evil) + block(2, block(1, evil))))
                             + o.scope(o.profile(b"type" + evil, b"unit" + evil, o.sample(stack, 5, attributes=(raw, number))))))
    return o.encode()


@file("otlp/overflow.pb")
def otlp_overflow():
    """one sample whose values add up to more than 64 bits, and one below"""
    o = Otlp()
    up, down = o.stack(o.frame("up"), o.frame("main")), o.stack(o.frame("down"), o.frame("main"))
    o.resource({}, o.scope(o.profile("size", "bytes", o.sample(up, MAX, MAX, MAX), o.sample(down, MIN, MIN))))
    return o.encode()


@file("otlp/payload.pb")
def otlp_payload():
    """two profiles that were made of one in pprof's format, compressed, which they carry along"""
    o = Otlp()
    stack = o.stack(o.frame("converted"))
    rest = block(9, b"pprof") + block(10, gzip(reference().encode()))
    o.resource({}, o.scope(o.profile("samples", "count", o.sample(stack, 1), rest=rest),
                           o.profile("cpu", "nanoseconds", o.sample(stack, 1), rest=rest)))
    return o.encode()


@file("otlp/payload-other.pb")
def otlp_payload_other():
    """an original payload in a format that is not read, and one in pprof's of one profile out of two"""
    o = Otlp()
    stack = o.stack(o.frame("converted"))
    o.resource({}, o.scope(
        o.profile("samples", "count", o.sample(stack, 1), rest=block(9, b"jfr") + block(10, b"FLR\0")),
        o.profile("cpu", "nanoseconds", o.sample(stack, 1), rest=block(9, b"pprof") + block(10, reference().encode())),
    ))
    return o.encode()


@file("otlp/nothing-there.pb")
def otlp_nothing_there():
    """index 0 where there should be something: a frame without location, a line without function, no stack"""
    o = Otlp()
    stack = o.stack(o.frame("main"), 0, o.location((0, 5), (o.function("named"), 6)))
    o.resource({}, o.scope(o.profile("samples", "count", o.sample(stack, 3), o.sample(0, 2))))
    return o.encode()


def otlp_sound(**other):
    """A message with parts of it replaced; the strings are "", samples, count, main, k, v."""
    parts = {
        "type": block(1, num(1, 1) + num(2, 2)),
        "sample": block(2, num(1, 1) + num(4, 5)),
        "rest": b"",
        "mapping": block(1, b"") + block(1, num(1, 0x1000)),
        "location": block(2, b"") + block(2, num(1, 1) + num(2, 0x1010) + block(3, num(1, 1) + num(2, 7))),
        "function": block(3, b"") + block(3, num(1, 3)),
        "link": block(4, b""),
        "strings": b"".join(block(5, s) for s in (b"", b"samples", b"count", b"main", b"k", b"v")),
        "attribute": block(6, b"") + block(6, num(1, 4) + block(2, block(1, b"x"))),
        "stack": block(7, b"") + block(7, packed(1, [1])),
    }
    parts.update(other)
    profile = block(2, parts["type"] + parts["sample"] + parts["rest"])
    tables = ("mapping", "location", "function", "link", "strings", "attribute", "stack")
    return block(1, block(2, profile)) + block(2, b"".join(parts[t] for t in tables))


@file("otlp/smallest.pb")
def otlp_smallest():
    """valid, and what the broken ones would be without their flaw"""
    return otlp_sound()


@file("bad/otlp-mapping-unknown.pb")
def bad_otlp_mapping():
    """OpenTelemetry: a location names mapping 2 of 0 to 1"""
    return otlp_sound(location=block(2, b"") + block(2, num(1, 2)))


@file("bad/otlp-function-negative.pb")
def bad_otlp_function():
    """OpenTelemetry: a line names function -1"""
    return otlp_sound(location=block(2, b"") + block(2, block(3, num(1, -1))))


@file("bad/otlp-stack-2to32.pb")
def bad_otlp_stack():
    """OpenTelemetry: a sample has stack 2^32 + 1, whose low 32 bits are a stack that exists"""
    return otlp_sound(sample=block(2, num(1, 2**32 + 1) + num(4, 5)))


@file("bad/otlp-location-unknown.pb")
def bad_otlp_location():
    """OpenTelemetry: a stack goes through location 2^63"""
    return otlp_sound(stack=block(7, b"") + block(7, packed(1, [1, 2**63])))


@file("bad/otlp-string-unknown.pb")
def bad_otlp_string():
    """OpenTelemetry: the name of a function is string 6 of 0 to 5"""
    return otlp_sound(function=block(3, b"") + block(3, num(1, 6)))


@file("bad/otlp-attribute-unknown.pb")
def bad_otlp_attribute():
    """OpenTelemetry: a sample has attribute 2 of 0 to 1"""
    return otlp_sound(sample=block(2, num(1, 1) + packed(2, [1, 2]) + num(4, 5)))


@file("bad/otlp-link-unknown.pb")
def bad_otlp_link():
    """OpenTelemetry: a sample has link 1 where there is none"""
    return otlp_sound(sample=block(2, num(1, 1) + num(3, 1) + num(4, 5)))


@file("bad/otlp-counts-differ.pb")
def bad_otlp_counts():
    """OpenTelemetry: a sample has two values and three timestamps"""
    return otlp_sound(sample=block(2, num(1, 1) + packed(4, [5, 6]) + block(5, bytes(24))))


@file("bad/otlp-timestamps-cut.pb")
def bad_otlp_timestamps():
    """OpenTelemetry: a list of timestamps has twelve bytes"""
    return otlp_sound(sample=block(2, num(1, 1) + block(5, bytes(12))))


@file("bad/otlp-nested.pb")
def bad_otlp_nested():
    """OpenTelemetry: an attribute is a list in a list, and so on a thousand times"""
    value = block(1, b"x")
    for _ in range(1000):
        value = block(5, block(1, value))
    return otlp_sound(attribute=block(6, b"") + block(6, num(1, 4) + block(2, value)))


@file("bad/otlp-older.pb")
def bad_otlp_older():
    """OpenTelemetry of a release before 1.9: lists of sample types, a table of locations in the profile"""
    profile = block(1, num(1, 1) + num(2, 2)) * 2 + block(2, num(1, 0) + num(2, 1) + num(3, 5)) + packed(3, [1])
    return block(1, block(2, block(2, profile))) + block(2, b"".join(block(5, s) for s in (b"", b"samples", b"count")))


@file("bad/otlp-oldest.pb")
def bad_otlp_oldest():
    """OpenTelemetry of a release before there was a dictionary"""
    profile = block(1, bytes(16)) + num(2, 5) + block(6, b"inner")
    return block(1, block(1, b"") + block(2, block(1, b"") + block(2, profile)))


@file("bad/otlp-payload-broken.pb")
def bad_otlp_payload():
    """OpenTelemetry: the original payload says that it is of pprof's format, and is none"""
    return otlp_sound(rest=block(9, b"pprof") + block(10, b"\x0a\x01"))


@file("bad/otlp-second-type.pb")
def bad_otlp_second_type():
    """OpenTelemetry: a profile has two sample types"""
    return otlp_sound(type=block(1, num(1, 1) + num(2, 2)) * 2)


# ---------------------------------------------------------------- main


def tables():
    for folder, heading in (
        ("odd", "What is odd"),
        ("legacy", "What it holds"),
        ("otlp", "What is in it"),
        ("bad", "What is wrong"),
    ):
        print("| File | %s |\n|---|---|" % heading)
        for path, make in FILES:
            if path.startswith(folder + "/"):
                print("| `%s` | %s |" % (path, make.__doc__))
        print()


def same(path, data):
    try:
        with open(path, "rb") as f:
            return f.read() == data
    except FileNotFoundError:
        return False


def main(args):
    if args == ["--table"]:
        tables()
        return 0
    if args not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    n_differ = 0
    for path, make in FILES:
        full, data = os.path.join(HERE, path), make()
        if same(full, data):
            continue
        if args:
            print("%s differs" % path)
            n_differ += 1
            continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)
    return 1 if n_differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
