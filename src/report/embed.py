#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a page into a C array, for the build: embed.py PAGE OUTPUT.h NAME.

@SCRIPT_HASH@ and @STYLE_HASH@ in the page's content security policy become the hashes of the page's own script and
style, so that a browser runs these and nothing else that might come to stand in the page.
"""

import base64
import hashlib
import re
import sys


def content_hash(page, element):
    found = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
    if len(found) != 1:
        sys.exit(f"{sys.argv[1]}: wanted one <{element}>, found {len(found)}")
    return "sha256-" + base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()


def main():
    source, output, name = sys.argv[1:]
    with open(source, encoding="utf-8", newline="") as f:
        page = f.read()
    for element in ("script", "style"):
        page = page.replace(f"@{element.upper()}_HASH@", content_hash(page, element))
    data = page.encode()
    rows = [", ".join(map(str, data[i:i + 24])) for i in range(0, len(data), 24)]
    with open(output, "w", encoding="utf-8", newline="\n") as f:
        f.write(f"static const unsigned char {name}[] = {{\n\t" + ",\n\t".join(rows) + ",\n};\n")


main()
