# SPDX-License-Identifier: Apache-2.0
"""Profiles that hold nothing but addresses, and the facts of the binaries that they are in."""

import struct

TOP = 2**64 - 1


def varint(n):
    n &= TOP
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def num(field, n):
    return varint(field << 3) + varint(n)


def block(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


class Mapping:
    """`has` is any of "functions", "filenames", "lines", "inlines"; the flags of profile.proto."""

    FLAGS = {"functions": 7, "filenames": 8, "lines": 9, "inlines": 10}

    def __init__(self, file, start=0, limit=0, offset=0, build_id="", has=()):
        self.file, self.start, self.limit, self.offset = file, start, limit, offset
        self.build_id, self.has = build_id, has


class Profile:
    def __init__(self):
        self.strings = {"": 0}
        self.mappings, self.locations, self.samples, self.functions = [], [], [], []

    def text(self, s):
        return self.strings.setdefault(s, len(self.strings))

    def mapping(self, *args, **kw):
        self.mappings.append(Mapping(*args, **kw))
        return len(self.mappings)

    def location(self, address, mapping=1, name=None):
        """One more location, which has a line when it has a name."""
        self.locations.append((address, mapping, name))
        if name and name not in self.functions:
            self.functions.append(name)
        return len(self.locations)

    def sample(self, value, *locations):
        self.samples.append((value, locations))

    def add(self, value, address, mapping=1):
        self.sample(value, self.location(address, mapping))

    def encode(self):
        out = block(1, num(1, self.text("samples")) + num(2, self.text("count")))
        for value, locations in self.samples:
            out += block(2, block(1, b"".join(varint(l) for l in locations)) + block(2, varint(value)))
        for i, m in enumerate(self.mappings, 1):
            flags = b"".join(num(Mapping.FLAGS[flag], 1) for flag in m.has)
            out += block(3, num(1, i) + num(2, m.start) + num(3, m.limit) + num(4, m.offset) +
                         num(5, self.text(m.file)) + num(6, self.text(m.build_id)) + flags)
        for i, (address, mapping, name) in enumerate(self.locations, 1):
            line = block(4, num(1, self.functions.index(name) + 1)) if name else b""
            out += block(4, num(1, i) + num(2, mapping) + num(3, address) + line)
        for i, name in enumerate(self.functions, 1):
            out += block(5, num(1, i) + num(2, self.text(name)) + num(3, self.text(name)))
        return out + b"".join(block(6, s.encode(errors="surrogateescape")) for s in self.strings)

    def write(self, path):
        with open(path, "wb") as f:
            f.write(self.encode())
        return path


class Elf:
    """As much of a 64-bit little-endian ELF file as the tests want to know."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        assert self.data[:6] == b"\x7fELF\x02\x01", path
        self.type = struct.unpack_from("<H", self.data, 16)[0]
        self.phoff, self.shoff = struct.unpack_from("<QQ", self.data, 32)
        self.phnum = struct.unpack_from("<H", self.data, 56)[0]
        self.shnum, self.shstrndx = struct.unpack_from("<HH", self.data, 60)

    def segments(self):
        """(type, flags, offset, vaddr, file size, memory size) of each."""
        for i in range(self.phnum):
            kind, flags, offset, vaddr, _, filesz, memsz, _ = struct.unpack_from("<IIQQQQQQ", self.data, self.phoff + 56 * i)
            yield kind, flags, offset, vaddr, filesz, memsz

    def text(self):
        """Offset, address and size of the segment with code."""
        return next((o, v, s) for kind, flags, o, v, s, _ in self.segments() if kind == 1 and flags & 1)

    def sections(self):
        for i in range(self.shnum):
            yield struct.unpack_from("<IIQQQQIIQQ", self.data, self.shoff + 64 * i)

    def build_id(self):
        for kind, _, offset, _, size, _ in self.segments():
            at, end = offset, offset + size
            while kind == 4 and at + 12 <= end:
                n, d, t = struct.unpack_from("<III", self.data, at)
                desc = at + 12 + (n + 3 & ~3)
                if t == 3 and self.data[at + 12:at + 16] == b"GNU\0":
                    return self.data[desc:desc + d].hex()
                at = desc + (d + 3 & ~3)
        return ""

    def symbols(self):
        """By name: address and size, of the full symbol table."""
        found = {}
        sections = list(self.sections())
        for _, kind, _, _, offset, size, link, _, _, _ in sections:
            for at in range(offset, offset + size, 24) if kind == 2 else ():
                name, _, _, section, value, length = struct.unpack_from("<IBBHQQ", self.data, at)
                start = sections[link][4] + name
                if section:
                    found[self.data[start:self.data.index(b"\0", start)].decode()] = (value, length)
        return found


def mapping_of(profile, path, base=0, build_id=None, file=None, has=()):
    """Maps the code of a binary where a loader would; base is where its address 0 comes to lie."""
    elf = Elf(path)
    offset, vaddr, size = elf.text()
    start, first = (vaddr & ~4095) + base, offset & ~4095
    limit = (vaddr + size + 4095 & ~4095) + base
    return profile.mapping(file or path, start, limit, first,
                           elf.build_id() if build_id is None else build_id, has)
