"""Which names a package may use. What is not plainly safe on every system is never used as a path."""

from __future__ import annotations

import re

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
LONGEST_NAME = 200
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)", re.IGNORECASE)


def unsafe(name: str) -> str:
    """Why not to use this name, in a word; empty for one that a package may use."""
    if len(name) > LONGEST_NAME:
        return "too long"
    if not name.isascii():
        return "not ASCII"
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "absolute"
    if "\\" in name:
        return "backslash"
    parts = name.split("/")
    if ".." in parts or "." in parts:
        return "leaves the folder"
    if any(DEVICES.fullmatch(part.split(".")[0]) for part in parts):
        return "device name"
    if any(part.endswith((".", " ")) for part in parts):
        return "ends with a dot or space"
    return "" if PLAIN_NAME.fullmatch(name) else "letters no package uses"
