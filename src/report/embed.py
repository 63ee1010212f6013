#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a page into a C array, for the build: embed.py PAGE OUTPUT.h NAME.

@SCRIPT_HASH@ and @STYLE_HASH@ in the page's content security policy become the hashes of the page's own script and
style, so that a browser runs these and nothing else that might come to stand in the page; @HASH:TEXT@ becomes that of
a text, for handlers in attributes.
"""

import base64
import hashlib
import re
import sys


def text_hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def content_hash(page, element):
    found = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
    if len(found) != 1:
        sys.exit(f"{sys.argv[1]}: wanted one <{element}>, found {len(found)}")
    return text_hash(found[0])


def main():
    source, output, name = sys.argv[1:]
    with open(source, encoding="utf-8", newline="") as f:
        page = f.read()
    for element in ("script", "style"):
        page = page.replace(f"@{element.upper()}_HASH@", content_hash(page, element))
    page = re.sub("@HASH:(.*?)@", lambda found: text_hash(found[1]), page)
    data = page.encode()
    rows = [", ".join(map(str, data[i:i + 24])) for i in range(0, len(data), 24)]
    with open(output, "w", encoding="utf-8", newline="\n") as f:
        f.write(f"static const unsigned char {name}[] = {{\n\t" + ",\n\t".join(rows) + ",\n};\n")


main()
