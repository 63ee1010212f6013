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
    """The program is the terminal's foreground job, so that ^C and ^Z reach it as they would anywhere.

    A process of ours leads the session and stays until the test is done with it: when a leader ends, the kernel hangs up the
    terminal, which throws away what the test did not read yet and sets the keyboard back to what it was at the start.
    """

    def __init__(self, argv, env, cwd=None, rows=24, columns=80, pipes=()):
        self.raw = b""       # all that was printed
        self.seen = 0        # up to where it was looked at
        self.status = None
        err_read = err_write = None
        if "stderr" in pipes:
            err_read, err_write = os.pipe()
        self.news, news = os.pipe()
        ready, go = os.pipe()
        self.leader, self.fd = pty.fork()
        if self.leader == 0:
            try:
                os.read(ready, 1)
                # Whoever is not the foreground job may only change that while the signal for it is ignored.
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                pid = os.fork()
                if pid:
                    lead(pid, news, (self.news, ready, go, err_read, err_write))
                os.setpgid(0, 0)
                os.tcsetpgrp(0, os.getpid())
                for number in (signal.SIGTTOU, signal.SIGINT):
                    signal.signal(number, signal.SIG_DFL)
                if cwd:
                    os.chdir(cwd)
                if "stdout" in pipes:
                    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
                if err_write is not None:
                    os.dup2(err_write, 2)
                os.execve(argv[0], argv, env)
            finally:
                os._exit(126)
        # Looked at before the program can change them.
        self.modes = self.modes_now()
        self.resize(rows, columns)
        os.write(go, b"!")
        for fd in (ready, go, news, err_write):
            if fd is not None:
                os.close(fd)
        self.err = err_read
        self.pid = self.heard()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def heard(self):
        """The next number that the leader has to tell: first the program's process, then its status."""
        return struct.unpack("i", os.read(self.news, 4))[0]

    def close(self):
        if self.status is None:
            self.status = "killed by the test"
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.leader is not None:
            os.kill(self.leader, signal.SIGKILL)
            os.waitpid(self.leader, 0)
            self.leader = None
        for fd in (self.fd, self.err, self.news):
            if fd is not None:
                os.close(fd)
        self.fd = self.err = self.news = None

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
        open_still = True
        while time.monotonic() < end:
            # The end of the terminal comes behind all that was printed, once nobody has it any more.
            if open_still:
                open_still = self.take(0.05)
            if self.status is None and select.select([self.news], [], [], 0 if open_still else 0.05)[0]:
                self.status = self.heard()
                # Somebody whom the program left behind may keep the terminal.
                end = min(end, time.monotonic() + 2)
            if self.status is not None and not open_still:
                break
        if self.status is None:
            raise AssertionError(f"still running after {seconds} s; there is {self.text()[-2000:]!r}")
        return self.status

    def modes_now(self):
        return termios.tcgetattr(self.fd)

    def is_sane(self):
        """The keyboard works as it did at the start."""
        return self.modes_now()[:4] == self.modes[:4]

    def children(self):
        """Processes of this terminal other than the program and the leader, as (pid, name)."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) in (self.pid, self.leader):
                continue
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    stat = f.read()
            except OSError:
                continue
            command, fields = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
            if int(fields[3]) == self.leader and fields[0] != "Z":
                found.append((int(name), command))
        return found


def lead(pid, news, others):
    """What the leader does: it lets go of the terminal, tells how the program ended, and waits for the test to end it."""
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    for fd in others:
        if fd is not None:
            os.close(fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A test that was killed ends nobody, but its end of the terminal is gone then: the leader goes, and all others with it.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.write(news, struct.pack("i", pid))
    _, status = os.waitpid(pid, 0)
    os.write(news, struct.pack("i", os.waitstatus_to_exitcode(status)))
    while True:
        signal.pause()


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
