# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share: running assay, and looking at what it printed."""

import os
import re
import resource
import subprocess
import sys

ASSAY = os.environ.get("ASSAY", "assay")
TESTDATA = os.environ.get("ASSAY_TESTDATA") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../testdata")
TIMEOUT = 120

# The same everywhere, but for what sanitizers are told.
ENVIRONMENT = {"TZ": "UTC", "HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
PASSED_ON = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "MSAN_OPTIONS", "LLVM_PROFILE_FILE")

SANITIZER = re.compile(r"(Address|Leak|Memory|Thread|UndefinedBehavior)Sanitizer|: runtime error: ")

# Bidirectional controls; zero-width joiners and marks are part of names and may stay.
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LINE_ENDS = "\u2028\u2029"

# Where a report has TABs of its own: the head of tree and peek, behind the number of a line of source, and in a page,
# whose data is JSON.
TREE_HEAD = "calls calls% + context \t \t \n"
SOURCE_LINE = re.compile(r"^ *\S+ +\S+(?: +\S+ \| *\S+ +\S+ +\S+)? +-?\d+:.*", re.M)


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def environment(more=()):
    env = dict(ENVIRONMENT)
    env.update((name, os.environ[name]) for name in PASSED_ON if name in os.environ)
    env.update(more)
    return env


def limit_files(size):
    """A write beyond the limit fails, as on a disk that is full; unless the program does without, it is sent SIGXFSZ."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def assay(args, data=None, stdin=None, stdout=subprocess.PIPE, env=(), file_limit=None):
    """Runs assay; `data` comes through a pipe, `stdin` is an open file."""
    prepare = None if file_limit is None else lambda: limit_files(file_limit)
    feed = {"input": data} if data is not None else {"stdin": stdin if stdin is not None else subprocess.DEVNULL}
    p = subprocess.run([ASSAY, *args], cwd=TESTDATA, env=environment(env), stdout=stdout,
                       stderr=subprocess.PIPE, preexec_fn=prepare, timeout=TIMEOUT, check=False, **feed)
    return Result(p.returncode, p.stdout or b"", p.stderr)


def without_own_tabs(text):
    if text.startswith("<!DOCTYPE html>"):
        return text.replace("\t", " ")
    text = text.replace(TREE_HEAD, TREE_HEAD.replace("\t", " "))
    if "\nROUTINE ======================== " in text:
        text = SOURCE_LINE.sub(lambda m: m[0].replace("\t", " "), text)
    return text


def unclean(data):
    """Why these bytes must not go to a terminal, or None."""
    try:
        text = without_own_tabs(data.decode())
    except UnicodeDecodeError as e:
        return f"invalid UTF-8 at byte {e.start}: {data[e.start:e.start + 8]!r}"
    for i, c in enumerate(text):
        if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or c in BIDI or c in LINE_ENDS:
            return f"U+{ord(c):04X} in {text[max(0, i - 20):i + 20]!r}"
    return None


def broken(result, checks=False):
    """What no command line and no input may lead to, or None. Rules that are broken give `check` a status of its own."""
    if result.status < 0:
        return f"ended by signal {-result.status}"
    if SANITIZER.search(result.err.decode(errors="replace")):
        return "sanitizer report:\n" + result.err.decode(errors="replace")
    if result.status not in ((0, 1, 2) if checks else (0, 2)):
        return f"status {result.status}"
    for name, data in (("stdout", result.out), ("stderr", result.err)):
        why = unclean(data)
        if why:
            return f"{name}: {why}"
    return None


class Tap:
    def __init__(self, count):
        self.n = self.failed = 0
        print(f"1..{count}")

    def result(self, name, fault=None, skip=None):
        self.n += 1
        self.failed += bool(fault)
        print(f"{'not ok' if fault else 'ok'} {self.n} - {name.replace('#', '.')}{' # SKIP ' + skip if skip else ''}")
        for line in (fault or "").splitlines():
            print("# " + line)
        sys.stdout.flush()

    def end(self):
        if self.failed:
            print(f"# {self.failed} of {self.n} failed")
        return 1 if self.failed else 0
