# SPDX-License-Identifier: Apache-2.0
"""Programs that take turns over a profile, what was measured of them, and whether they say the same."""

import hashlib
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys

from tools import ENV, Failure, Session, compile_c, read_source

EMPTY_SOURCE = "int main(void) { return 0; }\n"
EMPTY_PEAK_MAX = 4 << 20    # an empty program that seems larger says that memory is measured wrongly
PPROF_BYTES_PER_BYTE = 60   # memory pprof may ask for, per inflated byte
TRACES_COMPARED = 64 << 20  # inflated bytes up to which traces are compared, too, which are gigabytes of text
FRAMES = ("samples", "frames", "values")


def memory_available():
    with open("/proc/meminfo", encoding="ascii") as f:
        return next((int(line.split()[1]) * 1024 for line in f if line.startswith("MemAvailable:")), 0)


class Contender:
    """A command and what was measured of it: a list per measure, with an entry per round."""

    def __init__(self, name, command, output="/dev/null"):
        self.name, self.command, self.output = name, command, output
        self.wall, self.cpu, self.peak = [], [], []

    def add(self, wall, cpu, peak):
        self.wall.append(wall)
        self.cpu.append(cpu)
        self.peak.append(peak)

    def run(self, measure):
        done = subprocess.run([measure, self.output, *self.command], capture_output=True, text=True, env=ENV,
                              check=False)
        if done.returncode:
            raise Failure(done.stderr.strip())
        wall, cpu, peak, status = map(int, done.stdout.split())
        if status:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise Failure(f"{shlex.join(self.command[:8])}: status {status}: {said}")
        self.add(wall / 1e9, cpu / 1e9, peak)

    def median(self, what="wall"):
        return statistics.median(getattr(self, what))

    def raw(self):
        return {"wall": self.wall, "cpu": self.cpu, "peak": self.peak}


class SecondCommand(Contender):
    """What the shell takes for another question once the profile is loaded and was asked about."""

    def __init__(self, assay, profile):
        super().__init__("shell, second command", [])
        self.assay, self.profile = assay, profile

    def run(self, measure):
        with Session(self.assay, self.profile.paths[0]) as session:
            session.ask("top")
            before = session.cpu()
            wall = session.ask(f"top -cum {self.profile.focus}")
            self.add(wall, session.cpu() - before, session.peak())


def take_turns(measure, contenders, rounds):
    """A B C A B C …, so that a slow moment of the machine meets all alike."""
    for _ in range(rounds):
        for c in contenders:
            c.run(measure)


