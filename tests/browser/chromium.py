# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven over its debugging pipe: NUL-terminated JSON on descriptors 3 and 4."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT = 60


def find():
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One page. `events` holds everything that the browser told: requests, console messages, exceptions, dialogs."""

    def __init__(self, path, width=1200, height=800, dark=False):
        self.folder = tempfile.mkdtemp(prefix="assay-browser-")
        self.events, self.replies, self.pending, self.last_id = [], {}, b"", 0
        self.start(path, [f"--window-size={width},{height}"])
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def start(self, path, flags):
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()
        flags += ["--headless", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
                  "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={self.folder}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")

        def place():
            # Through high numbers first, in case 3 and 4 are the ends of these very pipes.
            os.dup2(read_commands, 100)
            os.dup2(write_answers, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        self.session = None
        self.process = subprocess.Popen([path, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=place)
        os.close(read_commands)
        os.close(write_answers)

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self, deadline):
        if not select.select([self.answers], [], [], max(0, deadline - time.monotonic()))[0]:
            raise RuntimeError("the browser does not answer")
        data = os.read(self.answers, 1 << 16)
        if not data:
            raise RuntimeError("the browser is gone")
        *messages, self.pending = (self.pending + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.replies[message["id"]] = message
            else:
                self.events.append(message)

    def call(self, method, **params):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT
        while self.last_id not in self.replies:
            self.read(deadline)
        reply = self.replies.pop(self.last_id)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']}")
        return reply["result"]

    def open(self, path, fragment=""):
        # From an empty page, because another fragment alone would not load the file again.
        for url in ("about:blank", "file://" + path + fragment):
            self.events.clear()
            self.call("Page.navigate", url=url)
            deadline = time.monotonic() + TIMEOUT
            while not self.event("Page.loadEventFired"):
                self.read(deadline)

    def event(self, method):
        return [e["params"] for e in self.events if e["method"] == method]

    def js(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def settle(self):
        """Until what was asked for is drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def mouse(self, kind, x, y):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="none" if kind == "mouseMoved" else "left",
                  clickCount=1)

    def click(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)
        self.settle()

    def key(self, name):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name)
        self.settle()

    def type(self, text):
        self.call("Input.insertText", text=text)
        self.settle()

    def screenshot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
