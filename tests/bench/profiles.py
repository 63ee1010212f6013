# SPDX-License-Identifier: Apache-2.0
"""The profiles of the suite: what each one is, and how it is made. They follow from generate.c and a seed, or from a
recording that is kept here, so that everyone measures the same."""

import os
import shutil
import subprocess
import sys
import zlib
from dataclasses import dataclass, field

from tools import ENV, HERE, Failure, compile_c, digest, read_source

TESTDATA = os.path.join(HERE, "../../testdata")
CPU, HEAP = ("count", "ns"), ("count", "B", "count", "B")

# The arguments of bench-generate, and how many samples of it are the other side of diff and merge: the same program, in
# a shorter recording. What grows with --scale is SCALED; a depth does not.
GENERATED = {
    "medium": {"samples": 500000, "stacks": 20000, "depth": 15, "functions": 3000, "locations": 9000, "labels": 0},
    "large": {"samples": 1000000, "depth": 40, "functions": 30000, "locations": 90000, "labels": 1},
    "deep": {"samples": 10000, "depth": 4000, "functions": 3000, "locations": 9000, "labels": 0},
    "heap": {"samples": 2000000, "depth": 45, "functions": 30000, "locations": 90000, "labels": 1, "types": 4},
}
# The files to merge are drawn from a recording of busy.go. Real programs have more locations for their bytes than a
# generated one, which makes merging a quarter slower.
BUSY = os.path.join(HERE, "busy.pb.gz")
WIDE_COUNT, WIDE_SAMPLES = 1000, 440
SCALED = {"samples": 20, "stacks": 10, "functions": 50, "locations": 150}   # and the least they become
LINEAR = {"depth": 40, "functions": 30000, "locations": 90000, "labels": 0}
LINEAR_SAMPLES, LINEAR_DEPTHS, LINEAR_FIXED = (62500, 125000, 250000, 500000), (10, 20, 40, 80), 125000


@dataclass
class Profile:
    name: str
    what: str
    paths: list             # one, or the many of "wide"
    other: str = ""         # the older side of diff and merge
    units: tuple = CPU      # of its sample types, as -unit takes them
    focus: str = "Journal"  # keeps about a third
    peek: str = "Filter"
    inflated: int = field(init=False)
    packed: int = field(init=False)

    def __post_init__(self):
        self.inflated = sum(map(inflated_size, self.paths))
        self.packed = sum(map(os.path.getsize, self.paths))

    def title(self):
        unit, factor = ("MB", 1e6) if self.inflated >= 1e6 else ("kB", 1e3)
        return (f"{self.what}, {self.inflated / factor:.1f} {unit} inflated, "
                f"{self.packed / factor:.1f} {unit} compressed")


def inflated_size(path):
    size, z = 0, zlib.decompressobj(31)
    with open(path, "rb") as f:
        while chunk := f.read(1 << 20):
            while chunk:
                size += len(z.decompress(chunk, 1 << 22))
                chunk = z.unconsumed_tail
    return size


def contents(path):
    with open(path, "rb") as f:
        return f.read().hex()


def scaled(shape, scale):
    return {k: max(int(v * scale), SCALED[k]) if k in SCALED and scale != 1 else v for k, v in shape.items()}


class Maker:
    """Makes profiles in a folder. What is there already is taken as it is; its name holds all that it follows from."""

    def __init__(self, work, scale):
        self.work, self.scale = work, scale
        self.source = read_source("generate.c")

    def generate(self, name, shape):
        words = [f"--{k}" if v is True else f"--{k}={v}" for k, v in shape.items()]
        path = os.path.join(self.work, f"{name}-{digest(self.source, *words)}.pb.gz")
        if os.path.exists(path):
            return path
        generate = compile_c(self.work, "generate", self.source, ["-lz", "-lm"])
        print(f"making {os.path.basename(path)}", file=sys.stderr)
        done = subprocess.run([generate, *words, path + ".part"], capture_output=True, text=True, env=ENV, check=False)
        if done.returncode:
            raise Failure(f"cannot make {name}: {done.stderr.strip()}")
        os.rename(path + ".part", path)
        return path

    def small(self):
        return Profile("small", "a CPU profile of a Go program", [os.path.join(TESTDATA, "work.cpu.pb.gz")],
                       os.path.join(TESTDATA, "labels.cpu.pb.gz"), focus="compress", peek="main")

    def generated(self, name):
        shape = scaled(GENERATED[name], self.scale)
        path = self.generate(name, shape)
        other = self.generate(name + "-older", {**shape, "samples": max(shape["samples"] // 2, 1)})
        kinds = ", ".join(f"{v:,} {k}" for k, v in shape.items() if k in SCALED)
        what = f"{kinds}, depth {shape['depth']:,}"
        # A small program may have no function of that name, and without one peek fails.
        peek = "Filter" if shape["functions"] >= 1000 else "e"
        return Profile(name, what, [path], other, HEAP if shape.get("types") == 4 else CPU, peek=peek)

    def wide(self, sources):
        count = max(round(WIDE_COUNT * self.scale), 8)
        sources = sources or [BUSY]
        folder = os.path.join(self.work, f"wide-{digest(read_source('wide'), str(count), *map(contents, sources))}")
        if not os.path.isdir(folder):
            print(f"making {count} files in {os.path.basename(folder)}", file=sys.stderr)
            shutil.rmtree(folder + ".part", ignore_errors=True)
            if subprocess.run([sys.executable, os.path.join(HERE, "wide"), f"--count={count}",
                               f"--samples={WIDE_SAMPLES}", folder + ".part", *sources], check=False).returncode:
                raise Failure("cannot make the profiles to merge")
            os.rename(folder + ".part", folder)
        paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        return Profile("wide", f"{count:,} files", paths)

    def linear(self):
        """Two rows of four profiles, by samples and by depth, each with the same program in which nothing was sampled:
        what its tables cost has nothing to do with samples."""
        by_samples = [{"samples": n, **LINEAR} for n in LINEAR_SAMPLES]
        by_depth = [{"samples": LINEAR_FIXED, **LINEAR, "depth": d} for d in LINEAR_DEPTHS]

        def pair(shape):
            shape = scaled(shape, self.scale)
            return self.generate("linear", shape), self.generate("linear", {**shape, "samples": 0})
        return {name: [pair(shape) for shape in row] for name, row in (("samples", by_samples), ("depth", by_depth))}

    def make(self, name, wide_from=()):
        if name == "small":
            return self.small()
        return self.wide(wide_from) if name == "wide" else self.generated(name)