class Suite:
    """The programs that are compared, and a folder for what they write."""

    def __init__(self, work, assay, pprof):
        self.work, self.assay = work, assay
        self.measure = compile_c(work, "measure", read_source("measure.c"))
        self.empty = compile_c(work, "empty", EMPTY_SOURCE)
        self.notes, self.disagreements = [], []
        self.pprof = pprof and shutil.which("go") is not None
        if pprof and not self.pprof:
            self.note("go tool pprof is left out: go is not installed")
        try:
            self.floor = compile_c(work, "floor", read_source("floor.c"), ["-ldeflate"])
        except Failure as e:
            self.floor = None
            self.note(f"the floor program is left out, and linear with it: {e}")
        self.check_empty()

    def note(self, text):
        self.notes.append(text)
        print(text)

    def disagree(self, text):
        self.disagreements.append(text)
        print(f"disagreement: {text}")

    def check_empty(self):
        """Memory is worth printing only if a program without any is seen to have none."""
        empty = Contender("empty", [self.empty])
        empty.run(self.measure)
        if empty.peak[0] > EMPTY_PEAK_MAX:
            raise Failure(f"an empty program seems to take {empty.peak[0]} bytes: peaks cannot be measured here")

    def path(self, name):
        return os.path.join(self.work, name)

    # --- what is measured

    def reports(self, p):
        """Name and command of each report that is asked for of one profile."""
        a = self.assay
        return {
            "top": [a, "top", *p.paths],
            "top -cum -focus": [a, "top", "-cum", f"-focus={p.focus}", *p.paths],
            "peek": [a, "peek", p.peek, *p.paths],
            "traces": [a, "traces", *p.paths],
            "diff": [a, "diff", p.other, *p.paths],
            "merge": [a, "merge", f"-output={self.path('merged.pb.gz')}", p.other, *p.paths],
        }

    def many_reports(self, p):
        return {
            "merge": [self.assay, "merge", f"-output={self.path('merged.pb.gz')}", *p.paths],
            "top": [self.assay, "top", *p.paths],
        }

    def contenders(self, p, reports):
        all_of_them = [Contender(name, command) for name, command in reports.items()]
        if len(p.paths) == 1:
            all_of_them.append(SecondCommand(self.assay, p))
        all_of_them.append(Contender("gzip -dc", ["gzip", "-dc", *p.paths]))
        for flags in ([], ["--skim"], ["--inflate"]) if self.floor else []:
            all_of_them.append(Contender(" ".join(["floor", *flags]), [self.floor, *flags, *p.paths]))
        if p.name == "small":
            all_of_them.append(Contender("an empty program", [self.empty]))
        return all_of_them

    def run_pprof(self, p):
        """pprof, once, or a line that says why not."""
        if not self.pprof:
            return None
        need, have = PPROF_BYTES_PER_BYTE * p.inflated, memory_available()
        if have < need:
            self.note(f"go tool pprof is left out of {p.name}: it may need {need / 1e9:.1f} GB of memory where "
                      f"{have / 1e9:.1f} GB are free")
            return None
        print(f"{p.name}: go tool pprof", file=sys.stderr)
        pprof = Contender("go tool pprof -top", ["go", "tool", "pprof", "-top", "-symbolize=none", *p.paths],
                          self.path("pprof.txt"))
        pprof.run(self.measure)
        return pprof

    # --- whether all say the same

    def output(self, command, one_processor=False):
        """A digest of what a command prints, which may be much, and of what it writes; and the first kilobytes."""
        cpu = min(os.sched_getaffinity(0))
        pin = (lambda: os.sched_setaffinity(0, {cpu})) if one_processor else None
        hashed, start = hashlib.blake2b(), b""
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENV,
                              preexec_fn=pin) as child:
            while chunk := child.stdout.read(1 << 20):
                hashed.update(chunk)
                start = start or chunk
        if child.returncode:
            raise Failure(f"{shlex.join(command[:8])}: status {child.returncode}")
        for word in command:
            if word.startswith("-output="):
                with open(word.partition("=")[2], "rb") as f:
                    while chunk := f.read(1 << 20):
                        hashed.update(chunk)
        return hashed.hexdigest(), start.decode(errors="replace")

    def sums(self, *paths):
        """What the floor adds up: name to a list of numbers."""
        done = subprocess.run([self.floor, *paths], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(done.stderr.strip())
        return {line.split()[0]: list(map(int, line.split()[1:])) for line in done.stdout.splitlines()}

    def check_processors(self, p, reports):
        for name, command in reports.items():
            if name == "traces" and p.inflated > TRACES_COMPARED:
                continue
            if self.output(command, one_processor=True)[0] != self.output(command)[0]:
                self.disagree(f"{p.name}: {name} on one processor and on all")

    def check_totals(self, p):
        """The total in the header of each sample type against what the floor adds up."""
        expected = self.sums(*p.paths)
        for i, unit in enumerate(p.units):
            command = [self.assay, "top", "-nodecount=1", f"-sample_index={i}", f"-unit={unit}", *p.paths]
            _, text = self.output(command)
            total = re.search(r" of (\d+)\w* total$", text, re.M)
            if not total or int(total[1]) != expected["values"][i]:
                self.disagree(f"{p.name}: the total of sample type {i} is {expected['values'][i]} to the floor and "
                              f"{total[1] if total else 'missing'} to assay")

    def check_copy(self, p):
        """A profile that is only written again has the same samples, frames and values."""
        copy = self.path("copy.pb.gz")
        self.output([self.assay, "proto", f"-output={copy}", *p.paths])
        before, after = self.sums(*p.paths), self.sums(copy)
        os.remove(copy)
        for what in FRAMES:
            if before[what] != after[what]:
                self.disagree(f"{p.name}: {what} {before[what]} are {after[what]} in a copy")

    def check_merged(self, p):
        """Merging, which was last done by check_processors(), loses no value."""
        sources = [p.other, *p.paths] if p.other else p.paths
        before, after = self.sums(*sources)["values"], self.sums(self.path("merged.pb.gz"))["values"]
        if before != after:
            self.disagree(f"{p.name}: values {before} are {after} when merged")

    def check(self, p, reports):
        self.check_processors(p, reports)
        if self.floor:
            self.check_totals(p)
            self.check_merged(p)
            if len(p.paths) == 1:
                self.check_copy(p)

    def check_pprof(self, p):
        """Byte for byte, but for the line with the time, which Go 1.19 writes in another way."""
        def without_time(text):
            return re.sub(r"^Time: .*\n", "", text, flags=re.M)
        done = subprocess.run([self.assay, "-top", "-symbolize=none", *p.paths], capture_output=True, text=True,
                              env=ENV, check=True)
        with open(self.path("pprof.txt"), encoding="utf-8") as f:
            if without_time(f.read()) != without_time(done.stdout):
                self.disagree(f"{p.name}: top of assay and of go tool pprof")

    def run(self, p, rounds):
        """All contenders over a profile. What checks that they agree comes first, and brings the files into memory."""
        print(f"{p.name}: comparing outputs", file=sys.stderr)
        reports = self.many_reports(p) if len(p.paths) > 1 else self.reports(p)
        self.check(p, reports)
        contenders = self.contenders(p, reports)
        print(f"{p.name}: {rounds} rounds", file=sys.stderr)
        take_turns(self.measure, contenders, rounds)
        pprof = self.run_pprof(p)
        if pprof:
            self.check_pprof(p)
            contenders.append(pprof)
        return {c.name: c for c in contenders}
