# SPDX-License-Identifier: Apache-2.0
"""What the programs of this folder share: helpers that are compiled on the way, and a shell that is asked and timed."""

import hashlib
import os
import shlex
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Dates and the order of names must not depend on who measures; and `meson test` has all memory filled that is taken.
ENV = {**os.environ, "TZ": "UTC", "LC_ALL": "C", "MALLOC_PERTURB_": "0"}


class Failure(Exception):
    """One line for the person, and status 2."""


def digest(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def read_source(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return f.read()


def compile_c(work, name, source, libs=()):
    """Compiles source text unless the folder has the result already. Not by meson, whose folder may be built with
    sanitizers, or not be there where an installed program is measured."""
    cc = shlex.split(os.environ.get("CC", "cc"))
    binary = os.path.join(work, f"{name}-{digest(source, *cc)}")
    if os.path.exists(binary):
        return binary
    command = [*cc, "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-x", "c", "-", "-o", binary, "-x", "none", *libs]
    try:
        subprocess.run(command, input=source, text=True, check=True, capture_output=True)
    except OSError as e:
        raise Failure(f"cannot compile {name}: {e}") from e
    except subprocess.CalledProcessError as e:
        raise Failure(f"cannot compile {name}: {(e.stderr.strip().splitlines() or ['no reason given'])[0]}") from e
    return binary


class Session:
    """The shell over a profile. What ends an answer: one line of help is asked for behind it, which no report has."""

    MARK = b"!command\n\n"

    def __init__(self, assay, profile):
        self.process = subprocess.Popen([assay, profile], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, bufsize=0, env=ENV)
        self.ask("")

    def ask(self, command):
        """Seconds until the answer was read to its end."""
        start = time.monotonic()
        try:
            self.process.stdin.write(f"{command}\nhelp !\n".encode())
        except BrokenPipeError:
            raise Failure(f"the shell ended before '{command}'") from None
        end = b""
        while not end.endswith(self.MARK):
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                raise Failure(f"the shell ended at '{command}': {end.decode(errors='replace').strip()}")
            end = (end + more)[-4096:]
        return time.monotonic() - start

    def cpu(self):
        """Processor seconds of all its threads so far, as clock_getcpuclockid() would find them."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def peak(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8", errors="replace") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM:"))

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
