#!/usr/bin/env python3
"""Says how the last `meson test` went: what failed, what was skipped and why, and one closing line.

  summary.py BUILD_FOLDER...

The closing line reads `N passed, N failed`, with `, N skipped` after it when something was. A test that speaks TAP counts
once per subtest, any other test once; what it says of a failure stands below it. The status is 0 when tests ran and none
failed, 1 when one failed or none ran, 2 when a folder holds no record of a run.
"""
import json
import os
import re
import sys

PLAN = re.compile(r"1\.\.(\d+)(?:\s*#\s*SKIP\S*\s*(.*))?$", re.IGNORECASE)
POINT = re.compile(r"(not )?ok\b\s*\d*\s*(?:-\s*)?(.*?)(?:\s*#\s*(SKIP|TODO)\S*\s*(.*))?$", re.IGNORECASE)

# How much of what a test says of a failure is shown.
WHY_LINES, WHY_WIDTH = 8, 1000

# meson's own words for how a test ended; whatever is not here is a failure.
GOOD = {"OK", "EXPECTEDFAIL"}


class Tally:
    """Counts, and the lines that explain those that are not plain successes."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures, self.skips = [], []

    def fail(self, name, why):
        self.failed += 1
        self.failures.append(f"failed: {name}: {why}")

    def skip(self, name, why):
        self.skipped += 1
        self.skips.append(f"skipped: {name}: {why or 'no reason given'}")

    def closing_line(self):
        line = f"{self.passed} passed, {self.failed} failed"
        return line + (f", {self.skipped} skipped" if self.skipped else "")


def last_line(test):
    """What a test said last is the nearest thing to a reason where the protocol has no word for one."""
    lines = (test.get("stdout", "") + "\n" + test.get("stderr", "")).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def add_tap(tally, name, test, lines):
    failed_before, why = tally.failed, 0
    for line in lines:
        if why and line.startswith(("#", " ")):
            tally.failures[-1] += "\n    " + line.lstrip("# ").rstrip()[:WHY_WIDTH]
            why -= 1
            continue
        plan = PLAN.match(line)
        if plan and plan[1] == "0":
            tally.skip(name, plan[2])
            continue
        point = POINT.match(line)
        if not point:
            continue
        why = 0
        not_ok, what, directive = point[1], point[2] or "unnamed", (point[3] or "").upper()
        if directive == "SKIP":
            tally.skip(f"{name}: {what}", point[4])
        elif not_ok and directive != "TODO":
            tally.fail(name, what)
            why = WHY_LINES
        else:
            tally.passed += 1
    # The points alone do not tell of a crash after the last one, nor of points that the plan promised and nobody saw.
    if test["result"] not in GOOD | {"SKIP"} and tally.failed == failed_before:
        tally.fail(name, ended(test))


def ended(test):
    status = test.get("returncode", 0)
    how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
    return f"{test['result'].lower()}, {how}"


def add_test(tally, test):
    # `assay:unit / graph` is meson's name; the project's part says nothing here.
    name = re.sub(r"^[^/:]*:", "", test["name"])
    lines = test.get("stdout", "").splitlines()
    if any(PLAN.match(line) for line in lines):
        add_tap(tally, name, test, lines)
    elif test["result"] == "SKIP":
        tally.skip(name, last_line(test))
    elif test["result"] in GOOD:
        tally.passed += 1
    else:
        tally.fail(name, ended(test))


def main(folders):
    if not folders or folders[0].startswith("-"):
        print(__doc__.strip())
        return 0 if folders else 2
    tally = Tally()
    for folder in folders:
        log = os.path.join(folder, "meson-logs", "testlog.json")
        try:
            with open(log, encoding="utf-8", errors="replace") as records:
                for record in records:
                    add_test(tally, json.loads(record))
        except (OSError, ValueError) as err:
            print(f"summary.py: cannot read '{log}': {err}", file=sys.stderr)
            return 2
    for line in sorted(tally.skips) + sorted(tally.failures):
        print(line)
    print(tally.closing_line())
    return 1 if tally.failed or not tally.passed + tally.skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
