"""Plain text as people type it, for a page: paragraphs, numbered and dotted lines, addresses that are links.

Nothing of it becomes markup: templates draw these parts, and escape every word. Only whole http and https
addresses are links, shown as they are, so that none leads elsewhere than it says.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NUMBERED = re.compile(r"\s*(?:[(（]?\d{1,2}[)）]|\d{1,2}[.、．])\s*(?=\D)")
_DOTTED = re.compile(r"\s*[-–·•*]\s+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~%/?#@!$&'()*+;=:,-]*)?")
_TRAILING = ".,;:!?)'"


class Span(NamedTuple):
    """Words, or an address that is its own link."""

    text: str
    href: str = ""


class Block(NamedTuple):
    """`kind` is p, ol or ul; each line of it is a list of spans."""

    kind: str
    lines: list[list[Span]]


def blocks(text: str) -> list[Block]:
    """An empty line ends a paragraph; so does the beginning or end of a list."""
    found: list[Block] = []
    is_new = True
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            is_new = True
            continue
        kind, words = _told(line)
        if is_new or not found or found[-1].kind != kind:
            found.append(Block(kind, []))
        found[-1].lines.append(spans(words))
        is_new = False
    return found


def _told(line: str) -> tuple[str, str]:
    for kind, form in (("ol", _NUMBERED), ("ul", _DOTTED)):
        if match := form.match(line):
            return kind, line[match.end() :].strip()
    return "p", line.strip()


def spans(line: str) -> list[Span]:
    found, at = [], 0
    for match in _ADDRESS.finditer(line):
        address = match[0].rstrip(_TRAILING)
        if match.start() > at:
            found.append(Span(line[at : match.start()]))
        found.append(Span(address, address))
        at = match.start() + len(address)
    if at < len(line):
        found.append(Span(line[at:]))
    return found
