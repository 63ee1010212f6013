# SPDX-License-Identifier: Apache-2.0
"""As much of ELF as it takes to say what a file needs and what it exports."""

import struct

DT_NULL, DT_NEEDED, DT_STRTAB, DT_SONAME, DT_RPATH, DT_RUNPATH = 0, 1, 5, 14, 15, 29
SHT_DYNAMIC, SHT_DYNSYM = 6, 11
LOCAL, UNDEFINED, HIDDEN = 0, 0, (1, 2)


class Elf:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        if self.data[:4] != b"\x7fELF":
            raise ValueError(f"{path} is no ELF file")
        self.wide = self.data[4] == 2
        self.order = "<" if self.data[5] == 1 else ">"
        self.sections = self.read_sections()

    def unpack(self, layout, offset):
        return struct.unpack_from(self.order + layout, self.data, offset)

    def read_sections(self):
        if self.wide:
            table, size, count = self.unpack("Q", 0x28)[0], *self.unpack("HH", 0x3a)
        else:
            table, size, count = self.unpack("I", 0x20)[0], *self.unpack("HH", 0x2e)
        # name, type, flags, address, offset, size, link, info, alignment, size of an entry
        layout = "IIQQQQIIQQ" if self.wide else "IIIIIIIIII"
        return [self.unpack(layout, table + i * size) for i in range(count)]

    def section(self, kind):
        return next((s for s in self.sections if s[1] == kind), None)

    def text(self, table, offset):
        start = self.sections[table][4] + offset
        return self.data[start:self.data.index(b"\0", start)].decode()

    def dynamic(self, tag):
        """The texts under a tag of the dynamic section."""
        section, found = self.section(SHT_DYNAMIC), []
        if section is None:
            return found
        size = 16 if self.wide else 8
        for at in range(section[4], section[4] + section[5], size):
            t, value = self.unpack("qQ" if self.wide else "iI", at)
            if t == DT_NULL:
                break
            if t == tag:
                found.append(self.text(section[6], value))
        return found

    def needed(self):
        return self.dynamic(DT_NEEDED)

    def search_paths(self):
        return self.dynamic(DT_RPATH) + self.dynamic(DT_RUNPATH)

    def soname(self):
        return next(iter(self.dynamic(DT_SONAME)), None)

    def exported(self):
        """Names that others can link to."""
        section, names = self.section(SHT_DYNSYM), set()
        size = 24 if self.wide else 16
        for at in range(section[4], section[4] + section[5], size):
            if self.wide:
                name, info, other, index = self.unpack("IBBH", at)
            else:
                (name,), (info, other, index) = self.unpack("I", at), self.unpack("BBH", at + 12)
            if info >> 4 != LOCAL and index != UNDEFINED and other & 3 not in HIDDEN:
                names.add(self.text(section[6], name))
        return names
