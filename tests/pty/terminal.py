# SPDX-License-Identifier: Apache-2.0
"""A program in a pseudo-terminal, and what a person would do there: type, look, resize, press ^C."""

import errno
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time

import suite

ESCAPE = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][0-9A-B]|[=>78cM])")
PATIENCE = float(os.environ.get("ASSAY_PATIENCE", "20"))  # seconds; a sanitizer on a busy machine takes its time


WORK = tempfile.mkdtemp(prefix="assay-pty-")


class Skip(Exception):
    """Something is not installed here."""


class Gone(Exception):
    """The program ended while something was still expected of it."""


class Terminal:
    """The program leads a session of its own with the terminal, so that ^C and ^Z reach it as they would anywhere."""

    def __init__(self, argv, env, cwd=None, rows=24, columns=80, pipes=()):
        self.raw = b""       # all that was printed
        self.seen = 0        # up to where it was looked at
        self.status = None
        self.errors = b""
        err_read = err_write = None
        if "stderr" in pipes:
            err_read, err_write = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                size = struct.pack("HHHH", rows, columns, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                if cwd:
                    os.chdir(cwd)
                if "stdout" in pipes:
                    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
                if err_write is not None:
                    os.dup2(err_write, 2)
                os.execve(argv[0], argv, env)
            finally:
                os._exit(126)
        self.modes = termios.tcgetattr(self.fd)
        self.err = err_read
        if err_write is not None:
            os.close(err_write)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.status is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.waitpid(self.pid, 0)
            self.status = "killed by the test"
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None
        if self.err is not None:
            os.close(self.err)
            self.err = None

    def text(self):
        """What was printed since it was looked at last, without escape sequences."""
        return ESCAPE.sub(b"", self.raw[self.seen:]).decode(errors="replace").replace("\r\n", "\n")

    def take(self, seconds):
        """Reads what comes within so many seconds; False at the end."""
        ready, _, _ = select.select([self.fd], [], [], max(seconds, 0))
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            data = b""
        self.raw += data
        return bool(data)

    def expect(self, wanted, seconds=PATIENCE):
        """Waits until wanted, a text or an expression, was printed; looks on behind it. Returns all up to there."""
        pattern = wanted if hasattr(wanted, "search") else re.compile(re.escape(wanted))
        end = time.monotonic() + seconds
        while True:
            text = self.text()
            if pattern.search(text):
                self.seen = len(self.raw)
                return text
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {seconds} s for {pattern.pattern!r}; there is {text[-2000:]!r}")
            if not self.take(min(left, 1)):
                if pattern.search(self.text()):
                    continue
                raise Gone(f"ended before {pattern.pattern!r}; there is {self.text()[-2000:]!r}")

    def quiet(self, seconds=0.3):
        """Waits until nothing more is printed; returns what was, and looks on behind it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            before = len(self.raw)
            if not self.take(seconds) or len(self.raw) == before:
                break
        text = self.text()
        self.seen = len(self.raw)
        return text

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self, seconds=PATIENCE):
        """The status at the end, negative for a signal."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.take(0.05):
                time.sleep(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                while self.take(0.05) and select.select([self.fd], [], [], 0)[0]:
                    pass
                return self.status
        raise AssertionError(f"still running after {seconds} s; there is {self.text()[-2000:]!r}")

    def modes_now(self):
        return termios.tcgetattr(self.fd)

    def is_sane(self):
        """The keyboard works as it did at the start."""
        return self.modes_now()[:4] == self.modes[:4]

    def children(self):
        """Processes of this terminal other than the program, as (pid, name)."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == self.pid:
                continue
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    stat = f.read()
            except OSError:
                continue
            command, fields = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
            if int(fields[3]) == self.pid and fields[0] != "Z":
                found.append((int(name), command))
        return found


def env(**more):
    return suite.environment({"TERM": "xterm", "HOME": WORK, "LESSHISTFILE": "-", **more})


def fresh_home():
    return tempfile.mkdtemp(prefix="home-", dir=WORK)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def need(program):
    if not shutil.which(program, path=suite.ENVIRONMENT["PATH"]):
        raise Skip(f"{program} is not installed")


def run_all(names):
    """Runs the functions test_* of a script, or those whose names hold its argument."""
    chosen = [(name[5:], test) for name, test in names.items() if name.startswith("test_")]
    if len(sys.argv) > 1:
        chosen = [(name, test) for name, test in chosen if sys.argv[1] in name]
    tap = suite.Tap(len(chosen))
    for name, test in chosen:
        fault = skip = None
        try:
            test()
        except Skip as e:
            skip = str(e)
        except Exception as e:  # whatever it is, the next test is none the worse for it
            fault = f"{type(e).__name__}: {e} (line {e.__traceback__.tb_next.tb_lineno})"
        tap.result(name.replace("_", " "), fault, skip)
    shutil.rmtree(WORK, ignore_errors=True)
    return tap.end()
